% attlsctl check: how it is called.
$ attlsctl check
attlsctl check: FILE is missing
usage: attlsctl check [OPTION...] [-f CONF] FILE...
       attlsctl check [OPTION...] -f CONF
       attlsctl check [OPTION...] --coverage
[2]
$ attlsctl check --json
attlsctl check: FILE is missing
usage: attlsctl check [OPTION...] [-f CONF] FILE...
       attlsctl check [OPTION...] -f CONF
       attlsctl check [OPTION...] --coverage
[2]
$ attlsctl check --colour conf/policy/ims.policy
attlsctl check: no option --colour; --help lists them
[2]
$ attlsctl check conf/policy/ims.policy
$ attlsctl check nowhere.policy
error: nowhere.policy: no such file [file-read]
    fix: correct the name
[2]
$ attlsctl check lib
error: lib: not a plain file; - is standard input [file-read]
    fix: correct the name
[2]
$ echo 'Colour blue' | attlsctl check -
<stdin>:1:1: warning: unknown keyword "Colour" in a policy file: it is ignored, as on z/OS [unknown-keyword]
Colour blue
^~~~~~
    fix: correct the word, or put a # before it
<stdin>:1:1: warning: the policy has no rule: every connection stays in clear [no-rules]
Colour blue
^
    fix: add a TTLSRule
[1]
$ echo 'Colour blue' | attlsctl check - conf/policy/ims.policy
<stdin>:1:1: warning: unknown keyword "Colour" in a policy file: it is ignored, as on z/OS [unknown-keyword]
Colour blue
^~~~~~
    fix: correct the word, or put a # before it
<stdin>:1:1: warning: the policy has no rule: every connection stays in clear [no-rules]
Colour blue
^
    fix: add a TTLSRule
[1]
$ attlsctl check --release 2.6 conf/policy/ims.policy
attlsctl check: release "2.6" is not known; 2.1, 2.2, 2.3, 2.4, 2.5, 3.1 and 3.2 are
[2]
$ attlsctl check --allow unused-definitions conf/policy/ims.policy
attlsctl check: there is no finding "unused-definitions"; did you mean "unused-definition"?
[2]
$ attlsctl check --allow dangling-ref conf/policy/ims.policy
attlsctl check: dangling-ref stops a load and can't be left out
[2]
$ attlsctl check --allow unknown-keyword --allow no-rules tests/conformance/allow.pol tests/conformance/no-rules.pol
tests/conformance/allow.pol:16:16: warning: no finding has this name: nothing is switched off [unknown-finding]
# attls-allow: no-such-finding dangling-ref old-protocl
               ^~~~~~~~~~~~~~~
    fix: attls-policy(5) lists the names
tests/conformance/allow.pol:16:32: warning: dangling-ref stops a load and can't be switched off [unknown-finding]
# attls-allow: no-such-finding dangling-ref old-protocl
                               ^~~~~~~~~~~~
    fix: attls-policy(5) lists the names
tests/conformance/allow.pol:16:45: warning: no finding has this name: nothing is switched off [unknown-finding]
# attls-allow: no-such-finding dangling-ref old-protocl
                                            ^~~~~~~~~~~
    fix: did you mean old-protocol?
tests/conformance/allow.pol:37:1: warning: nothing refers to PortRange unused [unused-definition]
PortRange unused
^~~~~~~~~
    fix: remove it, or correct the reference that was meant for it
tests/conformance/no-rules.pol:2:1: warning: nothing refers to TTLSGroupAction gOn [unused-definition]
TTLSGroupAction gOn
^~~~~~~~~~~~~~~
    fix: remove it, or correct the reference that was meant for it
tests/conformance/no-rules.pol:6:1: warning: nothing refers to TTLSEnvironmentAction eServer [unused-definition]
TTLSEnvironmentAction eServer
^~~~~~~~~~~~~~~~~~~~~
    fix: remove it, or correct the reference that was meant for it
[1]
$ attlsctl check --json tests/conformance/lint-unused.pol conf/policy/ims.policy
[
  {
    "file": "tests/conformance/lint-unused.pol",
    "line": 29,
    "column": 1,
    "severity": "warning",
    "name": "unused-definition",
    "message": "nothing refers to PortRange p1",
    "fix": "remove it, or correct the reference that was meant for it"
  },
  {
    "file": "tests/conformance/lint-unused.pol",
    "line": 33,
    "column": 1,
    "severity": "warning",
    "name": "unused-definition",
    "message": "nothing refers to TTLSConnectionAction c1",
    "fix": "remove it, or correct the reference that was meant for it"
  }
]
[1]
$ attlsctl check --json conf/policy/ims.policy
[]
$ echo 'KeyringPw secret' | attlsctl check --json -
[
  {
    "file": "<stdin>",
    "line": 1,
    "column": 1,
    "severity": "warning",
    "name": "misplaced-keyword",
    "message": "KeyringPw is no part of a policy file: it is ignored",
    "fix": "it belongs in TTLSKeyringParms"
  },
  {
    "file": "<stdin>",
    "line": 1,
    "column": 1,
    "severity": "warning",
    "name": "no-rules",
    "message": "the policy has no rule: every connection stays in clear",
    "fix": "add a TTLSRule"
  }
]
[1]
$ attlsctl check -f nowhere.conf
error: nowhere.conf: no such file [unreadable]
[2]
$ attlsctl check -f tests/conformance/files/attlsd.conf
$ attlsctl check -f tests/conformance/files/attlsd.conf --release 3.2 tests/conformance/words-release.pol
tests/conformance/words-release.pol:23:21: warning: connections that map to this OcspAiaEnable are refused: revocation can't be checked by OCSP yet [not-built]
      OcspAiaEnable On
                    ^~
    fix: remove it: connections are carried then, and nobody asks whether a certificate is revoked
tests/conformance/words-release.pol:37:11: warning: rule r1 has TLSv1.3 on and none of its suites: it is never chosen [tls13-no-suite]
  TLSv1.3 On
          ^~
    fix: code V3CipherSuites4Char, which takes the place of the release's list: 130213011303 and the suites of the other versions
[1]
$ attlsctl check --coverage conf/policy/ims.policy
attlsctl check: --coverage does not go with the other words
usage: attlsctl check [OPTION...] [-f CONF] FILE...
       attlsctl check [OPTION...] -f CONF
       attlsctl check [OPTION...] --coverage
[2]
$ attlsctl check --coverage | grep -E '^(HandshakeTimeout|TLSv1) '
TLSv1                                 honoured   TTLSEnvironmentAdvancedParms, TTLSConnectionAdvancedParms; default On
HandshakeTimeout                      honoured   TTLSEnvironmentAdvancedParms, TTLSConnectionAdvancedParms; default 10
$ attlsctl check --coverage --release 3.2 | grep '^TLSv1 '
TLSv1                                 honoured   TTLSEnvironmentAdvancedParms, TTLSConnectionAdvancedParms; default Off
$ attlsctl check --coverage | tail -n 1 | tr -d 0-9
 keywords:  honoured,  without effect here,  refused when a connection maps to them
$ attlsctl check --coverage --json | sed -n '/"TLSv1.3"/,/}/p'
    "keyword": "TLSv1.3",
    "statements": [
      "TTLSEnvironmentAdvancedParms",
      "TTLSConnectionAdvancedParms"
    ],
    "values": "Off, On",
    "default": "Off",
    "since": "2.4",
    "repeatable": false,
    "required": false,
    "secret": false,
    "support": "honoured",
    "reason": null,
    "harmless": null,
    "help": "TLS version 1.3; its suites must be coded too."
  },
