/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "flow/world/notes.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/operations.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/context/session-state.h"
#include "flow/world/world.h"
#include "model/clone-notes.h"
#include "model/json-text.h"
#include "model/json.h"
#include "store/clone-origins.h"
#include "store/settings.h"

#define PENDING "clone-notes"		/* the setting of what is to be told, of no application */
#define AGAIN_MS 3000			/* after the platform could not be told */

struct notes {
	struct session *session;
	json_t *pending;		/* {"ORG/APP/ENV": {NAME: value}} */
	struct api_call *call;		/* NULL: none is under way */
	char *sending;			/* whose, and */
	json_t *sent;			/* what is in it */
	int64_t again_at;		/* steady ms: not before */
};

static char *
name_of(const char *org, const char *app, const char *env)
{
	return xasprintf("%s/%s/%s", org, app, env);
}

/* --- what is to be told --- */

/* What cannot be written down is told all the same, for as long as the program runs. */
static void
save(struct notes *notes)
{
	char *text = json_text(notes->pending, 0);

	if (text)
		(void)!store_put_setting(session_store(notes->session),
					 session_platform(notes->session), "", "", PENDING, text,
					 NULL);
	free(text);
}

static void
load(struct notes *notes)
{
	char *text = store_get_setting(session_store(notes->session),
				       session_platform(notes->session), "", "", PENDING, NULL);
	json_t *pending = text ? json_decode(text, strlen(text), NULL) : NULL;

	free(text);
	if (json_is_object(pending))
		json_object_update_missing(notes->pending, pending);
	json_decref(pending);
}

struct notes *
notes_new(struct session *session)
{
	struct notes *notes = xcalloc(1, sizeof(*notes));

	notes->session = session;
	notes->pending = json_object();
	load(notes);
	return notes;
}

void
notes_free(struct notes *notes)
{
	if (!notes)
		return;
	api_cancel(notes->call);
	free(notes->sending);
	json_decref(notes->sent);
	json_decref(notes->pending);
	free(notes);
}

void
notes_tell(struct session *session, const char *org, const char *app, const char *env,
	   const char *name, json_t *value)
{
	struct notes *notes = session->notes;
	char *key = name_of(org, app, env);
	json_t *of_env = json_object_get(notes->pending, key);

	if (!of_env) {
		of_env = json_object();
		json_object_set_new(notes->pending, key, of_env);
	}
	json_object_set_new(of_env, name, value);
	notes->again_at = 0;
	save(notes);
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

/* --- telling --- */

/* What was said meanwhile stays. */
static void
forget_sent(struct notes *notes)
{
	json_t *of_env = json_object_get(notes->pending, notes->sending), *value;
	const char *name;

	json_object_foreach(notes->sent, name, value)
		if (json_equal(json_object_get(of_env, name), value))
			json_object_del(of_env, name);
	if (json_object_size(of_env) == 0)
		json_object_del(notes->pending, notes->sending);
	save(notes);
}

/* What the platform refuses once it refuses always. */
static bool
is_final(const struct error *err)
{
	return err->kind == ERROR_NONE || err->kind == ERROR_NOT_FOUND ||
	       err->kind == ERROR_INPUT || err->kind == ERROR_ACCESS;
}

static void
told(void *data, const struct api_reply *reply)
{
	struct notes *notes = data;

	notes->call = NULL;
	if (is_final(&reply->error))
		forget_sent(notes);
	else
		notes->again_at = clock_steady_ms() + AGAIN_MS;
	free(notes->sending);
	json_decref(notes->sent);
	notes->sending = NULL;
	notes->sent = NULL;
	session_changed(notes->session);
}

static void
tell_next(struct notes *notes)
{
	void *first = json_object_iter(notes->pending);
	const char *key = json_object_iter_key(first);
	char *org = xstrdup(key), *app = strchr(org, '/'), *env = app ? strchr(app + 1, '/') : NULL;

	if (!env || !json_is_object(json_object_iter_value(first))) {
		json_object_del(notes->pending, key);
		free(org);
		return;
	}
	*app++ = '\0';
	*env++ = '\0';
	notes->sending = xstrdup(key);
	notes->sent = json_copy_deep(json_object_iter_value(first));
	notes->call = api_note_environment(session_api(notes->session), org, app, env, notes->sent,
					   told, notes);
	free(org);
}

/* A platform without them has answered, and will never be told. */
static void
tell(struct notes *notes)
{
	struct session *session = notes->session;

	if (notes->call || json_object_size(notes->pending) == 0 ||
	    clock_steady_ms() < notes->again_at)
		return;
	if (notes_are_shared(session)) {
		tell_next(notes);
	} else if (session_world(session)->answered_at > 0 && session_world(session)->user.raw) {
		json_object_clear(notes->pending);
		save(notes);
	}
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
