/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What of a clone still leads to where it was cloned from (promise 9): environments that are
 * named, hosts and addresses that are the same everywhere, and static resources.  None is left
 * out; each is a finding that a person acknowledges or changes.
 */
#ifndef SIDESTAGE_COMPARE_ISOLATION_H
#define SIDESTAGE_COMPARE_ISOLATION_H

#include <jansson.h>
#include <stddef.h>

#include "model/match.h"

struct definitions;
struct set;

enum isolation_kind {
	ISOLATION_ENVIRONMENT,	/* names an environment that the clone must not touch */
	ISOLATION_SAME_HOST,	/* a host of the source's resources */
	ISOLATION_FIXED_HOST,	/* a host that is written out */
	ISOLATION_ADDRESS,	/* an address that is written out */
	ISOLATION_RESOURCE,	/* a resource that the source has as well */
	ISOLATION_IDENTITY,	/* an account in a cloud that the source has as well */
	ISOLATION_QUEUE,	/* what the source reads of, or is called by */
	ISOLATION_LOCK,		/* what only one may hold, in a place that both reach */
	ISOLATION_HOLDER,	/* somebody outside who may hold locks of the clone */
	ISOLATION_CLUSTER,	/* what is of no namespace: a volume, what webhooks are called */
	ISOLATION_KIND_COUNT
};

#define ISOLATION_ID_SIZE 13

struct isolation_finding {
	char id[ISOLATION_ID_SIZE];	/* the same for the same finding, each time */
	enum isolation_kind kind;
	char *where;		/* "/modules/web/spec/...", "values/KEY", "resources/shared.db" */
	char *text;		/* foreign: the text that it was found in; of a long one a part */
	char *names;		/* foreign: the environment, host, address or definition */
	size_t places;		/* how many; more than 1: the same in many, `where` is the first */
};

struct isolation_findings {
	struct isolation_finding *items; /* in the order of the set, then values, then resources */
	size_t count;
};

/* What is looked at.  All borrowed; NULL: not known, or none. */
struct isolation {
	const struct set *set;		/* what the clone will run */
	const json_t *values;		/* {KEY: text}: what it sees; secrets have no text */
	const json_t *foreign;		/* [ids and names] of environments that it must not touch */
	const json_t *own;		/* [id and name] of the clone */
	const json_t *outputs; /* {"shared.db": {OUTPUT: value}} of the source's resources */
	const struct definitions *definitions;	/* of the organization; NULL: not known */
	struct match_request source, clone; /* app_id, env_id, env_type; the rest is filled in */
};

/* When there are more than a few hundred, those that name the same become one. */
void isolation_find(struct isolation_findings *findings, const struct isolation *isolation);
/* One text only, such as a value that is about to be copied. */
void isolation_find_in_text(struct isolation_findings *findings, const struct isolation *isolation,
			    const char *where, const char *text);
/* Frees the findings and their texts. */
void isolation_clear(struct isolation_findings *findings);

#endif
