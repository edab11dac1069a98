/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What people write down of a clone (model/clone-notes.h).  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_NOTES_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_NOTES_H

#include <jansson.h>
#include <stdbool.h>

struct error;
struct place;
struct repository;

/* {NAME: value}, a new reference; NULL: there are none. */
int repository_read_notes(struct repository *repository, const struct place *place, json_t **out,
			  struct error *err);
/* Those that are still to be kept where the clone runs; new reference. */
json_t *repository_notes_to_keep(struct repository *repository, const struct place *place,
				 struct error *err);
/* Replaces the one of that name.  is_kept: it came from where the clone runs. */
int repository_put_note(struct repository *repository, const struct place *place, const char *name,
			const json_t *value, bool is_kept, struct error *err);
/* It is kept there now, unless it was replaced meanwhile. */
int repository_note_is_kept(struct repository *repository, const struct place *place,
			    const char *name, const json_t *value, struct error *err);
/* The newest "promote" that brought this set to the origin of a clone, the namespace of an
 * organization's cluster; new reference.  NULL with ERROR_NOT_FOUND. */
json_t *repository_promotion(struct repository *repository, const char *org, const char *cluster,
			     const char *origin, const char *set_id, struct error *err);
/* Of all clones of that origin, newest first, at most `max`: [{"env", "promote": value}], newly
 * made. */
json_t *repository_promotions(struct repository *repository, const char *org, const char *cluster,
			      const char *origin, int max, struct error *err);
int repository_drop_note(struct repository *repository, const struct place *place,
			 const char *name, struct error *err);

#endif
