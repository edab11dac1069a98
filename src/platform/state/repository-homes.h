/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where environments run.  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_HOMES_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_HOMES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct error;
struct place;
struct repository;

/* What made an environment, and where; it stays so until the environment is dropped. */
struct env_home {
	char *driver_type, *def_id;		/* the driver, and the definition that chose it */
	char *cluster;				/* which of this type; "": there is one */
	char *namespace, *namespace_def;	/* "": it has none, and no definition gave it */
	json_t *labels;				/* of the namespace; an object */
	bool is_adopted;			/* somebody else made what is in it */
	char *origin;	/* the adopted namespace that its base was found in; "", NULL: none */
	char *selector;	/* adopted: labels of the workloads that are wanted; "", NULL: all */
	char *made;	/* of such a one: which of those that were called so; "", NULL: not known */
};
void env_home_clear(struct env_home *home);
/* ERROR_NOT_FOUND: nothing of it was made yet.  env_home_clear() it. */
int repository_env_home(struct repository *repository, const struct place *place,
			struct env_home *out, struct error *err);
int repository_put_env_home(struct repository *repository, const struct place *place,
			    const struct env_home *home, struct error *err);
/* Nothing of it was made after all. */
int repository_drop_env_home(struct repository *repository, const struct place *place,
			     struct error *err);
/* Another environment that is in this namespace of this cluster, "org/app/env"; free() it.  NULL with
 * ERROR_NOT_FOUND: there is none. */
char *repository_namespace_holder(struct repository *repository, const struct place *place,
				  const struct env_home *home, struct error *err);

/* The environment that a namespace of a cluster was adopted as. */
struct adopted_env {
	char *org, *app, *env;
	char *driver_type, *def_id, *cluster, *namespace;
	char *selector;				/* "": all of its workloads are wanted */
};
void adopted_env_clear(struct adopted_env *place);	/* also one that is zero */
/* -1 with ERROR_NOT_FOUND and a zero `out`: it was not.  adopted_env_clear() it. */
int repository_adopted_place(struct repository *repository, const char *org,
			     const struct env_home *home, struct adopted_env *out,
			     struct error *err);
struct adopted_envs {
	struct adopted_env *items;
	size_t count;
};
int repository_set_adopted_selector(struct repository *repository, const struct place *place,
				    const char *selector, struct error *err);
/* All that were.  adopted_envs_clear() them. */
int repository_adopted_places(struct repository *repository, struct adopted_envs *out,
			      struct error *err);
void adopted_envs_clear(struct adopted_envs *places);
/* 1: there are clones of such a namespace, or one that is not deployed yet, 0: there are none; -1
 * with err. */
int repository_has_clones(struct repository *repository, const char *org, const char *cluster,
			  const char *namespace, struct error *err);

#endif
