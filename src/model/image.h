/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image references (name[:version][@digest]) and the order of versions (semver 2.0.0 §11). */
#ifndef SIDESTAGE_MODEL_IMAGE_H
#define SIDESTAGE_MODEL_IMAGE_H

#include <stdbool.h>

struct image {
	char *name;		/* "local/topicshare-web" */
	char *version;		/* "1.4.2"; "" when the reference has none */
	char *digest;		/* "" when it has none */
};

/* Splits at the last ':' after the last '/'.  Never fails; image_clear() it. */
void image_parse(struct image *image, const char *reference);
void image_clear(struct image *image);
/* <0, 0, >0; pre-releases come before their release; what is no version compares by bytes. */
int image_version_compare(const char *a, const char *b);
/* "major", "minor", "patch", "pre-release" or "other": for the review's words (untranslated). */
const char *image_version_step(const char *from, const char *to);

#endif
