/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "model/clone-notes.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"

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

static bool
is_made(const json_t *value)
{
	int64_t at;

	return json_is_string(json_object_get(value, "at")) &&
	       clock_parse(json_member_string(value, "at"), &at) &&
	       is_text(json_object_get(value, "by"), OWNER_MAX);
}

/* What is not said is left out. */
static bool
is_mark(const json_t *value)
{
	const json_t *note = json_object_get(value, "note");

	return is_made(value) && (!note || is_text(note, NOTE_MAX));
}

/* Letters, digits, dashes and underlines. */
static bool
is_id(const json_t *value)
{
	const char *text = json_string_value(value);

	return is_text(value, OWNER_MAX) &&
	       text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] ==
		       '\0';
}

static bool
is_promotion(const json_t *value)
{
	return is_made(value) && is_id(json_object_get(value, "id")) &&
	       is_id(json_object_get(value, "set_id")) &&
	       is_text(json_object_get(value, "comment"), COMMENT_MAX);
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
	const json_t *said = json_object_get(asked, "note");
	char at[CLOCK_STAMP_SIZE];
	json_t *value;

	if (!json_is_object(asked) && !json_is_null(asked)) {
		error_set_code(err, CODE_MEMBER_NOT_OBJECT_OR_NULL, .member = note->name);
		return NULL;
	}
	if (said && (!json_is_string(said) || json_string_length(said) > NOTE_MAX)) {
		error_set_code(err, CODE_MEMBER_NOT_SHORT_STRING, .member = "note", .max = NOTE_MAX);
		return NULL;
	}
	clock_stamp(at, now);
	value = json_pack("{s:s, s:s}", "at", at, "by", by);
	if (json_is_null(asked))
		json_object_set_new(value, "is_removed", json_true());
	else if (json_string_length(said) > 0)
		json_object_set(value, "note", (json_t *)(uintptr_t)said);
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

bool
clone_notes_expiry(const json_t *notes, int64_t *expires_at)
{
	const char *text = json_member_string(notes, "expires_at");

	*expires_at = 0;
	return text && (strcmp(text, CLONE_NOTE_NEVER) == 0 || clock_parse(text, expires_at));
}
