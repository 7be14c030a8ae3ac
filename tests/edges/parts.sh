# What each row of tests/edges begins with:
#
#     . "$(dirname "$0")/parts.sh"
#
# The row then runs as root in a mount and a network namespace of its own, with
# all that tests/netns/netns.sh and tests/support/story.sh give, and with three
# accounts that exist only there, none of which has a capability:
#
#     attls    4999  the daemon's; $tmp is its folder
#     alice    5001  she owns what is attacked
#     mallory  5002  he attacks
#
# alice and mallory have the folders $tmp/alice and $tmp/mallory, which are
# their owner's alone. Programs lie in $bin and $test_bin, where all accounts
# can run them. It takes root to be three accounts: without root a row is
# skipped, with ATTLS_REQUIRE=edges that is a failure.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the rows; of netns.sh and story.sh

# shellcheck source=tests/netns/may.sh
. "$(dirname "${BASH_SOURCE[0]}")/../netns/may.sh"
if [ "${ATTLS_NS-}" != 1 ]; then
    [ "$(id -u)" = 0 ] || refuse_or_skip "it takes root to be three accounts" edges
    unshare -nm true 2>/dev/null ||
        refuse_or_skip "root may make no mount and network namespace here" edges
    may_have_namespaces edges
    export ATTLS_NS=1
    exec unshare -nm --propagation private "$0" "$@"
fi

# Everything of the row lies below /mnt, whose content nobody else sees: the
# accounts may not be able to reach the source tree or root's folder for
# temporary files.
shelter()
{
    umask 022
    mount -t tmpfs -o mode=755 edges /mnt && mkdir /mnt/bin /mnt/tests &&
        mount --bind "${ATTLS_BIN:-$top/build/release/bin}" /mnt/bin &&
        mount --bind "${ATTLS_TEST_BIN:-$top/build/release/tests}" /mnt/tests ||
        exit 1
    export ATTLS_BIN=/mnt/bin ATTLS_TEST_BIN=/mnt/tests TMPDIR=/mnt
}
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
shelter
# shellcheck source=tests/netns/netns.sh
. "$top/tests/netns/netns.sh"

declare -A uids=([attls]=4999 [alice]=5001 [mallory]=5002)

# add_accounts FILE REST: to a file of the system's accounts a line for each;
# the numbers of an account and its group are the same.
add_accounts()
{
    local name copy=/mnt/${1##*/}
    awk -F: '$1 !~ /^(attls|alice|mallory)$/ && $3 !~ /^(4999|5001|5002)$/' \
        "$1" >"$copy"
    for name in attls alice mallory; do
        echo "$name:x:${uids[$name]}:${2//@/${uids[$name]}}" >>"$copy"
    done
    mount --bind "$copy" "$1" || fail "can't change $1"
}

make_accounts()
{
    local name
    add_accounts /etc/group ''
    add_accounts /etc/passwd '@::/nonexistent:/usr/sbin/nologin'
    for name in alice mallory; do
        install -d -o "$name" -g "$name" -m 700 "$tmp/$name" ||
            fail "can't make the folder of $name"
    done
    chown attls:attls "$tmp" && chmod 711 "$tmp" || fail "can't give $tmp to attls"
}
make_accounts

# as ACCOUNT COMMAND...: in the foreground
as()
{
    local uid=${uids[$1]}
    shift
    setpriv --reuid "$uid" --regid "$uid" --clear-groups -- "$@"
}

# limited_as SECONDS ACCOUNT COMMAND...: as limited does
limited_as()
{
    local seconds=$1 uid=${uids[$2]}
    shift 2
    limited "$seconds" setpriv --reuid "$uid" --regid "$uid" --clear-groups -- "$@"
}

# spawn_as NAME ACCOUNT COMMAND...: in the background, as spawn does
spawn_as()
{
    local name=$1 uid=${uids[$2]}
    shift 2
    spawn "$name" setpriv --reuid "$uid" --regid "$uid" --clear-groups \
        --pdeathsig TERM -- "$@"
}

# python ACCOUNT ARGUMENT...: a script of that account, bounded; on standard
# input where the argument is -
python()
{
    local account=$1
    shift
    [ -x /usr/bin/python3 ] || fail "no /usr/bin/python3"
    limited_as 60 "$account" /usr/bin/python3 "$@"
}

# make_user_rings USER...: of each user a certificate in ring SERVER, and its
# authority, which all have, in ring CLIENT. ROOT is the peer's user.
make_user_rings()
{
    local user
    install -d -o attls -g attls -m 700 "$tmp/racf" || fail "no $tmp/racf"
    {
        echo "RACDCERT GENCERT CERTAUTH SUBJECTSDN(CN('CA')) NISTECC SIZE(256) WITHLABEL('CA')"
        for user in ROOT "$@"; do
            cat <<X
ADDUSER $user NAME('$user')
RACDCERT ID($user) GENCERT SUBJECTSDN(CN('$user')) NISTECC SIZE(256) -
    WITHLABEL('$user') SIGNWITH(CERTAUTH LABEL('CA'))
RACDCERT ID($user) ADDRING(SERVER)
RACDCERT ID($user) CONNECT(LABEL('$user') RING(SERVER) DEFAULT)
RACDCERT ID($user) CONNECT(CERTAUTH LABEL('CA') RING(SERVER))
RACDCERT ID($user) ADDRING(CLIENT)
RACDCERT ID($user) CONNECT(CERTAUTH LABEL('CA') RING(CLIENT))
X
        done
    } >"$tmp/rings.jcl"
    as attls "$bin/racfjob" --racf "$tmp/racf" - <"$tmp/rings.jcl" >"$tmp/rings.out" 2>&1 ||
        { cat "$tmp/rings.out" && fail "the rings could not be made"; }
}

# start_daemon LISTENER...: attlsd as account attls with the policy $tmp/policy
# and these groups of listeners; its control socket is $tmp/attlsd.sock, its
# log $tmp/syslogall.log. It is there when it answers at its console.
start_daemon()
{
    write_pagent "$tmp/policy"
    write_conf "$@"
    daemon_again
}

# daemon_again: with the configuration that is there.
daemon_again()
{
    rm -f "$tmp/syslogall.log" "$tmp/attlsd.log"
    spawn_as attlsd attls "$bin/attlsd" -F -f "$tmp/attlsd.conf"
    attlsd=$spawned
    poll 20 answers_or_gone
    answers && ! gone "$attlsd" && return
    cat "$tmp/attlsd.log"
    fail "attlsd does not serve"
}

# start_looking: as daemon_again, by a daemon that may look into the programs of
# all accounts, as lists of jobs with exe need it.
start_looking()
{
    spawn attlsd setpriv --reuid "${uids[attls]}" --regid "${uids[attls]}" --clear-groups \
        --inh-caps +sys_ptrace,+dac_read_search --ambient-caps +sys_ptrace,+dac_read_search --pdeathsig TERM -- \
        "$bin/attlsd" -F -f "$tmp/attlsd.conf"
    attlsd=$spawned
    poll 20 answers_or_gone
    answers && ! gone "$attlsd" && return
    cat "$tmp/attlsd.log"
    fail "attlsd does not serve"
}
answers()
{
    limited 10 "$bin/attlsctl" netstat --control "$tmp/attlsd.sock" >/dev/null 2>&1
}
answers_or_gone()
{
    answers || gone "$attlsd"
}
