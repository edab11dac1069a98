/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The nouns of the API, each a table of its members (members.h).  Where a word or a flag came to
 * be written by others in ways that we do not know, the member is LOOSE: what is shown does not
 * depend on it, so an odd one takes nothing else away.
 */
#include "config.h"

#include "model/nouns.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/private.h"

static const char *const statuses[] = {
	[DEPLOYMENT_PENDING] = "pending",
	[DEPLOYMENT_IN_PROGRESS] = "in progress",
	[DEPLOYMENT_SUCCEEDED] = "succeeded",
	[DEPLOYMENT_FAILED] = "failed",
};
NOUN_WORDS(deployment_status, statuses, DEPLOYMENT_UNKNOWN)

bool
deployment_status_is_final(enum deployment_status status)
{
	return status == DEPLOYMENT_SUCCEEDED || status == DEPLOYMENT_FAILED;
}

static const struct member pipeline_members[] = {
	{"id", MEMBER_TEXT, MEMBER_OPTIONAL, IN(deployment_pipeline, id)},
	{"run_id", MEMBER_TEXT, MEMBER_OPTIONAL, IN(deployment_pipeline, run_id)},
	{"job_id", MEMBER_TEXT, MEMBER_OPTIONAL, IN(deployment_pipeline, job_id)},
	{"step_index", MEMBER_NUMBER, MEMBER_OPTIONAL, IN(deployment_pipeline, step_index)},
	MEMBERS_END,
};

static const struct noun pipeline_noun = {
	.name = "pipeline", .size = sizeof(struct deployment_pipeline), .members = pipeline_members,
};

static const char *const empty_words[] = {""};
static const struct member_words empty = {.items = empty_words};

#define AT(member) IN(deployment, member)
static const struct member deployment_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"env_id", MEMBER_TEXT, MEMBER_REQUIRED, AT(env_id)},
	{"set_id", MEMBER_TEXT, MEMBER_REQUIRED, AT(set_id)},
	{"from_id", MEMBER_TEXT, MEMBER_OPTIONAL, AT(from_id)},
	{"delta_id", MEMBER_TEXT, MEMBER_OPTIONAL, AT(delta_id)},
	{"comment", MEMBER_TEXT, MEMBER_OPTIONAL, AT(comment)},
	{"created_by", MEMBER_TEXT, MEMBER_OPTIONAL, AT(created_by)},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	{"status_changed_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(status_changed_at)},
	{"status", MEMBER_WORD, MEMBER_OPTIONAL, AT(status), .words = &deployment_status_words},
	{"value_set_version_id", MEMBER_TEXT, MEMBER_NULLABLE, AT(value_set_version_id)},
	{"mode", MEMBER_TEXT, MEMBER_OPTIONAL, AT(mode)},
	{"dependency_graph_id", MEMBER_TEXT, MEMBER_OPTIONAL, AT(dependency_graph_id)},
	{"pipeline", MEMBER_OBJECT, MEMBER_OPTIONAL, AT(pipeline), .noun = &pipeline_noun},
	/* Of a first form of the API, which still requires them. */
	{"export_status", MEMBER_CONSTANT, MEMBER_OPTIONAL, .words = &empty},
	{"export_file", MEMBER_CONSTANT, MEMBER_OPTIONAL, .words = &empty},
	MEMBERS_END,
};
#undef AT

NOUN_SHARED(deployment, "deployment", NULL)
NOUN_COPY(deployment)
NOUN_ENCODE(deployment)

bool
deployment_is_final(const struct deployment *deployment)
{
	return deployment_status_is_final(deployment->status);
}

#define AT(member) IN(deployment_request, member)
static const struct member deployment_request_members[] = {
	{"comment", MEMBER_TEXT, MEMBER_OPTIONAL, AT(comment)},
	{"delta_id", MEMBER_TEXT, MEMBER_OPTIONAL, AT(delta_id)},
	{"set_id", MEMBER_TEXT, MEMBER_OPTIONAL, AT(set_id)},
	{"mode", MEMBER_TEXT, MEMBER_OPTIONAL, AT(mode)},
	{"message", MEMBER_TEXT, MEMBER_OPTIONAL, AT(message)},
	{"value_set_version_id", MEMBER_TEXT, MEMBER_OPTIONAL, AT(value_set_version_id)},
	{"dependency_graph_hash", MEMBER_TEXT, MEMBER_OPTIONAL, AT(dependency_graph_hash)},
	{"values", MEMBER_JSON, MEMBER_OPTIONAL, AT(values)},
	MEMBERS_END,
};
#undef AT
NOUN(deployment_request, "deployment", NULL)
NOUN_ENCODE(deployment_request)
NOUN_MISFIT(deployment_request)

static const char *const environment_statuses[] = {
	[ENVIRONMENT_ACTIVE] = "active",
	[ENVIRONMENT_DELETING] = "deleting",
};
NOUN_WORDS(environment_status, environment_statuses, ENVIRONMENT_UNKNOWN)

#define AT(member) IN(rule_wait, member)
static const struct member rule_wait_members[] = {
	{"artefact", MEMBER_TEXT, MEMBER_REQUIRED, AT(artefact)},
	{"version", MEMBER_TEXT, MEMBER_REQUIRED, AT(version)},
	{"rule", MEMBER_TEXT, MEMBER_REQUIRED, AT(rule)},
	{"made_by", MEMBER_TEXT, MEMBER_OPTIONAL, AT(made_by)},
	{"registered_by", MEMBER_TEXT, MEMBER_OPTIONAL, AT(registered_by)},
	{"reason", MEMBER_TEXT, MEMBER_OPTIONAL, AT(reason)},
	MEMBERS_END,
};
#undef AT
static const struct noun rule_wait_noun = {
	.name = "waiting", .size = sizeof(struct rule_wait), .members = rule_wait_members,
};

#define AT(member) IN(environment, member)
static const struct member environment_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"name", MEMBER_TEXT, MEMBER_REQUIRED, AT(name)},
	{"type", MEMBER_TEXT, MEMBER_REQUIRED, AT(type)},
	{"created_by", MEMBER_TEXT, MEMBER_OPTIONAL, AT(created_by)},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	{"deploy_tag", MEMBER_TEXT, MEMBER_OPTIONAL, AT(deploy_tag)},
	{"status", MEMBER_WORD, MEMBER_OPTIONAL, AT(status), .words = &environment_status_words},
	{"status_changed_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(status_changed_at)},
	{"status_message", MEMBER_TEXT, MEMBER_LOOSE, AT(status_message)},
	{"status_reason", MEMBER_JSON, MEMBER_LOOSE, AT(status_reason)},
	{"last_deploy", MEMBER_OBJECT, MEMBER_OPTIONAL, AT(last_deploy), .noun = &deployment_noun},
	{"from_deploy", MEMBER_OBJECT, MEMBER_OPTIONAL, AT(from_deploy), .noun = &deployment_noun},
	{"waiting", MEMBER_LIST, MEMBER_OPTIONAL, AT(waiting), .noun = &rule_wait_noun,
	 .count = offsetof(struct environment, waiting_count)},
	{"notes", MEMBER_JSON, MEMBER_OPTIONAL | MEMBER_OPEN, AT(notes)},
	{"progress", MEMBER_JSON, MEMBER_LOOSE | MEMBER_OPEN, AT(progress)},
	MEMBERS_END,
};
#undef AT

/* An environment without a name is shown by its id: a list has no row without a text. */
static int
complete_environment(void *noun, const json_t *body, struct error *err)
{
	struct environment *environment = noun;

	(void)body;
	(void)err;
	if (!environment->name.raw)
		untrusted_init(&environment->name, environment->id.raw);
	noun_translate(&environment->status_message, environment->status_reason);
	return 0;
}
NOUN(environment, "environment", complete_environment)
NOUN_COPY(environment)
NOUN_ENCODE(environment)

#define AT(member) IN(environment_request, member)
static const struct member environment_request_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"name", MEMBER_TEXT, MEMBER_REQUIRED, AT(name)},
	{"type", MEMBER_TEXT, MEMBER_OPTIONAL, AT(type)},
	{"from_deploy_id", MEMBER_TEXT, MEMBER_OPTIONAL, AT(from_deploy_id)},
	MEMBERS_END,
};
#undef AT
NOUN(environment_request, "environment", NULL)
NOUN_ENCODE(environment_request)
NOUN_MISFIT(environment_request)

#define AT(member) IN(organization, member)
static const struct member organization_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"name", MEMBER_TEXT, MEMBER_OPTIONAL, AT(name)},
	{"created_at", MEMBER_TIME, MEMBER_NULLABLE, AT(created_at)},
	{"created_by", MEMBER_TEXT, MEMBER_LOOSE, AT(created_by)},
	{"trial_expires_at", MEMBER_TIME, MEMBER_NULLABLE, AT(trial_expires_at)},
	{"logo", MEMBER_JSON, MEMBER_REQUIRED, AT(logo)},
	MEMBERS_END,
};
#undef AT
NOUN(organization, "organization", NULL)
NOUN_ENCODE(organization)

#define AT(member) IN(environment_type, member)
static const struct member environment_type_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"description", MEMBER_TEXT, MEMBER_LOOSE, AT(description)},
	MEMBERS_END,
};
#undef AT
NOUN(environment_type, "environment type", NULL)
NOUN_ENCODE(environment_type)

#define AT(member) IN(environment_type_use, member)
static const struct member environment_type_use_members[] = {
	{"app_id", MEMBER_TEXT, MEMBER_REQUIRED, AT(app_id)},
	{"env_id", MEMBER_TEXT, MEMBER_REQUIRED, AT(env_id)},
	MEMBERS_END,
};
#undef AT
NOUN(environment_type_use, "environment of a type", NULL)
NOUN_ENCODE(environment_type_use)
NOUN_LIST(environment_type_use, environment_type_uses)
NOUN_LIST_READ(environment_type_use, environment_type_uses)
NOUN_LIST_ENCODE(environment_type_use, environment_type_uses)

static const char *const application_statuses[] = {
	[APPLICATION_ACTIVE] = "active",
	[APPLICATION_DELETING] = "deleting",
};
NOUN_WORDS(application_status, application_statuses, APPLICATION_UNKNOWN)

#define AT(member) IN(application_environment, member)
static const struct member application_environment_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"name", MEMBER_TEXT, MEMBER_REQUIRED, AT(name)},
	{"type", MEMBER_TEXT, MEMBER_REQUIRED, AT(type)},
	MEMBERS_END,
};
#undef AT
static const struct noun application_environment_noun = {
	.name = "environment", .size = sizeof(struct application_environment),
	.members = application_environment_members,
};

#define AT(member) IN(application, member)
static const struct member application_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"name", MEMBER_TEXT, MEMBER_OPTIONAL, AT(name)},
	{"org_id", MEMBER_TEXT, MEMBER_LOOSE, AT(org_id)},
	MEMBERS_CREATED,
	{"status", MEMBER_WORD, MEMBER_OPTIONAL, AT(status), .words = &application_status_words},
	{"status_changed_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(status_changed_at)},
	{"envs", MEMBER_LIST, MEMBER_LOOSE, AT(envs), .noun = &application_environment_noun,
	 .count = offsetof(struct application, env_count)},
	MEMBERS_END,
};
#undef AT
NOUN(application, "application", NULL)
NOUN_ENCODE(application)

#define AT(member) IN(application_request, member)
static const struct member application_request_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"name", MEMBER_TEXT, MEMBER_REQUIRED, AT(name)},
	{"env", MEMBER_OBJECT, MEMBER_OPTIONAL, AT(env), .noun = &environment_request_noun},
	{"skip_environment_creation", MEMBER_FLAG, MEMBER_OPTIONAL, AT(skip_environment_creation)},
	MEMBERS_END,
};
#undef AT
NOUN(application_request, "application", NULL)
NOUN_ENCODE(application_request)
NOUN_MISFIT(application_request)

static const char *const error_types[] = {"deployment"};
static const struct member_words of_deployment = {.items = error_types};

static const struct member deployment_error_members[] = {
	{"scope", MEMBER_TEXT, MEMBER_OPTIONAL, IN(deployment_error, scope)},
	{"object_id", MEMBER_TEXT, MEMBER_OPTIONAL, IN(deployment_error, object_id)},
	{"code", MEMBER_TEXT, MEMBER_OPTIONAL, IN(deployment_error, code)},
	{"summary", MEMBER_TEXT, MEMBER_OPTIONAL, IN(deployment_error, summary)},
	{"reason", MEMBER_JSON, MEMBER_OPTIONAL, IN(deployment_error, reason)},
	{"message", MEMBER_TEXT, MEMBER_OPTIONAL, IN(deployment_error, message)},
	{"error_type", MEMBER_CONSTANT, MEMBER_OPTIONAL, .words = &of_deployment},
	MEMBERS_END,
};

const char *
deployment_error_output(const struct deployment_error *error)
{
	return error->message.raw && !untrusted_is(&error->message, untrusted_raw(&error->summary))
		       ? untrusted_raw(&error->message) : "";
}

/* A message that only repeats the summary is to do so in this program's language, too. */
static int
complete_deployment_error(void *noun, const json_t *body, struct error *err)
{
	struct deployment_error *error = noun;
	struct error reason;

	(void)body;
	(void)err;
	if (!error_codes_read(&reason, error->reason))
		return 0;
	if (error->message.raw && *error->message.raw && !*deployment_error_output(error))
		untrusted_set(&error->message, reason.text);
	untrusted_set(&error->summary, reason.text);
	return 0;
}
NOUN(deployment_error, "deployment error", complete_deployment_error)
NOUN_ENCODE(deployment_error)

static const char *const artefact_types[] = {
	[ARTEFACT_CONTAINER] = "container",
	[ARTEFACT_WORKLOAD] = "workload",
};
static const struct member_words artefact_type_words = {artefact_types, ARTEFACT_UNKNOWN,
							ARTEFACT_UNKNOWN};

const char *
artefact_type_word(enum artefact_type type)
{
	return type < ARTEFACT_UNKNOWN ? artefact_types[type] : "unknown";
}

enum artefact_type
artefact_type_of(const char *word)
{
	return member_word(&artefact_type_words, word);
}

#define AT(member) IN(artefact_version, member)
static const struct member artefact_version_members[] = {
	{"id", MEMBER_TEXT, MEMBER_LOOSE, AT(id)},
	{"type", MEMBER_WORD, MEMBER_OPTIONAL, AT(type), .words = &artefact_type_words},
	{"name", MEMBER_TEXT, MEMBER_REQUIRED, AT(name)},
	{"version", MEMBER_TEXT, MEMBER_OPTIONAL, AT(version)},
	{"ref", MEMBER_TEXT, MEMBER_OPTIONAL, AT(ref)},
	{"commit", MEMBER_TEXT, MEMBER_OPTIONAL, AT(commit)},
	{"digest", MEMBER_TEXT, MEMBER_LOOSE, AT(digest)},
	{"artefact_id", MEMBER_TEXT, MEMBER_LOOSE, AT(artefact_id)},
	{"archived", MEMBER_FLAG, MEMBER_LOOSE, AT(archived)},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	{"created_by", MEMBER_TEXT, MEMBER_OPTIONAL, AT(created_by)},
	MEMBERS_UPDATED,
	MEMBERS_END,
};
NOUN(artefact_version, "artefact version", NULL)
NOUN_ENCODE(artefact_version)
NOUN_MISFIT(artefact_version)

static const struct member artefact_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(artefact_id)},
	{"name", MEMBER_TEXT, MEMBER_REQUIRED, AT(name)},
	{"type", MEMBER_WORD, MEMBER_REQUIRED, AT(type), .words = &artefact_type_words},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	{"created_by", MEMBER_TEXT, MEMBER_OPTIONAL, AT(created_by)},
	MEMBERS_END,
};
#undef AT
static const struct noun artefact_noun = {
	.name = "artefact", .size = sizeof(struct artefact_version), .members = artefact_members,
};

json_t *
artefact_encode(const struct artefact_version *version)
{
	return noun_encode(&artefact_noun, version);
}

#define AT(member) IN(workload_source, member)
static const struct member workload_source_members[] = {
	{"spec", MEMBER_JSON, MEMBER_OPEN, AT(spec)},
	{"image", MEMBER_TEXT, MEMBER_LOOSE, AT(image)},
	{"overrides", MEMBER_JSON, MEMBER_OPEN, AT(overrides)},
	{"property_overrides", MEMBER_JSON, MEMBER_OPEN, AT(property_overrides)},
	{"resource_type_aliases", MEMBER_JSON, MEMBER_OPEN, AT(resource_type_aliases)},
	{"extensions", MEMBER_JSON, MEMBER_OPEN, AT(extensions)},
	MEMBERS_END,
};
#undef AT
NOUN(workload_source, "workload", NULL)
NOUN_ENCODE(workload_source)
NOUN_MISFIT(workload_source)

static const char *const resource_statuses[] = {
	[RESOURCE_PENDING] = "pending",
	[RESOURCE_ACTIVE] = "active",
	[RESOURCE_DELETING] = "deleting",
	[RESOURCE_DETACHED] = "detached",
};
NOUN_WORDS(resource_status, resource_statuses, RESOURCE_UNKNOWN)

#define AT(member) IN(active_resource, member)
static const struct member active_resource_members[] = {
	{"org_id", MEMBER_TEXT, MEMBER_LOOSE, AT(org_id)},
	{"app_id", MEMBER_TEXT, MEMBER_LOOSE, AT(app_id)},
	{"env_id", MEMBER_TEXT, MEMBER_LOOSE, AT(env_id)},
	{"env_type", MEMBER_TEXT, MEMBER_LOOSE, AT(env_type)},
	{"res_id", MEMBER_TEXT, MEMBER_REQUIRED, AT(res_id)},
	{"type", MEMBER_TEXT, MEMBER_REQUIRED, AT(type)},
	{"class", MEMBER_TEXT, MEMBER_OPTIONAL, AT(resource_class)},
	{"def_id", MEMBER_TEXT, MEMBER_OPTIONAL, AT(def_id)},
	{"def_version_id", MEMBER_TEXT, MEMBER_LOOSE, AT(def_version_id)},
	{"criteria_id", MEMBER_TEXT, MEMBER_LOOSE, AT(criteria_id)},
	{"driver_type", MEMBER_TEXT, MEMBER_LOOSE, AT(driver_type)},
	{"status", MEMBER_TEXT, MEMBER_OPTIONAL, AT(status)},
	{"resource", MEMBER_JSON, MEMBER_REQUIRED, AT(outputs)},
	{"secret_refs", MEMBER_JSON, MEMBER_REQUIRED, AT(secret_refs)},
	{"target_def_version_id", MEMBER_TEXT, MEMBER_LOOSE, AT(target_def_version_id)},
	{"deploy_id", MEMBER_TEXT, MEMBER_LOOSE, AT(deploy_id)},
	{"gu_res_id", MEMBER_TEXT, MEMBER_LOOSE, AT(gu_res_id)},
	{"updated_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(updated_at)},
	{"scheduled_deletion", MEMBER_FLAG, MEMBER_LOOSE, AT(scheduled_deletion)},
	MEMBERS_END,
};
#undef AT

/* Outputs differ by type of resource and may be absent; an empty object spares everybody a test. */
static int
complete_active_resource(void *noun, const json_t *body, struct error *err)
{
	struct active_resource *resource = noun;

	(void)body;
	(void)err;
	if (json_is_object(resource->outputs))
		return 0;
	json_decref(resource->outputs);
	resource->outputs = json_object();
	return 0;
}
NOUN(active_resource, "active resource", complete_active_resource)
NOUN_ENCODE(active_resource)

enum resource_status
active_resource_status(const struct active_resource *resource)
{
	return resource_status_of(resource->status.raw);
}

static bool
is_url(const char *text)
{
	if (strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0)
		return false;
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return false;
	return true;
}

char *
active_resource_address(const struct active_resource *resource)
{
	const char *url = json_string_value(json_object_get(resource->outputs, "url"));
	const char *host = json_string_value(json_object_get(resource->outputs, "host"));
	json_int_t port = json_integer_value(json_object_get(resource->outputs, "port"));

	if (url && is_url(url))
		return xstrdup(url);
	if (!host || port <= 0 || port > 65535)
		return NULL;
	return xasprintf("http://%s:%d", host, (int)port);
}

#define PERSON_TEXT_MAX 1000	/* of what people call a user or a token */

#define AT(member) IN(user, member)
static const struct member user_members[] = {
	{"id", MEMBER_TEXT, MEMBER_LOOSE, AT(id), .max = PERSON_TEXT_MAX},
	{"name", MEMBER_TEXT, MEMBER_LOOSE, AT(name), .max = PERSON_TEXT_MAX},
	{"type", MEMBER_TEXT, MEMBER_LOOSE, AT(type), .max = PERSON_TEXT_MAX},
	{"email", MEMBER_TEXT, MEMBER_LOOSE, AT(email), .max = PERSON_TEXT_MAX},
	{"properties", MEMBER_JSON, MEMBER_REQUIRED, AT(properties)},
	{"roles", MEMBER_JSON, MEMBER_OPTIONAL, AT(roles)},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	MEMBERS_END,
};
#undef AT
NOUN(user, "user", NULL)
NOUN_ENCODE(user)
NOUN_MISFIT(user)

/* There is no other type. */
static const char *const token_types[] = {"static"};
static const struct member_words token_type = {.items = token_types};

#define AT(member) IN(user_token, member)
static const struct member user_token_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"type", MEMBER_CONSTANT, MEMBER_OPTIONAL, .words = &token_type},
	{"description", MEMBER_TEXT, MEMBER_LOOSE, AT(description)},
	{"user_id", MEMBER_TEXT, MEMBER_LOOSE, AT(user_id)},
	MEMBERS_CREATED,
	{"expires_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(expires_at)},
	MEMBERS_END,
};
#undef AT
NOUN(user_token, "token", NULL)
NOUN_ENCODE(user_token)

#define AT(member) IN(token_request, member)
static const struct member token_request_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"type", MEMBER_TEXT, MEMBER_REQUIRED, AT(type)},
	{"description", MEMBER_TEXT, MEMBER_OPTIONAL, AT(description), .max = PERSON_TEXT_MAX},
	{"expires_at", MEMBER_TEXT, MEMBER_OPTIONAL, AT(expires_at)},
	MEMBERS_END,
};
#undef AT
NOUN(token_request, "token", NULL)
NOUN_ENCODE(token_request)
NOUN_MISFIT(token_request)

#define AT(member) IN(token_answer, member)
static const struct member token_answer_members[] = {
	{"token", MEMBER_TEXT, MEMBER_REQUIRED, AT(token)},
	{"type", MEMBER_TEXT, MEMBER_OPTIONAL, AT(type)},
	MEMBERS_END,
};
#undef AT
NOUN(token_answer, "token", NULL)
NOUN_ENCODE(token_answer)

#define AT(member) IN(audit_entry, member)
static const struct member audit_entry_members[] = {
	{"at", MEMBER_TIME, MEMBER_OPTIONAL, AT(at)},
	{"user_id", MEMBER_TEXT, MEMBER_LOOSE, AT(user_id)},
	{"request_method", MEMBER_TEXT, MEMBER_REQUIRED, AT(request_method)},
	{"request_path", MEMBER_TEXT, MEMBER_REQUIRED, AT(request_path)},
	{"response_status", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(response_status)},
	{"org_id", MEMBER_TEXT, MEMBER_LOOSE, AT(org_id)},
	MEMBERS_END,
};
#undef AT
NOUN(audit_entry, "audit entry", NULL)
NOUN_ENCODE(audit_entry)

/* Nobody says how bad a line is: it came from a program's output. */
static const char *const log_levels[] = {"INFO"};
static const struct member_words log_level = {.items = log_levels};

#define AT(member) IN(log_line, member)
static const struct member log_line_members[] = {
	{"level", MEMBER_CONSTANT, MEMBER_OPTIONAL, .words = &log_level},
	{"payload", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(payload)},
	{"timestamp", MEMBER_TIME, MEMBER_OPTIONAL, AT(at)},
	{"workload_id", MEMBER_TEXT, MEMBER_LOOSE, AT(workload)},
	{"container_id", MEMBER_TEXT, MEMBER_LOOSE, AT(container)},
	MEMBERS_END,
};
#undef AT
NOUN(log_line, "log line", NULL)
NOUN_ENCODE(log_line)
