/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A token that expired is fetched anew from where it came from, while the session goes on.
 *
 * The source is a program that the person chose, a vault for instance; it may take seconds,
 * so it is watched like any other descriptor.  As long as it runs the api keeps what was
 * refused, and sends it again with the new token; api_give_up_token() tells it that none will
 * come.
 *
 * A program that fails is not started over and over: the pause doubles up to a minute, and
 * only a refresh, which is a person's key, or a token that is really another one begins anew.
 */
#include "config.h"

#include "flow/context/renewal.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "net/loop.h"

#define FETCH_MAX_MS 30000		/* a vault may be slow; one that asks somebody never ends */
/* Between two fetches: the polls go on meanwhile, and are refused.  Longer after each in vain. */
#define PAUSE_MS 4000
#define PAUSE_MAX_MS 60000

struct renewal {
	struct session *session;
	const struct token_source *source;
	struct loop_fd *watch;		/* NULL: nothing is fetched */
	struct loop_timer *limit;
	int64_t not_before;		/* steady ms */
	int64_t pause;			/* ms, after the next fetch */
};

struct renewal *
renewal_new(struct session *session, const struct token_source *source)
{
	struct renewal *renewal;

	if (!source)
		return NULL;
	renewal = xcalloc(1, sizeof(*renewal));
	*renewal = (struct renewal){.session = session, .source = source, .pause = PAUSE_MS};
	return renewal;
}

static void
end_fetch(struct renewal *renewal)
{
	loop_remove_timer(renewal->limit);
	renewal->limit = NULL;
	loop_remove_fd(renewal->watch);
	renewal->watch = NULL;
	renewal->not_before = clock_steady_ms() + renewal->pause;
	renewal->pause = renewal->pause < PAUSE_MAX_MS / 2 ? renewal->pause * 2 : PAUSE_MAX_MS;
}

void
renewal_free(struct renewal *renewal)
{
	if (!renewal)
		return;
	if (renewal->watch)
		renewal->source->cancel(renewal->source->data);
	loop_remove_fd(renewal->watch);
	loop_remove_timer(renewal->limit);
	free(renewal);
}

/* A program that asks somebody on a terminal it does not have would never end. */
static void
on_limit(void *data)
{
	struct renewal *renewal = data;
	struct error err = {0};

	renewal->limit = NULL;
	renewal->source->cancel(renewal->source->data);
	end_fetch(renewal);
	error_set(&err, ERROR_ACCESS, _("The token-command did not give another token within %d s."), FETCH_MAX_MS / 1000);
	api_give_up_token(session_api(renewal->session), &err);
}

/* The same token again is no token: the platform has just refused it.  The text is wiped,
 * since the api has its own copy. */
static void
advance(void *data, uint32_t events)
{
	struct renewal *renewal = data;
	struct api *api = session_api(renewal->session);
	struct error err = {0};
	char *token = NULL;
	int came = renewal->source->advance(renewal->source->data, &token, &err);

	(void)events;
	if (came == 0)
		return;
	end_fetch(renewal);
	if (came > 0 && !api_has_token(api, token)) {
		api_set_token(api, token);
		renewal->pause = PAUSE_MS;
	} else {
		api_give_up_token(api, came < 0 ? &err : NULL);
	}
	if (token) {
		explicit_bzero(token, strlen(token));
		free(token);
	}
}

static void
begin(struct renewal *renewal)
{
	struct loop *loop = session_loop(renewal->session);
	struct error err = {0};
	int fd = renewal->source->begin(renewal->source->data, &err);

	if (fd >= 0) {
		renewal->watch = loop_add_fd(loop, fd, EPOLLIN, advance, renewal);
		renewal->limit = loop_add_timer(loop, FETCH_MAX_MS, on_limit, renewal);
		return;
	}
	end_fetch(renewal);
	api_give_up_token(session_api(renewal->session), &err);
}

/* In each turn of the session, since the api only notes that it wants one. */
void
renewal_turn(struct renewal *renewal)
{
	if (!renewal || renewal->watch || !api_wants_token(session_api(renewal->session)))
		return;
	if (clock_steady_ms() >= renewal->not_before)
		begin(renewal);
	else
		api_give_up_token(session_api(renewal->session), NULL);
}

void
renewal_refresh(struct renewal *renewal)
{
	if (!renewal)
		return;
	renewal->not_before = 0;
	renewal->pause = PAUSE_MS;
}
