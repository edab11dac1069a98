/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What keys do.  Every action is here once, with its name in a configuration, whether it leads to a
 * change, and the sentence of the help.  A view has a table of rows: which key does which of these
 * there, by what function, and what must be there for it.  Key bar, help, palette, manual and what
 * is said when a key does nothing now are made from the rows.
 */
#ifndef SIDESTAGE_UI_ACTIONS_H
#define SIDESTAGE_UI_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/i18n.h"

struct ui;
struct view;
struct view_ops;

/* id, name, leads to a change (then it has no control key: those are typed blindly), help */
#define ACTIONS(X)                                                                                \
	X(UP, "up", false, N_("Move up one line."))                                               \
	X(DOWN, "down", false, N_("Move down one line."))                                         \
	X(LEFT, "left", false, N_("Go to the environment on the left."))                          \
	X(RIGHT, "right", false, N_("Go to the environment on the right."))                       \
	X(PAGE_UP, "page-up", false, N_("Move up one page."))                                     \
	X(PAGE_DOWN, "page-down", false, N_("Move down one page."))                               \
	X(FIRST, "first", false, N_("Go to the beginning."))                                      \
	X(LAST, "last", false, N_("Go to the end."))                                              \
	X(NEXT_PANE, "next-pane", false, N_("Go to the next tab."))                                         \
	X(OPEN, "open", false, N_("Open the clone."))                                             \
	X(BACK, "back", false, N_("Go back."))                                                    \
	X(CLONE, "clone", true, N_("Clone the environment under the cursor."))                    \
	X(VERSION, "version", true, N_("Change the version of the workload."))                    \
	X(EDIT, "edit", true, N_("Change the workload's configuration in your editor."))          \
	X(INHERIT, "inherit", true, N_("Use the application's value instead of this one."))       \
	X(SCALE, "scale", true, N_("Change the number of replicas."))                             \
	X(RESTART, "restart", true, N_("Replace the pods of the workload."))                      \
	X(PAUSE_ENVIRONMENT, "pause-environment", true,                                           \
	  N_("Pause the environment (0 replicas), or resume it."))                                \
	X(DEPLOY, "deploy", true, N_("Redeploy the environment."))                                \
	X(DIFF, "diff", false, N_("Compare the clone with its source."))                          \
	X(PROMOTE, "promote", true, N_("Promote the clone's changes to its source."))             \
	X(UNDO, "undo", true, N_("Roll back the last deployment made here."))                     \
	X(DISCARD, "discard", true, N_("Delete the clone and everything in it."))                 \
	X(HISTORY, "history", false, N_("Show the history of operations."))                       \
	X(BASELINE, "baseline", false, N_("Make this environment the baseline."))                 \
	X(PROTECT, "protect", true,                                                               \
	  N_("Protect what was found in a cluster, or stop protecting it."))                      \
	X(GROUPING, "namespaces", false,                                                          \
	  N_("Show the application of each namespace that was found in a cluster."))         \
	X(GROUP, "group", true, N_("Choose the application of the namespace."))                   \
	X(UNGROUP, "ungroup", true, N_("Let its labels say again of which application it is."))   \
	X(REFRESH, "refresh", false, N_("Read everything again now."))                            \
	X(PROGRESS, "progress", false, N_("Show the progress of the newest operation."))          \
	X(APPROVE, "approve", true,                                                               \
	  N_("Approve what you see, or go to the field that is still empty."))                    \
	X(NEXT, "next", false, N_("Go to the next change, or the next match."))                   \
	X(PREVIOUS, "previous", false, N_("Go to the previous one."))                             \
	X(HELP, "help", false, N_("Show the keys."))                                              \
	X(REDRAW, "redraw", false, N_("Redraw the screen."))                                      \
	X(SUSPEND, "suspend", false, N_("Suspend."))                                              \
	X(QUIT, "quit", false, N_("Quit."))                                                       \
	X(PALETTE, "palette", false, N_("Find a command by typing."))                             \
	X(FIND, "find", false, N_("Find an environment, a workload or an application."))          \
	X(LOGS, "logs", false, N_("Show the workload's logs."))                                   \
	X(PAUSE, "pause", false, N_("Pause or resume following."))                                  \
	X(PREVIOUS_RUN, "previous-run", false,                                                    \
	  N_("Show what was printed before the last restart, or what is printed now."))           \
	X(NEXT_CONTAINER, "next-container", false,                                                          \
	  N_("Show the next container of the workload, then all of them."))                       \
	X(STAMPS, "timestamps", false, N_("Show or hide the times."))                             \
	X(TAB_1, "tab-1", false, N_("Show workloads and their state."))                           \
	X(TAB_2, "tab-2", false, N_("Show resources, and where they are."))                       \
	X(TAB_3, "tab-3", false, N_("Show shared values, and where each comes from."))            \
	X(TAB_4, "tab-4", false, N_("Show who deployed what, and when."))                         \
	X(COPY, "copy", false, N_("Copy the changes in words."))                                  \
	X(BROWSE, "browse", false, N_("Open the workload's address in a browser."))               \
	X(SIDE_BY_SIDE, "side-by-side", false, N_("Show old and new side by side, or in one column."))        \
	X(FOLD, "fold", false,                                                                    \
	  N_("Fold or unfold what is at the top: unchanged lines, or the workload or resource.")) \
	X(UNFOLD, "unfold", false, N_("Show the first unchanged lines that are folded here."))    \
	X(ONLY, "only", false, N_("Show only the workload or resource at the top, or all."))      \
	X(DIFF_CONTEXT, "diff-context", false, N_("Show all unchanged lines, or only those near changes.")) \
	X(EFFECTIVE, "effective", false,                                                          \
	  N_("Compare as written, or with the values and resources filled in."))                  \
	X(SWAP, "swap", false, N_("Swap the sides."))                                             \
	X(CHOOSE_FROM, "choose-from", false,                                                      \
	  N_("Choose another left side: an environment or a deployment."))                        \
	X(CHOOSE_TO, "choose-to", false, N_("Choose another right side."))                        \
	X(CLONES, "clones", false, N_("List the clones and when they expire."))                   \
	X(HOTFIX, "hotfix", false, N_("Show the steps of its hotfix."))     \
	X(TTL, "ttl", true, N_("Set the clone's time to live."))                                  \
	X(MARK, "mark", false, N_("Mark or unmark the workload."))                                \
	X(CARRY, "carry", true, N_("Carry the fix to the environment selected below."))           \
	X(EARLIER, "earlier", false, N_("Go to the previous change."))                            \
	X(LATER, "later", false, N_("Go to the next change (after the last: the live board)."))   \
	X(SNAPSHOT, "snapshot", false, N_("Show the board as it was before this operation."))             \
	X(OURS, "ours", false, N_("In a conflict, take the clone's value."))                      \
	X(THEIRS, "theirs", false, N_("In a conflict, take the target's value."))                 \
	X(PIN, "pin", false, N_("Pin or unpin the environment."))                                 \
	X(HIDE, "hide", false, N_("Hide the environment."))                                       \
	X(SHOW_HIDDEN, "show-hidden", false, N_("Show the hidden environments."))                               \
	X(NARROWER, "narrower", false,                                                            \
	  N_("Make columns narrower; a column's border can be dragged too."))                     \
	X(WIDER, "wider", false, N_("Make columns wider."))                                       \
	X(SORT, "sort", false, N_("Sort the workloads: by name, or what differs first."))         \
	X(WRAP, "wrap", false, N_("Wrap long lines, or scroll them sideways."))                   \
	X(SAVE, "save", false, N_("Save the lines to a file that only you can read."))            \
	X(CONTEXTS, "contexts", false, N_("Switch platform."))                                    \
	X(INTERRUPTED, "interrupted", false,                                                      \
	  N_("Resume or abandon interrupted operations."))                          \
	X(RESUME, "resume", true, N_("Resume the operation where it was interrupted."))           \
	X(ABANDON, "abandon", true, N_("Abandon the operation: it can no longer be resumed."))    \
	X(SECRET, "secret", true,                                                                 \
	  N_("Choose where a Secret of the clone comes from, or leave it out."))                  \
	X(OBJECTS, "objects", false,                                                              \
	  N_("Show, object by object, what a clone gets, what is different and what stays."))

enum action {
	ACTION_NONE,
#define X(id, name, changes, help) ACTION_##id,
	ACTIONS(X)
#undef X
	ACTION_COUNT
};

/* What must be there for a key to do something, and what is said where it is not.  An {action} in
 * the sentence is its key, and "%s" what `about` gives.  NULL: whoever carries it out says why. */
struct need {
	bool (*is_met)(const struct view *view, struct ui *ui);
	const char *refusal;		/* N_() */
	const char *(*about)(const struct view *view, struct ui *ui);	/* foreign, borrowed */
};

/* Of every key that changes something on the platform: it answers. */
extern const struct need need_platform;

#define NEEDS_MAX 7

/* A row of a view's table.  The first one of an action says all of it; those that follow are other
 * keys for it. */
struct key {
	int key;			/* a character, or KEY_BASE + KEY_x */
	const char *shown;		/* "C", "Esc"; NULL: in no list of keys */
	enum action action;
	const char *label;		/* N_(), for the key bar; NULL: not in the bar */
	const char *help;		/* N_(), a sentence; NULL: the action's */
	/* NULL: the arrows, pages and ends move in the view's list. */
	void (*run)(struct view *view, struct ui *ui);
	const struct need *needs[NEEDS_MAX];	/* in this order; NULL ends them */
};

/* Of every list and text that may be longer than the screen. */
#define PAGE_KEYS \
	{KEY_BASE + KEY_PPAGE, "PgUp", ACTION_PAGE_UP, .label = NULL},                            \
	{KEY_BASE + KEY_NPAGE, "PgDn", ACTION_PAGE_DOWN, .label = NULL},                          \
	{'U' & 0x1f, "Ctrl-U", ACTION_PAGE_UP, .label = NULL},                                    \
	{'D' & 0x1f, "Ctrl-D", ACTION_PAGE_DOWN, .label = NULL}
/* Where a field has Ctrl-U. */
#define FINDER_PAGE_KEYS \
	{KEY_BASE + KEY_PPAGE, "PgUp", ACTION_PAGE_UP, .label = NULL},                            \
	{KEY_BASE + KEY_NPAGE, "PgDn", ACTION_PAGE_DOWN, .label = NULL}
/* Ends a table. */
#define NO_KEY {.key = 0}

/* What it leads to changes something. */
bool action_changes(enum action action);
/* Its name in a configuration; static.  "" of ACTION_NONE. */
const char *action_name(enum action action);
/* The action of that name; ACTION_NONE: there is none. */
enum action action_of_name(const char *name);

/* The row that says what the action does; NULL: the table has no such action. */
const struct key *key_row_of(const struct key *keys, enum action action);
/* What the action does in the view now: the row of the mode that it is in, else that of its
 * table. */
const struct key *key_row_now(const struct view *view, struct ui *ui, enum action action);
/* The sentence of the help, N_(); NULL: the row is another key for the action above, or in no
 * list. */
const char *key_help(const struct key *keys, const struct key *row);
/* Whether pressing it now would do something: the key bar shows only such keys. */
bool key_is_of_use(const struct key *row, const struct view *view, struct ui *ui);
/* Does it in that view, or says why it does nothing there now. */
void key_run(const struct key *row, struct view *view, struct ui *ui);

/* Every kind of view: its operations are id_view_ops, and its keys are bound by its name. */
#define VIEWS(X) /* id, name in a configuration */      \
	X(board, "board")                               \
	X(environment, "environment")                   \
	X(review, "review")                             \
	X(clone_list, "objects")                        \
	X(compare, "compare")                           \
	X(moment, "compare-with")                             \
	X(progress, "progress")                         \
	X(logs, "logs")                                 \
	X(history, "history")                           \
	X(history_find, "history-find")                 \
	X(board_snapshot, "board-snapshot")                 \
	X(clones, "clones")                             \
	X(hotfix, "hotfix")                             \
	X(contexts, "contexts")                         \
	X(grouping, "namespaces")                       \
	X(interrupted, "interrupted")                   \
	X(goto, "goto")                                 \
	X(picker, "versions")                             \
	X(prompt, "prompt")                             \
	X(palette, "palette")                           \
	X(help, "help")

#define X(id, name) extern const struct view_ops id##_view_ops;
VIEWS(X)
#undef X

#endif
