/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is sent away when connections are at their limit.  Opening one costs nobody anything, so
 * those that were only opened must not keep out those that ask: of the sources with such
 * connections the one that has most gives up its oldest.  A source has a share besides.  Who was
 * admitted is sent away only when all others were, and only between two requests; so who has a
 * token gets in, however many others hold connections open.
 */
#include "config.h"

#include "platform/http/room.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "platform/http/private.h"

static void
send_away(struct connection *c)
{
	c->sent_away = true;
	shutdown(c->fd, SHUT_RDWR);
}

static size_t
count_unknown(const struct http *http, const char *source)
{
	size_t count = 0;

	for (const struct connection *c = http->connections; c; c = c->next)
		count += !c->sent_away && !c->known && strcmp(c->peer.key, source) == 0;
	return count;
}

/* NULL: there is none but `fresh`. */
static struct connection *
oldest_unknown(const struct http *http, const char *source, const struct connection *fresh)
{
	struct connection *oldest = NULL;

	for (struct connection *c = http->connections; c; c = c->next)
		if (c != fresh && !c->sent_away && !c->known &&
		    strcmp(c->peer.key, source) == 0 && (!oldest || c->since < oldest->since))
			oldest = c;
	return oldest;
}

static struct connection *
oldest_of_crowd(const struct http *http, const struct connection *fresh)
{
	const char *crowd = NULL;
	size_t most = 0;

	for (const struct connection *c = http->connections; c; c = c->next) {
		size_t count = c == fresh || c->sent_away || c->known ||
					       (crowd && strcmp(c->peer.key, crowd) == 0)
				       ? 0 : count_unknown(http, c->peer.key);

		if (count > most) {
			most = count;
			crowd = c->peer.key;
		}
	}
	return crowd ? oldest_unknown(http, crowd, fresh) : NULL;
}

static struct connection *
longest_idle(const struct http *http)
{
	struct connection *longest = NULL;

	for (struct connection *c = http->connections; c; c = c->next)
		if (!c->sent_away && c->known && !c->busy &&
		    (!longest || c->deadline < longest->deadline))
			longest = c;
	return longest;
}

void
http_make_room(struct http *http, struct connection *fresh)
{
	struct connection *victim = NULL;
	size_t count = 0;

	for (const struct connection *c = http->connections; c; c = c->next)
		count += !c->sent_away;
	if (!fresh->known &&
	    count_unknown(http, fresh->peer.key) > http->options.connections_of_peer)
		victim = oldest_unknown(http, fresh->peer.key, fresh);
	else if (count <= http->options.connections)
		return;
	if (!victim)
		victim = oldest_of_crowd(http, fresh);
	if (!victim)
		victim = longest_idle(http);
	send_away(victim && victim != fresh ? victim : fresh);
}
