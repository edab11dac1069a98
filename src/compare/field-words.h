/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a person calls a field of a workload. */
#ifndef SIDESTAGE_COMPARE_FIELD_WORDS_H
#define SIDESTAGE_COMPARE_FIELD_WORDS_H

#include <jansson.h>
#include <stdbool.h>

struct set;

/*
 * "image", "variable LOG_LEVEL", "port 80/TCP of Service/web", by the JSON pointer below the
 * workload.  Of objects of a cluster (model/manifests.h) every field has words; of another profile
 * one without is the pointer itself.  The containers and objects that are named where there are
 * several are those of `from` and `to`, the workload before and after (NULL: it is not there).
 * Foreign; free() it.
 */
char *field_words(const char *path, const json_t *from, const json_t *to);
/* The place in a set, "/modules/web/spec/...": "web: variable LOG_LEVEL" of an object of a cluster,
 * else itself.  Foreign; free() it. */
char *field_place_words(const struct set *set, const char *place);
/* Whether the members of the object there have names of their own, each its own field for a person:
 * variables, volumes, labels of an object of a cluster. */
bool field_is_by_name(const char *path);
/* What is shown of the value there, of which a part says all: of a variable its text, of a
 * container its image.  Borrowed; `value` itself where there is no such part. */
const json_t *field_value_shown(const char *path, const json_t *value);

#endif
