/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Image references: name[:version][@digest]. */
#ifndef SIDESTAGE_MODEL_IMAGE_H
#define SIDESTAGE_MODEL_IMAGE_H

#include <stdbool.h>

struct image {
	char *name;		/* "local/topicshare-web" */
	char *version;		/* "1.4.2"; "" when the reference has none */
	char *digest;		/* "sha256:1a2b...", whole; "" when it has none */
};

/* Splits at the last ':' after the last '/'.  Never fails; image_clear() it. */
void image_parse(struct image *image, const char *reference);
/* Frees the three parts; the struct can be used again. */
void image_clear(struct image *image);

/* Whether the reference is of that image, in whatever version. */
bool image_has_name(const char *reference, const char *name);

/* What a person asks for who types this where `reference` runs: a version or a digest ("sha256:...")
 * is one of the same image; with a registry or a name in it, it is a reference of its own.  free()
 * it. */
char *image_typed(const char *reference, const char *typed);

/* What is shown of it: the version; else the digest, short ("sha256:1a2b3c4d…"); else all.
 * Never empty unless the reference is. */
char *image_label(const char *reference);
/* The same of two that differ, by what tells them apart: the labels of two different references
 * are never the same.  "1.2@sha256:1a2b3c4d…" where the digest alone differs. */
void image_labels(const char *from, const char *to, char **from_label, char **to_label);

#endif
