/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether a document is one of Score: a table of what stands where. */
#ifndef SIDESTAGE_PLATFORM_API_SCORE_FIELDS_H
#define SIDESTAGE_PLATFORM_API_SCORE_FIELDS_H

#include <jansson.h>

struct error;

/* 0, or -1 with err, which names the first place that is written wrongly, or that Score does not
 * have.  In containers and their probes any name may stand: what is not known is carried along. */
int score_fields_check(const json_t *spec, struct error *err)
	__attribute__((warn_unused_result));

#endif
