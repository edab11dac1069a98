/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The metadata of objects as a cluster gives them, and the items of its lists.  Nothing is trusted
 * to be there, nor to be of the type that it should be. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_META_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_META_H

#include <jansson.h>
#include <stdbool.h>

#define KUBE_VERSION_SIZE 128

/* "NAME", or "NAMESPACE/NAME" where it has one and that is wanted; free() it.  NULL: no name. */
char *kube_meta_key(const json_t *object, bool with_namespace);
/* resourceVersion, of a list too; false: none, or one that no server gives. */
bool kube_meta_version(const json_t *object, char out[KUBE_VERSION_SIZE]);
/* One that was deleted and made anew is another, whatever its name. */
bool kube_meta_is_other(const json_t *before, const json_t *after);
bool kube_meta_has_same_version(const json_t *a, const json_t *b);
/* The same objects in the same versions, of two {key: object}. */
bool kube_meta_are_same(const json_t *a, const json_t *b);
/* Who manages which field is as long as all the rest of an object. */
void kube_meta_drop_managers(json_t *object);
/* kubectl's note of the whole object as it was applied: what was secret in it would stay twice. */
void kube_meta_drop_applied(json_t *object);
/* An item as an object of its own: with kind and apiVersion, which only its list has, without
 * kubectl's note, and without managers unless they are kept.  What lies deeper is shared.  New
 * reference. */
json_t *kube_meta_item(const json_t *list, const json_t *item, bool keeps_managers);

#endif
