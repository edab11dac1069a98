/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The hosts in a text that a clone should not reach.  One counts unless it is this machine, a
 * part of the clone itself, or one that only documents are on.
 *
 * What was judged is blotted out of the text, so that the search for names of environments
 * that follows does not report the same place again.
 */
#include "config.h"

#include "compare/isolation-hosts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xmalloc.h"
#include "compare/hosts.h"
#include "compare/isolation-findings.h"
#include "compare/isolation-names.h"
#include "compare/isolation-search.h"

/* By whole labels: "notexample.com" does not end with "example.com". */
static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && strcmp(name + n - m, end) == 0 &&
	       (n == m || end[0] == '.' || name[n - m - 1] == '.');
}

bool
isolation_is_this_machine(const struct host *host)
{
	const char *name = host->name;

	if (host->form == HOST_IPV4)
		return strncmp(name, "127.", 4) == 0 || strcmp(name, "0.0.0.0") == 0 ||
		       strcmp(name, "255.255.255.255") == 0 || strcmp(name, "169.254.169.254") == 0;
	if (host->form == HOST_IPV6)
		return strcmp(name, "::1") == 0 || strcmp(name, "::") == 0 ||
		       strcmp(name, "0:0:0:0:0:0:0:1") == 0 ||
		       strncmp(name, "::ffff:127.", 11) == 0;
	return ends_with(name, "localhost") || strcmp(name, "localhost.localdomain") == 0 ||
	       strcmp(name, "host.docker.internal") == 0 ||
	       strcmp(name, "kubernetes.default.svc") == 0;
}

/* Standards, licences, documents, and resolvers that are everybody's. */
static bool
is_public(const struct host *host)
{
	static const char *const names[] = {
		"1.0.0.1",
		"1.1.1.1",
		"8.8.4.4",
		"8.8.8.8",
		"9.9.9.9",
		"2001:4860:4860::8888",
		"2606:4700:4700::1111",
		"apache.org",
		"choosealicense.com",
		"creativecommons.org",
		"developer.mozilla.org",
		"eclipse.org",
		"fsf.org",
		"gnu.org",
		"ietf.org",
		"iana.org",
		"json-schema.org",
		"jcp.org",
		"mozilla.org",
		"openapis.org",
		"opensource.org",
		"purl.org",
		"rfc-editor.org",
		"schema.org",
		"schemas.microsoft.com",
		"semver.org",
		"spdx.org",
		"sun.com",
		"unicode.org",
		"w3.org",
		"wikipedia.org",
		"xmlsoap.org",
		"yaml.org",
		NULL,
	};

	for (const char *const *name = names; *name; name++)
		if (ends_with(host->name, *name))
			return true;
	return strncmp(host->name, "docs.", 5) == 0;
}

/* Schemes whose "//" is followed by a path or nothing. */
static bool
has_no_host(const char *scheme)
{
	static const char *const schemes[] = {
		"about",      "blob", "classpath", "data", "file", "jar",
		"javascript", "tel",  "unix",	   "urn",  NULL,
	};

	for (const char *const *s = schemes; *s; s++)
		if (strcasecmp(scheme, *s) == 0)
			return true;
	return false;
}

/* Case-insensitive; a line may be long. */
static bool
line_has(const char *line, size_t length, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= length; i++)
		if (strncasecmp(line + i, word, n) == 0)
			return true;
	return false;
}

/* A URL that somebody may read about something: in a comment, a licence, a sentence. */
static bool
is_read_by_people(const char *text, const struct host *host)
{
	static const char *const words[] = {
		"copyright", "documentation", "docs", "licence", "license",
		"manual",    "rfc",	      "spdx", NULL,
	};
	size_t start = isolation_line_start(text, host->start),
	       length = isolation_line_length(text + start);
	const char *line = text + start;

	if (isolation_begins_comment(line) && isolation_is_of_several_lines(text, start))
		return true;
	if (!*host->scheme || host->has_user || !isolation_has_words(text, 3))
		return false;
	for (const char *const *word = words; *word; word++)
		if (line_has(line, length, *word))
			return true;
	return false;
}

/* "ops@acme.com" is for people, "deploy@db.acme.com" may be for machines. */
static bool
is_mail(const struct isolation_search *search, const char *text, const struct host *host)
{
	static const char *const words[] = {
		"mail",	 "from",   "to",	 "contact", "support",	 "admin",  "sender",
		"reply", "author", "maintainer", "cc",	    "recipient", "notify", NULL,
	};
	const char *dot = strchr(host->name, '.');

	if (!host->has_user || host->has_password || host->has_port || *host->scheme ||
	    text[host->start + strlen(host->name)] == ':')	/* git@host:path */
		return false;
	if (dot && !strchr(dot + 1, '.'))
		return true;
	for (const char *const *word = words; *word; word++)
		if (line_has(search->key, strlen(search->key), *word))
			return true;
	return false;
}

static bool
is_version_key(const char *key)
{
	return line_has(key, strlen(key), "version");
}

/* Parts of the clone: a workload beside it, also as "api.svc" would be, and its resources. */
bool
isolation_is_neighbour(const struct isolation_search *search, const char *name)
{
	return json_object_get(search->neighbours, name) != NULL;
}

struct hosts_search {
	struct isolation_search *search;
	char *text;		/* in which what was looked at is blotted out */
};

/* The order is what matters: a host of the source's resources is named as such, whatever it
 * looks like; only then it is asked what else may excuse it. */
static void
judge_host(void *data, const struct host *found)
{
	struct hosts_search *hosts = data;
	struct isolation_search *search = hosts->search;
	size_t start, end;
	const char *environment = isolation_find_name(search, found->name, 0, &start, &end);
	bool is_plain = !strchr(found->name, '.') && found->form == HOST_NAME;
	enum isolation_kind kind = found->form == HOST_NAME ? ISOLATION_FIXED_HOST
							    : ISOLATION_ADDRESS;

	if (isolation_is_this_machine(found) || found->is_network ||
	    (is_plain && isolation_is_neighbour(search, found->name)) || has_no_host(found->scheme))
		return;
	if (json_object_get(search->hosts, found->name))
		kind = ISOLATION_SAME_HOST;
	else if (environment)
		kind = ISOLATION_ENVIRONMENT;
	else if (found->has_hole || is_public(found) || is_read_by_people(hosts->text, found) ||
		 is_mail(search, hosts->text, found) ||
		 (found->form == HOST_IPV4 && is_version_key(search->key)))
		return;
	if (environment && is_plain && isolation_is_prose(hosts->text, found->start, found->end))
		return;
	isolation_add(search, kind, found->name);
	memset(hosts->text + found->start, ' ', found->end - found->start);
}

/* A host of the source without any form around it: "proddb", "10.1.2.3" in an argument. */
static void
search_known_hosts(struct isolation_search *search, char *text)
{
	const char *host;
	json_t *value;

	json_object_foreach(search->hosts, host, value) {
		size_t n = strlen(host);

		if (host[strspn(host, "abcdefghijklmnopqrstuvwxyz")] == '\0')
			continue;	/* "postgres" is a word as well */
		for (size_t at = 0; text[at]; at++) {
			if (tolower((unsigned char)text[at]) != host[0] ||
			    strncasecmp(text + at, host, n) != 0 ||
			    (at > 0 && isolation_is_word(text[at - 1])) ||
			    isolation_is_word(text[at + n]))
				continue;
			isolation_add(search, ISOLATION_SAME_HOST, host);
			memset(text + at, ' ', n);
		}
	}
}

/* The value of a key such as DB_HOST is a host without more being said. */
char *
isolation_as_host(const struct isolation_search *search, const char *text)
{
	if (!hosts_is_key(search->key) || !*text || strpbrk(text, " \t\n/:@=,;<>{}()\"'"))
		return NULL;
	return xasprintf("//%s", text);
}

void
isolation_search_hosts(struct isolation_search *search, char *text)
{
	struct hosts_search hosts = {search, text};
	char *copy = xstrdup(text), *named = isolation_as_host(search, text);

	hosts_find(copy, judge_host, &hosts);
	free(copy);
	if (named) {
		hosts.text = xstrdup(named);
		hosts_find(named, judge_host, &hosts);
		if (strcmp(hosts.text, named) != 0)
			memset(text, ' ', strlen(text));
		free(hosts.text);
		free(named);
	}
	search_known_hosts(search, text);
}
