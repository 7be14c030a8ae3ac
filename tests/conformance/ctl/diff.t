$ attlsctl diff conf/policy/ims.policy conf/policy/ims.policy
Every connection is treated as before.
$ attlsctl diff conf/policy/ims.policy tests/conformance/ims-printed.pol 2>/dev/null
1 difference:

IMSDBClientRule~2 (conf/policy/ims.policy:24, Enabled)
  becomes IMSDBClientRule~2 (tests/conformance/ims-printed.pol:24, Enabled)
  example: Outbound 192.0.2.1:50000 to 192.0.2.2:5555
  Outbound, local any IPv4, ports 1024-65535; remote any IPv4, port 5555
  HandshakeRole: Client (conf/policy/ims.policy:62) becomes Server (tests/conformance/ims-printed.pol:55)
[1]
% Another port: clear where TLS was, TLS where it was clear.
$ sed 's/5555/5556/' conf/policy/ims.policy >$T/new; attlsctl diff conf/policy/ims.policy $T/new
4 differences:

IMSDBConnectRule~1 (conf/policy/ims.policy:12, Enabled)
  becomes no rule (in clear)
  example: Inbound 192.0.2.1:5555 to 192.0.2.2:50000, job IMS15HWS
  Inbound, local any IPv4, port 5555; remote any IPv4, any port

IMSDBClientRule~2 (conf/policy/ims.policy:24, Enabled)
  becomes no rule (in clear)
  example: Outbound 192.0.2.1:50000 to 192.0.2.2:5555
  Outbound, local any IPv4, ports 1024-65535; remote any IPv4, port 5555

no rule (in clear)
  becomes IMSDBConnectRule~1 ($T/new:12, Enabled)
  example: Inbound 192.0.2.1:5556 to 192.0.2.2:50000, job IMS15HWS
  Inbound, local any IPv4, port 5556; remote any IPv4, any port

no rule (in clear)
  becomes IMSDBClientRule~2 ($T/new:24, Enabled)
  example: Outbound 192.0.2.1:50000 to 192.0.2.2:5556
  Outbound, local any IPv4, ports 1024-65535; remote any IPv4, port 5556
[1]
$ sed '/^TTLSKeyringParms  *keyR1/,/^}/s/IMS.KeyRing/IMS.NewRing/; s/1024-65535/1025-65535/' conf/policy/ims.policy >$T/new; attlsctl diff --json conf/policy/ims.policy $T/new
[
  {
    "before": "IMSDBConnectRule~1",
    "after": "IMSDBConnectRule~1",
    "status": [
      "Enabled",
      "Enabled"
    ],
    "times_hold": true,
    "times_changed": false,
    "example": {
      "direction": "Inbound",
      "network.local.address": "192.0.2.1",
      "network.local.port": 5555,
      "network.peer.address": "192.0.2.2",
      "network.peer.port": 50000,
      "jobname": "IMS15HWS",
      "user.name": null
    },
    "local": {
      "addresses": [
        "0.0.0.0",
        "255.255.255.255"
      ],
      "ports": [
        5555,
        5555
      ]
    },
    "remote": {
      "addresses": [
        "0.0.0.0",
        "255.255.255.255"
      ],
      "ports": [
        1,
        65535
      ]
    },
    "areas": 1,
    "parameters": {
      "Keyring": {
        "before": "IMS.KeyRing",
        "after": "IMS.NewRing"
      }
    }
  },
  {
    "before": "IMSDBClientRule~2",
    "after": null,
    "status": [
      "Enabled",
      "No rule"
    ],
    "times_hold": true,
    "times_changed": false,
    "example": {
      "direction": "Outbound",
      "network.local.address": "192.0.2.1",
      "network.local.port": 1024,
      "network.peer.address": "192.0.2.2",
      "network.peer.port": 5555,
      "jobname": null,
      "user.name": null
    },
    "local": {
      "addresses": [
        "0.0.0.0",
        "255.255.255.255"
      ],
      "ports": [
        1024,
        1024
      ]
    },
    "remote": {
      "addresses": [
        "0.0.0.0",
        "255.255.255.255"
      ],
      "ports": [
        5555,
        5555
      ]
    },
    "areas": 1,
    "parameters": {}
  }
]
[1]
$ attlsctl print conf/policy/ims.policy >$T/new; attlsctl diff conf/policy/ims.policy $T/new 2>/dev/null
Every connection is treated as before.
% A secret is compared, and not shown.
$ sed 's/verysecret/another/' tests/conformance/pasearch.policy >$T/new; attlsctl diff tests/conformance/pasearch.policy $T/new 2>/dev/null
1 difference:

Conditions (tests/conformance/pasearch.policy:23, Enabled)
  becomes Conditions ($T/new:23, Enabled)
  example: Inbound 10.0.0.1:443 to 172.16.0.1:50000, job IMS
  Inbound, local 10.0.0.0-10.255.255.255, port 443; remote 172.16.0.0-172.31.255.255, ports 1024-65535; and 5 more such areas
  KeyringPw: **** (tests/conformance/pasearch.policy:142) becomes **** ($T/new:142)
[1]
$ sed 's/0111110/1111110/' tests/conformance/pasearch.policy >$T/new; attlsctl diff tests/conformance/pasearch.policy $T/new 2>/dev/null
1 difference:

Conditions (tests/conformance/pasearch.policy:23, Enabled)
  becomes Conditions ($T/new:23, Enabled)
  example: Inbound 10.0.0.1:443 to 172.16.0.1:50000, job IMS
  Inbound, local 10.0.0.0-10.255.255.255, port 443; remote 172.16.0.0-172.31.255.255, ports 1024-65535; and 5 more such areas
  its time conditions change
[1]
$ attlsctl diff conf/policy/ims.policy
attlsctl diff: NEW is missing
usage: attlsctl diff [--json] [OPTION...] OLD NEW
[2]
$ attlsctl diff conf/policy/ims.policy $T/none
error: $T/none: no such file [file-read]
    fix: correct the name
[2]
$ attlsctl diff a b c
attlsctl diff: "c" is one word too many
usage: attlsctl diff [--json] [OPTION...] OLD NEW
[2]
$ attlsctl diff --nosuch a b
attlsctl diff: no option --nosuch; --help lists them
[2]
