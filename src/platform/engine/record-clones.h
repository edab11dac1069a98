/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The clones of what was adopted in a cluster, as the database has them. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_RECORD_CLONES_H
#define SIDESTAGE_PLATFORM_ENGINE_RECORD_CLONES_H

#include <jansson.h>
#include <stdbool.h>

struct adoption;
struct env_home;
struct error;
struct place;
struct platform;

/* As drivers call it (driver_ops.kept): the organization is called otherwise elsewhere.  free() */
char *record_name(const struct place *place);

/* A clone of what was adopted in this cluster; its home is filled then. */
bool record_is_clone(struct platform *platform, const struct adoption *of,
		     const struct place *place, struct env_home *home);
/* {NAME: ""} of those that came up once; new reference.  What is not there any more is gone,
 * whoever deleted it and when; one that never came up may still be made. */
json_t *record_clones_known(struct platform *platform, const struct adoption *of);
/* It is deleted here, as it was elsewhere.  0, or -1 with err. */
int record_clone_drop(struct platform *platform, const struct place *place, struct error *err);
/* That user made it, or nobody knows who did. */
bool record_clone_is_of(struct platform *platform, const struct place *place, const char *user);

#endif
