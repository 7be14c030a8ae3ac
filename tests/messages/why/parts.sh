# What tests/messages/why/read and play are put together from. A is an attlsd
# on the client's side, B one on the server's; both have all rules and listeners of
# all stories, and stay up while one after the other is played:
#
#   program --clear--> A ($a) --TLS--> B ($b) --clear--> a program that echoes
#
# A file of stories/ is one story. It is sourced three times: $stage is
#   prepare  rules, listeners and RACF commands are collected
#   play     act is run, and then tell
#   judge    says and never look at what was told
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # set for the stories, and by story.sh
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# A path in a policy ends at a blank.
[[ ${TMPDIR-} != *[[:space:]]* ]] || export TMPDIR=/var/tmp
# shellcheck source=tests/support/story.sh
. "$here/../../support/story.sh"
export TZ=UTC
# shellcheck source=tests/messages/why/prepare.sh
. "$here/prepare.sh"
# shellcheck source=tests/messages/why/tell.sh
. "$here/tell.sh"
# shellcheck source=tests/messages/why/judge.sh
. "$here/judge.sh"
PATH=$bin:$test_bin:$PATH

# names: all stories in the order of playing. Those that change a daemon for
# all others say so with the word alters, and come last; one that refreshes its
# policy, by alters SIDE policy, after all others.
names()
{
    (cd "$here/stories" && grep -L '^alters ' -- * && grep -lE '^alters .$' -- * &&
        grep -l '^alters . policy' -- *)
}

# --- A story's words, all stages -------------------------------------------

decides() { :; }
alters() { :; }

# refused_early a: that side is reset before it has said anything, or while it
# speaks, or after: its page is not compared to the letter, but it may never
# take the blame.
refused_early()
{
    racy=$1
    never "$1" 'this side refused|alert_sent='
    never "$1.who" '^  who +this side'
    never "line.$1" 'failed="this side'
}

# alone: the story has its policy for itself; the daemons do not get it.
alone() { own_text=$story/policy own_listeners=$story/listeners; }

# enter STAGE NAME: sources the story, in a subshell.
enter()
{
    stage=$1
    story=$2
    number=${numbers[$2]}
    a_port=$((20000 + number * 2)) b_port=$((20001 + number * 2))
    a=$address:$a_port b=$address:$b_port
    echo=$address:$echo_port dead=$address:$dead_port curt=$address:$curt_port
    here_out=$tmp/told/$2
    own_text=$2.policy own_listeners=$2.listeners racy=
    mkdir -p "$here_out" "$tmp"/{a,b}/"$2"
    act() { program_talks; }
    tell() { tell_both; }
    # shellcheck source=/dev/null
    . "$here/stories/$2"
}

# --- the daemons -------------------------------------------------------------

write_side()
{
    local at=$1 list file
    : >"$tmp/$at/policy"
    for file in "$tmp/$at"/*.policy; do
        wc -l <"$tmp/$at/policy" >"$file.start"
        cat "$file" >>"$tmp/$at/policy"
    done
    list=$(cat "$tmp/$at"/*.listeners | sed '$!s/$/,/')
    side_conf "$at" "$tmp/$at/pagent.conf" "$list" >"$tmp/$at/attlsd.conf"
    printf 'TcpImage TCPIP1 FLUSH NOPURGE 1800\nTTLSConfig policy\n' >"$tmp/$at/pagent.conf"
}

# side_conf SIDE PAGENT LISTENERS
side_conf()
{
    cat <<END
stack = "TCPIP1";
pagent = "$2";
racf = "$tmp/$1/racf";
control = "$tmp/$1/sock";
workers = 1;
failure_rate = 0;
log = ( { sink = "file"; path = "$tmp/$1/log"; } );
listeners = (
$3
);
END
}

# up: both sides, with all stories.
up()
{
    local name at
    address=$(unused_address 19997 19998 19999 20002 20003)
    echo_port=19999 dead_port=19998 curt_port=19997
    hex_address=$(printf '%02X%02X%02X%02X' $(tr . '\n' <<<"$address" | tac))
    mkdir -p "$tmp"/{a,odd,told} && mkdir -m 700 "$tmp/a/racf"
    mapfile -t all_names < <(names)
    declare -gA numbers=()
    for name in "${all_names[@]}"; do
        numbers[$name]=${#numbers[@]}
    done
    run_job a "$here/base.job"
    cp -a "$tmp/a" "$tmp/b" || fail "can't copy"
    for name in "${all_names[@]}"; do
        (enter prepare "$name") || fail "$name can't be prepared"
    done
    for at in a b; do
        [ ! -e "$tmp/$at/job" ] || run_job "$at" "$tmp/$at/job" || exit
    done
    spawn echo plain serve "$address:$echo_port" echo
    wait_listening echo "$spawned" "$echo_port" "$address"
    spawn curt plain serve "$address:$curt_port" hear close
    wait_listening curt "$spawned" "$curt_port" "$address"
    for at in a b; do
        write_side "$at"
        spawn "attlsd-$at" attlsd -F -f "$tmp/$at/attlsd.conf"
        declare -g "daemon_$at=$spawned"
    done
    for at in a b; do
        poll 20 up_or_gone "$at" && is_up "$at" || { grep -A 3 error "$tmp/attlsd-$at.log" && fail "attlsd $at does not start"; }
    done
}

up_or_gone()
{
    local daemon=daemon_$1
    is_up "$1" || gone "${!daemon}"
}

is_up() { ctl "$1" status >/dev/null 2>&1; }

run_job()
{
    racfjob --racf "$tmp/$1/racf" "$2" >"$tmp/$1/job.out" 2>&1
    [ $? -gt 4 ] || return 0 # 4: a warning, which some stories want
    grep -B 3 -A 2 -E '^(IRRD|IKJ|ICH|racf)' "$tmp/$1/job.out" | tail -n 40
    fail "a RACF command of side $1 failed"
}
