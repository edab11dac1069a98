/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Objects of a Kubernetes cluster that somebody else wrote, as a set keeps them: the profile
 * "sidestage/manifests", whose spec is {"manifests": {KEY: kept object}}.
 *
 * A kept object is without what the cluster owns (status, uid, managedFields, addresses, what it
 * filled in by itself), and its lists that the API merges by a key are objects by that key:
 *
 *	containers: {web: {image: ..., env: {LOG_LEVEL: {value: debug}}, ports: {8080/TCP: {}}}}
 *
 * So a change is one of a name and never of a place in a list: difference, merge, draft and review
 * need to know nothing of it, and a variable that somebody inserts meanwhile conflicts with no
 * other.  A list whose items lack the key, or two of which have the same, stays a list.  Where the
 * order of items means something and is not that of their keys, an item may name the one it comes
 * "after" (merge-keys.h).  Strings that look like placeholders are escaped (placeholder.h), so that
 * they arrive as they are.  A Secret is kept without what is in it.
 */
#ifndef SIDESTAGE_MODEL_MANIFESTS_H
#define SIDESTAGE_MODEL_MANIFESTS_H

#include <jansson.h>
#include <stdbool.h>

struct error;

#define MANIFESTS_PROFILE "sidestage/manifests"

/* Whether that is the name of this profile; NULL is not. */
bool manifests_is(const char *profile);
/* The kept objects of a module by their keys; NULL: it is of another profile.  Borrowed. */
json_t *manifests_of(const json_t *module);

/* "Deployment/web", of another group than the built-in ones "Certificate.cert-manager.io/web";
 * free() it.  NULL: it has no kind or no name. */
char *manifest_key(const json_t *object);
/* As a set keeps an object that a cluster gave.  New reference; NULL with ERROR_INPUT. */
json_t *manifest_keep(const json_t *object, struct error *err);
/* The object of a kept one, whose placeholders are resolved: with lists again.  Takes one that has
 * lists, too.  New reference; NULL with ERROR_INPUT. */
json_t *manifest_object(const json_t *kept, struct error *err);

/* The way to the pod's specification in an object of that kind, ended by NULL: "spec", "template",
 * "spec".  NULL: the kind has none, or is a custom one. */
const char *const *manifest_pod_path(const json_t *object);
/* The pod's specification in it, wherever its kind has that (a Deployment's template, a CronJob's
 * template of a Job's), of a kept one or of an object; NULL: it has none, or is a custom one.
 * Borrowed. */
const json_t *manifest_pod_spec(const json_t *object);

/* Nothing of a module's objects has to run at this moment: no replicas are wanted, or it runs when
 * its time comes, or once. */
bool manifests_may_rest(const json_t *module);

/* `pointer` is the container's, below the object; `list` is "containers", "initContainers" or
 * "ephemeralContainers"; the name is "" where it has none. */
typedef void manifest_container(void *data, const char *pointer, const char *list,
				const char *name, const json_t *container);
/* Each container with an image, kept or not; in a custom resource wherever there are some. */
void manifest_each_container(const json_t *object, manifest_container *call, void *data);
/* JSON pointer below the object to the image that it is known by: of the container that kubectl
 * takes (its annotation), that is called like the object, or that is the first; of a custom
 * resource without containers "/spec/image".  NULL: none.  free() it. */
char *manifest_image_path(const json_t *object);
/* JSON pointer below the module to the image that the workload is known by: that of the first
 * object by key that has one; NULL: none.  free() it. */
char *manifests_image_path(const json_t *module);
/* The same of the container that runs an image of that name, in whatever version: the first of the
 * first object by key; an init container only where no other runs it.  NULL: none.  free() it. */
char *manifests_image_path_named(const json_t *module, const char *name);

#endif
