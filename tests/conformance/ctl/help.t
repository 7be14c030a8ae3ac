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
usage: attlsctl explain [OPTION...] --direction DIRECTION --local A:P
       --remote A:P FILE
       attlsctl explain [OPTION...] --direction DIRECTION --local A:P
       --remote A:P [--control SOCK]

Says which rule of the policy FILE a connection takes, which condition of each
rule before it failed, and what the rule resolves to. Without FILE the running
daemon is asked for its policy; the places are those of the files that the
daemon loaded.

  --direction DIRECTION
                      Inbound or Outbound, seen from the local program
  --local A:P         the local end; IPv6 as [A]:P
  --remote A:P        the remote end
  --jobname NAME      job name of the local program
  --userid USER       its user id
  --racf DIR          the security database: what the rule's ring lacks
  --when TIME         "yyyy-mm-dd hh:mm" for time conditions (now)
  --json              as JSON
  --control SOCK      the daemon's socket ($ATTLS_CONTROL)
  --release RELEASE   defaults of this z/OS release, 2.1 to 3.2 (3.1)
  --stack NAME        which TcpImage (the only or the first one)
  --root DIR          put before absolute paths found in files
  --allow-legacy      TLSv1 and TLSv1.1 may be spoken
  --x25519-first      X25519 before the groups where the policy codes no list
  -h, --help          this text
  -V, --version       the program's version

exit status: 0 answered (no rule is an answer too), 2 errors
$ attlsctl explain --help | head -1
usage: attlsctl explain [OPTION...] --direction DIRECTION --local A:P
$ attlsctl 2>&1 | head -1
usage: attlsctl VERB [OPTION...] [ARGUMENT...]
$ attlsctl help help | head -1
usage: attlsctl VERB [OPTION...] [ARGUMENT...]
