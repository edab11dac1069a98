/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A shell's words without a shell: stories are to be read line by line, with the line named
 * when one is wrong, and nothing in them may be run by accident. */
#include "config.h"

#include "words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"

#define WORD_MAX 65536

/* $NAME or ${NAME} at *at; moves past it.  An unset variable is a mistake in the story. */
static bool
expand(const char **at, struct buf *word, const char **why)
{
	const char *start = *at + 1;
	bool braces = *start == '{';
	size_t length = 0;
	const char *value;
	char *name;

	start += braces;
	while (isalnum((unsigned char)start[length]) || start[length] == '_')
		length++;
	if (length == 0 || (braces && start[length] != '}')) {
		buf_append(word, "$", 1);
		*at += 1;
		return true;
	}
	name = xstrndup(start, length);
	value = getenv(name);
	free(name);
	*at = start + length + braces;
	if (!value) {
		*why = "a variable of this line has no value";
		return false;
	}
	return buf_puts(word, value);
}

static char
escaped(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'e':
		return '\033';
	case 'a':
		return '\a';
	case 'r':
		return '\r';
	default:
		return c;
	}
}

/* One word, from *at to the blank behind it. */
static bool
read_word(const char **at, struct buf *word, const char **why)
{
	char quote = '\0';

	while (**at && (quote || !isspace((unsigned char)**at))) {
		char c = **at;

		if (quote ? c == quote : (c == '"' || c == '\'')) {
			quote = quote ? '\0' : c;
			++*at;
		} else if (c == '\\' && quote != '\'' && (*at)[1]) {
			c = quote ? escaped((*at)[1]) : (*at)[1];
			buf_append(word, &c, 1);
			*at += 2;
		} else if (c == '$' && quote != '\'') {
			if (!expand(at, word, why))
				return false;
		} else {
			buf_append(word, &c, 1);
			++*at;
		}
	}
	if (quote)
		*why = "a quote is not closed";
	return !quote;
}

int
words_split(const char *line, char *words[WORDS_MAX + 1], const char **why)
{
	int count = 0;

	memset(words, 0, (WORDS_MAX + 1) * sizeof(words[0]));
	for (;;) {
		struct buf word;

		while (isspace((unsigned char)*line))
			line++;
		if (*line == '\0' || *line == '#')
			return count;
		buf_init(&word, WORD_MAX);
		if (count == WORDS_MAX)
			*why = "too many words";
		else if (read_word(&line, &word, why))
			words[count++] = buf_take(&word);
		buf_clear(&word);
		if (*why) {
			words_free(words);
			return -1;
		}
	}
}

void
words_free(char *words[WORDS_MAX + 1])
{
	for (int i = 0; i < WORDS_MAX && words[i]; i++) {
		free(words[i]);
		words[i] = NULL;
	}
}
