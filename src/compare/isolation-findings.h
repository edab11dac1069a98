/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a search has found: isolation_clear() (isolation.h), which frees it, is beside it. */
#ifndef SIDESTAGE_COMPARE_ISOLATION_FINDINGS_H
#define SIDESTAGE_COMPARE_ISOLATION_FINDINGS_H

#include <stdbool.h>

#include "compare/isolation.h"

struct isolation_search;

/* Whether the string at hand has a finding with these names already. */
bool isolation_is_found(const struct isolation_search *search, const char *names);
/* Adds one for the string at hand (where, key, text of the search). */
void isolation_add(struct isolation_search *search, enum isolation_kind kind, const char *names);
/* The last one goes. */
void isolation_drop_last(struct isolation_findings *findings);
/* Those that name the same become the first of them. */
void isolation_group(struct isolation_findings *findings);

#endif
