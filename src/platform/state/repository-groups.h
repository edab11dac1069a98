/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which application a person chose for an adopted namespace.  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_GROUPS_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_GROUPS_H

#include <jansson.h>

struct error;
struct repository;

/* The one of a namespace; "": that of its labels.  free() it; NULL with ERROR_NOT_FOUND. */
char *repository_group(struct repository *repository, const char *org, const char *cluster,
		       const char *namespace, struct error *err);
/* {namespace: application} of all that have one, without "": new reference, or NULL with err. */
json_t *repository_groups(struct repository *repository, const char *org, const char *cluster,
			  struct error *err);
/* app "": that of its labels. */
int repository_put_group(struct repository *repository, const char *org, const char *cluster,
			 const char *namespace, const char *app, struct error *err);
/* Nothing is chosen for it any more. */
int repository_drop_group(struct repository *repository, const char *org, const char *cluster,
			  const char *namespace, struct error *err);
/* {namespace: application or ""}, as the option of the daemon says at this start: one that is
 * another than at the last start is chosen from now on. */
int repository_put_option_groups(struct repository *repository, const char *org,
				 const char *cluster, const json_t *said, struct error *err);

#endif
