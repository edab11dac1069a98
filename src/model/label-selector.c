/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "model/label-selector.h"

#include <string.h>

#include "model/label.h"

#define SPACES " \t"

static void
skip_spaces(const char **at)
{
	*at += strspn(*at, SPACES);
}

static bool
take_key(const char **at)
{
	size_t length = strcspn(*at, SPACES "=!,()<>");
	bool is = label_key_is_valid(*at, length);

	*at += length;
	skip_spaces(at);
	return is;
}

static bool
take_value(const char **at)
{
	size_t length;
	bool is;

	skip_spaces(at);
	length = strcspn(*at, SPACES "=!,()<>");
	is = label_value_is_valid(*at, length);
	*at += length;
	skip_spaces(at);
	return is;
}

static bool
take_number(const char **at)
{
	size_t length;

	skip_spaces(at);
	length = strspn(*at, "0123456789");
	*at += length;
	skip_spaces(at);
	return length > 0;
}

/* "(a, b)"; "()" is the empty value */
static bool
take_values(const char **at)
{
	skip_spaces(at);
	if (**at != '(')
		return false;
	do {
		++*at;
		if (!take_value(at))
			return false;
	} while (**at == ',');
	if (**at != ')')
		return false;
	++*at;
	skip_spaces(at);
	return true;
}

/* A word, and what it ends with: "in(a)", "in (a)". */
static bool
take_word(const char **at, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*at, word, length) != 0 || !(*at)[length] || !strchr(SPACES "(", (*at)[length]))
		return false;
	*at += length;
	return true;
}

static bool
take_requirement(const char **at)
{
	skip_spaces(at);
	if (**at == '!') {
		++*at;
		skip_spaces(at);
		return take_key(at);
	}
	if (!take_key(at))
		return false;
	if (take_word(at, "in") || take_word(at, "notin"))
		return take_values(at);
	if (**at == '<' || **at == '>') {
		++*at;
		return take_number(at);
	}
	if (**at != '=' && strncmp(*at, "!=", 2) != 0)
		return true;		/* the key alone */
	*at += **at == '!' || (*at)[1] == '=' ? 2 : 1;
	return take_value(at);
}

bool
label_selector_is_valid(const char *text)
{
	const char *at = text;

	while (take_requirement(&at)) {
		if (!*at)
			return true;
		if (*at++ != ',')
			return false;
	}
	return false;
}
