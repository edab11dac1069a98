/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which images run, by their digests: a tag may have been moved since. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_FACTS_IMAGES_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_FACTS_IMAGES_H

#include <jansson.h>

/* Each {"Deployment/web/CONTAINER": [image as it is declared, the same with its digest]}. */
struct facts_images {
	json_t *pinned;			/* what the clone has already, which stays */
	json_t *running;		/* what the origin runs */
	json_t *times;			/* {key: wall ms}: since when */
	json_t *known;			/* both */
	json_t *by_image;		/* {image: with its digest; null: with several} */
	json_t *seen;			/* {key: image}, whether or not it has a digest */
	json_t *kept;			/* {image: with its digest}: what the clone's pods have */
};

void facts_images_init(struct facts_images *images);
void facts_images_clear(struct facts_images *images);
/* Of an object of the clone that makes pods. */
void facts_take_pinned(struct facts_images *images, const char *kind, const json_t *object);
/* Of a pod of the origin; the newest of a workload counts. */
void facts_take_pod(struct facts_images *images, const json_t *pod);
/* Of a pod of the clone, whose object nobody knows how to find an image in. */
void facts_take_clone_pod(struct facts_images *images, const json_t *pod);
/* Borrowed. */
const json_t *facts_images_known(struct facts_images *images);

#endif
