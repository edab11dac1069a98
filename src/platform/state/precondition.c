/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * If-Match is a list (RFC 9110 §13.1.1); one that fits is enough.  Bare tags are taken as
 * well as quoted ones (doc/api/extensions).
 *
 * The tag covers the last deployment and the base together.  Either alone would let somebody
 * deploy over a change that they have not seen: a failed deployment moves only the first, a
 * rebase only the second.  A refusal brings what is there now, so a client need not ask again
 * to show it.
 */
#include "config.h"

#include "platform/state/precondition.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/moved.h"
#include "platform/state/place.h"
#include "platform/state/repository-value-versions.h"

void
precondition_tag(char out[IDS_SHA256_B64_SIZE], const char *last_id, const char *from_id)
{
	char *text = xasprintf("%s\n%s", last_id ? last_id : "", from_id ? from_id : "");

	ids_sha256_b64(out, text, strlen(text));
	free(text);
}

static bool
is_text(const char *bytes, size_t length, const char *text)
{
	return strlen(text) == length && memcmp(bytes, text, length) == 0;
}

/* One of the header's list: quoted, or a bare tag.  older: a text that counts in quotes only. */
static bool
is_one(const char *bytes, size_t length, const char *tag, const char *older)
{
	if (length >= 2 && bytes[0] == '"' && bytes[length - 1] == '"')
		return is_text(bytes + 1, length - 2, tag) ||
		       (older && is_text(bytes + 1, length - 2, older));
	return is_text(bytes, length, "*") || is_text(bytes, length, tag);
}

static bool
matches(const char *if_match, const char *tag, const char *older)
{
	const char *at = if_match;

	for (;;) {
		size_t length;

		at += strspn(at, ", \t");
		if (!*at)
			return false;
		length = *at == '"' && strchr(at + 1, '"') ? (size_t)(strchr(at + 1, '"') - at) + 1
							   : strcspn(at, ", \t");
		if (is_one(at, length, tag, older))
			return true;
		at += length;
	}
}

int
precondition_check(const char *if_match, const struct environment *env, json_t **details,
		   struct error *err)
{
	const char *tag = untrusted_raw(&env->deploy_tag);

	if (!if_match || matches(if_match, tag, untrusted_raw(&env->last_deploy.id)))
		return 0;
	if (details) {
		/* Borrowed from it, as it is. */
		const struct environment_moved now = {env->last_deploy, env->from_deploy,
						      .deploy_tag = env->deploy_tag};

		json_decref(*details);
		*details = environment_moved_encode(&now);
	}
	if (!env->last_deploy.id.raw)
		return error_set_code(err, CODE_ENVIRONMENT_MOVED_TO_NOTHING);
	return error_set_code(err, CODE_ENVIRONMENT_MOVED,
			      .deployment = env->last_deploy.id.raw,
			      .base = env->from_deploy.id.raw);
}

static int
refuse_values(const struct place *place, const char *newest, json_t **details, struct error *err)
{
	struct values_moved now = {0};

	untrusted_init(&now.value_set_version_id, *newest ? newest : NULL);
	json_decref(*details);
	*details = values_moved_encode(&now);
	values_moved_clear(&now);
	return error_set_code(err, CODE_VALUES_MOVED, .place = place->env ? place->env : place->app,
			      .version = newest);
}

int
precondition_check_values(struct repository *repository, const struct place *place,
			  const char *if_match, json_t **details, struct error *err)
{
	char newest[IDS_UUID_SIZE];

	if (!if_match)
		return 0;
	if (repository_pin_values(repository, place, NULL, newest, err) != 0)
		return -1;
	return matches(if_match, newest, NULL) ? 0 : refuse_values(place, newest, details, err);
}

int
precondition_check_base(struct repository *repository, const struct place *place, const char *base,
			json_t **details, struct error *err)
{
	char newest[IDS_UUID_SIZE];

	if (repository_pin_values(repository, place, NULL, newest, err) != 0)
		return -1;
	return strcmp(newest, base ? base : "") == 0 ? 0
						     : refuse_values(place, newest, details, err);
}
