/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is odd about a workload: fields of a wrong form, and fields that will have no effect
 * because nobody knows them, or because what runs the workload does not honour them.  One finding
 * a field; of a whole that has no effect, its members have none of their own.
 */
#ifndef SIDESTAGE_MODEL_WORKLOAD_CHECK_H
#define SIDESTAGE_MODEL_WORKLOAD_CHECK_H

#include <jansson.h>
#include <stdbool.h>

struct error;
struct workload_field;

enum finding_kind {
	FINDING_WRONG,			/* it is not written as it must be */
	FINDING_UNKNOWN,		/* there is no such field */
	FINDING_OTHER_PROFILE,		/* it is of another profile */
	FINDING_NOT_HONOURED,		/* the driver does nothing with it */
	FINDING_PARTLY_HONOURED,	/* the driver does something else with it: `meant` */
	FINDING_NEVER_DUE,		/* a schedule whose day does not exist */
	FINDING_OVERRIDDEN,		/* it has no effect beside `meant` */
	FINDING_UNKNOWN_PROFILE,	/* it runs as if it had none */
	FINDING_PROFILE_NOT_HONOURED,	/* it runs as if it had none */
	FINDING_PROFILE_REFUSED,	/* it cannot run there */
	FINDING_NOT_ONE_CONTAINER,	/* the driver runs one, and it has none, or several */
	/* workload-references.h; `meant` is what is written. */
	FINDING_PLACEHOLDER,		/* it does not end, or is empty */
	FINDING_REFERENCE,		/* there is no such form */
	FINDING_UNDECLARED,		/* the set does not declare what it refers to */
	FINDING_COUNT
};

struct workload_finding {
	enum finding_kind kind;
	const char *path;		/* JSON pointer below the module: "/spec/containers/web/args" */
	const char *profile;		/* the workload's own */
	const struct workload_field *field;	/* NULL: it is not known */
	const char *meant;		/* what was probably meant, or what is done instead; NULL */
};

typedef void workload_report(void *data, const struct workload_finding *finding);

/*
 * Reports each finding of a module, in the order in which it is written.  `driver` is what a
 * driver says of itself (driver.h, describe); NULL: nothing is known of it, so only forms and
 * names are looked at.
 */
void workload_check(const json_t *module, const json_t *driver, workload_report *report,
		    void *data);

/* The same of the resources that all workloads share, with paths below "shared". */
void shared_check(const json_t *shared, workload_report *report, void *data);

/* Whether the field is in the list of paths, as itself, as a part or in part; NULL: all are. */
bool field_is_honoured(const struct workload_field *field, const json_t *honours);

/* Whether the workload cannot run with it; else it runs without what is found. */
bool finding_is_fatal(enum finding_kind kind);
/* Whether it is written in a way that can mean nothing, wherever it is deployed. */
bool finding_is_wrong(enum finding_kind kind);
/* "not-honoured" and so on: for the wire. */
const char *finding_word(enum finding_kind kind);
/* FINDING_COUNT: a word of a newer platform. */
enum finding_kind finding_of(const char *word);
/* The error of one that is wrong (workload "": what is shared).  Returns -1. */
int finding_refuse(const struct workload_finding *finding, const char *workload, struct error *err);
/* A sentence with the workload ("": what is shared), the place and the reason, without a full stop; free() it. */
char *finding_text(const struct workload_finding *finding, const char *workload,
		   const char *driver);

#endif
