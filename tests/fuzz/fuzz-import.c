/* SPDX-License-Identifier: GPL-3.0-or-later */

/* YAML, what import takes of it, and workload specifications of Score. */
#include "config.h"

#include "fuzz.h"

#include "base/error.h"
#include "model/yaml.h"
#include "platform/admin/import-check.h"
#include "platform/api/score.h"

static void
take_fault(void *data, const char *pointer, const char *text)
{
	size_t *faults = data;

	assert(pointer && (!*pointer || *pointer == '/') && *text);
	(*faults)++;
}

static void
take_warning(void *data, const char *pointer, const char *text)
{
	(void)data;
	assert(pointer && *pointer == '/' && *text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct error err = {0};
	json_t *lines = json_object();
	json_t *value = yaml_decode((const char *)bytes, length, lines, &err), *set;
	size_t told = 0, count;

	assert(value || err.kind != ERROR_NONE);
	if (value) {
		count = import_check(value, NULL, take_fault, take_warning, &told);
		assert(told == (count < IMPORT_FAULTS_MAX ? count : IMPORT_FAULTS_MAX));
		set = score_convert(value, "local/web:1.0.0", &err);
		json_decref(set);
		json_decref(value);
	}
	json_decref(lines);
	return 0;
}
