/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Hosts in any text: a variable, a file, a connection string.
 *
 * A text is cut into chunks of the characters that hosts, ports and users are made of.  What
 * stands before and after a chunk says what it is: "//" and '@' make a host of nearly
 * anything, a port or a key before it of a name, and with none of them it must look like a
 * name of the world: labels that end in a known top.
 *
 * No grammar fits: hosts stand in URLs, JDBC strings, property files and lists.  Both
 * mistakes cost: a host that is missed leaves a clone writing to Production, one that is none
 * makes people stop reading the warnings.  The lists below were tuned on texts of both kinds
 * (tests/unit/test-isolation.c); a change to them belongs there as a case first.
 */
#include "config.h"

#include "compare/hosts.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PORT_MAX 65535
#define LABEL_SIZE 64

/* Tops that names end in, also those that only exist within a company or a cluster. */
static const char *const tops[] = {
	"ai",	   "app",     "arpa", "at",    "au",	   "aws",      "azure", "be",
	"biz",	   "ca",      "ch",   "cloud", "cluster",  "cn",       "co",	"com",
	"consul",  "corp",    "cz",   "de",    "dev",	   "dk",       "es",	"eu",
	"example", "fi",      "fr",   "home",  "internal", "intern",   "intra", "intranet",
	"invalid", "io",      "it",   "jp",    "kr",	   "lan",      "local", "localdomain",
	"net",	   "network", "nl",   "no",    "nz",	   "online",   "org",	"pl",
	"private", "prod",    "pt",   "ru",    "se",	   "services", "site",	"svc",
	"systems", "tech",    "test", "tv",    "uk",	   "us",       "xyz",	NULL,
};
/* Of these a name of only two labels is taken for one: "log.info" and "settings.dev" are none. */
static const char *const sure_tops[] = {
	"com", "corp", "de", "eu", "internal", "lan", "local", "net", "org", NULL,
};
static const char *const file_ends[] = {
	"c",   "cfg",  "conf",	     "css", "csv", "go",   "h",	   "htm", "html",
	"ini", "jar",  "java",	     "jpg", "js",  "json", "lock", "log", "md",
	"php", "png",  "properties", "py",  "rb",  "rs",   "sh",   "so",  "sql",
	"svg", "toml", "ts",	     "txt", "xml", "yaml", "yml",  NULL,
};
/* Packages of Java are names turned round. */
static const char *const package_heads[] = {
	"com", "edu", "io", "jakarta", "java", "javax", "net", "org", NULL,
};
/* Of these what follows in a text is a host, though it has no dot: "host=proddb". */
static const char *const said_words[] = {
	"addr",	      "broker", "brokers", "endpoint", "host",	 "hostaddr", "hostname",  "hosts",
	"nameserver", "proxy",	"server",  "servers",  "source", "upstream", "upstreams", NULL,
};

static bool
is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(*words, word) == 0)
			return true;
	return false;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool
is_name_byte(char c)
{
	return is_digit(c) || is_letter(c) || c == '-' || c == '_' || c == '.' || c == HOSTS_HOLE;
}

static bool
is_chunk_byte(char c)
{
	return is_name_byte(c) || c == ':' || c == '@' || c == '%' || c == '[' || c == ']';
}

/* "DB_HOST", "db.host", "dbHost": whether one of its words is of the list. */
static bool
has_word(const char *key, const char *const *words)
{
	char word[LABEL_SIZE];
	size_t n = 0;

	for (const char *c = key;; c++) {
		bool ends = !*c || !(is_letter(*c) || is_digit(*c));

		if (ends || (c > key && *c >= 'A' && *c <= 'Z' && c[-1] >= 'a' && c[-1] <= 'z')) {
			word[n] = '\0';
			if (n > 0 && is_one_of(word, words))
				return true;
			n = 0;
		}
		if (!*c)
			return false;
		if (!ends && n + 1 < sizeof(word))
			word[n++] = *c;
	}
}

bool
hosts_is_key(const char *key)
{
	return has_word(key, said_words);
}

/* --- what stands around --- */

struct chunk {
	const char *text;
	size_t start, end;		/* of the text */
};

/* "https" of "https://", where the chunk begins behind it. */
static bool
take_scheme(const struct chunk *chunk, struct host *host)
{
	size_t end = chunk->start, start;

	if (end < 2 || chunk->text[end - 1] != '/' || chunk->text[end - 2] != '/')
		return false;
	end -= 2;
	if (end == 0 || chunk->text[end - 1] != ':') {
		snprintf(host->scheme, sizeof(host->scheme), "//");
		return end == 0 ||
		       (!is_name_byte(chunk->text[end - 1]) && chunk->text[end - 1] != '/');
	}
	start = --end;
	while (start > 0 &&
	       (is_letter(chunk->text[start - 1]) || is_digit(chunk->text[start - 1]) ||
		strchr("+.-", chunk->text[start - 1])))
		start--;
	snprintf(host->scheme, sizeof(host->scheme), "%.*s", (int)(end - start),
		 chunk->text + start);
	return true;
}

/* host=NAME, "host": "NAME", server: NAME; also (host=NAME) and tcp(NAME:PORT). */
static bool
is_after_word(const struct chunk *chunk)
{
	size_t end = chunk->start, start;
	char word[LABEL_SIZE];

	while (end > 0 && strchr(" \t\"'", chunk->text[end - 1]))
		end--;
	if (end == 0 || !strchr("=:(", chunk->text[end - 1]))
		return false;
	if (chunk->text[end - 1] == '(')
		return end > 3 && strncasecmp(chunk->text + end - 4, "tcp", 3) == 0;
	end--;
	while (end > 0 && strchr(" \t\"'", chunk->text[end - 1]))
		end--;
	start = end;
	while (start > 0 &&
	       (is_letter(chunk->text[start - 1]) || is_digit(chunk->text[start - 1]) ||
		chunk->text[start - 1] == '_' || chunk->text[start - 1] == '-'))
		start--;
	if (end - start >= sizeof(word))
		return false;
	memcpy(word, chunk->text + start, end - start);
	word[end - start] = '\0';
	return has_word(word, said_words);
}

/* A list of hosts goes on behind a comma: "mongodb://one:1,two:2/db". */
static bool
goes_on(const struct chunk *chunk, const struct chunk *before)
{
	return before->text && chunk->start == before->end + 1 && chunk->text[before->end] == ',';
}

/* --- what it is --- */

/* Underscores are no part of a host's name (RFC 952), but those of containers have them. */
static bool
take_name(struct host *host, const char *s, size_t n)
{
	while (n > 0 && s[n - 1] == '.')
		n--;
	if (n == 0 || n >= sizeof(host->name))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_name_byte(s[i]) || (s[i] == '.' && (i == 0 || s[i - 1] == '.')))
			return false;
		host->has_hole = host->has_hole || s[i] == HOSTS_HOLE;
		host->name[i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] | 0x20 : s[i]);
	}
	host->name[n] = '\0';
	return true;
}

/* Four decimal parts and nothing else: inet_pton() takes no octal and no short forms. */
static bool
is_ipv4(const char *name)
{
	struct in_addr address;

	return inet_pton(AF_INET, name, &address) == 1;
}

/* Without zone; at least two groups, one of them with a digit: not what programs call a::b. */
static bool
is_ipv6(const char *s, size_t n)
{
	const char *zone = memchr(s, '%', n);
	size_t length = zone ? (size_t)(zone - s) : n, digits = 0;
	struct in6_addr address;
	char text[64];

	if (length >= sizeof(text))
		return false;
	memcpy(text, s, length);
	text[length] = '\0';
	for (const char *c = text; *c; c++)
		digits += (size_t)is_digit(*c);
	return digits > 0 && inet_pton(AF_INET6, text, &address) == 1;
}

static bool
take_ipv6(struct host *host, const char *s, size_t n)
{
	const char *zone = memchr(s, '%', n);

	if (!is_ipv6(s, n))
		return false;
	host->form = HOST_IPV6;
	n = zone ? (size_t)(zone - s) : n;
	for (size_t i = 0; i < n; i++)
		host->name[i] = (char)(s[i] >= 'A' && s[i] <= 'F' ? s[i] | 0x20 : s[i]);
	host->name[n] = '\0';
	return true;
}

/* A number up to the next colon: "1521" of "1521:sid".  Whether what is there is no port. */
static bool
take_port(struct host *host, const char *s, size_t n)
{
	unsigned long port = 0;
	size_t i = 0;

	for (; i < n && is_digit(s[i]) && i < 6; i++)
		port = port * 10 + (unsigned long)(s[i] - '0');
	host->has_port = i > 0 && port > 0 && port <= PORT_MAX && (i == n || s[i] == ':');
	host->is_alone = host->is_alone && (n == 0 || i == n);
	/* "git@host:path" */
	return n == 0 || host->has_port || memchr(s, HOSTS_HOLE, n) ||
	       (host->has_user && !host->has_password);
}

/* "name:port", "[v6]:port", "v6". */
static bool
take_address(struct host *host, const char *s, size_t n)
{
	const char *colon, *bracket;

	if (n > 0 && *s == '[') {
		bracket = memchr(s, ']', n);
		if (!bracket || !take_ipv6(host, s + 1, (size_t)(bracket - s - 1)))
			return false;
		if (bracket + 1 < s + n && bracket[1] == ':')
			(void)take_port(host, bracket + 2, n - (size_t)(bracket + 2 - s));
		return true;
	}
	if (take_ipv6(host, s, n))
		return true;
	colon = memchr(s, ':', n);
	if (!take_name(host, s, colon ? (size_t)(colon - s) : n))
		return false;
	if (is_ipv4(host->name))
		host->form = HOST_IPV4;
	return !colon || take_port(host, colon + 1, n - (size_t)(colon + 1 - s));
}

static size_t
count_labels(const char *name)
{
	size_t count = 1;

	for (; *name; name++)
		count += *name == '.';
	return count;
}

static bool
begins_with_package(const char *name)
{
	char head[16];
	size_t n = strcspn(name, ".");

	if (n >= sizeof(head))
		return false;
	memcpy(head, name, n);
	head[n] = '\0';
	return is_one_of(head, package_heads);
}

/* Whether a name with dots, of which nothing else says so, is one of the world. */
static bool
looks_like_name(const struct host *host)
{
	const char *last = strrchr(host->name, '.');

	if (!last || is_one_of(last + 1, file_ends) || begins_with_package(host->name))
		return false;
	if (host->is_alone || host->is_named)
		return is_one_of(last + 1, count_labels(host->name) > 2 ? tops : sure_tops) ||
		       host->is_named;
	return count_labels(host->name) > 2 && is_one_of(last + 1, tops);
}

static bool
has_letter(const char *name)
{
	for (; *name; name++)
		if (is_letter(*name) || *name == HOSTS_HOLE)
			return true;
	return false;
}

/* Names of which the last label is a number are versions: "lodash@4.17.21". */
static bool
is_number_last(const char *name)
{
	const char *last = strrchr(name, '.');

	last = last ? last + 1 : name;
	return *last && last[strspn(last, "0123456789")] == '\0';
}

/* The less around a name says that it is a host, the more it has to look like one. */
static bool
is_host(const struct host *host)
{
	const char *dot = strchr(host->name, '.'), *last = strrchr(host->name, '.');

	if (host->form != HOST_NAME)
		return true;
	if (!has_letter(host->name) || is_number_last(host->name))
		return false;
	if (*host->scheme || host->is_named)
		return true;
	if (host->has_user)
		return dot || host->has_password || host->has_port;
	if (host->has_port)
		return dot ? !is_one_of(last + 1, file_ends) : host->is_alone;
	return looks_like_name(host);
}

/* The last '@' counts: a password may have one (RFC 3986 wants it escaped, many do not). */
static void
take_user(struct host *host, const char **s, size_t *n)
{
	const char *at = *s;
	size_t length = 0;

	for (size_t i = 0; i < *n; i++)
		if ((*s)[i] == '@') {
			at = *s + i + 1;
			length = i;
		}
	if (at == *s)
		return;
	host->has_user = length > 0;
	host->has_password = memchr(*s, ':', length) != NULL;
	*n -= (size_t)(at - *s);
	*s = at;
}

/* Whether "/" and a number up to 128 stand behind it, and then nothing of a path. */
static bool
is_mask(const char *after)
{
	size_t n = *after == '/' ? strspn(after + 1, "0123456789") : 0;

	return n > 0 && n <= 3 && !is_chunk_byte(after[1 + n]) && after[1 + n] != '/';
}

/* Whether the chunk before was a host is kept by the caller, for lists behind one scheme. */
static void
look_at(const struct chunk *chunk, const struct chunk *before, bool *was_host, bool is_list,
	hosts_found *found, void *data)
{
	const char *s = chunk->text + chunk->start;
	size_t n = chunk->end - chunk->start;
	struct host host = {.is_alone = is_list};
	bool of_list = *was_host && goes_on(chunk, before);

	*was_host = false;
	while (n > 0 && (s[n - 1] == ':' || s[n - 1] == '.')) {
		if (s[n - 1] == ':' && strncmp(s + n, "//", 2) == 0)
			return;		/* a scheme */
		n--;
	}
	if (!take_scheme(chunk, &host))
		host.scheme[0] = '\0';
	take_user(&host, &s, &n);
	host.is_named = of_list || is_after_word(chunk);
	host.start = (size_t)(s - chunk->text);
	host.end = host.start + n;
	if (!take_address(&host, s, n))
		return;
	host.is_network = host.form != HOST_NAME && !*host.scheme &&
			  is_mask(chunk->text + host.end);
	*was_host = is_host(&host);
	if (*was_host)
		found(data, &host);
}

/* Whether the text is nothing but chunks with commas, semicolons and blanks between. */
static bool
is_list_of_chunks(const char *text)
{
	size_t blanks = 0;

	for (; *text; text++) {
		if (!is_chunk_byte(*text) && !strchr(",; \t\n", *text))
			return false;
		blanks += *text == ' ' && text[1] != '\0' && is_chunk_byte(text[1]) &&
			  text[-1] != ',' && text[-1] != ';';
	}
	return blanks == 0;
}

/* The chunk before is remembered, for lists of hosts behind one scheme. */
void
hosts_find(const char *text, hosts_found *found, void *data)
{
	struct chunk before = {NULL, 0, 0};
	bool was_host = false, is_list = is_list_of_chunks(text + strspn(text, " \t\n"));
	size_t at = 0;

	for (;;) {
		struct chunk chunk = {.text = text};

		while (text[at] && !is_chunk_byte(text[at]))
			at++;
		if (!text[at])
			return;
		chunk.start = at;
		while (is_chunk_byte(text[at]))
			at++;
		chunk.end = at;
		look_at(&chunk, &before, &was_host, is_list, found, data);
		before = chunk;
	}
}
