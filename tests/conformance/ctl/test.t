$ attlsctl test conf/policy/ims.cases
TAP version 13
ok 1 - z/OS Connect calls IMS Connect
ok 2 - IMS Connect is called
ok 3 - another program on the port of IMS Connect stays in clear
ok 4 - a client's own port below 1024 is outside of the rule
ok 5 - IPv6 is not covered: addr1 is every IPv4 address
1..5
# 5 passed, 0 failed
% Each aspect, met and not met.
$ cat tests/conformance/test.cases
policy = "explain.policy";
cases = (
  { name = "all of it";
    connection = { direction = "Inbound"; local = "[2001:db8::1]:7005";
                   remote = "[2001:db8::2]:80"; jobname = "x"; };
    expect = { rule = "r5-v6"; status = "enabled"; role = "CLIENT";
               protocols = ["TLSv1.3", "TLSv1.2"]; ring = "START1/TLS";
               ciphers = ["1301", "TLS_AES_256_GCM_SHA384", "C030"]; }; },
  { name = "nothing of it";
    connection = { direction = "Inbound"; local = "[2001:db8::1]:7005";
                   remote = "[2001:db8::2]:80"; };
    expect = { rule = "none"; status = "No rule"; role = "Server";
               protocols = ["TLSv1.3", "TLSv1.1"]; ring = "start1/TLS";
               ciphers = ["1302", "1301", "C030"]; }; },
  { # without a name
    connection = { direction = "Inbound"; local = "10.1.1.1:7005";
                   remote = "192.0.2.1:80"; };
    expect = { status = "Not Enabled"; role = []; ciphers = []; ring = ""; }; },
  { name = "clear, and more is expected";
    connection = { direction = "Inbound"; local = "10.1.1.1:7005";
                   remote = "192.0.2.1:80"; };
    expect = { role = "Client"; protocols = "TLSv1.2"; ring = "R"; }; },
  { name = "no rule, and one is expected";
    connection = { direction = "Inbound"; local = "10.1.1.1:1";
                   remote = "192.0.2.1:80"; };
    expect = { rule = "r6-addr"; ciphers = "0035"; }; },
  { name = "the job name matters and is not said";
    connection = { direction = "Outbound"; local = "10.1.1.1:7000";
                   remote = "9.9.9.9:1"; when = "2024-12-22 12:00"; };
    expect = { rule = "r8-job"; }; },
  { name = "on a Monday the time condition holds";
    connection = { direction = "Outbound"; local = "10.1.1.1:7000";
                   remote = "9.9.9.9:1"; when = "2024-12-23 12:00"; };
    expect = { rule = "r9-time"; ciphers = ["0035", "002F"]; }; }
);
$ attlsctl test tests/conformance/test.cases 2>/dev/null
TAP version 13
ok 1 - all of it
not ok 2 - nothing of it
# tests/conformance/test.cases:9: Inbound [2001:db8::1]:7005 to [2001:db8::2]:80
#   rule: expected none, got r5-v6
#   status: expected No rule, got Enabled
#   role: expected Server, got Client
#   protocols: expected TLSv1.3 TLSv1.1, got TLSv1.2 TLSv1.3
#   ciphers: expected 1302 1301 C030, got 1301 1302 C030
#   ring: expected start1/TLS, got START1/TLS
ok 3 - Inbound 10.1.1.1:7005 to 192.0.2.1:80
not ok 4 - clear, and more is expected
# tests/conformance/test.cases:19: Inbound 10.1.1.1:7005 to 192.0.2.1:80
#   role: expected Client, got nothing
#   protocols: expected TLSv1.2, got nothing
#   ring: expected R, got nothing
not ok 5 - no rule, and one is expected
# tests/conformance/test.cases:23: Inbound 10.1.1.1:1 to 192.0.2.1:80
#   rule: expected r6-addr, got none
#   ciphers: expected 0035, got nothing
not ok 6 - the job name matters and is not said
# tests/conformance/test.cases:27: Outbound 10.1.1.1:7000 to 9.9.9.9:1
#   rule r8-job looks at the job name or user id, which the case does not say
ok 7 - on a Monday the time condition holds
1..7
# 3 passed, 4 failed
[1]
$ attlsctl test --policy conf/policy/ims.policy tests/conformance/test.cases 2>/dev/null | grep -c '^not ok'
7
$ attlsctl test --allow-legacy tests/conformance/test.cases 2>/dev/null | grep '^not ok'
not ok 2 - nothing of it
not ok 4 - clear, and more is expected
not ok 5 - no rule, and one is expected
not ok 6 - the job name matters and is not said
$ attlsctl test conf/policy/ims.cases conf/policy/ims.cases | tail -3
ok 10 - IPv6 is not covered: addr1 is every IPv4 address
1..10
# 10 passed, 0 failed
% What people write wrong.
$ attlsctl test
attlsctl test: CASES is missing
usage: attlsctl test [--policy FILE] [OPTION...] CASES...
[2]
$ attlsctl test $T/none
attlsctl test: $T/none: can't be read
[2]
$ echo 'policy = "x" cases = ();;' >$T/c; attlsctl test $T/c
$T/c:1: syntax error
[2]
$ echo 'polcy = "x"; cases = ();' >$T/c; attlsctl test $T/c
$T/c:1: unknown setting "polcy"; did you mean policy?
$T/c:1: cases wants a list: ( { name = ...; }, ... )
[2]
$ echo 'policy = "x";' >$T/c; attlsctl test $T/c
$T/c: there are no cases
[2]
$ printf 'policy = "x";\ncases = ( { name = "a"; } );' >$T/c; attlsctl test $T/c
$T/c:2: the case has no connection
$T/c:2: the case expects nothing
[2]
$ printf 'policy = "x";\ncases = ( { conection = 1; expect = {}; } );' >$T/c; attlsctl test $T/c
$T/c:2: unknown setting "conection"; did you mean connection?
$T/c:2: expect wants a group: { rule = ...; }
$T/c:2: the case has no connection
[2]
$ printf 'policy = "x";\ncases = ( { connection = { direction = "In"; local = "1.2.3.4"; remote = 5;\njobname = "A B"; when = "now"; }; expect = { rul = "x"; ciphers = ["9999", "35"]; }; }, "x" );' >$T/c; attlsctl test $T/c
$T/c:2: direction "In" is neither Inbound (the local program accepted) nor Outbound (it connected)
$T/c:2: '1.2.3.4' is not address:port (IPv6: [address]:port)
$T/c:2: remote wants a text in quotes
$T/c:3: "A B" is not a job name: 1 to 8 characters A-Z 0-9 # $ @, no digit first
$T/c:3: time "now" is not yyyy-mm-dd hh:mm or yyyy-mm-dd hh:mm:ss
$T/c:2: a connection has a direction, local and remote
$T/c:3: nothing can be expected of "rul"; of rule, status, role, protocols, ciphers and ring it can
$T/c:3: no cipher suite has the code or name "9999"
$T/c:3: no cipher suite has the code or name "35"
$T/c:3: a case is a group: { name = ...; }
[2]
$ printf 'cases = ( { connection = { direction = "Inbound"; local = "1.2.3.4:1"; remote = "1.2.3.4:2"; }; expect = { rule = "x"; }; } );' >$T/c; attlsctl test $T/c
attlsctl test: $T/c names no policy; write policy = "..." or give --policy FILE
[2]
$ attlsctl test --policy $T/none $T/c
error: $T/none: no such file [file-read]
    fix: correct the name
[2]
$ printf 'release = "4.0"; allow_legacy = 1; cases = ( { connection = { direction = "Inbound"; local = "1.2.3.4:1"; remote = "1.2.3.4:2"; }; expect = { rule = "x"; }; } );' >$T/c; attlsctl test $T/c
$T/c:1: release "4.0" is not known; 2.1, 2.2, 2.3, 2.4, 2.5, 3.1 and 3.2 are
$T/c:1: allow_legacy is true or false
[2]
