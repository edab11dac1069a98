/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is under the board's cursor, and which environments and workloads are in sight, and
 * how sorted.
 *
 * Made anew from the world whenever that or the cursor changes.  It points into the world and
 * holds no copy, so it is never older than the last change that the view was told of; what
 * lasts longer, the cursor and the baseline, is known by ids.
 */
#include "config.h"

#include "ui/views/board-model.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/xmalloc.h"
#include "flow/context/arrangement.h"
#include "flow/session.h"
#include "flow/world/moments.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "ui/view.h"
#include "ui/views/board-state.h"

const char *
board_env_id(const struct world_environment *e)
{
	return untrusted_raw(&e->environment.id);
}

/* The copy first: the value may be what is replaced. */
void
board_replace(char **place, const char *value)
{
	char *copy = value ? xstrdup(value) : NULL;

	free(*place);
	*place = copy;
}

/* --- workloads --- */

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of all environments, each once and in order.  How many. */
static size_t
list_modules(struct board_view *b, const struct world_application *app)
{
	size_t room = 0, count = 0, unique = 0;

	for (size_t i = 0; i < app->count; i++)
		room += app->environments[i].set
				? json_object_size(set_modules(app->environments[i].set))
				: 0;
	b->modules = xreallocarray(b->modules, room + 1, sizeof(b->modules[0]));
	for (size_t i = 0; i < app->count; i++) {
		const char *name;
		json_t *module;

		if (app->environments[i].set)
			json_object_foreach(set_modules(app->environments[i].set), name, module)
				b->modules[count++] = name;
	}
	qsort(b->modules, count, sizeof(b->modules[0]), compare_names);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(b->modules[i], b->modules[unique - 1]) != 0)
			b->modules[unique++] = b->modules[i];
	return unique;
}

static bool
differs(const struct board_model *s, const char *module)
{
	for (size_t i = 0; i < s->column_count; i++) {
		enum standing standing = words_standing(s->columns[i], s->baseline, module);

		if (standing != STANDING_BASE && standing != STANDING_SAME &&
		    standing != STANDING_NOWHERE)
			return true;
	}
	return false;
}

/* Those that differ first; both kinds stay in their order. */
static void
sort_modules(struct board_view *b, const struct board_model *s)
{
	const char **same = xcalloc(s->module_count + 1, sizeof(*same));
	size_t count = 0, same_count = 0;

	for (size_t i = 0; i < s->module_count; i++) {
		if (differs(s, b->modules[i]))
			b->modules[count++] = b->modules[i];
		else
			same[same_count++] = b->modules[i];
	}
	memcpy(b->modules + count, same, same_count * sizeof(*same));
	free(same);
}

/* --- columns --- */

/* A hidden one that the cursor was sent to is shown while it is there. */
static bool
is_hidden(const struct board_view *b, const struct world_environment *e)
{
	const char *id = board_env_id(e);

	return b->arrangement && arrangement_is_hidden(b->arrangement, id) &&
	       !(b->env && strcmp(b->env, id) == 0);
}

static bool
is_pinned(const struct board_view *b, const struct world_environment *e)
{
	return b->arrangement && arrangement_is_pinned(b->arrangement, board_env_id(e));
}

/* Where the environment of the cursor has gone: the nearest one that is not protected, rather the
 * one before. */
static size_t
neighbour(const struct board_model *s, size_t at)
{
	size_t last = s->column_count - 1;

	at = at < last ? at : last;
	for (size_t by = 0; by <= last; by++) {
		if (by <= at && !s->columns[at - by]->is_protected)
			return at - by;
		if (at + by <= last && !s->columns[at + by]->is_protected)
			return at + by;
	}
	return at;
}

static void
choose_columns(struct board_view *b, struct board_model *s)
{
	b->columns = xreallocarray(b->columns, s->app->count, sizeof(b->columns[0]));
	for (int pinned = 1; pinned >= 0; pinned--) {
		for (size_t i = 0; i < s->app->count; i++) {
			const struct world_environment *e = &s->app->environments[i];

			if (is_pinned(b, e) != (pinned == 1) || is_hidden(b, e))
				continue;
			s->pinned += pinned == 1;
			b->columns[s->column_count++] = e;
		}
	}
	s->hidden = s->app->count - s->column_count;
	/* Whatever was hidden, something is in sight. */
	if (s->column_count == 0)
		b->columns[s->column_count++] = &s->app->environments[0];
	s->columns = b->columns;
	s->column = b->env ? neighbour(s, b->env_at) : 0;
	for (size_t i = 0; i < s->column_count; i++)
		if (b->env && strcmp(board_env_id(s->columns[i]), b->env) == 0)
			s->column = b->env_at = i;
	s->env = s->columns[s->column];
}

/* list_id of the workloads. */
static void
id_of_workload(const void *data, size_t row, struct buf *out)
{
	(void)buf_puts(out, ((const struct board_view *)data)->model.modules[row]);
}

void
board_init_workloads(struct board_view *b)
{
	list_init(&b->workloads, id_of_workload, b);
	b->workloads.is_suggested = true;	/* the first, until somebody moves */
	b->workloads.is_awaited = true;
}

const struct world_adoption *
board_adoption(const struct board_view *b, const struct board_model *s)
{
	const struct world_organization *o =
		b->org ? world_organization(s->world, b->org)
		       : s->world->count == 1 ? &s->world->organizations[0] : NULL;

	return o && o->adoption.state != ADOPTION_NONE && !b->snapshot ? &o->adoption : NULL;
}

static char *
lasting_words(const struct board_view *b, const struct board_model *s, struct ui *ui)
{
	const struct world_adoption *adoption = board_adoption(b, s);
	const char *problem = session_history_problem(ui_session(ui));

	if (b->snapshot || problem)
		return b->snapshot ? NULL : xstrdup(problem);
	/* The board has what was known before, which is not what was asked for. */
	if (adoption && s->app && adoption_is_unselected(adoption))
		return adoption_nothing(adoption);
	return adoption ? adoption_trouble(adoption, clock_wall_ms()) : NULL;
}

static struct board_model
look(struct board_view *b, struct ui *ui)
{
	struct board_model s = {.world = b->snapshot ? moments_world(b->snapshot)
						     : session_world(ui_session(ui))};

	if (b->org && b->app)
		s.app = world_application(s.world, b->org, b->app);
	free(b->notice);
	free(b->lasting);
	b->lasting = lasting_words(b, &s, ui);
	b->notice = b->snapshot ? NULL : words_of_trouble(s.world, b->org, b->app, clock_wall_ms());
	if (!s.app || s.app->count == 0)
		return s;
	for (size_t i = 0; i < s.app->count; i++) {
		const struct world_environment *e = &s.app->environments[i];

		if (b->baseline ? strcmp(board_env_id(e), b->baseline) == 0
				: e->is_protected && !s.baseline)
			s.baseline = e;
	}
	if (!s.baseline)
		s.baseline = &s.app->environments[0];
	choose_columns(b, &s);
	s.module_count = list_modules(b, s.app);
	s.modules = b->modules;
	if (b->arrangement && arrangement_sort(b->arrangement) == SORT_DIFFERS)
		sort_modules(b, &s);
	return s;
}

const struct board_model *
board_model_update(struct board_view *b, struct ui *ui)
{
	b->model = look(b, ui);
	list_update(&b->workloads, b->model.module_count);
	b->model.row = b->workloads.at;
	return &b->model;
}
