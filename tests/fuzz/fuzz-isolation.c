/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any text is searched for what leads to another environment; each finding names something. */
#include "config.h"

#include "fuzz.h"

#include "compare/isolation.h"
#include "compare/visible.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_text(bytes, length), *quoted;
	json_t *foreign = json_pack("[s, s]", "production", "Live EU"),
	       *own = json_pack("[s]", "hotfix-production");
	json_t *outputs = json_pack("{s:{s:s}, s:{s:s}}", "db", "host", "pg-7.acme.internal",
				    "cache", "host", "box1");
	json_t *values = json_object(), *value = json_string(text);
	struct isolation isolation = {
		.foreign = foreign, .own = own, .outputs = outputs, .values = values};
	struct isolation_findings findings;

	if (value) {
		json_object_set(values, "X", value);
		isolation_find(&findings, &isolation);
		for (size_t i = 0; i < findings.count; i++)
			assert(*findings.items[i].names && strlen(findings.items[i].id) == 12);
		isolation_clear(&findings);
		isolation_find_in_text(&findings, &isolation, "values/DB_HOST", text);
		isolation_clear(&findings);
		quoted = visible_quoted(text);
		assert(*quoted == '"');
		free(quoted);
	}
	json_decref(value);
	json_decref(values);
	json_decref(foreign);
	json_decref(own);
	json_decref(outputs);
	free(text);
	return 0;
}
