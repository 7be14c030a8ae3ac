% The whole listing; its third line is the time of day.
$ cp tests/conformance/pasearch.policy $T/p; touch -d @1734951139 $T/p; pasearch -t $T/p 2>/dev/null | sed 3d

TCP/IP pasearch CS 3.1                    Image Name: TCPIP
  TTLS Instance Id:     1734951139

policyRule:             Conditions
  Rule Type:            TTLS
  Version:              3                 Status:            Inactive
  Weight:               2000000000        ForLoadDist:       False
  Priority:             2000000000        Sequence Actions:  Don't Care
  No. Policy Action:    3
  policyAction:         everything
   ActionType:          TTLS Group
   Action Sequence:     0
  policyAction:         everything
   ActionType:          TTLS Environment
   Action Sequence:     0
  policyAction:         everything
   ActionType:          TTLS Connection
   Action Sequence:     0
  Time Periods:
   Day of Month Mask:
   First to Last:       1111111111111111111111111111110
   Last to First:       0000000000000000000000000000000
   Month of Yr Mask:    111111111111
   Day of Week Mask:    0111110  (Sunday - Saturday)
   Start Date Time:     Mon Jan  1 00:00:00 2024
   End Date Time:       Tue Dec 31 23:59:59 2024
   Fr TimeOfDay:        08:00             To TimeOfDay:      12:00
   Fr TimeOfDay UTC:    08:00             To TimeOfDay UTC:  12:00
   Fr TimeOfDay:        13:00             To TimeOfDay:      18:00
   Fr TimeOfDay UTC:    13:00             To TimeOfDay UTC:  18:00
   TimeZone:            Local
  Time Periods:
   Day of Month Mask:
   First to Last:       1111111111111111111111111111111
   Last to First:       1111111111111111111111111111111
   Month of Yr Mask:    000000000001
   Day of Week Mask:    1111111  (Sunday - Saturday)
   Start Date Time:     Mon Jan  1 00:00:00 2024
   End Date Time:       Tue Dec 31 23:59:59 2024
   Fr TimeOfDay:        00:00             To TimeOfDay:      24:00
   Fr TimeOfDay UTC:    00:00             To TimeOfDay UTC:  00:00
   TimeZone:            Local
  TTLS Condition Summary:                 NegativeIndicator: Off
   Local Address:
    FromAddr:           10.0.0.0
    Prefix:             8
   Remote Address:
    FromAddr:           172.16.0.0
    ToAddr:             198.51.100.20
   LocalPortFrom:       443               LocalPortTo:       8449
   RemotePortFrom:      1024              RemotePortTo:      65535
   JobName:             IMS*              UserId:
   ServiceDirection:    Inbound
  TTLS Condition Members:
   Remote Address:
    FromAddr:           192.0.2.1
    ToAddr:             192.0.2.1
    FromAddr:           198.51.100.10
    ToAddr:             198.51.100.20
    FromAddr:           172.16.0.0
    Prefix:             12
   LocalPortFrom:       443               LocalPortTo:       443
   LocalPortFrom:       8440              LocalPortTo:       8449
  Policy created: Mon Dec 23 10:52:19 2024
  Policy updated: Mon Dec 23 10:52:19 2024

  TTLS Action:                  everything
    Version:                    3
    Status:                     Active
    Scope:                      Group
    TTLSEnabled:                On
    CtraceClearText:            On
    Trace:                      2
    FIPS140:                    Off
    TTLSGroupAdvancedParms:
     SecondaryMap:              Off
     SyslogFacility:            Auth
     Envfile:                   /etc/gsk.env
    GroupUserInstance:          4
    Policy created: Mon Dec 23 10:52:19 2024
    Policy updated: Mon Dec 23 10:52:19 2024

  TTLS Action:                  everything
    Version:                    3
    Status:                     Active
    Scope:                      Environment
    HandshakeRole:              Server
    SuiteBProfile:              Off
    TTLSKeyringParms:
     Keyring:                   /etc/tls/key.kdb
     KeyringPw:                 ****
    TTLSEnvironmentAdvancedParms:
     SecondaryMap:              On
     SSLv2:                     Off
     SSLv3:                     Off
     TLSv1:                     On
     TLSv1.1:                   On
     TLSv1.2:                   Off
     TLSv1.3:                   On
     MiddleBoxCompatMode:       Off
     ApplicationControlled:     Off
     HandshakeTimeout:          10
     ClientAuthType:            Required
     ResetCipherTimer:          0
     CertificateLabel:          a label with blanks
     ServerCertificateLabel:    RSA
     ServerCertificateLabel:    ECC
     TruncatedHMAC:             Off
     CertValidationMode:        Any
     ServerMaxSSLFragment:      Off
     ClientMaxSSLFragment:      Off
     ServerHandshakeSNI:        Required
     ServerHandshakeSNIMatch:   Required
     ServerHandshakeSNIList:    one.example/RSA
     ServerHandshakeSNIList:    two.example/ECC
     ClientHandshakeSNI:        Off
     ClientExtendedMasterSecret: On
     ServerExtendedMasterSecret: On
     Renegotiation:             Default
     RenegotiationIndicator:    Optional
     RenegotiationCertCheck:    Off
     3DesKeyCheck:              Off
     ClientEDHGroupSize:        Legacy
     ServerEDHGroupSize:        Legacy
     PeerMinCertVersion:        Any
     PeerMinDHKeySize:          1024
     PeerMinDsaKeySize:         1024
     PeerMinECCKeySize:         192
     PeerMinRsaKeySize:         1024
     ServerScsv:                On
     HostReferenceIdDNS:        host.example
    TTLSSignatureParms:
     ClientECurves:
      0023  secp256r1
      0024  secp384r1
      0025  secp521r1
      0029  X25519
     ClientKeyShareGroups:
      0023  secp256r1
     ServerKeyShareGroups:
      0023  secp256r1
      0024  secp384r1
      0025  secp521r1
      0029  X25519
      0030  X448
     ServerKexECurves:
      0023  secp256r1
      0024  secp384r1
      0025  secp521r1
      0029  X25519
     SignaturePairs:
      0601  TLS_SIGALG_SHA512_WITH_RSA
      0603  TLS_SIGALG_SHA512_WITH_ECDSA
      0501  TLS_SIGALG_SHA384_WITH_RSA
      0503  TLS_SIGALG_SHA384_WITH_ECDSA
      0401  TLS_SIGALG_SHA256_WITH_RSA
      0403  TLS_SIGALG_SHA256_WITH_ECDSA
      0402  TLS_SIGALG_SHA256_WITH_DSA
      0301  TLS_SIGALG_SHA224_WITH_RSA
      0303  TLS_SIGALG_SHA224_WITH_ECDSA
      0302  TLS_SIGALG_SHA224_WITH_DSA
      0201  TLS_SIGALG_SHA1_WITH_RSA
      0203  TLS_SIGALG_SHA1_WITH_ECDSA
      0202  TLS_SIGALG_SHA1_WITH_DSA
      0806  TLS_SIGALG_SHA512_WITH_RSASSA_PSS
      0805  TLS_SIGALG_SHA384_WITH_RSASSA_PSS
      0804  TLS_SIGALG_SHA256_WITH_RSASSA_PSS
    TTLSCipherParms:
     v3CipherSuites:
      0035  TLS_RSA_WITH_AES_256_CBC_SHA
      002F  TLS_RSA_WITH_AES_128_CBC_SHA
      1302  TLS_AES_256_GCM_SHA384
    TTLSGskAdvancedParms:
     GSK_SYSPLEX_SIDCACHE:                      On
     GSK_V3_SESSION_TIMEOUT:                    60
     GSK_V3_SIDCACHE_SIZE:                      512
     GSK_SESSION_TICKET_CLIENT_ENABLE:          On
     GSK_SESSION_TICKET_CLIENT_MAXSIZE:         8192
     GSK_SESSION_TICKET_SERVER_ENABLE:          On
     GSK_SESSION_TICKET_SERVER_ALGORITHM:       AESCBC128
     GSK_SESSION_TICKET_SERVER_COUNT:           2
     GSK_SESSION_TICKET_SERVER_KEY_REFRESH:     300
     GSK_SESSION_TICKET_SERVER_TIMEOUT:         300
     TTLSGskLdapParms:
      GSK_LDAP_SERVER:          ldap.example
      GSK_LDAP_SERVER:          backup.example:3389
      GSK_LDAP_SERVER_PORT:     389
      GSK_LDAP_USER:            cn=attls
      GSK_LDAP_USER_PW:         ****
      GSK_CRL_CACHE_TIMEOUT:    24
      GSK_CRL_SECURITY_LEVEL:   Medium
      CRLCacheSize:             -1
      CRLCacheEntryMaxsize:     0
      CRLCacheExtended:         Off
      CRLCacheTempCRL:          On
      CRLCacheTempCRLTimeout:   24
      LDAPResponseTimeout:      15
     TTLSGskHttpCdpParms:
      HttpCdpEnable:            Off
      HttpCdpProxyServerPort:   80
      HttpCdpResponseTimeout:   15
      HttpCdpMaxResponseSize:   204800
      HttpCdpCacheSize:         32
      HttpCdpCacheEntryMaxsize: 0
     TTLSGskOcspParms:
      OcspAiaEnable:            Off
      OcspProxyServerPort:      80
      OcspRetrieveViaGet:       Off
      OcspUrlPriority:          On
      OcspRequestSigalg:
       0401  TLS_SIGALG_SHA256_WITH_RSA
      OcspClientCacheSize:      256
      OcspCliCacheEntryMaxsize: 0
      OcspNonceGenEnable:       Off
      OcspNonceCheckEnable:     Off
      OcspNonceSize:            8
      OcspResponseTimeout:      15
      OcspMaxResponseSize:      20480
      OcspServerStapling:       Off
    Policy created: Mon Dec 23 10:52:19 2024
    Policy updated: Mon Dec 23 10:52:19 2024

  TTLS Action:                  everything
    Version:                    3
    Status:                     Active
    Scope:                      Connection
    HandshakeRole:              Server
    TTLSConnectionAdvancedParms:
     HandshakeTimeout:          0
    TTLSSignatureParms:
     ServerKexECurves:
      0023  secp256r1
      0024  secp384r1
     SignaturePairs:
      0401  TLS_SIGALG_SHA256_WITH_RSA
      0501  TLS_SIGALG_SHA384_WITH_RSA
    ConnectionUserInstance:     5
    Policy created: Mon Dec 23 10:52:19 2024
    Policy updated: Mon Dec 23 10:52:19 2024

policyRule:             EnvironmentFirst
  Rule Type:            TTLS
  Version:              3                 Status:            Active
  Weight:               255               ForLoadDist:       False
  Priority:             255               Sequence Actions:  Don't Care
  No. Policy Action:    3
  policyAction:         DEFAULTTNEA
   ActionType:          TTLS Environment
   Action Sequence:     0
  policyAction:         DEFAULTTNCA13
   ActionType:          TTLS Connection
   Action Sequence:     0
  policyAction:         DEFAULTTNGA
   ActionType:          TTLS Group
   Action Sequence:     0
  Time Periods:
   Day of Month Mask:
   First to Last:       1111111111111111111111111111111
   Last to First:       1111111111111111111111111111111
   Month of Yr Mask:    111111111111
   Day of Week Mask:    1111111  (Sunday - Saturday)
   Start Date Time:     None
   End Date Time:       None
   Fr TimeOfDay:        00:00             To TimeOfDay:      24:00
   Fr TimeOfDay UTC:    00:00             To TimeOfDay UTC:  00:00
   TimeZone:            Local
  TTLS Condition Summary:                 NegativeIndicator: Off
   Local Address:
    FromAddr:           All
    ToAddr:             All
   Remote Address:
    FromAddr:           All
    ToAddr:             All
   LocalPortFrom:       9999              LocalPortTo:       9999
   RemotePortFrom:      0                 RemotePortTo:      0
   JobName:                               UserId:
   ServiceDirection:    Both
  Policy created: Mon Dec 23 10:52:19 2024
  Policy updated: Mon Dec 23 10:52:19 2024

  TTLS Action:                  DEFAULTTNEA
    Version:                    3
    Status:                     Active
    Scope:                      Environment
    HandshakeRole:              ServerWithClientAuth
    SuiteBProfile:              Off
    TTLSKeyringParms:
     Keyring:                   Userid/Keyring
    TTLSEnvironmentAdvancedParms:
     SSLv2:                     Off
     SSLv3:                     Off
     TLSv1:                     On
     TLSv1.1:                   On
     TLSv1.2:                   Off
     TLSv1.3:                   Off
     MiddleBoxCompatMode:       Off
     ApplicationControlled:     Off
     HandshakeTimeout:          10
     ClientAuthType:            Required
     ResetCipherTimer:          0
     TruncatedHMAC:             Off
     CertValidationMode:        Any
     ServerMaxSSLFragment:      Off
     ClientMaxSSLFragment:      Off
     ServerHandshakeSNI:        Off
     ClientHandshakeSNI:        Off
     ClientExtendedMasterSecret: On
     ServerExtendedMasterSecret: On
     Renegotiation:             Default
     RenegotiationIndicator:    Optional
     RenegotiationCertCheck:    Off
     3DesKeyCheck:              Off
     ClientEDHGroupSize:        Legacy
     ServerEDHGroupSize:        Legacy
     PeerMinCertVersion:        Any
     PeerMinDHKeySize:          1024
     PeerMinDsaKeySize:         1024
     PeerMinECCKeySize:         192
     PeerMinRsaKeySize:         1024
     ServerScsv:                Off
    TTLSSignatureParms:
     ClientECurves:              Any
     ServerKeyShareGroups:
      0023  secp256r1
      0024  secp384r1
      0025  secp521r1
      0029  X25519
      0030  X448
     ServerKexECurves:
      0023  secp256r1
      0024  secp384r1
      0025  secp521r1
     SignaturePairs:
      0601  TLS_SIGALG_SHA512_WITH_RSA
      0603  TLS_SIGALG_SHA512_WITH_ECDSA
      0501  TLS_SIGALG_SHA384_WITH_RSA
      0503  TLS_SIGALG_SHA384_WITH_ECDSA
      0401  TLS_SIGALG_SHA256_WITH_RSA
      0403  TLS_SIGALG_SHA256_WITH_ECDSA
      0402  TLS_SIGALG_SHA256_WITH_DSA
      0301  TLS_SIGALG_SHA224_WITH_RSA
      0303  TLS_SIGALG_SHA224_WITH_ECDSA
      0302  TLS_SIGALG_SHA224_WITH_DSA
      0201  TLS_SIGALG_SHA1_WITH_RSA
      0203  TLS_SIGALG_SHA1_WITH_ECDSA
      0202  TLS_SIGALG_SHA1_WITH_DSA
    TTLSGskAdvancedParms:
     GSK_V3_SESSION_TIMEOUT:                    86400
     GSK_V3_SIDCACHE_SIZE:                      512
     GSK_SESSION_TICKET_CLIENT_ENABLE:          On
     GSK_SESSION_TICKET_CLIENT_MAXSIZE:         8192
     GSK_SESSION_TICKET_SERVER_ENABLE:          On
     GSK_SESSION_TICKET_SERVER_ALGORITHM:       AESCBC128
     GSK_SESSION_TICKET_SERVER_COUNT:           2
     GSK_SESSION_TICKET_SERVER_KEY_REFRESH:     300
     GSK_SESSION_TICKET_SERVER_TIMEOUT:         300
     TTLSGskHttpCdpParms:
      HttpCdpEnable:            Off
      HttpCdpProxyServerPort:   80
      HttpCdpResponseTimeout:   15
      HttpCdpMaxResponseSize:   204800
      HttpCdpCacheSize:         32
      HttpCdpCacheEntryMaxsize: 0
     TTLSGskOcspParms:
      OcspAiaEnable:            Off
      OcspProxyServerPort:      80
      OcspRetrieveViaGet:       Off
      OcspUrlPriority:          On
      OcspRequestSigalg:
       0401  TLS_SIGALG_SHA256_WITH_RSA
      OcspClientCacheSize:      256
      OcspCliCacheEntryMaxsize: 0
      OcspNonceGenEnable:       Off
      OcspNonceCheckEnable:     Off
      OcspNonceSize:            8
      OcspResponseTimeout:      15
      OcspMaxResponseSize:      20480
      OcspServerStapling:       Off
    Policy created: Mon Dec 23 10:52:19 2024
    Policy updated: Mon Dec 23 10:52:19 2024

  TTLS Action:                  DEFAULTTNCA13
    Version:                    3
    Status:                     Active
    Scope:                      Connection
    TTLSConnectionAdvancedParms:
     SSLv3:                     Off
     TLSv1:                     Off
     TLSv1.1:                   Off
     TLSv1.2:                   On
     TLSv1.3:                   On
    TTLSSignatureParms:
     ClientECurves:
      0023  secp256r1
      0024  secp384r1
      0025  secp521r1
      0029  X25519
     ClientKeyShareGroups:
      0023  secp256r1
     SignaturePairs:
      0601  TLS_SIGALG_SHA512_WITH_RSA
      0603  TLS_SIGALG_SHA512_WITH_ECDSA
      0501  TLS_SIGALG_SHA384_WITH_RSA
      0503  TLS_SIGALG_SHA384_WITH_ECDSA
      0401  TLS_SIGALG_SHA256_WITH_RSA
      0403  TLS_SIGALG_SHA256_WITH_ECDSA
      0402  TLS_SIGALG_SHA256_WITH_DSA
      0301  TLS_SIGALG_SHA224_WITH_RSA
      0303  TLS_SIGALG_SHA224_WITH_ECDSA
      0302  TLS_SIGALG_SHA224_WITH_DSA
      0201  TLS_SIGALG_SHA1_WITH_RSA
      0203  TLS_SIGALG_SHA1_WITH_ECDSA
      0202  TLS_SIGALG_SHA1_WITH_DSA
      0806  TLS_SIGALG_SHA512_WITH_RSASSA_PSS
      0805  TLS_SIGALG_SHA384_WITH_RSASSA_PSS
      0804  TLS_SIGALG_SHA256_WITH_RSASSA_PSS
    Policy created: Mon Dec 23 10:52:19 2024
    Policy updated: Mon Dec 23 10:52:19 2024

  TTLS Action:                  DEFAULTTNGA
    Version:                    3
    Status:                     Active
    Scope:                      Group
    TTLSEnabled:                On
    CtraceClearText:            Off
    Trace:                      2
    FIPS140:                    Off
    TTLSGroupAdvancedParms:
     SecondaryMap:              Off
     SyslogFacility:            Daemon
    Policy created: Mon Dec 23 10:52:19 2024
    Policy updated: Mon Dec 23 10:52:19 2024

policyRule:             Clear
  Rule Type:            TTLS
  Version:              3                 Status:            Active
  Weight:               7                 ForLoadDist:       False
  Priority:             7                 Sequence Actions:  Don't Care
  No. Policy Action:    1
  policyAction:         off
   ActionType:          TTLS Group
   Action Sequence:     0
  Time Periods:
   Day of Month Mask:
   First to Last:       1111111111111111111111111111111
   Last to First:       1111111111111111111111111111111
   Month of Yr Mask:    111111111111
   Day of Week Mask:    1111111  (Sunday - Saturday)
   Start Date Time:     None
   End Date Time:       None
   Fr TimeOfDay:        00:00             To TimeOfDay:      24:00
   Fr TimeOfDay UTC:    00:00             To TimeOfDay UTC:  00:00
   TimeZone:            Local
  TTLS Condition Summary:                 NegativeIndicator: Off
   Local Address:
    FromAddr:           All
    ToAddr:             All
   Remote Address:
    FromAddr:           2001:db8::
    Prefix:             32
   LocalPortFrom:       0                 LocalPortTo:       0
   RemotePortFrom:      0                 RemotePortTo:      0
   JobName:                               UserId:
   ServiceDirection:    Outbound
  Policy created: Mon Dec 23 10:52:19 2024
  Policy updated: Mon Dec 23 10:52:19 2024

  TTLS Action:                  off
    Version:                    3
    Status:                     Active
    Scope:                      Group
    TTLSEnabled:                Off
    CtraceClearText:            Off
    Trace:                      2
    FIPS140:                    Off
    TTLSGroupAdvancedParms:
     SecondaryMap:              Off
     SyslogFacility:            Daemon
    GroupUserInstance:          3
    Policy created: Mon Dec 23 10:52:19 2024
    Policy updated: Mon Dec 23 10:52:19 2024

policyRule:             COLATTLJ
  Rule Type:            TTLS
  Version:              3                 Status:            Active
  Weight:               1                 ForLoadDist:       False
  Priority:             1                 Sequence Actions:  Don't Care
  No. Policy Action:    3
  policyAction:         TNGA
   ActionType:          TTLS Group
   Action Sequence:     0
  policyAction:         eActAZFClient
   ActionType:          TTLS Environment
   Action Sequence:     0
  policyAction:         TNCA
   ActionType:          TTLS Connection
   Action Sequence:     0
  Time Periods:
   Day of Month Mask:
   First to Last:       1111111111111111111111111111111
   Last to First:       1111111111111111111111111111111
   Month of Yr Mask:    111111111111
   Day of Week Mask:    1111111  (Sunday - Saturday)
   Start Date Time:     None
   End Date Time:       None
   Fr TimeOfDay:        00:00             To TimeOfDay:      24:00
   Fr TimeOfDay UTC:    00:00             To TimeOfDay UTC:  00:00
   TimeZone:            Local
  TTLS Condition Summary:                 NegativeIndicator: Off
   Local Address:
    FromAddr:           All
    ToAddr:             All
   Remote Address:
    FromAddr:           10.1.1.2
    ToAddr:             10.1.1.2
   LocalPortFrom:       4000              LocalPortTo:       4000
   RemotePortFrom:      0                 RemotePortTo:      0
   JobName:             COLCOMPI          UserId:            COLIN
   ServiceDirection:    Both
  Policy created: Mon Dec 23 10:52:19 2024
  Policy updated: Mon Dec 23 10:52:19 2024

  TTLS Action:                  TNGA
    Version:                    3
    Status:                     Active
    Scope:                      Group
    TTLSEnabled:                On
    CtraceClearText:            Off
    Trace:                      7
    FIPS140:                    Off
    TTLSGroupAdvancedParms:
     SecondaryMap:              Off
     SyslogFacility:            Daemon
    Policy created: Mon Dec 23 10:52:19 2024
    Policy updated: Mon Dec 23 10:52:19 2024

  TTLS Action:                  eActAZFClient
    Version:                    3
    Status:                     Active
    Scope:                      Environment
    HandshakeRole:              Client
    Trace:                      255
    SuiteBProfile:              Off
    TTLSKeyringParms:
     Keyring:                   start1/TN3270
    TTLSEnvironmentAdvancedParms:
     SSLv2:                     Off
     SSLv3:                     Off
     TLSv1:                     Off
     TLSv1.1:                   Off
     TLSv1.2:                   On
     TLSv1.3:                   Off
     MiddleBoxCompatMode:       Off
     ApplicationControlled:     Off
     HandshakeTimeout:          10
     ClientAuthType:            Required
     ResetCipherTimer:          0
     TruncatedHMAC:             Off
     CertValidationMode:        Any
     ServerMaxSSLFragment:      Off
     ClientMaxSSLFragment:      Off
     ServerHandshakeSNI:        Off
     ClientHandshakeSNI:        Off
     ClientExtendedMasterSecret: On
     ServerExtendedMasterSecret: On
     Renegotiation:             Default
     RenegotiationIndicator:    Optional
     RenegotiationCertCheck:    Off
     3DesKeyCheck:              Off
     ClientEDHGroupSize:        Legacy
     ServerEDHGroupSize:        Legacy
     PeerMinCertVersion:        Any
     PeerMinDHKeySize:          1024
     PeerMinDsaKeySize:         1024
     PeerMinECCKeySize:         192
     PeerMinRsaKeySize:         1024
     ServerScsv:                Off
    TTLSSignatureParms:
     ClientECurves:
      0023  secp256r1
      0024  secp384r1
      0025  secp521r1
     ClientKeyShareGroups:
      0023  secp256r1
     ServerKeyShareGroups:
      0023  secp256r1
      0024  secp384r1
      0025  secp521r1
      0029  X25519
      0030  X448
     ServerKexECurves:
      0023  secp256r1
      0024  secp384r1
      0025  secp521r1
     SignaturePairs:
      0601  TLS_SIGALG_SHA512_WITH_RSA
      0603  TLS_SIGALG_SHA512_WITH_ECDSA
      0501  TLS_SIGALG_SHA384_WITH_RSA
      0503  TLS_SIGALG_SHA384_WITH_ECDSA
      0401  TLS_SIGALG_SHA256_WITH_RSA
      0403  TLS_SIGALG_SHA256_WITH_ECDSA
      0402  TLS_SIGALG_SHA256_WITH_DSA
      0301  TLS_SIGALG_SHA224_WITH_RSA
      0303  TLS_SIGALG_SHA224_WITH_ECDSA
      0302  TLS_SIGALG_SHA224_WITH_DSA
      0201  TLS_SIGALG_SHA1_WITH_RSA
      0203  TLS_SIGALG_SHA1_WITH_ECDSA
      0202  TLS_SIGALG_SHA1_WITH_DSA
    TTLSGskAdvancedParms:
     GSK_V3_SESSION_TIMEOUT:                    86400
     GSK_V3_SIDCACHE_SIZE:                      512
     GSK_SESSION_TICKET_CLIENT_ENABLE:          On
     GSK_SESSION_TICKET_CLIENT_MAXSIZE:         8192
     GSK_SESSION_TICKET_SERVER_ENABLE:          On
     GSK_SESSION_TICKET_SERVER_ALGORITHM:       AESCBC128
     GSK_SESSION_TICKET_SERVER_COUNT:           2
     GSK_SESSION_TICKET_SERVER_KEY_REFRESH:     300
     GSK_SESSION_TICKET_SERVER_TIMEOUT:         300
     TTLSGskHttpCdpParms:
      HttpCdpEnable:            Off
      HttpCdpProxyServerPort:   80
      HttpCdpResponseTimeout:   15
      HttpCdpMaxResponseSize:   204800
      HttpCdpCacheSize:         32
      HttpCdpCacheEntryMaxsize: 0
     TTLSGskOcspParms:
      OcspAiaEnable:            Off
      OcspProxyServerPort:      80
      OcspRetrieveViaGet:       Off
      OcspUrlPriority:          On
      OcspRequestSigalg:
       0401  TLS_SIGALG_SHA256_WITH_RSA
      OcspClientCacheSize:      256
      OcspCliCacheEntryMaxsize: 0
      OcspNonceGenEnable:       Off
      OcspNonceCheckEnable:     Off
      OcspNonceSize:            8
      OcspResponseTimeout:      15
      OcspMaxResponseSize:      20480
      OcspServerStapling:       Off
    EnvironmentUserInstance:    1
    Policy created: Mon Dec 23 10:52:19 2024
    Policy updated: Mon Dec 23 10:52:19 2024

  TTLS Action:                  TNCA
    Version:                    3
    Status:                     Active
    Scope:                      Connection
    CtraceClearText:            Off
    Trace:                      255
    TTLSConnectionAdvancedParms:
     SecondaryMap:              Off
     SSLv3:                     Off
     TLSv1:                     Off
     TLSv1.1:                   Off
     TLSv1.2:                   On
     TLSv1.3:                   Off
     ApplicationControlled:     Off
     HandshakeTimeout:          3
     ServerCertificateLabel:    NISTECCTEST
    TTLSSignatureParms:
     ClientECurves:              Any
     SignaturePairs:
      0601  TLS_SIGALG_SHA512_WITH_RSA
      0603  TLS_SIGALG_SHA512_WITH_ECDSA
      0501  TLS_SIGALG_SHA384_WITH_RSA
      0503  TLS_SIGALG_SHA384_WITH_ECDSA
      0401  TLS_SIGALG_SHA256_WITH_RSA
      0403  TLS_SIGALG_SHA256_WITH_ECDSA
      0402  TLS_SIGALG_SHA256_WITH_DSA
      0301  TLS_SIGALG_SHA224_WITH_RSA
      0303  TLS_SIGALG_SHA224_WITH_ECDSA
      0302  TLS_SIGALG_SHA224_WITH_DSA
      0201  TLS_SIGALG_SHA1_WITH_RSA
      0203  TLS_SIGALG_SHA1_WITH_ECDSA
      0202  TLS_SIGALG_SHA1_WITH_DSA
    TTLSCipherParms:
     v3CipherSuites:
      003D  TLS_RSA_WITH_AES_256_CBC_SHA256
      C02C  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
    Policy created: Mon Dec 23 10:52:19 2024
    Policy updated: Mon Dec 23 10:52:19 2024
$ pasearch -t -f TNGA $T/p 2>/dev/null | sed 3d

TCP/IP pasearch CS 3.1                    Image Name: TCPIP
  TTLS Instance Id:     1734951139

  TTLS Action:                  TNGA
    Version:                    3
    Status:                     Active
    Scope:                      Group
    TTLSEnabled:                On
    CtraceClearText:            Off
    Trace:                      7
    FIPS140:                    Off
    TTLSGroupAdvancedParms:
     SecondaryMap:              Off
     SyslogFacility:            Daemon
    Policy created: Mon Dec 23 10:52:19 2024
    Policy updated: Mon Dec 23 10:52:19 2024
$ pasearch -t -f TNGA -n $T/p 2>/dev/null | sed 3d

TCP/IP pasearch CS 3.1                    Image Name: TCPIP
  TTLS Instance Id:     1734951139

  TTLS Action:                  TNGA
$ pasearch -tnf Clear $T/p 2>/dev/null | sed 3d

TCP/IP pasearch CS 3.1                    Image Name: TCPIP
  TTLS Instance Id:     1734951139

policyRule:             Clear

  TTLS Action:                  off
$ attlsctl pasearch -t -r -n $T/p 2>/dev/null | sed 3d

TCP/IP pasearch CS 3.1                    Image Name: TCPIP
  TTLS Instance Id:     1734951139

policyRule:             Conditions

policyRule:             EnvironmentFirst

policyRule:             Clear

policyRule:             COLATTLJ
$ attlsctl pasearch -t -a -n $T/p 2>/dev/null | sed 3d

TCP/IP pasearch CS 3.1                    Image Name: TCPIP
  TTLS Instance Id:     1734951139

  TTLS Action:                  everything

  TTLS Action:                  everything

  TTLS Action:                  everything

  TTLS Action:                  DEFAULTTNEA

  TTLS Action:                  DEFAULTTNCA13

  TTLS Action:                  DEFAULTTNGA

  TTLS Action:                  off

  TTLS Action:                  TNGA

  TTLS Action:                  eActAZFClient

  TTLS Action:                  TNCA
$ attlsctl pasearch -t -e -n $T/p 2>/dev/null | sed 3d

TCP/IP pasearch CS 3.1                    Image Name: TCPIP
  TTLS Instance Id:     1734951139

policyRule:             Conditions

  TTLS Action:                  everything

  TTLS Action:                  everything

  TTLS Action:                  everything

policyRule:             EnvironmentFirst

  TTLS Action:                  DEFAULTTNEA

  TTLS Action:                  DEFAULTTNCA13

  TTLS Action:                  DEFAULTTNGA

policyRule:             Clear

  TTLS Action:                  off

policyRule:             COLATTLJ

  TTLS Action:                  TNGA

  TTLS Action:                  eActAZFClient

  TTLS Action:                  TNCA
$ attlsctl pasearch -a -r -n $T/p 2>/dev/null | grep -c .
17
$ pasearch -t -I -r -n $T/p 2>/dev/null | sed 3d

TCP/IP pasearch CS 3.1                    Image Name: TCPIP
  TTLS Instance Id:     1734951139

policyRule:             Conditions
$ pasearch -t -A -r -n $T/p 2>/dev/null | sed 3d

TCP/IP pasearch CS 3.1                    Image Name: TCPIP
  TTLS Instance Id:     1734951139

policyRule:             EnvironmentFirst

policyRule:             Clear

policyRule:             COLATTLJ
$ pasearch -c $T/p 2>/dev/null | sed 3d

TCP/IP pasearch CS 3.1                    Image Name: TCPIP

 TTLS Policy Object:
  ConfigLocation:       Local             LDAPServer:        False
  ImageFileName:        $T/p
  Configured:           True              TTLS Enabled:      True
  Flush:                True              Purge:             False
  InstanceId:           1734951139
  LastPolicyChanged:    Mon Dec 23 10:52:19 2024
% What TcpImage and TTLSConfig say.
$ printf 'TcpImage TCPIP1 NOFLUSH PURGE 60\nTTLSConfig %s FLUSH\n' $T/p >$T/m; pasearch -c $T/m 2>/dev/null | grep Flush
  Flush:                True              Purge:             True
$ printf 'TcpImage TCPIP1 NOFLUSH 60\nTTLSConfig %s\n' $T/p >$T/m; attlsctl print $T/m 2>/dev/null | head -2
## TcpImage TCPIP1 NOFLUSH NOPURGE 60
## AT-TLS policy, z/OS 3.1
$ pasearch -C $T/p 2>/dev/null
TCPIP
$ pasearch -t -r -f COLATTLJ -p TCPIP2 --release 2.3 $T/p 2>/dev/null | head -2

TCP/IP pasearch CS V2R3                   Image Name: TCPIP2
% The hours of a time condition in another zone.
$ TZ=XYZ6 pasearch -r -f Conditions $T/p 2>/dev/null | grep TimeOfDay
   Fr TimeOfDay:        08:00             To TimeOfDay:      12:00
   Fr TimeOfDay UTC:    14:00             To TimeOfDay UTC:  18:00
   Fr TimeOfDay:        13:00             To TimeOfDay:      18:00
   Fr TimeOfDay UTC:    19:00             To TimeOfDay UTC:  00:00
   Fr TimeOfDay:        00:00             To TimeOfDay:      24:00
   Fr TimeOfDay UTC:    00:00             To TimeOfDay UTC:  00:00
% By way of the Policy Agent's files.
$ printf 'TcpImage TCPIP1 FLUSH NOPURGE 1800\nTTLSConfig conf/policy/ims.policy\n' >$T/pagent.conf; cp -r conf $T; pasearch -t -n -r $T/pagent.conf 2>&1 | sed 3,4d

TCP/IP pasearch CS 3.1                    Image Name: TCPIP1

policyRule:             IMSDBConnectRule~1

policyRule:             IMSDBClientRule~2
$ pasearch -n -p NOSUCH $T/pagent.conf
$T/pagent.conf:1:1: error: no TcpImage has the name NOSUCH; there is TCPIP1 [stack-unknown]
TcpImage TCPIP1 FLUSH NOPURGE 1800
^
    fix: give one of these names as the stack
[2]
% Nothing, and wrong calls.
$ pasearch -t -f tnga $T/p 2>/dev/null
No policies retrieved
$ echo | pasearch -t - 2>/dev/null
No policies retrieved
$ pasearch -q $T/p
attlsctl pasearch: -q asks for policies of another kind; there are only AT-TLS policies (-t) here
[2]
$ pasearch -x $T/p
pasearch: no option -x; --help lists them
[2]
$ pasearch -t
attlsctl: no daemon answers at /nonexistent (No such file or directory); is attlsd running? --control SOCK or ATTLS_CONTROL names the socket that its configuration gives as control
attlsctl pasearch: give a FILE, or start attlsd
[2]
$ pasearch -t $T/p $T/p
pasearch: "$T/p" is one word too many
usage: attlsctl pasearch [OPTION...] FILE
       attlsctl pasearch [OPTION...] [--control SOCK]
[2]
$ pasearch -f
pasearch: -f needs NAME behind it
[2]
$ pasearch -t $T/none
error: $T/none: no such file [file-read]
    fix: correct the name
[2]
