# What a story of tests/messages/why does, and what a reader gets of it; sourced
# by parts.sh.
# shellcheck shell=bash disable=SC2034,SC2154 # stories use these; parts.sh and story.sh set those
program_talks() { plain_to "$a" 'send:ping\n' line close; }

# plain_to ADDRESS:PORT STEP..., tls_to ADDRESS:PORT OPTION...: partners.
plain_to()
{
    limited 20 plain connect "$@" >"$here_out/program" 2>&1
    true
}

# Sends a line and ends once it is back, or when it could not begin.
tls_to()
{
    local at=$1 pid
    rm -f "$tmp/input" && mkfifo "$tmp/input"
    timeout $((20 * patience)) openssl s_client -connect "$at" "${@:2}" \
        <"$tmp/input" >"$here_out/program" 2>&1 &
    pid=$!
    exec 7>"$tmp/input"
    echo ping >&7
    poll 15 echoed_or_gone "$pid"
    exec 7>&-
    wait "$pid"
    true
}
echoed_or_gone() { grep -q '^ping$' "$here_out/program" 2>/dev/null || gone "$1"; }

# partner COMMAND...: listens at $b, in the place of B, until the story is told.
partner()
{
    spawn "partner" "$@"
    wait_listening partner "$spawned" "$b_port" "$address"
    partner=$spawned
}

ctl() { attlsctl "${@:2}" --control "$tmp/$1/sock"; }

# since a|b: what the log of that side has got since this story began.
since() { tail -c "+$(($(<"$here_out/from.$1") + 1))" "$tmp/$1/log" | grep -vF "$mark"; }

# soon COMMAND...: as poll 10, and for what mostly needs a moment only.
soon()
{
    local i
    for ((i = 0; i < 20; i++)); do
        "$@" && return
        sleep 0.01
    done
    poll 10 "$@"
}

# flush a|b: what that side has logged until now is in its file, in order; the
# mark is the line of a command that changes nothing.
mark='command="modify QUERY"'
flush()
{
    local had
    had=$(marks "$1")
    ctl "$1" modify QUERY >/dev/null
    soon marked "$1" "$had"
}
marks() { grep -cF "$mark" "$tmp/$1/log"; }
marked() { [ "$(marks "$1")" -gt "$2" ]; }

# connids a|b: of all connections that the log has named since.
connids()
{
    since "$1" | sed -nE 's/.*(CONNID: |conn=)([0-9A-F]{8}).*/\2/p' | awk '$0 !~ /^0+$/ && !seen[$0]++'
}

ended() { ctl "$1" why "$2" 2>/dev/null | head -n 1 | grep -qE ': (failed|ended)(, in clear)?$'; }

# begin: what was done so far is not of the story; only what follows is told.
begin()
{
    local at
    for at in a b; do
        stat -c %s "$tmp/$at/log" >"$here_out/from.$at"
    done
}

# own_conf a|b: a configuration with this story's rules only, in the folder $own.
own_conf()
{
    own=$tmp/$1/$story
    [ ! -e "$tmp/$1/$story.policy" ] || cp "$tmp/$1/$story.policy" "$own/policy"
    printf 'TcpImage TCPIP1 FLUSH NOPURGE 1800\nTTLSConfig policy\n' >"$own/pagent.conf"
    side_conf "$1" "$own/pagent.conf" "$(sed '$!s/$/,/' "$tmp/$1/$own_listeners")" >"$own/attlsd.conf"
}

# last a|b: the end of what why --last says, where it points at what did not
# fail: the failure itself is another story's.
last() { show "$1" last piped 'tail -n 1' ctl "$1" why --last; }

# status a|b: without its listeners and counters, which all stories share.
status() { ctl "$1" status | grep -vE '^listening|^ +[0-9]'; }

# piped FILTER COMMAND...: a part of a long answer; for show, which shows it so.
piped() { "${@:2}" 2>&1 | eval "$1"; }

# show SIDE WHAT COMMAND...: a section of what a reader gets, with the exit
# status if that is not 0. SIDE may be "-" for what is of no daemon.
show()
{
    local file=$here_out/$1.$2
    {
        if [ "$3" = piped ]; then
            echo "\$ ${*:5} | $4"
        else
            echo "\$ ${*:3}"
        fi
        "${@:3}" 2>&1
        local status=$?
        [ $status -eq 0 ] || echo "[exit status $status]"
        echo
    } >"$file.raw"
    # what only this harness has in a command is not shown
    sed -E "1{ s/^\\$ ctl [ab] /$ attlsctl /; s/^\\$ status [ab]/$ attlsctl status/; s/^\\$ page/$ man attlsd | grep ended=/; }" "$file.raw" >>"$file"
    tail -n +2 "$file.raw" >"$here_out/shown"
    rm "$file.raw"
    grep -qxF -- "$1.$2" "$here_out/order" 2>/dev/null || echo "$1.$2" >>"$here_out/order"
}

# tell_side a|b: why of each connection of this story there, and its log.
tell_side()
{
    local id ids
    flush "$1"
    ids=$(connids "$1")
    for id in $ids; do
        soon ended "$1" "$id" || echo "connection $id does not end" >>"$here_out/late"
    done
    flush "$1"
    for id in $ids; do
        show "$1" why ctl "$1" why "$id"
        cp "$here_out/shown" "$here_out/page.$1.$id"
        ctl "$1" why --json "$id" >"$here_out/json.$1.$id" 2>&1
    done
    show_log "$1"
}

show_log()
{
    {
        echo "the log:"
        since "$1" | sed -E 's/^([^ ]+ +){3}[^ ]+ //'
        echo
    } >"$here_out/$1.log"
    echo "$1.log" >>"$here_out/order"
}

tell_both()
{
    local at
    soon settled || true
    for at in a b; do
        [ ! -s "$tmp/$at/$story.listeners" ] || tell_side "$at"
    done
}

# No connection with one of this story's ports is left.
settled()
{
    ! awk -v a=":$(printf '%04X' "$a_port")\$" -v b=":$(printf '%04X' "$b_port")\$" \
        '$4 == "01" && ($2 ~ a || $2 ~ b)' /proc/net/tcp | grep -q "$hex_address"
}

# play_one NAME: its sections are then in $tmp/told/NAME.
play_one()
{
    rm -rf "${tmp:?}/told/$1"
    (
        partner=
        enter play "$1"
        begin
        act
        tell
        [ -z "$partner" ] || kill "$partner"
    )
}

declare -A titles=([a]="The client's side" [b]="The server's side")

# text NAME [SIDE]: all that a reader gets, but for that side.
text()
{
    local at section
    for at in - a b; do
        [ "$at" != "${2-}" ] || continue
        grep -q "^$at\." "$tmp/told/$1/order" || continue
        [ "$at" = - ] || printf '=== %s\n\n' "${titles[$at]}"
        while read -r section; do
            [ "${section%%.*}" != "$at" ] || cat "$tmp/told/$1/$section"
        done <"$tmp/told/$1/order"
    done
}
