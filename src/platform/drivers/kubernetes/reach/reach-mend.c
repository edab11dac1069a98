/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the API server does to an answer stands in its package util/proxy: an address of the page
 * that begins with "/", or names the host that was asked, gets the prefix; all else stays.
 *
 * What it takes from a request as words to itself (who asks, whom to impersonate, who forwarded) is
 * never handed on: these words would count as ours.
 */
#include "config.h"

#include "platform/drivers/kubernetes/reach/reach-mend.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xmalloc.h"
#include "net/http-client.h"
#include "net/http-head.h"

#define TEXT_MAX 65536

/* --- the prefix --- */

static bool
ends_with(const char *bytes, size_t length, const char *end)
{
	size_t wanted = strlen(end);

	return length >= wanted && memcmp(bytes + length - wanted, end, wanted) == 0;
}

/* How many of the first bytes cannot become a part of what is to be mended. */
static size_t
certain_length(const struct reach_names *names, size_t length)
{
	size_t most = strlen("//") + strlen(names->server) + strlen(names->prefix);

	return length > most ? length - most : 0;
}

static const char *
find_prefix(const struct reach_names *names, const char *bytes, size_t length)
{
	return memmem(bytes, length, names->prefix, strlen(names->prefix));
}

/* Appends what `bytes` become; `used` is how many of them are done with. */
static bool
mend(const struct reach_names *names, const char *bytes, size_t length, bool is_end, size_t *used,
     struct buf *out)
{
	size_t prefix = strlen(names->prefix), server = strlen(names->server), rest;
	const char *at = bytes, *end = bytes + length, *found;

	while ((found = find_prefix(names, at, (size_t)(end - at)))) {
		size_t before = (size_t)(found - at);
		bool is_ours = ends_with(at, before, names->server) &&
			       ends_with(at, before - server, "//");

		if (!buf_append(out, at, is_ours ? before - server : before) ||
		    (is_ours && !buf_puts(out, names->local)))
			return false;
		at = found + prefix;
	}
	rest = is_end ? (size_t)(end - at) : certain_length(names, (size_t)(end - at));
	*used = (size_t)(at - bytes) + rest;
	return buf_append(out, at, rest);
}

char *
reach_mend_text(const struct reach_names *names, const char *text)
{
	struct buf out;
	size_t used;

	buf_init(&out, TEXT_MAX);
	if (mend(names, text, strlen(text), true, &used, &out))
		return buf_take(&out);
	buf_clear(&out);
	return xstrdup(text);
}

void
reach_mender_init(struct reach_mender *mender, const struct reach_names *names)
{
	mender->names = names;
	buf_init(&mender->held,
		 TEXT_MAX + strlen("//") + strlen(names->prefix) + strlen(names->server));
}

void
reach_mender_clear(struct reach_mender *mender)
{
	buf_clear(&mender->held);
}

bool
reach_mender_take(struct reach_mender *mender, const char *bytes, size_t length, struct buf *out)
{
	while (length > 0) {
		size_t part = length < TEXT_MAX ? length : TEXT_MAX, used;

		if (!buf_append(&mender->held, bytes, part) ||
		    !mend(mender->names, mender->held.data, mender->held.length, false, &used, out))
			return false;
		buf_drop_front(&mender->held, used);
		bytes += part;
		length -= part;
	}
	return true;
}

bool
reach_mender_end(struct reach_mender *mender, struct buf *out)
{
	const struct buf *held = &mender->held;
	size_t used = 0;
	bool fits = mend(mender->names, buf_str(held), held->length, true, &used, out);

	buf_clear(&mender->held);
	return fits;
}

/* --- headers --- */

/* Between two neighbours alone (RFC 9110 §7.6.1), and what each side says anew. */
static const char *const hop_by_hop[] = {
	"Connection", "Content-Length", "HTTP2-Settings", "Keep-Alive", "Proxy-Connection", "TE",
	"Trailer", "Transfer-Encoding", "Upgrade", NULL,
};
/* '*' at the end: whatever begins so. */
static const char *const kept_from_server[] = {
	"Accept-Encoding",	/* a page that is packed could not be mended */
	"Audit-*", "Authorization", "Expect", "Forwarded", "Host", "Impersonate-*", "Proxy-*",
	"Via", "X-Forwarded-*", "X-Kubernetes-*", "X-Real-IP", "X-Remote-*", NULL,
};
static const char *const kept_from_client[] = {
	"Alt-Svc", "Audit-Id", "Strict-Transport-Security", "X-Kubernetes-*", NULL,
};
static const char *const with_addresses[] = {
	"Content-Location", "Link", "Location", "Refresh", "Set-Cookie", NULL,
};

/* Some programs take "_" for "-". */
static bool
is_name(const char *name, const char *pattern)
{
	for (; *pattern && *pattern != '*'; name++, pattern++)
		if (tolower((unsigned char)(*name == '_' ? '-' : *name)) !=
		    tolower((unsigned char)*pattern))
			return false;
	return *pattern == '*' || *name == '\0';
}

static bool
is_one_of(const char *const *patterns, const char *name)
{
	for (; *patterns; patterns++)
		if (is_name(name, *patterns))
			return true;
	return false;
}

/* A page's own requests say where it came from, which is not how the workload hears itself called:
 * it would take them for those of another site. */
static bool
is_own_origin(const struct http_field *field, const struct reach_names *names)
{
	return strcasecmp(field->name, "Origin") == 0 &&
	       strncasecmp(field->value, "http://", 7) == 0 &&
	       strcasecmp(field->value + 7, names->local) == 0;
}

static bool
is_for_server(const struct http_head *head, const struct http_field *field,
	      const struct reach_names *names)
{
	const char *connection = http_head_field(head, "Connection");

	return !is_one_of(hop_by_hop, field->name) && !is_one_of(kept_from_server, field->name) &&
	       !(connection && http_list_has(connection, field->name)) &&
	       !is_own_origin(field, names);
}

/* libcurl adds these of itself where nobody says otherwise: "Name:" keeps them out. */
static const char *const added_by_library[] = {"Accept", "Content-Type", "User-Agent", NULL};

char **
reach_request_headers(const struct http_head *head, const struct reach_names *names)
{
	char **list = xcalloc(head->count + 8, sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < head->count; i++) {
		const struct http_field *field = &head->fields[i];

		if (is_for_server(head, field, names))
			list[count++] = *field->value
						? xasprintf("%s: %s", field->name, field->value)
						: xasprintf("%s;", field->name);
	}
	for (size_t i = 0; added_by_library[i]; i++)
		if (!http_head_field(head, added_by_library[i]))
			list[count++] = xasprintf("%s:", added_by_library[i]);
	list[count++] = xstrdup("Accept-Encoding: identity");
	list[count++] = xasprintf("X-Forwarded-Host: %s", names->local);
	list[count++] = xstrdup("X-Forwarded-Proto: http");
	return list;
}

/* One line of a head, "Name: value"; false: it has another form. */
static bool
read_line(const char *line, size_t length, char **name, char **value)
{
	const char *colon = memchr(line, ':', length), *begin;
	const char *end = line + length;

	if (!colon || colon == line)
		return false;
	for (begin = colon + 1; begin < end && (*begin == ' ' || *begin == '\t'); begin++)
		;
	while (end > begin && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*name = xstrndup(line, (size_t)(colon - line));
	*value = xstrndup(begin, (size_t)(end - begin));
	return true;
}

static void
put_header(const char *name, const char *value, const char *connection,
	   const struct reach_names *names, struct buf *out)
{
	size_t prefix = strlen(names->prefix);
	bool begins = strncmp(value, names->prefix, prefix) == 0 && value[prefix] != '/';
	char *mended;

	if (is_one_of(hop_by_hop, name) || is_one_of(kept_from_client, name) ||
	    http_list_has(connection, name))
		return;
	mended = is_one_of(with_addresses, name) ? reach_mend_text(names, value) : NULL;
	/* The prefix alone is the address of the first page. */
	(void)buf_printf(out, "%s: %s%s\r\n", name, mended && begins ? "/" : "",
			 mended ? mended : value);
	free(mended);
}

/* The first line is that of the status. */
void
reach_answer_headers(const char *head, const struct reach_names *names, struct buf *out)
{
	const struct http_reply reply = {.head = head};
	const char *line = head + strcspn(head, "\n");
	char connection[512], *name, *value;

	http_reply_header(&reply, "Connection", connection, sizeof(connection));
	while (*line) {
		size_t length;

		line++;
		length = strcspn(line, "\r\n");
		if (read_line(line, length, &name, &value)) {
			put_header(name, value, connection, names, out);
			free(name);
			free(value);
		}
		line += strcspn(line, "\n");
	}
}

bool
reach_is_page(const struct http_reply *reply)
{
	char type[128], encoding[64];

	http_reply_header(reply, "Content-Type", type, sizeof(type));
	http_reply_header(reply, "Content-Encoding", encoding, sizeof(encoding));
	type[strcspn(type, "; \t")] = '\0';
	return strcasecmp(type, "text/html") == 0 &&
	       (!*encoding || strcasecmp(encoding, "identity") == 0);
}
