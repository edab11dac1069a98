/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a person says is done of a hotfix; no platform knows it. */
#ifndef SIDESTAGE_STORE_MARKS_H
#define SIDESTAGE_STORE_MARKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct error;
struct store;

struct mark {
	struct untrusted step;		/* for machines: "reproduce" */
	struct untrusted who, note;	/* absent: unknown, none */
	int64_t at;			/* wall ms */
};
struct mark_list {
	struct mark *items;
	size_t count;
};
/* story: whatever names the hotfix for good.  Replaces the step's mark if there is one. */
int store_put_mark(struct store *store, const char *url, const char *org, const char *app,
		   const char *story, const struct mark *mark, struct error *err)
	__attribute__((warn_unused_result));
/* A missing one is fine. */
int store_drop_mark(struct store *store, const char *url, const char *org, const char *app,
		    const char *story, const char *step, struct error *err)
	__attribute__((warn_unused_result));
/* By step.  0, or -1 with ERROR_STORE; mark_list_clear() it. */
int store_mark_list(struct store *store, const char *url, const char *org, const char *app,
		    const char *story, struct mark_list *list, struct error *err)
	__attribute__((warn_unused_result));
/* Frees the marks. */
void mark_list_clear(struct mark_list *list);

#endif
