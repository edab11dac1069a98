/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Laws of a noun's table, on bodies that are drawn: what was read is written again and read the
 * same; a member that is missing, or of another type, is a fault that names it or is as if it were
 * absent; a request with it is refused by its name in either case.
 *
 * What the members are is said here once more, and not taken from the table.
 */
#include "config.h"

#include <jansson.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/text.h"
#include "model/adoption-report.h"
#include "model/clone-notes.h"
#include "model/definition.h"
#include "model/error-answer.h"
#include "model/members.h"
#include "model/moved.h"
#include "model/nouns.h"
#include "model/pipeline.h"
#include "model/recorded-clone.h"
#include "model/requests.h"
#include "model/resource-graph.h"
#include "model/shared-value.h"
#include "model/task-progress.h"
#include "property.h"
#include "quoted-json.h"

enum {
	REQUIRED = 1,	/* a fault when it is missing; "" is written for it */
	LOOSE = 2,	/* one of another type is as if it were absent */
	NULLABLE = 4,	/* null is written for it when it is missing */
	WRITTEN = 8,	/* "" is written for it, and it may be missing */
	OTHERS = 16,	/* of a noun: members that nobody knows are written again */
	SPARSE = 32	/* what is false or empty is not written */
};

struct noun_doors;
struct field {
	const char *key;
	char type;	/* t text, d time, b flag, o object, j anything, s texts, l list of `of`,
			 * or of whatever, e one of `of`, which is there when its first text is,
			 * w one of `words`, n a number */
	unsigned need;
	const struct noun_doors *of;
	const char *const *words;	/* NULL ends them */
};

union any_noun {
	struct declared_resource declared_resource;
	struct definition_change definition_change;
	struct criterion criterion;
	struct definition definition;
	struct secret_source secret_source;
	struct value_request value_request;
	struct values_request values_request;
	struct workload_source workload_source;
	struct deployment_request deployment_request;
	struct environment_request environment_request;
	struct environment_type_use environment_type_use;
	struct workload_warning workload_warning;
	struct driver_warning driver_warning;
	struct graph_moved graph_moved;
	struct values_moved values_moved;
	struct application_request application_request;
	struct token_request token_request;
	struct token_answer token_answer;
	struct left_object left_object;
	struct adoption_report adoption_report;
	struct survey_report survey_report;
	struct clone_mark clone_mark;
	struct clone_promotion clone_promotion;
	struct recorded_clone recorded_clone;
	struct error_answer error_answer;
	struct removal_problem removal_problem;
	struct task_progress task_progress;
	struct environment_change environment_change;
	struct review_request review_request;
	struct group_request group_request;
	struct comment_request comment_request;
	struct run_inputs run_inputs;
};

struct noun_doors {
	const char *name;
	const struct field *fields;
	unsigned need;
	void (*read)(union any_noun *out, const json_t *body);
	int (*decode)(union any_noun *out, const json_t *body, struct error *err);
	json_t *(*encode)(const union any_noun *from);
	void (*clear)(union any_noun *noun);
	const char *(*problem)(const union any_noun *noun);
	const struct member *(*misfit)(const json_t *body);
};

#define DOORS(kind) \
	static void \
	read_##kind(union any_noun *out, const json_t *body) \
	{ \
		kind##_read(&out->kind, body); \
	} \
	static int \
	decode_##kind(union any_noun *out, const json_t *body, struct error *err) \
	{ \
		return kind##_decode(&out->kind, body, err); \
	} \
	static json_t * \
	encode_##kind(const union any_noun *from) \
	{ \
		return kind##_encode(&from->kind); \
	} \
	static void \
	clear_##kind(union any_noun *out) \
	{ \
		kind##_clear(&out->kind); \
	} \
	static const char * \
	problem_##kind(const union any_noun *out) \
	{ \
		return out->kind.problem.raw; \
	}
#define OF(kind) read_##kind, decode_##kind, encode_##kind, clear_##kind, problem_##kind

DOORS(declared_resource)
DOORS(definition_change)
DOORS(criterion)
DOORS(definition)
DOORS(secret_source)
DOORS(value_request)
DOORS(values_request)
DOORS(workload_source)
DOORS(deployment_request)
DOORS(environment_request)
DOORS(environment_type_use)
DOORS(workload_warning)
DOORS(driver_warning)
DOORS(graph_moved)
DOORS(values_moved)
DOORS(application_request)
DOORS(token_request)
DOORS(token_answer)
DOORS(left_object)
DOORS(adoption_report)
DOORS(survey_report)
DOORS(clone_mark)
DOORS(clone_promotion)
DOORS(recorded_clone)
DOORS(error_answer)
DOORS(removal_problem)
DOORS(task_progress)
DOORS(environment_change)
DOORS(review_request)
DOORS(group_request)
DOORS(comment_request)
DOORS(run_inputs)

static const struct field declared_fields[] = {
	{.key = "id", .type = 't', .need = REQUIRED},
	{.key = "type", .type = 't', .need = REQUIRED},
	{.key = "class", .type = 't'},
	{.key = "resource", .type = 'o'},
	{.key = NULL},
};
static const struct field change_fields[] = {
	{.key = "app_id", .type = 't', .need = REQUIRED},
	{.key = "env_id", .type = 't', .need = REQUIRED},
	{.key = "res_id", .type = 't', .need = REQUIRED},
	{.key = "from_def", .type = 't', .need = REQUIRED},
	{.key = "to_def", .type = 't', .need = REQUIRED},
	{.key = NULL},
};
static const struct field criterion_fields[] = {
	{.key = "id", .type = 't', .need = LOOSE},
	{.key = "env_type", .type = 't', .need = LOOSE},
	{.key = "app_id", .type = 't', .need = LOOSE},
	{.key = "env_id", .type = 't', .need = LOOSE},
	{.key = "res_id", .type = 't', .need = LOOSE},
	{.key = "class", .type = 't', .need = LOOSE},
	{.key = NULL},
};
static const struct noun_doors criterion_doors = {
	"criterion", criterion_fields, OTHERS, OF(criterion), criterion_misfit,
};
static const struct field definition_fields[] = {
	{.key = "id", .type = 't', .need = REQUIRED},
	{.key = "org_id", .type = 't', .need = LOOSE},
	{.key = "name", .type = 't', .need = LOOSE},
	{.key = "type", .type = 't', .need = REQUIRED},
	{.key = "active_version_id", .type = 't', .need = LOOSE},
	{.key = "created_at", .type = 'd', .need = LOOSE},
	{.key = "created_by", .type = 't', .need = LOOSE},
	{.key = "updated_at", .type = 'd', .need = LOOSE},
	{.key = "updated_by", .type = 't', .need = LOOSE},
	{.key = "driver_type", .type = 't'},
	{.key = "driver_account", .type = 't', .need = LOOSE},
	{.key = "driver_inputs", .type = 'j'},
	{.key = "provision", .type = 'o', .need = LOOSE},
	{.key = "criteria", .type = 'l', .need = LOOSE, .of = &criterion_doors},
	{.key = "in_place_driver_change", .type = 'b', .need = LOOSE},
	{.key = "is_default", .type = 'b', .need = LOOSE},
	{.key = "is_deleted", .type = 'b', .need = LOOSE},
	{.key = NULL},
};

static const struct field source_fields[] = {
	{.key = "store", .type = 't'},
	{.key = "ref", .type = 't'},
	{.key = "version", .type = 't'},
	{.key = "value", .type = 't'},
	{.key = NULL},
};
static const struct noun_doors source_doors = {
	"secret_ref", source_fields, 0, OF(secret_source), secret_source_misfit,
};
static const struct field value_fields[] = {
	{.key = "key", .type = 't'},
	{.key = "is_secret", .type = 'b'},
	{.key = "description", .type = 't'},
	{.key = "value", .type = 't'},
	{.key = "secret_ref", .type = 'e', .of = &source_doors},
	{.key = NULL},
};
static const struct noun_doors value_doors = {
	"shared value", value_fields, 0, OF(value_request), value_request_misfit,
};
static const struct field values_fields[] = {
	{.key = "base", .type = 't', .need = NULLABLE},
	{.key = "set", .type = 'l', .of = &value_doors},
	{.key = "delete", .type = 's'},
	{.key = NULL},
};

static const struct field workload_fields[] = {
	{.key = "spec", .type = 'o'},
	{.key = "image", .type = 't', .need = LOOSE},
	{.key = "overrides", .type = 'o'},
	{.key = "property_overrides", .type = 'o'},
	{.key = "resource_type_aliases", .type = 'o'},
	{.key = "extensions", .type = 'o'},
	{.key = NULL},
};

static const struct field deployment_fields[] = {
	{.key = "comment", .type = 't'},
	{.key = "delta_id", .type = 't'},
	{.key = "set_id", .type = 't'},
	{.key = "mode", .type = 't'},
	{.key = "message", .type = 't'},
	{.key = "value_set_version_id", .type = 't'},
	{.key = "dependency_graph_hash", .type = 't'},
	{.key = "values", .type = 'j'},
	{.key = NULL},
};
static const struct field environment_fields[] = {
	{.key = "id", .type = 't', .need = REQUIRED},
	{.key = "name", .type = 't', .need = REQUIRED},
	{.key = "type", .type = 't'},
	{.key = "from_deploy_id", .type = 't'},
	{.key = NULL},
};
static const struct field type_use_fields[] = {
	{.key = "app_id", .type = 't', .need = REQUIRED},
	{.key = "env_id", .type = 't', .need = REQUIRED},
	{.key = NULL},
};
static const struct field warning_fields[] = {
	{.key = "workload", .type = 't', .need = WRITTEN | LOOSE},
	{.key = "path", .type = 't', .need = WRITTEN | LOOSE},
	{.key = "code", .type = 't', .need = WRITTEN | LOOSE},
	{.key = "driver", .type = 't', .need = WRITTEN | LOOSE},
	{.key = "profile", .type = 't', .need = WRITTEN | LOOSE},
	{.key = "meant", .type = 't', .need = LOOSE},
	{.key = "message", .type = 't', .need = WRITTEN | LOOSE},
	{.key = NULL},
};
static const struct field driver_warning_fields[] = {
	{.key = "workload", .type = 't', .need = WRITTEN | LOOSE},
	{.key = "object", .type = 't', .need = WRITTEN | LOOSE},
	{.key = "message", .type = 't', .need = WRITTEN | LOOSE},
	{.key = "code", .type = 't', .need = LOOSE},
	{.key = NULL},
};
static const struct field graph_moved_fields[] = {
	{.key = "dependency_graph_hash", .type = 't', .need = REQUIRED},
	{.key = NULL},
};
static const struct field values_moved_fields[] = {
	{.key = "value_set_version_id", .type = 't', .need = NULLABLE},
	{.key = NULL},
};
static const struct noun_doors environment_doors = {
	"environment", environment_fields, 0, OF(environment_request), environment_request_misfit,
};
static const struct field application_fields[] = {
	{.key = "id", .type = 't', .need = REQUIRED},
	{.key = "name", .type = 't', .need = REQUIRED},
	{.key = "env", .type = 'e', .of = &environment_doors},
	{.key = "skip_environment_creation", .type = 'b'},
	{.key = NULL},
};
static const struct field token_fields[] = {
	{.key = "id", .type = 't', .need = REQUIRED},
	{.key = "type", .type = 't', .need = REQUIRED},
	{.key = "description", .type = 't'},
	{.key = "expires_at", .type = 't'},
	{.key = NULL},
};
static const struct field made_fields[] = {
	{.key = "token", .type = 't', .need = REQUIRED},
	{.key = "type", .type = 't'},
	{.key = NULL},
};

static const struct field left_fields[] = {
	{.key = "object", .type = 't', .need = REQUIRED},
	{.key = "why", .type = 't', .need = REQUIRED},
	{.key = "reason", .type = 't', .need = LOOSE},
	{.key = NULL},
};
static const struct field failure_fields[] = {
	{.key = "message", .type = 't', .need = LOOSE},
	{.key = NULL},
};
static const struct noun_doors failure_doors = {
	.name = "error", .fields = failure_fields, .need = OTHERS,
};
static const struct field adopted_fields[] = {
	{.key = "env_id", .type = 't', .need = REQUIRED},
	{.key = "app_id", .type = 't', .need = LOOSE},
	{.key = "namespace", .type = 't', .need = LOOSE},
	{.key = "is_gone", .type = 'b', .need = LOOSE | SPARSE},
	{.key = "is_part", .type = 'b', .need = LOOSE | SPARSE},
	{.key = "is_unread", .type = 'b', .need = LOOSE | SPARSE},
	{.key = "left", .type = 'l', .need = LOOSE},
	{.key = "is_new", .type = 'b', .need = LOOSE | SPARSE},
	{.key = NULL},
};
static const struct noun_doors adopted_doors = {.name = "environment", .fields = adopted_fields};
static const char *const adoption_words[] = {"reading", "done", "failed", NULL};
static const struct field adoption_fields[] = {
	{.key = "cluster", .type = 't', .need = LOOSE},
	{.key = "context", .type = 't', .need = LOOSE},
	{.key = "state", .type = 'w', .need = LOOSE, .words = adoption_words},
	{.key = "warnings", .type = 's', .need = LOOSE},
	{.key = "environments", .type = 'l', .need = LOOSE, .of = &adopted_doors},
	{.key = "groups", .type = 'o', .need = LOOSE},
	{.key = "read_at", .type = 'd', .need = LOOSE},
	{.key = "error", .type = 'e', .need = LOOSE, .of = &failure_doors},
	{.key = "all", .type = 'b', .need = LOOSE | SPARSE},
	{.key = "namespaces", .type = 's', .need = LOOSE | SPARSE},
	{.key = "selector", .type = 't', .need = LOOSE},
	{.key = "clones_read_at", .type = 'd', .need = LOOSE},
	{.key = NULL},
};
static const char *const survey_words[] = {"done", "failed", NULL};
static const struct field survey_fields[] = {
	{.key = "state", .type = 'w', .need = LOOSE, .words = survey_words},
	{.key = "error", .type = 'e', .need = LOOSE, .of = &failure_doors},
	{.key = NULL},
};

static const struct field mark_fields[] = {
	{.key = "at", .type = 'd', .need = LOOSE},
	{.key = "by", .type = 't'},
	{.key = "note", .type = 't'},
	{.key = "is_removed", .type = 'b', .need = LOOSE | SPARSE},
	{.key = NULL},
};
static const struct field promotion_fields[] = {
	{.key = "at", .type = 'd', .need = LOOSE},
	{.key = "by", .type = 't', .need = REQUIRED},
	{.key = "id", .type = 't', .need = REQUIRED},
	{.key = "set_id", .type = 't', .need = REQUIRED},
	{.key = "comment", .type = 't', .need = REQUIRED},
	{.key = NULL},
};

static const struct field named_fields[] = {
	{.key = "id", .type = 't', .need = REQUIRED},
	{.key = "name", .type = 't', .need = LOOSE},
	{.key = NULL},
};
static const struct noun_doors named_doors = {.name = "application", .fields = named_fields};
static const struct field recorded_fields[] = {
	{.key = "id", .type = 't', .need = REQUIRED},
	{.key = "name", .type = 't', .need = LOOSE},
	{.key = "type", .type = 't', .need = LOOSE},
	{.key = "created_by", .type = 't', .need = LOOSE},
	{.key = "created_at", .type = 'd', .need = LOOSE},
	{.key = NULL},
};
static const struct noun_doors recorded_doors = {.name = "environment", .fields = recorded_fields};
static const char *const status_words[] = {"pending", "succeeded", NULL};
static const char *const empty_words[] = {"", NULL};
static const struct field deployed_fields[] = {
	{.key = "id", .type = 't', .need = REQUIRED},
	{.key = "env_id", .type = 't', .need = REQUIRED},
	{.key = "set_id", .type = 't', .need = REQUIRED},
	{.key = "comment", .type = 't'},
	{.key = "status", .type = 'w', .words = status_words},
	{.key = "value_set_version_id", .type = 't', .need = NULLABLE},
	{.key = "export_status", .type = 'w', .need = REQUIRED, .words = empty_words},
	{.key = "export_file", .type = 'w', .need = REQUIRED, .words = empty_words},
	{.key = NULL},
};
static const struct noun_doors deployed_doors = {.name = "deployment", .fields = deployed_fields};
static const struct field record_fields[] = {
	{.key = "app", .type = 'e', .of = &named_doors},
	{.key = "env", .type = 'e', .of = &recorded_doors},
	{.key = "origin", .type = 't'},
	{.key = "made", .type = 't'},
	{.key = "set", .type = 'o'},
	{.key = "delta", .type = 'o'},
	{.key = "values", .type = 'j'},
	{.key = "version", .type = 'n', .need = LOOSE},
	{.key = "deployments", .type = 'l', .of = &deployed_doors},
	{.key = NULL},
};
static const struct field refusal_fields[] = {
	{.key = "error", .type = 't', .need = WRITTEN | LOOSE},
	{.key = "message", .type = 't', .need = WRITTEN | LOOSE},
	{.key = "details", .type = 'j', .need = WRITTEN},
	{.key = NULL},
};
static const struct field removal_fields[] = {
	{.key = "status_message", .type = 't', .need = LOOSE},
	{.key = "status_reason", .type = 'j'},
	{.key = NULL},
};
static const struct field progress_fields[] = {
	{.key = "done", .type = 'n', .need = WRITTEN | LOOSE},
	{.key = "total", .type = 'n', .need = WRITTEN | LOOSE},
	{.key = "message", .type = 't', .need = LOOSE},
	{.key = "reason", .type = 'j'},
	{.key = NULL},
};
static const struct field env_change_fields[] = {
	{.key = "name", .type = 't'},
	{.key = "notes", .type = 'o'},
	{.key = NULL},
};
static const struct field review_fields[] = {
	{.key = "environment", .type = 'o'},
	{.key = "deployment", .type = 'o'},
	{.key = NULL},
};
static const struct field group_fields[] = {
	{.key = "groups", .type = 'o'},
	{.key = NULL},
};
static const struct field comment_fields[] = {
	{.key = "comment", .type = 't'},
	{.key = NULL},
};

static const struct field inputs_fields[] = {
	{.key = "env_id", .type = 't', .need = LOOSE},
	{.key = "environment", .type = 't', .need = LOOSE},
	{.key = "delta_id", .type = 't', .need = LOOSE},
	{.key = "set_id", .type = 't', .need = LOOSE},
	{.key = "deployment_id", .type = 't', .need = LOOSE},
	{.key = "comment", .type = 't', .need = LOOSE},
	{.key = "mode", .type = 't', .need = LOOSE},
	{.key = NULL},
};

static const struct noun_doors nouns[] = {
	{"declared resource", declared_fields, 0, OF(declared_resource), declared_resource_misfit},
	{"change of a definition", change_fields, 0, OF(definition_change), NULL},
	{"criterion", criterion_fields, OTHERS, OF(criterion), criterion_misfit},
	{"definition", definition_fields, OTHERS, OF(definition), definition_misfit},
	{"secret_ref", source_fields, 0, OF(secret_source), secret_source_misfit},
	{"shared value", value_fields, 0, OF(value_request), value_request_misfit},
	{"values", values_fields, 0, OF(values_request), values_request_misfit},
	{"workload", workload_fields, 0, OF(workload_source), workload_source_misfit},
	{"deployment", deployment_fields, 0, OF(deployment_request), deployment_request_misfit},
	{"environment", environment_fields, 0, OF(environment_request), environment_request_misfit},
	{"environment of a type", type_use_fields, 0, OF(environment_type_use), NULL},
	{"warning", warning_fields, 0, OF(workload_warning), NULL},
	{"warning", driver_warning_fields, 0, OF(driver_warning), NULL},
	{"resource graph", graph_moved_fields, 0, OF(graph_moved), NULL},
	{"shared values", values_moved_fields, 0, OF(values_moved), NULL},
	{"application", application_fields, 0, OF(application_request), application_request_misfit},
	{"token", token_fields, 0, OF(token_request), token_request_misfit},
	{"token", made_fields, 0, OF(token_answer), NULL},
	{"object", left_fields, 0, OF(left_object), NULL},
	{"adoption", adoption_fields, 0, OF(adoption_report), NULL},
	{"survey", survey_fields, 0, OF(survey_report), NULL},
	{"note", mark_fields, 0, OF(clone_mark), clone_mark_misfit},
	{"promotion", promotion_fields, 0, OF(clone_promotion), clone_promotion_misfit},
	{"record", record_fields, 0, OF(recorded_clone), NULL},
	{"error", refusal_fields, 0, OF(error_answer), NULL},
	{"environment", removal_fields, 0, OF(removal_problem), NULL},
	{"progress", progress_fields, 0, OF(task_progress), NULL},
	{"environment", env_change_fields, 0, OF(environment_change), environment_change_misfit},
	{"review", review_fields, 0, OF(review_request), review_request_misfit},
	{"groups", group_fields, 0, OF(group_request), group_request_misfit},
	{"comment", comment_fields, 0, OF(comment_request), comment_request_misfit},
	{"inputs", inputs_fields, 0, OF(run_inputs), NULL},
};
#define NOUNS (sizeof(nouns) / sizeof(nouns[0]))

/* --- bodies that are drawn --- */

/* Every one that the wire may carry: a text is UTF-8 without NUL. */
static json_t *
draw_text(struct source *source)
{
	static const char *const texts[] = {"", "a", "shared.db", "\xc3\xa9", "a b", "null", "{}",
					    "\x01", "\xf0\x9f\x90\x99", "0"};

	return json_string(texts[source_draw(source, sizeof(texts) / sizeof(texts[0]))]);
}

static json_t *
draw_time(struct source *source)
{
	return json_sprintf("20%02u-%02u-%02uT%02u:%02u:%02u.%03uZ", source_draw(source, 100),
			    source_draw(source, 12) + 1, source_draw(source, 28) + 1,
			    source_draw(source, 24), source_draw(source, 60),
			    source_draw(source, 60), source_draw(source, 1000));
}

static json_t *draw_body(struct source *source, const struct noun_doors *noun);

static json_t *
draw_word(struct source *source, const char *const *words)
{
	unsigned count = 0;

	while (words[count])
		count++;
	return json_string(words[source_draw(source, count)]);
}

/* Of the type that it is to be; null, which is as absent, is not. */
static json_t *
draw_value(struct source *source, const struct field *field)
{
	json_t *value;

	switch (field->type) {
	case 't':
		return draw_text(source);
	case 'd':
		return draw_time(source);
	case 'n':
		return json_integer(source_draw(source, 100));
	case 'w':
		return draw_word(source, field->words);
	case 'b':
		return json_boolean(source_draw(source, 2));
	case 'o':
		return source_object(source, 3);
	case 'l':
	case 's':
		value = json_array();
		for (unsigned i = source_draw(source, 4); i > 0; i--)
			json_array_append_new(value, field->of ? draw_body(source, field->of)
							       : draw_text(source));
		return value;
	case 'e':
		value = draw_body(source, field->of);
		json_object_set_new(value, field->of->fields[0].key, draw_text(source));
		return value;
	default:
		value = source_json(source, 3);
		if (!json_is_null(value))
			return value;
		json_decref(value);
		return json_true();
	}
}

static json_t *
draw_body(struct source *source, const struct noun_doors *noun)
{
	json_t *body = json_object();

	for (const struct field *field = noun->fields; field->key; field++)
		if ((field->need & REQUIRED) || source_draw(source, 2))
			json_object_set_new(body, field->key, draw_value(source, field));
	if (noun->need & OTHERS)
		for (unsigned i = source_draw(source, 3); i > 0; i--)
			json_object_set_new(body, i > 1 ? "proposed" : "x-owner",
					    source_json(source, 2));
	return body;
}

/* --- what is written --- */

/* What stands for one that is absent; NULL: nothing does. */
static json_t *
absent_value(const struct field *field)
{
	if (field->need & SPARSE)
		return NULL;
	if (field->type == 'b')
		return json_false();
	if (field->type == 'n')
		return json_integer(0);
	if (field->type == 'l' || field->type == 's')
		return json_array();
	if (field->type == 'j' && (field->need & WRITTEN))
		return json_object();
	if (field->need & NULLABLE)
		return json_null();
	return field->need & (REQUIRED | WRITTEN) ? json_string("") : NULL;
}

static bool
says_nothing(const struct field *field, const json_t *value)
{
	return (field->need & SPARSE) &&
	       (json_is_false(value) || (json_is_array(value) && json_array_size(value) == 0));
}

/* The body with all that is written for what it lacks. */
static json_t *
complete(const json_t *body, const struct noun_doors *noun)
{
	json_t *whole = json_deep_copy(body), *item;
	size_t i;

	for (const struct field *field = noun->fields; field->key; field++) {
		json_t *value = json_object_get(whole, field->key);

		if (!value && (value = absent_value(field)) != NULL)
			json_object_set_new(whole, field->key, value);
		else if (says_nothing(field, value))
			json_object_del(whole, field->key);
		else if (field->type == 'e' && value)
			json_object_set_new(whole, field->key, complete(value, field->of));
		else if (field->type == 'l' && field->of)
			json_array_foreach(value, i, item)
				json_array_set_new(value, i, complete(item, field->of));
	}
	return whole;
}

/* Takes `body`; NULL: it was not understood. */
static json_t *
read_and_write(const struct noun_doors *noun, json_t *body)
{
	struct error err = {0};
	union any_noun out;
	json_t *again;

	if (noun->decode(&out, body, &err) != 0) {
		json_decref(body);
		return NULL;
	}
	json_decref(body);
	again = noun->encode(&out);
	noun->clear(&out);
	return again;
}

static bool
are_written_as_read(struct source *source)
{
	bool held = true;

	for (size_t n = 0; n < NOUNS; n++) {
		json_t *body = draw_body(source, &nouns[n]), *again, *twice, *wanted;

		source_note(source, nouns[n].name, body);
		wanted = complete(body, &nouns[n]);
		again = read_and_write(&nouns[n], json_incref(body));
		source_note(source, "again", again);
		twice = read_and_write(&nouns[n], json_incref(again));
		held &= again && json_equal(again, wanted) && json_equal(twice, again);
		held &= !nouns[n].misfit || !nouns[n].misfit(body);
		json_decref(twice);
		json_decref(again);
		json_decref(wanted);
		json_decref(body);
	}
	return held;
}

static void
what_was_read_is_written_and_read_again(void **state)
{
	(void)state;
	assert_true(property_holds("written as read", are_written_as_read));
}

/* Into texts that were cut or mixed as well: no body makes a noun that cannot be written. */
static bool
anything_is_read_somehow(struct source *source)
{
	bool held = true;

	for (size_t n = 0; n < NOUNS; n++) {
		json_t *good = draw_body(source, &nouns[n]), *body = source_near(source, good, 3);
		json_t *first, *second;
		union any_noun out;

		source_note(source, nouns[n].name, body);
		nouns[n].read(&out, body);
		first = nouns[n].encode(&out);
		nouns[n].clear(&out);
		nouns[n].read(&out, first);
		second = nouns[n].encode(&out);
		nouns[n].clear(&out);
		held &= json_equal(first, second);
		json_decref(second);
		json_decref(first);
		json_decref(body);
		json_decref(good);
	}
	return held;
}

static void
whatever_was_read_is_written_the_same_twice(void **state)
{
	(void)state;
	assert_true(property_holds("written twice", anything_is_read_somehow));
}

/* --- one member that is odd --- */

static const char *const odd_values[] = {
	"true", "7", "0.5", "\"x\"", "[]", "[null]", "{}", "{\"id\":null}", "\"2026-01-02\"",
};

static bool
is_of_type(char type, const json_t *value)
{
	switch (type) {
	case 't':
	case 'd':
	case 'w':
		return json_is_string(value);
	case 'n':
		return json_is_integer(value);
	case 'b':
		return json_is_boolean(value);
	case 'o':
	case 'e':
		return json_is_object(value);
	case 'l':
		return json_is_array(value);
	case 's':
		return json_is_array(value) &&
		       (json_array_size(value) == 0 || json_is_string(json_array_get(value, 0)));
	default:
		return true;
	}
}

static json_t *
good_body(const struct noun_doors *noun)
{
	json_t *body = json_object();

	for (const struct field *field = noun->fields; field->key; field++)
		json_object_set_new(body, field->key,
				    field->type == 't'   ? json_string("t")
				    : field->type == 'd' ? json_string("2026-01-02T03:04:05.000Z")
				    : field->type == 'b' ? json_true()
				    : field->type == 'n' ? json_integer(1)
				    : field->type == 'w' ? json_string(field->words[0])
				    : field->type == 'e' ? good_body(field->of)
				    : strchr("ls", field->type)
					    ? json_array()
					    : json_pack("{s:i}", "size", 1));
	return body;
}

/* A fault, which names the member, or as if the member were absent; never a crash. */
static void
check_read(const struct noun_doors *noun, const struct field *field, const json_t *body,
	   bool is_fault)
{
	struct error err = {0};
	union any_noun out, strict;
	json_t *again, *less = json_deep_copy(body), *wanted;

	json_object_del(less, field->key);
	wanted = complete(less, noun);
	/* One that is odd is there all the same; of texts each. */
	if (is_fault && field->type == 'e') {
		json_t *there = json_pack("{s:s}", field->of->fields[0].key, "");

		json_object_set_new(wanted, field->key, complete(there, field->of));
		json_decref(there);
	}
	if (field->type == 's' && json_is_array(json_object_get(body, field->key)))
		json_object_set_new(wanted, field->key, json_pack("[s]", ""));
	noun->read(&out, body);
	again = noun->encode(&out);
	if ((noun->problem(&out) != NULL) != is_fault)
		fail_msg("%s: %s: %s", noun->name, field->key,
			 is_fault ? "understood" : noun->problem(&out));
	if (is_fault && !strstr(noun->problem(&out), field->key))
		fail_msg("%s: %s: %s", noun->name, field->key, noun->problem(&out));
	if (!json_equal(again, wanted))
		fail_msg("%s: %s: %s", noun->name, field->key, json_dumps(again, 0));
	assert_int_equal(noun->decode(&strict, body, &err) != 0, is_fault);
	if (is_fault)
		assert_true(strstr(err.text, noun->name) == err.text &&
			    strstr(err.text, field->key));
	noun->clear(&strict);
	noun->clear(&out);
	json_decref(again);
	json_decref(wanted);
	json_decref(less);
}

static void
check_odd(const struct noun_doors *noun, const struct field *field, const char *text)
{
	json_t *body = good_body(noun), *value = json_loads(text, JSON_DECODE_ANY, NULL);
	const struct member *misfit;

	assert_non_null(value);
	if (!is_of_type(field->type, value)) {
		json_object_set(body, field->key, value);
		misfit = noun->misfit ? noun->misfit(body) : NULL;
		if (noun->misfit && (!misfit || strcmp(misfit->key, field->key) != 0))
			fail_msg("%s: %s is %s: %s is the misfit", noun->name, field->key, text,
				 misfit ? misfit->key : "nothing");
		check_read(noun, field, body, !(field->need & LOOSE));
	}
	json_decref(value);
	json_decref(body);
}

static void
each_member_of_another_type_is_named_or_absent(void **state)
{
	(void)state;
	for (size_t n = 0; n < NOUNS; n++)
		for (const struct field *field = nouns[n].fields; field->key; field++)
			for (size_t i = 0; i < sizeof(odd_values) / sizeof(odd_values[0]); i++)
				check_odd(&nouns[n], field, odd_values[i]);
}

/* Missing, and null, which is the same. */
static void
each_member_that_is_missing_is_named_or_absent(void **state)
{
	(void)state;
	for (size_t n = 0; n < NOUNS; n++)
		for (const struct field *field = nouns[n].fields; field->key; field++) {
			json_t *body = good_body(&nouns[n]);

			json_object_del(body, field->key);
			check_read(&nouns[n], field, body, field->need & REQUIRED);
			json_object_set_new(body, field->key, json_null());
			check_read(&nouns[n], field, body, field->need & REQUIRED);
			assert_true(!nouns[n].misfit || !nouns[n].misfit(body));
			json_decref(body);
		}
}

static void
what_is_no_object_is_no_noun(void **state)
{
	static const char *const bodies[] = {"null", "true", "7", "\"id\"", "[]", "[{}]"};
	struct error err = {0};
	union any_noun out;

	(void)state;
	for (size_t n = 0; n < NOUNS; n++)
		for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
			json_t *body = json_loads(bodies[i], JSON_DECODE_ANY, NULL);

			nouns[n].read(&out, body);
			assert_string_equal(nouns[n].problem(&out), "it is not an object");
			nouns[n].clear(&out);
			assert_int_equal(nouns[n].decode(&out, body, &err), -1);
			assert_true(!nouns[n].misfit || !nouns[n].misfit(body));
			json_decref(body);
		}
}

/* --- what only some have --- */

/* Takes `body`. */
static void
assert_json(json_t *body, const char *expected)
{
	json_t *wanted = parse(expected);

	if (!json_equal(body, wanted))
		fail_msg("%s instead of %s", json_dumps(body, JSON_SORT_KEYS), expected);
	json_decref(wanted);
	json_decref(body);
}

#define NAMED(name)                                                                             \
	"{'id':'d','type':'dns','name':'" name "','driver_type':'static','driver_account':'a'," \
	"'provision':{'x#y':{}},'driver_inputs':{'values':{'host':'h'}},'criteria':[],"  \
	"'in_place_driver_change':true,'is_default':false,'is_deleted':false,'x-owner':'jo'"
#define KEPT NAMED("n")

static void
definition_becomes_what_a_request_says(void **state)
{
	static const char *const keys[] = {"name", "driver_account", "provision",
					   "in_place_driver_change", NULL};
	static const struct {
		const char *body;
		bool all;
		const char *expected;
	} cases[] = {
		{"{}", false, KEPT "}"},
		{"{'name':'m'}", false, NAMED("m") "}"},
		/* Not among the keys. */
		{"{'type':'s3','id':'e','x-owner':'al','proposed':true}", false, KEPT "}"},
		/* Null is given, too. */
		{"{'driver_account':null,'provision':null}", false,
		 "{'id':'d','type':'dns','name':'n','driver_type':'static',"
		 "'driver_inputs':{'values':{'host':'h'}},'criteria':[],"
		 "'in_place_driver_change':true,'is_default':false,'is_deleted':false,"
		 "'x-owner':'jo'}"},
		{"{'name':'m'}", true,
		 "{'id':'d','type':'dns','name':'m','driver_type':'static',"
		 "'driver_inputs':{'values':{'host':'h'}},'criteria':[],"
		 "'in_place_driver_change':false,'is_default':false,'is_deleted':false,"
		 "'x-owner':'jo'}"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *kept = parse(KEPT "}"), *body = parse(cases[i].body);
		struct definition definition;

		definition_read(&definition, kept);
		definition_change(&definition, body, keys, cases[i].all);
		assert_json(definition_encode(&definition), cases[i].expected);
		definition_clear(&definition);
		json_decref(body);
		json_decref(kept);
	}
}

static void
criteria_are_added_and_removed(void **state)
{
	json_t *body = parse("{'id':'d','type':'dns','criteria':[{'id':'1'},{'id':'2'},{'id':'3'}]}");
	struct criterion one = {0};
	struct definition definition;

	(void)state;
	definition_read(&definition, body);
	json_decref(body);
	definition_remove_criterion(&definition, 1);
	untrusted_init(&one.id, "4");
	definition_add_criterion(&definition, &one);
	assert_null(one.id.raw);
	assert_json(definition_encode_criteria(&definition), "[{'id':'1'},{'id':'3'},{'id':'4'}]");
	while (definition.criterion_count > 0)
		definition_remove_criterion(&definition, definition.criterion_count - 1);
	assert_json(definition_encode_criteria(&definition), "[]");
	definition_clear(&definition);
}

/* No class is "default", and the id is only a name. */
static void
criteria_are_equal_when_they_choose_the_same(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} cases[] = {
		{"{}", "{}", true},
		{"{'id':'1'}", "{'id':'2','app_id':''}", true},
		{"{'class':'default'}", "{}", true},
		{"{'class':'default'}", "{'class':''}", true},
		{"{'class':'big'}", "{}", false},
		{"{'app_id':'default'}", "{}", false},
		{"{'app_id':'shop'}", "{'env_id':'shop'}", false},
		{"{'app_id':'shop','res_id':'r'}", "{'app_id':'shop','res_id':'r'}", true},
		{"{'env_type':'a'}", "{'env_type':'b'}", false},
		{"{'env_type':7}", "{'env_type':null}", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *first = parse(cases[i].a), *second = parse(cases[i].b);
		struct criterion a, b;

		criterion_read(&a, first);
		criterion_read(&b, second);
		if (criterion_equal(&a, &b) != cases[i].equal ||
		    criterion_equal(&b, &a) != cases[i].equal)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
		criterion_clear(&a);
		criterion_clear(&b);
		json_decref(first);
		json_decref(second);
	}
}

/* Null is given, for a description and a base; not for a place of a secret. */
static void
what_was_given_is_known(void **state)
{
	static const struct {
		const char *body;
		bool description, secret_ref;
	} cases[] = {
		{"{}", false, false},
		{"{'description':null,'secret_ref':null}", true, false},
		{"{'description':'','secret_ref':{}}", true, true},
		{"{'description':7,'secret_ref':7}", true, true},
	};
	struct values_request values;
	struct value_request value;
	json_t *body;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		body = parse(cases[i].body);
		value_request_read(&value, body);
		assert_int_equal(value.has_description, cases[i].description);
		assert_int_equal(value.has_secret_ref, cases[i].secret_ref);
		value_request_clear(&value);
		json_decref(body);
	}
	body = parse("{'base':null,'sets':[]}");
	values_request_read(&values, body);
	assert_true(values.has_base);
	assert_null(values.base.raw);
	assert_string_equal(values_request_stranger(body), "sets");
	values_request_clear(&values);
	json_object_del(body, "sets");
	assert_null(values_request_stranger(body));
	json_object_del(body, "base");
	values_request_read(&values, body);
	assert_false(values.has_base);
	json_decref(body);
	untrusted_init(&value.key, "A");
	values_request_add(&values, &value);
	assert_null(value.key.raw);
	member_texts_add(&values.deleted, &values.deleted_count, "B");
	assert_json(values_request_encode(&values),
		    "{'base':null,'set':[{'key':'A','is_secret':false}],'delete':['B']}");
	values_request_clear(&values);
}

/* What was never deployed has neither, and says so. */
static void
an_environment_that_moved_says_what_is_there(void **state)
{
	static const struct {
		const char *body, *written;
		bool has_last, has_from;
	} cases[] = {
		{"{}", "{'last_deploy':null,'from_deploy':null,'deploy_tag':''}", false, false},
		{"{'last_deploy':null,'deploy_tag':'t'}",
		 "{'last_deploy':null,'from_deploy':null,'deploy_tag':'t'}", false, false},
		{"{'last_deploy':{'id':'d','env_id':'e','set_id':'s'},'deploy_tag':7}",
		 "{'last_deploy':{'id':'d','env_id':'e','set_id':'s','value_set_version_id':null,"
		 "'export_status':'','export_file':''},'from_deploy':null,'deploy_tag':''}",
		 true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *body = parse(cases[i].body);
		struct environment_moved moved;
		struct error err = {0};

		environment_moved_read(&moved, body);
		assert_int_equal(moved.last_deploy.id.raw != NULL, cases[i].has_last);
		assert_int_equal(moved.from_deploy.id.raw != NULL, cases[i].has_from);
		assert_json(environment_moved_encode(&moved), cases[i].written);
		environment_moved_clear(&moved);
		assert_int_equal(environment_moved_decode(&moved, body, &err), 0);
		environment_moved_clear(&moved);
		json_object_set_new(body, "last_deploy", json_integer(7));
		assert_int_equal(environment_moved_decode(&moved, body, &err), -1);
		assert_non_null(strstr(err.text, "last_deploy"));
		json_decref(body);
	}
}

static void
lists_are_read_item_by_item(void **state)
{
	json_t *body = parse("[{'id':'a','type':'t'},7,{'id':'b','type':'t','class':'c'}]");
	struct definition_changes changes;
	struct declared_resources all;

	(void)state;
	declared_resources_read(&all, body);
	assert_int_equal(all.count, 3);
	assert_string_equal(all.items[1].problem.raw, "it is not an object");
	assert_string_equal(declared_resource_class(&all.items[0]), "default");
	assert_string_equal(declared_resource_class(&all.items[2]), "c");
	assert_json(declared_resources_encode(&all),
		    "[{'id':'a','type':'t'},{'id':'','type':''},{'id':'b','type':'t','class':'c'}]");
	declared_resources_clear(&all);
	assert_int_equal(all.count, 0);
	definition_changes_read(&changes, body);
	assert_int_equal(changes.count, 3);
	assert_true(strstr(changes.items[0].problem.raw, "app_id") != NULL);
	definition_changes_clear(&changes);
	json_decref(body);
	body = parse("{'id':'a'}");
	declared_resources_read(&all, body);
	assert_int_equal(all.count, 0);
	assert_json(declared_resources_encode(&all), "[]");
	json_decref(body);
}

/* Only whoever asks is held to it: what others wrote is read however long it is. */
static void
a_text_that_is_longer_than_the_table_says_is_a_misfit(void **state)
{
	char text[4098] = {0};
	struct comment_request request;
	json_t *body;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	body = json_pack("{s:s}", "comment", text);
	assert_string_equal(comment_request_misfit(body)->key, "comment");
	comment_request_read(&request, body);
	assert_string_equal(request.comment.raw, text);
	assert_null(request.problem.raw);
	comment_request_clear(&request);
	json_object_set_new(body, "comment", json_string(text + 1));
	assert_null(comment_request_misfit(body));
	json_decref(body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_read_is_written_and_read_again),
		cmocka_unit_test(whatever_was_read_is_written_the_same_twice),
		cmocka_unit_test(each_member_of_another_type_is_named_or_absent),
		cmocka_unit_test(each_member_that_is_missing_is_named_or_absent),
		cmocka_unit_test(what_is_no_object_is_no_noun),
		cmocka_unit_test(definition_becomes_what_a_request_says),
		cmocka_unit_test(criteria_are_added_and_removed),
		cmocka_unit_test(criteria_are_equal_when_they_choose_the_same),
		cmocka_unit_test(what_was_given_is_known),
		cmocka_unit_test(an_environment_that_moved_says_what_is_there),
		cmocka_unit_test(lists_are_read_item_by_item),
		cmocka_unit_test(a_text_that_is_longer_than_the_table_says_is_a_misfit),
	};

	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests_name("noun laws", tests, NULL, NULL);
}
