% EXPORT in all formats, read by openssl; ADD and CHECKCERT of all that
% openssl writes; input that is none.
$ racfjob --racf $T/r "ADDUSER ANN"
racdcert: $T/r is a new security database
ICH01024I User ANN is defined as PROTECTED.
$ racdcert --racf $T/r "CERTAUTH GENCERT SUBJECTSDN(CN('Root') O('Shop')) WITHLABEL('Root') NISTECC NOTAFTER(DATE(2090-12-31))"
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('Ann')) WITHLABEL('Ann') SIGNWITH(CERTAUTH LABEL('Root')) NISTECC"
$ racdcert --racf $T/r "ID(ANN) EXPORT(LABEL('Ann')) DSN('$T/b64')" && openssl x509 -in $T/b64 -noout -subject
subject=CN = Ann
$ racdcert --racf $T/r "ID(ANN) EXPORT(LABEL('Ann')) DSN('$T/der') FORMAT(CERTDER)" && openssl x509 -inform DER -in $T/der -noout -subject
subject=CN = Ann
$ racdcert --racf $T/r "ID(ANN) EXPORT(LABEL('Ann')) DSN('$T/p7') FORMAT(PKCS7B64)" && openssl pkcs7 -in $T/p7 -print_certs | grep subject
subject=CN = Ann
subject=O = Shop, CN = Root
$ racdcert --racf $T/r "ID(ANN) EXPORT(LABEL('Ann')) DSN('$T/p7der') FORMAT(PKCS7DER)" && openssl pkcs7 -inform DER -in $T/p7der -print_certs | grep subject
subject=CN = Ann
subject=O = Shop, CN = Root
$ (umask 077; printf 'pw\n' >$T/pw)
$ racdcert --racf $T/r --password-file $T/pw "ID(ANN) EXPORT(LABEL('Ann')) DSN('$T/p12') PASSWORD(*)" && openssl pkcs12 -in $T/p12 -passin file:$T/pw -nodes | grep -E 'subject|friendly|BEGIN'
    friendlyName: Ann
subject=CN = Ann
-----BEGIN CERTIFICATE-----
subject=O = Shop, CN = Root
-----BEGIN CERTIFICATE-----
    friendlyName: Ann
-----BEGIN PRIVATE KEY-----
$ racdcert --racf $T/r --password-file $T/pw "ID(ANN) EXPORT(LABEL('Ann')) DSN('$T/p12b64') FORMAT(PKCS12B64) PASSWORD(*)" && head -1 $T/p12b64
-----BEGIN PKCS12-----
$ racdcert --racf $T/r "ID(ANN) EXPORT(LABEL('Ann')) DSN('$T/x') FORMAT(PKCS12DER)"
IRRD130I The PASSWORD keyword(s) must be specified. The request is not processed.
  write PASSWORD('...'), or PASSWORD(*) and the option --password-file FILE
[8]
$ racdcert --racf $T/r --password-file $T/pw "ID(ANN) EXPORT(LABEL('Ann')) DSN('$T/x') FORMAT(CERTDER) PASSWORD(*)"
NOTE: PASSWORD has no meaning for CERTDER and is ignored
$ racdcert --racf $T/r "ID(ANN) EXPORT(LABEL('Ann')) DSN('$T/x') FORMAT(PEM)"
IKJ56702I INVALID FORMAT, PEM
  FORMAT is CERTB64, CERTDER, PKCS7B64, PKCS7DER, PKCS12B64 or PKCS12DER
[12]
$ racdcert --racf $T/r "ID(ANN) EXPORT(LABEL('Ann')) DSN('$T')"
$T exists and is not a plain file; it is left alone
[8]
% What is in a data set
$ tests/conformance/mask racdcert --racf $T/r --password-file $T/pw "CHECKCERT('$T/p12b64') PASSWORD(*)"
Certificate 1:
Digital certificate information for user ANN:

  Label: Ann
  Certificate ID: 2QPB1dXBlZVA
  Status: TRUST
  Start Date: YYYY/MM/DD HH:MM:SS
  End Date:   YYYY/MM/DD HH:MM:SS
  Serial Number:
       >01<
  Issuer's Name:
       >CN=Root.O=Shop<
  Subject's Name:
       >CN=Ann<
  Signing Algorithm: sha256ECDSA
  Key Type: NIST ECC
  Key Size: 256
  Private Key: YES
  Certificate Fingerprint (SHA256):
       XX:..16 bytes..:XX:
       XX:..16 bytes..:XX

Certificate 2:
Digital certificate information for CERTAUTH:

  Label: Root
  Certificate ID: 2QiJmZmDhZmjgdmWlqNA
  Status: TRUST
  Start Date: YYYY/MM/DD HH:MM:SS
  End Date:   YYYY/MM/DD HH:MM:SS
  Serial Number:
       >00<
  Issuer's Name:
       >CN=Root.O=Shop<
  Subject's Name:
       >CN=Root.O=Shop<
  Signing Algorithm: sha256ECDSA
  Key Usage: CERTSIGN
  Key Type: NIST ECC
  Key Size: 256
  Private Key: NO
  Certificate Fingerprint (SHA256):
       XX:..16 bytes..:XX:
       XX:..16 bytes..:XX

Chain information:
  Chain contains 2 certificate(s), chain is complete
$ tests/conformance/mask racdcert --racf $T/r "CHECKCERT('$T/der')" | tail -3

Chain information:
  Chain contains 1 certificate(s), chain is incomplete
% Into another database: the certificate to the owner, its issuers to CERTAUTH
$ racfjob --racf $T/n "ADDUSER (ANN,BOB)"
racdcert: $T/n is a new security database
ICH01024I User ANN is defined as PROTECTED.
ICH01024I User BOB is defined as PROTECTED.
$ racdcert --racf $T/n --password-file $T/pw "CHECKCERT('$T/p12') PASSWORD(*)" | grep -E 'Certificate|not|Private|chain'
Certificate 1:
The certificate is not in the database.
  Private Key: YES
  Certificate Fingerprint (SHA256):
Certificate 2:
The certificate is not in the database.
  Private Key: NO
  Certificate Fingerprint (SHA256):
  Chain contains 2 certificate(s), chain is complete
$ racdcert --racf $T/n "ID(BOB) ADD('$T/b64') WITHLABEL('Alone')"
IRRD113I The certificate that you are adding has a signature that cannot be checked. The certificate is added with NOTRUST status.
  the certificate of its issuer is not stored under CERTAUTH
IRRD199I Certificate with label 'Alone' is added for user BOB.
[4]
$ racdcert --racf $T/n "ID(BOB) ADD('$T/p7') WITHLABEL('Other')"
IRRD109I The certificate cannot be added.  Profile 01.CN=Root.O=Shop is already defined.
  the certificate is stored for user BOB; every certificate has one owner and one label
[8]
$ racdcert --racf $T/n "ID(BOB) ADD('$T/p7') TRUST"
IRRD113I The certificate that you are adding is self-signed. The certificate is added with TRUST status.
IRRD199I Certificate with label 'LABEL00000001' is added for CERTAUTH.
IRRD199I Certificate with label 'Alone' is added for user BOB.
$ racdcert --racf $T/n --password-file $T/pw "ID(BOB) ADD('$T/p12') PASSWORD(*)"
IRRD199I Certificate with label 'Alone' is added for user BOB.
$ racdcert --racf $T/n "ID(BOB) LIST" | grep -E 'Label|Status|Private'
  Label: Alone
  Status: TRUST
  Private Key: YES
$ racdcert --racf $T/n "CERTAUTH LIST" | grep -E 'Label|Status|Private'
  Label: LABEL00000001
  Status: TRUST
  Private Key: NO
$ racdcert --racf $T/n "ID(ANN) ADD('$T/der')"
IRRD109I The certificate cannot be added.  Profile 01.CN=Root.O=Shop is already defined.
  the certificate is stored for user BOB; every certificate has one owner and one label
[8]
% A PEM file with its key; the form of old systems; EBCDIC
$ openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $T/key -out $T/own -days 99999 -set_serial 9 -subj '/O=Own/CN=own' 2>$T/noise; cat $T/own $T/key >$T/both
$ racdcert --racf $T/n "ID(ANN) ADD('$T/both') WITHLABEL('own')" && racdcert --racf $T/n "ID(ANN) LIST(LABEL('own'))" | grep Private
IRRD113I The certificate that you are adding is self-signed. The certificate is added with TRUST status.
IRRD199I Certificate with label 'own' is added for user ANN.
  Private Key: YES
$ openssl pkcs12 -export -legacy -in $T/own -inkey $T/key -out $T/old -passout pass:pw -certpbe PBE-SHA1-RC2-40 -keypbe PBE-SHA1-3DES
$ racdcert --racf $T/n "ID(ANN) DELETE(LABEL('own'))" && printf "RACDCERT ID(ANN) ADD('$T/old') PASSWORD('pw') WITHLABEL('own')\n" | racdcert --racf $T/n
READY
RACDCERT ID(ANN) ADD('$T/old') PASSWORD(****) WITHLABEL('own')
IRRD113I The certificate that you are adding is self-signed. The certificate is added with TRUST status.
IRRD199I Certificate with label 'own' is added for user ANN.
READY
END
$ racdcert --racf $T/n "ID(ANN) DELETE(LABEL('own'))" && iconv -t IBM1047 $T/own >$T/ebcdic && racdcert --racf $T/n "ID(ANN) ADD('$T/ebcdic') WITHLABEL('own')"
IRRD113I The certificate that you are adding is self-signed. The certificate is added with TRUST status.
IRRD199I Certificate with label 'own' is added for user ANN.
% HIGHTRUST is for authorities
$ racdcert --racf $T/n "ID(ANN) ADD('$T/own') HIGHTRUST"
IKJ56702I INVALID STATUS, HIGHTRUST
  HIGHTRUST is for CERTAUTH certificates only
[12]
% Dates that are past, or not yet
$ racdcert --racf $T/n "CERTAUTH GENCERT SUBJECTSDN(CN('old')) WITHLABEL('old') NISTECC NOTBEFORE(DATE(2020-01-01)) NOTAFTER(DATE(2021-01-01))" && racdcert --racf $T/n "CERTAUTH EXPORT(LABEL('old')) DSN('$T/past')" && racdcert --racf $T/n "CERTAUTH DELETE(LABEL('old'))"
$ racdcert --racf $T/n "CERTAUTH ADD('$T/past') WITHLABEL('old')"
IRRD113I The certificate that you are adding has an incorrect date range. The certificate is added with NOTRUST status.
IRRD199I Certificate with label 'old' is added for CERTAUTH.
[4]
% A wrong password, a key of another certificate, cut and senseless input
$ printf "RACDCERT ID(BOB) ADD('$T/p12') PASSWORD('wrong')\nRACDCERT ID(BOB) ADD('$T/p12')\n" | racdcert --racf $T/n
READY
RACDCERT ID(BOB) ADD('$T/p12') PASSWORD(****)
IRRD103I An error was encountered processing the specified input data set.
  the password is wrong
READY
RACDCERT ID(BOB) ADD('$T/p12')
IRRD103I An error was encountered processing the specified input data set.
  a password is needed
  write PASSWORD('...'), or PASSWORD(*) and the option --password-file FILE
READY
END
[8]
$ openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>$T/noise >$T/key2; cat $T/own $T/key2 >$T/mixed; racdcert --racf $T/n "ID(BOB) ADD('$T/mixed')"
IRRD103I An error was encountered processing the specified input data set.
  the private key does not belong to any certificate in it
[8]
$ head -5 $T/own >$T/cut; racdcert --racf $T/n "ID(BOB) ADD('$T/cut')"
IRRD104I The input data set does not contain a valid certificate.
  the text between its BEGIN and END lines is cut or damaged
[8]
$ head -c 200 $T/der >$T/cutder; racdcert --racf $T/n "ID(BOB) ADD('$T/cutder')"
IRRD104I The input data set does not contain a valid certificate.
  neither a certificate (DER, PEM) nor a PKCS#7 or PKCS#12 package
[8]
$ printf 'no certificate\n' >$T/text; racdcert --racf $T/n "CHECKCERT('$T/text')"
IRRD302I The data set can't be checked:
IRRD104I The input data set does not contain a valid certificate.
  neither a certificate (DER, PEM) nor a PKCS#7 or PKCS#12 package
[8]
$ : >$T/empty; racdcert --racf $T/n "ID(BOB) ADD('$T/empty')"
IRRD104I The input data set does not contain a valid certificate.
  neither a certificate (DER, PEM) nor a PKCS#7 or PKCS#12 package
[8]
$ head -c 10485760 /dev/zero >$T/large; racdcert --racf $T/n "ID(BOB) ADD('$T/large')"
IRRD103I An error was encountered processing the specified input data set.
  $T/large: larger than 1048576 bytes
[8]
$ racdcert --racf $T/n "ID(BOB) ADD('$T')"
IRRD103I An error was encountered processing the specified input data set.
  $T: not a regular file
[8]
$ cat $T/key2 >$T/keyonly; racdcert --racf $T/n "ID(BOB) ADD('$T/keyonly')"
IRRD104I The input data set does not contain a valid certificate.
  it holds no certificate
[8]
% Issuers that go in a circle
$ cd $T && for n in a b; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $n.key -out $n.tmp -days 9999 -subj /CN=$n 2>noise; openssl req -new -key $n.key -subj /CN=$n -out $n.csr 2>noise; done; openssl x509 -req -in a.csr -CA b.tmp -CAkey b.key -set_serial 1 -days 9999 -out a.pem 2>noise; openssl x509 -req -in b.csr -CA a.tmp -CAkey a.key -set_serial 1 -days 9999 -out b.pem 2>noise
$ racdcert --racf $T/n "CERTAUTH ADD('$T/a.pem') WITHLABEL('a') TRUST"; racdcert --racf $T/n "CERTAUTH ADD('$T/b.pem') WITHLABEL('b')"
IRRD113I The certificate that you are adding has a signature that cannot be checked. The certificate is added with TRUST status.
  the certificate of its issuer is not stored under CERTAUTH
IRRD199I Certificate with label 'a' is added for CERTAUTH.
IRRD199I Certificate with label 'b' is added for CERTAUTH.
$ racdcert --racf $T/n "CERTAUTH LISTCHAIN(LABEL('a'))" | grep -E '^Cert|Label|hain'
Certificate 1:
  Label: a
Certificate 2:
  Label: b
Chain information:
  Chain contains 2 certificate(s), chain is incomplete
  Chain contains no ring in common
$ cat $T/a.pem $T/b.pem >$T/circle; racdcert --racf $T/n "CHECKCERT('$T/circle')" | tail -2
Chain information:
  Chain contains 2 certificate(s), chain is incomplete
$ racdcert --racf $T/n "CERTAUTH EXPORT(LABEL('a')) DSN('$T/circle.p7') FORMAT(PKCS7B64)" && openssl pkcs7 -in $T/circle.p7 -print_certs | grep subject
subject=CN = a
subject=CN = b
% The same issuer and serial number, another certificate
$ openssl req -x509 -key $T/key2 -out $T/twin -days 99999 -set_serial 9 -subj '/O=Own/CN=own' 2>$T/noise; racdcert --racf $T/n "ID(ANN) ADD('$T/twin')"
IRRD109I The certificate cannot be added.  Profile 09.CN=own.O=Own is already defined.
  the certificate is stored for user ANN; every certificate has one owner and one label
[8]
$ racdcert --racf $T/n "ID(ANN) LIST" | grep Label
  Label: own
