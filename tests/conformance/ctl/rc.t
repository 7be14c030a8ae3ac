% A return code: its meaning, causes with the most likely first, commands.
$ attlsctl rc 414
RC 414  GSK_ERR_BAD_CERT  (System SSL)
A certificate, the own or the partner's, is not valid.

Likely causes, the most likely first:
 1. The certificate of the authority that signed the server's or the personal certificate is not connected to the ring, or not with USAGE(CERTAUTH).
      racdcert "ID(USER) LISTRING(RING)"
 2. The partner rejected our certificate 'SUBJECT' and does not say why. Usual reasons: it expects another name in the certificate, it lacks the authority 'ISSUER', which signed the certificate, or the key or the digest is too weak for it.
      look in the partner's log
 3. The partner rejected our certificate 'SUBJECT'. This side sent it without the one of 'ISSUER', which signed it and is not on ring OWNER/RING.
      racdcert "ID(USER) CONNECT(ID(USER) LABEL('LABEL') RING(RING) USAGE(CERTAUTH))"
 4. The partner rejected the certificate of this side, and this side sent none: most often the partner wants one.
      connect a certificate with its private key to ring OWNER/RING, as DEFAULT or named by CertificateLabel
 5. the certificate of 'SUBJECT' is malformed: it has an extension twice, or one that can't be read
    The program that made the partner's certificate made it wrongly.
      have the certificate of 'SUBJECT' made again
 6. A certificate that the partner sent can't be read.
      have the partner's certificate made again
 7. the own certificate 'LABEL' in ring OWNER/RING can't be used: FOUND
    A certificate that this side sends, its own or one above it, is no proper X.509: partners refuse it.
      have 'WANTED' made again without that extension: racdcert "ID(USER) GENREQ(LABEL('WANTED'))", and ADD the answer
 8. OpenSSL does not take our certificate or its chain; its words stand in the reason.
      racdcert "ID(USER) LIST(LABEL('LABEL'))"
$ attlsctl rc 134CC0CA --json
{
  "given": "134CC0CA",
  "rc": 202,
  "constant": "GSK_KEYRING_OPEN_ERROR",
  "origin": "System SSL",
  "meaning": "The key ring or key database can't be opened.",
  "causes": [
    {
      "fault": "ring_absent",
      "blame": "this_side",
      "cause": "The ring is not there: misspelt (case counts), or owned by another user. A bare name in Keyring (FILE:LINE) is looked for under the user id of EZD1281I, here USER.",
      "remedy": "attlsctl rings --reader USER OWNER/RING"
    },
    {
      "fault": "ring_denied",
      "blame": "this_side",
      "cause": "User USER may not read the ring: the profile that decides stands in the reason.",
      "remedy": "attlsctl rings --reader USER OWNER/RING"
    },
    {
      "fault": "ring_unsafe",
      "blame": "this_side",
      "cause": "The daemon does not read keys from files that other accounts may change or see.",
      "remedy": "change owner or mode with the command that the reason has"
    },
    {
      "fault": "ring_failed",
      "blame": "this_side",
      "cause": "The ring could not be read: the reason says what failed.",
      "remedy": "attlsctl rings --reader USER OWNER/RING"
    },
    {
      "fault": "file_absent",
      "blame": "this_side",
      "cause": "Keyring (FILE:LINE) names a file that is not there or can't be opened.",
      "remedy": "ls -l OWNER/RING"
    },
    {
      "fault": "file_unsupported",
      "blame": "this_side",
      "cause": "Keyring (FILE:LINE) names a kind of file that is not read here.",
      "remedy": "export it as PKCS#12 and name that file in Keyring"
    },
    {
      "fault": "token_failed",
      "blame": "this_side",
      "cause": "The PKCS#11 token that Keyring (FILE:LINE) names can't be used: the reason says why.",
      "remedy": "pkcs11-tool --list-token-slots"
    },
    {
      "fault": "listed_202_1",
      "cause": "The connection has another user id than you think: see USERID in EZD1281I.",
      "remedy": "attlsctl netstat TTLS COnn CONNID DETAIL"
    }
  ]
}
$ attlsctl rc 0
RC 0  GSK_OK  (System SSL)
Success.
$ attlsctl rc 5004 nonsense
attlsctl rc: "nonsense" is not a return code: the number behind RC: in the messages, or as a dump or trace has it: 19E, 0x19E, 0000019E, 134CC19E, -22, FFFFFFEA
usage: attlsctl rc [--json] [CODE...]
[2]
$ attlsctl rc 5004 2
RC 5004  (AT-TLS)
HandshakeTimeout passed before the partner sent any TLS data.

Likely causes, the most likely first:
 1. the client sent no TLS within HandshakeTimeout or handshake_limit
    The client connected and said nothing: it may wait for the server to speak first, so it does no TLS here; or it is a server too.
      switch on TLS at the client; with attlsd there, its HandshakeRole must be Client
 2. the partner sent no TLS within HandshakeTimeout or handshake_limit
    This side connected to the partner and is the server by its policy (HandshakeRole, FILE:LINE), so both wait for the other to begin, if the partner is a server as is usual.
      set HandshakeRole Client (FILE:LINE)
 3. the server answered nothing to this side's ClientHello within HandshakeTimeout or handshake_limit
    The server accepted the connection and said nothing: its program does not read it, is overloaded, does no TLS and waits for more, or a firewall swallows the packets.
      look in the server's log; attlsctl probe HOST:PORT --rule RULE tries it again without the program
 4. there was no time for it within HandshakeTimeout or handshake_limit: more handshakes are wanted than can be done here
    The partner has sent something, which this daemon had no time to read.
      attlsctl status
 5. a limit was reached, and it had waited longest for its partner
    This daemon had no room for more handshakes (max_handshakes), and gave this one up early; the partner had said nothing yet.
      attlsctl status
 6. the partner sent no TLS within HandshakeTimeout while a limit was three quarters full
    The partner said nothing, and this daemon has little room left (max_handshakes).
      attlsctl status
attlsctl: return code 2 is not known here; attlsctl rc lists those that are
[2]
% As TN3270, CICS and traces print them.
$ attlsctl rc 0000019C | head -3
0000019C in hexadecimal is 412.
RC 412  GSK_ERR_UNSUPPORTED  (System SSL)
The protocol version or certificate type is not supported.
$ attlsctl rc 19c 0x19C "X'19C'" 134CC19C | grep RC
RC 412  GSK_ERR_UNSUPPORTED  (System SSL)
RC 412  GSK_ERR_UNSUPPORTED  (System SSL)
RC 412  GSK_ERR_UNSUPPORTED  (System SSL)
RC 412  GSK_ERR_UNSUPPORTED  (System SSL)
$ attlsctl rc 196 | head -2
196 in hexadecimal is 406.
RC 406  GSK_ERR_IO  (System SSL)
% 204 may be both: decimal wins, and the other reading is told.
$ attlsctl rc 204
RC 204  (System SSL)
The password of the key database is expired.
204 may be hexadecimal too, which is 516: System SSL has this code; there is no public description of it.

Likely causes, the most likely first:
 1. The password of the key database is too old.
$ attlsctl rc 204 --json
{
  "given": "204",
  "rc": 204,
  "rc_in_hexadecimal": 516,
  "origin": "System SSL",
  "meaning": "The password of the key database is expired.",
  "causes": [
    {
      "fault": "listed_204_1",
      "cause": "The password of the key database is too old."
    }
  ]
}
% System SSL's older functions.
$ attlsctl rc -22 | head -4
RC -22  (System SSL, of its older functions)
The partner closed the socket.
AT-TLS calls other functions, which give 420 GSK_ERR_SOCKET_CLOSED for this.

$ attlsctl rc FFFFFFEA | head -3
RC -22  (System SSL, of its older functions)
The partner closed the socket.
AT-TLS calls other functions, which give 420 GSK_ERR_SOCKET_CLOSED for this.
$ attlsctl rc FFFFFFEA --json | head -8
{
  "given": "FFFFFFEA",
  "rc": -22,
  "rc_today": 420,
  "constant": "GSK_ERR_SOCKET_CLOSED",
  "origin": "System SSL",
  "meaning": "The partner closed the socket.",
  "causes": [
$ attlsctl rc -111
RC -111  (System SSL, of its older functions)
ICSF may not make or use clear keys.
AT-TLS calls other functions: no message of AT-TLS has this code.
$ attlsctl rc -23
attlsctl: return code -23 is not known here; attlsctl rc lists those that are
[2]
% ICSF, which attlsd does not have: whoever asks has a mainframe.
$ attlsctl rc 454 455 456
RC 454  (System SSL)
ICSF services are not available.

Likely causes, the most likely first:
 1. On z/OS: ICSF was not active when System SSL needed it (elliptic curves, keys in ICSF, FIPS140). attlsd uses no ICSF and never gives this code.
      start ICSF before TCP/IP; a group that runs sees it after a new GroupUserInstance and F PAGENT,UPDATE
RC 455  (System SSL)
An ICSF service failed.

Likely causes, the most likely first:
 1. On z/OS: an ICSF service returned an error. The user id of the connection, or of the stack, has no READ to the service's profile in class CSFSERV, or the hardware that it needs is not there. attlsd uses no ICSF and never gives this code.
      take a System SSL trace: it names the service, its return and reason code
RC 456  (System SSL)
ICSF could not generate a key pair for the key exchange (ECDH).

Likely causes, the most likely first:
 1. On z/OS: a profile in class CRYPTOZ covers CLEARKEY.SYSTOK-SESSION-ONLY and gives no READ: ICSF may then make no clear key, which each ECDHE handshake needs. attlsd uses no ICSF and never gives this code.
      permit READ to CLEARKEY.SYSTOK-SESSION-ONLY in class CRYPTOZ for all users of AT-TLS
 2. On z/OS: the user id of the connection has no READ to CSF1GKP in class CSFSERV (service CSFPGKP, as the System SSL trace names it).
      permit READ to CSF1GKP in class CSFSERV
% Codes without public description are that.
$ attlsctl rc 449 5020
RC 449  (System SSL)
System SSL has this code; there is no public description of it.

Likely causes, the most likely first:
 1. No public text says why it comes, and nothing is guessed here. attlsd never gives this code.
      look in the book of your release: System SSL Programming, "SSL function return codes"
RC 5020  (AT-TLS)
AT-TLS has this code; there is no public description of it.

Likely causes, the most likely first:
 1. No public text says why it comes, and nothing is guessed here. attlsd never gives this code.
      look in the book of your release: IP Diagnosis Guide, "AT-TLS return codes"
$ attlsctl rc 03353084 19D
attlsctl: 03353084 is a status of System SSL's certificate management, not a return code; System SSL Programming lists them under "CMS status codes"
19D in hexadecimal is 413.
RC 413  GSK_ERR_BAD_CERT_SIG  (System SSL)
The signature of a certificate is not correct.

Likely causes, the most likely first:
 1. A certificate of the partner's chain was not signed by the key of the authority 'ISSUER': that authority was made again under the same name, or the certificate was changed.
      compare the authority here with the partner's: racdcert "CERTAUTH LIST"
 2. the certificate of 'SUBJECT' is signed with FOUND, which is not among the policy's pairs
    SignaturePairsCert, or SignaturePairs, of the policy (FILE:LINE) does not have the pair by which the certificate is signed.
      add the pair, or have the certificate signed with another
[2]
% All of them.
$ attlsctl rc | sed -n '1,12p'
-111  ICSF may not make or use clear keys. (older functions)
-110  The PKCS #11 services of ICSF are disabled. (older functions)
-109  The PKCS #11 services of ICSF do not run in FIPS mode. (older functions)
-108  An ICSF service failed. (older functions)
-107  ICSF services are not available. (older functions)
 -55  A certificate's key usage does not allow this use. (older functions)
 -27  The certificate to be used has no private key. (older functions)
 -22  The partner closed the socket. (older functions)
  -7  Renegotiation is not allowed. (older functions)
   0  Success.
   1  The handle is not valid.
   3  Internal error.
$ attlsctl rc | wc -l
104
$ attlsctl rc --json | head -12
[
  {
    "rc": -111,
    "origin": "System SSL",
    "meaning": "ICSF may not make or use clear keys.",
    "causes": []
  },
  {
    "rc": -110,
    "origin": "System SSL",
    "meaning": "The PKCS #11 services of ICSF are disabled.",
    "causes": []
