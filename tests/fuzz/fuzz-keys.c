/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Bindings of keys: lines of "VIEW ACTION KEYS...". */
#include "config.h"

#include "fuzz.h"

#include "base/error.h"
#include "ui/keys.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_text(bytes, length), *rest = text, *line;
	struct bindings *bindings = bindings_new();
	struct error err = {0};

	while ((line = strsep(&rest, "\n")) != NULL) {
		char *view = strsep(&line, " "), *action = line ? strsep(&line, " ") : NULL;
		int key = key_of_name(view);

		char *name = strdup(key_name(key));	/* its own is gone at the next call */

		assert(name && (key == 0 || key_of_name(name) == key));
		free(name);
		if (line && bindings_add(bindings, strcmp(view, "-") ? view : "", action, line,
					 "config:1:1", &err) != 0)
			assert(err.kind != ERROR_NONE && strncmp(err.text, "config:1:1", 10) == 0);
	}
	err = (struct error){0};
	if (bindings_check(bindings, &err) != 0)
		assert(err.kind != ERROR_NONE);
	bindings_free(bindings);
	free(text);
	return 0;
}
