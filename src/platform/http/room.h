/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who is sent away when connections are at their limit. */
#ifndef SIDESTAGE_PLATFORM_HTTP_ROOM_H
#define SIDESTAGE_PLATFORM_HTTP_ROOM_H

#include <stdint.h>

struct connection;
struct http;
struct peer;

/* connection.source: equal for peers with equal keys, and hardly ever for others. */
uint32_t http_source(const struct peer *peer);

/* Makes room for this new one, or shuts it when nobody else may be sent away. */
void http_make_room(struct http *http, struct connection *fresh);

#endif
