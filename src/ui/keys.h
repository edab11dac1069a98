/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * All tables of keys, by name, and what a configuration changes in them.
 *
 *	[keys]                  everywhere
 *		down = j Down
 *	[keys "board"]          in one view
 *		clone = K
 *
 * A binding gives an action all of its keys in the view: the first is the one that is shown.
 */
#ifndef SIDESTAGE_UI_KEYS_H
#define SIDESTAGE_UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

struct bindings;
struct error;
struct key;
struct view_ops;

struct bindings *bindings_new(void);
void bindings_free(struct bindings *bindings);	/* NULL is fine */
/*
 * view "": everywhere.  `where` ("config:3:2") begins each error about this binding.
 * ERROR_INPUT: there is no such view, action or key; the view has no such action; a control key
 * for what changes something.
 */
int bindings_add(struct bindings *bindings, const char *view, const char *action,
		 const char *keys, const char *where, struct error *err);
/* After the last: ERROR_INPUT when a key has two meanings in a view, or one that can never be
 * reached because every view has it. */
int bindings_check(const struct bindings *bindings, struct error *err);

/* The table as it holds, ended by key 0.  bindings NULL: nothing was changed. */
const struct key *bindings_keys(const struct bindings *bindings, const struct view_ops *view);
/* That of what every view knows. */
const struct key *bindings_common(const struct bindings *bindings);

/* What leaves a shell's line leaves a field here, too: where a view takes text Ctrl-C is Esc,
 * unless it was given something else to do.  Every other key is itself. */
int bindings_meant(const struct bindings *bindings, const struct view_ops *view, int key);

/* "C", "Ctrl-L", "PgDn": a key's name; valid until the next call. */
const char *key_name(int key);
/* The key of that name; 0: there is none. */
int key_of_name(const char *name);

/* One row of a table, for those who print them. */
struct key_row {
	const char *view;	/* "board"; "everywhere" */
	const char *title;	/* N_() */
	const char *key, *action;
	const char *help;	/* N_(); NULL: another key for the action above */
};
/* Row i of all tables in their order; false: there are no more.  Valid until the next call. */
bool bindings_row(const struct bindings *bindings, size_t i, struct key_row *out);

#endif
