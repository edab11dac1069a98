/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "model/label.h"

#include <string.h>

#define PREFIX_MAX 253	/* a name of DNS */

/* Without locale: labels are ASCII. */
static bool
is_lower_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

static bool
is_alnum(char c)
{
	return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

/* Letters and digits, with "-", "_" and "." between them. */
static bool
is_name(const char *text, size_t length)
{
	if (length == 0 || length > LABEL_MAX || !is_alnum(text[0]) || !is_alnum(text[length - 1]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_alnum(text[i]) && text[i] != '-' && text[i] != '_' && text[i] != '.')
			return false;
	return true;
}

/* Parts of small letters and digits, with "-" between them; dots between the parts. */
static bool
is_prefix(const char *text, size_t length)
{
	if (length == 0 || length > PREFIX_MAX || !is_lower_alnum(text[0]) ||
	    !is_lower_alnum(text[length - 1]))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!is_lower_alnum(text[i]) && text[i] != '-' && text[i] != '.')
			return false;
		if (text[i] == '.' &&
		    (!is_lower_alnum(text[i - 1]) || !is_lower_alnum(text[i + 1])))
			return false;
	}
	return true;
}

bool
label_key_is_valid(const char *text, size_t length)
{
	const char *slash = memchr(text, '/', length), *name = slash ? slash + 1 : text;

	return (!slash || is_prefix(text, (size_t)(slash - text))) &&
	       is_name(name, length - (size_t)(name - text));
}

bool
label_value_is_valid(const char *text, size_t length)
{
	return length == 0 || is_name(text, length);
}
