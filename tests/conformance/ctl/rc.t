% A return code: its meaning, causes with the most likely first, commands.
$ attlsctl rc 414
RC 414  GSK_ERR_BAD_CERT  (System SSL)
A certificate, the own or the partner's, is not valid.

Likely causes, the most likely first:
 1. The certificate of the authority that signed the server's or the personal certificate is not connected to the ring, or not with USAGE(CERTAUTH).
      racdcert "ID(USER) LISTRING(RING)"
 2. The partner rejected our certificate 'SUBJECT' and does not say why; most often it lacks the authority 'ISSUER', which signed it.
      look in the partner's log; give the partner the certificate of 'ISSUER'
 3. The partner rejected our certificate 'SUBJECT'. This side sent it without the one of 'ISSUER', which signed it and is not on ring OWNER/RING.
      racdcert "ID(USER) CONNECT(CERTAUTH LABEL('LABEL') RING(RING) USAGE(CERTAUTH))"
 4. the certificate of 'SUBJECT' is malformed: it has an extension twice, or one that can't be read
    The program that made the partner's certificate made it wrongly.
      have the certificate of 'SUBJECT' made again
 5. A certificate that the partner sent can't be read.
      have the partner's certificate made again
 6. OpenSSL does not take our certificate or its chain; its words stand in the reason.
      racdcert "ID(USER) LIST(LABEL('LABEL'))"
$ attlsctl rc 134CC0CA --json
{
  "rc": 202,
  "constant": "GSK_KEYRING_OPEN_ERROR",
  "origin": "System SSL",
  "meaning": "The key ring or key database can't be opened.",
  "causes": [
    {
      "fault": "ring_absent",
      "blame": "this_side",
      "cause": "The ring is not there: misspelt (case counts), or owned by another user. A bare name in Keyring (FILE:LINE) is looked for under the user id of EZD1281I, here USER.",
      "remedy": "racdcert \"ID(USER) LISTRING(*)\""
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
      "remedy": "change owner or mode as the reason says"
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
attlsctl rc: "nonsense" is not a return code: the number behind RC: in the messages, or System SSL's 134CC19E
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
