#!/bin/sh
# The same as pod.yaml with podman, no root needed: a pod whose program speaks
# TLS by policy. From the top of the sources, after podman build (Containerfile):
#
#     conf/sidecar/podman.sh IMAGE [COMMAND...]
#
# The program runs as account 1000; attlsd's conf says who that is.
set -eu
[ $# -gt 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2 && exit 2; }
conf=$(mktemp -d)
cp conf/sidecar/attlsd.conf conf/sidecar/pagent.conf conf/policy/ims.policy "$conf"
cat certs/jobs/PREREQ.jcl certs/jobs/ZCEETLSC.jcl certs/jobs/IMSTLS.jcl >"$conf/rings.jcl"
chmod -R a+rX "$conf"
trap 'podman pod rm -f attls >/dev/null; podman volume rm attls >/dev/null; rm -r "$conf"' EXIT
podman pod create --name attls >/dev/null
podman volume create attls >/dev/null
step()
{
    podman run --pod attls --cap-drop all -v "$conf:/etc/attls:ro,z" "$@"
}
store=attls:/var/lib/attls:U
step --rm -v "$store" --entrypoint racfjob attlsd --racf /var/lib/attls/racf \
    --not-after +1y /etc/attls/rings.jcl
step --rm --user 0 --cap-add NET_ADMIN --entrypoint attlsctl attlsd \
    intercept install -f /etc/attls/attlsd.conf
step --detach --name attlsd -v "$store" --tmpfs /run/attls:mode=1777 attlsd
podman run --rm -it --pod attls --user 1000 --cap-drop all "$@"
