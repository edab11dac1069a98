/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A namespace that somebody else filled, as an environment: what a driver found there
 * (driver_ops.survey) is recorded as a deployment that has succeeded, by whoever made the newest
 * change.  Found again it is recorded only when it is something else.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ADOPTION_H
#define SIDESTAGE_PLATFORM_ENGINE_ADOPTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct adopted_env;
struct clone_promotion;
struct env_home;
struct error;
struct found_namespace;
struct place;
struct platform;

#define ADOPTION_ID_SIZE 51		/* of an id of the API, with its end */
#define ADOPTION_TYPE "production"	/* of an environment that is found: it is protected */

/* Where it was found, and whose it becomes. */
struct adoption {
	const char *org;
	const char *driver_type, *cluster;	/* as drivers_find() takes them */
	const char *def_id;			/* of the definition that chooses that */
	const char *user;			/* who adopts it */
	/* Labels of the workloads that are wanted from now on, "": all; NULL: as before. */
	const char *selector;
};

/* An id of the API for a name of somebody else's: the same for the same name.  is_unique: two names
 * never have one. */
void adoption_id(char out[ADOPTION_ID_SIZE], const char *name, bool is_unique);

/* NEEDS_WHOLE: only its workloads were read, and more than those is to be compared. */
enum adoption_result { ADOPTION_SAME, ADOPTION_NEW, ADOPTION_CHANGED, ADOPTION_NEEDS_WHOLE };
/*
 * One of the namespaces that a survey gave.  0 with the result; -1 with err: ERROR_CONFLICT where
 * an environment that was made here has the namespace.
 */
int adoption_record(struct platform *platform, const struct adoption *adoption,
		    const struct found_namespace *found, enum adoption_result *result,
		    struct error *err);
/* What was found there was promoted by another platform, as a clone's note says ("promote" of
 * model/clone-notes.h): its deployment takes the place of the found one.  Otherwise the
 * environment is resumed, since rollout_past() may know more now.  0, or -1 with err.
 */
int adoption_name_promotion(struct platform *platform, const struct adoption *adoption,
			    const char *namespace, const struct clone_promotion *promotion,
			    struct error *err);
/*
 * It becomes an environment of that application, with all of its deployments.  Nothing is being
 * deployed to it.  1: it did; 0: it is one already, or is not adopted; -1 with
 * err: ERROR_CONFLICT where clones of it are there.
 */
int adoption_move(struct platform *platform, const struct adoption *adoption,
		  const char *namespace, const char *app, struct error *err);
/* Whether it could: 0, also where it is not adopted, or -1 with err. */
int adoption_check_move(struct platform *platform, const struct adoption *adoption,
			const char *namespace, const char *app, struct error *err);
/* Where one of its namespaces is; the texts are borrowed, and the labels are new. */
void adoption_home(const struct adoption *adoption, const char *namespace, struct env_home *out);
/* The place of an adopted namespace: 0, or -1 with a zero `out` (ERROR_NOT_FOUND: it was not
 * adopted).  adopted_env_clear() it. */
int adoption_place(struct platform *platform, const struct adoption *adoption,
		   const char *namespace, struct adopted_env *out, struct error *err);

#endif
