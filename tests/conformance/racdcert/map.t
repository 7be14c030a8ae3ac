% Certificate name filters: MAP, ALTMAP, DELMAP, LISTMAP.
$ racfjob --racf $T/r "ADDUSER (ANN,BOB)"
racdcert: $T/r is a new security database
ICH01024I User ANN is defined as PROTECTED.
ICH01024I User BOB is defined as PROTECTED.
$ racdcert --racf $T/r "ID(ANN) LISTMAP"
No mapping information was found for user ANN.
[4]
$ racdcert --racf $T/r "ID(ANN) MAP SDNFILTER('OU=ATS.O=IBM') IDNFILTER('CN=ATS Client CA.OU=ATS.O=IBM') WITHLABEL('ATS USERS')"
$ racdcert --racf $T/r "ID(BOB) MAP IDNFILTER('O=IBM') NOTRUST"
$ racdcert --racf $T/r "ID(ANN) LISTMAP"
Mapping information for user ANN:

  Label: ATS USERS
  Status: TRUST
  Issuer's Name Filter:
       >CN=ATS Client CA.OU=ATS.O=IBM<
  Subject's Name Filter:
       >OU=ATS.O=IBM<

$ racdcert --racf $T/r "ID(BOB) LISTMAP(LABEL('LABEL00000001'))"
Mapping information for user BOB:

  Label: LABEL00000001
  Status: NOTRUST
  Issuer's Name Filter:
       >O=IBM<
  Subject's Name Filter:
       ><

$ racdcert --racf $T/r "MULTIID MAP IDNFILTER('OU=General.L=Internet') CRITERIA(APPLID=&APPLID) WITHLABEL('All')"
  kept and listed; for SAFCheck it gives no user, since criteria are not decided here
$ racdcert --racf $T/r "MULTIID LISTMAP"
Mapping information for MULTIID:

  Label: All
  Status: TRUST
  Issuer's Name Filter:
       >OU=General.L=Internet<
  Subject's Name Filter:
       ><
  Criteria: APPLID=&APPLID

% What can't be mapped
$ racdcert --racf $T/r "ID(ANN) MAP"
IRRD130I The SDNFILTER or IDNFILTER keyword(s) must be specified. The request is not processed.
[8]
$ racdcert --racf $T/r "ID(ANN) MAP SDNFILTER('ATS')"
IKJ56702I INVALID SDNFILTER, ATS
  a filter is the end of a name as LIST shows it, like OU=ATS.O=IBM
[12]
$ racdcert --racf $T/r "ID(BOB) MAP SDNFILTER('OU=ATS.O=IBM') IDNFILTER('CN=ATS Client CA.OU=ATS.O=IBM')"
The mapping cannot be added.  These filters are already defined.
  user ANN has them as 'ATS USERS'
[8]
$ racdcert --racf $T/r "ID(ANN) MAP SDNFILTER('C=US') WITHLABEL('ATS USERS')"
The label ATS USERS is already in use for user ANN. The mapping is not added.
  choose another label, or delete what has it first
[8]
$ racdcert --racf $T/r "ID(ANN) MAP SDNFILTER('C=US') CRITERIA(SYSID=X)"
IKJ56702I INVALID CRITERIA, SYSID=X
  criteria stand with MULTIID only
[12]
$ racdcert --racf $T/r "MULTIID MAP SDNFILTER('C=US')"
IRRD130I The CRITERIA keyword(s) must be specified. The request is not processed.
[8]
$ racdcert --racf $T/r "CERTAUTH MAP SDNFILTER('C=US')"
IKJ56702I INVALID OWNER, CERTAUTH
  a mapping belongs to ID(user) or MULTIID
[12]
% From a certificate: from the starting point to the end
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('ann') OU('a') OU('b') O('Shop') C('DE')) NISTECC WITHLABEL('ann')" && racdcert --racf $T/r "ID(ANN) EXPORT(LABEL('ann')) DSN('$T/cert')"
$ racdcert --racf $T/r "ID(ANN) MAP('$T/cert') SDNFILTER('OU=b') WITHLABEL('from b')"
$ racdcert --racf $T/r "ID(ANN) MAP('$T/cert') WITHLABEL('whole')"
$ racdcert --racf $T/r "ID(ANN) MAP('$T/cert') SDNFILTER('OU=c')"
IRRD141I The starting point specified for SDNFILTER is not found in the certificate.
[8]
$ racdcert --racf $T/r "ID(ANN) MAP('$T/cert') IDNFILTER('X')"
IRRD141I The starting point specified for IDNFILTER is not found in the certificate.
[8]
$ racdcert --racf $T/r "ID(ANN) MAP('$T/nothing') IDNFILTER('O=')"
IRRD103I An error was encountered processing the specified input data set.
  $T/nothing: no such file
[8]
$ racdcert --racf $T/r "ID(ANN) LISTMAP(LABEL('from b'))"
Mapping information for user ANN:

  Label: from b
  Status: TRUST
  Issuer's Name Filter:
       ><
  Subject's Name Filter:
       >OU=b.O=Shop.C=DE<

$ racdcert --racf $T/r "ID(ANN) LISTMAP(LABEL('whole'))"
Mapping information for user ANN:

  Label: whole
  Status: TRUST
  Issuer's Name Filter:
       >CN=ann.OU=a.OU=b.O=Shop.C=DE<
  Subject's Name Filter:
       >CN=ann.OU=a.OU=b.O=Shop.C=DE<

% F15: a name that reads as another one is no filter
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('ADMIN.OU=OPS') O('LAB')) NISTECC WITHLABEL('two in one')" && racdcert --racf $T/r "ID(ANN) EXPORT(LABEL('two in one')) DSN('$T/two')"
$ racdcert --racf $T/r "ID(ANN) MAP('$T/two') WITHLABEL('two')"
IKJ56702I INVALID SDNFILTER, CN=ADMIN.OU=OPS.O=LAB
  a value in this name reads like more attributes; the filter would fit other names and not this one
[12]
$ racdcert --racf $T/r "ID(ANN) MAP('$T/two') SDNFILTER('O=L') WITHLABEL('one')" && racdcert --racf $T/r "ID(ANN) DELMAP(LABEL('one'))"
% Changes
$ racdcert --racf $T/r "ID(ANN) ALTMAP(LABEL('ATS USERS')) NOTRUST NEWLABEL('ATS')"
$ racdcert --racf $T/r "ID(ANN) ALTMAP(LABEL('ATS')) NEWLABEL('whole')"
The label whole is already in use for user ANN. The mapping is not changed.
  choose another label, or delete what has it first
[8]
$ racdcert --racf $T/r "ID(ANN) ALTMAP(LABEL('ATS'))"
IRRD130I The TRUST, NOTRUST, NEWLABEL or NEWCRITERIA keyword(s) must be specified. The request is not processed.
[8]
$ racdcert --racf $T/r "ID(ANN) ALTMAP(LABEL('ATS')) NEWCRITERIA(X)"
IKJ56702I INVALID NEWCRITERIA, X
  criteria stand with MULTIID only
[12]
$ racdcert --racf $T/r "MULTIID ALTMAP NEWCRITERIA(SYSID=&SYSID)"
$ racdcert --racf $T/r "MULTIID LISTMAP" | grep Criteria
  Criteria: SYSID=&SYSID
$ racdcert --racf $T/r "ID(BOB) ALTMAP TRUST"
$ racdcert --racf $T/r "ID(ANN) DELMAP"
No mapping information was found for user ANN.
  several mappings fit: name one with LABEL('...')
[8]
$ racdcert --racf $T/r "ID(ANN) DELMAP(LABEL('none'))"
No mapping information was found for user ANN.
[8]
$ racdcert --racf $T/r "ID(ANN) DELMAP(LABEL('whole'))"
$ racdcert --racf $T/r "ID(BOB) DELMAP"
$ racdcert --racf $T/r "ID(BOB) LISTMAP"
No mapping information was found for user BOB.
[4]
$ racdcert --racf $T/r "ID(ANN) LISTMAP" | grep -E 'Label|Status'
  Label: ATS
  Status: NOTRUST
  Label: from b
  Status: TRUST
