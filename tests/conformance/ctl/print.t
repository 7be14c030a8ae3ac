$ attlsctl print tests/conformance/pasearch.policy 2>/dev/null
## AT-TLS policy, z/OS 3.1
TTLSRule                          Conditions
{
  LocalAddr                       10.0.0.0/8
  RemoteAddrGroupRef              partners
  LocalPortGroupRef               web
  RemotePortRange                 1024-65535
  Jobname                         IMS*
  Direction                       Inbound
  Priority                        2000000000
  IpTimeConditionRef              office
  IpTimeConditionRef              year2024
  TTLSGroupActionRef              everything
  TTLSEnvironmentActionRef        everything
  TTLSConnectionActionRef         everything
}
TTLSRule                          EnvironmentFirst
{
  LocalPortRange                  9999
  Direction                       Both
  Priority                        255
  TTLSEnvironmentActionRef        DEFAULTTNEA
  TTLSConnectionActionRef         DEFAULTTNCA13
  TTLSGroupActionRef              DEFAULTTNGA
}
TTLSRule                          Clear
{
  RemoteAddr                      2001:db8::/32
  Direction                       Outbound
  Priority                        7
  TTLSGroupActionRef              off
}
TTLSRule                          COLATTLJ
{
  RemoteAddr                      10.1.1.2
  LocalPortRange                  4000
  Jobname                         COLCOMPI
  Userid                          COLIN
  Direction                       Both
  TTLSGroupActionRef              TNGA
  TTLSEnvironmentActionRef        eActAZFClient
  TTLSConnectionActionRef         TNCA
}
TTLSGroupAction                   everything
{
  GroupUserInstance               4
  TTLSGroupAdvancedParms
  {
    Envfile                       /etc/gsk.env
    SyslogFacility                Auth
  }
  CtraceClearText                 On
  TTLSEnabled                     On
}
TTLSGroupAction                   off
{
  TTLSEnabled                     Off
  GroupUserInstance               3
}
TTLSGroupAction                   DEFAULTTNGA
{
  TTLSEnabled                     On
}
TTLSGroupAction                   TNGA
{
  TTLSEnabled                     On
  Trace                           7
}
TTLSEnvironmentAction             everything
{
  HandshakeRole                   Server
  TTLSKeyringParms
  {
    Keyring                       /etc/tls/key.kdb
    KeyringPw                     ****  # masked; --show-secrets prints it
  }
  TTLSCipherParms
  {
    V3CipherSuites                TLS_RSA_WITH_AES_256_CBC_SHA
    V3CipherSuites                TLS_RSA_WITH_AES_128_CBC_SHA
    V3CipherSuites4Char           TLS_AES_256_GCM_SHA384
    V3CipherSuites                TLS_RSA_WITH_AES_256_CBC_SHA
  }
  TTLSEnvironmentAdvancedParms
  {
    SecondaryMap                  On
    TLSv1.3                       On
    CertificateLabel              a label with blanks
    ServerCertificateLabel        RSA
    ServerCertificateLabel        ECC
    ServerHandshakeSNI            Required
    ServerHandshakeSNIMatch       Required
    ServerHandshakeSNIList        one.example/RSA
    ServerHandshakeSNIList        two.example/ECC
    HostReferenceIdDNS            host.example
    ServerScsv                    On
  }
  TTLSGskAdvancedParms
  {
    GSK_V3_SESSION_TIMEOUT        60
    GSK_SYSPLEX_SIDCACHE          On
    TTLSGskLdapParms
    {
      GSK_LDAP_SERVER             ldap.example
      GSK_LDAP_SERVER             backup.example:3389
      GSK_LDAP_USER               cn=attls
      GSK_LDAP_USER_PW            ****  # masked; --show-secrets prints it
    }
  }
}
TTLSEnvironmentAction             eActAZFClient
{
  HandshakeRole                   Client
  EnvironmentUserInstance         1
  TTLSKeyringParms
  {
    Keyring                       start1/TN3270
  }
  Trace                           255
  TTLSEnvironmentAdvancedParms
  {
    TLSv1                         Off
    TLSv1.1                       Off
    TLSv1.2                       On
  }
}
TTLSEnvironmentAction             DEFAULTTNEA
{
  HandshakeRole                   ServerWithClientAuth
  TTLSKeyringParms
  {
    Keyring                       Userid/Keyring
  }
  TTLSSignatureParms
  {
    ClientECurves                 Any
  }
}
TTLSConnectionAction              everything
{
  HandshakeRole                   Server
  ConnectionUserInstance          5
  TTLSConnectionAdvancedParms
  {
    HandshakeTimeout              0
  }
  TTLSSignatureParms
  {
    SignaturePairs                TLS_SIGALG_SHA256_WITH_RSA
    SignaturePairs                TLS_SIGALG_SHA384_WITH_RSA
    ServerKexECurves              secp256r1
    ServerKexECurves              secp384r1
  }
}
TTLSConnectionAction              DEFAULTTNCA13
{
  TTLSConnectionAdvancedParms
  {
    SSLv3                         Off
    TLSv1                         Off
    TLSv1.1                       Off
    TLSv1.2                       On
    TLSv1.3                       On
  }
}
TTLSConnectionAction              TNCA
{
  CtraceClearText                 Off
  Trace                           255
  TTLSCipherParms
  {
    V3CipherSuites4Char           TLS_RSA_WITH_AES_256_CBC_SHA256
    V3CipherSuites4Char           TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
  }
  TTLSSignatureParms
  {
    ClientECurves                 Any
  }
  TTLSConnectionAdvancedParms
  {
    SecondaryMap                  Off
    SSLv3                         Off
    TLSv1                         Off
    TLSv1.1                       Off
    TLSv1.2                       On
    TLSv1.3                       Off
    ApplicationControlled         Off
    HandshakeTimeout              3
    ServerCertificateLabel        NISTECCTEST
  }
}
IpAddrGroup                       partners
{
  IpAddr
  {
    Addr                          192.0.2.1
  }
  IpAddrSet
  {
    Range                         198.51.100.10-198.51.100.20
  }
  IpAddrSet
  {
    Prefix                        172.16.0.0/12
  }
}
PortGroup                         web
{
  PortRange
  {
    Port                          443
  }
  PortRange
  {
    Port                          8440-8449
  }
}
IpTimeCondition                   office
{
  DayOfMonthMask                  1111111111111111111111111111110
  DayOfWeekMask                   0111110
  TimeOfDayRange                  08:00-12:00,13:00-18:00
  ConditionTimeRange              20240101000000:20241231235959
}
IpTimeCondition                   year2024
{
  ConditionTimeRange              20240101000000:20241231235959
  MonthOfYearMask                 000000000001
}
% A text with its secrets is the same policy; without, it is refused.
$ attlsctl print --show-secrets tests/conformance/pasearch.policy 2>/dev/null >$T/a; attlsctl print --show-secrets $T/a 2>/dev/null | cmp - $T/a
$ pasearch -t $T/a 2>/dev/null | sed 3,4d >$T/b; pasearch -t tests/conformance/pasearch.policy 2>/dev/null | sed 3,4d >$T/c; grep -v 'Policy [cu]' $T/b >$T/b1; grep -v 'Policy [cu]' $T/c | diff - $T/b1
$ attlsctl print tests/conformance/pasearch.policy 2>/dev/null | attlsctl print -
<stdin>:75:35: error: KeyringPw "****": this stands for a secret that was not shown; write the secret, or print the policy with --show-secrets [masked-secret]
    KeyringPw ****
    ^
    fix: write the secret; attlsctl print --show-secrets keeps it
<stdin>:107:35: error: GSK_LDAP_USER_PW "****": this stands for a secret that was not shown; write the secret, or print the policy with --show-secrets [masked-secret]
      GSK_LDAP_USER_PW ****
      ^
    fix: write the secret; attlsctl print --show-secrets keeps it
[2]
$ attlsctl print tests/conformance/pasearch.policy 2>/dev/null | attlsctl check - | grep -c masked-secret
2
$ attlsctl print conf/policy/ims.policy | attlsctl print - | head -12
attlsctl print: -: 1 warning; attlsctl check shows it
## AT-TLS policy, z/OS 3.1
TTLSRule                          IMSDBConnectRule~1
{
  LocalAddrSetRef                 addr1
  RemoteAddrSetRef                addr1
  LocalPortRangeRef               portR1
  Jobname                         IMS15HWS
  Direction                       Inbound
  Priority                        255
  TTLSGroupActionRef              gAct1
  TTLSEnvironmentActionRef        eAct1~IMSDBConnect
  TTLSConnectionActionRef         cAct1~IMSDBConnect
% Sequence of order, comments, case, a replaced block: one form.
$ printf 'ttlsgroupaction g # c\n{\n trace 7\n  TRACE 6\n TTLSEnabled OFF }\nTTLSRule b\n{\nDirection both\nLocalPortRange 1 : 5\nTTLSGroupActionRef g\n}\nTTLSRule a\n{\nDirection BOTH\nJobname ims*\nTTLSGroupActionRef g\n}\n' | attlsctl print - 2>/dev/null
## AT-TLS policy, z/OS 3.1
TTLSRule                          a
{
  Direction                       Both
  Jobname                         IMS*
  TTLSGroupActionRef              g
}
TTLSRule                          b
{
  Direction                       Both
  LocalPortRange                  1-5
  TTLSGroupActionRef              g
}
TTLSGroupAction                   g
{
  Trace                           6
  TTLSEnabled                     Off
}
$ attlsctl print
attlsctl: no daemon answers at /nonexistent (No such file or directory); is attlsd running? --control SOCK or ATTLS_CONTROL names the socket that its configuration gives as control
attlsctl print: give a FILE, or start attlsd
[2]
$ attlsctl print --nosuch conf/policy/ims.policy
attlsctl print: no option --nosuch; --help lists them
[2]
$ attlsctl print $T/none
error: $T/none: no such file [file-read]
    fix: correct the name
[2]
$ attlsctl print conf
error: conf: not a plain file; - is standard input [file-read]
    fix: correct the name
[2]
