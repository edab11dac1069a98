/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Placeholders in any text; what is escaped resolves to itself. */
#include "config.h"

#include "fuzz.h"

#include "base/error.h"
#include "model/placeholder.h"

static json_t *
look_up(void *data, const char *const *tokens, size_t count, bool *secret, struct error *err)
{
	(void)data;
	assert(count > 0);
	*secret = strcmp(tokens[0], "secret") == 0;
	if (strcmp(tokens[0], "number") == 0)
		return json_integer(7);
	if (strcmp(tokens[0], "values") == 0 || *secret)
		return json_string("${values.X} $\\{ }");
	error_set(err, ERROR_INPUT, "there is no %.200s", tokens[0]);
	return NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_text(bytes, length), *escaped;
	json_t *value = json_string(text), *resolved, *secrets = json_array();
	struct error err = {0};

	if (value) {
		resolved = placeholder_resolve(value, "", look_up, NULL, secrets, &err);
		assert(resolved || err.kind != ERROR_NONE);
		json_decref(resolved);
		json_decref(value);

		escaped = placeholder_escape(text);
		value = json_string(escaped);
		resolved = placeholder_resolve(value, "", look_up, NULL, NULL, &err);
		assert(resolved && strcmp(json_string_value(resolved), text) == 0);
		json_decref(resolved);
		json_decref(value);
		free(escaped);
	}
	json_decref(secrets);
	free(text);
	return 0;
}
