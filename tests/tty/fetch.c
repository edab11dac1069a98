/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Fetches a page for a story and checks it.
 *
 *   fetch [OPTION...] URL
 *     --unix-socket PATH   connect to this socket
 *     --token TOKEN        send it as a bearer token
 *     --method NAME        instead of GET (POST when there is --data)
 *     --data BODY          send this
 *     --type TYPE          its content type (application/json)
 *     --status N           expect this status (default: any of 200 to 299)
 *     --contains TEXT, --lacks TEXT     the body does, or does not (may be repeated)
 *     --valid-utf8, --invalid-utf8      the body is, or is not
 *     --get POINTER        print this value of a JSON body: a JSON pointer, in which a
 *                          token KEY=GLOB[&KEY=GLOB...] picks an element of an array
 *     --save FILE          write the body there instead of printing it
 *     --quiet              print nothing when all is well
 *     --wait SECONDS       try again until all of it holds
 *     --times N            ask N times, and end with the first that does not hold
 *
 * Every *.localhost is this machine, whatever the resolver thinks of it.  0: all held.
 */
#include "config.h"

#include <curl/curl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/owner-secret.h"
#include "base/xmalloc.h"

#define BODY_MAX (16 * 1024 * 1024)
#define TEXTS_MAX 32
#define REQUEST_LIMIT_MS 60000
#define PATIENCE 6		/* as in story.h */

struct options {
	const char *url, *socket, *token, *method, *data, *type, *get, *save;
	const char *contains[TEXTS_MAX], *lacks[TEXTS_MAX];
	size_t contains_count, lacks_count;
	bool valid_utf8, invalid_utf8, quiet;
	long status, times;
	double wait, slow;
};

static size_t
receive(char *bytes, size_t size, size_t count, void *data)
{
	return buf_append(data, bytes, size * count) ? size * count : 0;
}

/* Well-formed by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
static bool
is_utf8(const char *bytes, size_t length)
{
	const unsigned char *s = (const unsigned char *)bytes, *end = s + length;

	while (s < end) {
		unsigned char c = *s++, low = 0x80, high = 0xbf;
		int more;

		if (c < 0x80)
			continue;
		if (c < 0xc2 || c > 0xf4)
			return false;
		more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
		if (c == 0xe0)
			low = 0xa0;
		if (c == 0xed)
			high = 0x9f;
		if (c == 0xf0)
			low = 0x90;
		if (c == 0xf4)
			high = 0x8f;
		for (; more > 0; more--, s++) {
			if (s == end || *s < low || *s > high)
				return false;
			low = 0x80;
			high = 0xbf;
		}
	}
	return true;
}

/* 0 and the status, or -1 with a message. */
static int
request(const struct options *options, struct buf *body, long *status, char why[CURL_ERROR_SIZE])
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = NULL;
	struct curl_slist *connect_to = NULL;
	const char *host = strstr(options->url, "://");
	char *line, secret[OWNER_SECRET_LINE_SIZE];
	CURLcode code;

	why[0] = '\0';
	host = host ? host + 3 : options->url;
	if (!curl)
		return -1;
	curl_easy_setopt(curl, CURLOPT_URL, options->url);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(REQUEST_LIMIT_MS * options->slow));
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	if (options->socket)
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, options->socket);
	if (options->socket && owner_secret_read(options->socket, secret))
		headers = curl_slist_append(headers, secret);
	if (memmem(host, strcspn(host, ":/"), "localhost", 9))
		connect_to = curl_slist_append(NULL, "::127.0.0.1:");
	if (connect_to && !options->socket)
		curl_easy_setopt(curl, CURLOPT_CONNECT_TO, connect_to);
	if (options->data) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, options->data);
		line = xasprintf("Content-Type: %s",
				 options->type ? options->type : "application/json");
		headers = curl_slist_append(headers, line);
		free(line);
	}
	if (options->token) {
		line = xasprintf("Authorization: Bearer %s", options->token);
		headers = curl_slist_append(headers, line);
		free(line);
	}
	if (headers)
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (options->method)
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, options->method);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
	if (code != CURLE_OK && !why[0])
		snprintf(why, CURL_ERROR_SIZE, "%s", curl_easy_strerror(code));
	curl_slist_free_all(headers);
	curl_slist_free_all(connect_to);
	curl_easy_cleanup(curl);
	return code == CURLE_OK ? 0 : -1;
}

/* Whether an element has all of KEY=GLOB&KEY=GLOB... */
static bool
element_is(const json_t *element, const char *token)
{
	char *copy = xstrdup(token), *rest = copy, *pair;
	bool is = true;

	while (is && (pair = strsep(&rest, "&")) != NULL) {
		char *value = strchr(pair, '=');
		const char *text;

		if (!value)
			is = false;
		else
			*value++ = '\0';
		text = is ? json_string_value(json_object_get(element, pair)) : NULL;
		is = text && fnmatch(value, text, 0) == 0;
	}
	free(copy);
	return is;
}

static const json_t *
step(const json_t *json, const char *token)
{
	if (json_is_object(json))
		return json_object_get(json, token);
	if (!strchr(token, '='))
		return json_array_get(json, strtoul(token, NULL, 10));
	for (size_t i = 0; i < json_array_size(json); i++)
		if (element_is(json_array_get(json, i), token))
			return json_array_get(json, i);
	return NULL;
}

static void
unescape(char *token)
{
	char *to = token;

	for (const char *from = token; *from; from++)
		if (from[0] == '~' && (from[1] == '0' || from[1] == '1'))
			*to++ = *++from == '0' ? '~' : '/';
		else
			*to++ = *from;
	*to = '\0';
}

/* The value as text (a string without its quotes), or NULL. */
static char *
get(const char *pointer, const struct buf *body)
{
	json_t *root = json_loadb(buf_str(body), body->length, JSON_DECODE_ANY, NULL);
	const json_t *json = root;
	char *copy = xstrdup(pointer), *rest = copy, *token, *text = NULL;

	strsep(&rest, "/");
	while (json && rest && (token = strsep(&rest, "/")) != NULL) {
		unescape(token);
		json = step(json, token);
	}
	if (json_is_string(json))
		text = xstrdup(json_string_value(json));
	else if (json)
		text = json_dumps(json, JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_COMPACT);
	free(copy);
	json_decref(root);
	return text;
}

/* What is wrong with the body, or NULL; free() it. */
static char *
check(const struct options *options, long status, const struct buf *body)
{
	const char *bytes = buf_str(body);

	if (options->status ? status != options->status : status < 200 || status > 299)
		return xasprintf("the status is %ld", status);
	if (options->valid_utf8 && !is_utf8(bytes, body->length))
		return xstrdup("the body is not valid UTF-8");
	if (options->invalid_utf8 && is_utf8(bytes, body->length))
		return xstrdup("the body is valid UTF-8");
	for (size_t i = 0; i < options->contains_count; i++)
		if (!memmem(bytes, body->length, options->contains[i],
			    strlen(options->contains[i])))
			return xasprintf("the body lacks \"%s\"", options->contains[i]);
	for (size_t i = 0; i < options->lacks_count; i++)
		if (memmem(bytes, body->length, options->lacks[i], strlen(options->lacks[i])))
			return xasprintf("the body contains \"%s\"", options->lacks[i]);
	return NULL;
}

/* The result goes to a file or is printed; NULL, or what is wrong. */
static char *
deliver(const struct options *options, const struct buf *body)
{
	char *text;

	if (options->get) {
		text = get(options->get, body);
		if (!text)
			return xasprintf("the body has no %s", options->get);
		puts(text);
		free(text);
	} else if (options->save) {
		FILE *file = fopen(options->save, "we");

		if (!file || fwrite(buf_str(body), 1, body->length, file) != body->length ||
		    fclose(file) != 0)
			return xasprintf("%s cannot be written", options->save);
	} else if (!options->quiet) {
		fwrite(buf_str(body), 1, body->length, stdout);
	}
	return NULL;
}

/* One try: 0, or 1 with what is wrong (and the body) in `report`. */
static int
try_once(const struct options *options, char **report)
{
	char why[CURL_ERROR_SIZE];
	struct buf body;
	long status = 0;
	char *wrong;

	buf_init(&body, BODY_MAX);
	if (request(options, &body, &status, why) != 0)
		wrong = xstrdup(why[0] ? why : "no reply");
	else
		wrong = check(options, status, &body);
	if (!wrong)
		wrong = deliver(options, &body);
	*report = wrong ? xasprintf("fetch: %s: %s\n%.2000s", options->url, wrong, buf_str(&body))
			: NULL;
	free(wrong);
	buf_clear(&body);
	return *report ? 1 : 0;
}

enum {
	OPTION_SOCKET = 1, OPTION_TOKEN, OPTION_METHOD, OPTION_DATA, OPTION_TYPE, OPTION_STATUS,
	OPTION_CONTAINS, OPTION_LACKS, OPTION_VALID, OPTION_INVALID, OPTION_GET, OPTION_SAVE,
	OPTION_QUIET, OPTION_WAIT, OPTION_TIMES
};

static const struct option table[] = {
	{"unix-socket", required_argument, NULL, OPTION_SOCKET},
	{"token", required_argument, NULL, OPTION_TOKEN},
	{"method", required_argument, NULL, OPTION_METHOD},
	{"data", required_argument, NULL, OPTION_DATA},
	{"type", required_argument, NULL, OPTION_TYPE},
	{"status", required_argument, NULL, OPTION_STATUS},
	{"contains", required_argument, NULL, OPTION_CONTAINS},
	{"lacks", required_argument, NULL, OPTION_LACKS},
	{"valid-utf8", no_argument, NULL, OPTION_VALID},
	{"invalid-utf8", no_argument, NULL, OPTION_INVALID},
	{"get", required_argument, NULL, OPTION_GET},
	{"save", required_argument, NULL, OPTION_SAVE},
	{"quiet", no_argument, NULL, OPTION_QUIET},
	{"wait", required_argument, NULL, OPTION_WAIT},
	{"times", required_argument, NULL, OPTION_TIMES},
	{0},
};

static bool
parse(int argc, char **argv, struct options *o)
{
	int found;

	while ((found = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (found) {
		case OPTION_SOCKET: o->socket = optarg; break;
		case OPTION_TOKEN: o->token = optarg; break;
		case OPTION_METHOD: o->method = optarg; break;
		case OPTION_DATA: o->data = optarg; break;
		case OPTION_TYPE: o->type = optarg; break;
		case OPTION_STATUS: o->status = atol(optarg); break;
		case OPTION_VALID: o->valid_utf8 = true; break;
		case OPTION_INVALID: o->invalid_utf8 = true; break;
		case OPTION_GET: o->get = optarg; break;
		case OPTION_SAVE: o->save = optarg; break;
		case OPTION_QUIET: o->quiet = true; break;
		case OPTION_WAIT: o->wait = strtod(optarg, NULL); break;
		case OPTION_TIMES: o->times = atol(optarg); break;
		case OPTION_CONTAINS:
			if (o->contains_count == TEXTS_MAX)
				return false;
			o->contains[o->contains_count++] = optarg;
			break;
		case OPTION_LACKS:
			if (o->lacks_count == TEXTS_MAX)
				return false;
			o->lacks[o->lacks_count++] = optarg;
			break;
		default: return false;
		}
	}
	o->url = argv[optind];
	return optind == argc - 1;
}

/* Until it holds, or there is no more time. */
static int
try_all(const struct options *options, char **report)
{
	struct timespec start, now;
	int code;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while ((code = try_once(options, report)) != 0) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if ((double)(now.tv_sec - start.tv_sec) >= options->wait * options->slow)
			break;
		free(*report);
		usleep(50000);
	}
	return code;
}

int
main(int argc, char **argv)
{
	struct options options = {.slow = PATIENCE, .times = 1};
	const char *slow = getenv("TTY_SLOW");
	char *report = NULL;
	int code = 0;

	if (!parse(argc, argv, &options)) {
		fprintf(stderr, "usage: fetch [OPTION...] URL\n");
		return 2;
	}
	if (slow && strtod(slow, NULL) >= 1)
		options.slow *= strtod(slow, NULL);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	for (long i = 0; code == 0 && i < options.times; i++) {
		free(report);
		code = try_all(&options, &report);
	}
	if (report)
		fprintf(stderr, "%s\n", report);
	free(report);
	curl_global_cleanup();
	return code;
}
