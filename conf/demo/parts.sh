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

# Numbers and texts of other programs are read here and by the caller: they
# speak as in the C locale, whatever the user's own is. UTF-8, for otherwise
# Java can't open every path.
unset LANGUAGE
export LC_ALL=C.UTF-8

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

# A process that ended and that nobody has waited for yet is gone too, once
# the last of its threads is: until then its sockets may be open.
gone()
{
    local stat fields
    read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
    read -r -a fields <<<"${stat##*) }"
    [ "${fields[0]}" = Z ] && [ "${fields[17]}" -le 1 ]
}

# poll SECONDS COMMAND...: tries until it succeeds; false when time is up. The
# seconds are those of a machine that has time: when they have passed, the
# limit is stretched by as much as this machine is slower. $late then says for
# how long there was no answer; fail() shows it.
late=
poll()
{
    local begun=${EPOCHREALTIME/[.,]/} limit=$1 times=1 took
    shift
    late=
    until "$@"; do
        took=$(((${EPOCHREALTIME/[.,]/} - begun) / 1000000))
        if [ "$took" -ge $((limit * times)) ]; then
            times=$(slowness)
            [ "$took" -lt $((limit * times)) ] || { too_late "$took" "$times" && return 1; }
        fi
        sleep 0.05
    done
}

too_late()
{
    late="no answer in $1 s"
    [ "$2" -eq 1 ] || late+=", and this machine is $2 times slower than usual"
}

# How many times longer a limit may get: ATTLS_PATIENCE, or ten. A program that
# hangs is ended by a limit, and it may be late: one that works on a machine
# that has too much to do may not be ended.
patience=${ATTLS_PATIENCE:-10}

# slowness: prints how many times longer than usual this machine needs for a
# piece of work now, at most $patience.
slowness()
{
    local begun=${EPOCHREALTIME/[.,]/} i times
    for ((i = 0; i < 40000; i++)); do :; done
    times=$(((${EPOCHREALTIME/[.,]/} - begun) / 100000 + 1))
    echo $((times < patience ? times : patience))
}

# limited SECONDS COMMAND...: ends it, and says so, when it hangs: after
# $patience times the seconds that it may take.
limited()
{
    local seconds=$(($1 * patience)) status
    timeout --foreground "$seconds" "${@:2}"
    status=$?
    [ "$status" -ne 124 ] || echo "no answer in $seconds s: ${*:2}" >&2
    return "$status"
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

# run_jobs JOB...: of certs/jobs. The dates in the workshop's jobs are past.
run_jobs()
{
    local job
    for job; do
        "$bin/racfjob" --racf "$tmp/racf" --not-after +1y \
            "$top/certs/jobs/$job.jcl" >"$tmp/$job.out" 2>&1 && continue
        tail -n 15 "$tmp/$job.out"
        fail "job $job.jcl ended with an error; its last lines are above"
    done
}

# make_store [JOB...]: an empty RACF store, for its owner only, with these jobs
# run; by default those of the workshop's TLS part, and before them the one
# that makes what the workshop's system already had.
make_store()
{
    mkdir -m 700 "$tmp/racf" || fail "can't make $tmp/racf"
    [ $# -gt 0 ] || set -- PREREQ ZCEETLSC IMSTLS
    run_jobs "$@"
}

# write_pagent POLICY: the Policy Agent's main configuration file. A path in it
# ends at a blank, and nothing quotes it: the policy lies beside the file, and
# is copied there from elsewhere, so that its name is enough.
write_pagent()
{
    local name=${1##*/}
    [ "$1" = "$tmp/$name" ] || cp "$1" "$tmp/$name" || fail "can't copy $1"
    cat >"$tmp/pagent.conf" <<EOF
TcpImage TCPIP1 FLUSH NOPURGE 1800
TTLSConfig $name
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
ttls = ${ttls:-true};
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
        "jobname = \"BAQSTRT\"; userid = \"LIBSERV\";" \
        "allow = ( \"$(id -u)\" ); }"
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
derby_as=() # a command before java: as which account it runs
derby_java()
{
    local jar path=
    for jar in derby derbynet derbytools derbyclient; do
        path+=$derby_jars/$jar.jar:
    done
    # No performance data file in /tmp, no derby.log where the caller stands,
    # and a quick start.
    java=("${derby_as[@]}" java -XX:-UsePerfData -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
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
    limited 30 "${java[@]}" "$@" org.apache.derby.tools.ij "$sql" \
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

# --- IMS Connect and the one who calls it ----------------------------------

# start_hws ADDRESS PORT: the stand-in for IMS Connect, as conf/hws.cfg
# configures it but for the port.
start_hws()
{
    sed "s/DRDAPORT=(ID=[0-9]*/DRDAPORT=(ID=$2/" "$top/conf/hws.cfg" \
        >"$tmp/hws.cfg"
    spawn hws "$bin/hws" -f "$tmp/hws.cfg" --racf "$tmp/racf" \
        --listen "$1" --odbm IVP1500D --control "$tmp/hws.sock"
    wait_listening hws "$spawned" "$2" "$1"
}

view_hws()
{
    "$bin/hwsctl" --control "$tmp/hws.sock" "${1-VIEWHWS}"
}

# users_in_hws: the user ids of its sessions, sorted, on one line; those of
# clients whose ids are in OLD, and clients without a user, are shown as "-".
users_in_hws()
{
    view_hws | awk -v old=" ${1-} " '$2 ~ /^ODB/ {
        print NF < 8 || index(old, " " $2 " ") ? "-" : $3 }' |
        sort | tr '\n' ' '
}

ids_in_hws()
{
    view_hws | awk '$2 ~ /^ODB/ { printf "%s ", $2 }'
}

# ij_session NAME URL: ij connects and keeps its session, in place of the one
# it had; started the first time. What it prints is in NAME.log.
declare -A ij_pids
ij_session()
{
    if [ -z "${ij_pids[$1]-}" ]; then
        derby_java
        mkfifo "$tmp/$1.in" || fail "can't make a pipe"
        # shellcheck disable=SC2016 # the inner shell's
        spawn "$1" bash -c 'exec 0<>"$0" && exec "$@"' "$tmp/$1.in" \
            "${java[@]}" org.apache.derby.tools.ij
        ij_pids[$1]=$spawned
    else
        echo "disconnect;" >"$tmp/$1.in"
    fi
    printf "connect '%s';\ncommit;\n" "$2" >"$tmp/$1.in"
}

ij_leaves()
{
    printf 'disconnect;\nexit;\n' >"$tmp/$1.in"
    poll 10 gone "${ij_pids[$1]}" || fail "ij does not end"
    rm "$tmp/$1.in"
    unset "ij_pids[$1]"
}

# client_certificate NAME USER: the workshop's fred.p12 and user1.p12, with
# their password "secret", as the callers of z/OS Connect have them.
client_certificate()
{
    (umask 077 && echo secret >"$tmp/secret")
    "$bin/racdcert" --racf "$tmp/racf" --password-file "$tmp/secret" \
        "ID($2) EXPORT(LABEL('$2')) DSN('$tmp/$1.p12') FORMAT(PKCS12DER) PASSWORD(*)" ||
        fail "racdcert can't export the certificate of $2"
}

# call NAME basic|passticket ADDRESS:PORT: what z/OS Connect does when the
# owner of NAME.p12 calls it, step by step: whose certificate it is, under
# which user id and password IMS is called, and the call itself, which keeps
# its connection.
call()
{
    local user password
    openssl pkcs12 -in "$tmp/$1.p12" -passin pass:secret -nokeys -clcerts \
        -out "$tmp/$1.pem" 2>/dev/null || fail "openssl can't read $1.p12"
    user=$("$bin/racdcert" --racf "$tmp/racf" "CHECKCERT('$tmp/$1.pem')" |
        sed -n 's/^Digital certificate information for user \(.*\):$/\1/p')
    [ -n "$user" ] || fail "the certificate of $1 belongs to no user"
    echo "caller with $1.p12: $(openssl x509 -in "$tmp/$1.pem" -noout -subject)"
    echo "  RACF: this certificate is $user's"
    if [ "$2" = basic ]; then
        user=USER1
        password=USER1
        echo "  to IMS: USER1 and its password, whoever calls"
    else
        password=$("$bin/attls-passticket" gen --racf "$tmp/racf" \
            --caller LIBSERV --user "$user" --application IMSAPPL) ||
            fail "LIBSERV gets no PassTicket for $user"
        echo "  LIBSERV asks RACF for a PassTicket: $user, IMSAPPL: $password"
        echo "  to IMS: $user and the PassTicket"
    fi
    ij_session "$1" "jdbc:derby://$3/DFSIVPA;user=$user;password=$password"
}
