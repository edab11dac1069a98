/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The types of resource: those of the public platform and our own, "sqlite".  An organization may
 * have more, which begin with its id: "acme/ledger".
 */
#ifndef SIDESTAGE_PLATFORM_STATE_RESOURCE_TYPES_H
#define SIDESTAGE_PLATFORM_STATE_RESOURCE_TYPES_H

#include <jansson.h>

struct error;

/* 0, or -1 with err: there is no such type for this organization. */
int resource_types_check(const char *org, const char *type, struct error *err);
/* As the wire has them; new reference. */
json_t *resource_types_list(void);

#endif
