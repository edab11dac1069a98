/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What sidestaged offers beyond the public API, in one table: what the platform announces
 * (Sidestage-Extensions), leaves out when it is told to, and what the client looks for and says
 * when it is not there.  doc/api/extensions is the page of it; tests/contract compares the two.
 *
 * An extension only adds: routes, headers, query parameters and members.  Without it a request
 * means what it means in the public API.
 */
#ifndef SIDESTAGE_MODEL_EXTENSIONS_H
#define SIDESTAGE_MODEL_EXTENSIONS_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/* In the order of the page. */
enum extension {
	EXTENSION_DEPLOY_VALUES,
	EXTENSION_DEPLOY_TAG,
	EXTENSION_DEPLOY_GRAPH,
	EXTENSION_DEPLOY_ONCE,
	EXTENSION_DEPLOY_WAIT,
	EXTENSION_LOGS_FOLLOW,
	EXTENSION_VALUE_FINGERPRINTS,
	EXTENSION_FIELD_WARNINGS,
	EXTENSION_PROBE_PLACEHOLDERS,
	EXTENSION_ADMINISTRATION,
	EXTENSION_ERROR_CODES,
	EXTENSION_RULE_WAITS,
	EXTENSION_LAST_STATE,
	EXTENSION_CLUSTERS,
	EXTENSION_PODS,
	EXTENSION_DEPLOY_REVIEW,
	EXTENSION_ADDRESSES,
	EXTENSION_ADOPTION,
	EXTENSION_CLONE_NOTES,
	EXTENSION_PROGRESS,
	EXTENSION_COUNT
};

/* A set of them. */
#define EXTENSION_BIT(extension) (1u << (extension))
#define EXTENSIONS_ALL (EXTENSION_BIT(EXTENSION_COUNT) - 1)
#define EXTENSIONS_LIST_SIZE 512

enum addition_kind {
	ADDS_ROUTE,
	ADDS_HEADER,		/* of the request */
	ADDS_PARAMETER,		/* of the query */
	ADDS_MEMBER_ASKED,	/* of the request's body; "a/b" is one of its member "a" */
	ADDS_MEMBER_TOLD,	/* of the answer, at any depth */
	ADDS_OBJECT_TOLD,	/* of the answer, or of each in its list */
	ADDS_TEXT_TOLD,		/* the same, public, and null without the extension */
	ADDS_PLACE,		/* of a workload: placeholders are resolved there too */
	ADDS_ERROR_MEMBER	/* of the body of every error; "a/b" is one of its member "a" */
};

struct extension_addition {
	enum extension extension;
	enum addition_kind kind;
	const char *operation;	/* operationId; one that ends in '*' stands for several */
	const char *name;	/* NULL: the route itself */
};

const char *extension_name(enum extension extension);
/* What the client says where it does without, a sentence; NULL: it never uses it, or nothing that
 * matters is different. */
const char *extension_absent(enum extension extension);
/* The i-th row of the table; NULL behind the last. */
const struct extension_addition *extension_addition(size_t i);
bool extension_addition_is_of(const struct extension_addition *addition, const char *operation);
const char *extension_addition_kind(enum addition_kind kind);

/* The header's value; names that are not known are left out. */
unsigned extensions_read(const char *list);
void extensions_write(char out[EXTENSIONS_LIST_SIZE], unsigned set);
/* What a person says: "all", "none", or names with commas between.  -1: ERROR_INPUT. */
int extensions_choose(unsigned *set, const char *words, struct error *err)
	__attribute__((warn_unused_result));

#endif
