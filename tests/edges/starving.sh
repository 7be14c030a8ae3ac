# What F7 sets up: a daemon for alice, and mallory, who takes
# all he can get of each of its edges. Sourced after parts.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # of parts.sh, and for the rows
starve=$test_bin/starve

# listeners RUN PORT PORT ADDRESS: of attls-run, Outbound to the peer, Outbound
# to where nobody is, and Inbound.
listeners()
{
    local out='mode = "forward"; direction = "Outbound"; jobname = "OUT"; userid = "ALICE"; allow = ( "alice", "mallory" );'
    echo "{ mode = \"run\"; socket = \"$1\"; }," \
        "{ $out listen = \"127.0.0.1:$2\"; target = \"$(at "$peer4" 5555)\"; }," \
        "{ $out listen = \"127.0.0.1:$3\"; target = \"192.168.17.77:5555\"; }," \
        "{ mode = \"forward\"; direction = \"Inbound\"; listen = \"$4:5555\"; target = \"127.0.0.1:7100\"; jobname = \"IN\"; userid = \"ALICE\"; }"
}

# small_limits: what mallory can fill; added to the configuration
small_limits()
{
    printf 'max_handshakes = 200;\n%s\n' "${F7_MORE-max_runs = 64;}" >>"$tmp/attlsd.conf"
}

begin_starving()
{
    make_net
    make_user_rings ALICE MALLORY
    write_policy both
    start_peer_daemon
    serve_peer far 127.0.0.1 6666
    serve near 127.0.0.1 7100
    write_pagent "$tmp/policy"
    write_conf "$(listeners "$tmp/run.sock" 7001 7002 "$here4")"
    small_limits
    daemon_again
}

# attack NAME COMMAND...: mallory's
attack()
{
    spawn "$1" nice -n 19 "${@:2}"
    attackers+=("$spawned")
    wait_line "$tmp/$1.log" ready 20 || fail "$1: $(cat "$tmp/$1.log")"
}

# all_of_it RUN PORT ADDRESS CONSOLE
all_of_it()
{
    local group
    local -a mallory
    for group in mallory attls; do
        mallory=(setpriv --reuid "${uids[mallory]}" --regid "${uids[$group]}" --clear-groups --pdeathsig TERM --)
        [ "$group" != attls ] || attack console "${mallory[@]}" "$starve" 100 console "$4"
        [ "$group" != mallory ] || {
            attack runs "${mallory[@]}" "$starve" 300 runs "$1"
            attack asks "${mallory[@]}" "$starve" 8 asks "$1"
            attack dials "${mallory[@]}" "$starve" 300 silent "127.0.0.1:$2"
            attack hellos nsenter -t "$peer_ns" -n -- "${mallory[@]}" "$starve" 300 hello "$3:5555"
            attack local "${mallory[@]}" "$starve" 100 hello "$3:5555"
        }
    done
}

no_more()
{
    kill "${attackers[@]}"
    wait "${attackers[@]}" 2>/dev/null
    attackers=()
}
