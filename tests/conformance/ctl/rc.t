% A return code: its meaning, causes with the most likely first, commands.
$ attlsctl rc 414
RC 414  GSK_ERR_BAD_CERT  (System SSL)
A certificate, the own or the partner's, is not valid.

Likely causes, the most likely first:
 1. The certificate of the authority that signed the server's or the personal certificate is not connected to the ring, or not with USAGE(CERTAUTH).
      racdcert "ID(USER) LISTRING(RING)"
 2. The partner rejected our certificate (alert bad_certificate or certificate_unknown): its own log says why; most often it lacks our authority.
      attlsctl why CONNID
 3. Our certificate is NOTRUST, or its chain on the ring is incomplete.
      racdcert "ID(USER) LIST(LABEL('LABEL'))"
 4. A certificate is damaged and can't be read.
      attlsctl why CONNID
$ attlsctl rc 134CC0CA --json
{
  "rc": 202,
  "constant": "GSK_KEYRING_OPEN_ERROR",
  "origin": "System SSL",
  "meaning": "The key ring or key database can't be opened.",
  "causes": [
    {
      "cause": "The ring is not there: misspelt, or owned by another user (a bare name is looked for under the user id of EZD1281I).",
      "command": "racdcert \"ID(USER) LISTRING(*)\""
    },
    {
      "cause": "The user may not list the ring: READ for the own, UPDATE for another's to IRR.DIGTCERT.LISTRING (and READ to IRR.DIGTCERT.LIST) in class FACILITY.",
      "command": "attlsctl rings --reader USER OWNER/RING"
    },
    {
      "cause": "The connection has another user id than you think: see USERID in EZD1281I.",
      "command": "attlsctl netstat TTLS COnn CONNID DETAIL"
    },
    {
      "cause": "Keyring names a file that is missing, that others may change, or a gskkyman database (.kdb).",
      "command": "attlsctl explain FILE"
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
 1. Both sides wait for the other to begin: both are servers (HandshakeRole), or the partner does no TLS.
      attlsctl explain FILE
 2. The partner is slow or overloaded: HandshakeTimeout is too short.
      attlsctl why CONNID
 3. The partner's application has accepted the connection but does not read it.
      attlsctl why CONNID
 4. This daemon had no room (max_handshakes) or no time for the handshake, and gave up early.
      attlsctl status
attlsctl: return code 2 is not known here; attlsctl rc lists those that are
[2]
