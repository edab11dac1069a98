/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Everything that import.h reads, as one value; no secret is in it. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_EXPORT_H
#define SIDESTAGE_PLATFORM_ADMIN_EXPORT_H

#include <jansson.h>

struct error;
struct repository;

/* An environment comes with its newest deployment that succeeded, if any.  NULL with err. */
json_t *export_all(struct repository *repository, struct error *err);

#endif
