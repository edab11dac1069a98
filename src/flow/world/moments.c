/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From the world to moments, and back.
 *
 * A moment is one environment as it was; only what differs from the last one is written, so a
 * day in which nothing happens costs nothing.  The board of a time is put together from the
 * newest moment of each environment before it, as a world of its own, which the views draw
 * like any other.
 *
 * Sets are not copied: a moment names them, and they are in the store for ever.  Values and
 * runtime of the past are not known.
 */
#include "config.h"

#include "flow/world/moments.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/world/learn.h"
#include "flow/world/sets.h"
#include "flow/world/watch.h"
#include "flow/world/words.h"
#include "model/set.h"
#include "store/moments.h"

#define FRESH_MS 60000	/* what the cache tells of a board is not what stands now */
#define LOOKS_MAX (1024u * 1024)

struct moments {
	struct session *session;
	char *org, *app;
	int64_t at;
	struct world world;
};

/* --- remembering ------------------------------------------------------------------------ */

/* The store takes no text from it but by copy. */
static char *
lend(const char *text)
{
	return (char *)(uintptr_t)(text ? text : "");
}

static struct board_moment
moment_of(const struct world_environment *e, int64_t at)
{
	const struct deployment *last = &e->environment.last_deploy;

	return (struct board_moment){
		.env = lend(e->environment.id.raw), .name = lend(e->environment.name.raw),
		.type = lend(e->environment.type.raw), .origin = lend(e->clone_of),
		.deployment_id = lend(e->running.id.raw),
		.set_id = lend(e->running.id.raw ? e->running.set_id.raw : e->clone_set_id),
		.status = lend(last->id.raw ? deployment_status_word(last->status) : ""), .at = at,
	};
}

static bool
same_moment(const struct board_moment *a, const struct board_moment *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->type, b->type) == 0 &&
	       strcmp(a->origin, b->origin) == 0 && strcmp(a->set_id, b->set_id) == 0 &&
	       strcmp(a->deployment_id, b->deployment_id) == 0 &&
	       strcmp(a->status, b->status) == 0;
}

static const struct board_moment *
find_moment(const struct moment_list *list, const char *env)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].env, env) == 0)
			return &list->items[i];
	return NULL;
}

/* Those of the application that differ from what is known, and those that are gone. */
static size_t
differing(const struct world_application *application, const struct moment_list *known, int64_t now,
	  struct board_moment *out)
{
	size_t count = 0;

	for (size_t i = 0; i < application->count; i++) {
		const struct world_environment *e = &application->environments[i];
		struct board_moment is = moment_of(e, now);
		const struct board_moment *was = find_moment(known, is.env);

		/* What runs is being asked for: it is not that nothing does. */
		if (was && *was->deployment_id && !*is.deployment_id)
			continue;
		if (!was || !same_moment(was, &is))
			out[count++] = is;
	}
	for (size_t i = 0; i < known->count; i++) {
		bool there = false;

		for (size_t k = 0; k < application->count && !there; k++)
			there = untrusted_is(&application->environments[k].environment.id,
					     known->items[i].env);
		if (there)
			continue;
		out[count] = known->items[i];
		out[count].status = lend(MOMENT_GONE);
		out[count++].at = now;
	}
	return count;
}

/* Only what was read just now: a board from the cache would be written down as of today. */
void
moments_note(struct session *session, const char *org, const char *app)
{
	const struct world_application *application =
		world_application(session_world(session), org, app);
	int64_t now = clock_wall_ms();
	struct moment_list known;
	struct board_moment *out;
	size_t count;

	if (!application || application->known.state != KNOWLEDGE_KNOWN ||
	    now - application->known.at > FRESH_MS ||
	    store_moments_at(session_store(session), session_platform(session), org, app, INT64_MAX,
			     &known, NULL) != 0)
		return;
	out = xcalloc(application->count + known.count + 1, sizeof(*out));
	count = differing(application, &known, now, out);
	if (count > 0 && store_put_moments(session_store(session), session_platform(session), org,
					   app, out, count, NULL) != 0)
		count = 0;	/* the next change tries again */
	free(out);
	moment_list_clear(&known);
}

/* --- a world of it ---------------------------------------------------------------------- */

static void
take_environment(const struct moments *m, struct world_environment *e,
		 const struct board_moment *moment)
{
	e->is_past = true;
	untrusted_init(&e->environment.id, moment->env);
	untrusted_init(&e->environment.name, moment->name);
	untrusted_init(&e->environment.type, moment->type);
	if (*moment->deployment_id) {
		untrusted_init(&e->running.id, moment->deployment_id);
		untrusted_init(&e->running.set_id, moment->set_id);
		e->running.created_at = moment->at;
		e->running.status = DEPLOYMENT_SUCCEEDED;
	}
	if (*moment->status) {
		struct deployment *last = &e->environment.last_deploy;

		untrusted_init(&last->id, moment->deployment_id);
		untrusted_init(&last->set_id, moment->set_id);
		last->created_at = moment->at;
		last->status = deployment_status_of(moment->status);
		deployment_copy(&e->environment.from_deploy, last);
	}
	if (*moment->origin)
		e->clone_of = xstrdup(moment->origin);
	e->is_protected = session_is_protected(m->session, moment->env, moment->type);
	if (*moment->set_id)
		e->set = sets_cached(m->session, m->org, m->app, moment->set_id);
}

/* The world as it was at that time in place of the one there is.  -1: as it was before. */
static int
load(struct moments *m, int64_t at, struct error *err)
{
	struct world_organization *organization;
	struct world_application *application;
	struct moment_list list;

	if (store_moments_at(session_store(m->session), session_platform(m->session), m->org,
			     m->app, at, &list, err) != 0)
		return -1;
	if (list.count == 0)
		return error_set(err, ERROR_NOT_FOUND,
				 _("No snapshot of the board of %s is that old. Choose a later time."),
				 m->app);
	world_clear(&m->world);
	m->world.link = WORLD_ONLINE;
	m->world.count = 1;
	organization = m->world.organizations = xcalloc(1, sizeof(*organization));
	untrusted_init(&organization->organization.id, m->org);
	organization->count = 1;
	application = organization->applications = xcalloc(1, sizeof(*application));
	untrusted_init(&application->application.id, m->app);
	application->count = list.count;
	application->environments = xcalloc(list.count, sizeof(*application->environments));
	for (size_t i = 0; i < list.count; i++)
		take_environment(m, &application->environments[i], &list.items[i]);
	world_sort_environments(application);
	moment_list_clear(&list);
	m->at = at;
	return 0;
}

struct moments *
moments_open(struct session *session, const char *org, const char *app, int64_t at,
	     struct error *err)
{
	struct moments *m = xcalloc(1, sizeof(*m));

	m->session = session;
	m->org = xstrdup(org);
	m->app = xstrdup(app);
	world_init(&m->world);
	if (load(m, at, err) == 0)
		return m;
	moments_close(m);
	return NULL;
}

/* The one before the newest, since the newest is what stands on the board anyway. */
struct moments *
moments_open_last(struct session *session, const char *org, const char *app, struct error *err)
{
	struct store *store = session_store(session);
	const char *url = session_platform(session);
	int64_t last = store_moment_before(store, url, org, app, INT64_MAX, err);
	int64_t before = last > 0 ? store_moment_before(store, url, org, app, last, err) : last;

	if (before > 0)
		return moments_open(session, org, app, before, err);
	if (before < 0)
		return NULL;
	error_set(err, ERROR_NOT_FOUND, _("This is the only snapshot of the board of %s."), app);
	return NULL;
}

void
moments_close(struct moments *moments)
{
	if (!moments)
		return;
	world_clear(&moments->world);
	free(moments->org);
	free(moments->app);
	free(moments);
}

const struct world *
moments_world(const struct moments *moments)
{
	return &moments->world;
}

int64_t
moments_at(const struct moments *moments)
{
	return moments->at;
}

/* What of a moment can be seen on the board, as text. */
static void
add_looks(struct buf *out, const struct moments *m)
{
	const struct world *world = moments_world(m);
	const struct world_application *app = world->count && world->organizations[0].count
						      ? &world->organizations[0].applications[0]
						      : NULL;

	for (size_t i = 0; app && i < app->count; i++) {
		const struct world_environment *e = &app->environments[i];

		(void)buf_printf(out, "%s %s %s\n", untrusted_raw(&e->environment.id),
				 e->set ? set_id(e->set) : "?", words_of_environment(e).text);
	}
}

static int
step(struct moments *m, int by, struct error *err)
{
	int64_t to = (by < 0 ? store_moment_before : store_moment_after)(
		session_store(m->session), session_platform(m->session), m->org, m->app, m->at,
		err);

	if (to > 0)
		return load(m, to, err);
	if (to < 0)
		return -1;
	return error_set(err, ERROR_NOT_FOUND, by < 0 ? _("This is the oldest snapshot.")
						      : _("This is the newest snapshot."));
}

/* Snapshots that look the same are passed over: a step must change the picture. */
int
moments_step(struct moments *m, int by, struct error *err)
{
	struct buf before, after;
	bool differs = false;

	buf_init(&before, LOOKS_MAX);
	buf_init(&after, LOOKS_MAX);
	add_looks(&before, m);
	while (!differs && step(m, by, err) == 0) {
		buf_truncate(&after, 0);
		add_looks(&after, m);
		differs = strcmp(buf_str(&before), buf_str(&after)) != 0;
	}
	buf_clear(&before);
	buf_clear(&after);
	return differs ? 0 : -1;
}
