/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a person writes down of a clone (model/clone-notes.h) is for everybody who sees it: it is
 * written here first, and told to the platform as soon as that takes it.  What others wrote comes
 * with the environment, and is written here as if it had been said here; what is still to be told
 * is never replaced by it.
 */
#ifndef SIDESTAGE_FLOW_WORLD_NOTES_H
#define SIDESTAGE_FLOW_WORLD_NOTES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct error;
struct notes;
struct session;
struct world_environment;

struct notes *notes_new(struct session *session);
void notes_free(struct notes *notes);	/* NULL is fine */
/* What is written down under the name that the platform has now is to be told, and nothing else. */
void notes_load(struct notes *notes);
/* In each turn; is_changed: the world may be another one. */
void notes_update(struct notes *notes, bool is_changed);

/* To be told; takes the value (null: it is taken back).  A platform that has no such notes is not
 * told, and neither is one that the session may not change. */
void notes_tell(struct session *session, const char *org, const char *app, const char *env,
		const char *name, json_t *value);
/* The same of when the clone ends; 0: never. */
void notes_tell_expiry(struct session *session, const char *org, const char *app, const char *env,
		       int64_t expires_at);
/* Whether others see them. */
bool notes_are_shared(struct session *session);
/* Nothing is to be told any more, or it cannot be. */
bool notes_are_told(const struct session *session);
/* true, once: the platform refused a note of this clone (org NULL: of any), and why.  Where the
 * token was refused it still waits; else it stays here, and nobody else sees it. */
bool notes_take_error(struct session *session, const char *org, const char *app, const char *env,
		      struct error *out);
/* What others say of the name; NULL: nothing, or what was said here is newer.  Borrowed. */
const json_t *notes_of(struct session *session, const char *org, const char *app,
		       const struct world_environment *environment, const char *name);

#endif
