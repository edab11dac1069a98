/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What an API server's answer says, for people: a metav1.Status as one sentence in its own words,
 * the end of a connection as another, and the texts of its Warning headers.  Pure.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_ANSWER_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_ANSWER_H

#include <jansson.h>
#include <stddef.h>

#include "platform/drivers/kubernetes/cluster/cluster.h"

struct error;
struct http_reply;

/* What was asked, and of whom. */
struct kube_question {
	enum kube_verb verb;
	const char *path;
	const char *server, *user;	/* user NULL: nobody has told */
};

/* An answer's body as JSON, new reference; NULL with ERROR_PROTOCOL or ERROR_LIMIT.  A NUL in a
 * string, as a program's last words may have, becomes U+FFFD. */
json_t *kube_answer_decode(const struct kube_question *question, const char *bytes, size_t length,
			   struct error *err);
/* Of a status beyond 299: err, reason and details of the reply.  `body` may be any JSON or NULL,
 * `text` (NULL: none) says what it was then; both outlive the reply. */
void kube_answer_read(const struct kube_question *question, long status, const json_t *body,
		      const char *text, struct kube_reply *out);
/* Of a request that has no answer. */
void kube_answer_missing(const struct kube_question *question, const struct http_reply *reply,
			 struct error *out);
/* The same of a body that is larger than is taken. */
void kube_answer_too_large(const struct kube_question *question, long long max, struct error *out);
/* An answer that makes no sense: `verb` "list", "watch"; ERROR_PROTOCOL. */
void kube_answer_odd(const char *path, const char *verb, const char *reason, struct error *out);
/* A list of more than max objects; ERROR_LIMIT. */
void kube_answer_too_many(const char *path, long long max, struct error *out);
/* The texts of all Warning headers (RFC 7234 §5.5), bounded; new reference. */
json_t *kube_answer_warnings(const struct http_reply *reply);

#endif
