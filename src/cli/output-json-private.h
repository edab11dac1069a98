/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the nouns of --json (output-json.h) share.  Every value returned is a new reference. */
#ifndef SIDESTAGE_CLI_OUTPUT_JSON_PRIVATE_H
#define SIDESTAGE_CLI_OUTPUT_JSON_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/nouns.h"

/* Text that may be absent, and that may be anything: what is no UTF-8 is null. */
static inline json_t *
text(const char *bytes)
{
	json_t *value = bytes ? json_string(bytes) : NULL;

	return value ? value : json_null();
}

static inline json_t *
foreign(const struct untrusted *words)
{
	return text(words->raw);
}

/* wall_ms 0: not known, or none. */
static inline json_t *
when(int64_t wall_ms)
{
	char stamp[CLOCK_STAMP_SIZE];

	if (wall_ms <= 0)
		return json_null();
	clock_stamp(stamp, wall_ms);
	return json_string(stamp);
}

/* What is not understood says so; what is has no such member. */
static inline json_t *
with_problem(json_t *object, const struct untrusted *problem)
{
	if (problem->raw)
		json_object_set_new(object, "problem", foreign(problem));
	return object;
}

static inline json_t *
deployment_json(const struct deployment *d)
{
	json_t *object;

	if (!d->id.raw && !d->problem.raw)
		return json_null();
	object = json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "id", foreign(&d->id), "status",
			   deployment_status_word(d->status), "created_at", when(d->created_at),
			   "created_by", foreign(&d->created_by), "set_id", foreign(&d->set_id),
			   "comment", foreign(&d->comment));
	return with_problem(object, &d->problem);
}

/* What a null in the place of the time means. */
static inline const char *
expiry_of(int64_t expires_at, bool is_recorded)
{
	return expires_at > 0 ? "set" : is_recorded ? "none" : "unknown";
}

#endif
