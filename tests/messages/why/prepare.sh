# What a story of tests/messages/why needs: rules, listeners, certificates and
# rings; sourced by parts.sh.
# shellcheck shell=bash disable=SC2034,SC2154 # stories use these; parts.sh and story.sh set those
preparing() { [ "$stage" = prepare ]; }

# These build text in $text, with no subshell: there are a thousand of them.

# lines PREFIX WORD...: of the words PREFIX:LINE the lines.
lines()
{
    local prefix=$1 word
    text=
    for word in "${@:2}"; do
        [[ $word != "$prefix":* ]] || text+=${word#*:}$'\n'
    done
}

# with_default LINE...: these before $text, but for keywords that it has.
with_default()
{
    local line first=
    for line; do
        [[ $'\n'$text = *$'\n'"${line%% *} "* ]] || first+=$line$'\n'
    done
    text=$first$text
}

# block KEYWORD NAME: a statement of the lines in $text; none when it is empty.
block()
{
    [ -n "$text" ] || return 0
    text=${text%$'\n'}
    text="$1${2:+ $2}"$'\n{\n  '"${text//$'\n'/$'\n  '}"$'\n}\n'
}

# client WORD..., server WORD...: the rule of this story on that side, with its
# actions, and a listener. A word is PREFIX:LINE; LINE is one of the statement
#   rule group env ring adv cipher sig gsk conn connadv
# or as: JOB USER, what the listener says of the program, more: other settings
# of it, name: of the rule, target: where it connects to.
client() { ! preparing || side_is a Outbound Client Remote PAYC "$@"; }
server() { ! preparing || side_is b Inbound Server Local PAYS "$@"; }

side_is()
{
    local at=$1 direction=$2 role=$3 port=$4 as="PAYJOB $5" name=Pay$story~1 target=$echo
    local listen=$b more= word
    shift 5
    [ "$at" = b ] || { target=$b && listen=$a; }
    for word; do
        case $word in
        name:*) name=${word#*:} ;;
        as:*) as=${word#*:} ;;
        target:*) target=${word#*:} ;;
        more:*) more=${word#*:} ;;
        esac
    done
    rule_text "$direction" "$role" "$port" "$name" "$@" >>"$tmp/$at/$own_text"
    listener "$at" "$direction" "$listen" "$target" "$as" "$more"
}

# another a|b Inbound|Outbound NAME WORD...: a further rule there, no listener.
another()
{
    local role=Client port=Remote
    preparing || return 0
    [ "$2" = Outbound ] || role=Server port=Local
    rule_text "$2" "$role" "$port" "$3" "${@:4}" >>"$tmp/$1/$own_text"
}

rule_text()
{
    local direction=$1 role=$2 port=$3 name=$4 text= conn
    shift 4
    lines conn "$@"
    lines connadv "$@"
    block TTLSConnectionAdvancedParms
    conn=$text
    lines conn "$@"
    conn=$text$conn

    lines rule "$@"
    with_default "Direction $direction" "${port}PortRange $b_port" 'Priority 1000' \
        "TTLSGroupActionRef gAct~$name" "TTLSEnvironmentActionRef eAct~$name" \
        ${conn:+"TTLSConnectionActionRef cAct~$name"}
    block TTLSRule "$name"
    printf %s "$text"
    lines group "$@"
    with_default 'TTLSEnabled On' 'Trace 7'
    block TTLSGroupAction "gAct~$name"
    printf %s "$text"
    environment_text "$@"
    text=$conn
    block TTLSConnectionAction "cAct~$name"
    printf %s "$text"
}

environment_text()
{
    local all
    lines env "$@"
    with_default "HandshakeRole $role"
    all=$text
    lines ring "$@"
    with_default 'Keyring Pay.Ring'
    block TTLSKeyringParms
    all+=$text
    lines cipher "$@"
    text=${text:-V3CipherSuites TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384$'\n'}
    block TTLSCipherParms
    all+=$text
    lines adv "$@"
    with_default 'TLSv1 Off' 'TLSv1.1 Off' 'TLSv1.2 On'
    block TTLSEnvironmentAdvancedParms
    all+=$text
    lines sig "$@"
    block TTLSSignatureParms
    all+=$text
    lines gsk "$@"
    block TTLSGskAdvancedParms
    text=$all$text
    block TTLSEnvironmentAction "eAct~$name"
    printf %s "$text"
}

# policy a|b: policy text from standard input, in the place of a rule or beside
# one; listener SIDE DIRECTION LISTEN TARGET "JOB USER" [MORE].
policy() { ! preparing || cat >>"$tmp/$1/$own_text"; }

listener()
{
    local allow=
    preparing || return 0
    [[ $2 = Inbound ]] && allow='dial = "after_handshake"; '
    [[ $2 = Inbound || ${6-} = allow* ]] || allow="allow = ( \"$UID\" );"
    echo "  { mode = \"forward\"; direction = \"$2\"; listen = \"$3\"; target = \"$4\";" \
        "jobname = \"${5% *}\"; userid = \"${5#* }\"; $allow${6-} }" >>"$tmp/$1/$own_listeners"
}

# racf a|b|both: RACF commands from standard input; @ is the folder of odd ones.
racf()
{
    preparing || return 0
    sed "s|@|$tmp/odd|g" >"$tmp/commands"
    [ "$1" = b ] || cat "$tmp/commands" >>"$tmp/a/job"
    [ "$1" = a ] || cat "$tmp/commands" >>"$tmp/b/job"
}

# good USER LABEL CN [OPERANDS]: a command that makes a certificate of Pay CA.
valid='NOTBEFORE(DATE(2020-01-01)) NOTAFTER(DATE(2049-12-31))'
good()
{
    local owner="ID($1)" type=NISTECC
    [[ ${4-} != *RSA* ]] || type=
    [[ ${4-} = *SIGNWITH* ]] || set -- "$1" "$2" "$3" "SIGNWITH(CERTAUTH LABEL('Pay CA')) ${4-}"
    [[ $4 = *NOTAFTER* ]] || type+=" $valid"
    [ "$1" != CERTAUTH ] || owner=CERTAUTH
    echo "RACDCERT $owner GENCERT SUBJECTSDN(CN('$3') O('Example')) WITHLABEL('$2') $type $4"
}

# authority LABEL [OPERANDS]: one that signs itself.
authority()
{
    echo "RACDCERT CERTAUTH GENCERT SUBJECTSDN(CN('$1') O('Example')) WITHLABEL('$1')" \
        "KEYUSAGE(CERTSIGN) NISTECC $valid ${2-}"
}

# ring USER RING MEMBER...: a command for each; a MEMBER is CERTAUTH/LABEL or
# LABEL, the first of which is the DEFAULT.
ring()
{
    local user=$1 ring=$2 member default=DEFAULT
    echo "RACDCERT ID($user) ADDRING($ring)"
    for member in "${@:3}"; do
        if [[ $member = CERTAUTH/* ]]; then
            echo "RACDCERT ID($user) CONNECT(CERTAUTH LABEL('${member#*/}') RING($ring))"
        else
            echo "RACDCERT ID($user) CONNECT(LABEL('$member') RING($ring) $default)"
            default=
        fi
    done
}

# odd NAME DIGEST EXTENSION...: a certificate such as RACDCERT does not make,
# signed by Pay CA, as @/NAME.p12, password odd.
odd()
{
    local name=$1 digest=$2 at=$tmp/odd/$1
    preparing || return 0
    shift 2
    printf '%s\n' '[ca]' 'default_ca = d' '[d]' "database = $at.db" 'policy = p' \
        'rand_serial = yes' '[p]' 'commonName = supplied' 'organizationName = optional' \
        '[x]' 'basicConstraints = CA:FALSE' "$@" '[req]' 'distinguished_name = p' >"$at.cnf"
    : >"$at.db"
    openssl req -config "$at.cnf" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -keyout "$at.key" -subj "/O=Example/CN=$name.example" -out "$at.csr" 2>"$at.log" &&
        openssl ca -batch -config "$at.cnf" -in "$at.csr" -md "$digest" -notext \
            -cert "$tmp/a/racf/irrcerta/cert-1.pem" -keyfile "$tmp/a/racf/irrcerta/cert-1.key" \
            -startdate 20200101000000Z -enddate 20491231235959Z -extensions x \
            -out "$at.pem" -outdir "$tmp/odd" 2>>"$at.log" &&
        openssl pkcs12 -export -in "$at.pem" -inkey "$at.key" -passout pass:odd \
            -out "$at.p12" 2>>"$at.log" || { cat "$at.log" && fail "openssl can't make $name"; }
}
