/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Objects of a cluster as a set keeps them, and back. */
#ifndef SIDESTAGE_TESTS_UNIT_KEPT_MANIFESTS_H
#define SIDESTAGE_TESTS_UNIT_KEPT_MANIFESTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/manifests.h"
#include "model/placeholder.h"
#include "model/workload-placeholders.h"

/* The first members of an object, for quoted-json.h; the metadata is open. */
#define HEAD(version, type, called) \
	"'apiVersion': '" version "', 'kind': '" type "', 'metadata': {'name': '" called "'"
#define DEPLOYMENT HEAD("apps/v1", "Deployment", "web") "}, "

/* As a driver gets it: of text from the cluster nothing is a placeholder. */
static inline json_t *
resolved(const json_t *kept)
{
	struct error err = {0};
	json_t *out = placeholder_resolve_some(kept, "/spec/manifests/x", workload_place_is_public,
					       placeholder_find_none, NULL, NULL, &err);

	if (!out)
		fail_msg("%s", err.text);
	return out;
}

/* As a set keeps it; new reference. */
static inline json_t *
keep(const json_t *object)
{
	struct error err = {0};
	json_t *kept = manifest_keep(object, &err);

	if (!kept)
		fail_msg("%s", err.text);
	return kept;
}

/* As a cluster gets what is kept; new reference. */
static inline json_t *
object_of(const json_t *kept)
{
	struct error err = {0};
	json_t *plain = resolved(kept), *object = manifest_object(plain, &err);

	if (!object)
		fail_msg("%s", err.text);
	json_decref(plain);
	return object;
}

#endif
