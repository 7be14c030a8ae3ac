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
    echo "FAIL: $*"
    if [ -s "$tmp/attlsd.log" ]; then
        echo "The end of attlsd's log:"
        tail -n 25 "$tmp/attlsd.log"
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

# ends_clean: attlsd ends with status 0 when asked, which in a build with
# sanitizers also says that nothing leaked.
ends_clean()
{
    kill "$attlsd"
    poll 10 gone "$attlsd" || fail "attlsd does not end on TERM"
    wait "$attlsd" || fail "attlsd ended with status $?"
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
