/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A walk of the module along the rows of its fields.  A whole counts as honoured when the driver
 * honours something of it; then each of its members is asked about, else none.
 */
#include "config.h"

#include "model/workload-check.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/config-file.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/schedule.h"
#include "model/workload-fields.h"
#include "model/workload-overridden.h"

#define POINTER_MAX 4096
#define CANDIDATES_MAX 64

static const char *const words[FINDING_COUNT] = {
	[FINDING_WRONG] = "wrong",
	[FINDING_UNKNOWN] = "unknown-field",
	[FINDING_OTHER_PROFILE] = "other-profile",
	[FINDING_NOT_HONOURED] = "not-honoured",
	[FINDING_PARTLY_HONOURED] = "partly-honoured",
	[FINDING_NEVER_DUE] = "never-due",
	[FINDING_OVERRIDDEN] = "overridden",
	[FINDING_UNKNOWN_PROFILE] = "unknown-profile",
	[FINDING_PROFILE_NOT_HONOURED] = "profile-not-honoured",
	[FINDING_PROFILE_REFUSED] = "profile-refused",
	[FINDING_NOT_ONE_CONTAINER] = "not-one-container",
	[FINDING_PLACEHOLDER] = "malformed-placeholder",
	[FINDING_REFERENCE] = "unknown-reference",
	[FINDING_UNDECLARED] = "undeclared",
};

struct field_check {
	const char *profile;
	unsigned profiles;		/* those whose fields it may have */
	const json_t *honours;		/* paths; NULL: all */
	const json_t *partly;		/* {path: what is done instead} */
	const json_t *within;		/* {path: {"least", "most" or "word", "instead"}} */
	struct buf pointer;
	workload_report *report;
	void *data;
};

static void
report(struct field_check *check, enum finding_kind kind, const struct workload_field *field,
       const char *meant)
{
	struct workload_finding finding = {
		.kind = kind,
		.path = buf_str(&check->pointer),
		.profile = check->profile,
		.field = field,
		.meant = meant,
	};

	check->report(check->data, &finding);
}

/* The name of a row that is a member of the parent's; NULL: it is not, or is one for all. */
static const char *
name_below(const struct workload_field *field, const struct workload_field *parent)
{
	size_t length = parent ? strlen(parent->path) : 0;
	const char *name = field->path;

	if (parent && (strncmp(name, parent->path, length) != 0 || name[length] != '/'))
		return NULL;
	name += parent ? length + 1 : 0;
	return strchr(name, '/') || strcmp(name, "*") == 0 ? NULL : name;
}

static void
report_unknown(struct field_check *check, const struct workload_field *parent, const char *key)
{
	const char *names[CANDIDATES_MAX];
	const struct workload_field *field;
	size_t count = 0;

	for (size_t i = 0; count < CANDIDATES_MAX && (field = workload_field(i)); i++) {
		const char *name = name_below(field, parent);

		if (name && (field->profiles & check->profiles))
			names[count++] = name;
	}
	report(check, FINDING_UNKNOWN, NULL, config_suggest(key, names, count));
}

/* Whether `path` is `whole` or something of it. */
static bool
is_of(const char *path, const char *whole)
{
	size_t length = strlen(whole);

	return strncmp(path, whole, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

/* What names the workload and its resources is the platform's own affair. */
bool
field_is_honoured(const struct workload_field *field, const json_t *honours)
{
	const json_t *path;
	size_t i;

	if (!honours || !strchr(field->path, '/') || is_of(field->path, "externals"))
		return true;
	json_array_foreach(honours, i, path) {
		const char *text = json_string_value(path);

		if (text && (is_of(text, field->path) || is_of(field->path, text)))
			return true;
	}
	return false;
}

static bool
is_empty(const json_t *value)
{
	return json_is_null(value) || (json_is_object(value) && json_object_size(value) == 0) ||
	       (json_is_array(value) && json_array_size(value) == 0) ||
	       (json_is_string(value) && json_string_length(value) == 0);
}

static bool
is_one_for_all(const struct workload_field *field)
{
	return strcmp(field->path + strlen(field->path) - 1, "*") == 0;
}

/* Of a field that is honoured with some values alone. */
static bool
is_beyond(const json_t *within, const json_t *value)
{
	const char *word = json_member_string(within, "word"), *text = json_string_value(value);
	const json_t *most = json_object_get(within, "most");
	json_int_t number = workload_field_number(value);

	if (word)
		return text && strcmp(text, word) != 0;
	if (number > json_integer_value(most) && json_is_integer(most))
		return true;
	return within && number >= 0 && number < json_integer_value(json_object_get(within, "least"));
}

static bool
is_never_due(const json_t *value)
{
	struct schedule schedule;

	return schedule_parse(&schedule, json_string_value(value)) &&
	       !schedule_has_a_day(&schedule);
}

static void check_members(struct field_check *check, const struct workload_field *field,
			  const json_t *value);

static void
check_value(struct field_check *check, const struct workload_field *field, const json_t *value)
{
	bool empty = is_empty(value);

	/* Elsewhere null is as good as nothing; a variable would be there and have no value. */
	if (!workload_field_fits(field, value) ||
	    (json_is_null(value) && field->form == FIELD_SCALAR && is_one_for_all(field)))
		report(check, FINDING_WRONG, field, NULL);
	else if (!empty && !(field->profiles & check->profiles))
		report(check, FINDING_OTHER_PROFILE, field, NULL);
	else if (!empty && !field_is_honoured(field, check->honours))
		report(check, FINDING_NOT_HONOURED, field,
		       json_member_string(check->partly, field->path));
	else {
		if (!empty && json_member_string(check->partly, field->path))
			report(check, FINDING_PARTLY_HONOURED, field,
			       json_member_string(check->partly, field->path));
		else if (!empty && is_beyond(json_object_get(check->within, field->path), value))
			report(check, FINDING_PARTLY_HONOURED, field,
			       json_member_string(json_object_get(check->within, field->path),
						  "instead"));
		if (!empty && field->form == FIELD_SCHEDULE && is_never_due(value))
			report(check, FINDING_NEVER_DUE, field, json_string_value(value));
		check_members(check, field, value);
	}
}

/* Of what is a map, all have the same row unless one is named; it is looked for once. */
static void
check_object(struct field_check *check, const struct workload_field *field, const json_t *value)
{
	const struct workload_field *any = workload_field_below(field, "*");
	bool is_map = field && field->form == FIELD_MAP;
	size_t before = check->pointer.length;
	const char *key;
	json_t *member;

	json_object_foreach((json_t *)value, key, member) {
		const struct workload_field *row = is_map && any && any->form == FIELD_SCALAR
							   ? any
							   : workload_field_below(field, key);

		pointer_append(&check->pointer, key);
		if (row)
			check_value(check, row, member);
		else
			report_unknown(check, field, key);
		buf_truncate(&check->pointer, before);
	}
}

static void
check_list(struct field_check *check, const struct workload_field *field, const json_t *value)
{
	const struct workload_field *row = workload_field_below(field, "*");
	size_t before = check->pointer.length, i;
	const json_t *item;

	json_array_foreach(value, i, item) {
		char index[24];

		snprintf(index, sizeof(index), "%zu", i);
		pointer_append(&check->pointer, index);
		check_value(check, row, item);
		buf_truncate(&check->pointer, before);
	}
}

static void
check_members(struct field_check *check, const struct workload_field *field, const json_t *value)
{
	if (field->form == FIELD_LIST)
		check_list(check, field, value);
	else if (field->form == FIELD_OBJECT || field->form == FIELD_MAP)
		check_object(check, field, value);
}

/* Nothing is held against the profile where the driver is not known, or says nothing of it. */
static bool
has_profile(const json_t *driver, const char *name)
{
	const json_t *profiles = json_object_get(driver, "profiles"), *profile;
	size_t i;

	json_array_foreach(profiles, i, profile)
		if (strcmp(json_string_value(profile), name) == 0)
			return true;
	return !profiles;
}

/* A driver may run one program of a workload and no others beside it. */
static void
check_containers(struct field_check *check, const json_t *module, const json_t *driver)
{
	const json_t *containers = json_object_get(json_object_get(module, "spec"), "containers");

	if (!json_is_true(json_object_get(driver, "one_container")) ||
	    json_object_size(containers) == 1 || (containers && !json_is_object(containers)))
		return;
	pointer_append(&check->pointer, "spec");
	pointer_append(&check->pointer, "containers");
	report(check, FINDING_NOT_ONE_CONTAINER, NULL, NULL);
	buf_truncate(&check->pointer, 0);
}

/* What runs as if it had no profile is looked at with the fields that it was written with. */
void
workload_check(const json_t *module, const json_t *driver, workload_report *callback, void *data)
{
	const char *name = json_member_string(module, "profile");
	enum workload_profile profile = workload_profile_of(name);
	struct field_check check = {
		.profile = name && *name ? name : workload_profile_name(PROFILE_MODULE),
		.profiles = profile == PROFILE_UNKNOWN ? ~0u : 1u << profile,
		.honours = driver ? json_object_get(driver, "honours") : NULL,
		.partly = json_object_get(driver, "partly"),
		.within = json_object_get(driver, "within"),
		.report = callback,
		.data = data,
	};
	const struct workload_field *field = workload_field_below(NULL, "profile");
	bool is_taken = has_profile(driver, workload_profile_name(profile));

	buf_init(&check.pointer, POINTER_MAX);
	pointer_append(&check.pointer, "profile");
	if (profile == PROFILE_UNKNOWN)
		report(&check, FINDING_UNKNOWN_PROFILE, field, NULL);
	else if (!is_taken)
		report(&check, profile == PROFILE_MANIFESTS ? FINDING_PROFILE_REFUSED
							    : FINDING_PROFILE_NOT_HONOURED,
		       field, NULL);
	buf_truncate(&check.pointer, 0);
	/* What cannot run there at all is looked at as if nobody were to run it. */
	if (!is_taken && profile == PROFILE_MANIFESTS)
		check.honours = check.partly = check.within = driver = NULL;
	check_object(&check, NULL, module);
	if (check.honours)
		workload_overridden(module, check.profile, check.honours, callback, data);
	check_containers(&check, module, driver);
	buf_clear(&check.pointer);
}

void
shared_check(const json_t *shared, workload_report *callback, void *data)
{
	struct field_check check = {
		.profile = "", .profiles = ~0u, .report = callback, .data = data,
	};

	buf_init(&check.pointer, POINTER_MAX);
	pointer_append(&check.pointer, "shared");
	check_object(&check, workload_field_below(NULL, "externals"), shared);
	buf_clear(&check.pointer);
}

bool
finding_is_fatal(enum finding_kind kind)
{
	return kind == FINDING_WRONG || kind == FINDING_NOT_ONE_CONTAINER ||
	       kind == FINDING_PROFILE_REFUSED ||
	       kind == FINDING_PLACEHOLDER || kind == FINDING_REFERENCE ||
	       kind == FINDING_UNDECLARED;
}

const char *
finding_word(enum finding_kind kind)
{
	return words[kind];
}

enum finding_kind
finding_of(const char *word)
{
	size_t i = 0;

	while (i < FINDING_COUNT && strcmp(words[i], word) != 0)
		i++;
	return (enum finding_kind)i;
}

bool
finding_is_wrong(enum finding_kind kind)
{
	return kind == FINDING_WRONG || kind == FINDING_PLACEHOLDER || kind == FINDING_REFERENCE;
}

static int
refuse_placeholder(const struct workload_finding *finding, const char *workload, struct error *err)
{
	error_set_code(err, finding->kind == FINDING_PLACEHOLDER ? CODE_PLACEHOLDER_MALFORMED
								 : CODE_PLACEHOLDER_UNKNOWN,
		       .path = finding->path, .placeholder = finding->meant);
	return *workload ? error_prefix_code(err, CODE_IN_WORKLOAD, .workload = workload) : -1;
}

int
finding_refuse(const struct workload_finding *finding, const char *workload, struct error *err)
{
	static const enum error_code codes[FIELD_FORM_COUNT] = {
		[FIELD_OBJECT] = CODE_FIELD_NOT_OBJECT, [FIELD_MAP] = CODE_FIELD_NOT_OBJECT,
		[FIELD_LIST] = CODE_FIELD_NOT_LIST,	[FIELD_ANY] = CODE_FIELD_WRONG,
		[FIELD_TEXT] = CODE_FIELD_NOT_STRING,	[FIELD_TEXTS] = CODE_FIELD_NOT_STRINGS,
		[FIELD_LABELS] = CODE_FIELD_NOT_LABELS, [FIELD_SCALAR] = CODE_FIELD_NOT_SCALAR,
		[FIELD_COUNT] = CODE_FIELD_NOT_COUNT,	[FIELD_PORT] = CODE_FIELD_NOT_PORT,
		[FIELD_FLAG] = CODE_FIELD_NOT_FLAG,	[FIELD_AMOUNT] = CODE_FIELD_NOT_AMOUNT,
		[FIELD_SCHEDULE] = CODE_FIELD_NOT_SCHEDULE,
		[FIELD_WORD] = CODE_FIELD_NOT_ONE_OF,
	};
	const struct workload_field *field = finding->field;

	if (finding->kind != FINDING_WRONG)
		return refuse_placeholder(finding, workload, err);
	return error_set_code(err, codes[field ? field->form : FIELD_ANY], .workload = workload,
			      .path = finding->path, .words = field ? field->words : NULL);
}

static char *
placeholder_text(const struct workload_finding *finding, const char *workload)
{
	const char *meant = finding->meant ? finding->meant : "";

	if (finding->kind == FINDING_PLACEHOLDER)
		return xasprintf(_("%s: %s: \"%s\" is not a well-formed placeholder; "
				   "write \"$\\{\" if no placeholder is meant"),
				 workload, finding->path, meant);
	if (finding->kind == FINDING_REFERENCE)
		return xasprintf(_("%s: %s: the platform knows no placeholder %s"), workload,
				 finding->path, meant);
	return xasprintf(_("%s: %s: %s refers to a resource, workload or volume that is "
			   "not declared"),
			 workload, finding->path, meant);
}

char *
finding_text(const struct workload_finding *finding, const char *workload, const char *driver)
{
	struct error err;

	if (!*workload)
		workload = _("shared resources");
	switch (finding->kind) {
	case FINDING_WRONG:
		finding_refuse(finding, workload, &err);
		return xstrdup(err.text);
	case FINDING_UNKNOWN:
		if (finding->meant)
			return xasprintf(_("%s: %s has no effect: there is no such field; did you "
					   "mean \"%s\"?"),
					 workload, finding->path, finding->meant);
		return xasprintf(_("%s: %s has no effect: there is no such field"), workload,
				 finding->path);
	case FINDING_OTHER_PROFILE:
		return xasprintf(_("%s: %s has no effect with the profile %s"), workload,
				 finding->path, finding->profile);
	case FINDING_PARTLY_HONOURED:
		return xasprintf(_("%s: the driver %s honours %s only in part: %s"), workload,
				 driver, finding->path, finding->meant ? finding->meant : "");
	case FINDING_NEVER_DUE:
		return xasprintf(_("%s: %s: the schedule \"%s\" never comes: there is no such day"),
				 workload, finding->path, finding->meant ? finding->meant : "");
	case FINDING_OVERRIDDEN:
		return xasprintf(_("%s: %s has no effect beside \"%s\""), workload, finding->path,
				 finding->meant ? finding->meant : "");
	case FINDING_UNKNOWN_PROFILE:
		return xasprintf(_("%s: the profile %s is not known here; it runs as %s"), workload,
				 finding->profile, workload_profile_name(PROFILE_MODULE));
	case FINDING_PROFILE_NOT_HONOURED:
		return xasprintf(_("%s: the driver %s does not support the profile %s; it runs as %s"),
				 workload, driver, finding->profile,
				 workload_profile_name(PROFILE_MODULE));
	case FINDING_PROFILE_REFUSED:
		return xasprintf(_("%s: the profile %s needs a cluster; the driver %s cannot run it"),
				 workload, finding->profile, driver);
	case FINDING_NOT_ONE_CONTAINER:
		return xasprintf(_("%s: %s must hold exactly one container: the driver %s runs no others beside it"),
				 workload, finding->path, driver);
	case FINDING_PLACEHOLDER:
	case FINDING_REFERENCE:
	case FINDING_UNDECLARED:
		return placeholder_text(finding, workload);
	case FINDING_NOT_HONOURED:
	case FINDING_COUNT:
		break;
	}
	if (finding->kind == FINDING_NOT_HONOURED && finding->meant)
		return xasprintf(_("%s: %s has no effect: the driver %s does not support it: %s"),
				 workload, finding->path, driver, finding->meant);
	return xasprintf(_("%s: %s has no effect: the driver %s does not support it"), workload,
			 finding->path, driver);
}
