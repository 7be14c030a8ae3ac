% Every message of RACDCERT, with its return code.
$ racfjob --racf $T/r "ADDUSER (ANN,BOB)"
racdcert: $T/r is a new security database
ICH01024I User ANN is defined as PROTECTED.
ICH01024I User BOB is defined as PROTECTED.
$ racdcert --racf $T/r "CERTAUTH GENCERT SUBJECTSDN(CN('Root') O('Shop')) WITHLABEL('Root') NISTECC SIZE(256) NOTAFTER(DATE(2090-12-31))"
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('Ann')) WITHLABEL('Ann') SIGNWITH(CERTAUTH LABEL('Root')) NISTECC"
$ racdcert --racf $T/r "ID(ANN) ADDRING(Ring)"
% IRRD105I, IRRD107I
$ racdcert --racf $T/r "ID(BOB) LIST"
IRRD105I No certificate information was found for user BOB.
[4]
$ racdcert --racf $T/r "SITE LIST"
IRRD105I No certificate information was found for SITE.
[4]
$ racdcert --racf $T/r "ID(ANN) LIST(LABEL('ann'))"
IRRD107I No matching certificate was found for this user.
[8]
$ racdcert --racf $T/r "ID(ANN) CONNECT(LABEL('Root') RING(Ring))"
IRRD107I No matching certificate was found for this user.
  user ANN has no certificate with label 'Root'
[8]
$ racdcert --racf $T/r "ID(ANN) LIST(SERIALNUMBER(07))"
IRRD107I No matching certificate was found for this user.
[8]
% IRRD109I
$ racdcert --racf $T/r "CERTAUTH GENCERT SUBJECTSDN(CN('Root') O('Shop')) WITHLABEL('Root 2') NISTECC"
IRRD109I The certificate cannot be added.  Profile 00.CN=Root.O=Shop is already defined.
  the certificate is stored for CERTAUTH; choose another SUBJECTSDN, or delete it first
[8]
$ racdcert --racf $T/r "SITE GENCERT SUBJECTSDN(CN('A b c') O('Shop')) NISTECC"
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('A b c') O('Shop')) NISTECC"
IRRD109I The certificate cannot be added.  Profile 00.CN=A¢b¢c.O=Shop is already defined.
  the certificate is stored for SITE; choose another SUBJECTSDN, or delete it first
[8]
% The label is in use.
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) WITHLABEL('Ann') NISTECC"
The label Ann is already in use for user ANN. The certificate is not created.
  choose another label, or delete what has it first
[8]
% IRRD113I: valid for longer than the signer.
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) WITHLABEL('Long') SIGNWITH(CERTAUTH LABEL('Root')) NISTECC NOTAFTER(DATE(2091-01-01))"
IRRD113I The certificate that you are creating has an incorrect date range. The certificate is created with TRUST status.
  the new certificate is valid for longer than the one that signs it
[4]
% IRRD114I, IRRD115I, IRRD116I
$ racdcert --racf $T/r "ID(ANN) LISTRING(ring)"
IRRD114I Ring ring does not exist.
  RACDCERT ID(ANN) LISTRING(*) shows the rings of ANN; upper and lower case count
[8]
$ racdcert --racf $T/r "ID(ANN) DELRING(ring)"
IRRD114I Ring ring does not exist.
  RACDCERT ID(ANN) LISTRING(*) shows the rings of ANN; upper and lower case count
[8]
$ racdcert --racf $T/r "ID(ANN) CONNECT(LABEL('Ann') RING(ring))"
IRRD114I Ring ring does not exist.
  RACDCERT ID(ANN) LISTRING(*) shows the rings of ANN; upper and lower case count
[8]
$ racdcert --racf $T/r "ID(BOB) LISTRING(*)"
IRRD115I User BOB has no rings.
[4]
$ racdcert --racf $T/r "ID(ANN) REMOVE(LABEL('Ann') RING(Ring))"
IRRD116I Label Ann does not exist in ring Ring for user ANN.
[8]
$ racdcert --racf $T/r "ID(ANN) REMOVE(LABEL('Ann') RING(ring))"
IRRD114I Ring ring does not exist.
  RACDCERT ID(ANN) LISTRING(*) shows the rings of ANN; upper and lower case count
[8]
% A ring without certificates
$ racdcert --racf $T/r "ID(ANN) LISTRING(Ring)"
Digital ring information for user ANN:

  Ring:
       >Ring<

  *** No certificates connected ***

% IRRD120I, IRRD121I, IRRD122I
$ racdcert --racf $T/r "CERTAUTH ADDRING(x)"
IRRD120I Incorrect use of CERTAUTH. A Certificate Authority cannot own a key ring.
[8]
$ racdcert --racf $T/r "SITE LISTRING(*)"
IRRD120I Incorrect use of SITE. A Site Certificate cannot own a key ring.
[8]
$ racdcert --racf $T/r "SITE DELRING(x)"
IRRD120I Incorrect use of SITE. A Site Certificate cannot own a key ring.
[8]
$ racdcert --racf $T/r "CERTAUTH REMOVE(LABEL('Root') RING(x))"
IRRD120I Incorrect use of CERTAUTH. A Certificate Authority cannot own a key ring.
[8]
$ racdcert --racf $T/r "CERTAUTH CONNECT(LABEL('Root') RING(x))"
IRRD120I Incorrect use of CERTAUTH. A Certificate Authority cannot own a key ring.
[8]
$ racdcert --racf $T/r "MULTIID ADDRING(x)"
IKJ56702I INVALID OWNER, MULTIID
  MULTIID has no certificates and rings: it stands with MAP, ALTMAP, DELMAP and LISTMAP
[8]
$ racdcert --racf $T/r "ID(ANN) CONNECT(LABEL('Ann'))"
IRRD121I A ring name and label name must be specified.
[8]
$ racdcert --racf $T/r "ID(ANN) CONNECT(RING(Ring))"
IRRD121I A ring name and label name must be specified.
[8]
$ racdcert --racf $T/r "ID(ANN) REMOVE(RING(Ring))"
IRRD121I A ring name and label name must be specified.
[8]
$ racdcert --racf $T/r "ID(ANN) ADDRING(Ring)"
IRRD122I Ring Ring already exists.
[8]
$ racdcert --racf $T/r "ID(ANN) ADDRING(*)"
IKJ56702I INVALID RING NAME, *
  a ring's name has 1 to 237 characters, no blanks, and is not *
[8]
% IRRD130I
$ racdcert --racf $T/r "ID(ANN) GENCERT NISTECC"
IRRD130I The SUBJECTSDN keyword(s) must be specified. The request is not processed.
  for example SUBJECTSDN(CN('host.example.com') O('IBM'))
[8]
$ racdcert --racf $T/r "ID(ANN) EXPORT(LABEL('Ann'))"
IRRD130I The DSN keyword(s) must be specified. The request is not processed.
[8]
$ racdcert --racf $T/r "ID(ANN) EXPORT() DSN('/tmp/x')"
IRRD130I The LABEL keyword(s) must be specified. The request is not processed.
[8]
$ racdcert --racf $T/r "ID(ANN) LISTCHAIN()"
IRRD130I The LABEL keyword(s) must be specified. The request is not processed.
[8]
$ racdcert --racf $T/r "ID(ANN) ALTER(LABEL('Ann'))"
IRRD130I The TRUST, NOTRUST, HIGHTRUST or NEWLABEL keyword(s) must be specified. The request is not processed.
[8]
$ racdcert --racf $T/r "ID(ANN) ADD"
IRRD130I The DSN keyword(s) must be specified. The request is not processed.
[8]
$ racdcert --racf $T/r "CHECKCERT"
IRRD130I The DSN keyword(s) must be specified. The request is not processed.
[8]
% IRRD133I, and without the hint where the option was used
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) NISTECC NOTAFTER(DATE(2021/12/31))"
IRRD133I The NOTBEFORE value must be earlier than the NOTAFTER value. The certificate is not created.
  NOTBEFORE is today if it is not written. To run an old job with new dates: racdcert --not-after +1y
[8]
$ racdcert --racf $T/r --not-after 2021-12-31 "ID(ANN) GENCERT SUBJECTSDN(CN('x')) NISTECC"
IRRD133I The NOTBEFORE value must be earlier than the NOTAFTER value. The certificate is not created.
[8]
% IRRD156I
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) NISTECC KEYUSAGE(DATAENCRYPT)"
IRRD156I Keyusage is incompatible with Key algorithm.
  DATAENCRYPT needs RSA
[8]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) RSA KEYUSAGE(KEYAGREE HANDSHAKE)"
IRRD156I Keyusage is incompatible with Key algorithm.
  KEYAGREE needs NISTECC or BPECC
[8]
% IRRD175I, when the class is RACLISTed
$ racfjob --racf $T/r "SETROPTS CLASSACT(DIGTCERT DIGTNMAP) RACLIST(DIGTCERT DIGTNMAP)"
ICH14063I SETROPTS command complete.
$ racdcert --racf $T/r "ID(BOB) GENCERT SUBJECTSDN(CN('Bob')) WITHLABEL('Bob') NISTECC"
IRRD175I The new profile for DIGTCERT will not be in effect until a SETROPTS REFRESH has been issued.
$ racdcert --racf $T/r "ID(BOB) MAP SDNFILTER('O=Shop')"
IRRD175I The new profile for DIGTNMAP will not be in effect until a SETROPTS REFRESH has been issued.
$ racfjob --racf $T/r "SETROPTS NORACLIST(DIGTCERT DIGTNMAP)"
ICH14063I SETROPTS command complete.
% Operands that are wrong
$ racdcert --racf $T/r "ID(CARL) LIST"
IKJ56702I INVALID USERID, CARL
  user CARL is not defined; ADDUSER CARL makes it
[8]
$ racdcert --racf $T/r "ID(ANN) CERTAUTH LIST"
IKJ56702I INVALID OWNER, MORE THAN ONE
  write one of ID(user), CERTAUTH and SITE
[8]
$ racdcert --racf $T/r "ID(ANN) LISTRNG(Ring)"
IKJ56701I MISSING RACDCERT FUNCTION
  did you mean LISTRING?
[12]
$ racdcert --racf $T/r "ID(ANN) CONNECT(LABEL('Ann') RING(Ring) USAGE(SERVER))"
IKJ56702I INVALID USAGE, SERVER
  USAGE is PERSONAL, CERTAUTH or SITE
[12]
$ racdcert --racf $T/r "ID(ANN) CONNECT(LABEL('Ann') RNG(Ring))"
IKJ56712I INVALID KEYWORD, RNG
  did you mean RING?
[12]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x') C('USA')) NISTECC"
IKJ56702I INVALID C, USA
  C is a country code of two letters, like US
[12]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) NISTECC SIZE(255)"
IKJ56702I INVALID SIZE, 255
  SIZE(255): NISTECC has 192, 224, 256, 384 or 521
[12]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) SIZE(big)"
IKJ56702I INVALID SIZE, BIG
  SIZE(0): an RSA key has 1024 to 4096 bits
[12]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) RSA NISTECC"
IKJ56702I INVALID KEY TYPE
  write one of RSA, NISTECC and BPECC
[12]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) DSA"
DSA is not supported here: use RSA or NISTECC
[8]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) NISTECC KEYUSAGE(SIGN)"
IKJ56702I INVALID KEYUSAGE, SIGN
  write HANDSHAKE, DATAENCRYPT, DOCSIGN, CERTSIGN or KEYAGREE
[12]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) NISTECC ALTNAME(IP(1.2.3))"
IKJ56702I INVALID IP, 1.2.3
  an IPv4 or IPv6 address is expected
[12]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) NISTECC ALTNAME(DOMAIN('a b'))"
IKJ56702I INVALID DOMAIN, a b
  printable characters without blanks are expected
[12]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) NISTECC NOTAFTER(DATE(2030-02-30))"
IKJ56702I INVALID NOTAFTER, 2030-02-30
  a date is yyyy-mm-dd or yyyy/mm/dd, a time hh:mm:ss
[12]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) NISTECC NOTAFTER(2030-02-28)"
IKJ56712I INVALID KEYWORD, 2030-02-28
[12]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) NISTECC WITHLABEL('')"
IKJ56702I INVALID WITHLABEL
  a label has 1 to 32 characters
[12]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) NISTECC SIGNWITH(CERTAUTH)"
IKJ56702I INVALID SIGNWITH
  write SIGNWITH(CERTAUTH LABEL('...'))
[12]
$ racdcert --racf $T/r --not-after tomorrow "ID(ANN) GENCERT SUBJECTSDN(CN('x')) NISTECC"
IKJ56702I INVALID --not-after, tomorrow
  write +1y, +6m, +30d or yyyy-mm-dd
[12]
$ racdcert --racf $T/r "ID(ANN) ALTER(LABEL('Ann')) HIGHTRUST"
IKJ56702I INVALID STATUS, HIGHTRUST
  HIGHTRUST is for CERTAUTH certificates only
[12]
$ racdcert --racf $T/r "ID(ANN) ALTER(LABEL('Ann')) TRUST NOTRUST"
IKJ56702I INVALID STATUS, NOTRUST
  write one of TRUST, NOTRUST and HIGHTRUST
[12]
$ racdcert --racf $T/r "ID(BOB) GENCERT SUBJECTSDN(CN('x')) FROMICSF(KEY)"
FROMICSF is not supported here: there are no keys outside of certificates
[8]
$ racdcert --racf $T/r "ID(BOB) GENCERT SUBJECTSDN(CN('x')) NISTECC(PKDS(A.B)) WITHLABEL('in ICSF')"
NOTE: PKDS has no meaning here and is ignored
$ racdcert --racf $T/r "ADDTOKEN(x)"
ADDTOKEN is not supported here: PKCS#11 tokens are not kept here
[8]
% A password that is written is shown nowhere.
$ printf "RACDCERT ID(ANN) EXPORT(LABEL('Ann')) DSN('/nonexistent/x') PASSWRD('hidden')\n" | racdcert --racf $T/r
READY
RACDCERT ID(ANN) EXPORT(LABEL('Ann')) DSN('/nonexistent/x') PASSWRD(****)
IKJ56712I INVALID KEYWORD, PASSWRD
  did you mean PASSWORD?
READY
END
[12]
% A line that is not continued, a command that never existed, one of z/OS.
$ printf "RACDCERT ID(ANN) ADDRING(Ring)\n  CONNECT(LABEL('Ann') RING(Ring))\n  WITHLABEL('x')\n" | racdcert --racf $T/r
READY
RACDCERT ID(ANN) ADDRING(Ring)
IRRD122I Ring Ring already exists.
READY
  CONNECT(LABEL('Ann') RING(Ring))
IKJ56702I INVALID USERID, LABEL
  <stdin>:2:11: the parenthesis of the list before LABEL is not closed
  CONNECT is an operand of RACDCERT: the line before ends without + or -
READY
  WITHLABEL('x')
IKJ56621I INVALID COMMAND NAME SYNTAX
  WITHLABEL is an operand of RACDCERT: the line before ends without + or -
READY
END
[12]
$ printf "ALTUSER ANN\n  NAME('Ann')\nRACDCRT ID(ANN) LIST\nPROFILE NOPREFIX\n" | racdcert --racf $T/r
READY
ALTUSER ANN
READY
  NAME('Ann')
IKJ56500I COMMAND NAME NOT FOUND
  NAME is an operand of ALTUSER: the line before ends without + or -
READY
RACDCRT ID(ANN) LIST
IKJ56500I COMMAND RACDCRT NOT FOUND
  did you mean RACDCERT?
READY
PROFILE NOPREFIX
PROFILE is not supported here
READY
END
[12]
% Quotes of a word processor, in place of a certificate with them in its label.
$ racdcert --racf $T/r "ID(BOB) GENCERT SUBJECTSDN(CN(’srv’)) WITHLABEL(’srv’)"
<command line>:1:40: IBM-1047 has no character for bytes E2 80 99; type '. The command is not run.
[12]
% Nothing of all that was stored.
$ racdcert --racf $T/r "ID(ANN) LIST" | grep Label
  Label: Ann
  Label: Long
$ racdcert --racf $T/r "ID(ANN) LISTRING(*)"
Digital ring information for user ANN:

  Ring:
       >Ring<

  *** No certificates connected ***

