/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A queue that survives the program.  A note is a setting of the history first, and that goes only
 * when the platform has taken it, or never will; so a crash tells it twice and never loses it.  One
 * request is under way at a time, with all that waits of one clone.  What is written meanwhile,
 * here or by another program, differs from what was sent, and therefore stays in the queue.  What
 * another program has told, or replaced, is not told once more: it is looked for in the history
 * before each request.
 */
#include "config.h"

#include "flow/world/notes.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/operations.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/context/session-state.h"
#include "flow/world/watch.h"
#include "flow/world/world.h"
#include "model/clone-notes.h"
#include "model/json-text.h"
#include "model/json.h"
#include "store/clone-origins.h"
#include "store/settings.h"

#define PREFIX "clone-note/"		/* settings of the application: PREFIX ENV "/" NAME */
#define PENDING_MAX 1000		/* read in one go; more wait for the next start */
#define AGAIN_MS 3000			/* after the platform could not be told */
#define REFUSED_AGAIN_MS 30000		/* after it refused the token */

struct notes {
	struct session *session;
	json_t *pending;		/* {"ORG/APP/ENV": {NAME: value}} */
	struct api_call *call;		/* NULL: none is under way */
	char *sending;			/* whose, and */
	json_t *sent;			/* what is in it */
	json_t *unsaved;		/* {org/app/env/NAME: true}: could not be written down */
	int64_t again_at;		/* steady ms: not before */
	char *refused;			/* whose was refused last; NULL: none, or it was shown */
	struct error error;		/* why */
	bool was_refused;		/* the token, and that was said */
};

static char *
name_of(const char *org, const char *app, const char *env)
{
	return xasprintf("%s/%s/%s", org, app, env);
}

/* What name_of() made, taken apart: *org is to be freed, and the others are parts of it. */
static bool
split_name(const char *name, char **org, char **app, char **env)
{
	*org = xstrdup(name);
	*app = strchr(*org, '/');
	*env = *app ? strchr(*app + 1, '/') : NULL;
	if (!*env)
		return false;
	*(*app)++ = '\0';
	*(*env)++ = '\0';
	return true;
}

/* --- what is to be told: each by itself, since other programs write theirs beside it --- */

static void
add_pending(struct notes *notes, const char *of, const char *name, json_t *value)
{
	json_t *of_env = json_object_get(notes->pending, of);

	if (!of_env) {
		of_env = json_object();
		json_object_set_new(notes->pending, of, of_env);
	}
	json_object_set_new(of_env, name, value);
}

/* What cannot be written down is told all the same, for as long as the program runs. */
static void
save(struct notes *notes, const char *org, const char *app, const char *env, const char *name,
     const json_t *value)
{
	char *setting = xasprintf(PREFIX "%s/%s", env, name), *text = json_text(value, 0);
	char *whole = xasprintf("%s/%s/%s/%s", org, app, env, name);

	if (text && store_put_setting(session_store(notes->session),
				      session_platform(notes->session), org, app, setting, text,
				      NULL) == 0)
		json_object_del(notes->unsaved, whole);
	else
		json_object_set_new(notes->unsaved, whole, json_true());
	free(whole);
	free(text);
	free(setting);
}

/* As it is written down now. */
static void
read_one_again(struct notes *notes, const char *of, const char *name)
{
	json_t *of_env = json_object_get(notes->pending, of), *now;
	char *setting, *text, *org, *app, *env, *whole = xasprintf("%s/%s", of, name);
	struct error err = {0};

	if (split_name(of, &org, &app, &env) && !json_object_get(notes->unsaved, whole)) {
		setting = xasprintf(PREFIX "%s/%s", env, name);
		text = store_get_setting(session_store(notes->session),
					 session_platform(notes->session), org, app, setting, &err);
		now = text ? json_decode(text, strlen(text), NULL) : NULL;
		if (now)
			json_object_set_new(of_env, name, now);
		else if (!text && err.kind == ERROR_NONE)
			json_object_del(of_env, name);
		free(text);
		free(setting);
	}
	free(whole);
	free(org);
}

/* true: something of it is still to be told. */
static bool
read_again(struct notes *notes, const char *of)
{
	json_t *of_env = json_object_get(notes->pending, of), *value;
	const char *name;
	void *next;

	json_object_foreach_safe(of_env, next, name, value)
		read_one_again(notes, of, name);
	if (json_object_size(of_env) > 0)
		return true;
	json_object_del(notes->pending, of);
	return false;
}

/* Not what another program has written in its place meanwhile. */
static void
forget(struct notes *notes, const char *of, const char *name, const json_t *value)
{
	char *setting, *text = json_text(value, 0), *org, *app, *env;

	if (split_name(of, &org, &app, &env) && text) {
		setting = xasprintf(PREFIX "%s/%s", env, name);
		(void)!store_drop_setting(session_store(notes->session),
					  session_platform(notes->session), org, app, setting,
					  text, NULL);
		free(setting);
	}
	free(org);
	free(text);
}

static void
load_one(void *data, const char *org, const char *app, const char *setting, const char *text)
{
	struct notes *notes = data;
	char *env = xstrdup(setting + strlen(PREFIX)), *name = strchr(env, '/'), *of;
	json_t *value = json_decode(text, strlen(text), NULL);

	if (name && value && json_object_size(notes->pending) < PENDING_MAX) {
		*name++ = '\0';
		of = name_of(org, app, env);
		add_pending(notes, of, name, json_incref(value));
		free(of);
	}
	json_decref(value);
	free(env);
}

static void
forget_call(struct notes *notes)
{
	free(notes->sending);
	json_decref(notes->sent);
	notes->call = NULL;
	notes->sending = NULL;
	notes->sent = NULL;
}

void
notes_load(struct notes *notes)
{
	api_cancel(notes->call);
	forget_call(notes);
	notes->again_at = 0;
	json_object_clear(notes->pending);
	json_object_clear(notes->unsaved);
	(void)!store_each_setting(session_store(notes->session), session_platform(notes->session),
				  PREFIX, PENDING_MAX, load_one, notes, NULL);
}

struct notes *
notes_new(struct session *session)
{
	struct notes *notes = xcalloc(1, sizeof(*notes));

	notes->session = session;
	notes->pending = json_object();
	notes->unsaved = json_object();
	notes_load(notes);
	return notes;
}

void
notes_free(struct notes *notes)
{
	if (!notes)
		return;
	api_cancel(notes->call);
	forget_call(notes);
	json_decref(notes->pending);
	json_decref(notes->unsaved);
	free(notes->refused);
	free(notes);
}

void
notes_tell(struct session *session, const char *org, const char *app, const char *env,
	   const char *name, json_t *value)
{
	struct notes *notes = session->notes;
	char *key = name_of(org, app, env);

	save(notes, org, app, env, name, value);
	add_pending(notes, key, name, value);
	notes->was_refused = false;
	notes->again_at = 0;
	session_changed(session);
	free(key);
}

void
notes_tell_expiry(struct session *session, const char *org, const char *app, const char *env,
		  int64_t expires_at)
{
	char at[CLOCK_STAMP_SIZE] = CLONE_NOTE_NEVER;

	if (expires_at)
		clock_stamp(at, expires_at);
	notes_tell(session, org, app, env, "expires_at", json_string(at));
}

bool
notes_are_shared(struct session *session)
{
	return api_has_extension(session_api(session), EXTENSION_CLONE_NOTES);
}

bool
notes_are_told(const struct session *session)
{
	return json_object_size(session->notes->pending) == 0;
}

bool
notes_take_error(struct session *session, const char *org, const char *app, const char *env,
		 struct error *out)
{
	struct notes *notes = session->notes;
	char *of = org ? name_of(org, app, env) : NULL;
	const bool is_it = notes->refused && (!of || strcmp(notes->refused, of) == 0);

	free(of);
	if (!is_it)
		return false;
	*out = notes->error;
	free(notes->refused);
	notes->refused = NULL;
	return true;
}

/* --- telling --- */

/* What was said meanwhile stays. */
static void
forget_sent(struct notes *notes)
{
	json_t *of_env = json_object_get(notes->pending, notes->sending), *value;
	const char *name;

	json_object_foreach(notes->sent, name, value) {
		forget(notes, notes->sending, name, value);
		if (json_equal(json_object_get(of_env, name), value))
			json_object_del(of_env, name);
	}
	if (json_object_size(of_env) == 0)
		json_object_del(notes->pending, notes->sending);
}

/* What the platform refuses once it refuses always; a token is renewed. */
static bool
is_final(const struct api_reply *reply)
{
	const enum error_kind kind = reply->error.kind;

	return kind == ERROR_NOT_FOUND || kind == ERROR_INPUT ||
	       (kind == ERROR_ACCESS && reply->status != 401);
}

/* What is there was said by whoever stands behind the address now: it is asked again when the
 * session knows who that is. */
static bool
is_another_platform(const struct session *session)
{
	const char *now = api_platform_id(session->api);

	return *now && (!session->identity || strcmp(session->identity, now) != 0);
}

/* What the world had before is not what others say now. */
static void
take_answer(struct notes *notes, const json_t *environment)
{
	json_t *now = json_object_get(environment, "notes");
	char *org, *app, *env;

	if (split_name(notes->sending, &org, &app, &env))
		watch_take_notes(notes->session->watch, org, app, env,
				 json_is_object(now) ? now : NULL);
	free(org);
}

static void
keep_error(struct notes *notes, const struct error *err, bool is_kept)
{
	free(notes->refused);
	notes->refused = xstrdup(notes->sending);
	notes->error = *err;
	error_prefix(&notes->error, is_kept ? _("Recorded here, but not sent to the platform yet")
					    : _("Recorded here, but other people do not see it"));
}

static void
not_told(struct notes *notes, const struct api_reply *reply)
{
	const bool is_token = reply->status == 401;

	if (is_final(reply)) {
		keep_error(notes, &reply->error, false);
		forget_sent(notes);
		return;
	}
	notes->again_at = clock_steady_ms() + (is_token ? REFUSED_AGAIN_MS : AGAIN_MS);
	if (is_token && !notes->was_refused)
		keep_error(notes, &reply->error, true);
	notes->was_refused |= is_token;
}

static void
told(void *data, const struct api_reply *reply)
{
	struct notes *notes = data;

	if (is_another_platform(notes->session)) {
		notes->again_at = 0;
	} else if (reply->error.kind == ERROR_NONE) {
		notes->was_refused = false;
		take_answer(notes, reply->body);
		forget_sent(notes);
	} else {
		not_told(notes, reply);
	}
	forget_call(notes);
	session_changed(notes->session);
}

static void
tell_next(struct notes *notes)
{
	char *of = xstrdup(json_object_iter_key(json_object_iter(notes->pending)));
	char *org, *app, *env;

	if (!read_again(notes, of)) {
		free(of);
		session_changed(notes->session);
		return;
	}
	notes->sending = of;
	notes->sent = json_copy_deep(json_object_get(notes->pending, of));
	if (split_name(of, &org, &app, &env))
		notes->call = api_note_environment(session_api(notes->session), org, app, env,
						   notes->sent, told, notes);
	free(org);
}

/* A platform without them will never be told. */
static void
forget_all(struct notes *notes)
{
	const char *of, *name;
	json_t *of_env, *value;

	json_object_foreach(notes->pending, of, of_env)
		json_object_foreach(of_env, name, value)
			forget(notes, of, name, value);
	json_object_clear(notes->pending);
}

/* Only a good answer says that a platform has none: an error may come from a gateway. */
static void
tell(struct notes *notes)
{
	struct session *session = notes->session;

	if (notes->call || json_object_size(notes->pending) == 0 ||
	    clock_steady_ms() < notes->again_at)
		return;
	if (notes_are_shared(session))
		tell_next(notes);
	else if (api_has_answered(session_api(session)))
		forget_all(notes);
}

/* --- what others say --- */

const json_t *
notes_of(struct session *session, const char *org, const char *app,
	 const struct world_environment *environment, const char *name)
{
	char *key = name_of(org, app, untrusted_raw(&environment->environment.id));
	const json_t *waiting = json_object_get(session->notes->pending, key);

	free(key);
	if (json_object_get(waiting, name))
		return NULL;
	return json_object_get(environment->environment.notes, name);
}

/* The end of a clone that is known here becomes what they say. */
static void
take_expiry(struct notes *notes, const char *org, const char *app,
	    const struct world_environment *e)
{
	struct session *session = notes->session;
	const char *env = untrusted_raw(&e->environment.id);
	struct clone_origin origin = {0};
	int64_t expires_at;

	if (!e->clone_of || !notes_of(session, org, app, e, "expires_at") ||
	    !clone_notes_expiry(e->environment.notes, &expires_at) ||
	    expires_at == e->clone_expires_at ||
	    store_clone_origin(session_store(session), session_platform(session), org, app, env,
			       &origin, NULL) != 0)
		return;
	if (origin.expires_at != expires_at) {
		origin.expires_at = expires_at;
		if (store_put_clone_origin(session_store(session), session_platform(session), org,
					   app, env, &origin, NULL) == 0)
			session_look_again(session);
	}
	clone_origin_clear(&origin);
}

static void
take_application(struct notes *notes, const char *org, const struct world_application *a)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->environments[i].environment.notes)
			take_expiry(notes, org, untrusted_raw(&a->application.id),
				    &a->environments[i]);
}

static void
take_all(struct notes *notes)
{
	const struct world *world = session_world(notes->session);

	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		for (size_t k = 0; k < o->count; k++)
			take_application(notes, untrusted_raw(&o->organization.id),
					 &o->applications[k]);
	}
}

void
notes_update(struct notes *notes, bool is_changed)
{
	tell(notes);
	if (is_changed)
		take_all(notes);
}
