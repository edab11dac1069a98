/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The first line is a pattern, the rest a text: it compiles or is refused with a reason, and where
 * the C library's matcher takes it too, both say the same. */
#include "config.h"

#include "fuzz.h"

#include <locale.h>
#include <regex.h>

#include "base/error.h"
#include "base/pattern.h"

#define SIMPLE "abcdefghijklmnopqrstuvwxyz0123456789-.^$|()*+?/"	/* no room for two readings */
#define SMALL 24	/* theirs may take for ever */

static int
is_simple(const char *text)
{
	return strlen(text) <= SMALL && strspn(text, SIMPLE) == strlen(text) &&
	       !strstr(text, "**") && !strstr(text, "()");
}

static void
compare(const struct pattern *pattern, const char *expression, const char *text)
{
	regex_t theirs;

	if (!is_simple(expression) || !is_simple(text) ||
	    regcomp(&theirs, expression, REG_EXTENDED | REG_NOSUB) != 0)
		return;
	assert(pattern_matches(pattern, text) == (regexec(&theirs, text, 0, NULL, 0) == 0));
	regfree(&theirs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *expression = fuzz_text(bytes, length), *text = strchr(expression, '\n');
	struct error err = {0};
	struct pattern *pattern;

	if (text)
		*text++ = '\0';
	pattern = pattern_new(expression, &err);
	assert(pattern || (err.kind == ERROR_INPUT && *err.text));
	if (pattern && text) {
		(void)pattern_matches(pattern, text);
		compare(pattern, expression, text);
	}
	pattern_free(pattern);
	free(expression);
	return 0;
}
