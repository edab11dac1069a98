/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A setting is one JSON object in the history.  Changes count at once and are written a
 * little later: a person who holds a key down must not wait for a disk, nor wear it out.
 *
 * What was there and could not be read is never written over: the arrangement then lives as
 * long as this session, and whoever closes the board is told so.
 */
#include "config.h"

#include "flow/context/arrangement.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "model/json.h"
#include "net/loop.h"
#include "store/settings.h"

#define SETTING "board"
/* No terminal is that wide; a number beyond it is not one that we wrote. */
#define CELL_MAX 200
#define KEEP_MS 500

struct arrangement {
	struct session *session;
	char *org, *app;
	json_t *pinned, *hidden;	/* objects: env: true */
	int cell;
	enum arrangement_sort sort;
	bool is_changed;		/* since it was kept */
	bool is_unread;			/* what is kept is not known, and is not written over */
	struct loop_timer *timer;	/* that keeps it */
	struct error error;		/* of that, until somebody was told */
};

/* What is in the file may be of another version, or of somebody's hand: what does not fit is
 * left. */
static void
read_names(json_t *into, const json_t *names)
{
	size_t i;
	json_t *name;

	json_array_foreach(names, i, name)
		if (json_is_string(name))
			json_object_set_new(into, json_string_value(name), json_true());
}

static void
read_all(struct arrangement *a)
{
	char *text = store_get_setting(session_store(a->session), session_platform(a->session),
				       a->org, a->app, SETTING, &a->error);
	json_t *value = text ? json_decode(text, strlen(text), NULL) : NULL;
	json_int_t cell = json_integer_value(json_object_get(value, "cell"));
	json_int_t sort = json_integer_value(json_object_get(value, "sort"));

	read_names(a->pinned, json_object_get(value, "pinned"));
	read_names(a->hidden, json_object_get(value, "hidden"));
	a->cell = cell > 0 && cell <= CELL_MAX ? (int)cell : 0;
	a->sort = sort > 0 && sort < SORT_COUNT ? (enum arrangement_sort)sort : SORT_NAME;
	a->is_unread = a->error.kind != ERROR_NONE;
	json_decref(value);
	free(text);
}

struct arrangement *
arrangement_open(struct session *session, const char *org, const char *app)
{
	struct arrangement *a = xcalloc(1, sizeof(*a));

	a->session = session;
	a->org = xstrdup(org);
	a->app = xstrdup(app);
	a->pinned = json_object();
	a->hidden = json_object();
	read_all(a);
	return a;
}

bool
arrangement_is_pinned(const struct arrangement *a, const char *env)
{
	return json_object_get(a->pinned, env) != NULL;
}

bool
arrangement_is_hidden(const struct arrangement *a, const char *env)
{
	return json_object_get(a->hidden, env) != NULL;
}

int
arrangement_cell(const struct arrangement *a)
{
	return a->cell;
}

enum arrangement_sort
arrangement_sort(const struct arrangement *a)
{
	return a->sort;
}

/* --- changes --- */

static json_t *
list_names(json_t *names)
{
	json_t *list = json_array(), *value;
	const char *name;

	json_object_foreach(names, name, value)
		json_array_append_new(list, json_string(name));
	return list;
}

/* The timer goes first: a keep that fails is tried again with the next
 * change, not every half second. */
int
arrangement_keep(struct arrangement *a, struct error *err)
{
	json_t *value;
	char *text;
	int ret;

	loop_remove_timer(a->timer);
	a->timer = NULL;
	if (!a->is_changed)
		return 0;
	if (a->is_unread)
		return error_set(err, ERROR_STORE,
				 _("The saved arrangement could not be read, so this one is lost when sidestage ends."));
	value = json_pack("{s:o, s:o, s:i, s:i}", "pinned", list_names(a->pinned), "hidden",
			  list_names(a->hidden), "cell", a->cell, "sort", (int)a->sort);
	text = json_dumps(value, JSON_COMPACT);
	ret = store_put_setting(session_store(a->session), session_platform(a->session), a->org,
				a->app, SETTING, text ? text : "{}", err);
	free(text);
	json_decref(value);
	a->is_changed = ret != 0;
	return ret == 0 ? 0 : error_prefix(err, _("This arrangement is lost when sidestage ends"));
}

/* Nobody waits for this write, so its error is put by until the board
 * asks: arrangement_has_failed(). */
static void
due(void *data)
{
	struct arrangement *a = data;

	a->timer = NULL;
	if (arrangement_keep(a, &a->error) != 0)
		session_changed(a->session);
}

static void
change(struct arrangement *a)
{
	a->is_changed = true;
	loop_remove_timer(a->timer);
	a->timer = loop_add_timer(session_loop(a->session), KEEP_MS, due, a);
}

bool
arrangement_has_failed(struct arrangement *a, struct error *err)
{
	if (a->error.kind == ERROR_NONE)
		return false;
	*err = a->error;
	a->error = (struct error){0};
	return true;
}

void
arrangement_close(struct arrangement *a)
{
	if (!a)
		return;
	/* Whoever could be told of an error asks before: arrangement_keep(). */
	(void)!arrangement_keep(a, NULL);
	json_decref(a->pinned);
	json_decref(a->hidden);
	free(a->org);
	free(a->app);
	free(a);
}

void
arrangement_pin(struct arrangement *a, const char *env, bool pinned)
{
	if (pinned)
		json_object_set_new(a->pinned, env, json_true());
	else
		json_object_del(a->pinned, env);
	change(a);
}

void
arrangement_hide(struct arrangement *a, const char *env)
{
	json_object_set_new(a->hidden, env, json_true());
	change(a);
}

void
arrangement_show_all(struct arrangement *a)
{
	json_object_clear(a->hidden);
	change(a);
}

void
arrangement_set_cell(struct arrangement *a, int columns)
{
	a->cell = columns > CELL_MAX ? CELL_MAX : columns;
	change(a);
}

void
arrangement_set_sort(struct arrangement *a, enum arrangement_sort sort)
{
	a->sort = sort;
	change(a);
}
