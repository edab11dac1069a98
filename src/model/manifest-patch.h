/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A change of a cluster's objects as whoever keeps their manifests in a repository would write it:
 * for those who own what a set was found with.
 */
#ifndef SIDESTAGE_MODEL_MANIFEST_PATCH_H
#define SIDESTAGE_MODEL_MANIFEST_PATCH_H

#include <jansson.h>

struct error;

/* Of one kept object (manifests.h): a strategic merge patch, which names items of lists by their
 * keys; kustomize takes it among its "patches", and kubectl patch too.  Of a custom resource it is a
 * merge patch, which has such lists whole.  New reference; NULL with ERROR_INPUT. */
json_t *manifest_merge_patch(const json_t *before, const json_t *after, struct error *err);
/* The same as JSON Patch (RFC 6902) of the object with lists; order as in manifest_operations(). */
json_t *manifest_json_patch(const json_t *before, const json_t *after, const json_t *order,
			    struct error *err);

/* All that modules of this profile change, {MODULE: module}: [{"object": "Deployment/web",
 * "operation": "patch", "create" or "delete", "merge_patch", "json_patch", "manifest" of a new
 * one}].  order: {"Deployment/web": that of manifest_operations()}, or NULL.  New reference; what
 * cannot be written is left out. */
json_t *manifests_patches(const json_t *before, const json_t *after, const json_t *order);
/* The same as one text of YAML, a document each, with the JSON Patch as a comment; "" when there is
 * nothing.  free() it.  NULL with ERROR_LIMIT: it is too large. */
char *manifests_patches_text(const json_t *patches, struct error *err);
/* The one JSON Patch, as `kubectl patch --type=json --patch-file` takes it.  NULL with ERROR_INPUT,
 * too: there are several, or the object is created or deleted. */
char *manifests_json_patch_text(const json_t *patches, struct error *err);

#endif
