/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The executables below one directory, each named like an image: "name:version". */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_IMAGES_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_IMAGES_H

#include <jansson.h>

struct error;
struct images;

/* Holds the directory open: NULL with err when there is none. */
struct images *images_open(const char *directory, struct error *err);
void images_free(struct images *images);
/* Whether it is written as one can be; -1 with ERROR_INPUT that names it. */
int images_check(const char *reference, struct error *err);
/* The path of the executable; free() it.  Without images (NULL) whatever is well written is taken
 * to be there.  NULL with ERROR_INPUT that names the image. */
char *images_find(const struct images *images, const char *reference, struct error *err);
/* [{"name", "version"}], sorted; new reference. */
json_t *images_list(const struct images *images);

#endif
