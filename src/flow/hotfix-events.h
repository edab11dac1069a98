/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What happened to a clone, from the journal and the platform; for flow/hotfix.c only. */
#ifndef SIDESTAGE_FLOW_HOTFIX_EVENTS_H
#define SIDESTAGE_FLOW_HOTFIX_EVENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "compare/values.h"
#include "compare/value-changes.h"

struct deployment;
struct session;

enum event_kind { EVENT_CLONE, EVENT_FIX, EVENT_PROMOTE, EVENT_DISCARD };

struct event {
	enum event_kind kind;
	bool is_busy, has_failed;	/* neither: done */
	int64_t at, ended_at;		/* wall ms; ended_at 0: not known */
	struct untrusted who, detail, note, deployment_id;
	struct untrusted operation_id;	/* of the journal; absent: the platform told it */
	char *env; /* PROMOTE: where to; CLONE: from what, or NULL; else NULL */
	char *from_set, *to_set;	/* NULL: not known */
	struct value_changes values;	/* PROMOTE: what it wrote, of the journal */
	char *from_values, *to_values; /* PROMOTE of the platform: value set versions; NULL: none */
};

struct events {
	struct event *items;		/* oldest first */
	size_t count;
};

/* Whose story: the ids, and the time that it began at the earliest. */
struct events_of {
	struct session *session;
	const char *org, *app, *env;
	int64_t since;
};

/* Frees the events; the struct can be used again. */
void events_clear(struct events *events);
/* The operations of the journal since the newest clone of that name, or since `since` when no
 * clone of that name was made here after it.  0, or -1 with ERROR_STORE. */
int events_from_journal(struct events *events, const struct events_of *of, struct error *err)
	__attribute__((warn_unused_result));
/* What the journal does not know: deployments of the clone, newest first. */
void events_from_clone(struct events *events, const struct deployment *history, size_t count);
/* Promotions to `origin` among its deployments. */
void events_from_origin(struct events *events, const struct events_of *of, const char *origin,
			const struct deployment *history, size_t count);
/* The promotion to `origin` that the clone's note tells of (model/clone-notes.h; NULL: of none),
 * where its platform could not see what it was: the sets are not known. */
void events_from_note(struct events *events, const struct events_of *of, const char *origin,
		      const json_t *note);
/* A clone that is gone and was not made here: only what was promoted of it tells that it was. */
void events_add_gone_clone(struct events *events, const char *origin);
/* By time, the oldest first; of one moment in the order of the story. */
void events_sort(struct events *events);
/* The newest of the kind; done_only: that ended well.  NULL: there is none. */
const struct event *events_last(const struct events *events, enum event_kind kind, bool done_only);
/* The oldest of the kind, however it ended; NULL: there is none. */
const struct event *events_first(const struct events *events, enum event_kind kind);

#endif
