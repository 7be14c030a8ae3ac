% How a certificate is renewed: with its key, and with a new one.
$ racfjob --racf $T/r "ADDUSER ANN"
racdcert: $T/r is a new security database
ICH01024I User ANN is defined as PROTECTED.
$ racdcert --racf $T/r "CERTAUTH GENCERT SUBJECTSDN(CN('Root') O('Shop')) WITHLABEL('Root') NISTECC NOTAFTER(DATE(2090-12-31))"
$ racdcert --racf $T/r "CERTAUTH GENCERT SUBJECTSDN(CN('Sub CA') O('Shop')) WITHLABEL('Sub') SIGNWITH(CERTAUTH LABEL('Root')) NISTECC SIZE(384)"
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('ann.example') T('Boss') OU('Sales') O('Shop') L('Here') SP('There') C('US')) WITHLABEL('Ann') SIGNWITH(CERTAUTH LABEL('Sub')) NISTECC KEYUSAGE(HANDSHAKE KEYAGREE) ALTNAME(DOMAIN('ann.example') IP(192.0.2.1) IP(2001:DB8::1) EMAIL('ann@example.com') URI('http://example'))"
$ racdcert --racf $T/r "ID(ANN) ADDRING(Ring)"
$ racdcert --racf $T/r "ID(ANN) CONNECT(LABEL('Ann') RING(Ring) DEFAULT)"
$ racdcert --racf $T/r "ID(ANN) CONNECT(CERTAUTH LABEL('Sub') RING(Ring))"
$ tests/conformance/mask racdcert --racf $T/r "ID(ANN) LISTCHAIN(LABEL('Ann'))"
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
       >CN=Sub CA.O=Shop<
  Subject's Name:
       >CN=ann.example.T=Boss.OU=Sales.O=Shop.L=Here.SP=There.C=US<
  Subject's AltNames:
    IP: 192.0.2.1
    IP: 2001:db8::1
    EMail: ann at example.com
    Domain: ann.example
    URI: http://example
  Signing Algorithm: sha384ECDSA
  Key Usage: HANDSHAKE, KEYAGREE
  Key Type: NIST ECC
  Key Size: 256
  Private Key: YES
  Certificate Fingerprint (SHA256):
       XX:..16 bytes..:XX:
       XX:..16 bytes..:XX
  Ring Associations:
    Ring Owner: ANN
    Ring:
       >Ring<

Certificate 2:
Digital certificate information for CERTAUTH:

  Label: Sub
  Certificate ID: 2QiJmZmDhZmjgeKkgkBA
  Status: TRUST
  Start Date: YYYY/MM/DD HH:MM:SS
  End Date:   YYYY/MM/DD HH:MM:SS
  Serial Number:
       >01<
  Issuer's Name:
       >CN=Root.O=Shop<
  Subject's Name:
       >CN=Sub CA.O=Shop<
  Signing Algorithm: sha256ECDSA
  Key Usage: CERTSIGN
  Key Type: NIST ECC
  Key Size: 384
  Private Key: YES
  Certificate Fingerprint (SHA256):
       XX:..16 bytes..:XX:
       XX:..16 bytes..:XX
  Ring Associations:
    Ring Owner: ANN
    Ring:
       >Ring<

Certificate 3:
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
  Private Key: YES
  Certificate Fingerprint (SHA256):
       XX:..16 bytes..:XX:
       XX:..16 bytes..:XX
  Ring Associations:
    *** No rings associated ***

Chain information:
  Chain contains 3 certificate(s), chain is complete
  Chain contains no ring in common
% With its key: a request, signed again, takes the place of the old one.
$ racdcert --racf $T/r "ID(ANN) GENREQ(LABEL('Ann')) DSN('$T/req')"
$ openssl req -in $T/req -noout -verify -text | grep -E 'verify OK|Subject:|Key Usage|DNS:|Digital'
Certificate request self-signature verify OK
        Subject: C = US, ST = There, L = Here, O = Shop, OU = Sales, title = Boss, CN = ann.example
                    IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, DNS:ann.example, email:ann@example.com, URI:http://example
                X509v3 Key Usage: critical
                    Digital Signature, Key Agreement
$ racdcert --racf $T/r "ID(ANN) DELETE(LABEL('Ann'))"
Certificate 'Ann' is waiting for the answer to a request (GENREQ). It is not deleted.
  to delete it loses the private key, without which the answer is useless; FORCE deletes the certificate all the same
[8]
$ racdcert --racf $T/r "ID(ANN) GENCERT('$T/req')"
IRRD130I The SIGNWITH keyword(s) must be specified. The request is not processed.
[8]
$ racdcert --racf $T/r "ID(ANN) GENCERT('$T/req') SIGNWITH(CERTAUTH LABEL('Sub')) WITHLABEL('Ann')"
$ tests/conformance/mask racdcert --racf $T/r "ID(ANN) LIST(SERIALNUMBER(02) ISSUERSDN('CN=Sub CA.O=Shop'))"
Digital certificate information for user ANN:

  Label: Ann
  Certificate ID: 2QPB1dXBlZVA
  Status: TRUST
  Start Date: YYYY/MM/DD HH:MM:SS
  End Date:   YYYY/MM/DD HH:MM:SS
  Serial Number:
       >02<
  Issuer's Name:
       >CN=Sub CA.O=Shop<
  Subject's Name:
       >CN=ann.example.T=Boss.OU=Sales.O=Shop.L=Here.SP=There.C=US<
  Subject's AltNames:
    IP: 192.0.2.1
    IP: 2001:db8::1
    EMail: ann at example.com
    Domain: ann.example
    URI: http://example
  Signing Algorithm: sha384ECDSA
  Key Usage: HANDSHAKE, KEYAGREE
  Key Type: NIST ECC
  Key Size: 256
  Private Key: YES
  Certificate Fingerprint (SHA256):
       XX:..16 bytes..:XX:
       XX:..16 bytes..:XX
  Ring Associations:
    Ring Owner: ANN
    Ring:
       >Ring<

% The request of a stranger gets a certificate without key.
$ openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $T/key -out $T/req2 -subj '/O=Elsewhere/CN=other' 2>$T/noise && racdcert --racf $T/r "ID(ANN) GENCERT('$T/req2') SIGNWITH(CERTAUTH LABEL('Sub'))"
$ racdcert --racf $T/r "ID(ANN) LIST(LABEL('LABEL00000001'))" | grep -E 'Subject|>|Key'
       >03<
       >CN=Sub CA.O=Shop<
  Subject's Name:
       >CN=other.O=Elsewhere<
  Key Type: NIST ECC
  Key Size: 256
  Private Key: NO
$ racdcert --racf $T/r "ID(ANN) GENREQ(LABEL('LABEL00000001')) DSN('$T/x')"
IRRD128I GENREQ requires a certificate with an associated private key. The request is not processed.
[8]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('x')) SIGNWITH(LABEL('LABEL00000001')) NISTECC"
IRRD128I GENCERT requires a certificate with an associated private key. The request is not processed.
[8]
$ sed 's/A/B/' $T/req2 >$T/req3; racdcert --racf $T/r "ID(ANN) GENCERT('$T/req3') SIGNWITH(CERTAUTH LABEL('Sub'))" | head -1
IRRD104I The input data set does not contain a valid certificate.
$ racdcert --racf $T/r "ID(ANN) GENCERT('$T/req2') SIGNWITH(CERTAUTH LABEL('Sub')) RSA SIZE(2048) WITHLABEL('noted')"
NOTE: SIZE has no meaning here and is ignored: the key is the request's
NOTE: RSA has no meaning here and is ignored: the key is the request's
% A request for an authority needs CERTSIGN.
$ racdcert --racf $T/r "CERTAUTH GENREQ(LABEL('Sub')) DSN('$T/req4')"
$ racdcert --racf $T/r "ID(ANN) GENCERT('$T/req4') SIGNWITH(CERTAUTH LABEL('Root')) KEYUSAGE(HANDSHAKE)"
IKJ56702I INVALID KEYUSAGE, CERTSIGN
  the request is for a certificate authority: name CERTSIGN in KEYUSAGE too, or leave KEYUSAGE out
[12]
% With a new key: REKEY makes it, ROLLOVER puts it where the old one was.
$ racdcert --racf $T/r "ID(ANN) REKEY(LABEL('Ann')) WITHLABEL('Ann 2')"
$ racdcert --racf $T/r "ID(ANN) GENREQ(LABEL('Ann 2')) DSN('$T/req5')"
$ racdcert --racf $T/r "ID(ANN) GENCERT('$T/req5') SIGNWITH(CERTAUTH LABEL('Sub'))"
$ racdcert --racf $T/r "ID(ANN) ROLLOVER(LABEL('Ann'))"
IRRD130I The NEWLABEL keyword(s) must be specified. The request is not processed.
[8]
$ racdcert --racf $T/r "ID(ANN) ROLLOVER(LABEL('Ann')) NEWLABEL('Ann')"
IKJ56702I INVALID NEWLABEL, Ann
  LABEL and NEWLABEL name the same certificate; with FORCE its private key would be deleted
[8]
$ racdcert --racf $T/r "ID(ANN) ROLLOVER(LABEL('Ann')) NEWLABEL('LABEL00000001')"
IRRD128I ROLLOVER requires a certificate with an associated private key. The request is not processed.
  'LABEL00000001' has no private key; FORCE goes on all the same
[8]
$ racdcert --racf $T/r "ID(ANN) ROLLOVER(LABEL('Ann')) NEWLABEL('Ann 2')"
$ racdcert --racf $T/r "ID(ANN) LISTRING(Ring)"
Digital ring information for user ANN:

  Ring:
       >Ring<
  Certificate Label Name             Cert Owner     USAGE      DEFAULT
  --------------------------------   ------------   --------   -------
  Ann 2                              ID(ANN)        PERSONAL     YES
  Sub                                CERTAUTH       CERTAUTH     NO

$ tests/conformance/mask racdcert --racf $T/r "ID(ANN) LIST(LABEL('Ann'))" | grep -E 'Private|Serial|0|rings'
  Serial Number:
       >02<
    IP: 192.0.2.1
    IP: 2001:db8::1
  Private Key: NO
    *** No rings associated ***
% An authority: the old certificate stays in the rings, the numbers go on.
$ racdcert --racf $T/r "CERTAUTH REKEY(LABEL('Sub')) WITHLABEL('Sub 2') NISTECC SIZE(256)"
$ racdcert --racf $T/r "CERTAUTH ROLLOVER(LABEL('Sub')) NEWLABEL('Sub 2')"
$ racdcert --racf $T/r "ID(ANN) LISTRING(Ring)"
Digital ring information for user ANN:

  Ring:
       >Ring<
  Certificate Label Name             Cert Owner     USAGE      DEFAULT
  --------------------------------   ------------   --------   -------
  Ann 2                              ID(ANN)        PERSONAL     YES
  Sub                                CERTAUTH       CERTAUTH     NO
  Sub 2                              CERTAUTH       CERTAUTH     NO

$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('last')) WITHLABEL('last') SIGNWITH(CERTAUTH LABEL('Sub')) NISTECC"
IRRD128I GENCERT requires a certificate with an associated private key. The request is not processed.
[8]
$ racdcert --racf $T/r "ID(ANN) GENCERT SUBJECTSDN(CN('last')) WITHLABEL('last') SIGNWITH(CERTAUTH LABEL('Sub 2')) NISTECC"
$ racdcert --racf $T/r "ID(ANN) LIST(LABEL('last'))" | sed -n '/Serial/,/Subject/p'
  Serial Number:
       >06<
  Issuer's Name:
       >CN=Sub CA.O=Shop<
  Subject's Name:
% Status, label, deletion
$ racdcert --racf $T/r "CERTAUTH ALTER(LABEL('Root')) HIGHTRUST NEWLABEL('Top')"
$ racdcert --racf $T/r "CERTAUTH ALTER(LABEL('Top')) NEWLABEL('Sub')"
The label Sub is already in use for CERTAUTH. The certificate is not changed.
  choose another label, or delete what has it first
[8]
$ racdcert --racf $T/r "ID(ANN) ALTER NOTRUST"
IRRD107I No matching certificate was found for this user.
  5 certificates of user ANN fit: name one with LABEL('...')
[8]
$ racdcert --racf $T/r "ID(ANN) DELETE(LABEL('last'))"
$ racdcert --racf $T/r "CERTAUTH DELETE(LABEL('Top'))"
NOTE: certificate 'Top' has signed others; they can't be renewed without its key
$ racdcert --racf $T/r "CERTAUTH DELETE(LABEL('Sub 2')) FORCE"
$ tests/conformance/mask racdcert --racf $T/r "ID(ANN) LISTCHAIN(LABEL('Ann 2'))" | tail -4

Chain information:
  Chain contains 2 certificate(s), chain is incomplete
  Chain contains ring in common: ANN/Ring
$ racdcert --racf $T/r "ID(ANN) DELRING(Ring)"
$ racdcert --racf $T/r "ID(ANN) LISTRING(*)"
IRRD115I User ANN has no rings.
[4]
