/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What an earlier deployment was: a set that no environment may have now, and its values. */
#ifndef SIDESTAGE_FLOW_WORLD_PAST_H
#define SIDESTAGE_FLOW_WORLD_PAST_H

#include <stdbool.h>

struct error;
struct past;
struct session;
struct set;
struct values;

/* The set from the cache at once, or read from the platform, as the values are. */
struct past *past_open(struct session *session, const char *org, const char *app, const char *env,
		       const char *deployment_id, const char *set_id);
void past_close(struct past *past);	/* NULL is fine */
/* Borrowed.  NULL: not read yet, or past_error() says why it cannot be. */
struct set *past_set(const struct past *past);
/* A new reference to the same set, with the values when they could be read; NULL as above. */
struct set *past_shown(const struct past *past);
/* Its values; borrowed.  NULL: they are not known. */
const struct values *past_values(const struct past *past);
/* Set and values were read, or cannot be. */
bool past_is_settled(const struct past *past);
/* Why there are no values; kind NONE: there are, they are not read yet, or it named none. */
const struct error *past_values_error(const struct past *past);
const struct error *past_error(const struct past *past);

#endif
