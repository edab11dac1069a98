/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is under the board's cursor, and which environments and workloads are in sight, and how sorted. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "flow/arrangement.h"
#include "flow/moments.h"
#include "flow/session.h"
#include "flow/words.h"
#include "flow/world.h"
#include "model/set.h"
#include "ui/view.h"
#include "ui/views/board.h"

const char *
board_env_id(const struct world_environment *e)
{
	return untrusted_raw(&e->environment.id);
}

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

static void
add_modules(struct sight *s, const struct set *set)
{
	const char *name;
	json_t *module;

	json_object_foreach(set_modules(set), name, module) {
		bool known = false;

		for (size_t i = 0; i < s->module_count; i++)
			known = known || strcmp(s->modules[i], name) == 0;
		if (!known && s->module_count < MODULES_MAX)
			s->modules[s->module_count++] = name;
	}
}

static bool
differs(const struct sight *s, const char *module)
{
	for (size_t i = 0; i < s->column_count; i++) {
		enum standing standing = words_standing(s->columns[i], s->baseline, module);

		if (standing != STANDING_BASE && standing != STANDING_SAME && standing != STANDING_NOWHERE)
			return true;
	}
	return false;
}

/* By name, and then those that differ first, each kind in its order. */
static void
sort_modules(struct sight *s, enum arrangement_sort sort)
{
	const char *sorted[MODULES_MAX];
	bool other[MODULES_MAX];
	size_t count = 0;

	qsort(s->modules, s->module_count, sizeof(s->modules[0]), compare_names);
	if (sort != SORT_DIFFERS)
		return;
	for (size_t i = 0; i < s->module_count; i++)
		other[i] = differs(s, s->modules[i]);
	for (int wanted = 1; wanted >= 0; wanted--)
		for (size_t i = 0; i < s->module_count; i++)
			if (other[i] == (wanted == 1))
				sorted[count++] = s->modules[i];
	memcpy(s->modules, sorted, count * sizeof(sorted[0]));
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

static void
choose_columns(struct board_view *b, struct sight *s)
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
	for (size_t i = 0; i < s->column_count; i++)
		if (b->env && strcmp(board_env_id(s->columns[i]), b->env) == 0)
			s->column = i;
	s->env = s->columns[s->column];
}

struct sight
board_look(struct board_view *b, struct ui *ui)
{
	struct sight s = {.world = b->then ? moments_world(b->then) : session_world(ui_session(ui))};

	if (b->org && b->app)
		s.app = world_application(s.world, b->org, b->app);
	if (!s.app || s.app->count == 0)
		return s;
	for (size_t i = 0; i < s.app->count; i++) {
		const struct world_environment *e = &s.app->environments[i];

		if (b->baseline ? strcmp(board_env_id(e), b->baseline) == 0
				: e->is_protected && !s.baseline)
			s.baseline = e;
		if (e->set)
			add_modules(&s, e->set);
	}
	if (!s.baseline)
		s.baseline = &s.app->environments[0];
	choose_columns(b, &s);
	sort_modules(&s, b->arrangement ? arrangement_sort(b->arrangement) : SORT_NAME);
	for (size_t i = 0; i < s.module_count; i++)
		if (b->module && strcmp(s.modules[i], b->module) == 0)
			s.row = i;
	return s;
}
