/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The shared values of a clone in its record (records.h): {KEY: text} of its own, without those
 * that are secret, which are nowhere but in the platform that has them. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_RECORD_VALUES_H
#define SIDESTAGE_PLATFORM_ENGINE_RECORD_VALUES_H

#include <jansson.h>

struct error;
struct place;
struct platform;

/* As they were in that version ("" or NULL: there were none); new reference.  NULL with err. */
json_t *record_values_write(struct platform *platform, const struct place *place,
			    const char *version, struct error *err);
/* The clone's own become these; what is secret here stays, and so does all where `values` is
 * absent.  0, or -1 with err: ERROR_INPUT where they are none. */
int record_values_take(struct platform *platform, const struct place *place, const json_t *values,
		       const char *user, struct error *err);

#endif
