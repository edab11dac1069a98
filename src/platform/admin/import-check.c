/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whether a file is what import takes.  One table of what may stand where; the walk knows no
 * noun.
 *
 * All faults are told, each with its JSON pointer, from which whoever has the file makes a
 * line.  The check knows no database: whether a type exists, or a secret is known, is found
 * when it is applied, in a transaction that is then rolled back.
 */
#include "config.h"

#include "platform/admin/import-check.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/config-file.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/definition.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/set.h"
#include "model/workload-check.h"
#include "model/workload-references.h"
#include "platform/admin/driver-kinds.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/honours.h"
#include "platform/drivers/process/images.h"
#include "platform/drivers/process/plan-check.h"
#include "platform/drivers/process/process.h"
#include "platform/drivers/registry.h"
#include "platform/engine/definition-check.h"
#include "platform/state/platform.h"
#include "platform/state/value-rules.h"

#define POINTER_MAX 4096

enum shape { SHAPE_FILE, SHAPE_USER, SHAPE_ORG, SHAPE_ENV_TYPE, SHAPE_DEFINITION, SHAPE_CRITERION,
	     SHAPE_APP,
	     SHAPE_ENV, SHAPE_DEPLOYMENT, SHAPE_SET, SHAPE_VALUE, SHAPE_NONE };

struct check {
	struct buf pointer;
	import_fault *fault, *warning;
	void *data;
	size_t faults, warnings;
	const struct platform *platform;
	const json_t *driver;		/* as this machine describes itself; NULL: not alone */
	const char *org;		/* whose members are looked at */
	const char *workload;		/* whose fields are looked at */
};

static void
complain(struct check *check, const char *text)
{
	if (check->faults++ < IMPORT_FAULTS_MAX)
		check->fault(check->data, buf_str(&check->pointer), text);
}

static void
need(struct check *check, bool fine, const char *text)
{
	if (!fine)
		complain(check, text);
}

static void
check_text(struct check *check, const json_t *value)
{
	need(check, json_is_string(value), _("must be a string"));
}

static void
check_id(struct check *check, const json_t *value)
{
	need(check, json_is_string(value) && ids_is_name(json_string_value(value)),
	     _("must be 2 to 50 lower-case letters, digits and single inner dashes"));
}

static void
check_list(struct check *check, const json_t *value)
{
	need(check, json_is_array(value), _("must be a list"));
}

/* Of an earlier release's export. */
static void
check_users(struct check *check, const json_t *value)
{
	check_list(check, value);
	if (check->warning && json_array_size(value) > 0)
		check->warning(check->data, buf_str(&check->pointer),
			       _("has no effect: users are made with \"sidestaged token\""));
}

static void
check_age(struct check *check, const json_t *value)
{
	need(check, json_is_integer(value) && json_integer_value(value) >= 0 &&
			    json_integer_value(value) < 4000000000LL,
	     _("must be a number of seconds"));
}

static void
check_stamp(struct check *check, const json_t *value)
{
	int64_t ms;

	need(check, json_is_string(value) && clock_parse(json_string_value(value), &ms),
	     _("must be a time such as 2026-03-02T09:15:04.120Z"));
}

static void
check_format(struct check *check, const json_t *value)
{
	need(check, json_is_integer(value) && json_integer_value(value) == 1,
	     _("must be 1; this sidestaged supports no other version"));
}

/* At the field itself: a set may have thousands of lines. */
static void
report_field(void *data, const struct workload_finding *finding)
{
	struct check *check = data;
	size_t before = check->pointer.length;
	char *text = finding_text(finding, check->workload,
				  check->driver ? DRIVER_PROCESS_NAME : "");

	buf_puts(&check->pointer, finding->path);
	if (finding_is_fatal(finding->kind))
		complain(check, text);
	else if (check->warning && check->warnings++ < IMPORT_FAULTS_MAX)
		check->warning(check->data, buf_str(&check->pointer), text);
	buf_truncate(&check->pointer, before);
	free(text);
}

/* What it runs is named, and as this machine's images are.  A wrong form is found as that of any
 * other field. */
static void
check_image(struct check *check, const char *id, const json_t *container)
{
	const json_t *image = json_object_get(container, "image");
	size_t before = check->pointer.length;
	struct error err = {0};

	if (!json_is_object(container) || (image && !json_is_string(image)))
		return;
	if (!image)
		error_set_code(&err, CODE_SCORE_CONTAINER_WITHOUT_IMAGE, .container = id);
	else if (images_check(json_string_value(image), &err) != 0)
		pointer_append(&check->pointer, "image");
	if (err.kind != ERROR_NONE)
		complain(check, err.text);
	buf_truncate(&check->pointer, before);
}

static void
check_images(struct check *check, const json_t *spec)
{
	size_t before = check->pointer.length, i;
	const char *id;
	json_t *container;

	json_object_foreach(json_object_get(spec, "containers"), id, container) {
		buf_puts(&check->pointer, "/spec/containers");
		pointer_append(&check->pointer, id);
		check_image(check, id, container);
		buf_truncate(&check->pointer, before);
	}
	json_array_foreach(json_object_get(json_object_get(spec, "pod"), "initContainers"), i,
			   container) {
		buf_printf(&check->pointer, "/spec/pod/initContainers/%zu", i);
		check_image(check, json_member_string(container, "name"), container);
		buf_truncate(&check->pointer, before);
	}
}

static void
check_workloads(struct check *check, const struct set *set)
{
	size_t before = check->pointer.length;
	const char *name;
	json_t *module;

	json_object_foreach(set_modules(set), name, module) {
		size_t faults = check->faults;
		struct error err = {0};

		pointer_append(&check->pointer, "modules");
		pointer_append(&check->pointer, name);
		check->workload = name;
		workload_check(module, check->driver, report_field, check);
		workload_references_check(set, name, report_field, check);
		if (check->driver)
			check_images(check, json_object_get(module, "spec"));
		if (check->driver && check->faults == faults && plan_check(set, name, &err) != 0)
			complain(check, err.text);
		buf_truncate(&check->pointer, before);
	}
	check->workload = "";
	shared_check(set_shared(set), report_field, check);
	workload_references_check(set, "", report_field, check);
}

static void check_known(struct check *check, enum shape shape, const json_t *value);

static void
check_set(struct check *check, const json_t *value)
{
	json_t *body = json_copy_deep(value);
	struct error err = {0};
	struct set *set;

	check_known(check, SHAPE_SET, value);
	json_object_del(body, "id");
	set = set_decode(body, &err);
	need(check, set != NULL, err.text);
	if (set)
		check_workloads(check, set);
	set_unref(set);
	json_decref(body);
}

static void
check_source(struct check *check, const json_t *value)
{
	const char *file = json_member_string(value, "file");
	const char *variable = json_member_string(value, "variable");

	need(check, json_object_size(value) == 1 && ((file && *file) || (variable && *variable)),
	     _("must have either \"file\" or \"variable\""));
}

/* As the definitions of the API (definition-inputs.h); a reference may also be what export
 * writes, or "value_from". */
static void
check_inputs(struct check *check, const json_t *value)
{
	static const char *const objects[] = {"values", "secrets", "secret_refs"};
	json_t *ref, *from;
	const char *name;

	need(check, json_is_object(value), _("must be an object"));
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		const json_t *object = json_object_get(value, objects[i]);

		need(check, !object || json_is_null(object) || json_is_object(object),
		     _("its \"values\", \"secrets\" and \"secret_refs\" must be objects"));
	}
	need(check, json_object_size(json_object_get(value, "secrets")) == 0 ||
			    json_object_size(json_object_get(value, "secret_refs")) == 0,
	     _("has \"secrets\" or \"secret_refs\", not both"));
	json_object_foreach(json_object_get(value, "secret_refs"), name, ref) {
		from = json_object_get(ref, "value_from");
		need(check, json_is_object(ref), _("each of \"secret_refs\" must be an object"));
		if (from)
			check_source(check, from);
		need(check, !from || !json_object_get(ref, "value"),
		     _("has both \"value\" and \"value_from\""));
	}
}

static int
check_definition_as_sent(const struct check *check, const json_t *value, struct error *err)
{
	struct definition definition;
	int ret;

	definition_read(&definition, value);
	ret = definition_check(check->platform, check->org ? check->org : "", &definition, err);
	definition_clear(&definition);
	return ret;
}

/* It has to be served by what is here: whether it is there is known to the program itself. */
static void
check_definition(struct check *check, const json_t *value)
{
	struct error err = {0};

	if (json_member_string(value, "type") && json_member_string(value, "driver_type") &&
	    check_definition_as_sent(check, value, &err) != 0)
		complain(check, err.text);
}

static void
check_text_or_null(struct check *check, const json_t *value)
{
	if (!json_is_null(value))
		check_text(check, value);
}

static void
check_account(struct check *check, const json_t *value)
{
	check_text_or_null(check, value);
	if (check->warning && !json_is_null(value))
		check->warning(check->data, buf_str(&check->pointer),
			       _("has no effect: drivers of this platform have no accounts"));
}

static void
check_object(struct check *check, const json_t *value)
{
	need(check, json_is_object(value), _("must be an object"));
}

static void
check_flag(struct check *check, const json_t *value)
{
	need(check, json_is_boolean(value), _("must be true or false"));
}

static void
check_key(struct check *check, const json_t *value)
{
	need(check, value_key_is_good(json_string_value(value)),
	     _("must be 1 to 200 letters, digits, '_', '.' and '-'"));
}

static void
check_size(struct check *check, const json_t *value, size_t max)
{
	if (!json_is_string(value))
		complain(check, _("must be a string; put it in quotes"));
	else if (json_string_length(value) > max || strlen(json_string_value(value)) !=
							    json_string_length(value))
		complain(check, _("is too long, or holds a NUL byte"));
}

static void
check_value_text(struct check *check, const json_t *value)
{
	check_size(check, value, VALUE_TEXT_MAX);
}

static void
check_description(struct check *check, const json_t *value)
{
	check_size(check, value, VALUE_DESCRIPTION_MAX);
}

/* What one member alone does not show. */
static void
check_value(struct check *check, const json_t *value)
{
	bool text = json_object_get(value, "value"), from = json_object_get(value, "value_from");

	need(check, !text || !from, _("has both \"value\" and \"value_from\""));
	need(check, text || from || json_is_true(json_object_get(value, "secret")),
	     _("lacks \"value\"; only a secret that is known already can do without"));
}

static const struct import_member {
	enum shape of;
	const char *name;
	void (*check)(struct check *check, const json_t *value);
	bool required;
	enum shape items;		/* of a list */
} members[] = {
	{SHAPE_FILE, "format", check_format, false, SHAPE_NONE},
	{SHAPE_FILE, "users", check_users, false, SHAPE_USER},
	{SHAPE_FILE, "organizations", check_list, true, SHAPE_ORG},
	{SHAPE_USER, "id", check_text, true, SHAPE_NONE},
	{SHAPE_USER, "name", check_text, false, SHAPE_NONE},
	{SHAPE_ORG, "id", check_id, true, SHAPE_NONE},
	{SHAPE_ORG, "name", check_text, false, SHAPE_NONE},
	{SHAPE_ORG, "env_types", check_list, false, SHAPE_ENV_TYPE},
	{SHAPE_ORG, "definitions", check_list, false, SHAPE_DEFINITION},
	{SHAPE_ORG, "applications", check_list, false, SHAPE_APP},
	{SHAPE_ENV_TYPE, "id", check_id, true, SHAPE_NONE},
	{SHAPE_ENV_TYPE, "description", check_text, false, SHAPE_NONE},
	{SHAPE_DEFINITION, "id", check_id, true, SHAPE_NONE},
	{SHAPE_DEFINITION, "name", check_text, false, SHAPE_NONE},
	{SHAPE_DEFINITION, "type", check_text, true, SHAPE_NONE},
	{SHAPE_DEFINITION, "driver_type", check_text, true, SHAPE_NONE},
	{SHAPE_DEFINITION, "driver_inputs", check_inputs, false, SHAPE_NONE},
	{SHAPE_DEFINITION, "criteria", check_list, false, SHAPE_CRITERION},
	{SHAPE_DEFINITION, "driver_account", check_account, false, SHAPE_NONE},
	{SHAPE_DEFINITION, "provision", check_object, false, SHAPE_NONE},
	/* As the API shows them; the platform has its own. */
	{SHAPE_DEFINITION, "org_id", NULL, false, SHAPE_NONE},
	{SHAPE_DEFINITION, "active_version_id", NULL, false, SHAPE_NONE},
	{SHAPE_DEFINITION, "created_at", NULL, false, SHAPE_NONE},
	{SHAPE_DEFINITION, "created_by", NULL, false, SHAPE_NONE},
	{SHAPE_DEFINITION, "updated_at", NULL, false, SHAPE_NONE},
	{SHAPE_DEFINITION, "updated_by", NULL, false, SHAPE_NONE},
	{SHAPE_DEFINITION, "is_default", NULL, false, SHAPE_NONE},
	{SHAPE_DEFINITION, "is_deleted", NULL, false, SHAPE_NONE},
	{SHAPE_DEFINITION, "in_place_driver_change", NULL, false, SHAPE_NONE},
	{SHAPE_CRITERION, "id", check_text_or_null, false, SHAPE_NONE},
	{SHAPE_CRITERION, "env_type", check_text_or_null, false, SHAPE_NONE},
	{SHAPE_CRITERION, "app_id", check_text_or_null, false, SHAPE_NONE},
	{SHAPE_CRITERION, "env_id", check_text_or_null, false, SHAPE_NONE},
	{SHAPE_CRITERION, "res_id", check_text_or_null, false, SHAPE_NONE},
	{SHAPE_CRITERION, "class", check_text_or_null, false, SHAPE_NONE},
	{SHAPE_APP, "id", check_id, true, SHAPE_NONE},
	{SHAPE_APP, "name", check_text, false, SHAPE_NONE},
	{SHAPE_APP, "values", check_list, false, SHAPE_VALUE},
	{SHAPE_APP, "environments", check_list, false, SHAPE_ENV},
	{SHAPE_ENV, "id", check_id, true, SHAPE_NONE},
	{SHAPE_ENV, "name", check_text, false, SHAPE_NONE},
	{SHAPE_ENV, "type", check_id, false, SHAPE_NONE},
	{SHAPE_ENV, "values", check_list, false, SHAPE_VALUE},
	{SHAPE_ENV, "deployments", check_list, false, SHAPE_DEPLOYMENT},
	{SHAPE_DEPLOYMENT, "comment", check_text, false, SHAPE_NONE},
	{SHAPE_DEPLOYMENT, "created_by", check_text, false, SHAPE_NONE},
	{SHAPE_DEPLOYMENT, "age_seconds", check_age, false, SHAPE_NONE},
	{SHAPE_DEPLOYMENT, "created_at", check_stamp, false, SHAPE_NONE},
	{SHAPE_DEPLOYMENT, "set", check_set, true, SHAPE_NONE},
	{SHAPE_SET, "id", NULL, false, SHAPE_NONE},
	{SHAPE_SET, "modules", NULL, false, SHAPE_NONE},
	{SHAPE_SET, "shared", NULL, false, SHAPE_NONE},
	{SHAPE_SET, "version", NULL, false, SHAPE_NONE},
	{SHAPE_VALUE, "key", check_key, true, SHAPE_NONE},
	{SHAPE_VALUE, "description", check_description, false, SHAPE_NONE},
	{SHAPE_VALUE, "secret", check_flag, false, SHAPE_NONE},
	{SHAPE_VALUE, "value", check_value_text, false, SHAPE_NONE},
	{SHAPE_VALUE, "value_from", check_source, false, SHAPE_NONE},
};
#define MEMBER_COUNT (sizeof(members) / sizeof(members[0]))

/* Behind the members: what only all of them together show. */
static const struct {
	enum shape of;
	void (*check)(struct check *check, const json_t *value);
} wholes[] = {
	{SHAPE_VALUE, check_value},
	{SHAPE_DEFINITION, check_definition},
};

static const struct import_member *
find_member(enum shape shape, const char *name)
{
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		if (members[i].of == shape && strcmp(members[i].name, name) == 0)
			return &members[i];
	return NULL;
}

static void
complain_unknown(struct check *check, enum shape shape, const char *name)
{
	const char *names[MEMBER_COUNT], *meant;
	size_t count = 0;
	char *text;

	for (size_t i = 0; i < MEMBER_COUNT; i++)
		if (members[i].of == shape)
			names[count++] = members[i].name;
	meant = config_suggest(name, names, count);
	text = meant ? xasprintf(_("is not known here; did you mean \"%s\"?"), meant)
		     : xstrdup(_("is not known here"));
	complain(check, text);
	free(text);
}

static size_t
enter(struct check *check, const char *name)
{
	size_t before = check->pointer.length;

	pointer_append(&check->pointer, name);
	return before;
}

/* Of what has a check of its own: that it has no other members. */
static void
check_known(struct check *check, enum shape shape, const json_t *value)
{
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)value, name, member) {
		size_t before = enter(check, name);

		if (!find_member(shape, name))
			complain_unknown(check, shape, name);
		buf_truncate(&check->pointer, before);
	}
}

static void walk(struct check *check, enum shape shape, const json_t *value);

/* Of one list, an id is there once. */
static void
walk_list(struct check *check, enum shape shape, const json_t *list)
{
	json_t *seen = json_object();
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *id = json_member_string(item, shape == SHAPE_VALUE ? "key" : "id");
		char index[24];
		size_t before;

		snprintf(index, sizeof(index), "%zu", i);
		before = enter(check, index);
		if (id && shape != SHAPE_DEPLOYMENT && json_object_get(seen, id))
			complain(check, _("is in the list twice"));
		if (id)
			json_object_set_new(seen, id, json_true());
		walk(check, shape, item);
		buf_truncate(&check->pointer, before);
	}
	json_decref(seen);
}

static void
walk_member(struct check *check, enum shape shape, const char *name, const json_t *value)
{
	const struct import_member *member = find_member(shape, name);
	size_t before = enter(check, name), faults = check->faults;

	if (!member)
		complain_unknown(check, shape, name);
	else if (member->check)
		member->check(check, value);
	if (member && member->items != SHAPE_NONE && check->faults == faults)
		walk_list(check, member->items, value);
	buf_truncate(&check->pointer, before);
}

static void
walk(struct check *check, enum shape shape, const json_t *value)
{
	const char *name;
	json_t *member;

	if (!json_is_object(value)) {
		complain(check, _("must be an object"));
		return;
	}
	if (shape == SHAPE_ORG)
		check->org = json_member_string(value, "id");
	json_object_foreach((json_t *)value, name, member)
		walk_member(check, shape, name, member);
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		if (members[i].of == shape && members[i].required &&
		    !json_object_get(value, members[i].name)) {
			char *text = xasprintf(_("lacks \"%s\""), members[i].name);

			complain(check, text);
			free(text);
		}
	}
	for (size_t i = 0; i < sizeof(wholes) / sizeof(wholes[0]); i++)
		if (wholes[i].of == shape)
			wholes[i].check(check, value);
}

/* What it says of itself, where nothing else runs workloads; new reference, or NULL. */
static json_t *
only_driver(const struct platform *platform)
{
	const struct driver *first = platform->drivers ? drivers_at(platform->drivers, 0) : NULL;
	json_t *description;

	if (first && (strcmp(first->ops->name, DRIVER_PROCESS_NAME) != 0 ||
		      drivers_at(platform->drivers, 1)))
		return NULL;
	description = process_honours(&process_all_means);
	json_object_set_new(description, "name", json_string(DRIVER_PROCESS_NAME));
	return description;
}

size_t
import_check(const json_t *file, const struct platform *platform, import_fault *fault,
	     import_fault *warning, void *data)
{
	const struct platform here = {.driver_kinds = driver_kinds};
	struct check check = {.platform = platform ? platform : &here, .fault = fault,
			      .warning = warning, .data = data};
	json_t *driver = only_driver(check.platform);

	check.driver = driver;
	buf_init(&check.pointer, POINTER_MAX);
	walk(&check, SHAPE_FILE, file);
	buf_clear(&check.pointer);
	json_decref(driver);
	return check.faults;
}
