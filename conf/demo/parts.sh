# The pieces that the demo and the integration tests are put together from:
# processes that never outlive their caller, bounded waits, the RACF jobs, the
# configuration of the workshop's two sides, and Apache Derby. Sourced by bash.
# The caller sets
#   top   the source tree
#   bin   where the programs are
#   tmp   its own temporary folder; every log and file goes there
# and defines fail(), which is given one line and doesn't come back.
# shellcheck shell=bash
# shellcheck disable=SC2154 # top, bin and tmp are the caller's

pids=()

# spawn NAME COMMAND...: in the background, output to $tmp/NAME.log; the
# process gets TERM when this shell dies, however it dies. Sets $spawned.
spawn()
{
    local name=$1
    shift
    setpriv --pdeathsig TERM "$@" >"$tmp/$name.log" 2>&1 </dev/null &
    spawned=$!
    pids+=("$spawned")
}

# Ends all that was spawned, the newest first: politely, then by force.
stop_all()
{
    local i pid
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
        pid=${pids[i]}
        kill "$pid" 2>/dev/null || continue
        poll 5 gone "$pid" || kill -9 "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    pids=()
}

# A process that ended and that nobody has waited for yet is gone too.
gone()
{
    local stat
    read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
    case ${stat##*) } in
    Z*) ;;
    *) false ;;
    esac
}

# poll SECONDS COMMAND...: tries until it succeeds; false when time is up.
poll()
{
    local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@"; do
        [ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
        sleep 0.05
    done
}

# listening PORT ADDRESS: somebody listens there (or on every address).
listening()
{
    local a b c d port hex
    IFS=. read -r a b c d <<<"$2"
    port=$(printf '%04X' "$1")
    hex=$(printf '%02X%02X%02X%02X' "$d" "$c" "$b" "$a") # as the kernel shows it
    awk -v port="$port" -v v4="$hex" '
        $4 != "0A" { next }
        { split($2, a, ":") }
        a[2] == port && (a[1] == v4 || a[1] ~ /^0+$/ ||
            a[1] == "0000000000000000FFFF0000" v4) { found = 1 }
        END { exit !found }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# taken ADDRESS PORT...: somebody listens there on one of the ports.
taken()
{
    local port
    for port in "${@:2}"; do
        listening "$port" "$1" && return
    done
    return 1
}

# unused_address PORT...: prints an address of 127.0.0.0/8, picked at random
# so that two callers at once don't meet, where none of the ports is taken.
unused_address()
{
    local address
    while address=127.$((SRANDOM % 250 + 1)).$((SRANDOM % 250)).$((SRANDOM % 250 + 1)); do
        taken "$address" "$@" || break
    done
    echo "$address"
}

# wait_listening NAME PID PORT ADDRESS: until that process has its socket.
wait_listening()
{
    poll 20 listens_or_gone "$2" "$3" "$4"
    listening "$3" "$4" && ! gone "$2" && return
    tail -n 15 "$tmp/$1.log"
    fail "$1 does not listen on $4:$3; the end of its log is above"
}

listens_or_gone()
{
    listening "$2" "$3" || gone "$1"
}

# wait_line FILE REGEX SECONDS: until a line of the file matches.
wait_line()
{
    poll "$3" grep -qE "$2" "$1" 2>/dev/null
}

# --- RACF and the daemon -------------------------------------------------

# The jobs of the workshop, and before them the one that makes what the
# workshop's system already had. The dates in the jobs are past.
run_jobs()
{
    local job
    for job in PREREQ ZCEETLSC IMSTLS; do
        "$bin/racdcert" --racf "$tmp/racf" --not-after +1y \
            "$top/certs/jobs/$job.jcl" >"$tmp/$job.out" 2>&1 && continue
        tail -n 15 "$tmp/$job.out"
        fail "job $job.jcl ended with an error; its last lines are above"
    done
}

# make_store: an empty RACF store, for its owner only, with the jobs run.
make_store()
{
    mkdir -m 700 "$tmp/racf" || fail "can't make $tmp/racf"
    run_jobs
}

# write_pagent POLICY: the Policy Agent's main configuration file.
write_pagent()
{
    cat >"$tmp/pagent.conf" <<EOF
TcpImage TCPIP1 FLUSH NOPURGE 1800
TTLSConfig $1
EOF
}

# write_conf LISTENER...: attlsd's configuration; a listener is its group.
# The release is $release, if the caller has set that.
write_conf()
{
    local list
    list=$(printf '%s,\n' "$@")
    cat >"$tmp/attlsd.conf" <<EOF
stack = "TCPIP1";
pagent = "$tmp/pagent.conf";
racf = "$tmp/racf";
control = "$tmp/attlsd.sock";
ttls = true;
release = "${release:-2.3}";
workers = 0;
log = ( { sink = "stderr"; }, { sink = "file"; path = "$tmp/syslogall.log"; } );
listeners = (
${list%,}
);
EOF
}

# The IMS side: LISTEN is the address that TLS comes in on.
inbound()
{
    echo "  { mode = \"forward\"; direction = \"Inbound\";" \
        "listen = \"$1\"; target = \"$2\";" \
        "jobname = \"IMS15HWS\"; userid = \"IMSSTC\"; }"
}

# The z/OS Connect side: TARGET is the address that TLS goes out to.
outbound()
{
    echo "  { mode = \"forward\"; direction = \"Outbound\";" \
        "listen = \"$1\"; target = \"$2\";" \
        "jobname = \"BAQSTRT\"; userid = \"LIBSERV\"; }"
}

# start_attlsd ADDRESS:PORT...: runs it and waits for these listeners.
start_attlsd()
{
    local at
    spawn attlsd "$bin/attlsd" -F -f "$tmp/attlsd.conf"
    attlsd=$spawned
    for at; do
        wait_listening attlsd "$attlsd" "${at##*:}" "${at%:*}"
    done
}

# --- Apache Derby ---------------------------------------------------------

derby_jars=/usr/share/java
derby_java()
{
    local jar path=
    for jar in derby derbynet derbytools derbyclient; do
        path+=$derby_jars/$jar.jar:
    done
    # No performance data file in /tmp, no derby.log where the caller stands,
    # and a quick start.
    java=(java -XX:-UsePerfData -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
        "-Djava.io.tmpdir=$tmp" "-Dderby.system.home=$tmp" -cp "${path%:}")
}

# start_derby NAME ADDRESS PORT [JAVA-OPTION...]: a network server that holds
# its databases in $tmp/NAME.
start_derby()
{
    local name=$1 address=$2 port=$3
    shift 3
    derby_java
    mkdir -p "$tmp/$name"
    spawn "$name" "${java[@]}" "-Dderby.system.home=$tmp/$name" "$@" \
        org.apache.derby.drda.NetworkServerControl start \
        -h "$address" -p "$port" -noSecurityManager
    wait_listening "$name" "$spawned" "$port" "$address"
}

# run_ij FILE [JAVA-OPTION...]: the client, output on standard output.
run_ij()
{
    local sql=$1
    shift
    derby_java
    timeout --foreground 30 "${java[@]}" "$@" org.apache.derby.tools.ij "$sql" \
        2>&1 </dev/null
}

# write_sql FILE URL: connects, creates a table, inserts and selects.
write_sql()
{
    cat >"$1" <<EOF
connect '$2';
create table phonebook (lastname varchar(20), firstname varchar(20), extension varchar(10));
insert into phonebook values ('LAST1', 'FIRST1', '8-111-1111');
insert into phonebook values ('LAST2', 'FIRST2', '8-111-2222');
select firstname, extension from phonebook where lastname = 'LAST2';
drop table phonebook;
disconnect;
exit;
EOF
}

# sql_worked FILE: the output of ij shows that all of write_sql() happened.
sql_worked()
{
    ! grep -q '^ERROR' "$1" && grep -qE '^FIRST2 +\|8-111-2222' "$1" &&
        grep -q '^1 row selected' "$1"
}
