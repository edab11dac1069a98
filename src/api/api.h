/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client's half of the wire: one function per API operation, all asynchronous, all over
 * one HTTP client.  A call is queued when it is made; it is sent, and its callback runs, only
 * within a turn of the loop.  Reads (GET) are tried again by themselves; writes never are: what
 * a lost answer means is for the journal to find out.
 */
#ifndef SIDESTAGE_API_API_H
#define SIDESTAGE_API_API_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/ids.h"
#include "model/extensions.h"

struct api;
struct api_call;
struct loop;

struct api_options {
	const char *url;		/* "http://localhost", "https://host/base"; required */
	const char *socket;		/* Unix socket path; NULL: TCP */
	const char *token;		/* bearer token; NULL: none is sent */
	const char *user_agent;		/* NULL: "sidestage/VERSION" */
	int timeout_ms;			/* of one request, all of it; 0: 30000 */
	int connect_timeout_ms;		/* 0: 5000 */
	int retries;			/* of a read, beyond the first try; 0: 3; -1: none */
	size_t body_max;		/* bytes of an answer; 0: JSON_BYTES_MAX */
	bool offline;			/* nothing is sent: each call ends with ERROR_UNREACHABLE */
	const char *ca_file; /* trusted certificates (PEM) instead of the system's; NULL: those that
			      * CURL_CA_BUNDLE or SSL_CERT_FILE and SSL_CERT_DIR name, if any */
	bool allow_http;		/* send the token in clear to another machine, too */
	bool renews_token; /* a request whose token is refused waits for api_set_token() */
};

/* Copies the options; the loop outlives it.  NULL with ERROR_INPUT when the URL is none that we
 * speak, with ERROR_ACCESS when the token would go in clear to another machine. */
struct api *api_new(struct loop *loop, const struct api_options *options, struct error *err);
/* Drops every call without its callback; not from a callback.  NULL is fine. */
void api_free(struct api *api);

/* What a call ended with; valid within the callback only. */
struct api_reply {
	long status;			/* HTTP status; 0: no answer came */
	json_t *body; /* borrowed (json_incref() to keep it); NULL: empty, not modified, or an error
		       */
	const char *bytes;		/* the body as it came, "" when empty; with `length` */
	size_t length;
	struct error error; /* kind NONE: it went well (2xx, or 304 after api_if_none_match()) */
	json_t *details;		/* borrowed: "details" of an error's body; NULL: none */
	char etag[128];			/* "" when none was given or it is longer */
	bool not_modified;		/* 304: what the caller has is still so */
	char digest[IDS_SHA256_B64_SIZE]; /* of the bytes, after api_unless(); else "" */
	int64_t elapsed_ms;		/* of the last try, from sending to the whole answer */
	int64_t retry_after_ms; /* how long the platform asks to wait (Retry-After); -1: not said */
};

/* Called once per call, unless it was cancelled.  The call is over then: forget it. */
typedef void api_done(void *data, const struct api_reply *reply);

/* No callback comes any more.  A write that was sent already may still be carried out.
 * NULL is fine, and so is a call within its own callback. */
void api_cancel(struct api_call *call);
/* For a read, right after it was made: asks for an answer only if it is another than this one.
 * NULL or "" changes nothing. */
void api_if_none_match(struct api_call *call, const char *etag);
/* For a read, right after it was made: an answer whose bytes have this digest ("" has none) is
 * not decoded, and counts as not modified. */
void api_unless(struct api_call *call, const char *digest);
/* For a read, right after it was made: one try only, for what is asked again anyway. */
void api_no_retry(struct api_call *call);

/* Calls queued or under way. */
size_t api_pending(const struct api *api);

/*
 * With `renews_token`: whether a request waits since its token was refused.  It goes on with
 * api_set_token(), once (nothing was carried out, so a write may be repeated, too), or is delivered
 * as it was refused with api_give_up_token(), which adds `why` (NULL: nothing) to what it says.
 */
bool api_wants_token(const struct api *api);
void api_set_token(struct api *api, const char *token);
void api_give_up_token(struct api *api, const struct error *why);
/* Whether it is the one that is sent now. */
bool api_has_token(const struct api *api, const char *token);

/* How long a request has been under way and nothing at all has come, of whichever; -1: none is. */
int64_t api_silence_ms(const struct api *api);

/*
 * Whether the platform announces this beyond the common API (Sidestage-Extensions), by its last
 * good answer; false before the first one.  extension_absent() is what to say where it matters.
 */
bool api_has_extension(const struct api *api, enum extension extension);
/* Which platform answers, whatever its address (Sidestage-Platform); "" when it does not say. */
const char *api_platform_id(const struct api *api);

/* --- the operations; every call takes `done` and `data` last and never returns NULL --- */

/* GET /current-user: who the token belongs to. */
struct api_call *api_current_user(struct api *api, api_done *done, void *data);
/* GET /orgs. */
struct api_call *api_list_organizations(struct api *api, api_done *done, void *data);
/* GET /orgs/{org}/apps. */
struct api_call *
api_list_applications(struct api *api, const char *org, api_done *done, void *data);
/* GET /orgs/{org}/env-types. */
struct api_call *api_list_env_types(struct api *api, const char *org, api_done *done, void *data);
/* GET /orgs/{org}/artefact-versions?type=container: what can be deployed as an image. */
struct api_call *api_list_artefact_versions(struct api *api, const char *org, api_done *done,
					    void *data);

/* GET .../envs, and one of them; each with its last deployment. */
struct api_call *api_list_environments(struct api *api, const char *org, const char *app,
				       api_done *done, void *data);
struct api_call *api_get_environment(struct api *api, const char *org, const char *app,
				     const char *env, api_done *done, void *data);
/* name (the id then), type and from_deploy_id may be NULL.  201 with the Environment. */
struct api_call *api_create_environment(struct api *api, const char *org, const char *app,
					const char *env, const char *name, const char *type,
					const char *from_deploy_id, api_done *done, void *data);
/* 204, or 202 while it goes on.  if_match: its deploy_tag; NULL: not asked. */
struct api_call *api_delete_environment(struct api *api, const char *org, const char *app,
					const char *env, const char *if_match, api_done *done,
					void *data);

/* GET .../sets/{id}.  A set never changes, so its answer can be kept for ever. */
struct api_call *api_get_set(struct api *api, const char *org, const char *app, const char *set_id,
			     api_done *done, void *data);
/* POST sets/{id}: stores a set without deploying it; the body is the new id, a JSON string.
 * `delta` is borrowed for the time of the call to this function only (also below). */
struct api_call *api_apply_delta_to_set(struct api *api, const char *org, const char *app,
					const char *set_id, const json_t *delta, api_done *done,
					void *data);
/* `delta` is a DeltaRequest: PlainDelta with metadata {env_id, name}.  The body is the Delta,
 * or its id as a JSON string. */
struct api_call *api_create_delta(struct api *api, const char *org, const char *app,
				  const json_t *delta, api_done *done, void *data);

/* Newest first. */
struct api_call *api_list_deployments(struct api *api, const char *org, const char *app,
				      const char *env, api_done *done, void *data);
/* GET .../deploys/{id}. */
struct api_call *api_get_deployment(struct api *api, const char *org, const char *app,
				    const char *env, const char *deployment_id, api_done *done,
				    void *data);
struct api_new_deployment {
	const char *comment;		/* NULL: none */
	const char *delta_id;		/* NULL: none */
	const char *set_id;		/* NULL: none; neither: what from_deploy had */
	const char *value_set_version_id; /* NULL: the latest */
	/* Changes of the environment's own values in the same transaction (extension
	 * "deploy-values"): {base, set, delete}; borrowed.  NULL: none */
	const json_t *values;
	const char *graph_hash; /* of api_compute_graph(), with extension "deploy-graph": another
				 * one now is ERROR_STALE; NULL: not asked */
	const char *if_match;	/* the environment's deploy_tag, or the id of the last deployment
				 * that was reviewed; NULL: not asked.  Moved since: ERROR_STALE */
};
/* POST .../deploys: 201 with the Deployment, which is pending.  It is never sent again by
 * itself; what a lost answer means is found by the comment, which carries the operation's id. */
struct api_call *api_create_deployment(struct api *api, const char *org, const char *app,
				       const char *env, const struct api_new_deployment *deployment,
				       api_done *done, void *data);
/* GET .../deploys/{id}/errors: why it failed, for each object. */
struct api_call *api_list_deployment_errors(struct api *api, const char *org, const char *app,
					    const char *env, const char *deployment_id,
					    api_done *done, void *data);

/* Runtime in its second form. */
struct api_call *api_get_runtime(struct api *api, const char *org, const char *app,
				 const char *env, api_done *done, void *data);
/* Every resource definition of the organization. */
struct api_call *api_list_definitions(struct api *api, const char *org, api_done *done, void *data);
/* GET .../envs/{env}/resources: what the last deployment made or found. */
struct api_call *api_list_active_resources(struct api *api, const char *org, const char *app,
					   const char *env, api_done *done, void *data);
/* Shared values: the environment's own and the application's; env NULL: those of the application
 * alone.  Secrets have no value. */
struct api_call *api_list_values(struct api *api, const char *org, const char *app,
				 const char *env, api_done *done, void *data);
/* One value of the environment's own. */
struct api_value {
	const char *key, *text;
	const char *description;	/* NULL: "" */
	bool is_secret;
	/* a secret by where it lies, instead of a text; store NULL: it is given as text */
	const char *store, *store_key, *store_version;
	bool is_there;			/* it has one already: change it, else make it */
};
/* POST, or PUT when it is there already (`is_there`). */
struct api_call *api_put_value(struct api *api, const char *org, const char *app, const char *env,
			       const struct api_value *value, api_done *done, void *data);
/* 204.  The application's value of that key holds again. */
struct api_call *api_delete_value(struct api *api, const char *org, const char *app,
				  const char *env, const char *key, api_done *done, void *data);
/* A value set version with its values.  version NULL: the newest (404: there is none yet); env
 * NULL: of the application. */
struct api_call *api_get_value_version(struct api *api, const char *org, const char *app,
				       const char *env, const char *version, api_done *done,
				       void *data);
/* Newest first, each with its values and what it changed. */
struct api_call *api_list_value_versions(struct api *api, const char *org, const char *app,
					 const char *env, api_done *done, void *data);
/* Makes the environment's own value of the key what it was in that version. */
struct api_call *api_restore_value(struct api *api, const char *org, const char *app,
				   const char *env, const char *version, const char *key,
				   api_done *done, void *data);
/* What a set declares, as api_compute_graph() takes it. */
struct api_call *api_list_set_resources(struct api *api, const char *org, const char *app,
					const char *set_id, api_done *done, void *data);
/* Which resources these would be there; makes none. */
struct api_call *api_compute_graph(struct api *api, const char *org, const char *app,
				   const char *env, const json_t *resources, api_done *done,
				   void *data);
/* Newest first.  workload NULL: of all; container NULL: of all of it; limit 0: what the platform
 * gives. */
struct api_call *api_get_logs(struct api *api, const char *org, const char *app, const char *env,
			      const char *workload, const char *container, unsigned limit,
			      api_done *done, void *data);

#endif
