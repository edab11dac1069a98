/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The nouns of the API as structs, decoded at the edge; all text is foreign.  What the platform
 * writes is encoded by the same table of members (members.h), so a name means one thing.
 *
 * There are two doors for what came.  noun_read() is for what is shown: it reads what can be
 * read, and `problem` says what could not ("\"name\" is null"), so one odd entry never takes a
 * list away.  noun_decode() is for the target of a change: there a fault is an error that names
 * the member.  A time that cannot be read is unknown (0) and no fault, and unknown members are
 * ignored.  Each noun_clear() frees what was filled and leaves the noun zero.
 */
#ifndef SIDESTAGE_MODEL_NOUNS_H
#define SIDESTAGE_MODEL_NOUNS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct error;
struct member;

enum deployment_status {
	DEPLOYMENT_PENDING, DEPLOYMENT_IN_PROGRESS, DEPLOYMENT_SUCCEEDED, DEPLOYMENT_FAILED,
	DEPLOYMENT_UNKNOWN	/* a word we do not know */
};

/* The one place where their words are: "in progress"; "unknown" for DEPLOYMENT_UNKNOWN. */
const char *deployment_status_word(enum deployment_status status);
enum deployment_status deployment_status_of(const char *word);	/* NULL is fine */
bool deployment_status_is_final(enum deployment_status status);

/* Which run of a pipeline made a deployment; id.raw NULL: none is known. */
struct deployment_pipeline {
	struct untrusted id, run_id, job_id;
	int64_t step_index;
};

struct deployment {
	struct untrusted id; /* raw NULL: there is no deployment; "": one whose id is not known */
	struct untrusted env_id;
	struct untrusted set_id;
	struct untrusted from_id;
	struct untrusted delta_id;
	struct untrusted comment;
	struct untrusted created_by;
	int64_t created_at;		/* wall ms; 0: unknown */
	int64_t status_changed_at;
	enum deployment_status status;
	struct untrusted value_set_version_id;
	struct untrusted mode, dependency_graph_id;
	struct deployment_pipeline pipeline;
	struct untrusted problem;	/* raw NULL: all of it was understood (also below) */
};
/* As noun_read() above, and so on for each noun: _read() and _decode() fill `out`, which need
 * not be initialised; _copy() shares nothing; _clear() also takes a noun that is zero. */
void deployment_read(struct deployment *out, const json_t *body);
int deployment_decode(struct deployment *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
void deployment_copy(struct deployment *out, const struct deployment *from);
/* As it is on the wire, without `problem`; new reference (also below). */
json_t *deployment_encode(const struct deployment *deployment);
void deployment_clear(struct deployment *deployment);
/* Succeeded or failed; one with a status that we do not know may still change. */
bool deployment_is_final(const struct deployment *deployment);

/* What a deployment is asked for with; a text that is absent is not said. */
struct deployment_request {
	struct untrusted comment, delta_id, set_id, mode, value_set_version_id;
	struct untrusted dependency_graph_hash;	/* only if the set gets these resources there */
	json_t *values;			/* what those of the environment become (shared-value.h) */
	struct untrusted message;	/* the comment, as a page of the manual calls it */
	struct untrusted problem;
};
/* For POST .../envs/{env}/deploys. */
void deployment_request_read(struct deployment_request *out, const json_t *body);
int deployment_request_decode(struct deployment_request *out, const json_t *body,
			      struct error *err) __attribute__((warn_unused_result));
json_t *deployment_request_encode(const struct deployment_request *request);
void deployment_request_clear(struct deployment_request *request);
const struct member *deployment_request_misfit(const json_t *body);

enum environment_status {
	ENVIRONMENT_ACTIVE, ENVIRONMENT_DELETING,
	ENVIRONMENT_UNKNOWN	/* a word we do not know */
};
const char *environment_status_word(enum environment_status status);
enum environment_status environment_status_of(const char *word);	/* NULL is fine */

/* What a rule would deploy, if whoever made it were allowed to now.  made_by "": the platform. */
struct rule_wait {
	struct untrusted artefact, version, rule, made_by, registered_by, reason;
};

struct environment {
	struct untrusted id;
	struct untrusted name;
	struct untrusted type;
	struct untrusted created_by;
	int64_t created_at;
	enum environment_status status;
	int64_t status_changed_at;
	/* Why it does not go, where it is to: a sentence; what is read is in the language of this
	 * program, if it can be.  raw NULL: nothing is known to hold it. */
	struct untrusted status_message;
	json_t *status_reason; /* the same as code and parameters (model/error-codes.h), or NULL */
	struct deployment last_deploy;	/* last_deploy.id.raw NULL: never deployed */
	struct deployment from_deploy;
	struct untrusted problem;
	struct untrusted deploy_tag;	/* over both, for If-Match; absent: not offered */
	struct rule_wait *waiting;	/* oldest first; 0: none, or not offered */
	size_t waiting_count;
	json_t *notes;			/* clone-notes.h; NULL: none, or not offered */
	json_t *progress;		/* task-progress.h; NULL: none, or not said */
};
/* The deployments in it are read as nouns of their own; a fault in one of them is a `problem`
 * here. */
void environment_read(struct environment *out, const json_t *body);
/* 0, or -1 with ERROR_PROTOCOL that names the member; `out` is zero then. */
int environment_decode(struct environment *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
/* Shares nothing with the original; the deployments in it are copied too. */
void environment_copy(struct environment *out, const struct environment *from);
json_t *environment_encode(const struct environment *environment);
void environment_clear(struct environment *environment);

/* What an environment is asked for with. */
struct environment_request {
	struct untrusted id, name;
	struct untrusted type;			/* raw NULL: the usual one */
	struct untrusted from_deploy_id;	/* that the first one builds upon; raw NULL: none */
	struct untrusted problem;
};
/* For POST .../envs. */
void environment_request_read(struct environment_request *out, const json_t *body);
int environment_request_decode(struct environment_request *out, const json_t *body,
			       struct error *err) __attribute__((warn_unused_result));
json_t *environment_request_encode(const struct environment_request *request);
void environment_request_clear(struct environment_request *request);
const struct member *environment_request_misfit(const json_t *body);

struct organization {
	struct untrusted id, name, created_by;
	int64_t created_at, trial_expires_at;
	json_t *logo;			/* free-form; NULL: none is known */
	struct untrusted problem;
};
/* From GET /orgs. */
void organization_read(struct organization *out, const json_t *body);
int organization_decode(struct organization *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *organization_encode(const struct organization *organization);
void organization_clear(struct organization *organization);

/* A kind of environment. */
struct environment_type {
	struct untrusted id, description;
	struct untrusted problem;
};
/* From GET /orgs/{org}/env-types. */
void environment_type_read(struct environment_type *out, const json_t *body);
int environment_type_decode(struct environment_type *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *environment_type_encode(const struct environment_type *type);
void environment_type_clear(struct environment_type *type);

/* An environment that is of a type, which therefore cannot be dropped. */
struct environment_type_use {
	struct untrusted app_id, env_id;
	struct untrusted problem;
};
struct environment_type_uses {
	struct environment_type_use *items;
	size_t count;
};
/* From a 409 of DELETE /orgs/{org}/env-types/{type}. */
void environment_type_use_read(struct environment_type_use *out, const json_t *body);
int environment_type_use_decode(struct environment_type_use *out, const json_t *body,
				struct error *err) __attribute__((warn_unused_result));
json_t *environment_type_use_encode(const struct environment_type_use *use);
void environment_type_use_clear(struct environment_type_use *use);
void environment_type_uses_read(struct environment_type_uses *out, const json_t *body);
json_t *environment_type_uses_encode(const struct environment_type_uses *uses);
/* Takes what is in it. */
void environment_type_uses_add(struct environment_type_uses *uses,
			       struct environment_type_use *use);
void environment_type_uses_clear(struct environment_type_uses *uses);

enum application_status {
	APPLICATION_ACTIVE, APPLICATION_DELETING,
	APPLICATION_UNKNOWN	/* a word we do not know */
};
const char *application_status_word(enum application_status status);
enum application_status application_status_of(const char *word);	/* NULL is fine */

/* What an application says of one of its environments. */
struct application_environment {
	struct untrusted id, name, type;
};
struct application {
	struct untrusted id, name, org_id, created_by;
	int64_t created_at, status_changed_at;
	enum application_status status;
	struct application_environment *envs;	/* as the platform orders them */
	size_t env_count;
	struct untrusted problem;
};
/* From GET /orgs/{org}/apps. */
void application_read(struct application *out, const json_t *body);
int application_decode(struct application *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *application_encode(const struct application *application);
void application_clear(struct application *application);

/* What an application is asked for with. */
struct application_request {
	struct untrusted id, name;
	struct environment_request env;	/* its first one; id.raw NULL: the usual one */
	bool skip_environment_creation;	/* it gets none */
	struct untrusted problem;
};
/* For POST /orgs/{org}/apps. */
void application_request_read(struct application_request *out, const json_t *body);
int application_request_decode(struct application_request *out, const json_t *body,
			       struct error *err) __attribute__((warn_unused_result));
json_t *application_request_encode(const struct application_request *request);
void application_request_clear(struct application_request *request);
const struct member *application_request_misfit(const json_t *body);

struct deployment_error {
	struct untrusted scope, object_id, code;
	struct untrusted
		summary; /* what is read is in the language of this program, if it can be */
	json_t *reason;	 /* the summary as code and parameters (model/error-codes.h), or NULL */
	struct untrusted message, problem;
};
/* From GET .../deploys/{id}/errors: one object that did not come up, and its last words. */
void deployment_error_read(struct deployment_error *out, const json_t *body);
int deployment_error_decode(struct deployment_error *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *deployment_error_encode(const struct deployment_error *error);
void deployment_error_clear(struct deployment_error *error);
/* The message where it says more than the summary, else "".  Borrowed. */
const char *deployment_error_output(const struct deployment_error *error);

/* What whoever runs an environment says of a deployment before it is made. */
enum deploy_finding_kind {
	DEPLOY_REFUSED,		/* the deployment would be refused for it */
	DEPLOY_WARNING,
	DEPLOY_RESTART,		/* what runs of the workload is restarted */
	DEPLOY_REMOVAL,		/* the object is removed: nothing declares it any more */
	DEPLOY_ADJUSTED,	/* it is otherwise there than declared, so that a clone of what
				 * somebody else runs does not act outside */
	DEPLOY_LEFT,		/* the object is not cloned, and stays where it was found */
	DEPLOY_NOTE,		/* that is to be known, and asks for nothing */
	DEPLOY_FINDING_UNKNOWN	/* a word we do not know */
};
const char *deploy_finding_kind_word(enum deploy_finding_kind kind);
enum deploy_finding_kind deploy_finding_kind_of(const char *word);	/* NULL is fine */

struct deploy_finding {
	enum deploy_finding_kind kind;
	struct untrusted workload;	/* raw NULL: it is none's */
	struct untrusted object;	/* "deployments/web"; raw NULL: it is about none */
	struct untrusted code;		/* for programs: "admission", "quota", "conflict" */
	struct untrusted message;	/* a sentence; what is read is in the language of this
					 * program, if it can be */
	json_t *reason;	/* the same as code and parameters (model/error-codes.h), or NULL */
	struct untrusted problem;
};
void deploy_finding_read(struct deploy_finding *out, const json_t *body);
int deploy_finding_decode(struct deploy_finding *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *deploy_finding_encode(const struct deploy_finding *finding);
void deploy_finding_clear(struct deploy_finding *finding);

struct deploy_review {
	struct untrusted cluster, namespace;	/* where it would run; raw NULL: nothing is said */
	bool is_new;		/* the namespace is still to be made */
	struct deploy_finding *findings;
	size_t finding_count;
	json_t *objects;	/* {"Deployment": ["api", "web"]}: what would be applied; or NULL */
	json_t *list_order;	/* {"Deployment/web": {pointer: ["B", "A"]}}: of lists whose order a
				 * set does not keep, the one that they have; or NULL */
	struct untrusted unasked;	/* why not all could be asked; raw NULL: it was */
	json_t *reason;			/* the same as code and parameters, or NULL */
	struct untrusted problem;
};
/* From POST .../deploy-review. */
void deploy_review_read(struct deploy_review *out, const json_t *body);
int deploy_review_decode(struct deploy_review *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *deploy_review_encode(const struct deploy_review *review);
void deploy_review_clear(struct deploy_review *review);

enum resource_status {
	RESOURCE_PENDING,	/* for a deployment that is going on */
	RESOURCE_ACTIVE,
	RESOURCE_DELETING,	/* nothing declares it any longer */
	RESOURCE_DETACHED,	/* not the platform's any more, but its name is taken */
	RESOURCE_UNKNOWN	/* a word we do not know */
};
const char *resource_status_word(enum resource_status status);
enum resource_status resource_status_of(const char *word);	/* NULL is fine */

struct active_resource {
	struct untrusted org_id, app_id, env_id, env_type;
	struct untrusted res_id, type, resource_class;
	struct untrusted def_id, def_version_id, criteria_id, driver_type;
	struct untrusted status;	/* as it came, for showing */
	json_t *outputs;		/* owned object; may be empty */
	json_t *secret_refs;		/* where secret outputs lie; NULL: not said */
	struct untrusted target_def_version_id;	/* that it is pinned to; raw NULL: to none */
	struct untrusted deploy_id, gu_res_id;
	int64_t updated_at;
	bool scheduled_deletion;
	struct untrusted problem;
};
/* From GET .../envs/{env}/resources; `outputs` is never NULL. */
void active_resource_read(struct active_resource *out, const json_t *body);
int active_resource_decode(struct active_resource *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *active_resource_encode(const struct active_resource *resource);
void active_resource_clear(struct active_resource *resource);
enum resource_status active_resource_status(const struct active_resource *resource);
/* Where it is reached: its output "url", or http://HOST:PORT of its "host" and "port".  Foreign
 * text; free() it.  NULL: nowhere. */
char *active_resource_address(const struct active_resource *resource);

enum artefact_type {
	ARTEFACT_CONTAINER, ARTEFACT_WORKLOAD,
	ARTEFACT_UNKNOWN	/* a word we do not know */
};
const char *artefact_type_word(enum artefact_type type);
enum artefact_type artefact_type_of(const char *word);	/* NULL is fine */

struct artefact_version {
	struct untrusted id, artefact_id;
	enum artefact_type type;
	struct untrusted name, version, ref, commit;
	struct untrusted digest;	/* of a container; raw NULL: it has none */
	struct untrusted created_by, updated_by;
	int64_t created_at, updated_at;
	bool archived;
	struct untrusted problem;
};
/* From GET /orgs/{org}/artefact-versions. */
void artefact_version_read(struct artefact_version *out, const json_t *body);
int artefact_version_decode(struct artefact_version *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *artefact_version_encode(const struct artefact_version *version);
void artefact_version_clear(struct artefact_version *version);
const struct member *artefact_version_misfit(const json_t *body);
/* The artefact that it is a version of, as on the wire; new reference. */
json_t *artefact_encode(const struct artefact_version *version);

/* What a version of a workload is made of; it comes and is kept beside the version's members. */
struct workload_source {
	json_t *spec;			/* a Score specification; NULL: none */
	struct untrusted image;		/* for containers that have none; raw NULL: none is given */
	/* what the specification is to have otherwise, only in a request; NULL: nothing */
	json_t *overrides, *property_overrides, *resource_type_aliases;
	json_t *extensions;		/* NULL: none */
	struct untrusted problem;
};
/* For POST /orgs/{org}/artefact-versions. */
void workload_source_read(struct workload_source *out, const json_t *body);
int workload_source_decode(struct workload_source *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *workload_source_encode(const struct workload_source *source);
void workload_source_clear(struct workload_source *source);
const struct member *workload_source_misfit(const json_t *body);

/* What of a workload has no effect where it is to be deployed, or cannot be deployed at all. */
struct workload_warning {
	struct untrusted workload;	/* "": what all of them share */
	struct untrusted path, code;	/* where, and which of finding_word() (workload-check.h) */
	struct untrusted driver, profile;
	struct untrusted meant;		/* what is probably meant; raw NULL: nothing is known */
	struct untrusted message;	/* the sentence; what is read is in the language of this
					 * program, if it can be */
	json_t *reason;	/* the same as code and parameters (model/error-codes.h), or NULL */
	struct untrusted problem;
};
/* From GET .../sets/{set}/warnings. */
void workload_warning_read(struct workload_warning *out, const json_t *body);
int workload_warning_decode(struct workload_warning *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *workload_warning_encode(const struct workload_warning *warning);
void workload_warning_clear(struct workload_warning *warning);

/* What a driver warns of while it does something: kept with the deployment. */
struct driver_warning {
	struct untrusted workload;	/* "": none that is known */
	struct untrusted object;	/* of a cluster; "": none */
	struct untrusted message;
	struct untrusted code;	/* "does-not-run"; raw NULL: of the object, nothing else is known */
	/* The message as code and parameters (model/error-codes.h): the driver's own words.  NULL:
	 * those of the cluster. */
	json_t *reason;
	struct untrusted problem;
};
void driver_warning_read(struct driver_warning *out, const json_t *body);
int driver_warning_decode(struct driver_warning *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *driver_warning_encode(const struct driver_warning *warning);
void driver_warning_clear(struct driver_warning *warning);

/* Who a token belongs to, and what there is beside. */
struct user {
	struct untrusted id, name, type;
	struct untrusted email;		/* raw NULL: none is known */
	json_t *properties;		/* free-form; NULL: none */
	json_t *roles;			/* {scope: role} (model/grant.h); NULL: not said */
	int64_t created_at;
	struct untrusted problem;
};
/* From GET /current-user. */
void user_read(struct user *out, const json_t *body);
int user_decode(struct user *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *user_encode(const struct user *user);
void user_clear(struct user *user);
const struct member *user_misfit(const json_t *body);

/* What is known of a token; the token itself is shown once, when it is made. */
struct user_token {
	struct untrusted id, user_id, description, created_by;
	int64_t created_at;
	int64_t expires_at;		/* wall ms; 0: never, or not said */
	struct untrusted problem;
};
/* From GET /users/{user}/tokens. */
void user_token_read(struct user_token *out, const json_t *body);
int user_token_decode(struct user_token *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *user_token_encode(const struct user_token *token);
void user_token_clear(struct user_token *token);

/* What a token is asked for with, and the answer: the one place where the token ever is. */
struct token_request {
	struct untrusted id, type, description;
	struct untrusted expires_at;	/* as it came: one that is no time is a fault here */
	struct untrusted problem;
};
struct token_answer {
	struct untrusted token, type;
	struct untrusted problem;
};
/* For and from POST /users/{user}/tokens. */
void token_request_read(struct token_request *out, const json_t *body);
int token_request_decode(struct token_request *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *token_request_encode(const struct token_request *request);
void token_request_clear(struct token_request *request);
const struct member *token_request_misfit(const json_t *body);
void token_answer_read(struct token_answer *out, const json_t *body);
int token_answer_decode(struct token_answer *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *token_answer_encode(const struct token_answer *answer);
void token_answer_clear(struct token_answer *answer);

/* One request that the platform took or refused. */
struct audit_entry {
	int64_t at;			/* wall ms */
	struct untrusted user_id, request_method, request_path;
	int64_t response_status;	/* of HTTP */
	struct untrusted org_id;	/* raw NULL: of no organization */
	struct untrusted problem;
};
/* From GET /audit-logs. */
void audit_entry_read(struct audit_entry *out, const json_t *body);
int audit_entry_decode(struct audit_entry *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *audit_entry_encode(const struct audit_entry *entry);
void audit_entry_clear(struct audit_entry *entry);

/* What a workload wrote. */
struct log_line {
	struct untrusted payload, workload, container;
	int64_t at;			/* wall ms; 0: not given */
	struct untrusted problem;
};
/* From GET .../envs/{env}/logs. */
void log_line_read(struct log_line *out, const json_t *body);
int log_line_decode(struct log_line *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *log_line_encode(const struct log_line *line);
void log_line_clear(struct log_line *line);

#endif
