/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The tables of keys by name.  A changed table is a copy of the view's own in which the rows of
 * the bound actions are others, so that whoever reads tables sees nothing of it.
 */
#include "config.h"

#include "ui/keys.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config-file.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "ui/terminal.h"
#include "ui/view.h"

#define KEYS_OF_ACTION_MAX 8
#define EVERYWHERE "everywhere"

static const struct view_name {
	const char *name;
	const struct view_ops *ops;	/* NULL: what every view knows */
} views[] = {
#define X(id, name) {name, &id##_view_ops},
	VIEWS(X)
#undef X
	{EVERYWHERE, NULL},
};
#define VIEW_COUNT (sizeof(views) / sizeof(views[0]))

/* What a configuration may still say, silently, and what it is called now. */
static const struct former_name {
	const char *old, *now;
} former_actions[] = {
	{"beside", "side-by-side"}, {"container", "next-container"}, {"context", "diff-context"},
	{"end", "ttl"}, {"hold", "pause"}, {"pane", "next-pane"}, {"show", "show-hidden"},
	{"then", "snapshot"}, {NULL, NULL},
}, former_views[] = {
	{"board-then", "board-snapshot"}, {"moment", "compare-with"}, {"picker", "versions"}, {NULL, NULL},
};

static const struct {
	int key;
	const char *name;
} named[] = {
	{27, "Esc"}, {'\r', "Enter"}, {'\t', "Tab"}, {' ', "Space"}, {127, "Backspace"},
	{KEY_BASE + KEY_UP, "Up"}, {KEY_BASE + KEY_DOWN, "Down"}, {KEY_BASE + KEY_LEFT, "Left"},
	{KEY_BASE + KEY_RIGHT, "Right"}, {KEY_BASE + KEY_PPAGE, "PgUp"}, {KEY_BASE + KEY_NPAGE, "PgDn"},
	{KEY_BASE + KEY_HOME, "Home"}, {KEY_BASE + KEY_END, "End"}, {KEY_BASE + KEY_DC, "Del"},
	{KEY_BASE + KEY_IC, "Ins"}, {KEY_BASE + KEY_BTAB, "Shift-Tab"},
};
#define NAMED_COUNT (sizeof(named) / sizeof(named[0]))
#define FUNCTION_KEYS 12
#define CTRL_C 3
#define ESCAPE 27

/* A view's table, and where each of its bindings was said. */
struct key_table {
	struct key *rows;		/* NULL: as it came; shown is owned */
	char **where;			/* of each row; NULL: as it came */
};

struct bindings {
	struct key_table tables[VIEW_COUNT];
};

/* --- names --- */

const char *
key_name(int key)
{
	static char name[16];

	for (size_t i = 0; i < NAMED_COUNT; i++)
		if (named[i].key == key)
			return named[i].name;
	if (key > KEY_BASE + KEY_F0 && key <= KEY_BASE + KEY_F(FUNCTION_KEYS))
		snprintf(name, sizeof(name), "F%d", key - KEY_BASE - KEY_F0);
	else if (key > 0 && key < ' ')
		snprintf(name, sizeof(name), "Ctrl-%c", key | 0x40);
	else
		snprintf(name, sizeof(name), "%c", key);
	return name;
}

int
key_of_name(const char *name)
{
	for (size_t i = 0; i < NAMED_COUNT; i++)
		if (strcmp(named[i].name, name) == 0)
			return named[i].key;
	for (int i = 1; i <= FUNCTION_KEYS; i++)
		if (strcmp(key_name(KEY_BASE + KEY_F(i)), name) == 0)
			return KEY_BASE + KEY_F(i);
	if (strncmp(name, "Ctrl-", 5) == 0 && name[5] >= '@' && name[5] <= '_' && !name[6])
		return name[5] & 0x1f;
	return name[0] > ' ' && name[0] < 127 && !name[1] ? name[0] : 0;
}

/* --- tables --- */

static const struct key *
own_keys(size_t view)
{
	return views[view].ops ? views[view].ops->keys : ui_everywhere_keys;
}

static const struct key *
keys_of(const struct bindings *bindings, size_t view)
{
	return bindings && bindings->tables[view].rows ? bindings->tables[view].rows
						       : own_keys(view);
}

/* By the table, not by the view: several views may share one. */
const struct key *
bindings_keys(const struct bindings *bindings, const struct view_ops *ops)
{
	for (size_t i = 0; bindings && i < VIEW_COUNT; i++)
		if (views[i].ops && views[i].ops->keys == ops->keys)
			return keys_of(bindings, i);
	return ops->keys;
}

const struct key *
bindings_common(const struct bindings *bindings)
{
	return keys_of(bindings, VIEW_COUNT - 1);
}

static bool
has_row_of(const struct key *rows, int key)
{
	for (; rows->key; rows++)
		if (rows->key == key)
			return true;
	return false;
}

int
bindings_meant(const struct bindings *bindings, const struct view_ops *view, int key)
{
	bool is_bound = has_row_of(bindings_keys(bindings, view), key) ||
			has_row_of(bindings_common(bindings), key);

	return key == CTRL_C && view->type && !is_bound ? ESCAPE : key;
}

bool
bindings_row(const struct bindings *bindings, size_t i, struct key_row *out)
{
	for (size_t view = 0; view < VIEW_COUNT; view++) {
		for (const struct key *k = keys_of(bindings, view); k->key; k++) {
			if (i-- > 0)
				continue;
			*out = (struct key_row){views[view].name,
						views[view].ops ? views[view].ops->title
								: N_("Everywhere"),
						key_name(k->key), action_name(k->action),
						key_help(keys_of(bindings, view), k)};
			return true;
		}
	}
	return false;
}

struct bindings *
bindings_new(void)
{
	return xcalloc(1, sizeof(struct bindings));
}

static void
free_table(struct key_table *table)
{
	for (size_t i = 0; table->rows && table->rows[i].key; i++) {
		free((char *)table->rows[i].shown);
		free(table->where[i]);
	}
	free(table->rows);
	free(table->where);
	*table = (struct key_table){0};
}

void
bindings_free(struct bindings *bindings)
{
	if (!bindings)
		return;
	for (size_t i = 0; i < VIEW_COUNT; i++)
		free_table(&bindings->tables[i]);
	free(bindings);
}

static size_t
count_rows(const struct key *keys)
{
	size_t count = 0;

	while (keys[count].key)
		count++;
	return count;
}

static void
put_row(struct key_table *table, size_t *count, const struct key *row, const char *shown,
	const char *where)
{
	table->rows[*count] = *row;
	table->rows[*count].shown = shown ? xstrdup(shown) : NULL;
	table->where[(*count)++] = where ? xstrdup(where) : NULL;
}

/* The same table, but for this action, which has these keys where its first one was. */
static void
rebind(struct bindings *bindings, size_t view, enum action action, const int *keys,
       size_t key_count, const char *where)
{
	struct key_table old = bindings->tables[view], made = {0};
	const struct key *rows = keys_of(bindings, view);
	size_t room = count_rows(rows) + key_count + 1, count = 0;
	bool done = false;

	made.rows = xcalloc(room, sizeof(*made.rows));
	made.where = xcalloc(room, sizeof(*made.where));
	for (size_t i = 0; rows[i].key; i++) {
		if (rows[i].action != action) {
			put_row(&made, &count, &rows[i], rows[i].shown,
				old.where ? old.where[i] : NULL);
			continue;
		}
		for (size_t k = 0; !done && k < key_count; k++) {
			struct key row = rows[i];

			row.key = keys[k];
			put_row(&made, &count, &row, k == 0 ? key_name(keys[k]) : NULL, where);
		}
		done = true;
	}
	bindings->tables[view] = made;
	free_table(&old);
}

/* --- what a configuration says --- */

/* A control key is pressed by mistake too easily, and a terminal may send one by itself. */
static int
read_keys(const char *text, int *keys, size_t *count, enum action action,
	  const char *where, struct error *err)
{
	char *copy = xstrdup(text), *rest = copy, *word;
	int ret = 0;

	*count = 0;
	while (ret == 0 && (word = strsep(&rest, " \t")) != NULL) {
		if (!*word)
			continue;
		keys[*count] = key_of_name(word);
		if (keys[*count] == 0)
			ret = error_set(err, ERROR_INPUT,
					_("%s: \"%.40s\" is not a key; keys are written as C, "
					  "Ctrl-L, F5, Enter, PgDn"),
					where, word);
		else if (action_changes(action) && keys[*count] < ' ')
			ret = error_set(err, ERROR_INPUT,
					_("%s: \"%s\" makes changes, so it cannot have a control key"),
					where, action_name(action));
		else if (++*count == KEYS_OF_ACTION_MAX)
			break;
	}
	free(copy);
	if (ret == 0 && *count == 0)
		ret = error_set(err, ERROR_INPUT, _("%s: \"%s\" would have no key left"), where,
				action_name(action));
	return ret;
}

/* Where a field takes what is typed, a character would never be a key. */
static bool
is_typed(size_t view, int key)
{
	return views[view].ops && views[view].ops->takes_text && key >= ' ' && key < KEY_BASE;
}

static const char *
present_name(const struct former_name *former, const char *name)
{
	for (; former->old; former++)
		if (strcmp(former->old, name) == 0)
			return former->now;
	return name;
}

static size_t
find_view(const char *name)
{
	size_t i = 0;

	while (i < VIEW_COUNT && strcmp(views[i].name, name) != 0)
		i++;
	return i;
}

static int
refuse_action(const char *name, const char *where, struct error *err)
{
	const char *names[ACTION_COUNT], *meant;

	for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
		names[i - 1] = action_name((enum action)i);
	meant = config_suggest(name, names, ACTION_COUNT - 1);
	return error_set(err, ERROR_INPUT,
			 meant ? _("%s: there is no action \"%.60s\"; is \"%s\" meant?")
			       : _("%s: there is no action \"%.60s\"; `sidestage keys` lists "
				   "them"),
			 where, name, meant);
}

int
bindings_add(struct bindings *bindings, const char *view, const char *action, const char *keys,
	     const char *where, struct error *err)
{
	enum action found = action_of_name(present_name(former_actions, action));
	size_t only = *view ? find_view(present_name(former_views, view)) : VIEW_COUNT;
	size_t count, bound = 0;
	int codes[KEYS_OF_ACTION_MAX];

	if (*view && only == VIEW_COUNT)
		return error_set(err, ERROR_INPUT,
				 _("%s: there is no view \"%.60s\"; `sidestage keys` lists "
				   "them"),
				 where, view);
	if (found == ACTION_NONE)
		return refuse_action(action, where, err);
	if (read_keys(keys, codes, &count, found, where, err) != 0)
		return -1;
	for (size_t i = 0; i < VIEW_COUNT; i++) {
		if ((only < VIEW_COUNT && only != i) || !key_row_of(own_keys(i), found))
			continue;
		for (size_t k = 0; only == i && k < count; k++)
			if (is_typed(i, codes[k]))
				return error_set(
					err, ERROR_INPUT,
					_("%s: in the view \"%s\" the character %s is typed "
					  "into its field"),
					where, view, key_name(codes[k]));
		/* What is said for all views changes nothing where it could not be. */
		if (is_typed(i, codes[0]))
			continue;
		rebind(bindings, i, found, codes, count, where);
		bound++;
	}
	if (bound > 0)
		return 0;
	return error_set(err, ERROR_INPUT, _("%s: the view \"%s\" has no action \"%s\""), where,
			 view, action);
}

/* The first row with the key, of another action than that row; NULL: none. */
static const struct key *
find_other(const struct key *keys, const struct key *row)
{
	for (; keys->key; keys++)
		if (keys->key == row->key && keys->action != row->action)
			return keys;
	return NULL;
}

/* A row that a configuration made, against the table of a view: its own, or that of every view. */
static int
refuse_taken(const struct bindings *bindings, size_t view, const struct key *row, const char *where,
	     struct error *err)
{
	const struct key *other = find_other(keys_of(bindings, view), row);

	if (!other)
		return 0;
	if (!views[view].ops)
		return error_set(err, ERROR_INPUT, _("%s: the key %s is \"%s\" everywhere"), where,
				 key_name(row->key), action_name(other->action));
	return error_set(err, ERROR_INPUT, _("%s: in the view \"%s\" the key %s is \"%s\" already"),
			 where, views[view].name, key_name(row->key), action_name(other->action));
}

/* When all is read, since a key may be taken by one line of a
 * configuration and freed by the next. */
int
bindings_check(const struct bindings *bindings, struct error *err)
{
	for (size_t view = 0; view < VIEW_COUNT; view++) {
		const struct key_table *table = &bindings->tables[view];

		for (size_t i = 0; table->rows && table->rows[i].key; i++) {
			const char *where = table->where[i];

			if (!where)
				continue;
			if (refuse_taken(bindings, view, &table->rows[i], where, err) != 0 ||
			    refuse_taken(bindings, VIEW_COUNT - 1, &table->rows[i], where, err) !=
				    0)
				return -1;
			/* A view's own key would keep one from what is meant for all. */
			for (size_t k = 0; !views[view].ops && k < VIEW_COUNT; k++)
				if (refuse_taken(bindings, k, &table->rows[i], where, err) != 0)
					return -1;
		}
	}
	return 0;
}
