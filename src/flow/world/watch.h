/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Keeps the world like the platform: what is asked, when, and what an answer changes.
 * For session.c only; world.c's side of it stands here as well, since nobody else may
 * change the world.
 */
#ifndef SIDESTAGE_FLOW_WORLD_WATCH_H
#define SIDESTAGE_FLOW_WORLD_WATCH_H

#include "flow/world/world.h"

struct session;
struct watch;

/* The world is the session's; it is filled from the cache at once, and read from then on. */
struct watch *watch_new(struct session *session, struct world *world, const char *only_org);
void watch_free(struct watch *watch);	/* NULL is fine */
/* Copies both. */
void watch_focus(struct watch *watch, const char *org, const char *app);
/* Somebody looks at that environment, until the same is closed. */
void watch_open(struct watch *watch, const char *env);
void watch_close(struct watch *watch, const char *env);
/* Somebody is there: a key was pressed.  Without that for some time the platform is asked less
 * often, unless something is going on. */
void watch_attend(struct watch *watch);
/* Walks again: what the store says has changed. */
void watch_look_again(struct watch *watch);
/* Everything is due now, and what is being asked is asked once more: no answer that counts is older
 * than this call. */
void watch_refresh(struct watch *watch);
/* What an environment's notes are now, as the platform answered when one was written (NULL: it did
 * not say).  It is newer than the last list, in the cache too, and than one that is under way. */
void watch_take_notes(struct watch *watch, const char *org, const char *app, const char *env,
		      json_t *notes);
/* session_settled() and session_unreadable(). */
bool watch_is_settled(const struct watch *watch, const char *org, const char *app, unsigned needs,
		      int64_t since);
const struct knowledge *
watch_unreadable(const struct watch *watch, const char *org, const char *app, unsigned needs);
/* A request has waited that long and no byte has come; 0: none has, or not for long. */
void watch_note_silence(struct watch *watch, int64_t silent_ms);

/* --- world.c --- */

/* Empty, with nothing asked yet. */
void world_init(struct world *world);
/* Each frees what belongs to it, and what is below it. */
void world_clear(struct world *world);
void world_organization_clear(struct world_organization *organization);
void world_application_clear(struct world_application *application);
void world_environment_clear(struct world_environment *environment);
void world_clear_errors(struct world_environment *environment);	/* of last_deploy: none are left */
/* The orders that world.h promises. */
void world_sort_organizations(struct world *world);
void world_sort_applications(struct world_organization *organization);
void world_sort_environments(struct world_application *application);
/* Like their const twins of world.h. */
struct world_organization *world_edit_organization(struct world *world, const char *org);
struct world_application *world_edit_application(struct world *world, const char *org,
						 const char *app);
struct world_environment *world_edit_environment(struct world *world, const char *org,
						 const char *app, const char *env);
/* To be changed; made when it is the first. */
struct knowledge *world_edit_known(struct world_environment *environment, enum world_part part);
/* What a person could tell apart. */
bool world_same_environment(const struct environment *a, const struct environment *b);
/* Something is being deployed there, or it is being deleted. */
bool world_is_busy(const struct world_environment *environment);

#endif
