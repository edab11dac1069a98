/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A cluster's API server, asked over REST: every request has deadlines, is answered as JSON or by a
 * sentence, and is sent again only where that does no harm (429 and 503 with Retry-After, as
 * priority and fairness asks; a read that was cut; a 401 once, with a new identity).  Never for a
 * 500: an apply with an undeclared field is answered so, too.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_CLUSTER_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_CLUSTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct kube_access;
struct kube_cluster;
struct kube_request;
struct loop;

#define KUBE_MANAGER "sidestage"	/* fieldManager of every write */

/* Takes the access. */
struct kube_cluster *kube_cluster_new(struct loop *loop, struct kube_access *access);
/* Drops every request without calling anybody; not from a callback.  NULL is fine. */
void kube_cluster_free(struct kube_cluster *cluster);
const struct kube_access *kube_cluster_access(const struct kube_cluster *cluster);
struct loop *kube_cluster_loop(const struct kube_cluster *cluster);

enum kube_verb {
	KUBE_GET,	/* also a list */
	KUBE_CREATE,	/* POST: 409 when it is there */
	KUBE_APPLY,	/* PATCH application/apply-patch+yaml, never forced */
	KUBE_MERGE,	/* PATCH application/merge-patch+json */
	KUBE_PATCH,	/* PATCH application/json-patch+json: 422 when a test of it fails */
	KUBE_DELETE,	/* with metadata.uid of `body` as precondition, in the background */
	KUBE_VERBS
};

struct kube_reply {
	long status;			/* 0: no answer; of a stream also when it was cut */
	const json_t *body;		/* borrowed; NULL: none, or it is no JSON */
	const char *text;		/* with `raw`: what came; else NULL */
	size_t length;			/* bytes of the answer, of JSON too */
	/* What failed, in a sentence with the server's own words; kind ERROR_NONE: it was done.
	 * 403 names verb, resource, namespace and user; 409 of an apply each field and its
	 * manager. */
	struct error err;
	const char *reason;		/* of the Status: "Conflict", "Forbidden"; "" */
	const json_t *details;		/* of the Status, or NULL */
	const json_t *warnings;		/* array of the texts of the Warning headers; never NULL */
};

struct kube_request_options {
	enum kube_verb verb;
	/* "/apis/apps/v1/namespaces/shop/deployments/web", encoded (kube_path()); may have a query,
	 * to which what the verb needs is added. */
	const char *path;
	const json_t *body;		/* copied; NULL: none */
	bool dry_run;			/* dryRun=All */
	bool only_metadata;		/* of what a list holds; of Secrets never more is asked */
	bool raw;			/* the answer is text: logs */
	/* It is being answered, and not refused; before the first piece.  NULL: not wanted. */
	void (*begun)(void *data);
	/* As it comes; then nothing is kept, and of what has begun there is one try.  false: no
	 * more is wanted.  What refuses it does not come here. */
	bool (*piece)(void *data, const char *bytes, size_t length);
	/* A watch: only silence ends it, since bookmarks come.  With `raw` a log that is followed,
	 * and nothing but its end does. */
	bool streams;
	int64_t within_ms;		/* less than the deadlines give it; 0: what they give */
	void (*done)(void *data, const struct kube_reply *reply);	/* once, from the loop */
	void *data;
};
struct kube_request *kube_send(struct kube_cluster *cluster,
			       const struct kube_request_options *options);
void kube_cancel(struct kube_request *request);	/* NULL, and in its own callback, is fine */

struct kube_deadlines {			/* ms */
	int64_t connect;
	int64_t first_byte;		/* of one object that is read; of the others, where 0 */
	int64_t list;			/* the same of lists, watches and output, */
	int64_t write;			/* and of what an admission webhook may look at */
	int64_t silence;		/* of what streams, between two bytes */
	int64_t whole;			/* of what does not, with all tries */
};
/* 10 s, 10 s, 20 s, 35 s, 90 s and 60 s, unless a test is in a hurry. */
void kube_cluster_set_deadlines(struct kube_cluster *cluster,
				const struct kube_deadlines *deadlines);

/* Steady ms of the last answer that began, or went on; 0: there was none yet. */
int64_t kube_cluster_heard_at(const struct kube_cluster *cluster);
/* Requests that were sent since the start, tries counted. */
size_t kube_cluster_requests(const struct kube_cluster *cluster);

/* "/api/v1/namespaces/shop/services/web" of an object with apiVersion, kind and metadata, where the
 * plural is known by a table of the kinds that this driver writes, and is formed for one of a group
 * of somebody else's; without a name the collection.  free() it; NULL: another kind. */
char *kube_path(const char *api_version, const char *kind, const char *namespace,
		const char *name);

#endif
