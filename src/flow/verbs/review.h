/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How the review is made (struct review in flow/verbs/flow.h). */
#ifndef SIDESTAGE_FLOW_VERBS_REVIEW_H
#define SIDESTAGE_FLOW_VERBS_REVIEW_H

#include <stdbool.h>
#include <stddef.h>

struct changes;
struct flow;
struct review;
struct review_finding;

/* Frees what is in it. */
void review_clear(struct review *review);
/* From result, base and was; cautions and sends may be added before and after. */
void review_fill(struct flow *flow);
void review_ready(struct flow *flow);	/* the phase that ends preparing */
/* Adds what is to be read first. */
void review_caution(struct review *review, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Adds a request to those that it will send: "POST …/deltas". */
void review_send(struct review *review, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Every request that changes something, in order: the values', and the deployment's. */
void review_list_sends(struct flow *flow);
/* What its verb says of it (flow/verbs/verb.h); free() it. */
char *review_summary(const struct review *review);
/* "web 1.4.2 → 1.4.3, 2 more"; back: only where they lead, "web image → 1.4.2". */
char *review_list_changes(const struct changes *changes, bool back);
/* A new finding; takes the text. */
struct review_finding *review_finding_add(struct review *review, const char *id, const char *kind,
					  char *text);
/* All but the first ones. */
void review_drop_cautions(struct review *review, size_t first);
/* Empties it but for the first cautions. */
void review_clear_from(struct review *review, size_t cautions);

#endif
