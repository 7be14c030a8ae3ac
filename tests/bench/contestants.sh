# How each contestant is set up: one worker, the same certificates, ciphers
# and protocols, resumption on, its own defaults elsewhere, no line of log for
# a good connection. Sourced by tests/bench/run, and by tests/bench/count for
# each of them; the caller sets
#   role     server: TLS in, clear out; client: clear in, TLS out; clear
#   keys     rsa or ec: whose certificate the TLS server has
#   version  client: 1.2 or 1.3; server: both
#   mutual   1: the TLS server wants a certificate
#   listen, target   ADDRESS:PORT
#   alone    1: no master process where there need be none
#   attlsd   the binary; otherwise $bin/attlsd
# shellcheck shell=bash
# shellcheck disable=SC2154 # they are the caller's

ciphers=ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384

# can NAME: it is installed and plays this role.
can()
{
    case $1 in
    attlsd) ;;
    haproxy) [ -x /usr/sbin/haproxy ] ;;
    nginx) [ -x /usr/sbin/nginx ] && [ -e /usr/lib/nginx/modules/ngx_stream_module.so ] ;;
    stunnel) command -v stunnel4 >/dev/null && [ "$role" != clear ] ;;
    hitch) [ -x /usr/sbin/hitch ] && [ "$role" = server ] ;;
    # no peer, but what OpenSSL takes: short connections only
    ceiling) [ "$role" != clear ] && [ -z "${mutual#-}" ] && [ "${what:-connect}" = connect ] ;;
    *) false ;;
    esac
}

# The rings of support/testring.h, and the same certificates as files.
certificates()
{
    local keys user
    "$ends/testring" --rsa "$tmp/rsa.racf" && "$ends/testring" "$tmp/ec.racf" ||
        fail "testring"
    for keys in rsa ec; do
        for user in SERVER CLIENT; do
            "$bin/racdcert" --racf "$tmp/$keys.racf" "ID($user) EXPORT(LABEL('$user')) DSN('$tmp/p12') FORMAT(PKCS12DER) PASSWORD('bench')" &&
                openssl pkcs12 -in "$tmp/p12" -passin pass:bench -nodes 2>/dev/null |
                    sed -n '/^-----BEGIN/,/^-----END/p' >"$tmp/$keys-${user,,}.pem" ||
                fail "can't export the certificate of $user"
        done
        "$bin/racdcert" --racf "$tmp/$keys.racf" "CERTAUTH EXPORT(LABEL('Test CA')) DSN('$tmp/$keys-ca.pem') FORMAT(CERTB64)" ||
            fail "can't export the authority"
    done
}

# command_of NAME: what starts it, a word a line.
command_of()
{
    case $1 in
    attlsd) printf '%s\n' "${attlsd:-$bin/attlsd}" -F -f "$tmp/attlsd.conf" ;;
    haproxy) printf '%s\n' /usr/sbin/haproxy -db -f "$tmp/haproxy.conf" ;;
    nginx) printf '%s\n' /usr/sbin/nginx -c "$tmp/nginx.conf" -p "$tmp" ;;
    stunnel) printf '%s\n' "$(command -v stunnel4)" "$tmp/stunnel.conf" ;;
    hitch) printf '%s\n' /usr/sbin/hitch "--config=$tmp/hitch.conf" ;;
    ceiling) printf '%s\n' "$ends/bench_ceiling" && cat "$tmp/ceiling.conf" ;;
    esac
}

# begin NAME: starts it on $listen.
begin()
{
    local -a command
    "write_$1" >"$tmp/$1.conf"
    mapfile -t command < <(command_of "$1")
    spawn "$1" "${command[@]}"
    wait_listening "$1" "$spawned" "${listen##*:}" "${listen%:*}"
}

write_attlsd()
{
    local handshake=Server direction=Inbound user=SERVER on=On v12=On v13=On
    local allow='' # peers let everybody in too
    [ -z "$mutual" ] || handshake=ServerWithClientAuth
    [ "$role" != clear ] || on=Off
    if [ "$role" = client ]; then
        handshake=Client direction=Outbound user=CLIENT allow='allow = ( "*" ); '
        [ "$version" = 1.2 ] && v13=Off || v12=Off
    fi
    cat >"$tmp/attlsd.policy" <<EOF
TTLSGroupAction g
{
  TTLSEnabled $on
}
TTLSRule bench
{
  Direction $direction
  Jobname BENCH
  TTLSGroupActionRef g
  TTLSEnvironmentActionRef e
}
TTLSEnvironmentAction e
{
  HandshakeRole $handshake
  TTLSKeyringParms
  {
    Keyring Test.Ring
  }
  TTLSCipherParms
  {
$([ "$v12" = Off ] || printf '    V3CipherSuites TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\n    V3CipherSuites TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384\n')
$([ "$v13" = Off ] || printf '    V3CipherSuites TLS_AES_256_GCM_SHA384\n')
  }
  TTLSEnvironmentAdvancedParms
  {
    TLSv1 Off
    TLSv1.1 Off
    TLSv1.2 $v12
    TLSv1.3 $v13
  }
}
$(more_rules "${rules:-1}")
EOF
    cat <<EOF
pagent = "$tmp/attlsd.policy";
racf = "$tmp/$keys.racf";
control = "$tmp/attlsd.sock";
workers = 1;
$(groups_of_peers)
listeners = ( { ${allow}mode = "forward"; direction = "$direction"; listen = "$listen";
    target = "$target"; jobname = "BENCH"; userid = "$user"; } );
EOF
}

# All others ask for X25519 first, z/OS does not. tests/bench/count has binaries
# that are older than the setting, and did so by themselves.
groups_of_peers()
{
    ! grep -aq x25519_first "${attlsd:-$bin/attlsd}" || echo 'x25519_first = true;'
}

# more_rules COUNT: others, which are looked at first and do not fit.
more_rules()
{
    [ "$1" -le 1 ] || awk -v count="$1" 'BEGIN {
        for (i = 2; i <= count; i++)
            printf "TTLSRule other%d\n{\nDirection Both\nLocalPortRange %d\nJobname J%d\n" \
                "Priority 100\nTTLSGroupActionRef g\nTTLSEnvironmentActionRef e\n}\n",
                i, 1 + i % 65000, i }'
}

write_haproxy()
{
    local front="bind $listen" back="server s $target"
    [ "$role" != server ] ||
        front+=" ssl crt $tmp/$keys-server.pem ciphers $ciphers ssl-min-ver TLSv1.2"
    [ -z "$mutual" ] || front+=" ca-file $tmp/$keys-ca.pem verify required"
    [ "$role" != client ] ||
        back+=" ssl ca-file $tmp/$keys-ca.pem verify required ciphers $ciphers ssl-min-ver TLSv$version ssl-max-ver TLSv$version"
    cat <<EOF
global
  nbthread 1
  maxconn 9500
defaults
  mode tcp
  maxconn 9500
  timeout connect 10s
  timeout client 600s
  timeout server 600s
frontend f
  $front
  default_backend b
backend b
  $back
EOF
}

write_nginx()
{
    local ssl='' on=''
    if [ "$role" = server ]; then
        on=" ssl"
        ssl="ssl_certificate $tmp/$keys-server.pem; ssl_certificate_key $tmp/$keys-server.pem;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers $ciphers; ssl_session_cache shared:s:10m;"
        [ -z "$mutual" ] || ssl+=" ssl_verify_client on; ssl_client_certificate $tmp/$keys-ca.pem;"
    elif [ "$role" = client ]; then
        ssl="proxy_ssl on; proxy_ssl_protocols TLSv$version; proxy_ssl_ciphers $ciphers; proxy_ssl_verify on;
    proxy_ssl_trusted_certificate $tmp/$keys-ca.pem; proxy_ssl_name localhost;"
    fi
    cat <<EOF
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
user $(id -un);
worker_processes 1;
${alone:+master_process off;}
daemon off;
pid $tmp/nginx.pid;
error_log stderr crit;
events { worker_connections 19000; }
stream {
  server {
    listen $listen$on backlog=4096;
    $ssl
    proxy_pass $target;
  }
}
EOF
}

write_stunnel()
{
    cat <<EOF
foreground = yes
pid =
debug = 0
[s]
accept = $listen
connect = $target
ciphers = $ciphers
EOF
    if [ "$role" = client ]; then
        printf 'client = yes\nCAfile = %s\nverifyChain = yes\nsslVersion = TLSv%s\n' \
            "$tmp/$keys-ca.pem" "$version"
    else
        printf 'cert = %s\nsslVersionMin = TLSv1.2\n' "$tmp/$keys-server.pem"
        [ -z "$mutual" ] || printf 'CAfile = %s\nverifyChain = yes\n' "$tmp/$keys-ca.pem"
    fi
}

write_hitch()
{
    cat <<EOF
frontend = "[${listen%:*}]:${listen##*:}"
backend = "[${target%:*}]:${target##*:}"
pem-file = "$tmp/$keys-server.pem"
ciphers = "$ciphers"
tls-protos = TLSv1.2 TLSv1.3
workers = 1
backlog = 4096
daemon = off
log-level = 0
EOF
    [ "$(id -u)" -ne 0 ] || echo 'user = "nobody"' # it insists
    [ -z "$mutual" ] || printf 'client-verify = required\nclient-verify-ca = "%s"\n' "$tmp/$keys-ca.pem"
}

# The words of its command line.
write_ceiling()
{
    if [ "$role" = client ]; then
        printf '%s\n' client "$listen" "$target" "$tmp/$keys-ca.pem" "$version"
    else
        printf '%s\n' server "$listen" "$target" "$tmp/$keys-server.pem"
    fi
}
