/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What people write down of a clone (model/clone-notes.h), and its promotion, on the way to the
 * clone's namespace and back.  What was written here and is not there yet is never replaced by
 * what is there.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_RECORD_NOTES_H
#define SIDESTAGE_PLATFORM_ENGINE_RECORD_NOTES_H

#include <jansson.h>

struct adoption;
struct error;
struct place;
struct platform;

/* The newest promotion of the clone to its origin is written down with the clone. */
int record_note_promotion(struct platform *platform, const struct adoption *adoption,
			  const struct place *place, const char *origin, struct error *err);
/* {ANNOTATION: text} of what is not there yet; new reference.  NULL with err. */
json_t *record_notes_to_keep(struct platform *platform, const struct place *place,
			     struct error *err);
/* These are there now. */
int record_notes_are_kept(struct platform *platform, const struct place *place, const json_t *notes,
			  struct error *err);
/* The first annotation that is to be such a note and is none; NULL: each can be read. */
const char *record_notes_unreadable(const json_t *notes);
/* What is there: what differs here becomes the same.  What is no such note is left out. */
int record_take_notes(struct platform *platform, const struct adoption *adoption,
		      const struct place *place, const char *origin, const json_t *notes,
		      struct error *err);

#endif
