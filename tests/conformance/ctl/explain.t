% The workshop's connection.
$ attlsctl explain --direction Outbound --local 192.168.17.220:2693 --remote 192.168.17.220:5555 --jobname BAQSTRT --userid LIBSERV conf/policy/ims.policy
Connection: Outbound 192.168.17.220:2693 to 192.168.17.220:5555, job BAQSTRT, user LIBSERV
Rule:       IMSDBClientRule~2, priority 254 (conf/policy/ims.policy:24)
Status:     Enabled
Actions:    group gAct1, environment eAct2~IMSDBClient, connection cAct2~IMSDBClient
Versions:   TLSv1.2
Key ring:   zCEE.KeyRing, the DEFAULT certificate

Rules that do not fit:
  IMSDBConnectRule~1       Direction Inbound, the connection has Outbound  (conf/policy/ims.policy:18)

Effective policy:
  TTLSEnabled                           On                        group conf/policy/ims.policy:38
  HandshakeRole                         Client                    connection conf/policy/ims.policy:62
  CtraceClearText                       Off                       connection conf/policy/ims.policy:64
  Trace                                 7                         connection conf/policy/ims.policy:65
  FIPS140                               Off                       default
  SuiteBProfile                         Off                       default
  EnvironmentUserInstance               0                         environment conf/policy/ims.policy:50
  SecondaryMap                          Off                       connection conf/policy/ims.policy:80
  SyslogFacility                        Daemon                    default
  SSLv2                                 Off                       default
  SSLv3                                 Off                       connection conf/policy/ims.policy:77
  TLSv1                                 Off                       connection conf/policy/ims.policy:78
  TLSv1.1                               Off                       connection conf/policy/ims.policy:79
  TLSv1.2                               On                        connection conf/policy/ims.policy:81
  TLSv1.3                               Off                       default
  MiddleBoxCompatMode                   Off                       default
  ApplicationControlled                 Off                       default
  HandshakeTimeout                      10                        default
  ClientAuthType                        Required                  default
  ResetCipherTimer                      0                         default
  TruncatedHMAC                         Off                       default
  CertValidationMode                    Any                       default
  ServerMaxSSLFragment                  Off                       default
  ClientMaxSSLFragment                  Off                       default
  ServerHandshakeSNI                    Off                       default
  ClientHandshakeSNI                    Off                       default
  ClientExtendedMasterSecret            On                        default
  ServerExtendedMasterSecret            On                        default
  Renegotiation                         Default                   default
  RenegotiationIndicator                Optional                  default
  RenegotiationCertCheck                Off                       default
  3DesKeyCheck                          Off                       default
  ClientEDHGroupSize                    Legacy                    default
  ServerEDHGroupSize                    Legacy                    default
  PeerMinCertVersion                    Any                       default
  PeerMinDHKeySize                      1024                      default
  PeerMinDsaKeySize                     1024                      default
  PeerMinECCKeySize                     192                       default
  PeerMinRsaKeySize                     1024                      default
  ServerScsv                            Off                       default
  HostRefWildcardValidation             Off                       default
  Keyring                               zCEE.KeyRing              environment conf/policy/ims.policy:89
  V3CipherSuites4Char                   0035 0038 0039 002F 0032 0033  default
  ClientECurves                         0023 0024 0025            default
  ClientKeyShareGroups                  0023                      default
  ServerKeyShareGroups                  0023 0024 0025 0029 0030  default
  ServerKexECurves                      0023 0024 0025            default
  SignaturePairs                        0601 0603 0501 0503 0401 0403 0402 0301 0303 0302 0201 0203 0202  default
    on the wire                         0601 0603 0501 0503 0401 0403 0402 0301 0303 0302  without 0201 0203 0202 (barred by OpenSSL's security level where TLSv1 and TLSv1.1 are not spoken)
  GSK_SYSPLEX_SIDCACHE                  Off                       default
  GSK_SYSPLEX_SESSION_TICKET_CACHE      Off                       default
  GSK_V2_SESSION_TIMEOUT                100                       default
  GSK_V2_SIDCACHE_SIZE                  256                       default
  GSK_V3_SESSION_TIMEOUT                86400                     default
  GSK_V3_SIDCACHE_SIZE                  512                       default
  GSK_SESSION_TICKET_CLIENT_ENABLE      On                        default
  GSK_SESSION_TICKET_CLIENT_MAXSIZE     8192                      default
  GSK_SESSION_TICKET_SERVER_ENABLE      On                        default
  GSK_SESSION_TICKET_SERVER_ALGORITHM   AESCBC128                 default
  GSK_SESSION_TICKET_SERVER_COUNT       2                         default
  GSK_SESSION_TICKET_SERVER_KEY_REFRESH 300                       default
  GSK_SESSION_TICKET_SERVER_TIMEOUT     300                       default
  AIACDPPriority                        On                        default
  MaxSrcRevExtLocValues                 10                        default
  MaxValidRevExtLocValues               100                       default
  RevocationSecurityLevel               Medium                    default
  OcspAiaEnable                         Off                       default
  OcspProxyServerPort                   80                        default
  OcspRetrieveViaGet                    Off                       default
  OcspUrlPriority                       On                        default
  OcspRequestSigalg                     0401                      default
  OcspClientCacheSize                   256                       default
  OcspCliCacheEntryMaxsize              0                         default
  OcspNonceGenEnable                    Off                       default
  OcspNonceCheckEnable                  Off                       default
  OcspNonceSize                         8                         default
  OcspResponseTimeout                   15                        default
  OcspMaxResponseSize                   20480                     default
  OcspServerStapling                    Off                       default
  HttpCdpEnable                         Off                       default
  HttpCdpProxyServerPort                80                        default
  HttpCdpResponseTimeout                15                        default
  HttpCdpMaxResponseSize                204800                    default
  HttpCdpCacheSize                      32                        default
  HttpCdpCacheEntryMaxsize              0                         default
$ attlsctl explain --direction inbound --local 192.168.17.220:5555 --remote 192.168.17.220:2693 --jobname ims15hws --json conf/policy/ims.policy | head -24
{
  "rule": "IMSDBConnectRule~1",
  "status": "Enabled",
  "actions": [
    "gAct1",
    "eAct1~IMSDBConnect",
    "cAct1~IMSDBConnect"
  ],
  "ring": {
    "keyring": "IMS.KeyRing",
    "labels": []
  },
  "runner_up": null,
  "rejected": [],
  "nearest": [],
  "effective": {
    "TTLSEnabled": {
      "value": "On",
      "from": "group",
      "file": "conf/policy/ims.policy",
      "line": 38
    },
    "HandshakeRole": {
      "value": "Server",
$ attlsctl explain --direction Inbound --local 192.168.17.220:5555 --remote 192.168.17.220:2693 conf/policy/ims.policy
attlsctl explain: rule IMSDBConnectRule~1 (conf/policy/ims.policy:12) looks at the job name or user id; give --jobname NAME --userid NAME
[2]
$ attlsctl explain --direction Inbound --local 192.168.17.220:80 --remote 192.168.17.220:2693 conf/policy/ims.policy
Connection: Inbound 192.168.17.220:80 to 192.168.17.220:2693
Rule:       none, the connection stays in clear
Status:     No rule
Nearest:    IMSDBConnectRule~1 fits but for LocalPortRangeRef portR1 (5555), the connection has 80  (conf/policy/ims.policy:16)

Rules that do not fit:
  IMSDBConnectRule~1       LocalPortRangeRef portR1 (5555), the connection has 80  (conf/policy/ims.policy:16)
  IMSDBClientRule~2        Direction Outbound, the connection has Inbound  (conf/policy/ims.policy:30)
$ attlsctl explain --direction Inbound --local [::1]:5555 --remote [::1]:2693 --jobname X --json conf/policy/ims.policy
{
  "rule": null,
  "status": "No rule",
  "actions": [],
  "runner_up": null,
  "rejected": [
    {
      "rule": "IMSDBConnectRule~1",
      "condition": "LocalAddrSetRef",
      "wants": "LocalAddrSetRef addr1 (0.0.0.0/0)",
      "connection_has": "::1",
      "file": "conf/policy/ims.policy",
      "line": 14,
      "over": null
    },
    {
      "rule": "IMSDBClientRule~2",
      "condition": "Direction",
      "wants": "Direction Outbound",
      "connection_has": "Inbound",
      "file": "conf/policy/ims.policy",
      "line": 30,
      "over": null
    }
  ],
  "nearest": [],
  "effective": {}
}
% Each kind of condition, by moving one property at a time.
$ attlsctl explain --direction Outbound --local 10.1.1.1:7000 --remote 9.9.9.9:80 --when "2024-12-23 09:30" --jobname ABC --userid DEF tests/conformance/explain.policy 2>&1 | head -10
attlsctl explain: tests/conformance/explain.policy: 3 warnings; attlsctl check shows them
Connection: Outbound 10.1.1.1:7000 to 9.9.9.9:80, job ABC, user DEF
Rule:       r9-time, priority 90 (tests/conformance/explain.policy:2)
Status:     Enabled
Actions:    group on, environment client
Versions:   TLSv1.2
Key ring:   START1/TLS, the DEFAULT certificate

Effective policy:
  TTLSEnabled                           On                        group tests/conformance/explain.policy:85
$ attlsctl explain --direction Inbound --local 10.1.1.1:7000 --remote 198.51.100.15:80 --when "2024-12-22 09:30" --jobname ABC --userid DEF tests/conformance/explain.policy 2>/dev/null
Connection: Inbound 10.1.1.1:7000 to 198.51.100.15:80, job ABC, user DEF
Rule:       r6-addr, priority 60 (tests/conformance/explain.policy:29)
Status:     Not Enabled
Actions:    group off

Rules that do not fit:
  r9-time                  IpTimeConditionRef office (DayOfWeekMask 0111110, TimeOfDayRange 08:00-18:00), the connection has 2024-12-22 09:30:00  (tests/conformance/explain.policy:7)
  r8-job                   Jobname IMS*, the connection has ABC  (tests/conformance/explain.policy:13)
  r7-user                  Userid CICSUSER, the connection has DEF  (tests/conformance/explain.policy:22)

Effective policy:
  TTLSEnabled                          Off                       group tests/conformance/explain.policy:89
  CtraceClearText                      Off                       default
  Trace                                2                         default
  FIPS140                              Off                       default
  SecondaryMap                         Off                       default
  SyslogFacility                       Daemon                    default
% A time condition that is over: the rule would not fit later either.
$ attlsctl explain --direction Inbound --local 10.1.1.1:5551 --remote 10.1.1.2:80 --when "2024-12-22 09:30" tests/conformance/lint-time.pol 2>/dev/null
Connection: Inbound 10.1.1.1:5551 to 10.1.1.2:80
Rule:       none, the connection stays in clear
Status:     No rule
Nearest:    ended fits but for IpTimeConditionRef IpTimeCondition (ConditionTimeRange 20010101000000:20011031235959, DayOfWeekMask 0111110), the connection has 2024-12-22 09:30:00  (tests/conformance/lint-time.pol:7)

Rules that do not fit:
  ended                    IpTimeConditionRef IpTimeCondition (ConditionTimeRange 20010101000000:20011031235959, DayOfWeekMask 0111110), the connection has 2024-12-22 09:30:00  (tests/conformance/lint-time.pol:7)
                           ! no connection takes it any more: its time condition ended on 2001-10-31 at 23:59:59
  ended-twice              LocalPortRange 5552, the connection has 5551  (tests/conformance/lint-time.pol:16)
  nights                   LocalPortRange 5555, the connection has 5551  (tests/conformance/lint-time.pol:47)
  no-day                   LocalPortRange 5553, the connection has 5551  (tests/conformance/lint-time.pol:25)
  one-goes-on              LocalPortRange 5554, the connection has 5551  (tests/conformance/lint-time.pol:36)
$ attlsctl explain --direction Inbound --local 10.1.1.1:5551 --remote 10.1.1.2:80 --when "2024-12-22 09:30" --json tests/conformance/lint-time.pol 2>/dev/null | grep '"over"'
      "over": "ended on 2001-10-31 at 23:59:59"
      "over": null
      "over": null
      "over": null
      "over": null
      "over": "ended on 2001-10-31 at 23:59:59"
$ attlsctl explain --direction Inbound --local 10.1.1.1:7005 --remote 198.51.100.21:80 --jobname IMS1 --userid CICSUSER tests/conformance/explain.policy 2>/dev/null
Connection: Inbound 10.1.1.1:7005 to 198.51.100.21:80, job IMS1, user CICSUSER
Rule:       none, the connection stays in clear
Status:     No rule
Nearest:    r6-addr fits but for RemoteAddrGroupRef partners (192.0.2.1, 198.51.100.10-198.51.100.20), the connection has 198.51.100.21  (tests/conformance/explain.policy:31)
            r8-job fits but for LocalPortRange 7000, the connection has 7005  (tests/conformance/explain.policy:14)
            r7-user fits but for LocalPortRange 7000, the connection has 7005  (tests/conformance/explain.policy:23)

Rules that do not fit:
  r9-time                  LocalPortRange 7000, the connection has 7005  (tests/conformance/explain.policy:4)
  r8-job                   LocalPortRange 7000, the connection has 7005  (tests/conformance/explain.policy:14)
  r7-user                  LocalPortRange 7000, the connection has 7005  (tests/conformance/explain.policy:23)
  r6-addr                  RemoteAddrGroupRef partners (192.0.2.1, 198.51.100.10-198.51.100.20), the connection has 198.51.100.21  (tests/conformance/explain.policy:31)
  r5-v6                    RemoteAddr 2001:db8::/32, the connection has 198.51.100.21  (tests/conformance/explain.policy:40)
  r4-port                  Direction Outbound, the connection has Inbound  (tests/conformance/explain.policy:51)
$ attlsctl explain --direction Inbound --local [2001:db8::1]:7005 --remote [2001:db8::2]:80 --jobname IMS1 tests/conformance/explain.policy 2>/dev/null | grep -E '^[A-Z]|TLSv1|Cipher|Curves|Pairs|Label|Role|Trace'
Connection: Inbound [2001:db8::1]:7005 to [2001:db8::2]:80, job IMS1
Rule:       r5-v6, priority 50 (tests/conformance/explain.policy:38)
Status:     Enabled
Actions:    group on, environment client, connection tls13
Versions:   TLSv1.2 TLSv1.3
Key ring:   START1/TLS, the DEFAULT certificate
Rules that do not fit:
Effective policy:
  HandshakeRole                         Client                    environment tests/conformance/explain.policy:93
  Trace                                 6                         environment tests/conformance/explain.policy:94
  TLSv1                                 Off                       environment tests/conformance/explain.policy:105
  TLSv1.1                               Off                       environment tests/conformance/explain.policy:106
  TLSv1.2                               On                        environment tests/conformance/explain.policy:107
  TLSv1.3                               On                        connection tests/conformance/explain.policy:130
  ResetCipherTimer                      0                         default
  ServerCertificateLabel                one label another         environment tests/conformance/explain.policy:109
  V3CipherSuites4Char                   1301 1302 C030            connection tests/conformance/explain.policy:135
  ClientECurves                         Any                       connection tests/conformance/explain.policy:139
  ServerKexECurves                      0023 0024 0025 0029       default
  SignaturePairs                        0601 0603 0501 0503 0401 0403 0402 0301 0303 0302 0201 0203 0202 0806 0805 0804  default
    on the wire                         0601 0603 0501 0503 0401 0403 0402 0301 0303 0302 0806 0805 0804  without 0201 0203 0202 (barred by OpenSSL's security level where TLSv1 and TLSv1.1 are not spoken)
$ attlsctl explain --json --direction Inbound --local [2001:db8::1]:7005 --remote [2001:db8::2]:80 tests/conformance/explain.policy 2>/dev/null | grep -A8 -E '"(V3Ciph|ServerCertificateL|ClientECurves)'
    "ServerCertificateLabel": {
      "value": [
        "one label",
        "another"
      ],
      "from": "environment",
      "file": "tests/conformance/explain.policy",
      "line": 109
    },
--
    "V3CipherSuites4Char": {
      "value": [
        "1301",
        "1302",
        "C030"
      ],
      "from": "connection",
      "file": "tests/conformance/explain.policy",
      "line": 135
--
    "ClientECurves": {
      "value": "Any",
      "from": "connection",
      "file": "tests/conformance/explain.policy",
      "line": 139,
      "wire": [
        "0023",
        "0024",
        "0025",
% A profile, a refused parameter, a secret.
$ attlsctl explain --direction Outbound --local 10.1.1.1:1024 --remote 9.9.9.9:8449 tests/conformance/explain.policy 2>/dev/null | grep -E '^[A-Z]|TLSv1|Cipher|Keyring|Appl'
Connection: Outbound 10.1.1.1:1024 to 9.9.9.9:8449
Rule:       r4-port, priority 40 (tests/conformance/explain.policy:48)
Status:     Appl Control
Actions:    group on, environment appl
Versions:   TLSv1.2
Refused:    ApplicationControlled, because programs can't start and stop TLS by ioctl yet (tests/conformance/explain.policy:123)
Key ring:   /etc/pkiserv/key.kdb, the DEFAULT certificate
Rules that do not fit:
Effective policy:
  TLSv1                                 On                        default
  TLSv1.1                               On                        default
  TLSv1.2                               Off                       default
  TLSv1.3                               Off                       default
  ApplicationControlled                 On                        environment tests/conformance/explain.policy:123
  ResetCipherTimer                      0                         default
  Keyring                               /etc/pkiserv/key.kdb      environment tests/conformance/explain.policy:118
  KeyringPw                             ****                      environment tests/conformance/explain.policy:119
  V3CipherSuites4Char                   C02C                      environment tests/conformance/explain.policy:115
% Wrong calls.
$ attlsctl explain conf/policy/ims.policy
attlsctl explain: --direction is missing
usage: attlsctl explain [OPTION...] --direction DIRECTION --local A:P
       --remote A:P FILE
       attlsctl explain [OPTION...] --direction DIRECTION --local A:P
       --remote A:P [--control SOCK]
[2]
$ attlsctl explain --direction Sideways conf/policy/ims.policy
attlsctl explain: "Sideways" is not Inbound (the local program accepted) or Outbound (it connected)
[2]
$ attlsctl explain --direction Outbound --local 1.2.3.4 conf/policy/ims.policy
attlsctl explain: "1.2.3.4" is not address:port (IPv6: [address]:port)
[2]
$ attlsctl explain --direction Outbound --local 1.2.3.4:99999 conf/policy/ims.policy
attlsctl explain: "1.2.3.4:99999" is not address:port (IPv6: [address]:port)
[2]
$ attlsctl explain --direction Outbound --local ::1:80 conf/policy/ims.policy
attlsctl explain: "::1:80" is not address:port (IPv6: [address]:port)
[2]
$ attlsctl explain --direction Outbound --local 1.2.3.4:1 --remote 1.2.3.4:2 --jobname TOOLONGNAME conf/policy/ims.policy
attlsctl explain: "TOOLONGNAME" is not a job name: 1 to 8 characters A-Z 0-9 # $ @, no digit first
[2]
$ attlsctl explain --direction Outbound --local 1.2.3.4:1 --remote 1.2.3.4:2 --when tomorrow conf/policy/ims.policy
attlsctl explain: time "tomorrow" is not yyyy-mm-dd hh:mm or yyyy-mm-dd hh:mm:ss
[2]
$ attlsctl explain --direction Outbound --local 1.2.3.4:1 --remote 1.2.3.4:2
attlsctl: no daemon answers at /nonexistent (No such file or directory); is attlsd running? --control SOCK or ATTLS_CONTROL names the socket that its configuration gives as control
attlsctl explain: give a FILE, or start attlsd
[2]
$ attlsctl explain --direction Outbound --local 1.2.3.4:1 --remote 1.2.3.4:2 $T/none
error: $T/none: no such file [file-read]
    fix: correct the name
[2]
$ attlsctl explain --direction Outbound --local 1.2.3.4:1 --remote 1.2.3.4:2 a b
attlsctl explain: "b" is one word too many
usage: attlsctl explain [OPTION...] --direction DIRECTION --local A:P
       --remote A:P FILE
       attlsctl explain [OPTION...] --direction DIRECTION --local A:P
       --remote A:P [--control SOCK]
[2]
$ attlsctl explain --release 9.9 --direction Outbound --local 1.2.3.4:1 --remote 1.2.3.4:2 conf/policy/ims.policy
attlsctl explain: release "9.9" is not known; 2.1, 2.2, 2.3, 2.4, 2.5, 3.1 and 3.2 are
[2]
$ attlsctl explain --nonsense conf/policy/ims.policy
attlsctl explain: no option --nonsense; --help lists them
[2]
