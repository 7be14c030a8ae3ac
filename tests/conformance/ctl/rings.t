% Key rings as a tree, with what needs attention; all dates are fixed.
$ racfjob --racf $T/r "ADDUSER (ANN,BOB)" >$T/noise 2>&1; sed "s|@T|$T|g" tests/conformance/rings.job >$T/job; racdcert --racf $T/r $T/job | grep -vE '^(READY|END|RACDCERT|IRRD113I|  |IRRD199I)'
IRRD107I No matching certificate was found for this user.
$ attlsctl rings --racf $T/r --at 2030-06-01
ANN/Good
  |- ann                              ID(ANN)      PERSONAL DEFAULT to 2035/01/01  key
  |    signed by Sub
  |- Root                             CERTAUTH     CERTAUTH         to 2040/01/01  key
  |    self-signed
  `- Sub                              CERTAUTH     CERTAUTH         to 2040/01/01  key
       signed by Root

ANN/Empty
  (no certificates connected)

BOB/Bad
  |- old                              ID(BOB)      PERSONAL DEFAULT to 2029/01/01
  |    signed by Sub
  |    ! has expired: it was valid to 2029/01/01 23:59:59
  |    ! has no private key
  |- ending <"&\x5C>                  ID(BOB)      PERSONAL         to 2030/06/20  key
  |    signed by Sub
  |    ! expires soon (days left: 19)
  |- future                           ID(BOB)      PERSONAL         to 2035/01/01  key
  |    signed by Sub
  |    ! is not valid yet: it is valid from 2031/01/01 00:00:00
  |    ! is NOTRUST: as if it were not connected
  `- Sub                              CERTAUTH     CERTAUTH         to 2040/01/01  key
       ! was signed by a certificate that this ring does not have

6 things need attention.
[1]
% A key that others may read is not used by attlsd.
$ chmod 644 $T/r/ANN/*.key; attlsctl rings --racf $T/r --at 2030-06-01 ANN/Good | head -4; chmod 600 $T/r/ANN/*.key
ANN/Good
  |- ann                              ID(ANN)      PERSONAL DEFAULT to 2035/01/01  key
  |    signed by Sub
  |    ! has a private key that can't be used: damaged, or open to others
% Looking ahead: soon, then past.
$ attlsctl rings --racf $T/r --at 2034-12-03 ANN/Good
ANN/Good
  |- ann                              ID(ANN)      PERSONAL DEFAULT to 2035/01/01  key
  |    signed by Sub
  |    ! expires soon (days left: 29)
  |- Root                             CERTAUTH     CERTAUTH         to 2040/01/01  key
  |    self-signed
  `- Sub                              CERTAUTH     CERTAUTH         to 2040/01/01  key
       signed by Root

1 thing needs attention.
[1]
$ attlsctl rings --racf $T/r --at 2035-01-01 ANN/Good
ANN/Good
  |- ann                              ID(ANN)      PERSONAL DEFAULT to 2035/01/01  key
  |    signed by Sub
  |    ! expires soon (days left: 0)
  |- Root                             CERTAUTH     CERTAUTH         to 2040/01/01  key
  |    self-signed
  `- Sub                              CERTAUTH     CERTAUTH         to 2040/01/01  key
       signed by Root

1 thing needs attention.
[1]
$ attlsctl rings --racf $T/r --at 2019-12-31 ANN/Good
ANN/Good
  |- ann                              ID(ANN)      PERSONAL DEFAULT to 2035/01/01  key
  |    signed by Sub
  |    ! is not valid yet: it is valid from 2020/01/01 00:00:00
  |- Root                             CERTAUTH     CERTAUTH         to 2040/01/01  key
  |    self-signed
  |    ! is not valid yet: it is valid from 2020/01/01 00:00:00
  `- Sub                              CERTAUTH     CERTAUTH         to 2040/01/01  key
       signed by Root
       ! is not valid yet: it is valid from 2020/01/01 00:00:00

3 things need attention.
[1]
% What rules need
$ attlsctl rings --racf $T/r --at 2030-06-01 --policy tests/conformance/rings.policy 2>$T/noise | grep '^!\|^  !\|attention\|^[A-Z]'
ANN/Good
  ! rule as-authority: ring ANN/Good: the certificate 'Sub' is not connected with USAGE(PERSONAL): its private key can't be used
  ! rule as-authority: none of its suites fits the key of the certificate 'Sub' in ring ANN/Good
  ! rule good-server: none of its suites fits the key of the certificate 'ann' in ring ANN/Good
ANN/Empty
  ! rule empty-ring: ring ANN/Empty has no DEFAULT certificate, and the policy names no label
  ! rule empty-ring: ring ANN/Empty holds no certificate of an authority: no peer can be trusted
BOB/Bad
  ! rule no-label: ring BOB/Bad holds no certificate with the label 'nolabel'
! rule absent: no user has a ring Nowhere
! rule virtual: ring ANN/* holds no certificate of an authority: no peer can be trusted
14 things need attention.
$ attlsctl rings --racf $T/r --at 2030-06-01 --policy tests/conformance/rings.policy ANN/Good 2>$T/noise
ANN/Good
  ! rule as-authority: ring ANN/Good: the certificate 'Sub' is not connected with USAGE(PERSONAL): its private key can't be used
  ! rule as-authority: none of its suites fits the key of the certificate 'Sub' in ring ANN/Good
  ! rule good-server: none of its suites fits the key of the certificate 'ann' in ring ANN/Good
  |- ann                              ID(ANN)      PERSONAL DEFAULT to 2035/01/01  key
  |    signed by Sub
  |- Root                             CERTAUTH     CERTAUTH         to 2040/01/01  key
  |    self-signed
  `- Sub                              CERTAUTH     CERTAUTH         to 2040/01/01  key
       signed by Root

3 things need attention.
[1]
$ attlsctl rings --racf $T/r --policy $T/none
error: $T/none: no such file [file-read]
    fix: correct the name
[2]
% Who may read
$ attlsctl rings --racf $T/r --at 2030-06-01 --reader BOB ANN/Good
ANN/Good
  ! user BOB may not read the key ring ANN/Good: reading another user's ring needs READ to ANN.GOOD.LST in class RDATALIB or UPDATE to IRR.DIGTCERT.LISTRING in class FACILITY, and no active profile covers them
  |- ann                              ID(ANN)      PERSONAL DEFAULT to 2035/01/01  key
  |    signed by Sub
  |- Root                             CERTAUTH     CERTAUTH         to 2040/01/01  key
  |    self-signed
  `- Sub                              CERTAUTH     CERTAUTH         to 2040/01/01  key
       signed by Root

1 thing needs attention.
[1]
$ printf 'SETROPTS CLASSACT(RDATALIB)\nRDEFINE RDATALIB ANN.GOOD.LST UACC(NONE)\nPERMIT ANN.GOOD.LST CLASS(RDATALIB) ID(BOB) ACCESS(READ)\n' | racfjob --racf $T/r >$T/noise; attlsctl rings --racf $T/r --at 2030-06-01 --reader BOB ANN/Good | tail -1
Nothing needs attention.
% JSON and pictures
$ attlsctl rings --racf $T/r --at 2030-06-01 --json BOB/Bad
{
  "attention": 6,
  "rings": [
    {
      "owner": "BOB",
      "ring": "Bad",
      "complaints": [],
      "notes": [],
      "certificates": [
        {
          "label": "old",
          "owner": "ID(BOB)",
          "usage": "PERSONAL",
          "default": true,
          "key": false,
          "subject": "CN=old",
          "issuer": "CN=Sub.O=Shop",
          "not_before": "2020-01-01T00:00:00Z",
          "not_after": "2029-01-01T23:59:59Z",
          "self_signed": false,
          "signer": "Sub",
          "barred": null,
          "marks": [
            "expired",
            "no-key"
          ]
        },
        {
          "label": "ending <\"&\\>",
          "owner": "ID(BOB)",
          "usage": "PERSONAL",
          "default": false,
          "key": true,
          "subject": "CN=ending",
          "issuer": "CN=Sub.O=Shop",
          "not_before": "2020-01-01T00:00:00Z",
          "not_after": "2030-06-20T23:59:59Z",
          "self_signed": false,
          "signer": "Sub",
          "barred": null,
          "marks": [
            "expires"
          ]
        },
        {
          "label": "future",
          "owner": "ID(BOB)",
          "usage": "PERSONAL",
          "default": false,
          "key": true,
          "subject": "CN=future",
          "issuer": "CN=Sub.O=Shop",
          "not_before": "2031-01-01T00:00:00Z",
          "not_after": "2035-01-01T23:59:59Z",
          "self_signed": false,
          "signer": "Sub",
          "barred": null,
          "marks": [
            "not-yet-valid",
            "notrust"
          ]
        },
        {
          "label": "Sub",
          "owner": "CERTAUTH",
          "usage": "CERTAUTH",
          "default": false,
          "key": true,
          "subject": "CN=Sub.O=Shop",
          "issuer": "CN=Root.O=Shop",
          "not_before": "2020-01-01T00:00:00Z",
          "not_after": "2040-01-01T23:59:59Z",
          "self_signed": false,
          "signer": null,
          "barred": null,
          "marks": [
            "no-issuer"
          ]
        }
      ]
    }
  ],
  "complaints": [],
  "notes": []
}
[1]
$ attlsctl rings --racf $T/r --at 2030-06-01 --dot
digraph rings {
  rankdir=LR;
  node [shape=box, fontname="sans-serif"];
  graph [fontname="sans-serif"];
  subgraph cluster_0 {
    label="ANN/Good";
    c0_0 [label="ann\nID(ANN) PERSONAL DEFAULT\n2020/01/01 to 2035/01/01", penwidth=2];
    c0_1 [label="Root\nCERTAUTH CERTAUTH\n2020/01/01 to 2040/01/01", penwidth=2];
    c0_2 [label="Sub\nCERTAUTH CERTAUTH\n2020/01/01 to 2040/01/01", penwidth=2];
  }
  subgraph cluster_1 {
    label="ANN/Empty";
    e1 [label="(empty)", shape=plain];
  }
  subgraph cluster_2 {
    label="BOB/Bad";
    c2_0 [label="old\nID(BOB) PERSONAL DEFAULT\n2020/01/01 to 2029/01/01\nhas expired: it was valid to 2029/01/01 23:59:59\nhas no private key", color=red, fontcolor=red];
    c2_1 [label="ending <\"&\\x5C>\nID(BOB) PERSONAL\n2020/01/01 to 2030/06/20\nexpires soon (days left: 19)", penwidth=2, color=red, fontcolor=red];
    c2_2 [label="future\nID(BOB) PERSONAL\n2031/01/01 to 2035/01/01\nis not valid yet: it is valid from 2031/01/01 00:00:00\nis NOTRUST: as if it were not connected", penwidth=2, color=red, fontcolor=red];
    c2_3 [label="Sub\nCERTAUTH CERTAUTH\n2020/01/01 to 2040/01/01\nwas signed by a certificate that this ring does not have", penwidth=2, color=red, fontcolor=red];
  }
  c0_1 -> c0_2;
  c0_2 -> c0_0;
  c0_2 -> c2_0 [style=dashed];
  c0_2 -> c2_1 [style=dashed];
  c0_2 -> c2_2 [style=dashed];
  c2_3 -> c0_0 [style=dashed];
  c2_3 -> c2_0;
  c2_3 -> c2_1;
  c2_3 -> c2_2;
}
[1]
$ attlsctl rings --racf $T/r --at 2030-06-01 --svg ANN/Good
<svg xmlns="http://www.w3.org/2000/svg" width="338" height="338" font-family="sans-serif" font-size="12">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M 0 0 L 8 4 L 0 8 z" fill="#305080"/></marker></defs>
<rect x="20" y="20" width="298" height="298" rx="10" fill="#f7f7f2" stroke="#808080"/>
<text x="44" y="42" font-weight="bold">ANN/Good</text>
<rect x="44" y="54" width="250" height="64" fill="#eef4ff" stroke="#305080" stroke-width="2"/>
<text x="52" y="72" font-weight="bold">ann</text>
<text x="52" y="88">ID(ANN) PERSONAL DEFAULT</text>
<text x="52" y="104">2020/01/01 to 2035/01/01</text>
<rect x="44" y="142" width="250" height="64" fill="#eef4ff" stroke="#305080" stroke-width="2"/>
<text x="52" y="160" font-weight="bold">Root</text>
<text x="52" y="176">CERTAUTH CERTAUTH</text>
<text x="52" y="192">2020/01/01 to 2040/01/01</text>
<rect x="44" y="230" width="250" height="64" fill="#eef4ff" stroke="#305080" stroke-width="2"/>
<text x="52" y="248" font-weight="bold">Sub</text>
<text x="52" y="264">CERTAUTH CERTAUTH</text>
<text x="52" y="280">2020/01/01 to 2040/01/01</text>
<path d="M 44 174 C 20 174 20 262 44 262" fill="none" stroke="#305080" marker-end="url(#arrow)"/>
<path d="M 44 262 C 20 262 20 86 44 86" fill="none" stroke="#305080" marker-end="url(#arrow)"/>
</svg>
% Damage
$ printf x >$T/r/ANN/cert-1.pem; attlsctl rings --racf $T/r --at 2030-06-01 ANN/Good
ANN/Good
  |- ann                              ID(ANN)      PERSONAL DEFAULT to ?  key
  |    ! can't be read
  |- Root                             CERTAUTH     CERTAUTH         to 2040/01/01  key
  |    self-signed
  `- Sub                              CERTAUTH     CERTAUTH         to 2040/01/01  key
       signed by Root

1 thing needs attention.
[1]
$ sed -i 's/label = "ann"; file/label = "other"; file/' $T/r/ANN/index.cfg; attlsctl rings --racf $T/r --at 2030-06-01 ANN/Good
ANN/Good
  |- ann                              ID(ANN)      PERSONAL DEFAULT to ?
  |    ! is connected and not stored
  |- Root                             CERTAUTH     CERTAUTH         to 2040/01/01  key
  |    self-signed
  `- Sub                              CERTAUTH     CERTAUTH         to 2040/01/01  key
       signed by Root

1 thing needs attention.
[1]
$ printf x >$T/r/ANN/index.cfg; attlsctl rings --racf $T/r --at 2030-06-01 ANN/Good
attlsctl rings: $T/r/ANN/index.cfg:1: syntax error
[2]
% Wrong calls
$ attlsctl rings --racf $T/none
attlsctl rings: $T/none: no such folder; a job run with racdcert --racf makes a new security database there
[2]
$ attlsctl rings --racf $T/r --at soon
attlsctl rings: --at soon: write yyyy-mm-dd, +30d, +6m or +1y
[2]
$ attlsctl rings --racf $T/r --bad
attlsctl rings: no option --bad; --help lists them
[2]
$ racfjob --racf $T/e "ADDUSER ANN" >$T/noise 2>&1; attlsctl rings --racf $T/e
There is no key ring.
Nothing needs attention.
$ attlsctl rings --racf $T/e ANN/Good
attlsctl rings: ANN/Good: no such key ring; a ring is named USER/RING, upper and lower case count
[2]
$ attlsctl rings --help
usage: attlsctl rings [OPTION...] [USER/RING...]

Without USER/RING all key rings are shown.

  --racf DIR          the security database (/var/lib/attls/racf)
  --at DATE           as if it were the end of that day (yyyy-mm-dd), or of the
                      day +30d, +6m or +1y from now
  --policy FILE       the rules of this policy must find what they need
  --reader USER       the user must be able to read the rings
  --json              as JSON
  --dot               as a picture in the language of Graphviz
  --svg               as a picture in SVG
  --release RELEASE   defaults of this z/OS release, 2.1 to 3.2 (3.1)
  --stack NAME        which TcpImage (the only or the first one)
  --root DIR          put before absolute paths found in files
  --allow-legacy      TLSv1 and TLSv1.1 may be spoken
  --x25519-first      X25519 before the groups where the policy codes no list
  -h, --help          this text
  -V, --version       the program's version

exit status: 0 nothing needs attention, 1 something does, 2 errors
