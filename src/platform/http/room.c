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

uint32_t
http_source(const struct peer *peer)
{
	uint32_t hash = 2166136261u;

	for (const char *c = peer->key; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	return hash;
}

/* Each is compared with each when there are too many: the text only where it may be the same. */
static bool
is_of(const struct connection *c, const struct connection *other)
{
	return c->source == other->source && strcmp(c->peer.key, other->peer.key) == 0;
}

static bool
may_go(const struct connection *c)
{
	return !c->sent_away && !c->known;
}

static size_t
count_unknown(const struct http *http, const struct connection *of)
{
	size_t count = 0;

	for (const struct connection *c = http->connections; c; c = c->next)
		count += may_go(c) && is_of(c, of);
	return count;
}

/* NULL: there is none but `fresh`. */
static struct connection *
oldest_unknown(const struct http *http, const struct connection *of,
	       const struct connection *fresh)
{
	struct connection *oldest = NULL;

	for (struct connection *c = http->connections; c; c = c->next)
		if (c != fresh && may_go(c) && is_of(c, of) &&
		    (!oldest || c->since < oldest->since))
			oldest = c;
	return oldest;
}

static struct connection *
oldest_of_crowd(const struct http *http, const struct connection *fresh)
{
	const struct connection *crowd = NULL;
	size_t most = 0;

	for (const struct connection *c = http->connections; c; c = c->next) {
		size_t count = c == fresh || !may_go(c) || (crowd && is_of(c, crowd))
				       ? 0 : count_unknown(http, c);

		if (count > most) {
			most = count;
			crowd = c;
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
	if (!fresh->known && count_unknown(http, fresh) > http->options.connections_of_peer)
		victim = oldest_unknown(http, fresh, fresh);
	else if (count <= http->options.connections)
		return;
	if (!victim)
		victim = oldest_of_crowd(http, fresh);
	if (!victim)
		victim = longest_idle(http);
	send_away(victim && victim != fresh ? victim : fresh);
}
