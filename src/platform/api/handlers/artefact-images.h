/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Artefact versions that a driver has.  They are not stored: the driver is asked each time, so a
 * version that appears in the image directory can be picked at once.  Ids are made from names, so
 * they are always the same.
 */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_ARTEFACT_IMAGES_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_ARTEFACT_IMAGES_H

#include <stdint.h>

struct artefact;
struct artefact_version;
struct error;
struct platform;

/* What the wire requires of one that this user makes at that time (wall ms). */
void artefact_complete(struct artefact_version *version, const char *user, int64_t now);
/* By its name, version and digest. */
void artefact_set_ids(struct artefact_version *version);
/* free() it. */
char *artefact_id_of_name(const char *name);

/* Called for each, and may take what is in it; anything but 0 ends it, and is the answer. */
typedef int artefact_image(struct platform *platform, struct artefact *artefact, void *data,
			   struct error *err);
/* Those of all drivers; 0 behind the last. */
int artefact_images(struct platform *platform, artefact_image *use, void *data, struct error *err);

/* Whether one of this id was registered, which hides what a driver has: 1, 0, or -1 with err. */
int artefact_is_registered(struct platform *platform, const char *org, const char *id,
			   struct error *err);

#endif
