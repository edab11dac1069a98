/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The names of environments in a text.  A name counts as a word of its own, whatever parts it
 * from the rest ("production_db", "db.production.svc", "dbProduction", not "reproduction"),
 * and not in the middle of a sentence.
 */
#include "config.h"

#include "compare/isolation-names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xmalloc.h"
#include "compare/hosts.h"
#include "compare/isolation-findings.h"
#include "compare/isolation-search.h"

#define LINE_LOOK_MAX 1000u /* what stands further away from a host says nothing of it */

bool
isolation_is_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static bool
is_between_words(char c)
{
	return c == '-' || c == '_' || c == '.' || c == ' ';
}

/* How much of the text the name takes, whatever its words are parted by; 0: it is not there. */
static size_t
match_name(const char *text, const char *name)
{
	size_t i = 0;

	for (; name[i]; i++) {
		char c = (char)tolower((unsigned char)text[i]);

		if (c != name[i] && !(is_between_words(name[i]) && is_between_words(c)))
			return 0;
	}
	return i;
}

/* Whether a word begins there: after none, or where small letters end: "dbProduction". */
static bool
begins_word(const char *text, size_t at)
{
	return at == 0 || !isolation_is_word(text[at - 1]) ||
	       (isupper((unsigned char)text[at]) && !isupper((unsigned char)text[at - 1]));
}

/* A number behind it may be that of a machine, "production01", and what it is may be glued to it,
 * "proddb". */
static bool
ends_word(const char *text, size_t end)
{
	static const char *const things[] = {
		"api",	"bucket", "cache", "cluster", "database", "db",
		"host", "queue",  "redis", "server",  NULL,
	};
	size_t n = strspn(text + end, "0123456789");

	for (const char *const *thing = things; *thing; thing++)
		if (strncasecmp(text + end, *thing, strlen(*thing)) == 0)
			n = strlen(*thing) + strspn(text + end + strlen(*thing), "0123456789");
	if (isupper((unsigned char)text[end]) && islower((unsigned char)text[end - 1]))
		return true;
	return !isolation_is_word(text[end + n]);
}

/* Whether there are as many; a text may be a whole file. */
bool
isolation_has_words(const char *text, size_t wanted)
{
	size_t count = 0;

	for (size_t i = 0; text[i] && count < wanted; i++)
		count += isalpha((unsigned char)text[i]) &&
			 (i == 0 || isspace((unsigned char)text[i - 1]));
	return count >= wanted;
}

/* Where the line begins, or as far back as anybody would look. */
size_t
isolation_line_start(const char *text, size_t at)
{
	size_t least = at > LINE_LOOK_MAX ? at - LINE_LOOK_MAX : 0;

	while (at > least && text[at - 1] != '\n')
		at--;
	return at;
}

size_t
isolation_line_length(const char *line)
{
	size_t n = 0;

	while (n < 2 * LINE_LOOK_MAX && line[n] && line[n] != '\n')
		n++;
	return n;
}

/* Whether it is one line of several. */
bool
isolation_is_of_several_lines(const char *text, size_t start)
{
	return (start > 0 && text[start - 1] == '\n') ||
	       text[start + isolation_line_length(text + start)] == '\n';
}

/* The length of the plain word that ends before `at`, over one blank. */
static size_t
word_before(const char *text, size_t at)
{
	size_t end = at > 0 ? at - 1 : 0, n = 0;

	if (at == 0 || text[end] != ' ')
		return 0;
	while (n < end && isalpha((unsigned char)text[end - 1 - n]))
		n++;
	return n == end || isspace((unsigned char)text[end - 1 - n]) ||
			       strchr("(\"'", text[end - 1 - n])
		       ? n
		       : 0;
}

static bool
ends_sentence(const char *text)
{
	if (*text && strchr(".,;:!?)", *text))
		return text[1] == '\0' || isspace((unsigned char)text[1]);
	return false;
}

/* "… is not for production use": among plain words, of which there are some. */
bool
isolation_is_prose(const char *text, size_t start, size_t end)
{
	size_t before = word_before(text, start), after = 0;

	if (text[end] == ' ' || text[end] == '-')
		while (isalpha((unsigned char)text[end + 1 + after]))
			after++;
	return before >= 1 && isolation_has_words(text, 4) &&
	       (after >= 2 || text[end] == '\0' || ends_sentence(text + end));
}

bool
isolation_begins_comment(const char *line)
{
	const char *first = line + strspn(line, " \t");

	return *first == '#' || *first == ';' || *first == '*' || strncmp(first, "//", 2) == 0 ||
	       strncmp(first, "--", 2) == 0 || strncmp(first, "<!--", 4) == 0;
}

/* A word by itself in a line of a file that is a comment: "# production settings". */
static bool
is_remark(const char *text, size_t start, size_t end)
{
	size_t line = isolation_line_start(text, start);

	return start > 0 && isspace((unsigned char)text[start - 1]) &&
	       (text[end] == '\0' || isspace((unsigned char)text[end])) &&
	       isolation_begins_comment(text + line) && isolation_is_of_several_lines(text, line);
}

/* How languages and their frameworks are told to run well: "NODE_ENV=production". */
static bool
is_mode(const char *key)
{
	static const char *const keys[] = {
		"APP_ENV",
		"ASPNETCORE_ENVIRONMENT",
		"BABEL_ENV",
		"DJANGO_ENV",
		"DOTNET_ENVIRONMENT",
		"FLASK_ENV",
		"GIN_MODE",
		"MIX_ENV",
		"NODE_ENV",
		"RACK_ENV",
		"RAILS_ENV",
		"SPRING_PROFILES_ACTIVE",
		"SYMFONY_ENV",
		NULL,
	};

	for (const char *const *k = keys; *k; k++)
		if (strcmp(key, *k) == 0)
			return true;
	return false;
}

/* Hides what names the clone itself, of which the source's name may be a part. */
void
isolation_hide_own(const struct isolation_search *search, char *text)
{
	json_t *name;
	size_t i, n;

	json_array_foreach(search->isolation->own, i, name) {
		char *lower = xstrdup(json_is_string(name) ? json_string_value(name) : "");

		for (char *c = lower; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		for (size_t at = 0; *lower && text[at]; at++) {
			n = begins_word(text, at) ? match_name(text + at, lower) : 0;
			if (n > 0 && !isolation_is_word(text[at + n]))
				memset(text + at, HOSTS_HOLE, n);
		}
		free(lower);
	}
}

/* The environment that a text names there, at the first place from `from` on; NULL: none. */
const char *
isolation_find_name(const struct isolation_search *search, const char *text, size_t from,
		    size_t *start, size_t *end)
{
	const char *name;
	json_t *environment;

	for (size_t at = from; text[at]; at++) {
		if (!isolation_is_word(text[at]) || !begins_word(text, at))
			continue;
		json_object_foreach(search->names, name, environment) {
			size_t n = match_name(text + at, name);

			if (n == 0 || !ends_word(text, at + n))
				continue;
			*start = at;
			*end = at + n;
			return json_string_value(environment);
		}
	}
	return NULL;
}

void
isolation_search_names(struct isolation_search *search, const char *text)
{
	size_t start, end = 0;
	const char *name;

	while ((name = isolation_find_name(search, text, end, &start, &end))) {
		bool is_all = start == 0 && text[end] == '\0';

		if (isolation_is_found(search, name))
			continue;
		if (isolation_is_prose(text, start, end) || is_remark(text, start, end) ||
		    (is_all && is_mode(search->key)))
			continue;
		isolation_add(search, ISOLATION_ENVIRONMENT, name);
	}
}
