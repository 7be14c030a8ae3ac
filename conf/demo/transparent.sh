# What conf/demo/run --transparent plays: the workshop's picture on one host
# with its one address. A plain DRDA server listens on 192.168.17.220:5555, a
# plain client connects to it there, and neither has another port or address
# than without TLS: rules in the kernel bring both connections to attlsd.
# Client and server are two accounts, as on z/OS: root can give them, and so
# can newuidmap (package uidmap). Sourced by run, after parts.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # the variables of run and parts.sh

host=192.168.17.220
imsstc=2001 libserv=2002 # the accounts, in the namespace

in_namespaces()
{
    [ -n "${ATTLS_DEMO-}" ]
}

# What the process before enter_namespaces() has made is this one's now.
taken_over()
{
    read -r started built tmp <<<"$ATTLS_DEMO"
    PATH=$PATH:/usr/sbin:/sbin
}

# enter_namespaces ARGUMENT...: builds and starts this program again, as the
# same process, in namespaces of its own.
enter_namespaces()
{
    local -a how
    unshare -Urnm true 2>/dev/null ||
        fail "user and network namespaces can't be made here: the kernel forbids them, or a container, a chroot or a sandbox does"
    if [ "$(id -u)" = 0 ]; then
        give_accounts &
        how=(-Unm bash -c 'for i in {1..3000}; do [ "$(id -u)" = 0 ] && exec "$@"; sleep 0.02; done; echo "no accounts in the namespace"' -)
    else
        how=(-nm --map-root-user --map-auto)
        unshare "${how[@]}" true 2>/dev/null ||
            fail "client and server are two accounts here: run it as root, or install uidmap and have lines for yourself in /etc/subuid and /etc/subgid"
    fi
    build
    export ATTLS_DEMO="$started ${EPOCHREALTIME/[.,]/} $tmp"
    exec unshare "${how[@]}" "$0" "$@"
}

# Root writes the map of its own process, once that is in its namespace.
give_accounts()
{
    local mine
    trap - EXIT
    mine=$(readlink /proc/self/ns/user)
    poll 600 left_namespace "$mine" || exit 1
    gone $$ || { echo "0 0 65536" >"/proc/$$/gid_map" && echo "0 0 65536" >"/proc/$$/uid_map"; }
}
left_namespace()
{
    gone $$ || [ "$(readlink "/proc/$$/ns/user")" != "$1" ]
}

# as UID: what is started with derby_as is that account's.
as()
{
    derby_as=(setpriv --reuid "$1" --regid "$1" --keep-groups --pdeathsig TERM)
}

own_host()
{
    step "A host of its own: user and network namespaces, address $host"
    ip link set lo up && ip addr add "$host/32" dev lo || fail "it can't have the address"
    ip -brief address show dev lo
    chmod 711 "$tmp"
    umask 022 # both accounts read what is made here
    setpriv --reuid "$libserv" --clear-groups test -x "$tmp" ||
        fail "other accounts can't reach $tmp: let TMPDIR be a folder that is open to all"
    step "RACF: jobs PREREQ, ZCEETLSC and IMSTLS make users, certificates and key rings"
    make_store
}

# The maps are all that attlsd is told of the programs.
write_transparent()
{
    write_pagent "$top/conf/policy/ims.policy"
    write_conf '  { mode = "transparent"; }'
    cat >>"$tmp/attlsd.conf" <<EOF
users = ( { uid = $imsstc; userid = "IMSSTC"; }, { uid = $libserv; userid = "LIBSERV"; } );
jobs = (
  { uid = $imsstc; port = 5555; jobname = "IMS15HWS"; },
  { uid = $libserv; jobname = "BAQSTRT"; }
);
EOF
}

both_programs()
{
    step "Derby, a plain DRDA database, on $host:5555, as account $imsstc"
    mkdir "$tmp/server" "$tmp/client" && chown "$imsstc" "$tmp/server" &&
        chown "$libserv" "$tmp/client" || fail "can't make their folders"
    as "$imsstc"
    start_derby server "$host" 5555
    tail -n 1 "$tmp/server.log"

    step "attlsd in transparent mode; no port and no address of either program is in its configuration"
    write_transparent
    sed -n '/^listeners/,$p' "$tmp/attlsd.conf"
    start_attlsd 127.0.0.1:15001 127.0.0.1:15006
    # it listens before the rules are in force
    wait_line "$tmp/attlsd.log" 'listen=.*:15006 ' 20 || fail "attlsd does not say that it serves"
    export ATTLS_CONTROL=$tmp/attlsd.sock
    echo "attlsctl intercept status"
    "$bin/attlsctl" intercept status || fail "the rules are not as they should be"
}

play_transparent()
{
    own_host
    both_programs
    step "ij, as account $libserv, connects to $host:5555: creates a table, inserts and selects"
    as "$libserv"
    write_sql "$tmp/demo.sql" "jdbc:derby://$host:5555/DFSIVPA;create=true;user=USER1;password=USER1"
    run_ij "$tmp/demo.sql" "-Dderby.system.home=$tmp/client" >"$tmp/ij.out"
    grep -vE '^(ij version|$)' "$tmp/ij.out"
    summary_transparent
}

summary_transparent()
{
    local in out ip=${host//./\\.} port event='RC: +0 Initial Handshake [0-9A-F]{16} [0-9A-F]{16} TLSV1\.2 F0F0F3F5'
    wait_line "$tmp/syslogall.log" EZD1283I 5
    step "The log"
    grep -E 'EZD128[13]I' "$tmp/syslogall.log"
    in=$(connid InBound)
    out=$(connid OutBound)
    port=$(sed -nE "s/.*EZD1281I .*LOCAL: $ip\.\.([0-9]+) REMOTE: $ip\.\.5555 .*/\1/p" "$tmp/syslogall.log" | head -n 1)

    step "Summary"
    missing=
    verdict "create, insert and select" sql_worked "$tmp/ij.out"
    logged "outbound: $host to port 5555 of $host, job BAQSTRT, user LIBSERV" \
        "EZD1281I TTLS Map +CONNID: [0-9A-F]{8} LOCAL: $ip\.\.${port:-none} REMOTE: $ip\.\.5555 JOBNAME: BAQSTRT +USERID: LIBSERV +TYPE: OutBound +STATUS: Enabled +RULE: IMSDBClientRule~2 +ACTIONS: gAct1 +eAct2~IMSDBClient +cAct2~IMSDBClient"
    logged "inbound: the same two addresses and ports, job IMS15HWS, user IMSSTC" \
        "EZD1281I TTLS Map +CONNID: [0-9A-F]{8} LOCAL: $ip\.\.5555 REMOTE: $ip\.\.${port:-none} JOBNAME: IMS15HWS USERID: IMSSTC +TYPE: InBound +STATUS: Enabled +RULE: IMSDBConnectRule~1 +ACTIONS: gAct1 +eAct1~IMSDBConnect +cAct1~IMSDBConnect"
    logged "outbound: handshake as client, TLSV1.2 F0F0F3F5" \
        "EZD1283I TTLS Event +GRPID: [0-9A-F]{8} ENVID: [0-9A-F]{8} CONNID: ${out:-none} $event"
    logged "inbound: handshake as server, TLSV1.2 F0F0F3F5" \
        "EZD1283I TTLS Event +GRPID: [0-9A-F]{8} ENVID: [0-9A-F]{8} CONNID: ${in:-none} $event"
}

stay_transparent()
{
    local tmp=$tmp bin=$bin
    printf -v tmp %q "$tmp"
    printf -v bin %q "$bin"
    step "Up until Enter or Ctrl-C. To look around, from another terminal, in its namespaces:"
    cat <<EOF
  go there           nsenter --preserve-credentials -U -n -m -t $$
  the rules          nft list table inet attls
  the console        export ATTLS_CONTROL=$tmp/attlsd.sock    then: $bin/attlsctl netstat, intercept status, ...
  the log            tail -f $tmp/syslogall.log
  the database       setpriv --reuid $libserv --regid $libserv --keep-groups ij    then: connect 'jdbc:derby://$host:5555/DFSIVPA;user=USER1;password=USER1';
  the configuration  $tmp/attlsd.conf
EOF
    until_told
}
