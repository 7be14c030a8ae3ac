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
programs=$PATH # plus those of this build
PATH=$bin:$test_bin:$programs

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

# --- prepare -----------------------------------------------------------------

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

# --- play --------------------------------------------------------------------

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

# flush a|b: what that side has logged until now is in its file, in order; the
# mark is the line of a command that changes nothing.
mark='command="modify QUERY"'
flush()
{
    local had
    had=$(marks "$1")
    ctl "$1" modify QUERY >/dev/null
    poll 10 marked "$1" "$had"
}
marks() { grep -cF "$mark" "$tmp/$1/log"; }
marked() { [ "$(marks "$1")" -gt "$2" ]; }

# connids a|b: of all connections that the log has named since.
connids()
{
    since "$1" | sed -nE 's/.*(CONNID: |conn=)([0-9A-F]{8}).*/\2/p' | awk '$0 !~ /^0+$/ && !seen[$0]++'
}

ended() { ctl "$1" why "$2" 2>/dev/null | head -n 1 | grep -qE ': (failed|ended)$'; }

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
        poll 10 ended "$1" "$id" || echo "connection $id does not end" >>"$here_out/late"
    done
    flush "$1"
    for id in $ids; do
        show "$1" why ctl "$1" why "$id"
        ctl "$1" why "$id" >"$here_out/page.$1.$id" 2>&1
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
    poll 10 settled || true
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

# --- judge -------------------------------------------------------------------

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
