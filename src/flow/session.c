/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session: it owns everything that the client has of one platform, and the one wait.
 * Timers are a heap ordered by deadline; a turn is: wait (network, descriptors, next
 * deadline), callbacks of the network, timers that are due, and then the answer whether
 * anything has changed.
 */
#include "config.h"

#include "flow/session.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/flow.h"
#include "flow/origins.h"
#include "flow/renewal.h"
#include "flow/watch.h"
#include "flow/world.h"
#include "store/store.h"

#define TURN_FDS_MAX 16
#define SILENT_MS 1500			/* a request that waits so long without a byte is told */

struct session_timer {
	struct session *session;
	int64_t due_at;			/* steady ms */
	size_t place;			/* in the heap */
	bool firing;			/* out of the heap, in its callback */
	void (*due)(void *data);
	void *data;
};

struct session {
	struct api *api;
	struct store *store;
	struct world world;
	struct watch *watch;
	struct origins *origins;
	struct flow **flows;		/* newest first; owned */
	size_t flow_count;
	struct session_timer **timers;	/* heap: the earliest first */
	size_t timer_count, timer_room;
	char *context;
	char *address;			/* the URL, and the socket if any */
	char *platform;			/* its key in the store */
	char *identity;			/* what it says that it is; NULL: nothing yet */
	char **protect;			/* NULL-terminated */
	bool read_only, all_protected;
	int64_t clone_life_ms;
	char *history_problem;		/* NULL: there is none */
	struct renewal *renewal;	/* of the token; NULL: there is no source */
	bool changed;
};

/* --- timers --- */

static void
place_timer(struct session *session, size_t place, struct session_timer *timer)
{
	session->timers[place] = timer;
	timer->place = place;
}

static void
sift_up(struct session *session, size_t place)
{
	struct session_timer *timer = session->timers[place];

	while (place > 0 && session->timers[(place - 1) / 2]->due_at > timer->due_at) {
		place_timer(session, place, session->timers[(place - 1) / 2]);
		place = (place - 1) / 2;
	}
	place_timer(session, place, timer);
}

static void
sift_down(struct session *session, size_t place)
{
	struct session_timer *timer = session->timers[place];

	for (;;) {
		size_t child = 2 * place + 1;

		if (child + 1 < session->timer_count &&
		    session->timers[child + 1]->due_at < session->timers[child]->due_at)
			child++;
		if (child >= session->timer_count ||
		    session->timers[child]->due_at >= timer->due_at)
			break;
		place_timer(session, place, session->timers[child]);
		place = child;
	}
	place_timer(session, place, timer);
}

static void
take_from_heap(struct session *session, size_t place)
{
	struct session_timer *last = session->timers[--session->timer_count];

	if (place == session->timer_count)
		return;
	place_timer(session, place, last);
	sift_up(session, place);
	sift_down(session, last->place);
}

struct session_timer *
session_timer_start(struct session *session, int64_t delay_ms, void (*due)(void *data),
		    void *data)
{
	struct session_timer *timer = xcalloc(1, sizeof(*timer));

	timer->session = session;
	timer->due_at = clock_steady_ms() + (delay_ms > 0 ? delay_ms : 0);
	timer->due = due;
	timer->data = data;
	if (session->timer_count == session->timer_room) {
		session->timer_room = session->timer_room ? session->timer_room * 2 : 32;
		session->timers = xreallocarray(session->timers, session->timer_room,
						sizeof(*session->timers));
	}
	session->timers[session->timer_count++] = timer;
	sift_up(session, session->timer_count - 1);
	return timer;
}

void
session_timer_stop(struct session_timer *timer)
{
	if (!timer || timer->firing)	/* session_turn() frees the one that fires */
		return;
	take_from_heap(timer->session, timer->place);
	free(timer);
}

/* Those that start meanwhile wait for the next turn, so a turn always ends. */
static void
fire_timers(struct session *session)
{
	const int64_t now = clock_steady_ms();
	size_t most = session->timer_count;

	while (most-- > 0 && session->timer_count > 0 && session->timers[0]->due_at <= now) {
		struct session_timer *timer = session->timers[0];

		take_from_heap(session, 0);
		timer->firing = true;
		timer->due(timer->data);
		free(timer);
	}
}

/* --- the turn --- */

/* When a wait for the platform is to be told, or told anew; -1: nothing is waited for. */
static int64_t
silence_due(const struct session *session)
{
	const int64_t silent = api_silence_ms(session->api);

	if (silent < 0)
		return -1;
	return silent < SILENT_MS ? SILENT_MS - silent : 1000 - silent % 1000;
}

static int
turn_wait(const struct session *session, int timeout_ms)
{
	const int64_t silence = silence_due(session);
	int64_t wait = timeout_ms;

	if (session->changed)
		return 0;
	if (session->timer_count > 0) {
		int64_t left = session->timers[0]->due_at - clock_steady_ms();

		if (left < 0)
			left = 0;
		if (wait < 0 || left < wait)
			wait = left;
	}
	if (silence >= 0 && (wait < 0 || silence < wait))
		wait = silence;
	return wait > INT_MAX ? INT_MAX : (int)wait;
}

/* What was written under the address alone belongs to it from now on.  When that cannot be
 * written it goes on under the name that it had, and the next start tries again. */
static void
note_identity(struct session *session)
{
	const char *identity = api_platform_id(session->api);
	char *key;

	if (!*identity || (session->identity && strcmp(session->identity, identity) == 0))
		return;
	free(session->identity);
	session->identity = xstrdup(identity);
	key = store_platform_seen(session->store, session->address, identity, NULL);
	if (!key)
		return;
	if (strcmp(key, session->platform) != 0)
		session_look_again(session);
	free(session->platform);
	session->platform = key;
}

bool
session_turn(struct session *session, const int *fds, bool *ready, size_t count, int timeout_ms)
{
	int own[TURN_FDS_MAX];
	bool own_ready[TURN_FDS_MAX];
	int64_t silent;
	bool changed;

	/* What fetches a token is waited for beside what the caller waits for. */
	assert(count < TURN_FDS_MAX);
	if (count > 0)
		memcpy(own, fds, count * sizeof(*fds));
	own[count] = renewal_fd(session->renewal);
	api_wait(session->api, own, own_ready, count + (own[count] >= 0), turn_wait(session, timeout_ms));
	if (count > 0)
		memcpy(ready, own_ready, count * sizeof(*ready));
	renewal_turn(session->renewal);
	note_identity(session);
	fire_timers(session);
	silent = api_silence_ms(session->api);
	watch_note_silence(session->watch, silent >= SILENT_MS ? silent : 0);
	if (session->changed)
		origins_update(session->origins);
	changed = session->changed;
	session->changed = false;
	return changed;
}

void
session_changed(struct session *session)
{
	session->changed = true;
}

/* --- flows --- */

void
session_add_flow(struct session *session, struct flow *flow)
{
	session->flows = xreallocarray(session->flows, session->flow_count + 1,
				       sizeof(*session->flows));
	memmove(session->flows + 1, session->flows,
		session->flow_count * sizeof(*session->flows));
	session->flows[0] = flow;
	session->flow_count++;
	session_changed(session);
}

void
session_drop_flow(struct session *session, struct flow *flow)
{
	for (size_t i = 0; i < session->flow_count; i++) {
		if (session->flows[i] != flow)
			continue;
		session->flow_count--;
		memmove(session->flows + i, session->flows + i + 1,
			(session->flow_count - i) * sizeof(*session->flows));
		session_changed(session);
		return;
	}
}

size_t
session_flow_count(const struct session *session)
{
	return session->flow_count;
}

struct flow *
session_flow(const struct session *session, size_t i)
{
	return i < session->flow_count ? session->flows[i] : NULL;
}

struct flow *
session_flow_by_id(const struct session *session, const char *operation_id)
{
	for (size_t i = 0; i < session->flow_count; i++) {
		const char *id = flow_operation_id(session->flows[i]);

		if (id && strcmp(id, operation_id) == 0)
			return session->flows[i];
	}
	return NULL;
}

/* --- what it knows --- */

const struct world *
session_world(const struct session *session)
{
	return &session->world;
}

struct store *
session_store(struct session *session)
{
	return session->store;
}

struct api *
session_api(struct session *session)
{
	return session->api;
}

const char *
session_context(const struct session *session)
{
	return session->context;
}

const char *
session_address(const struct session *session)
{
	return session->address;
}

const char *
session_platform(const struct session *session)
{
	return session->platform;
}

bool
session_read_only(const struct session *session)
{
	return session->read_only;
}

const char *
session_history_problem(const struct session *session)
{
	return session->history_problem;
}

int
session_check_changes(const struct session *session, struct error *err)
{
	if (session->read_only)
		return error_set(err, ERROR_ACCESS,
				 _("this is a read-only session: start without --read-only to "
				   "change anything"));
	if (session->history_problem)
		return error_set(err, ERROR_STORE, "%s", session->history_problem);
	return 0;
}

bool
session_all_protected(const struct session *session)
{
	return session->all_protected;
}

int64_t
session_clone_life(const struct session *session)
{
	return session->clone_life_ms;
}

bool
session_is_protected(const struct session *session, const char *env_id, const char *env_type)
{
	for (char **word = session->protect; *word; word++)
		if ((env_id && strcmp(*word, env_id) == 0) ||
		    (env_type && strcmp(*word, env_type) == 0))
			return true;
	return false;
}

void
session_focus(struct session *session, const char *org, const char *app)
{
	watch_focus(session->watch, org, app);
	origins_focus(session->origins, org, app);
	origins_update(session->origins);
}

void
session_attend(struct session *session)
{
	watch_attend(session->watch);
}

void
session_look_again(struct session *session)
{
	watch_look_again(session->watch);
	session_changed(session);
}

bool
session_settled(const struct session *session, const char *org, const char *app, unsigned needs,
		int64_t since)
{
	if (needs & NEED_CLONES && !origins_is_settled(session->origins))
		return false;
	return watch_is_settled(session->watch, org, app, needs & ~(unsigned)NEED_CLONES, since);
}

const struct error *
session_clones_error(const struct session *session)
{
	return origins_error(session->origins);
}

const struct knowledge *
session_unreadable(const struct session *session, const char *org, const char *app, unsigned needs)
{
	return watch_unreadable(session->watch, org, app, needs);
}

void
session_refresh(struct session *session)
{
	renewal_refresh(session->renewal);
	watch_refresh(session->watch);
}

/* --- beginning and end --- */

static char **
copy_words(const char *const *words)
{
	static const char *const usual[] = {"production", NULL};
	char **copy;
	size_t count = 0;

	if (!words)
		words = usual;
	while (words[count])
		count++;
	copy = xcalloc(count + 1, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = xstrdup(words[i]);
	return copy;
}

static char *
platform_name(const struct session_options *options)
{
	return options->socket ? xasprintf("%s unix:%s", options->url, options->socket) :
				 xstrdup(options->url);
}

/* With a history that cannot be used the board is still there to be looked at. */
static void
open_store(struct session *session, const struct session_options *options, struct error *err)
{
	struct error why = {0};

	session->store = store_open(options->history_path, options->cache_path, &why);
	if (session->store)
		return;
	session->store = store_open_without_history(options->history_path, options->cache_path, &why, err);
	session->history_problem =
		xasprintf(_("Nothing can be journaled, so nothing can be changed: %s.  Repair that file, or "
			    "move it away to begin a new history."), why.text);
}

struct session *
session_new(const struct session_options *options, struct error *err)
{
	struct session *session = xcalloc(1, sizeof(*session));

	world_init(&session->world);
	session->context = xstrdup(options->context ? options->context : "");
	session->address = platform_name(options);
	session->protect = copy_words(options->protect);
	session->read_only = options->read_only;
	session->all_protected = options->all_protected;
	session->clone_life_ms = options->clone_life_ms;
	session->api = api_new(&(struct api_options){.url = options->url,
						     .socket = options->socket,
						     .offline = options->offline,
						     .token = options->token,
						     .ca_file = options->ca_file,
						     .allow_http = options->allow_http,
						     .renews_token = options->token_source != NULL},
			       err);
	if (session->api)
		open_store(session, options, err);
	if (!session->store) {
		session_free(session);
		return NULL;
	}
	session->platform = store_platform_at(session->store, session->address);
	session->renewal = renewal_new(session, options->token_source);
	session->watch = watch_new(session, &session->world, options->only_org);
	session->origins = origins_new(session);
	session_changed(session);
	return session;
}

void
session_free(struct session *session)
{
	if (!session)
		return;
	for (size_t i = 0; i < session->flow_count; i++)
		flow_free(session->flows[i]);
	free(session->flows);
	origins_free(session->origins);
	watch_free(session->watch);
	renewal_free(session->renewal);
	api_free(session->api);
	store_close(session->store);
	for (size_t i = 0; i < session->timer_count; i++)
		free(session->timers[i]);
	free(session->timers);
	world_clear(&session->world);
	for (char **word = session->protect; *word; word++)
		free(*word);
	free(session->protect);
	free(session->platform);
	free(session->address);
	free(session->identity);
	free(session->context);
	free(session->history_problem);
	free(session);
}
