/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "flow/arrangement.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "model/json.h"
#include "store/store.h"

#define SETTING "board"
#define CELL_MAX 200

struct arrangement {
	struct session *session;
	char *org, *app;
	json_t *pinned, *hidden;	/* objects: env: true */
	int cell;
	enum arrangement_sort sort;
};

/* What is in the file may be of another version, or of somebody's hand: what does not fit is left. */
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
	struct error err = {0};
	char *text = store_get_setting(session_store(a->session), session_platform(a->session), a->org,
				       a->app, SETTING, &err);
	json_t *value = text ? json_decode(text, strlen(text), NULL) : NULL;
	json_int_t cell = json_integer_value(json_object_get(value, "cell"));
	json_int_t sort = json_integer_value(json_object_get(value, "sort"));

	read_names(a->pinned, json_object_get(value, "pinned"));
	read_names(a->hidden, json_object_get(value, "hidden"));
	a->cell = cell > 0 && cell <= CELL_MAX ? (int)cell : 0;
	a->sort = sort > 0 && sort < SORT_COUNT ? (enum arrangement_sort)sort : SORT_NAME;
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

void
arrangement_close(struct arrangement *a)
{
	if (!a)
		return;
	json_decref(a->pinned);
	json_decref(a->hidden);
	free(a->org);
	free(a->app);
	free(a);
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

static int
keep(struct arrangement *a, struct error *err)
{
	json_t *value = json_pack("{s:o, s:o, s:i, s:i}", "pinned", list_names(a->pinned), "hidden",
				  list_names(a->hidden), "cell", a->cell, "sort", (int)a->sort);
	char *text = json_dumps(value, JSON_COMPACT);
	int ret = store_put_setting(session_store(a->session), session_platform(a->session), a->org,
				    a->app, SETTING, text ? text : "{}", err);

	free(text);
	json_decref(value);
	return ret == 0 ? 0 : error_prefix(err, _("this arrangement is forgotten at the end"));
}

int
arrangement_pin(struct arrangement *a, const char *env, bool pinned, struct error *err)
{
	if (pinned)
		json_object_set_new(a->pinned, env, json_true());
	else
		json_object_del(a->pinned, env);
	return keep(a, err);
}

int
arrangement_hide(struct arrangement *a, const char *env, struct error *err)
{
	json_object_set_new(a->hidden, env, json_true());
	return keep(a, err);
}

int
arrangement_show_all(struct arrangement *a, struct error *err)
{
	json_object_clear(a->hidden);
	return keep(a, err);
}

int
arrangement_set_cell(struct arrangement *a, int columns, struct error *err)
{
	a->cell = columns > CELL_MAX ? CELL_MAX : columns;
	return keep(a, err);
}

int
arrangement_set_sort(struct arrangement *a, enum arrangement_sort sort, struct error *err)
{
	a->sort = sort;
	return keep(a, err);
}
