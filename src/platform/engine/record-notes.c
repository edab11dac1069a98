/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/engine/record-notes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "model/clone-notes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "platform/engine/adoption.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-notes.h"

/* --- promotions --- */

/* "... [sidestage verb=promote op=... hotfix=ENV ...]", as clients write it. */
static bool
is_promotion_of(const char *comment, const char *env)
{
	const char *part = comment ? strstr(comment, "[sidestage ") : NULL;
	size_t length = strlen(env);
	bool is_promotion = false, is_of = false;

	while (part && *part && *part != ']') {
		size_t word = strcspn(part, " ]");

		is_promotion |= word == strlen("verb=promote") &&
				strncmp(part, "verb=promote", word) == 0;
		is_of |= word == strlen("hotfix=") + length &&
			 strncmp(part, "hotfix=", strlen("hotfix=")) == 0 &&
			 strncmp(part + strlen("hotfix="), env, length) == 0;
		part += word;
		part += strspn(part, " ");
	}
	return is_promotion && is_of;
}

static json_t *
promotion_note(const struct deployment *d)
{
	char at[CLOCK_STAMP_SIZE];

	clock_stamp(at, d->created_at);
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "at", at, "by",
			 *untrusted_raw(&d->created_by) ? untrusted_raw(&d->created_by) : "?", "id",
			 untrusted_raw(&d->id), "set_id", untrusted_raw(&d->set_id), "comment",
			 untrusted_raw(&d->comment));
}

static int
put_promotion(struct platform *platform, const struct place *place, const struct deployment *newest,
	      struct error *err)
{
	json_t *known, *note;
	const char *id;
	int ret = 0;

	if (!is_promotion_of(untrusted_raw(&newest->comment), place->env))
		return 0;
	if (repository_read_notes(platform->repository, place, &known, err) != 0)
		return -1;
	id = json_member_string(json_object_get(known, "promote"), "id");
	note = promotion_note(newest);
	if (!id || !untrusted_is(&newest->id, id))
		ret = repository_put_note(platform->repository, place, "promote", note, false, err);
	json_decref(note);
	json_decref(known);
	return ret;
}

int
record_note_promotion(struct platform *platform, const struct adoption *adoption,
		      const struct place *place, const char *origin, struct error *err)
{
	json_t *found = adoption_place(platform, adoption, origin, err);
	struct place there = {place->org, json_member_string(found, "app"),
			      json_member_string(found, "env")};
	struct deployment newest = {0};
	int ret = -1;

	if (found &&
	    repository_read_newest_succeeded(platform->repository, &there, &newest, err) == 0)
		ret = put_promotion(platform, place, &newest, err);
	deployment_clear(&newest);
	json_decref(found);
	if (ret == 0 || err->kind != ERROR_NOT_FOUND)
		return ret;
	*err = (struct error){0};	/* nobody looks at it here */
	return 0;
}

/* --- to the namespace --- */

json_t *
record_notes_to_keep(struct platform *platform, const struct place *place, struct error *err)
{
	json_t *notes = repository_notes_to_keep(platform->repository, place, err), *value;
	json_t *out = notes ? json_object() : NULL;
	const char *name;

	json_object_foreach(notes, name, value) {
		const struct clone_note *note = clone_note_find(name);
		char *text = note ? clone_note_encode(note, value) : NULL;

		if (text)
			json_object_set_new(out, note->annotation, json_string(text));
		free(text);
	}
	json_decref(notes);
	return out;
}

int
record_notes_are_kept(struct platform *platform, const struct place *place, const json_t *notes,
		      struct error *err)
{
	int ret = 0;

	for (const struct clone_note *note = clone_notes; note->name && ret == 0; note++) {
		const char *text = json_member_string(notes, note->annotation);
		json_t *value = text ? clone_note_decode(note, text) : NULL;

		if (value)
			ret = repository_note_is_kept(platform->repository, place, note->name,
						      value, err);
		json_decref(value);
	}
	return ret;
}

/* --- from there --- */

/* known: what is written down here; waiting: what of it is not there yet. */
static int
take_note(struct platform *platform, const struct place *place, const struct clone_note *note,
	  const char *text, const json_t *known, const json_t *waiting, struct error *err)
{
	json_t *value = text ? clone_note_decode(note, text) : NULL;
	const json_t *had = json_object_get(known, note->name);
	int ret = 0;

	if (text && !value)
		log_line(LOG_PRIORITY_WARNING, "an annotation of a clone cannot be read", "env",
			 place->env, "annotation", note->annotation, NULL);
	else if (json_object_get(waiting, note->name))
		;		/* what is said here is newer */
	else if (!value && had)
		ret = repository_drop_note(platform->repository, place, note->name, err);
	else if (value && !json_equal(value, had))
		ret = repository_put_note(platform->repository, place, note->name, value, true,
					  err);
	json_decref(value);
	return ret;
}

/* Whoever promoted it is told here in the place of whoever changed the objects. */
static int
name_promotion(struct platform *platform, const struct adoption *adoption,
	       const struct place *place, const char *origin, struct error *err)
{
	json_t *notes;
	int ret = repository_read_notes(platform->repository, place, &notes, err);
	const json_t *promotion = json_object_get(notes, "promote");

	if (ret == 0 && promotion)
		ret = adoption_name_promotion(platform, adoption, origin, promotion, err);
	json_decref(notes);
	return ret;
}

int
record_take_notes(struct platform *platform, const struct adoption *adoption,
		  const struct place *place, const char *origin, const json_t *notes,
		  struct error *err)
{
	json_t *waiting = repository_notes_to_keep(platform->repository, place, err);
	json_t *known = NULL;
	int ret = waiting ? repository_read_notes(platform->repository, place, &known, err) : -1;

	for (const struct clone_note *note = clone_notes; note->name && ret == 0; note++)
		ret = take_note(platform, place, note, json_member_string(notes, note->annotation),
				known, waiting, err);
	if (ret == 0)
		ret = name_promotion(platform, adoption, place, origin, err);
	json_decref(waiting);
	json_decref(known);
	return ret;
}
