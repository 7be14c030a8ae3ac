#ifndef HWS_PRIVATE_H
#define HWS_PRIVATE_H

/* Parts that tests look at by themselves; not for others. */

#include "hws/server.h"

/* An operator's reply, "VIEWHWS" or "15VIEWHWS SUMMARY": what it prints. */
void hws_server_command(struct hws_server *s, const char *command,
                        struct strbuf *out);

#endif
