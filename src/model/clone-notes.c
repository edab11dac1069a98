/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One table has the notes: the name in the API, the kind, and the annotation.  What one may be is
 * said per kind, and is asked of whatever comes, from a client as from an annotation that somebody
 * has edited.  A mark that is taken away is a value, too ("is_removed"): an absent one would say
 * nothing to a daemon that still has it.
 */
#include "config.h"

#include "model/clone-notes.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/private.h"

#define OWNER_MAX 100
#define NOTE_MAX 2000
#define COMMENT_MAX 4096

const struct clone_note clone_notes[] = {
	{"expires_at", CLONE_NOTE_TIME, "expires-at"},
	{"owner", CLONE_NOTE_TEXT, "owner"},
	{"reproduce", CLONE_NOTE_MARK, "hotfix-reproduce"},
	{"verify", CLONE_NOTE_MARK, "hotfix-verify"},
	{"carry", CLONE_NOTE_MARK, "hotfix-carry"},
	{"promote", CLONE_NOTE_PROMOTION, "hotfix-promote"},
	{NULL, CLONE_NOTE_TEXT, NULL},
};

const struct clone_note *
clone_note_find(const char *name)
{
	for (const struct clone_note *note = clone_notes; note->name; note++)
		if (strcmp(note->name, name) == 0)
			return note;
	return NULL;
}

/* --- what a value must be --- */

static bool
is_text(const json_t *value, size_t max)
{
	const char *text = json_string_value(value);

	return text && *text && json_string_length(value) <= max;
}

static bool
is_time(const json_t *value)
{
	const char *text = json_string_value(value);
	int64_t at;

	return text && (strcmp(text, CLONE_NOTE_NEVER) == 0 || clock_parse(text, &at));
}

#define AT(member) IN(clone_mark, member)
static const struct member clone_mark_members[] = {
	{"at", MEMBER_TIME, MEMBER_OPTIONAL, AT(at)},
	{"by", MEMBER_TEXT, MEMBER_OPTIONAL, AT(by), .max = OWNER_MAX},
	{"note", MEMBER_TEXT, MEMBER_OPTIONAL, AT(note), .max = NOTE_MAX},
	{"is_removed", MEMBER_FLAG, MEMBER_LOOSE | MEMBER_SPARSE, AT(is_removed)},
	MEMBERS_END,
};
#undef AT
NOUN(clone_mark, "note", NULL)
NOUN_ENCODE(clone_mark)
NOUN_MISFIT(clone_mark)

#define AT(member) IN(clone_promotion, member)
static const struct member clone_promotion_members[] = {
	{"at", MEMBER_TIME, MEMBER_OPTIONAL, AT(at)},
	{"by", MEMBER_TEXT, MEMBER_REQUIRED, AT(by), .max = OWNER_MAX},
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"set_id", MEMBER_TEXT, MEMBER_REQUIRED, AT(set_id)},
	{"comment", MEMBER_TEXT, MEMBER_REQUIRED, AT(comment), .max = COMMENT_MAX},
	MEMBERS_END,
};
#undef AT
NOUN(clone_promotion, "promotion", NULL)
NOUN_ENCODE(clone_promotion)
NOUN_MISFIT(clone_promotion)

/* What is not said is left out, and not empty. */
static bool
is_mark(const json_t *value)
{
	struct clone_mark mark;
	bool is = !clone_mark_misfit(value) && clone_mark_decode(&mark, value, NULL) == 0;

	if (!is)
		return false;
	is = mark.at != 0 && *untrusted_raw(&mark.by) && (!mark.note.raw || *mark.note.raw);
	clone_mark_clear(&mark);
	return is;
}

static bool
is_promotion(const json_t *value)
{
	struct clone_promotion promotion;
	bool is = !clone_promotion_misfit(value) &&
		  clone_promotion_decode(&promotion, value, NULL) == 0;

	if (!is)
		return false;
	is = promotion.at != 0 && *promotion.by.raw && *promotion.comment.raw &&
	     ids_is_id(promotion.id.raw) && ids_is_id(promotion.set_id.raw);
	clone_promotion_clear(&promotion);
	return is;
}

static bool
is_valid(const struct clone_note *note, const json_t *value)
{
	switch (note->kind) {
	case CLONE_NOTE_TIME:
		return is_time(value);
	case CLONE_NOTE_TEXT:
		return is_text(value, OWNER_MAX);
	case CLONE_NOTE_MARK:
		return is_mark(value);
	case CLONE_NOTE_PROMOTION:
		return is_promotion(value);
	}
	return false;
}

/* --- requests --- */

/* asked null: the mark is taken away. */
static json_t *
asked_mark(const struct clone_note *note, const json_t *asked, const char *by, int64_t now,
	   struct error *err)
{
	const struct member *misfit = clone_mark_misfit(asked);
	struct clone_mark mark;
	json_t *value;

	if (!json_is_object(asked) && !json_is_null(asked)) {
		error_set_code(err, CODE_MEMBER_NOT_OBJECT_OR_NULL, .member = note->name);
		return NULL;
	}
	if (misfit) {
		error_set_code(err, CODE_MEMBER_NOT_SHORT_STRING, .member = misfit->key,
			       .max = NOTE_MAX);
		return NULL;
	}
	clone_mark_read(&mark, asked);
	mark.at = now;
	untrusted_set(&mark.by, by);
	mark.is_removed = json_is_null(asked);
	if (!*untrusted_raw(&mark.note))
		untrusted_clear(&mark.note);
	value = clone_mark_encode(&mark);
	clone_mark_clear(&mark);
	return value;
}

json_t *
clone_note_asked(const struct clone_note *note, const json_t *asked, const char *by, int64_t now,
		 struct error *err)
{
	if (note->kind == CLONE_NOTE_MARK)
		return asked_mark(note, asked, by, now, err);
	if (note->kind != CLONE_NOTE_PROMOTION && is_valid(note, asked))
		return json_incref((json_t *)(uintptr_t)asked);
	if (note->kind == CLONE_NOTE_TIME)
		error_set_code(err, CODE_MEMBER_NOT_TIME, .member = note->name);
	else
		error_set_code(err, CODE_MEMBER_NOT_SHORT_STRING, .member = note->name,
			       .max = OWNER_MAX);
	return NULL;
}

/* --- annotations --- */

char *
clone_note_encode(const struct clone_note *note, const json_t *value)
{
	if (note->kind == CLONE_NOTE_TIME || note->kind == CLONE_NOTE_TEXT)
		return xstrdup(json_is_string(value) ? json_string_value(value) : "");
	return json_canonical(value);
}

json_t *
clone_note_decode(const struct clone_note *note, const char *text)
{
	size_t length = strlen(text);
	json_t *value;

	if (length > CLONE_NOTE_BYTES_MAX || !text_is_utf8(text, length))
		return NULL;
	value = note->kind == CLONE_NOTE_TIME || note->kind == CLONE_NOTE_TEXT
			? json_string(text) : json_decode(text, length, NULL);
	if (value && is_valid(note, value))
		return value;
	json_decref(value);
	return NULL;
}

const char *
clone_notes_owner(const json_t *notes)
{
	return json_member_string(notes, "owner");
}

bool
clone_notes_expiry(const json_t *notes, int64_t *expires_at)
{
	const char *text = json_member_string(notes, "expires_at");

	*expires_at = 0;
	if (text && strcmp(text, CLONE_NOTE_NEVER) == 0)
		return true;
	if (!text || !clock_parse(text, expires_at))
		return false;
	if (*expires_at <= 0)
		*expires_at = 1;	/* long overdue; 0 is never */
	return true;
}
