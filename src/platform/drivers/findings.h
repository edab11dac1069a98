/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a driver's review() finds, as the list that its task gives: on the wire it is the same. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_FINDINGS_H
#define SIDESTAGE_PLATFORM_DRIVERS_FINDINGS_H

#include <jansson.h>

#include "model/nouns.h"

struct error;

#define FINDINGS_MAX 200 /* more say nothing that these do not, but for as many refusals */

struct finding_subject {
	const char *workload, *object;	/* each may be NULL */
};

/* Adds one; the sentence is `why`. */
void findings_add(json_t *findings, enum deploy_finding_kind kind,
		  const struct finding_subject *subject, const char *code,
		  const struct error *why);

#endif
