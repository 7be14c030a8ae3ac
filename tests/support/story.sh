# What each story of tests/integration begins with:
#
#     . "$(dirname "$0")/../support/story.sh"
#
# It gives $top, $bin, a temporary folder $tmp that is removed at the end
# together with all processes of spawn, and the pieces of conf/demo/parts.sh.
# ATTLS_BIN says which build's programs are meant; the release ones if unset.
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is unused here is for the stories
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=${ATTLS_BIN:-$top/build/release/bin}
test_bin=${ATTLS_TEST_BIN:-$bin/../tests}
# shellcheck source=conf/demo/parts.sh
. "$top/conf/demo/parts.sh"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/attlsd-story.XXXXXX") || exit 1
trap 'stop_all; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# Shows why, with the end of the daemon's log, and ends the story.
fail()
{
    echo "FAIL: $*${late:+: $late}"
    if grep -q 'Sanitizer' "$tmp/attlsd.log" 2>/dev/null; then
        grep -m 1 -A 25 'Sanitizer' "$tmp/attlsd.log"
    elif [ -s "$tmp/attlsd.log" ]; then
        echo "The end of attlsd's log:"
        tail -n 40 "$tmp/attlsd.log"
    fi
    exit 1
}

# skip REASON: the story can't be played here.
skip()
{
    echo "SKIP: $*"
    exit 77
}

# must WHAT COMMAND...: else the story fails.
must()
{
    "${@:2}" || fail "$1"
}

# must_log REGEX: a line of the daemon's log matches, now or within 5 seconds.
must_log()
{
    wait_line "$tmp/syslogall.log" "$1" 5 || fail "no line in the log matches: $1"
}

# must_not_log REGEX
must_not_log()
{
    ! grep -E "$1" "$tmp/syslogall.log" || fail "this should not be in the log"
}

# ends_clean [STATUS]: attlsd ends when asked, with that status, or else with 0,
# or 3 where connections were left that had to be reset. In a build with
# sanitizers that also says that nothing leaked.
ends_clean()
{
    kill "$attlsd"
    poll 10 gone "$attlsd" || fail "attlsd does not end on TERM"
    wait "$attlsd"
    local status=$?
    [[ $status == ${1-[03]} ]] || fail "attlsd ended with status $status"
}

# lend PROGRAM...: copies in $lent, which other accounts can start: they may
# have no way to this build, when it is in /root or made with umask 077.
lend()
{
    lent=$tmp/lent
    chmod 711 "$tmp" && mkdir -m 755 "$lent" && install -m 755 "$@" "$lent" || fail "can't copy $*"
    setpriv --reuid 65534 --clear-groups test -x "$lent" ||
        skip "other accounts can't reach $tmp: let TMPDIR be a folder that is open to all"
}

# racf OPERANDS: one RACDCERT command that must end well.
racf()
{
    "$bin/racdcert" --racf "$tmp/racf" "$1" >"$tmp/racdcert.out" 2>&1 ||
        { cat "$tmp/racdcert.out" && fail "racdcert: $1"; }
}

# trust_store FILE CA-FILE: what Java believes.
trust_store()
{
    keytool -J-XX:-UsePerfData -importcert -noprompt -alias ca -file "$2" \
        -keystore "$1" -storetype PKCS12 -storepass changeit \
        >"$tmp/keytool.log" 2>&1 ||
        { cat "$tmp/keytool.log" && fail "keytool can't import $2"; }
}

# java_trust FILE, java_key FILE: options of Java, in the array of that name.
java_trust()
{
    java_trust=("-Djavax.net.ssl.trustStore=$1"
        -Djavax.net.ssl.trustStoreType=PKCS12
        -Djavax.net.ssl.trustStorePassword=changeit)
}

java_key()
{
    java_key=("-Djavax.net.ssl.keyStore=$1"
        -Djavax.net.ssl.keyStoreType=PKCS12
        -Djavax.net.ssl.keyStorePassword=changeit)
}

# --- Rings of support/testring.h, and policies for them -------------------

# test_rings [OPTION...]: users SERVER and CLIENT with their rings.
test_rings()
{
    "$test_bin/testring" "$@" "$tmp/racf" || fail "testring $*"
}

# pem FILE USER: that user's certificate, its authority's and the key, for
# peers that know nothing of rings.
pem()
{
    racf "ID($2) EXPORT(LABEL('$2')) DSN('$tmp/$2.p12') FORMAT(PKCS12DER) PASSWORD('story')"
    openssl pkcs12 -in "$tmp/$2.p12" -passin pass:story -nodes -out "$1" 2>/dev/null ||
        fail "openssl can't read the exported certificate of $2"
}

# test_ca FILE: the authority of both.
test_ca()
{
    racf "CERTAUTH EXPORT(LABEL('Test CA')) DSN('$1') FORMAT(CERTB64)"
}

# rule NAME DIRECTION PORT ROLE RING [ENVIRONMENT [ADVANCED]]: a rule with its
# environment action; PORT is the local one of Inbound, the remote of Outbound.
rule()
{
    local side=Local
    [ "$2" = Inbound ] || side=Remote
    cat <<EOF
TTLSRule $1
{
  Direction $2
  ${side}PortRange $3
  TTLSGroupActionRef g1
  TTLSEnvironmentActionRef e~$1
}
TTLSEnvironmentAction e~$1
{
  HandshakeRole $4
  TTLSKeyringParms
  {
    Keyring $5
  }
  TTLSCipherParms
  {
    V3CipherSuites TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
  }
  TTLSEnvironmentAdvancedParms
  {
    TLSv1.2 On
    ${7-}
  }
  ${6-}
}
EOF
}

# write_policy RULE...: what rule() printed, and their group.
write_policy()
{
    cat >"$tmp/policy" <<EOF
TTLSGroupAction g1
{
  TTLSEnabled On
  Trace 7
}
EOF
    printf '%s\n' "$@" >>"$tmp/policy"
    write_pagent "$tmp/policy"
}

# listener DIRECTION LISTEN TARGET [MORE]: as SERVER or CLIENT, by direction;
# an Outbound one is for this account unless MORE says who may, and an Inbound
# one connects after the handshake unless MORE says when.
listener()
{
    local user=CLIENT allow="allow = ( \"$(id -u)\" ); "
    [ "$1" = Outbound ] || user=SERVER allow='dial = "after_handshake"; '
    [[ ${4-} != *allow\ =* && ${4-} != *dial\ =* ]] || allow=
    echo "  { mode = \"forward\"; direction = \"$1\";" \
        "listen = \"$2\"; target = \"$3\";" \
        "jobname = \"${user}1\"; userid = \"$user\"; $allow${4-} }"
}

# talks NAME STEP...: tests/talk in the background, its output in NAME.log.
# With listen as its first step it is waited for until it listens.
talks()
{
    spawn "$1" "$test_bin/talk" "${@:2}"
    [ "$2" != listen ] || wait_listening "$1" "$spawned" "${3##*:}" "${3%:*}"
    talker=$spawned
}

# talk STEP...: in the foreground.
talk()
{
    "$test_bin/talk" "$@" >"$tmp/talk.log" 2>&1 && return
    cat "$tmp/talk.log"
    fail "talk $*"
}

# talked NAME PID: it has ended, and well.
talked()
{
    poll 20 gone "$2" || fail "$1 does not end"
    wait "$2" && return
    cat "$tmp/$1.log"
    fail "$1 did not see what it should"
}

# descriptors: how many attlsd has open.
descriptors()
{
    find "/proc/$attlsd/fd" -mindepth 1 2>/dev/null | wc -l
}

# all_closed COUNT: attlsd is back at so many descriptors.
all_closed()
{
    poll 5 same_descriptors "$1" ||
        fail "attlsd had $1 descriptors and now has $(descriptors)"
}

same_descriptors()
{
    [ "$(descriptors)" -eq "$1" ]
}
