/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The workloads that an environment is to have, as its deployments declare them: {module: body}. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_DECLARED_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_DECLARED_H

#include <jansson.h>

struct error;
struct place;
struct platform;

/* By the last deployment that succeeded, {} before the first; a new reference, NULL with err. */
json_t *declared_modules(struct platform *platform, const struct place *place, struct error *err);
/* By the one that is under way; a new reference, NULL: none is, or it cannot be read. */
json_t *begun_modules(struct platform *platform, const struct place *place);

#endif
