/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Resources that a set declares and that no definition serves where it is to run. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_IMPORT_RESOURCES_H
#define SIDESTAGE_PLATFORM_ADMIN_IMPORT_RESOURCES_H

#include <jansson.h>

struct error;
struct place;
struct platform;
struct set;

/* Appends {"place", "resource", "type", "class", "env_type"} for each to the list; 0, or -1 with err.
 * A definition may be made later, so this is no fault. */
int import_find_unserved(struct platform *platform, const struct place *place,
			 const char *env_type, const struct set *set, json_t *list,
			 struct error *err) __attribute__((warn_unused_result));
/* The sentence of such an entry, to be told as a warning; free() it. */
char *import_unserved_text(const json_t *entry);

#endif
