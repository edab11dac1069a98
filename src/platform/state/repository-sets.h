/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sets and deltas.  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_SETS_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_SETS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct delta;
struct draft;
struct error;
struct place;
struct repository;
struct set;
struct text_page;

/* The next page of these two (text-page.h), as they are on the wire: sets, and what deltas change,
 * are stored as the text that is sent, and are not parsed for it. */
int repository_sets_page(struct repository *repository, const struct place *place,
			 struct text_page *page, struct error *err);
int repository_drafts_page(struct repository *repository, const struct place *place,
			   const char *env, bool archived, struct text_page *page,
			   struct error *err);
/* The same of one set; free() it.  The empty set is not stored. */
char *repository_set_text(struct repository *repository, const struct place *place,
			  const char *id, struct error *err);
/* Any string of zeros is the empty set. */
struct set *repository_set(struct repository *repository, const struct place *place,
			   const char *id, struct error *err);
/* A set that is there already is fine. */
int repository_put_set(struct repository *repository, const struct place *place,
		       const struct set *set, struct error *err);

/* env NULL: all; archived: those with that state. */
json_t *repository_drafts(struct repository *repository, const struct place *place,
			  const char *env, bool archived, struct error *err);
/* A delta with what is known of it (model/draft.h); the caller clears it. */
int repository_read_draft(struct repository *repository, const struct place *place,
			  const char *id, struct draft *out, struct error *err);
/* What it changes; delta_free() it. */
struct delta *repository_delta(struct repository *repository, const struct place *place,
			       const char *id, struct error *err);
/* 1: a deployment was made of it, anywhere in the application; 0: none was; -1 with err. */
int repository_delta_is_deployed(struct repository *repository, const struct place *place,
				 const char *id, struct error *err);
/* env NULL: it is for no particular environment.  The user becomes its first contributor. */
int repository_put_delta(struct repository *repository, const struct place *place,
			 const char *id, const struct delta *delta, const char *env,
			 const char *name, const char *user, int64_t now, struct error *err);
/* Content, contributors and time change; ERROR_INPUT when it is archived. */
int repository_update_delta(struct repository *repository, const struct place *place,
			    const char *id, const struct delta *delta, const char *user,
			    int64_t now, struct error *err);
int repository_set_delta_name(struct repository *repository, const struct place *place,
			      const char *id, const char *name, struct error *err);
int repository_set_delta_env(struct repository *repository, const struct place *place,
			     const char *id, const char *env, struct error *err);
/* An archived delta is refused by what would change it. */
int repository_set_delta_archived(struct repository *repository, const struct place *place,
				  const char *id, bool archived, struct error *err);

#endif
