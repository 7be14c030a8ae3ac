% The list is the table's: one place to look when a verb is added.
$ attlsctl --version
attlsctl 0.2.0
$ attlsctl chek
attlsctl: there is no verb "chek"; did you mean "check"?
[2]
$ attlsctl nonsense
attlsctl: there is no verb "nonsense"; attlsctl help lists them
[2]
$ attlsctl help nonsense
attlsctl: there is no verb "nonsense"; attlsctl help lists them
[2]
$ attlsctl help explain
usage: attlsctl explain --direction D --local A:P --remote A:P [OPTION...] [FILE]

Says which rule of the policy FILE a connection takes, which condition
of each rule before it failed, and what the rule resolves to.

  --direction D   Inbound or Outbound, seen from the local program
  --local A:P     the local end; IPv6 as [A]:P
  --remote A:P    the remote end
  --jobname NAME  job name of the local program
  --userid NAME   its user id
  --when TIME     "yyyy-mm-dd hh:mm" for time conditions (now)
  --racf DIR      the security database: what the rule's ring lacks
  --release R     defaults of this z/OS release, 2.1 to 3.2 (3.1)
  --stack NAME    which TcpImage (the first)
  --root DIR      put before absolute paths found in files
  --allow-legacy  TLSv1 and TLSv1.1 may be spoken
  --x25519-first  X25519 before the groups where none are coded
  --json          one JSON object

exit status: 0 answered (no rule is an answer too), 2 errors
$ attlsctl explain --help | head -1
usage: attlsctl explain --direction D --local A:P --remote A:P [OPTION...] [FILE]
$ attlsctl 2>&1 | head -1
usage: attlsctl VERB [OPTION...] [ARGUMENT...]
$ attlsctl help help | head -1
usage: attlsctl VERB [OPTION...] [ARGUMENT...]
