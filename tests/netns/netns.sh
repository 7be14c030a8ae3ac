# What each story of tests/netns begins with:
#
#     . "$(dirname "$0")/netns.sh"
#
# The story then runs, as root of a user namespace of its own when it isn't
# root, in a network namespace that has this host's addresses on v0 and a
# second one, the peer's, at the other end of the wire:
#
#     here  192.168.17.220  fd17::220      peer  192.168.17.10  fd17::10
#
# beside all that tests/support/story.sh gives. Where the kernel forbids
# namespaces the story is skipped; with ATTLS_REQUIRE=netns that is a failure.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the stories; of story.sh

# shellcheck source=tests/netns/may.sh
. "$(dirname "${BASH_SOURCE[0]}")/may.sh"
if [ "${ATTLS_NS-}" != 1 ]; then
    may_have_namespaces
    export ATTLS_NS=1
    # to root of a user namespace the closed home of another account is closed
    unshare -Urnm test -r "$0" || exec unshare -nm --propagation private "$0" "$@"
    exec unshare -Urnm "$0" "$@"
fi

# shellcheck source=tests/support/story.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/story.sh"
unaware=$test_bin/unaware
here4=192.168.17.220 here6=fd17::220
peer4=192.168.17.10 peer6=fd17::10

may_be_transparent

# peer COMMAND...: on the other end of the wire, in the foreground.
peer()
{
    nsenter -t "$peer_ns" -n -- "$@"
}

# spawn_peer NAME COMMAND...
spawn_peer()
{
    local name=$1
    shift
    spawn "$name" nsenter -t "$peer_ns" -n -- "$@"
}

has_own_net()
{
    [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

make_net()
{
    spawn peer unshare -n sleep infinity
    peer_ns=$spawned
    poll 5 has_own_net "$peer_ns" || fail "no second network namespace"
    ip link set lo up && peer ip link set lo up &&
        ip link add v0 type veth peer name v1 &&
        ip link set v1 netns "$peer_ns" &&
        ip addr add "$here4/24" dev v0 &&
        ip -6 addr add "$here6/64" dev v0 nodad && ip link set v0 up &&
        peer ip addr add "$peer4/24" dev v1 &&
        peer ip -6 addr add "$peer6/64" dev v1 nodad &&
        peer ip link set v1 up || fail "can't make the wire"
}

# at ADDRESS PORT: as programs write it.
at()
{
    case $1 in
    *:*) echo "[$1]:$2" ;;
    *) echo "$1:$2" ;;
    esac
}

# zos ADDRESS PORT: as the EZD lines write it, a regular expression.
zos()
{
    local address=${1^^}
    echo "${address//./\\.}\.\.$2"
}

# serve NAME ADDRESS PORT: a plain echo server, and the peer's.
serve()
{
    spawn "$1" "$unaware" serve "$(at "$2" "$3")"
    server=$spawned
    poll 5 serves "$3" || fail "$1 does not listen"
}
serves()
{
    ss -Hltn "sport = :$1" | grep -q .
}
serve_peer()
{
    spawn_peer "$1" "$unaware" serve "$(at "$2" "$3")"
    poll 5 peer_serves "$3" || fail "$1 does not listen"
}
peer_serves()
{
    peer ss -Hltn "sport = :$1" | grep -q .
}

# watch NAME INTERFACE: all data on that interface goes to $tmp/NAME.log.
watch()
{
    spawn "$1" "$unaware" watch "$2"
    wait_line "$tmp/$1.log" watching 5 || fail "can't watch $2"
}

# no_clear NAME WORD: the witness saw data, but not that word.
no_clear()
{
    ! grep -a -- "$2" "$tmp/$1.log" || fail "in clear on the wire: $2"
}

# client NAME ARGUMENT...: plain connect, bounded; its output in NAME.log.
client()
{
    local name=$1
    shift
    limited 20 "$unaware" connect "$@" >"$tmp/$name.log" 2>&1 </dev/null
}
client_peer()
{
    local name=$1
    shift
    limited 20 nsenter -t "$peer_ns" -n -- "$unaware" connect "$@" >"$tmp/$name.log" 2>&1 </dev/null
}

# spawn_hold NAME FIFO ARGUMENT...: a connection that sends what is written to
# FIFO; its arguments are those of unaware hold.
spawn_hold()
{
    # shellcheck disable=SC2016 # the inner shell's
    spawn "$1" "$BASH" -c 'exec "${@:2}" <"$1"' - "$2" "$unaware" hold "${@:3}"
}

# within MILLISECONDS COMMAND...: it ends well, and in that time; a machine
# that is slower has more of it.
within()
{
    local before=${EPOCHREALTIME/[.,]/} took status
    "${@:2}"
    status=$?
    took=$(((${EPOCHREALTIME/[.,]/} - before) / 1000))
    [ "$took" -lt "$1" ] || [ "$took" -lt $(($1 * $(slowness))) ] ||
        fail "it took $took ms: ${*:2}"
    return "$status"
}

# said NAME REGEX: that program's output has the line, now or soon.
said()
{
    wait_line "$tmp/$1.log" "$2" 5 ||
        { cat "$tmp/$1.log" && fail "$1 did not say: $2"; }
}

# make_rings: user ROOT, whom every program of these stories runs as, has a
# ring for each end.
make_rings()
{
    mkdir -m 700 "$tmp/racf" || fail "can't make $tmp/racf"
    "$bin/racfjob" --racf "$tmp/racf" - >"$tmp/rings.out" 2>&1 <<'X' || { cat "$tmp/rings.out" && fail "the rings could not be made"; }
ADDUSER ROOT NAME('EVERY PROGRAM')
RACDCERT GENCERT CERTAUTH SUBJECTSDN(CN('CA')) NISTECC SIZE(256) WITHLABEL('CA')
RACDCERT ID(ROOT) GENCERT SUBJECTSDN(CN('SERVER')) NISTECC SIZE(256) -
    WITHLABEL('SERVER') SIGNWITH(CERTAUTH LABEL('CA'))
RACDCERT ID(ROOT) ADDRING(SERVER)
RACDCERT ID(ROOT) CONNECT(LABEL('SERVER') RING(SERVER) DEFAULT)
RACDCERT ID(ROOT) CONNECT(CERTAUTH LABEL('CA') RING(SERVER))
RACDCERT ID(ROOT) ADDRING(CLIENT)
RACDCERT ID(ROOT) CONNECT(CERTAUTH LABEL('CA') RING(CLIENT))
X
}

# write_policy both|out|in [PORT [LINE...]]: the rules for that port (5555);
# the lines stand in each rule.
write_policy()
{
    local port=${2:-5555} lines
    lines=$(printf '  %s\n' "${@:3}")
    {
        [ "$1" = out ] || cat <<X
TTLSRule Server~1
{
  LocalPortRange $port
  Direction Inbound
  Priority 200
$lines
  TTLSGroupActionRef g
  TTLSEnvironmentActionRef server
}
X
        [ "$1" = in ] || cat <<X
TTLSRule Client~2
{
  RemotePortRange $port
  Direction Outbound
  Priority 100
$lines
  TTLSGroupActionRef g
  TTLSEnvironmentActionRef client
}
X
        cat <<X
TTLSGroupAction g
{
  TTLSEnabled On
  Trace 7
}
TTLSEnvironmentAction server
{
  HandshakeRole Server
  TTLSEnvironmentAdvancedParms
  {
    TLSv1 Off
    TLSv1.1 Off
    TLSv1.2 On
  }
  TTLSCipherParms
  {
    V3CipherSuites TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
  }
  TTLSKeyringParms
  {
    Keyring SERVER
  }
}
TTLSEnvironmentAction client
{
  HandshakeRole Client
  TTLSEnvironmentAdvancedParms
  {
    TLSv1 Off
    TLSv1.1 Off
    TLSv1.2 On
  }
  TTLSCipherParms
  {
    V3CipherSuites TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
  }
  TTLSKeyringParms
  {
    Keyring CLIENT
  }
}
X
    } >"$tmp/policy"
}

# transparent [KEY = VALUE;...]: attlsd's configuration, with the policy in
# $tmp/policy (or conf/policy/ims.policy).
transparent()
{
    local policy=$top/conf/policy/ims.policy
    [ ! -e "$tmp/policy" ] || policy=$tmp/policy
    write_pagent "$policy"
    write_conf "{ mode = \"transparent\"; $* }"
}

# start_transparent: attlsd with that configuration, serving. It listens
# before the rules are in force, so its own word is what counts.
start_transparent()
{
    : >"$tmp/syslogall.log"
    rm -f "$tmp/attlsd.log" # of an earlier one
    spawn attlsd "$bin/attlsd" -F -f "$tmp/attlsd.conf"
    attlsd=$spawned
    poll 20 ready_or_gone
    ready && ! gone "$attlsd" && return
    cat "$tmp/attlsd.log"
    fail "attlsd does not serve"
}
ready()
{
    grep -qsF 'listen=[::]:15006' "$tmp/attlsd.log"
}
ready_or_gone()
{
    ready || gone "$attlsd"
}
serves_or_gone()
{
    serves "$1" || gone "$attlsd"
}

# start_peer_daemon: an attlsd at the other end of the wire, in mode forward
# and with the same rings: TLS on port 5555 for a server on port 6666 there,
# and 127.0.0.1:15550 (15551: IPv6) for clients there that want port 5555 here.
start_peer_daemon()
{
    local a list= kept=$tmp/attlsd.conf
    write_pagent "$tmp/policy"
    for a in "$(at "$peer4" 5555)" "$(at "$peer6" 5555)"; do
        list+="{ mode = \"forward\"; direction = \"Inbound\"; listen = \"$a\"; target = \"127.0.0.1:6666\"; userid = \"ROOT\"; jobname = \"PEER\"; },"
    done
    list+="{ mode = \"forward\"; direction = \"Outbound\"; listen = \"127.0.0.1:15550\"; target = \"$(at "$here4" 5555)\"; userid = \"ROOT\"; jobname = \"PEER\"; allow = ( \"root\" ); },"
    list+="{ mode = \"forward\"; direction = \"Outbound\"; listen = \"127.0.0.1:15551\"; target = \"$(at "$here6" 5555)\"; userid = \"ROOT\"; jobname = \"PEER\"; allow = ( \"root\" ); }"
    [ ! -e "$kept" ] || cp "$kept" "$tmp/kept.conf"
    write_conf "$list"
    sed "s,$tmp/syslogall.log,$tmp/peer-syslog.log,; s,$tmp/attlsd.sock,$tmp/peer.sock," "$kept" >"$tmp/peer.conf"
    [ ! -e "$tmp/kept.conf" ] || mv "$tmp/kept.conf" "$kept"
    spawn_peer peer-attlsd "$bin/attlsd" -F -f "$tmp/peer.conf"
    poll 20 peer_serves 15551 || { cat "$tmp/peer-attlsd.log" && fail "the peer's attlsd does not serve"; }
}
