#!/bin/bash
# Installs what this machine lacks of what is needed
#
#     conf/demo/need.sh build     to build attlsd and all it comes with
#     conf/demo/need.sh demo      for conf/demo/run
#     conf/demo/need.sh tests     for tests/run and for the presets dev and tsan
#     conf/demo/need.sh fuzz      for the preset fuzz
#     conf/demo/need.sh deep      for tests/run --deep
#     conf/demo/need.sh bench     for tests/bench/run beside other relays
#     conf/demo/need.sh count     for tests/bench/count and its gate
#
# Nothing missing: nothing is printed and no network is touched. Otherwise it
# says what it is going to install and how large that is, then calls apt-get
# (through sudo when the caller is not root) without recommended packages,
# without questions, and so that no service is started by the installation.
# Exit status: 0 all there, 1 the installation failed, 3 it can't install
# (not root and no sudo, or no apt-get), the line to run is printed then; 2
# no such set.
set -u
export LC_ALL=C

# What a set has beside its own packages.
declare -A includes=([demo]=build [tests]="build demo" [fuzz]="build demo tests"
    [deep]="build demo tests fuzz" [bench]="build demo tests"
    [count]="build demo tests")

# SET CHECK PACKAGE; a check is cmd:PROGRAM, pc:PKGCONFIG, py:MODULE or file:PATH.
packages='
build cmd:gcc                                    gcc
build file:/usr/include/stdio.h                  libc6-dev
build cmd:make                                   make
build cmd:cmake                                  cmake
build cmd:pkg-config                             pkg-config
build pc:openssl                                 libssl-dev
build pc:libevent_pthreads                       libevent-dev
build pc:libconfig                               libconfig-dev
build pc:libseccomp                              libseccomp-dev
build pc:libmnl                                  libmnl-dev
demo  cmd:openssl                                openssl
demo  cmd:java                                   openjdk-17-jre-headless
demo  file:/usr/share/java/derbynet.jar          derby-tools
demo  file:/usr/sbin/nft                         nftables
demo  cmd:ip                                     iproute2
tests cmd:ss                                     iproute2
tests pc:check                                   check
tests cmd:clang-format-14                        clang-format-14
tests cmd:gnutls-cli                             gnutls-bin
tests cmd:mandoc                                 mandoc
tests pc:libp11                                  libp11-dev
tests cmd:softhsm2-util                          softhsm2
tests cmd:python3                                python3-minimal
tests cmd:curl                                   curl
tests cmd:nc                                     netcat-openbsd
tests file:/usr/share/i18n/locales/de_DE         locales
count cmd:valgrind                               valgrind
count cmd:strace                                 strace
count cmd:readelf                                binutils
count cmd:git                                    git
count py:shutil                                  python3
fuzz  cmd:clang                                  clang
fuzz  file:/usr/lib/llvm-14/lib/clang/14.0.6/lib libclang-rt-14-dev
deep  cmd:valgrind                               valgrind
deep  cmd:cppcheck                               cppcheck
deep  cmd:go                                     golang-go
bench file:/usr/sbin/haproxy                     haproxy
bench file:/usr/sbin/nginx                       nginx
bench file:/usr/lib/nginx/modules/ngx_stream_module.so libnginx-mod-stream
bench cmd:stunnel4                               stunnel4
bench file:/usr/sbin/hitch                       hitch
'

usage()
{
    sed -n '2,/^set -u/s/^# \{0,1\}//p' "$0"
}

have()
{
    case $1 in
    cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
    pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
    py:*) python3 -c "import ${1#py:}" >/dev/null 2>&1 ;;
    file:*) [ -e "${1#file:}" ] ;;
    esac
}

# The packages of the sets in "$@" whose check fails, each once.
missing()
{
    local set check package wanted=" " found=" "
    for set; do
        wanted+="$set ${includes[$set]-} "
    done
    while read -r set check package; do
        [[ $wanted == *" $set "* && $found != *" $package "* ]] || continue
        have "$check" || found+="$package "
    done <<<"$packages"
    # shellcheck disable=SC2086 # words by intent
    echo $found
}

# A fresh machine has no package lists, an old one has stale ones.
known()
{
    local package
    for package; do
        apt-cache show "$package" >/dev/null 2>&1 || return 1
    done
}

say_size()
{
    apt-get install --assume-no --no-install-recommends \
        -o Debug::NoLocking=1 "$@" 2>/dev/null </dev/null |
        grep -E '^(Need to get|After this operation)' | sed 's/^/    /'
}

# While this program runs, invoke-rc.d is told not to start anything. A policy
# that the machine's owner has set is put back as it was.
policy=/usr/sbin/policy-rc.d
hold_services()
{
    if [ -e "$policy" ]; then
        "$policy" attlsd start >/dev/null 2>&1
        [ $? -eq 101 ] && return
        mv "$policy" "$policy.before-attlsd" || exit 1
    fi
    trap free_services EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
}

free_services()
{
    rm -f "$policy"
    [ ! -e "$policy.before-attlsd" ] || mv "$policy.before-attlsd" "$policy"
}

# The part that needs root: "$@" are packages.
install()
{
    export DEBIAN_FRONTEND=noninteractive
    umask 022 # what it makes is for all accounts
    if ! known "$@"; then
        echo "    the package lists lack some of them: apt-get update"
        apt-get update -qq || exit 1
    fi
    say_size "$@"
    hold_services
    apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" \
        </dev/null >/dev/null || exit 1
}

become_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

may_become_root()
{
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null || return 1
    [ -t 0 ] || sudo -n true 2>/dev/null
}

if [ "${1-}" = --install ]; then
    shift
    install "$@"
    exit 0
fi

for set; do
    grep -q "^$set " <<<"$packages" || { usage >&2 && exit 2; }
done
[ $# -gt 0 ] || { usage >&2 && exit 2; }
list=$(missing "$@")
[ -n "$list" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "Missing here, by their Debian names: $list"
    echo "This machine has no apt-get: install them with its own tools."
    exit 3
fi
if ! may_become_root; then
    echo "Missing here: $list"
    echo "Neither root nor sudo: run this as root, then start again:"
    echo "apt-get install -y --no-install-recommends $list"
    exit 3
fi
echo "Installing what is missing: $list"
# The list is words by intent.
# shellcheck disable=SC2086
become_root "$0" --install $list
status=$?
list=$(missing "$@")
if [ "$status" -ne 0 ] || [ -n "$list" ]; then
    echo "The installation failed; still missing: $list"
    exit 1
fi
