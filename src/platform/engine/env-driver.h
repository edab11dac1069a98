/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which driver an environment has.
 *
 * Its resource "k8s-cluster" says so, which is matched like any other: the `driver_type` of the
 * definition that serves it names the driver, and its "cluster" which of several of that type
 * (cluster-definition.h).  This machine is such a definition, too.  It is
 * decided once, before anything of the environment is made, and remembered with it: what one
 * driver made, another can neither see nor remove.  So an environment does not move when its
 * definitions change; another one of them that is made later goes where they say then.
 *
 * How its namespace there is called is decided at the same time (env-namespace.h) by the resource
 * "k8s-namespace", if a definition of that type matches, else by the driver.  An environment is
 * alone in its namespace; a definition that gives two of them the same is refused for the second.
 * This machine has no namespaces and shows the name alone.
 *
 * The cluster is no row among the environment's resources and no node of its graph, as on the
 * platform whose API this is: people see there what their application declares.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ENV_DRIVER_H
#define SIDESTAGE_PLATFORM_ENGINE_ENV_DRIVER_H

#include <stdbool.h>

#include "platform/drivers/driver.h"
#include "platform/state/repository-homes.h"

struct error;
struct place;
struct platform;

/*
 * The one that made it or, where nothing was made yet, that its definitions choose now.  NULL with
 * ERROR_INPUT that names the criteria: none matches, or two do equally well; it is of a driver
 * that this platform does not have.
 */
struct driver *env_driver(struct platform *platform, const struct place *place,
			  struct error *err);
/* The same, which is remembered from now on with its home; env_home_clear() it, also after NULL.
 * is_new: nothing of it was made before. */
struct driver *env_driver_keep(struct platform *platform, const struct place *place,
			       struct env_home *home, bool *is_new, struct error *err);
/* The driver refused to make any of it: what definitions say then decides again. */
void env_driver_forget(struct platform *platform, const struct place *place);
/* The one that definitions choose now for an environment of this name and type, which need not be
 * there; NULL with err, as env_driver(). */
struct driver *env_driver_of_type(struct platform *platform, const struct place *place,
				  const char *env_type, struct error *err);
/* The one that made it.  NULL with ERROR_NOT_FOUND: nothing was made yet; with ERROR_INPUT: this
 * platform does not have it, and cannot get it before another start. */
struct driver *env_driver_made(struct platform *platform, const struct place *place,
			       struct error *err);
/* Nothing of it was ever made. */
bool env_driver_is_bare(struct platform *platform, const struct place *place);
/* The one that made it, with its home; env_home_clear() it, also after NULL. */
struct driver *env_driver_made_at(struct platform *platform, const struct place *place,
				  struct env_home *home, struct error *err);
/* In the words of a driver; borrows from the home. */
struct driver_home env_driver_home(const struct env_home *home);
/* Where it is or, where nothing was made yet, would be made now; env_home_clear() it.  false: that
 * is refused, and the home is empty. */
bool env_driver_where(struct platform *platform, const struct place *place, struct env_home *out);
/* Nothing was made of it or its driver is here; else -1 with err, as env_driver_made(). */
int env_driver_check(struct platform *platform, const struct place *place, struct error *err);
/* The same, and it is not somebody else's, which is changed only by what is reviewed. */
int env_driver_check_own(struct platform *platform, const struct place *place, struct error *err);

/* As env_driver() where there are no drivers: one definition of its cluster matches, not more. */
int env_driver_check_match(struct platform *platform, const struct place *place,
			   struct error *err);
/* Of a clone of what was adopted, where the clones are the cluster's and not this daemon's. */
bool env_driver_is_shared(struct platform *platform, const struct place *place);

#endif
