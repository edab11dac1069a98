/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The table has the forms of model/workload-fields.h, so that what is wrong is said in the same
 * words.  What is only in a newer Score, or in an older one, has a row as well.
 *
 * What could not be named later is refused here: a text where an object is to be would be read as
 * an empty object, and nobody would miss its members.
 */
#include "config.h"

#include "platform/api/score-fields.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/workload-check.h"
#include "model/workload-fields.h"

#define POINTER_MAX 4096

#define C "containers/*"
#define ROW(path, form) {path, 0, form, NULL, NULL}
#define PROBE(at) \
	ROW(at, FIELD_OBJECT), \
	ROW(at "/httpGet", FIELD_OBJECT), \
	ROW(at "/httpGet/path", FIELD_TEXT), \
	ROW(at "/httpGet/httpHeaders", FIELD_LIST), \
	ROW(at "/httpGet/httpHeaders/*", FIELD_OBJECT), \
	ROW(at "/httpGet/httpHeaders/*/name", FIELD_TEXT), \
	ROW(at "/httpGet/httpHeaders/*/value", FIELD_TEXT), \
	ROW(at "/httpGet/*", FIELD_ANY), \
	ROW(at "/exec", FIELD_OBJECT), \
	ROW(at "/exec/command", FIELD_TEXTS), \
	ROW(at "/*", FIELD_ANY)

/* FIELD_MAP: of any names; FIELD_LIST: of entries, or a map of them by their targets. */
static const struct workload_field rows[] = {
	ROW("apiVersion", FIELD_TEXT),
	ROW("metadata", FIELD_OBJECT),
	ROW("metadata/name", FIELD_TEXT),
	ROW("metadata/annotations", FIELD_LABELS),
	ROW("metadata/*", FIELD_ANY),
	ROW("service", FIELD_OBJECT),
	ROW("service/ports", FIELD_MAP),
	ROW("service/ports/*", FIELD_OBJECT),
	ROW("service/ports/*/port", FIELD_PORT),
	ROW("service/ports/*/targetPort", FIELD_PORT),
	ROW("service/ports/*/protocol", FIELD_TEXT),
	ROW("containers", FIELD_MAP),
	ROW(C, FIELD_OBJECT),
	ROW(C "/image", FIELD_TEXT),
	ROW(C "/command", FIELD_TEXTS),
	ROW(C "/args", FIELD_TEXTS),
	ROW(C "/variables", FIELD_MAP),
	ROW(C "/variables/*", FIELD_ANY),
	ROW(C "/files", FIELD_LIST),
	ROW(C "/files/*", FIELD_OBJECT),
	ROW(C "/files/*/target", FIELD_TEXT),
	ROW(C "/files/*/mode", FIELD_TEXT),
	ROW(C "/files/*/content", FIELD_ANY),
	ROW(C "/files/*/source", FIELD_TEXT),
	ROW(C "/files/*/noExpand", FIELD_FLAG),
	ROW(C "/files/*/no_expand", FIELD_FLAG),
	ROW(C "/volumes", FIELD_LIST),
	ROW(C "/volumes/*", FIELD_OBJECT),
	ROW(C "/volumes/*/source", FIELD_TEXT),
	ROW(C "/volumes/*/target", FIELD_TEXT),
	ROW(C "/volumes/*/path", FIELD_TEXT),
	ROW(C "/volumes/*/readOnly", FIELD_FLAG),
	ROW(C "/volumes/*/read_only", FIELD_FLAG),
	PROBE(C "/livenessProbe"),
	PROBE(C "/readinessProbe"),
	ROW(C "/*", FIELD_ANY),
	ROW("resources", FIELD_MAP),
	ROW("resources/*", FIELD_OBJECT),
	ROW("resources/*/type", FIELD_TEXT),
	ROW("resources/*/class", FIELD_TEXT),
	ROW("resources/*/id", FIELD_TEXT),
	ROW("resources/*/metadata", FIELD_OBJECT),
	ROW("resources/*/metadata/annotations", FIELD_LABELS),
	ROW("resources/*/metadata/*", FIELD_ANY),
	ROW("resources/*/params", FIELD_OBJECT),
	ROW("resources/*/params/*", FIELD_ANY),
};

struct score_check {
	struct buf pointer;
	struct error *err;
};

/* A row that names the member goes before one for all. */
static const struct workload_field *
row_below(const struct workload_field *parent, const char *key)
{
	size_t length = parent ? strlen(parent->path) : 0;
	const struct workload_field *any = NULL;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *name = rows[i].path;

		if (parent && (strncmp(name, parent->path, length) != 0 || name[length] != '/'))
			continue;
		name += parent ? length + 1 : 0;
		if (strcmp(name, "*") == 0)
			any = &rows[i];
		else if (strcmp(name, key) == 0)
			return &rows[i];
	}
	return any;
}

static bool
fits(const struct workload_field *row, const json_t *value)
{
	if (json_is_null(value))
		return true;
	return row->form == FIELD_LIST ? json_is_array(value) || json_is_object(value)
				       : workload_field_fits(row, value);
}

static int check_value(struct score_check *check, const struct workload_field *row,
		       const json_t *value);

static int
check_member(struct score_check *check, const struct workload_field *parent, const char *key,
	     const json_t *value)
{
	const struct workload_field *row = row_below(parent, key);
	size_t before = check->pointer.length;
	int ret;

	pointer_append(&check->pointer, key);
	ret = row ? check_value(check, row, value)
		  : error_set_code(check->err, CODE_SCORE_FIELD_UNKNOWN,
				   .path = buf_str(&check->pointer));
	buf_truncate(&check->pointer, before);
	return ret;
}

static int
check_members(struct score_check *check, const struct workload_field *row, const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	json_object_foreach((json_t *)value, key, member)
		if (check_member(check, row, key, member) != 0)
			return -1;
	json_array_foreach(value, i, member) {
		char index[24];

		snprintf(index, sizeof(index), "%zu", i);
		if (check_member(check, row, index, member) != 0)
			return -1;
	}
	return 0;
}

static int
check_value(struct score_check *check, const struct workload_field *row, const json_t *value)
{
	if (!fits(row, value)) {
		struct workload_finding finding = {
			.kind = FINDING_WRONG, .path = buf_str(&check->pointer), .field = row,
		};

		return finding_refuse(&finding, "Score", check->err);
	}
	if (row->form != FIELD_OBJECT && row->form != FIELD_MAP && row->form != FIELD_LIST)
		return 0;
	return check_members(check, row, value);
}

int
score_fields_check(const json_t *spec, struct error *err)
{
	struct score_check check = {.err = err};
	int ret;

	buf_init(&check.pointer, POINTER_MAX);
	ret = check_members(&check, NULL, spec);
	buf_clear(&check.pointer);
	return ret;
}
