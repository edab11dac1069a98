/* SPDX-License-Identifier: GPL-3.0-or-later */

/* JSON that can be read in C: single quotes stand for double ones.  One that is none fails the
 * test. */
#ifndef SIDESTAGE_TESTS_UNIT_QUOTED_JSON_H
#define SIDESTAGE_TESTS_UNIT_QUOTED_JSON_H

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/json.h"

/* free() it. */
static inline char *
quoted(const char *text)
{
	char *copy = xstrdup(text);

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

/* New reference. */
static inline json_t *
parse(const char *text)
{
	char *copy = quoted(text);
	struct error err = {0};
	json_t *value = json_decode(copy, strlen(copy), &err);

	if (!value)
		fail_msg("%s: %s", text, err.text);
	free(copy);
	return value;
}

#endif
