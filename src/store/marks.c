/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a person says is done of a hotfix: one row for each step of a story, and the last word
 * counts.
 *
 * A story is named by the deployment it began with and not by the clone, whose name may be
 * used again.
 */
#include "config.h"

#include "store/marks.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "store/private.h"

#define MARKS_MAX 100

int
store_put_mark(struct store *store, const char *url, const char *org, const char *app,
	       const char *story, const struct mark *mark, struct error *err)
{
	struct statement *statement = history_statement(
		store, "INSERT OR REPLACE INTO mark VALUES (?1,?2,?3,?4,?5,?6,?7,?8)",
		TEXTS(url, org, app, story, untrusted_raw(&mark->step), mark->who.raw,
		      mark->note.raw));

	statement_int(statement, mark->at);
	return history_run(statement, err);
}

int
store_drop_mark(struct store *store, const char *url, const char *org, const char *app,
		const char *story, const char *step, struct error *err)
{
	return history_run(
		history_statement(
			store,
			"DELETE FROM mark WHERE url=?1 AND org=?2 AND app=?3 AND story=?4 AND step=?5",
			TEXTS(url, org, app, story, step)),
		err);
}

int
store_mark_list(struct store *store, const char *url, const char *org, const char *app,
		const char *story, struct mark_list *list, struct error *err)
{
	struct statement *row = history_statement(
		store,
		"SELECT step, who, note, at FROM mark WHERE url=?1 AND org=?2 AND app=?3 AND story=?4"
		" ORDER BY step",
		TEXTS(url, org, app, story));

	*list = (struct mark_list){0};
	while (list->count < MARKS_MAX && statement_row(row)) {
		struct mark *mark;

		list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
		mark = &list->items[list->count++];
		*mark = (struct mark){.at = row_int(row, 3)};
		untrusted_init(&mark->step, row_text(row, 0));
		untrusted_init(&mark->who, row_text(row, 1));
		untrusted_init(&mark->note, row_text(row, 2));
	}
	return history_end(row, err);
}

void
mark_list_clear(struct mark_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		untrusted_clear(&list->items[i].step);
		untrusted_clear(&list->items[i].who);
		untrusted_clear(&list->items[i].note);
	}
	free(list->items);
	*list = (struct mark_list){0};
}
