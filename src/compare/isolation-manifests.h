/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What of a cluster's object (model/manifests.h) can lead a clone to somebody else. */
#ifndef SIDESTAGE_COMPARE_ISOLATION_MANIFESTS_H
#define SIDESTAGE_COMPARE_ISOLATION_MANIFESTS_H

#include <jansson.h>
#include <stdbool.h>

struct isolation_search;

/* Whether the text is "NAMESPACE/NAME", which leads there also in an annotation. */
bool isolation_is_reference(const char *text);
/* Whether the string at the path ("/modules/web/spec/manifests/...") may lead anywhere; of another
 * profile always.  Sets whether it is looked for hosts only, or for names only. */
bool isolation_is_read(struct isolation_search *search, const char *path);
/* Whether what stands there is base64, whatever it looks like. */
bool isolation_is_bytes(const char *path);
/* Adds what the objects of a module are called, and their containers, to {name: true}. */
void isolation_put_objects(json_t *names, const json_t *module);
/* Hides the names of the clone's own objects, of which the source's name may be a part. */
void isolation_hide_objects(const struct isolation_search *search, char *text);

#endif
