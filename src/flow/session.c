/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The session: it owns everything that the client has of one platform, and the one loop.  A
 * turn of it is a turn of the loop (network, descriptors of the caller, timers), then what
 * follows from it, and then the answer whether anything has changed.
 *
 * Everything runs on this one thread.  Callbacks change the world and note that they did;
 * nothing is drawn and nothing is judged from inside them, so whoever draws sees a world
 * between two turns, never one in the middle of an answer.
 */
#include "config.h"

#include "flow/session.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/keeper.h"
#include "flow/context/poll.h"
#include "flow/context/protection.h"
#include "flow/context/renewal.h"
#include "flow/context/session-state.h"
#include "flow/verbs/flows.h"
#include "flow/world/adoption.h"
#include "flow/world/notes.h"
#include "flow/world/origins.h"
#include "flow/world/watch-questions.h"
#include "flow/world/watch.h"
#include "flow/world/world.h"
#include "net/loop.h"
#include "net/url.h"
#include "store/platforms.h"
#include "store/store.h"

#define SILENT_MS 1500			/* a request that waits so long without a byte is told */

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

/* A change that is not told yet must not wait for the next packet. */
static int64_t
turn_wait(const struct session *session, int timeout_ms)
{
	const int64_t silence = silence_due(session);

	if (session->changed)
		return 0;
	return silence >= 0 && (timeout_ms < 0 || silence < timeout_ms) ? silence : timeout_ms;
}

static void
on_input(void *data, uint32_t events)
{
	struct input *input = data;

	(void)events;
	input->ready = true;
}

static bool
is_among(int fd, const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fds[i] == fd)
			return true;
	return false;
}

static struct input *
find_input(struct session *session, int fd)
{
	for (size_t i = 0; i < session->input_count; i++)
		if (session->inputs[i].fd == fd)
			return &session->inputs[i];
	return NULL;
}

static void
watch_input(const struct session *session, struct input *input)
{
	input->watch = loop_add_fd(session->loop, input->fd, EPOLLIN, on_input, input);
}

/* Those of the turn before are mostly those of this one, so only what differs is
 * told to epoll.  The loop keeps the address of each input, hence the last one is
 * watched anew when it moves into a gap. */
static void
listen_to(struct session *session, const int *fds, size_t count)
{
	assert(count <= TURN_FDS_MAX);
	for (size_t i = session->input_count; i-- > 0;) {
		struct input *input = &session->inputs[i], *last;

		input->ready = false;
		if (is_among(input->fd, fds, count))
			continue;
		loop_remove_fd(input->watch);
		last = &session->inputs[--session->input_count];
		if (input == last)
			continue;
		loop_remove_fd(last->watch);
		input->fd = last->fd;
		watch_input(session, input);
	}
	for (size_t i = 0; i < count; i++) {
		struct input *input = &session->inputs[session->input_count];

		if (find_input(session, fds[i]))
			continue;
		session->input_count++;
		*input = (struct input){.fd = fds[i]};
		watch_input(session, input);
	}
}

/* What was written under the address alone belongs to it from now on.  When that cannot be
 * written it goes on under the name that it had, and the next start tries again. */
static void
note_identity(struct session *session)
{
	const char *identity = api_platform_id(session->api);
	bool is_other;
	char *key;

	if (!*identity || (session->identity && strcmp(session->identity, identity) == 0))
		return;
	free(session->identity);
	session->identity = xstrdup(identity);
	key = store_platform_seen(session->store, session->address, identity, NULL);
	if (!key)
		return;
	is_other = strcmp(key, session->platform) != 0;
	free(session->platform);
	session->platform = key;
	/* What was found out under the address is looked for under the name that it has now. */
	if (is_other) {
		protection_load(session);
		notes_load(session->notes);
		session_look_again(session);
	}
}

/* The order matters: renewal before the next questions go out, the identity
 * before anything is written under it, and the origins last, since they look at
 * the world that this turn has made. */
bool
session_turn(struct session *session, const int *fds, bool *ready, size_t count, int timeout_ms)
{
	int64_t silent;
	bool changed;
	int ret;

	listen_to(session, fds, count);
	ret = loop_turn(session->loop, turn_wait(session, timeout_ms), NULL);
	assert(ret == 0);		/* only a descriptor of the loop itself could be wrong */
	(void)ret;
	for (size_t i = 0; i < count; i++)
		ready[i] = find_input(session, fds[i])->ready;
	renewal_turn(session->renewal);
	note_identity(session);
	silent = api_silence_ms(session->api);
	watch_note_silence(session->watch, silent >= SILENT_MS ? silent : 0);
	if (session->changed)
		origins_update(session->origins);
	notes_update(session->notes, session->changed);
	changed = session->changed;
	session->changed = false;
	return changed;
}

/* --- what it knows --- */

/* Origins at once: what the cache has of the application may be enough to know its clones. */
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

bool
session_is_attended(const struct session *session)
{
	return watch_is_attended(session->watch);
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

/* --- beginning and end --- */

static void
look_again(struct session *session)
{
	if (session->watch)		/* not yet, while it is made */
		watch_look_again(session->watch);
}

static void
refresh(struct session *session)
{
	renewal_refresh(session->renewal);
	watch_refresh(session->watch);
	poll_ask_all(session);
}

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
	session->store = store_open_without_history(options->history_path, options->cache_path,
						    &why, err);
	session->history_problem = xasprintf(
		_("Nothing can be journaled, so nothing can be changed: %s.  Repair that file, or "
		  "move it away to begin a new history."),
		why.text);
}

static json_t *
asked_protection(const struct session_options *options)
{
	json_t *asked = json_object();

	for (const char *const *env = options->waive; env && *env; env++)
		json_object_set_new(asked, *env, json_true());
	for (const char *const *env = options->protect_again; env && *env; env++)
		json_object_set_new(asked, *env, json_false());
	if (json_object_size(asked) > 0)
		return asked;
	json_decref(asked);
	return NULL;
}

static const struct world_adoption *
find_adoption(const struct world *world)
{
	for (size_t i = 0; i < world->count; i++)
		if (world->organizations[i].adoption.state != ADOPTION_NONE)
			return &world->organizations[i].adoption;
	return NULL;
}

static int
check_asked(const json_t *asked, const struct world_adoption *adoption, struct error *err)
{
	const char *env;
	json_t *ignored;

	json_object_foreach((json_t *)(uintptr_t)asked, env, ignored) {
		(void)ignored;
		if (adoption_check_shown(adoption, env, clock_wall_ms(), err) != 0)
			return -1;
	}
	return 0;
}

int
session_protect_as_asked(struct session *session, struct error *err)
{
	json_t *asked = session->asked, *waive;
	const struct world_adoption *adoption;
	struct error why = {0};
	const char *env;

	/* What the cache knows is of another reading. */
	if (!asked || !session_settled(session, NULL, NULL, NEED_APPLICATIONS, 0))
		return 0;
	adoption = find_adoption(session->world);
	if (!adoption || (check_asked(asked, adoption, &why) != 0 &&
			  adoption->state != ADOPTION_DONE))
		return 0;
	session->asked = NULL;
	json_object_foreach(asked, env, waive)
		if (why.kind == ERROR_NONE)
			(void)!protection_waive(session, env, json_is_true(waive), &why);
	json_decref(asked);
	if (why.kind == ERROR_NONE)
		return 0;
	*err = why;
	return -1;
}

/* In the order of need; whatever fails, session_free() takes what is there so far. */
struct session *
session_new(const struct session_options *options, struct error *err)
{
	struct session *session = xcalloc(1, sizeof(*session));

	session->world = xcalloc(1, sizeof(*session->world));
	world_init(session->world);
	session->world->is_remote = !options->socket && !url_is_loopback(options->url);
	session->look_again = look_again;
	session->refresh = refresh;
	session->context = xstrdup(options->context ? options->context : "");
	session->remark = xstrdup(options->remark ? options->remark : "");
	session->address = platform_name(options);
	session->protect = copy_words(options->protect);
	session->read_only = options->read_only;
	session->all_protected = options->all_protected;
	session->clone_ttl_ms = options->clone_ttl_ms;
	session->loop = loop_new(err);
	if (session->loop)
		session->api = api_new(session->loop, &(struct api_options){.url = options->url,
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
	session->platform = store_platform_at(session->store, session->address, err);
	if (!session->platform) {
		session_free(session);
		return NULL;
	}
	protection_load(session);
	session->asked = asked_protection(options);
	session->renewal = renewal_new(session, options->token_source);
	session->watch = watch_new(session, session->world, options->only_org);
	session->origins = origins_new(session);
	session->notes = notes_new(session);
	session->keeper = keeper_new(session, options->keeper);
	session_changed(session);
	return session;
}

/* Who asks goes before who is asked: a flow, the watch and the renewal cancel their calls in
 * the api, and all of them have timers in the loop. */
void
session_free(struct session *session)
{
	if (!session)
		return;
	session_free_flows(session);
	notes_free(session->notes);
	keeper_free(session->keeper);
	origins_free(session->origins);
	watch_free(session->watch);
	renewal_free(session->renewal);
	api_free(session->api);
	store_close(session->store);
	loop_free(session->loop);
	world_clear(session->world);
	free(session->world);
	json_decref(session->waived);
	json_decref(session->asked);
	for (char **word = session->protect; *word; word++)
		free(*word);
	free(session->protect);
	free(session->platform);
	free(session->address);
	free(session->identity);
	free(session->context);
	free(session->remark);
	free(session->history_problem);
	free(session);
}
