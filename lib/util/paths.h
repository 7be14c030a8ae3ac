#ifndef UTIL_PATHS_H
#define UTIL_PATHS_H

/*
 * Where the programs look when nobody says otherwise. The manuals, the systemd
 * units and conf/ name the same places.
 */

#define PATH_CONF        "/etc/attls/attlsd.conf"
#define PATH_PAGENT      "/etc/attls/pagent.conf"
#define PATH_HWS_CONF    "/etc/attls/hws.cfg"
#define PATH_RACF        "/var/lib/attls/racf"
#define PATH_CONTROL     "/run/attls/attlsd.sock"
#define PATH_RUN_SOCKET  "/run/attls/run.sock"
#define PATH_HWS_CONTROL "/run/attls/hws.sock"

#endif
