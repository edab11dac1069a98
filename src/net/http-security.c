/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What libcurl is told about trust.  The scheme is pinned to that of the address, and redirects are
 * not followed: a token must not reach another host, or the same one in clear.
 *
 * libcurl has no option for "this name in the certificate".  The address it gets therefore has the
 * name that is expected as its host, and CURLOPT_CONNECT_TO leads from there to the real one; the
 * Host header is the real one's.
 */
#include "config.h"

#include "net/http-security.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "net/http-client.h"
#include "net/private.h"
#include "net/url.h"

static char *
copy_text(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

/* Where libcurl does not look by itself, and other programs do. */
static void
find_authorities(struct http_security *security, const char *ca_file)
{
	static const char *const variables[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE"};
	const char *directory = getenv("SSL_CERT_DIR");

	for (size_t i = 0; !ca_file && i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			ca_file = value;
	}
	security->ca_file = copy_text(ca_file);
	security->ca_directory = !ca_file && directory && *directory ? xstrdup(directory) : NULL;
}

void
http_security_init(struct http_security *security, const struct http_client_options *options)
{
	*security = (struct http_security){
		.socket = copy_text(options->socket),
		.ca = copy_text(options->ca),
		.certificate = copy_text(options->certificate),
		.key = copy_text(options->key),
		.server_name = copy_text(options->server_name),
		.proxy = copy_text(options->proxy),
	};
	find_authorities(security, options->ca_file);
}

void
http_security_clear(struct http_security *security)
{
	if (security->key)
		explicit_bzero(security->key, strlen(security->key));
	if (security->proxy)		/* may have a password */
		explicit_bzero(security->proxy, strlen(security->proxy));
	free(security->socket);
	free(security->ca_file);
	free(security->ca_directory);
	free(security->ca);
	free(security->certificate);
	free(security->key);
	free(security->server_name);
	free(security->proxy);
}

static void
set_blob(const struct http_request *request, CURLoption option, char *pem)
{
	struct curl_blob blob = {.data = pem, .len = strlen(pem), .flags = CURL_BLOB_NOCOPY};

	request->client->curl->easy_setopt(request->easy, option, &blob);
}

/* With a CA of its own no other is trusted: libcurl would go on to look into its directory. */
static void
set_authorities(const struct http_request *request)
{
	const struct http_security *security = &request->client->security;
	const struct curl_library *curl = request->client->curl;

	if (security->ca) {
		curl->easy_setopt(request->easy, CURLOPT_CAINFO, NULL);
		curl->easy_setopt(request->easy, CURLOPT_CAPATH, NULL);
		set_blob(request, CURLOPT_CAINFO_BLOB, security->ca);
		return;
	}
	if (security->ca_file)
		curl->easy_setopt(request->easy, CURLOPT_CAINFO, security->ca_file);
	if (security->ca_directory)
		curl->easy_setopt(request->easy, CURLOPT_CAPATH, security->ca_directory);
}

/* Without a password libcurl 7.88 reads beyond NULL when the key asks for one. */
static void
set_certificate(const struct http_request *request)
{
	const struct http_security *security = &request->client->security;

	if (!security->certificate || !security->key)
		return;
	set_blob(request, CURLOPT_SSLCERT_BLOB, security->certificate);
	set_blob(request, CURLOPT_SSLKEY_BLOB, security->key);
	request->client->curl->easy_setopt(request->easy, CURLOPT_KEYPASSWD, "");
}

/* "host:6443" of an address; *rest is what follows it. */
static char *
authority_of(const char *url, const char **rest)
{
	const char *host = strstr(url, "://");
	size_t length;

	if (!host)
		return NULL;
	host += strlen("://");
	length = strcspn(host, "/?#");
	*rest = host + length;
	return xstrndup(host, length);
}

static void
set_server_name(struct http_request *request)
{
	const struct http_security *security = &request->client->security;
	const struct curl_library *curl = request->client->curl;
	const char *rest = "", *port;
	char *authority, *name, *text;

	if (!security->server_name || !(authority = authority_of(request->url, &rest)))
		return;
	port = strrchr(authority, ':');
	if (port && strchr(port, ']'))
		port = NULL;		/* within an address of IPv6 */
	name = xasprintf(strchr(security->server_name, ':') ? "[%s]" : "%s", security->server_name);
	text = xasprintf("https://%s%s%s", name, port ? port : "", rest);
	curl->easy_setopt(request->easy, CURLOPT_URL, text);
	free(text);
	text = xasprintf("%s:%s:%s%s", name, port ? port + 1 : "", authority, port ? "" : ":");
	request->connect_to = curl->slist_append(NULL, text);
	free(text);
	curl->easy_setopt(request->easy, CURLOPT_CONNECT_TO, request->connect_to);
	text = xasprintf("Host: %s", authority);
	http_try_add_header(request, text);
	curl->easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->list);
	free(text);
	free(name);
	free(authority);
}

/* No proxy of the environment hears what need not leave this machine.  One that was named is used
 * for everything, whatever the environment excepts. */
static void
set_way(const struct http_request *request)
{
	const struct http_security *security = &request->client->security;
	const struct curl_library *curl = request->client->curl;

	if (security->socket)
		curl->easy_setopt(request->easy, CURLOPT_UNIX_SOCKET_PATH, security->socket);
	if (security->proxy) {
		curl->easy_setopt(request->easy, CURLOPT_PROXY, security->proxy);
		curl->easy_setopt(request->easy, CURLOPT_NOPROXY, "");
	} else if (security->socket || url_is_loopback(request->url)) {
		curl->easy_setopt(request->easy, CURLOPT_PROXY, "");
	}
}

/* OpenSSL 3 would leave what it has read in memory that it frees, or that waits for more. */
static CURLcode
cleanse_what_is_read(CURL *easy, void *context, void *data)
{
	const struct curl_library *curl = data;
	const uint64_t cleanse_plaintext = 1u << 1;

	(void)easy;
	curl->set_tls_options(context, cleanse_plaintext);
	return CURLE_OK;
}

static void
set_memory(const struct http_request *request)
{
	const struct curl_library *curl = request->client->curl;

	if (!curl->set_tls_options)
		return;
	curl->easy_setopt(request->easy, CURLOPT_SSL_CTX_FUNCTION, cleanse_what_is_read);
	curl->easy_setopt(request->easy, CURLOPT_SSL_CTX_DATA, (void *)(uintptr_t)curl);
}

void
http_security_apply(struct http_request *request)
{
	const struct curl_library *curl = request->client->curl;
	bool secure = url_is_https(request->url);
	CURL *easy = request->easy;

#if LIBCURL_VERSION_NUM >= 0x075500
	curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, secure ? "https" : "http");
#else
	curl->easy_setopt(easy, CURLOPT_PROTOCOLS,
			  secure ? (long)CURLPROTO_HTTPS : (long)CURLPROTO_HTTP);
#endif
	curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl->easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl->easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);	/* "." and ".." would be squashed */
	if (request->token) {
		curl->easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		curl->easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, request->token);
	}
	set_way(request);
	if (!secure)
		return;
	set_authorities(request);
	set_certificate(request);
	set_server_name(request);
	set_memory(request);
}
