/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What people write down of a clone for each other: {NAME: value}, of the names below.
 *
 *	expires_at	"2026-03-01T10:00:00.000Z", or "never"
 *	owner		whose it is, where that is not who made it
 *	reproduce, verify, carry
 *			{"at", "by", "note"}: a step of the hotfix that somebody has done;
 *			{"at", "by", "is_removed": true}: that is not so after all
 *	promote		{"at", "by", "id", "set_id", "comment"}: the deployment that brought its
 *			change to its origin last, as the platform that made it has it
 *
 * A name that is absent says nothing.
 */
#ifndef SIDESTAGE_MODEL_CLONE_NOTES_H
#define SIDESTAGE_MODEL_CLONE_NOTES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct error;
struct member;

#define CLONE_NOTE_BYTES_MAX 8192	/* of one, as text */
#define CLONE_NOTE_NEVER "never"

/* A step of the hotfix that somebody has done; the rules of nouns.h. */
struct clone_mark {
	int64_t at;			/* wall ms; 0: not said */
	struct untrusted by;
	struct untrusted note;		/* raw NULL: none */
	bool is_removed;		/* it is not so after all */
	struct untrusted problem;
};
void clone_mark_read(struct clone_mark *out, const json_t *body);
int clone_mark_decode(struct clone_mark *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *clone_mark_encode(const struct clone_mark *mark);
void clone_mark_clear(struct clone_mark *mark);
const struct member *clone_mark_misfit(const json_t *body);

/* The deployment that brought a clone's change to its origin. */
struct clone_promotion {
	int64_t at;			/* wall ms */
	struct untrusted by, id, set_id, comment;
	struct untrusted problem;
};
void clone_promotion_read(struct clone_promotion *out, const json_t *body);
int clone_promotion_decode(struct clone_promotion *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *clone_promotion_encode(const struct clone_promotion *promotion);
void clone_promotion_clear(struct clone_promotion *promotion);
const struct member *clone_promotion_misfit(const json_t *body);

enum clone_note_kind { CLONE_NOTE_TIME, CLONE_NOTE_TEXT, CLONE_NOTE_MARK, CLONE_NOTE_PROMOTION };

struct clone_note {
	const char *name;		/* NULL: the end of the table */
	enum clone_note_kind kind;
	const char *annotation;		/* how a cluster has it, behind our prefix */
};
extern const struct clone_note clone_notes[];

/* NULL: there is no such note. */
const struct clone_note *clone_note_find(const char *name);
/* From a request, by whom and when (wall ms): new reference.  NULL with ERROR_INPUT. */
json_t *clone_note_asked(const struct clone_note *note, const json_t *asked, const char *by,
			 int64_t now, struct error *err);
/* As text, for an annotation; free() it. */
char *clone_note_encode(const struct clone_note *note, const json_t *value);
/* From such a text, which anybody may have written: new reference.  NULL: it is none. */
json_t *clone_note_decode(const struct clone_note *note, const char *text);

/* Whose it is where that is not who made it; NULL: the notes do not say.  Borrowed; foreign. */
const char *clone_notes_owner(const json_t *notes);
/* Until when it is kept, 0: for ever.  false: the notes do not say. */
bool clone_notes_expiry(const json_t *notes, int64_t *expires_at);

#endif
