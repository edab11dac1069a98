/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a platform is asked for, where that is no noun which it gives back as well (those are in
 * nouns.h, which has the rules).  What is odd in one is refused by its name: ..._misfit().
 */
#ifndef SIDESTAGE_MODEL_REQUESTS_H
#define SIDESTAGE_MODEL_REQUESTS_H

#include <jansson.h>

#include "base/text.h"

struct error;
struct member;

/* What of an environment is to become another; what is absent stays. */
struct environment_change {
	struct untrusted name;
	json_t *notes;			/* {name: value} (model/clone-notes.h) */
	struct untrusted problem;
};
/* For PATCH .../envs/{env}. */
void environment_change_read(struct environment_change *out, const json_t *body);
int environment_change_decode(struct environment_change *out, const json_t *body,
			       struct error *err) __attribute__((warn_unused_result));
json_t *environment_change_encode(const struct environment_change *change);
void environment_change_clear(struct environment_change *change);
const struct member *environment_change_misfit(const json_t *body);

/* A deployment to an environment that is not there yet, before either is made. */
struct review_request {
	json_t *environment;		/* an environment_request; NULL: not said (also below) */
	json_t *deployment;		/* a deployment_request */
	struct untrusted problem;
};
/* For POST .../apps/{app}/deploy-review. */
void review_request_read(struct review_request *out, const json_t *body);
int review_request_decode(struct review_request *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *review_request_encode(const struct review_request *request);
void review_request_clear(struct review_request *request);
const struct member *review_request_misfit(const json_t *body);

/* Which applications some namespaces are shown in. */
struct group_request {
	json_t *groups;			/* {namespace: application}; "": that of its labels */
	struct untrusted problem;
};
/* For PATCH /orgs/{org}/x-adoption. */
void group_request_read(struct group_request *out, const json_t *body);
int group_request_decode(struct group_request *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *group_request_encode(const struct group_request *request);
void group_request_clear(struct group_request *request);
const struct member *group_request_misfit(const json_t *body);

/* What is said of a change of shared values. */
struct comment_request {
	struct untrusted comment;
	struct untrusted problem;
};
/* For PUT .../value-set-versions/{version}/restore and its like. */
void comment_request_read(struct comment_request *out, const json_t *body);
int comment_request_decode(struct comment_request *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *comment_request_encode(const struct comment_request *request);
void comment_request_clear(struct comment_request *request);
const struct member *comment_request_misfit(const json_t *body);

#endif
