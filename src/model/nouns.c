/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decoding of API bodies.  A noun's members are a table of where each goes and what it must
 * be; the few that do not fit a table are read by hand below it.
 */
#include "config.h"

#include "model/nouns.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"

#define TEXT_MAX (1u << 20)

enum need { OPTIONAL, REQUIRED };
enum member_kind { TEXT, TIME };

struct member {
	const char *key;
	enum member_kind kind;
	enum need need;
	size_t offset;		/* of a struct untrusted, or of an int64_t in wall ms */
};

#define END {NULL, TEXT, OPTIONAL, 0}

static int
read_text(struct untrusted *out, const json_t *value, const char *key, struct error *err)
{
	if (!json_is_string(value))
		return error_set(err, ERROR_PROTOCOL, _("\"%s\" is not a string"), key);
	if (json_string_length(value) > TEXT_MAX)
		return error_set(err, ERROR_LIMIT, _("\"%s\" is longer than %u bytes"), key,
				 TEXT_MAX);
	untrusted_set(out, json_string_value(value));
	return 0;
}

/* The first fault is the one that is told; reading goes on, since what else there is may be
 * shown. */
static int
read_member(void *out, const struct member *m, const json_t *body, struct error *err)
{
	const json_t *value = json_object_get(body, m->key);
	char *place = (char *)out + m->offset;

	if (m->kind == TIME) {		/* only ever shown: one that cannot be read stays unknown */
		(void)clock_parse(json_string_value(value), (int64_t *)(void *)place);
		return 0;
	}
	if (!value && m->need == REQUIRED)
		return error_set(err, ERROR_PROTOCOL, _("\"%s\" is missing"), m->key);
	if (json_is_null(value) && m->need == REQUIRED)
		return error_set(err, ERROR_PROTOCOL, _("\"%s\" is null"), m->key);
	if (!value || json_is_null(value))
		return 0;
	return read_text((struct untrusted *)(void *)place, value, m->key, err);
}

/* Reads what can be read.  -1: err has the first fault. */
static int
read_members(void *out, const struct member *members, const json_t *body, struct error *err)
{
	int ret = 0;

	if (!json_is_object(body))
		return error_set(err, ERROR_PROTOCOL, _("it is not an object"));
	for (; members->key; members++)
		if (read_member(out, members, body, ret == 0 ? err : NULL) != 0)
			ret = -1;
	return ret;
}

static void
clear_members(void *noun, const struct member *members)
{
	for (; members->key; members++)
		if (members->kind == TEXT)
			untrusted_clear(
				(struct untrusted *)(void *)((char *)noun + members->offset));
}

/* The two doors of a noun, over fill_NOUN(), which reads what can be read. */
#define NOUN_DOORS(noun, words) \
	void noun##_read(struct noun *out, const json_t *body) \
	{ \
		struct error why = {0}; \
		*out = (struct noun){0}; \
		if (fill_##noun(out, body, &why) != 0) \
			untrusted_set(&out->problem, why.text); \
	} \
	int noun##_decode(struct noun *out, const json_t *body, struct error *err) \
	{ \
		*out = (struct noun){0}; \
		if (fill_##noun(out, body, err) == 0) \
			return 0; \
		noun##_clear(out); \
		return error_prefix(err, words); \
	}

static void
copy_members(void *to, const void *from, const struct member *members)
{
	for (; members->key; members++) {
		char *a = (char *)to + members->offset;
		const char *b = (const char *)from + members->offset;

		if (members->kind == TEXT)
			untrusted_init((struct untrusted *)(void *)a,
				       ((const struct untrusted *)(const void *)b)->raw);
		else
			memcpy(a, b, sizeof(int64_t));
	}
}

#define AT(member) offsetof(struct deployment, member)
static const struct member deployment_members[] = {
	{"id", TEXT, REQUIRED, AT(id)},
	{"env_id", TEXT, REQUIRED, AT(env_id)},
	{"set_id", TEXT, REQUIRED, AT(set_id)},
	{"from_id", TEXT, OPTIONAL, AT(from_id)},
	{"delta_id", TEXT, OPTIONAL, AT(delta_id)},
	{"comment", TEXT, OPTIONAL, AT(comment)},
	{"created_by", TEXT, OPTIONAL, AT(created_by)},
	{"created_at", TIME, OPTIONAL, AT(created_at)},
	{"status_changed_at", TIME, OPTIONAL, AT(status_changed_at)},
	{"value_set_version_id", TEXT, OPTIONAL, AT(value_set_version_id)},
	END,
};
#undef AT

static enum deployment_status
read_status(const char *word)
{
	static const char *const words[] = {
		[DEPLOYMENT_PENDING] = "pending",
		[DEPLOYMENT_IN_PROGRESS] = "in progress",
		[DEPLOYMENT_SUCCEEDED] = "succeeded",
		[DEPLOYMENT_FAILED] = "failed",
	};

	for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0)
			return (enum deployment_status)i;
	return DEPLOYMENT_UNKNOWN;
}

static int
fill_deployment(struct deployment *out, const json_t *body, struct error *err)
{
	out->status = read_status(json_member_string(body, "status"));
	return read_members(out, deployment_members, body, err);
}
NOUN_DOORS(deployment, "deployment")

void
deployment_copy(struct deployment *out, const struct deployment *from)
{
	*out = (struct deployment){.status = from->status};
	copy_members(out, from, deployment_members);
	untrusted_init(&out->problem, from->problem.raw);
}

void
deployment_clear(struct deployment *deployment)
{
	clear_members(deployment, deployment_members);
	untrusted_clear(&deployment->problem);
	*deployment = (struct deployment){0};
}

bool
deployment_is_final(const struct deployment *deployment)
{
	return deployment->status == DEPLOYMENT_SUCCEEDED ||
	       deployment->status == DEPLOYMENT_FAILED;
}

#define AT(member) offsetof(struct environment, member)
static const struct member environment_members[] = {
	{"id", TEXT, REQUIRED, AT(id)},
	{"name", TEXT, REQUIRED, AT(name)},
	{"type", TEXT, REQUIRED, AT(type)},
	{"created_by", TEXT, OPTIONAL, AT(created_by)},
	{"created_at", TIME, OPTIONAL, AT(created_at)},
	{"deploy_tag", TEXT, OPTIONAL, AT(deploy_tag)},
	END,
};
#undef AT

static int
read_deployment(struct deployment *out, const json_t *body, const char *key, struct error *err)
{
	const json_t *value = json_object_get(body, key);

	if (!value || json_is_null(value))
		return 0;
	deployment_read(out, value);
	if (!out->problem.raw)
		return 0;
	if (!out->id.raw)
		untrusted_set(&out->id, "");	/* there is one, whatever it is */
	return error_set(err, ERROR_PROTOCOL, "%s: %s", key, out->problem.raw);
}

/* An environment without a name is shown by its id: a list has no row without a text. */
static int
fill_environment(struct environment *out, const json_t *body, struct error *err)
{
	const char *status = json_member_string(body, "status");
	int ret = read_members(out, environment_members, body, err);

	if (!out->name.raw)
		untrusted_init(&out->name, out->id.raw);
	out->deleting = status && strcmp(status, "deleting") == 0;
	if (read_deployment(&out->last_deploy, body, "last_deploy", ret == 0 ? err : NULL) != 0)
		ret = -1;
	if (read_deployment(&out->from_deploy, body, "from_deploy", ret == 0 ? err : NULL) != 0)
		ret = -1;
	return ret;
}
NOUN_DOORS(environment, "environment")

void
environment_copy(struct environment *out, const struct environment *from)
{
	*out = (struct environment){.deleting = from->deleting};
	copy_members(out, from, environment_members);
	deployment_copy(&out->last_deploy, &from->last_deploy);
	deployment_copy(&out->from_deploy, &from->from_deploy);
	untrusted_init(&out->problem, from->problem.raw);
}

void
environment_clear(struct environment *environment)
{
	clear_members(environment, environment_members);
	deployment_clear(&environment->last_deploy);
	deployment_clear(&environment->from_deploy);
	untrusted_clear(&environment->problem);
	*environment = (struct environment){0};
}

/* The nouns that are nothing but their members. */
#define PLAIN_NOUN(noun, words) \
	static int fill_##noun(struct noun *out, const json_t *body, struct error *err) \
	{ \
		return read_members(out, noun##_members, body, err); \
	} \
	NOUN_DOORS(noun, words) \
	void noun##_clear(struct noun *out) \
	{ \
		clear_members(out, noun##_members); \
		untrusted_clear(&out->problem); \
		*out = (struct noun){0}; \
	}

static const struct member organization_members[] = {
	{"id", TEXT, REQUIRED, offsetof(struct organization, id)},
	{"name", TEXT, OPTIONAL, offsetof(struct organization, name)},
	END,
};
PLAIN_NOUN(organization, "organization")

static const struct member application_members[] = {
	{"id", TEXT, REQUIRED, offsetof(struct application, id)},
	{"name", TEXT, OPTIONAL, offsetof(struct application, name)},
	END,
};
PLAIN_NOUN(application, "application")

static const struct member deployment_error_members[] = {
	{"scope", TEXT, OPTIONAL, offsetof(struct deployment_error, scope)},
	{"object_id", TEXT, OPTIONAL, offsetof(struct deployment_error, object_id)},
	{"code", TEXT, OPTIONAL, offsetof(struct deployment_error, code)},
	{"summary", TEXT, OPTIONAL, offsetof(struct deployment_error, summary)},
	{"message", TEXT, OPTIONAL, offsetof(struct deployment_error, message)},
	END,
};
PLAIN_NOUN(deployment_error, "deployment error")

static const struct member artefact_version_members[] = {
	{"name", TEXT, REQUIRED, offsetof(struct artefact_version, name)},
	{"version", TEXT, OPTIONAL, offsetof(struct artefact_version, version)},
	{"commit", TEXT, OPTIONAL, offsetof(struct artefact_version, commit)},
	{"ref", TEXT, OPTIONAL, offsetof(struct artefact_version, ref)},
	{"created_by", TEXT, OPTIONAL, offsetof(struct artefact_version, created_by)},
	{"created_at", TIME, OPTIONAL, offsetof(struct artefact_version, created_at)},
	END,
};

static int
fill_artefact_version(struct artefact_version *out, const json_t *body, struct error *err)
{
	out->archived = json_is_true(json_object_get(body, "archived"));
	return read_members(out, artefact_version_members, body, err);
}
NOUN_DOORS(artefact_version, "artefact version")

void
artefact_version_clear(struct artefact_version *version)
{
	clear_members(version, artefact_version_members);
	untrusted_clear(&version->problem);
	*version = (struct artefact_version){0};
}

static const struct member active_resource_members[] = {
	{"res_id", TEXT, REQUIRED, offsetof(struct active_resource, res_id)},
	{"type", TEXT, REQUIRED, offsetof(struct active_resource, type)},
	{"class", TEXT, OPTIONAL, offsetof(struct active_resource, resource_class)},
	{"def_id", TEXT, OPTIONAL, offsetof(struct active_resource, def_id)},
	{"status", TEXT, OPTIONAL, offsetof(struct active_resource, status)},
	END,
};

/* Outputs differ by type of resource and may be absent; an empty object spares everybody a test. */
static int
fill_active_resource(struct active_resource *out, const json_t *body, struct error *err)
{
	const json_t *outputs = json_object_get(body, "resource");

	out->outputs = json_is_object(outputs) ? json_deep_copy(outputs) : json_object();
	return read_members(out, active_resource_members, body, err);
}
NOUN_DOORS(active_resource, "active resource")

void
active_resource_clear(struct active_resource *resource)
{
	clear_members(resource, active_resource_members);
	untrusted_clear(&resource->problem);
	json_decref(resource->outputs);
	*resource = (struct active_resource){0};
}

static enum runtime_status
read_runtime_status(const char *word)
{
	static const struct { const char *word; enum runtime_status status; } words[] = {
		{"Running", RUNTIME_RUNNING}, {"Succeeded", RUNTIME_SUCCEEDED},
		{"Starting", RUNTIME_STARTING}, {"Partially Succeeded", RUNTIME_STARTING},
		{"Failed", RUNTIME_FAILED}, {"Stopped", RUNTIME_STOPPED},
	};

	for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].status;
	return RUNTIME_UNKNOWN;
}

/* README §13.2: the specification requires one spelling and defines the other. */
static int
restarts_of(const json_t *container)
{
	const json_t *count = json_object_get(container, "restart_count");

	if (!json_is_integer(count))
		count = json_object_get(container, "restartCount");
	if (!json_is_integer(count) || json_integer_value(count) < 0)
		return 0;
	return json_integer_value(count) > 1000000 ? 1000000 : (int)json_integer_value(count);
}

/* A pod without a container status counts as ready: nothing says otherwise. */
static void
read_pods(struct runtime_module *out, const json_t *pods)
{
	size_t i, k;
	json_t *pod, *container;

	json_array_foreach(pods, i, pod) {
		bool ready = true;

		json_array_foreach(json_object_get(pod, "containerStatuses"), k, container) {
			out->restarts += restarts_of(container);
			ready = ready && json_is_true(json_object_get(container, "ready"));
		}
		out->pods_wanted++;
		out->pods_ready += ready;
	}
}

static void
read_runtime_module(struct runtime_module *out, const char *name, const json_t *body)
{
	const char *id, *message;
	json_t *controller;

	untrusted_init(&out->module, name);
	if (!json_is_object(body))
		untrusted_init(&out->problem, _("it is not an object"));
	out->status = read_runtime_status(json_member_string(body, "status"));
	json_object_foreach(json_object_get(body, "controllers"), id, controller) {
		message = json_member_string(controller, "message");
		if (message && *message && !out->message.raw)
			untrusted_set(&out->message, message);
		read_pods(out, json_object_get(controller, "pods"));
	}
}

static int
compare_modules(const void *a, const void *b)
{
	const struct runtime_module *x = a, *y = b;

	return strcmp(untrusted_raw(&x->module), untrusted_raw(&y->module));
}

int
runtime_decode(struct runtime *out, const json_t *body, struct error *err)
{
	json_t *modules = json_object_get(body, "modules"), *module;
	const char *name;

	*out = (struct runtime){0};
	if (!json_is_object(modules))
		return error_set(err, ERROR_PROTOCOL, _("runtime: \"modules\" is not an object"));
	out->modules = xcalloc(json_object_size(modules) + 1, sizeof(*out->modules));
	json_object_foreach(modules, name, module)
		read_runtime_module(&out->modules[out->count++], name, module);
	qsort(out->modules, out->count, sizeof(*out->modules), compare_modules);
	return 0;
}

void
runtime_clear(struct runtime *runtime)
{
	for (size_t i = 0; i < runtime->count; i++) {
		untrusted_clear(&runtime->modules[i].module);
		untrusted_clear(&runtime->modules[i].message);
		untrusted_clear(&runtime->modules[i].problem);
	}
	free(runtime->modules);
	*runtime = (struct runtime){0};
}
