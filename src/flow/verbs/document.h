/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What was asked for and approved, as one JSON document in the journal: everything that is
 * needed to make the request again, in this program or in a later one.
 *
 * "version" is DOCUMENT_VERSION.  A member may be added without changing it when a program that
 * does not know the member would still do the same; else the version changes, and what has
 * another one is shown, but not resumed.
 */
#ifndef SIDESTAGE_FLOW_VERBS_DOCUMENT_H
#define SIDESTAGE_FLOW_VERBS_DOCUMENT_H

#include <jansson.h>

#include "flow/verbs/flow.h"

#define DOCUMENT_VERSION 2	/* 1 had no number, and was not whole */

/* All owned. */
struct journal_document {
	struct flow_request request;
	struct delta
		*delta; /* what was approved: from what there was to what shall be; NULL: nothing */
	char *source_last; /* last deployment of the source when it was reviewed; or NULL */
	char *from_deploy;		/* from_deploy of the target then; or NULL */
	json_t *pins;			/* flow_decode_pins() takes it; NULL: none */
};

/* From what the flow has pinned; new reference. */
json_t *document_encode(const struct flow *flow);
/* The version of a document, whatever else is in it: 1 when it has none, 0 when it is no JSON. */
int document_version(const char *text);
/* 0, or -1 with ERROR_INPUT: it has another version, or is damaged.  document_clear() it. */
int document_decode(struct journal_document *out, const char *text, struct error *err)
	__attribute__((warn_unused_result));
/* Frees what document_decode() made. */
void document_clear(struct journal_document *document);

#endif
