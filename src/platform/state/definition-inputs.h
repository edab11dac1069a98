/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The driver_inputs of a resource definition: values, and secrets that go in and never out.
 *
 * They come as {values, secrets} or {values, secret_refs} (whose leaves are {value}), are kept
 * as {values, sealed, fingerprints} and are shown as {values, secret_refs}.
 */
#ifndef SIDESTAGE_PLATFORM_STATE_DEFINITION_INPUTS_H
#define SIDESTAGE_PLATFORM_STATE_DEFINITION_INPUTS_H

#include <jansson.h>
#include <stdbool.h>

struct error;
struct platform;

/* As they are kept; a new reference.  NULL with ERROR_INPUT: not of that form, or a reference to
 * a store of secrets, of which there is none here. */
json_t *definition_inputs_take(const struct platform *platform, const char *org, const char *id,
			       const json_t *inputs, struct error *err);
/* As they are shown; a new reference. */
json_t *definition_inputs_shown(const char *org, const char *id, const json_t *kept);
/* The secrets, {} when there are none; a new reference.  NULL with err: they cannot be opened. */
json_t *definition_inputs_open(const struct platform *platform, const char *org, const char *id,
			       const json_t *kept, struct error *err);
/* In any of the three forms. */
bool definition_inputs_have_secrets(const json_t *inputs);

#endif
