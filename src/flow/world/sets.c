/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "flow/world/sets.h"

#include "flow/context/context.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "store/cache.h"

/* Borrowed: any set of the application, production's rather than another, since what it was
 * cloned to is like it; NULL: none is known yet. */
static const struct set *
known_set(struct session *session, const char *org, const char *app)
{
	const struct world_application *application =
		world_application(session_world(session), org, app);
	const struct set *known = NULL;

	for (size_t i = 0; application && i < application->count; i++) {
		const struct world_environment *e = &application->environments[i];

		if (e->set && (!known || e->is_protected))
			known = e->set;
	}
	return known;
}

struct set *
sets_cached(struct session *session, const char *org, const char *app, const char *id)
{
	const struct set *like = known_set(session, org, app);
	json_t *body = store_get_set(session_store(session), session_address(session), org, app, id,
				     like ? set_content(like) : NULL);

	return body ? set_take(body, NULL) : NULL;
}

struct set *
sets_decode(struct session *session, const char *org, const char *app, const json_t *body,
	    struct error *err)
{
	return set_decode_like(body, known_set(session, org, app), err);
}
