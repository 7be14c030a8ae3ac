% The workshop's jobs as they are printed. All their dates are past: RACF's
% answer, nothing is made, and the way out is named.
$ racdcert --racf $T/past certs/jobs/PREREQ.jcl
racdcert: $T/past is a new security database
READY
ADDGROUP ZCEEUSRS
READY
ADDGROUP GMINVOKE
READY
ADDUSER LIBSERV NAME('Z/OS CONNECT') NOPASSWORD
ICH01024I User LIBSERV is defined as PROTECTED.
READY
ADDUSER IMSSTC NAME('IMS CONNECT') NOPASSWORD
ICH01024I User IMSSTC is defined as PROTECTED.
READY
ADDUSER FRED NAME('FRED') PASSWORD(****)
READY
ADDUSER USER1 NAME('USER1') PASSWORD(****)
READY
RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('zCEE CA') OU('ATS') +
  O('IBM')) WITHLABEL('zCEE CA') KEYUSAGE(CERTSIGN) +
  NOTAFTER(DATE(2022/12/31))
IRRD133I The NOTBEFORE value must be earlier than the NOTAFTER value. The certificate is not created.
  NOTBEFORE is today if it is not written. To run an old job with new dates: racdcert --not-after +1y
READY
RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('CA for Liberty') +
  OU('LIBERTY')) WITHLABEL('Liberty CA') KEYUSAGE(CERTSIGN) +
  NOTAFTER(DATE(2022/12/31))
IRRD133I The NOTBEFORE value must be earlier than the NOTAFTER value. The certificate is not created.
  NOTBEFORE is today if it is not written. To run an old job with new dates: racdcert --not-after +1y
READY
RACDCERT ID(FRED) GENCERT SUBJECTSDN(CN('FRED') OU('LIBERTY')) +
  WITHLABEL('FRED') SIGNWITH(CERTAUTH LABEL('Liberty CA')) +
  NOTAFTER(DATE(2022/12/31))
IRRD133I The NOTBEFORE value must be earlier than the NOTAFTER value. The certificate is not created.
  NOTBEFORE is today if it is not written. To run an old job with new dates: racdcert --not-after +1y
READY
RACDCERT ID(USER1) GENCERT SUBJECTSDN(CN('USER1') OU('LIBERTY')) +
  WITHLABEL('USER1') SIGNWITH(CERTAUTH LABEL('Liberty CA')) +
  NOTAFTER(DATE(2022/12/31))
IRRD133I The NOTBEFORE value must be earlier than the NOTAFTER value. The certificate is not created.
  NOTBEFORE is today if it is not written. To run an old job with new dates: racdcert --not-after +1y
READY
RACDCERT ID(LIBSERV) ADDRING(Liberty.KeyRing)
READY
RACDCERT ID(LIBSERV) CONNECT(RING(Liberty.KeyRing) +
  LABEL('Liberty CA') CERTAUTH USAGE(CERTAUTH))
IRRD107I No matching certificate was found for this user.
  CERTAUTH has no certificate with label 'Liberty CA'
READY
SETROPTS RACLIST(DIGTCERT DIGTRING) REFRESH
ICH14063I SETROPTS command complete.
READY
END
IEF142I PREREQ RACDCERT - STEP WAS EXECUTED - COND CODE 0008
[8]
$ ls $T/past
LIBSERV
saf
% ZCEETLSC without what it needs.
$ racdcert --racf $T/alone --not-after +1y certs/jobs/ZCEETLSC.jcl
racdcert: $T/alone is a new security database
READY
racdcert id(libserv) gencert subjectsdn(cn('zCEE Client Cert') +
ou('ATS') o('IBM')) withlabel('zCEE Client Cert') signwith(certauth +
label('zCEE CA')) notafter(date(2022/12/31))
IKJ56702I INVALID USERID, LIBSERV
  user LIBSERV is not defined; ADDUSER LIBSERV makes it
READY
racdcert id(libserv) addring(zCEE.KeyRing)
IKJ56702I INVALID USERID, LIBSERV
  user LIBSERV is not defined; ADDUSER LIBSERV makes it
READY
racdcert id(libserv) connect(ring(zCEE.KeyRing) +
          label('zCEE CA') certauth usage(certauth))
IKJ56702I INVALID USERID, LIBSERV
  user LIBSERV is not defined; ADDUSER LIBSERV makes it
READY
racdcert id(libserv) connect(ring(zCEE.KeyRing) +
          label('Liberty CA') certauth usage(certauth))
IKJ56702I INVALID USERID, LIBSERV
  user LIBSERV is not defined; ADDUSER LIBSERV makes it
READY
racdcert id(libserv) connect(ring(Liberty.KeyRing) +
          label('zCEE CA') certauth usage(certauth))
IKJ56702I INVALID USERID, LIBSERV
  user LIBSERV is not defined; ADDUSER LIBSERV makes it
READY
racdcert id(libserv) connect(ring(zCEE.KeyRing) +
          label('zCEE Client Cert') default)
IKJ56702I INVALID USERID, LIBSERV
  user LIBSERV is not defined; ADDUSER LIBSERV makes it
READY
racdcert id(libserv) listring(zCEE.KeyRing)
IKJ56702I INVALID USERID, LIBSERV
  user LIBSERV is not defined; ADDUSER LIBSERV makes it
READY
racdcert id(libserv) list
IKJ56702I INVALID USERID, LIBSERV
  user LIBSERV is not defined; ADDUSER LIBSERV makes it
READY
setr raclist(digtcert digtring) refresh
ICH14063I SETROPTS command complete.
READY
connect libserv group(zceeusrs)
IKJ56702I INVALID GROUP, ZCEEUSRS
  no such group; ADDGROUP makes it
ICH02003I USER(S) NOT CONNECTED
READY
connect libserv group(gminvoke)
IKJ56702I INVALID GROUP, GMINVOKE
  no such group; ADDGROUP makes it
ICH02003I USER(S) NOT CONNECTED
READY
END
IEF142I ZCEETLSC RACDCERT - STEP WAS EXECUTED - COND CODE 0008
[8]
% All three in their order.
$ for j in PREREQ ZCEETLSC IMSTLS; do racdcert --racf $T/r --not-after +1y certs/jobs/$j.jcl >$T/$j || echo failed; done
racdcert: $T/r is a new security database
$ tests/conformance/mask cat $T/ZCEETLSC
READY
racdcert id(libserv) gencert subjectsdn(cn('zCEE Client Cert') +
ou('ATS') o('IBM')) withlabel('zCEE Client Cert') signwith(certauth +
label('zCEE CA')) notafter(date(2022/12/31))
READY
racdcert id(libserv) addring(zCEE.KeyRing)
READY
racdcert id(libserv) connect(ring(zCEE.KeyRing) +
          label('zCEE CA') certauth usage(certauth))
READY
racdcert id(libserv) connect(ring(zCEE.KeyRing) +
          label('Liberty CA') certauth usage(certauth))
READY
racdcert id(libserv) connect(ring(Liberty.KeyRing) +
          label('zCEE CA') certauth usage(certauth))
READY
racdcert id(libserv) connect(ring(zCEE.KeyRing) +
          label('zCEE Client Cert') default)
READY
racdcert id(libserv) listring(zCEE.KeyRing)
Digital ring information for user LIBSERV:

  Ring:
       >zCEE.KeyRing<
  Certificate Label Name             Cert Owner     USAGE      DEFAULT
  --------------------------------   ------------   --------   -------
  zCEE CA                            CERTAUTH       CERTAUTH     NO
  Liberty CA                         CERTAUTH       CERTAUTH     NO
  zCEE Client Cert                   ID(LIBSERV)    PERSONAL     YES

READY
racdcert id(libserv) list
Digital certificate information for user LIBSERV:

  Label: zCEE Client Cert
  Certificate ID: 2QfTycLixdnlqcPFxUDDk4mFlaNAw4WZo0BA
  Status: TRUST
  Start Date: YYYY/MM/DD HH:MM:SS
  End Date:   YYYY/MM/DD HH:MM:SS
  Serial Number:
       >01<
  Issuer's Name:
       >CN=zCEE CA.OU=ATS.O=IBM<
  Subject's Name:
       >CN=zCEE Client Cert.OU=ATS.O=IBM<
  Signing Algorithm: sha256RSA
  Key Type: RSA
  Key Size: 2048
  Private Key: YES
  Certificate Fingerprint (SHA256):
       XX:..16 bytes..:XX:
       XX:..16 bytes..:XX
  Ring Associations:
    Ring Owner: LIBSERV
    Ring:
       >zCEE.KeyRing<

READY
setr raclist(digtcert digtring) refresh
ICH14063I SETROPTS command complete.
READY
connect libserv group(zceeusrs)
READY
connect libserv group(gminvoke)
READY
END
IEF142I ZCEETLSC RACDCERT - STEP WAS EXECUTED - COND CODE 0000
$ tail -n 4 $T/IMSTLS
ICH14063I SETROPTS command complete.
READY
END
IEF142I IMSTLS RACDCERT - STEP WAS EXECUTED - COND CODE 0000
$ racdcert --racf $T/r "ID(IMSSTC) LISTRING(IMS.KeyRing)"
Digital ring information for user IMSSTC:

  Ring:
       >IMS.KeyRing<
  Certificate Label Name             Cert Owner     USAGE      DEFAULT
  --------------------------------   ------------   --------   -------
  IMS CA                             CERTAUTH       CERTAUTH     NO
  zCEE CA                            CERTAUTH       CERTAUTH     NO
  IMSSTC                             ID(IMSSTC)     PERSONAL     YES

$ racdcert --racf $T/r "ID(LIBSERV) LISTRING(*)"
Digital ring information for user LIBSERV:

  Ring:
       >Liberty.KeyRing<
  Certificate Label Name             Cert Owner     USAGE      DEFAULT
  --------------------------------   ------------   --------   -------
  Liberty CA                         CERTAUTH       CERTAUTH     NO
  zCEE CA                            CERTAUTH       CERTAUTH     NO

  Ring:
       >zCEE.KeyRing<
  Certificate Label Name             Cert Owner     USAGE      DEFAULT
  --------------------------------   ------------   --------   -------
  zCEE CA                            CERTAUTH       CERTAUTH     NO
  Liberty CA                         CERTAUTH       CERTAUTH     NO
  zCEE Client Cert                   ID(LIBSERV)    PERSONAL     YES
  IMS CA                             CERTAUTH       CERTAUTH     NO

$ tests/conformance/mask racdcert --racf $T/r "CERTAUTH LIST(LABEL('IMS CA'))"
Digital certificate information for CERTAUTH:

  Label: IMS CA
  Certificate ID: 2QiJmZmDhZmjgcnU4kDDwUBA
  Status: TRUST
  Start Date: YYYY/MM/DD HH:MM:SS
  End Date:   YYYY/MM/DD HH:MM:SS
  Serial Number:
       >00<
  Issuer's Name:
       >CN=IMS CA.OU=ATS.OU=ATS.O=IBM<
  Subject's Name:
       >CN=IMS CA.OU=ATS.OU=ATS.O=IBM<
  Signing Algorithm: sha256RSA
  Key Usage: CERTSIGN
  Key Type: RSA
  Key Size: 2048
  Private Key: YES
  Certificate Fingerprint (SHA256):
       XX:..16 bytes..:XX:
       XX:..16 bytes..:XX
  Ring Associations:
    Ring Owner: IMSSTC
    Ring:
       >IMS.KeyRing<
    Ring Owner: LIBSERV
    Ring:
       >zCEE.KeyRing<

$ tests/conformance/mask racdcert --racf $T/r "ID(LIBSERV) LISTCHAIN(LABEL('zCEE Client Cert'))"
Certificate 1:
Digital certificate information for user LIBSERV:

  Label: zCEE Client Cert
  Certificate ID: 2QfTycLixdnlqcPFxUDDk4mFlaNAw4WZo0BA
  Status: TRUST
  Start Date: YYYY/MM/DD HH:MM:SS
  End Date:   YYYY/MM/DD HH:MM:SS
  Serial Number:
       >01<
  Issuer's Name:
       >CN=zCEE CA.OU=ATS.O=IBM<
  Subject's Name:
       >CN=zCEE Client Cert.OU=ATS.O=IBM<
  Signing Algorithm: sha256RSA
  Key Type: RSA
  Key Size: 2048
  Private Key: YES
  Certificate Fingerprint (SHA256):
       XX:..16 bytes..:XX:
       XX:..16 bytes..:XX
  Ring Associations:
    Ring Owner: LIBSERV
    Ring:
       >zCEE.KeyRing<

Certificate 2:
Digital certificate information for CERTAUTH:

  Label: zCEE CA
  Certificate ID: 2QiJmZmDhZmjganDxcVAw8FA
  Status: TRUST
  Start Date: YYYY/MM/DD HH:MM:SS
  End Date:   YYYY/MM/DD HH:MM:SS
  Serial Number:
       >00<
  Issuer's Name:
       >CN=zCEE CA.OU=ATS.O=IBM<
  Subject's Name:
       >CN=zCEE CA.OU=ATS.O=IBM<
  Signing Algorithm: sha256RSA
  Key Usage: CERTSIGN
  Key Type: RSA
  Key Size: 2048
  Private Key: YES
  Certificate Fingerprint (SHA256):
       XX:..16 bytes..:XX:
       XX:..16 bytes..:XX
  Ring Associations:
    Ring Owner: IMSSTC
    Ring:
       >IMS.KeyRing<
    Ring Owner: LIBSERV
    Ring:
       >Liberty.KeyRing<
    Ring Owner: LIBSERV
    Ring:
       >zCEE.KeyRing<

Chain information:
  Chain contains 2 certificate(s), chain is complete
  Chain contains ring in common: LIBSERV/zCEE.KeyRing
% The validity: to the end of the day a year from now.
$ test "$(racdcert --racf $T/r "CERTAUTH LIST(LABEL('IMS CA'))" | sed -n 's/ *End Date: *//p')" = "$(date -d '+1 year' +%Y/%m/%d) 23:59:59" && echo as asked
as asked
% Files: keys for the owner only.
$ cd $T/r && find . -type d -printf '%m %p\n' -o -type f -name '*IMSSTC*' -printf '%m %p\n' | sort -k 2
700 .
700 ./FRED
700 ./IMSSTC
700 ./LIBSERV
700 ./USER1
700 ./irrcerta
700 ./saf
$ cd $T/r && find . -type f ! -perm 600
% Twice is too often.
$ racdcert --racf $T/r --not-after +1y certs/jobs/IMSTLS.jcl | grep -v '^READY'
racdcert certauth gencert subjectsdn(cn('IMS CA') ou('ATS') +
ou('ATS') o('IBM')) withlabel('IMS CA') keyusage(certsign) +
notafter(date(2022/12/31))
The label IMS CA is already in use for CERTAUTH. The certificate is not created.
  choose another label, or delete what has it first
racdcert id(IMSSTC) gencert subjectsdn(cn('wg31.washington.ibm.com') +
ou('ATS') o('IBM')) withlabel('IMSSTC') signwith(certauth +
label('IMS CA')) notafter(date(2021/12/31)
The label IMSSTC is already in use for user IMSSTC. The certificate is not created.
  choose another label, or delete what has it first
setr raclist(digtcert,digtnmap) refresh
ICH14063I SETROPTS command complete.
racdcert id(IMSSTC) addring(IMS.KeyRing)
IRRD122I Ring IMS.KeyRing already exists.
racdcert id(IMSSTC) connect(ring(IMS.KeyRing) +
          label('IMS CA') certauth usage(certauth))
racdcert id(IMSSTC) connect(ring(IMS.KeyRing) +
          label('zCEE CA') certauth usage(certauth))
racdcert id(libserv) connect(ring(zCEE.KeyRing) +
          label('IMS CA') certauth usage(certauth))
racdcert id(IMSSTC) connect(ring(IMS.KeyRing) +
          label('IMSSTC') default
setropts raclist(digtring,digtnmap) refresh
ICH14063I SETROPTS command complete.
END
IEF142I IMSTLS RACDCERT - STEP WAS EXECUTED - COND CODE 0008
