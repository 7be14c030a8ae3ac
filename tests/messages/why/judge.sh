# Whether a reader of a story of tests/messages/why is told what is right;
# sourced by parts.sh.
# shellcheck shell=bash disable=SC2034,SC2154 # stories use these; parts.sh and story.sh set those
# These look at texts in this shell: a thousand questions, and no process each.

# part WHERE: to $text. a, b, -: all of that side; a.why, a.log, a.check: that
# section; a.cause: the row of why with that heading; line.a: the daemon's own
# lines about failures; all.
part()
{
    local file
    text=
    case $1 in
    all) part - && all=$text && part a && all+=$text && part b && text=$all$text ;;
    line.?) lines_with ' rc=[0-9]' "$here_out/${1#line.}.log" ;;
    a | b | -)
        for file in "$here_out/$1".*; do
            [ ! -e "$file" ] || text+=$(<"$file")$'\n'
        done
        ;;
    *) if [ -e "$here_out/$1" ]; then
        text=$(<"$here_out/$1")
    elif [ -e "$here_out/${1%%.*}.why" ]; then
        row "${1#*.}" "$here_out/${1%%.*}.why"
    fi ;;
    esac
}

lines_with()
{
    local line
    text=
    while IFS= read -r line; do
        [[ ! $line =~ $1 ]] || text+=$line$'\n'
    done <"$2"
}

# row HEADING FILE: the first of these to $text, with what goes on below it.
row()
{
    local line
    text=
    while IFS= read -r line; do
        if [[ -z $text && $line = "  $1 "* || -n $text && $line = "              "* ]]; then
            text+=$line$'\n'
        elif [ -n "$text" ]; then
            break
        fi
    done <"$2"
}

# found REGEX: how many lines of $text match it, in $count; the last in $hit.
found()
{
    local line
    count=0 hit=
    while IFS= read -r line; do
        [[ ! $line =~ $1 ]] || { count=$((count + 1)) && hit=$line; }
    done <<<"$text"
}

# says WHERE REGEX, never WHERE REGEX, just_once WHERE REGEX: some of its lines
# match, none does, one does.
judging() { [ "$stage" = judge ] && part "$1" && found "$2"; }
says() { ! judging "$@" || [ "$count" -gt 0 ] || wrong "$1 does not say: $2"; }
never() { ! judging "$@" || [ "$count" -eq 0 ] || wrong "$1 says: $2" "$hit"; }
just_once() { ! judging "$@" || [ "$count" -eq 1 ] || wrong "$1 says $count times: $2" "$hit"; }

# wrong WHAT [LINE]: beside the line, or the beginning of what was looked at.
wrong()
{
    echo "$story: $1"
    head -n 5 <<<"${2-$text}" | cut -c 1-240 | sed 's/^/        /'
    : >"$here_out/wrong"
}

# agree: page, JSON, the daemon's own line and the EZD lines of each connection
# tell one failure, with nothing left to be filled in by the reader.
agree()
{
    local page at id line
    for page in "$here_out"/page.*; do
        [ -e "$page" ] || continue
        id=${page##*.} at=${page#"$here_out/page."}
        at=${at%%.*}
        read -r line <"$page"
        row 'return code' "$page"
        [[ -z $text || $line != *": failed" ]] || agrees "$at" "$id" "$page"
    done
}

agrees()
{
    local heading line json word=cause
    json=$(<"$here_out/json.$1.$2")
    part "$1.log"
    found "EZD1286I .* CONNID: $2 "
    [ "$count" -eq 1 ] || wrong "$count times EZD1286I for connection $2" "$hit"
    found " conn=$2 .* rc=[0-9]"
    line=$hit
    [ "$count" -eq 1 ] || wrong "$count lines of the daemon for connection $2" "$hit"
    for heading in reason who cause remedy; do
        row "$heading" "$3"
        plain_row "$heading"
        if [ -z "$text" ]; then
            [ "$heading" = remedy ] || wrong "why has no $heading" "$2"
            continue
        fi
        ! [[ $text =~ $to_fill_in ]] || wrong "a word to be filled in: $heading"
        text=${text//\"/\\\"}
        [[ $json = *"\"$heading\": \"$text\""* ]] || wrong "JSON has another $heading"
        word=$heading
        [ "$heading" != who ] || word=failed
        [[ $line = *" $word=\"$text\""* ]] || wrong "the log has another $heading"
    done
}
to_fill_in="'LABEL'|label of |HOST:PORT|USER/RING|ID\\(USER\\)|RING\\(RING\\)|\\b(FILE|CONNID|RULE)\\b"

# plain_row HEADING: $text, that row of why, on one line and without its heading.
plain_row()
{
    local line all=
    while read -r line; do
        all+=" $line"
    done <<<"${text%$'\n'}"
    read -r text <<<"${all#" $1"}"
}
