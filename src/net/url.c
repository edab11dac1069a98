/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * An address is taken apart only as far as safety asks: which host hears the token, and that
 * nothing but scheme, host, port and path is in it.
 *
 * libcurl parses the same text again when it connects.  Two parsers that disagree are an old
 * way to send a token elsewhere, so everything in which they could (a user, a backslash, a
 * query) is refused here instead of being understood.
 */
#include "config.h"

#include "net/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

/* How much of an address is a host with or without a port; 0: there is none, or a user before
 * it. */
static size_t
host_length(const char *text)
{
	size_t length = strcspn(text, "/");

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x80 && !isalnum(c) && !strchr(".-_:[]", c))
			return 0;
	}
	return text[0] == ':' ? 0 : length;
}

static bool
is_path(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == '?' || *text == '#' || *text == 0x7f)
			return false;
	return true;
}

/* What else can be wrong with an address libcurl says when the first request is made. */
char *
url_base(const char *url, struct error *err)
{
	size_t scheme = strncasecmp(url, "https://", 8) == 0  ? 5
			: strncasecmp(url, "http://", 7) == 0 ? 4
							      : 0;
	const char *host = url + scheme + strlen("://");
	size_t length;

	/* The address is not repeated: somebody may have put a password into it. */
	if (scheme == 0 || (length = host_length(host)) == 0 || !is_path(host + length)) {
		error_set(
			err, ERROR_INPUT,
			_("Invalid platform address: give http:// or https://, a host, and optionally a port "
			  "and a path, without a user name or a query."));
		return NULL;
	}
	length = strlen(url);
	while (url[length - 1] == '/')
		length--;
	return xstrndup(url, length);
}

bool
url_is_https(const char *base)
{
	return strncasecmp(base, "https://", 8) == 0;
}

/* By number, or by "localhost", which RFC 6761 §6.3 reserves; another name that resolves to
 * 127.0.0.1 today may lead elsewhere tomorrow. */
bool
url_is_loopback(const char *base)
{
	const char *host = strstr(base, "://");
	struct in_addr address;
	size_t length, name;
	char text[64];

	if (!host)
		return false;
	host += strlen("://");
	length = strcspn(host, "/");
	name = strcspn(host, ":/");
	if (host[0] == '[')
		return strncmp(host, "[::1]", 5) == 0 && (length == 5 || host[5] == ':');
	if (name == strlen("localhost") && strncasecmp(host, "localhost", name) == 0)
		return true;
	if (name >= sizeof(text))
		return false;
	memcpy(text, host, name);
	text[name] = '\0';
	return inet_pton(AF_INET, text, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

/* The length of HOST in "HOST:PORT" or "[::1]:PORT". */
static size_t
name_length(const char *host, size_t length)
{
	const char *end = *host == '[' ? memchr(host, ']', length) : NULL;
	const char *colon = memchr(end ? end : host, ':', length - (size_t)(end ? end - host : 0));

	return colon ? (size_t)(colon - host) : length;
}

bool
url_is_of(const char *base, const char *hosts)
{
	const char *host = strstr(base, "://");
	const char *port = url_is_https(base) ? ":443" : ":80";
	size_t length, name, item, item_name;

	if (!host)
		return false;
	host += strlen("://");
	length = strcspn(host, "/");
	name = name_length(host, length);
	if (name < length)
		port = host + name;
	for (; hosts && *hosts; hosts += item) {
		hosts += strspn(hosts, ", \t");
		item = strcspn(hosts, ", \t");
		item_name = name_length(hosts, item);
		if (item > 0 && item_name == name && strncasecmp(hosts, host, name) == 0 &&
		    (item == item_name ||
		     (item - name == strcspn(port, "/") &&
		      strncmp(hosts + name, port, item - name) == 0)))
			return true;
	}
	return false;
}

int
url_check_token(const char *base, struct error *err)
{
	if (url_is_https(base) || url_is_loopback(base))
		return 0;
	return error_set(
		err, ERROR_ACCESS,
		_("%s: the token would travel unencrypted, so it was not sent.  Use https, or set "
		  "allow-http = true in the context of the configuration."),
		base);
}

/* Everything but the unreserved characters of RFC 3986. */
void
url_append_escaped(struct buf *url, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x80 && (isalnum(c) || strchr("-._~", c)))
			buf_append(url, text, 1);
		else
			buf_printf(url, "%%%02X", c);
	}
}
