% attlsctl check --racf: the key rings that a policy wants.
$ attlsctl check --racf $T/nowhere conf/policy/ims.policy
attlsctl check: $T/nowhere: no such folder; a job run with racdcert --racf makes a new security database there
[2]
$ testring $T/good && attlsctl check --racf $T/good tests/conformance/files/rings.policy
$ testring --server expired --client no-ca $T/a && attlsctl check --racf $T/a tests/conformance/files/rings.policy
tests/conformance/files/rings.policy:26:13: error: rule server: ring SERVER/Test.Ring: the certificate 'SERVER' has expired: it was valid to 2021/12/31 23:59:59 [cert-expired]
    Keyring Test.Ring
            ^~~~~~~~~
    fix: RACDCERT ID(SERVER) GENREQ(LABEL('SERVER')), have it signed, and ADD it again
tests/conformance/files/rings.policy:41:13: error: rule client: ring CLIENT/Test.Ring holds no certificate of an authority: no peer can be trusted [no-authority]
    Keyring CLIENT/Test.Ring
            ^~~~~~~~~~~~~~~~
    fix: RACDCERT ID(CLIENT) CONNECT(CERTAUTH LABEL('Test CA') RING(Test.Ring) USAGE(CERTAUTH))
tests/conformance/files/rings.policy:49:22: warning: rule client: ring CLIENT/Test.Ring: the issuer of the certificate 'CLIENT' (CN=Test CA,O=Test) is not connected [ca-not-connected]
    CertificateLabel CLIENT
                     ^~~~~~
    fix: RACDCERT ID(CLIENT) CONNECT(CERTAUTH LABEL('Test CA') RING(Test.Ring) USAGE(CERTAUTH))
[2]
$ testring --server no-key --client other-ca $T/b && attlsctl check --racf $T/b tests/conformance/files/rings.policy
tests/conformance/files/rings.policy:26:13: error: rule server: ring SERVER/Test.Ring: the certificate 'SERVER' has no private key [no-key]
    Keyring Test.Ring
            ^~~~~~~~~
    fix: connect a certificate with its key and USAGE(PERSONAL); this one was added without: RACDCERT ADD a PKCS#12 file
tests/conformance/files/rings.policy:49:22: warning: rule client: ring CLIENT/Test.Ring: the issuer of the certificate 'CLIENT' (CN=Other CA,O=Test) is not connected [ca-not-connected]
    CertificateLabel CLIENT
                     ^~~~~~
    fix: RACDCERT ID(CLIENT) CONNECT(CERTAUTH LABEL('Other CA') RING(Test.Ring) USAGE(CERTAUTH))
[2]
$ testring --server no-default --client no-cert $T/c && attlsctl check --racf $T/c tests/conformance/files/rings.policy
tests/conformance/files/rings.policy:26:13: error: rule server: ring SERVER/Test.Ring has no DEFAULT certificate, and the policy names no label [no-default]
    Keyring Test.Ring
            ^~~~~~~~~
    fix: add CertificateLabel SERVER, or RACDCERT ID(SERVER) CONNECT(ID(SERVER) LABEL('SERVER') RING(Test.Ring) DEFAULT USAGE(PERSONAL))
tests/conformance/files/rings.policy:49:22: error: rule client: ring CLIENT/Test.Ring holds no certificate with the label 'CLIENT'; it is not connected, and is stored for ID(CLIENT) [label-absent]
    CertificateLabel CLIENT
                     ^~~~~~
    fix: RACDCERT ID(CLIENT) CONNECT(ID(CLIENT) LABEL('CLIENT') RING(Test.Ring) USAGE(PERSONAL))
[2]
$ testring --server notrust,future --client wrong-usage $T/d && attlsctl check --racf $T/d tests/conformance/files/rings.policy
tests/conformance/files/rings.policy:26:13: error: rule server: ring SERVER/Test.Ring: the certificate 'SERVER' has the status NOTRUST [cert-notrust]
    Keyring Test.Ring
            ^~~~~~~~~
    fix: RACDCERT ID(SERVER) ALTER(LABEL('SERVER')) TRUST
tests/conformance/files/rings.policy:26:13: error: rule server: ring SERVER/Test.Ring: the certificate 'SERVER' is not valid yet: it is valid from 2090/01/01 00:00:00 [cert-expired]
    Keyring Test.Ring
            ^~~~~~~~~
    fix: look at the machine's clock and at its NOTBEFORE
tests/conformance/files/rings.policy:49:22: error: rule client: ring CLIENT/Test.Ring: the certificate 'CLIENT' is not connected with USAGE(PERSONAL): its private key can't be used [no-key]
    CertificateLabel CLIENT
                     ^~~~~~
    fix: RACDCERT ID(CLIENT) CONNECT(ID(CLIENT) LABEL('CLIENT') RING(Test.Ring) DEFAULT USAGE(PERSONAL))
[2]
$ attlsctl check --racf $T/good tests/conformance/files/labels.policy
tests/conformance/files/labels.policy:33:13: error: rule server: user SERVER has no key ring Test.ring; upper and lower case count: there is Test.Ring [ring-unreadable]
    Keyring Test.ring
            ^~~~~~~~~
    fix: write Keyring SERVER/Test.Ring
tests/conformance/files/labels.policy:56:22: error: rule client: ring CLIENT/Test.Ring holds no certificate with the label 'client' [label-absent]
    CertificateLabel client
                     ^~~~~~
    fix: upper and lower case count: write CLIENT
tests/conformance/files/labels.policy:62:23: error: rule other: none of its suites fits the key of the certificate 'SERVER' in ring SERVER/Test.Ring [suite-cert-mismatch]
  V3CipherSuites4Char C030
                      ^~~~
    fix: add suites for an elliptic curve key, such as C02CC02B
tests/conformance/files/labels.policy:78:28: error: rule other: ring SERVER/Test.Ring holds no certificate with the label 'Server' [label-absent]
    ServerCertificateLabel Server
                           ^~~~~~
    fix: upper and lower case count: write SERVER
[2]
$ attlsctl check --racf $T/good conf/policy/ims.policy
conf/policy/ims.policy:85:35: error: rule IMSDBConnectRule~1: no user has a ring IMS.KeyRing [ring-unreadable]
  Keyring                         IMS.KeyRing
                                  ^~~~~~~~~~~
    fix: correct the name (case counts), or make the ring: RACDCERT ADDRING
conf/policy/ims.policy:89:35: error: rule IMSDBClientRule~2: no user has a ring zCEE.KeyRing [ring-unreadable]
  Keyring                         zCEE.KeyRing
                                  ^~~~~~~~~~~~
    fix: correct the name (case counts), or make the ring: RACDCERT ADDRING
[2]
$ attlsctl check --racf $T/good -f tests/conformance/files/attlsd.conf tests/conformance/files/bare.policy
% ServerCertificateLabel stands in the place of CertificateLabel: check and rings agree.
$ attlsctl check --racf $T/good tests/conformance/files/gone.policy
$ attlsctl rings --racf $T/good --policy tests/conformance/files/gone.policy SERVER/Test.Ring | grep -e '!' -e attention
Nothing needs attention.
$ testring --server certsign-only $T/e && attlsctl check --racf $T/e tests/conformance/files/gone.policy
tests/conformance/files/gone.policy:31:28: error: rule r1: ring SERVER/Test.Ring: the certificate 'SERVER' may not be used for handshakes [cert-usage]
    ServerCertificateLabel SERVER
                           ^~~~~~
    fix: make one with KEYUSAGE(HANDSHAKE), or without KEYUSAGE
[2]
$ attlsctl rings --racf $T/e --policy tests/conformance/files/gone.policy SERVER/Test.Ring | grep -e '!' -e attention
  ! rule r1: ring SERVER/Test.Ring: the certificate 'SERVER' may not be used for handshakes
1 thing needs attention.
% Of one connection: explain, which asks the same.
$ attlsctl explain --racf $T/e --direction Inbound --local 127.0.0.1:5555 --remote 127.0.0.1:2 tests/conformance/files/gone.policy 2>$T/noise
[2]
$ attlsctl explain --racf $T/e --direction Inbound --local 127.0.0.1:5555 --remote 127.0.0.1:2 --userid SERVER tests/conformance/files/gone.policy 2>$T/noise | sed '/^$/,$d'
Connection: Inbound 127.0.0.1:5555 to 127.0.0.1:2, user SERVER
Rule:       r1, priority 1 (tests/conformance/files/gone.policy:2)
Status:     Enabled
Actions:    group on, environment server
Versions:   TLSv1.2
Key ring:   Test.Ring, ServerCertificateLabel 'SERVER'
            ! rule r1: ring SERVER/Test.Ring: the certificate 'SERVER' may not be used for handshakes
$ attlsctl explain --racf $T/e --json --direction Inbound --local 127.0.0.1:5555 --remote 127.0.0.1:2 --userid SERVER tests/conformance/files/gone.policy 2>$T/noise | sed -n '/"ring"/,/^  }/p'
  "ring": {
    "keyring": "Test.Ring",
    "labels": [
      "SERVER"
    ],
    "lacks": [
      {
        "file": "tests/conformance/files/gone.policy",
        "line": 31,
        "column": 28,
        "severity": "error",
        "name": "cert-usage",
        "message": "rule r1: ring SERVER/Test.Ring: the certificate 'SERVER' may not be used for handshakes",
        "fix": "make one with KEYUSAGE(HANDSHAKE), or without KEYUSAGE"
      }
    ]
  },
$ attlsctl explain --racf $T/good --json --direction Inbound --local 127.0.0.1:5555 --remote 127.0.0.1:2 --userid SERVER tests/conformance/files/gone.policy 2>$T/noise | sed -n '/"ring"/,/^  }/p'
  "ring": {
    "keyring": "Test.Ring",
    "labels": [
      "SERVER"
    ],
    "lacks": []
  },
$ attlsctl explain --racf $T/nowhere --direction Inbound --local 127.0.0.1:5555 --remote 127.0.0.1:2 --userid SERVER tests/conformance/files/gone.policy 2>&1 | tail -n 1
attlsctl explain: $T/nowhere: no such folder; a job run with racdcert --racf makes a new security database there
$ attlsctl explain --racf $T/good --direction Outbound --local 127.0.0.1:1 --remote 127.0.0.1:5555 tests/conformance/files/rings.policy 2>&1 | tail -n 1
attlsctl explain: --racf: give --userid NAME, whose ring it is
% What RACDCERT does not make, and shops have from elsewhere; a client without a certificate.
$ testring --server sha1 --client server-only $T/sha1 && attlsctl check --racf $T/sha1 tests/conformance/files/rings.policy
tests/conformance/files/rings.policy:26:13: error: rule server: ring SERVER/Test.Ring: the certificate 'SERVER' is signed with SHA-1, which OpenSSL's security level 1 bars: SHA-224 is the least [cert-weak]
    Keyring Test.Ring
            ^~~~~~~~~
    fix: RACDCERT ID(SERVER) GENREQ(LABEL('SERVER')), have it signed with SHA-256, and ADD it again
tests/conformance/files/rings.policy:49:22: warning: rule client: ring CLIENT/Test.Ring: the certificate 'CLIENT' is shown by a client, and its extended key usage lacks clientAuth: partners refuse it [cert-purpose]
    CertificateLabel CLIENT
                     ^~~~~~
    fix: have one signed with the extended key usage clientAuth, or without that extension
[2]
$ testring --server weak-key --client malformed $T/weak && attlsctl check --racf $T/weak tests/conformance/files/rings.policy
tests/conformance/files/rings.policy:26:13: error: rule server: ring SERVER/Test.Ring: the certificate 'SERVER' has a key of 512 bits (RSA); the least is 1024 (OpenSSL's security level 1) [cert-weak]
    Keyring Test.Ring
            ^~~~~~~~~
    fix: RACDCERT ID(SERVER) REKEY(LABEL('SERVER')) SIZE(2048) WITHLABEL('new label'), and have it signed
tests/conformance/files/rings.policy:49:22: error: rule client: ring CLIENT/Test.Ring: the certificate 'CLIENT' has an extension twice, or one that can't be read [cert-malformed]
    CertificateLabel CLIENT
                     ^~~~~~
    fix: RACDCERT ID(CLIENT) GENREQ(LABEL('CLIENT')), have it signed without that extension, and ADD it again
[2]
$ testring --client no-default $T/none && sed '/CertificateLabel/d' tests/conformance/files/rings.policy >$T/bare.policy && attlsctl check --racf $T/none $T/bare.policy
$T/bare.policy:41:13: note: rule client: ring CLIENT/Test.Ring: the client has no certificate to send: there is no DEFAULT [no-client-cert]
    Keyring CLIENT/Test.Ring
            ^~~~~~~~~~~~~~~~
    fix: there is nothing to do where servers ask for no certificate; else connect one with its key and DEFAULT
$ attlsctl rings --racf $T/none --policy $T/bare.policy CLIENT/Test.Ring | grep -e '!' -e note: -e attention
  note: rule client: ring CLIENT/Test.Ring: the client has no certificate to send: there is no DEFAULT
Nothing needs attention.
% An authority that is NOTRUST.
$ racdcert --racf $T/good "CERTAUTH ALTER(LABEL('Test CA')) NOTRUST" >$T/noise; attlsctl check --racf $T/good tests/conformance/files/rings.policy
tests/conformance/files/rings.policy:26:13: error: rule server: ring SERVER/Test.Ring: the certificate 'Test CA' has the status NOTRUST: partners whose certificates it signed are refused [cert-notrust]
    Keyring Test.Ring
            ^~~~~~~~~
    fix: RACDCERT CERTAUTH ALTER(LABEL('Test CA')) TRUST
tests/conformance/files/rings.policy:26:13: error: rule server: ring SERVER/Test.Ring holds no certificate of an authority: no peer can be trusted; 'Test CA' is NOTRUST [no-authority]
    Keyring Test.Ring
            ^~~~~~~~~
    fix: RACDCERT CERTAUTH ALTER(LABEL('Test CA')) TRUST
tests/conformance/files/rings.policy:41:13: error: rule client: ring CLIENT/Test.Ring: the certificate 'Test CA' has the status NOTRUST: partners whose certificates it signed are refused [cert-notrust]
    Keyring CLIENT/Test.Ring
            ^~~~~~~~~~~~~~~~
    fix: RACDCERT CERTAUTH ALTER(LABEL('Test CA')) TRUST
tests/conformance/files/rings.policy:41:13: error: rule client: ring CLIENT/Test.Ring holds no certificate of an authority: no peer can be trusted; 'Test CA' is NOTRUST [no-authority]
    Keyring CLIENT/Test.Ring
            ^~~~~~~~~~~~~~~~
    fix: RACDCERT CERTAUTH ALTER(LABEL('Test CA')) TRUST
[2]
% Another user's ring: the reader sees what the reader may.
$ testring $T/reader && printf '%s\n' 'SETROPTS CLASSACT(RDATALIB)' 'RDEFINE RDATALIB SERVER.TEST.RING.LST UACC(READ)' | racdcert --racf $T/reader - >$T/noise; sed -e 's|Keyring Test.Ring|Keyring SERVER/Test.Ring|' -e '/Userid SERVER/d' tests/conformance/files/rings.policy >$T/theirs.policy; attlsctl rings --racf $T/reader --policy $T/theirs.policy --reader CLIENT SERVER/Test.Ring | grep -e '!' -e attention
  ! rule server: ring SERVER/Test.Ring: the private key of 'SERVER' may not be read by user CLIENT
1 thing needs attention.
$ attlsctl rings --racf $T/reader --policy $T/theirs.policy SERVER/Test.Ring | grep -e '!' -e attention
Nothing needs attention.
$ printf '%s\n' 'PERMIT SERVER.TEST.RING.LST CLASS(RDATALIB) ID(CLIENT) ACCESS(UPDATE)' | racdcert --racf $T/reader - >$T/noise; attlsctl rings --racf $T/reader --policy $T/theirs.policy --reader CLIENT SERVER/Test.Ring | grep -e '!' -e attention
Nothing needs attention.
