/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Two copies, the database's and the namespace's annotations, and each note goes by itself: one
 * that was written here waits until that very text has been put there, and as long as it waits what
 * is there does not count; of all others the annotation counts, its absence too.  So of two daemons
 * the later one wins, note by note, without a clock.
 */
#include "config.h"

#include "platform/engine/record-notes.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "model/clone-notes.h"
#include "model/comment.h"
#include "model/json.h"
#include "model/nouns.h"
#include "platform/engine/adoption.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository-notes.h"

#define PAST_MAX 50		/* deployments of the origin that are looked at */
#define CLOCK_SKEW_MS (5 * 60 * 1000)	/* between two machines */

/* --- promotions --- */

static bool
is_promotion_of(const char *text, const char *env)
{
	struct comment comment;
	bool is;

	comment_decode(&comment, text);
	is = comment.verb && strcmp(comment.verb, "promote") == 0 && comment.hotfix &&
	     strcmp(comment.hotfix, env) == 0;
	comment_clear(&comment);
	return is;
}

static json_t *
promotion_note(const struct deployment *d)
{
	char unknown[] = "?";

	return clone_promotion_encode(&(struct clone_promotion){
		.at = d->created_at,
		.by = *untrusted_raw(&d->created_by) ? d->created_by : (struct untrusted){unknown},
		.id = d->id,
		.set_id = d->set_id,
		.comment = d->comment,
	});
}

static int
put_promotion(struct platform *platform, const struct place *place, const struct deployment *newest,
	      struct error *err)
{
	struct clone_promotion promotion;
	json_t *known, *note;
	int ret = 0;

	if (repository_read_notes(platform->repository, place, &known, err) != 0)
		return -1;
	clone_promotion_read(&promotion, json_object_get(known, "promote"));
	note = promotion_note(newest);
	if (!untrusted_equal(&promotion.id, &newest->id))
		ret = repository_put_note(platform->repository, place, "promote", note, false, err);
	clone_promotion_clear(&promotion);
	json_decref(note);
	json_decref(known);
	return ret;
}

/* Another clone may have had its name before: what was promoted of that is as old as what this one
 * was made of, or older. */
static void
pick_promotion(const json_t *rows, const struct deployment *first, const char *env,
	       struct deployment *out)
{
	bool is_over = false;

	for (size_t i = 0; !is_over && i < json_array_size(rows); i++) {
		struct deployment d;

		deployment_read(&d, json_array_get(rows, i));
		is_over = untrusted_equal(&d.id, &first->from_id) ||
			  d.created_at < first->created_at - CLOCK_SKEW_MS;
		if (!is_over && d.status == DEPLOYMENT_SUCCEEDED &&
		    is_promotion_of(untrusted_raw(&d.comment), env)) {
			*out = d;
			return;
		}
		deployment_clear(&d);
	}
}

/* Something else may have been found there since.  out->id.raw NULL: there is none.  -1 with
 * ERROR_NOT_FOUND: nothing was deployed to the clone yet. */
static int
read_promotion(struct platform *platform, const struct place *place, const struct place *there,
	       struct deployment *out, struct error *err)
{
	struct repository *repository = platform->repository;
	struct deployment first = {0};
	json_t *rows = NULL;
	int64_t next;

	if (repository_read_oldest(repository, place, false, &first, err) == 0)
		rows = repository_deployments_before(repository, there, INT64_MAX, PAST_MAX, &next,
						     err);
	if (rows)
		pick_promotion(rows, &first, place->env, out);
	deployment_clear(&first);
	json_decref(rows);
	return rows ? 0 : -1;
}

int
record_note_promotion(struct platform *platform, const struct adoption *adoption,
		      const struct place *place, const char *origin, struct error *err)
{
	struct adopted_env found;
	const bool is_found = adoption_place(platform, adoption, origin, &found, err) == 0;
	const struct place there = {place->org, found.app, found.env};
	struct deployment promoted = {0};
	int ret = -1;

	if (is_found)
		ret = read_promotion(platform, place, &there, &promoted, err);
	if (ret == 0 && promoted.id.raw)
		ret = put_promotion(platform, place, &promoted, err);
	deployment_clear(&promoted);
	adopted_env_clear(&found);
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
	json_t *waiting = repository_notes_to_keep(platform->repository, place, err), *value;
	int ret = waiting ? 0 : -1;
	const char *name;

	json_object_foreach(waiting, name, value) {
		const struct clone_note *note = clone_note_find(name);
		const char *kept = note ? json_member_string(notes, note->annotation) : NULL;
		char *text = kept ? clone_note_encode(note, value) : NULL;

		if (ret == 0 && text && strcmp(text, kept) == 0)
			ret = repository_note_is_kept(platform->repository, place, name, value,
						      err);
		free(text);
	}
	json_decref(waiting);
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

const char *
record_notes_unreadable(const json_t *notes)
{
	for (const struct clone_note *note = clone_notes; note->name; note++) {
		const char *text = json_member_string(notes, note->annotation);
		json_t *value = text ? clone_note_decode(note, text) : NULL;

		json_decref(value);
		if (text && !value)
			return note->annotation;
	}
	return NULL;
}

/* Whoever promoted it is told here in the place of whoever changed the objects. */
static int
name_promotion(struct platform *platform, const struct adoption *adoption,
	       const struct place *place, const char *origin, struct error *err)
{
	json_t *notes;
	int ret = repository_read_notes(platform->repository, place, &notes, err);
	struct clone_promotion promotion;

	if (ret != 0)
		return ret;
	clone_promotion_read(&promotion, json_object_get(notes, "promote"));
	if (promotion.id.raw)
		ret = adoption_name_promotion(platform, adoption, origin, &promotion, err);
	clone_promotion_clear(&promotion);
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
