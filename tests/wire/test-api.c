/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The real client against a scripted server: what it sends, and what it makes of answers that are
 * good, cut, slow, too large, or none.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/api.h"
#include "api/operations.h"
#include "base/clock.h"
#include "base/xmalloc.h"
#include "net/loop.h"
#include "tests/patience.h"
#include "scripted-server.h"

#define SHORT_MS 700		/* for what never comes */

/* --- the client --- */

static struct loop *loop;		/* of all tests */

static void
turn(int timeout_ms)
{
	assert_int_equal(loop_turn(loop, timeout_ms, NULL), 0);
}

struct seen {
	bool done;
	long status;
	struct error error;
	json_t *body;
	char etag[128];
	bool not_modified;
	json_t *details;
	int64_t retry_after_ms;
};

static void
on_done(void *data, const struct api_reply *reply)
{
	struct seen *seen = data;

	assert_false(seen->done);	/* once */
	seen->done = true;
	seen->status = reply->status;
	seen->error = reply->error;
	seen->body = json_incref(reply->body);
	strcpy(seen->etag, reply->etag);
	seen->not_modified = reply->not_modified;
	seen->details = json_incref(reply->details);
	seen->retry_after_ms = reply->retry_after_ms;
	assert_true(reply->bytes != NULL);
}

static void
turn_until_done(struct api *api, const struct seen *seen)
{
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	while (!seen->done && clock_steady_ms() < end)
		turn(1000);
	assert_true(seen->done);
	assert_int_equal(api_pending(api), 0);
}

static struct api *
client_with(const struct server *server, int retries, long timeout_ms)
{
	struct error err = {0};
	struct api *api = api_new(loop, &(struct api_options){.url = server->url,
							.socket = server->socket,
							.token = "s3cret-token",
							.timeout_ms = timeout_ms,
							.retries = retries,
							.body_max = 1000},
				  &err);

	assert_non_null(api);
	return api;
}

static struct api *
client_for(const struct server *server, int retries)
{
	return client_with(server, retries, PATIENCE_MS);
}

static bool
closes(const struct exchange *exchanges)
{
	for (; exchanges->reply; exchanges++)
		if (exchanges->after == HOLD)
			return false;
	return true;
}

enum ask { READ, WRITE, CHOOSE };

/* One call against these exchanges; requests: how many the server must have seen. */
static void
exchange(struct server *server, const struct exchange *exchanges, enum ask ask, int retries,
	 size_t requests, struct seen *seen)
{
	json_t *groups = json_pack("{s:s}", "web", "shop");
	struct api *api;

	server_start(server, exchanges, NULL);
	api = client_with(server, retries, closes(exchanges) ? PATIENCE_MS : SHORT_MS);
	*seen = (struct seen){0};
	if (ask == READ)
		api_get_environment(api, "acme", "shop", "qa", on_done, seen);
	else if (ask == CHOOSE)
		api_group(api, "acme", groups, on_done, seen);
	else
		api_create_deployment(api, "acme", "shop", "qa",
				      &(struct api_new_deployment){.comment = "release",
								   .delta_id = "d1",
								   .if_match = "67f1"},
				      on_done, seen);
	turn_until_done(api, seen);
	json_decref(groups);
	api_free(api);
	server_stop(server);
	assert_int_equal(server->count, requests);
}

#define OK "HTTP/1.1 200 OK\r\nConnection: close\r\n"

static void
test_good_read(void **state)
{
	static const struct exchange exchanges[] = {
		{OK "ETag: \"e1\"\r\nContent-Length: 11\r\n\r\n{\"id\":\"qa\"}", CLOSE}, {0}};
	struct server server;
	struct seen seen;

	(void)state;
	exchange(&server, exchanges, READ, -1, 1, &seen);
	assert_int_equal(seen.status, 200);
	assert_int_equal(seen.error.kind, ERROR_NONE);
	assert_string_equal(json_string_value(json_object_get(seen.body, "id")), "qa");
	assert_string_equal(seen.etag, "\"e1\"");
	assert_non_null(
		strstr(server.requests[0], "GET /orgs/acme/apps/shop/envs/qa HTTP/1.1\r\n"));
	assert_non_null(strstr(server.requests[0], "Authorization: Bearer s3cret-token\r\n"));
	assert_non_null(strstr(server.requests[0], "Accept: application/json\r\n"));
	json_decref(seen.body);
}

static void
test_good_write(void **state)
{
	static const struct exchange exchanges[] = {
		{"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\n\"d9\"", CLOSE}, {0}};
	struct server server;
	struct seen seen;

	(void)state;
	exchange(&server, exchanges, WRITE, 0, 1, &seen);
	assert_int_equal(seen.status, 201);
	assert_string_equal(json_string_value(seen.body), "d9");	/* a bare scalar */
	assert_non_null(
		strstr(server.requests[0], "POST /orgs/acme/apps/shop/envs/qa/deploys HTTP"));
	assert_non_null(strstr(server.requests[0], "If-Match: \"67f1\"\r\n"));
	assert_non_null(strstr(server.requests[0], "Content-Type: application/json\r\n"));
	assert_non_null(
		strstr(server.requests[0], "{\"comment\":\"release\",\"delta_id\":\"d1\"}"));
	json_decref(seen.body);
}

/* Asks once more; the answer's place in `seen`. */
static void
ask_again(struct api *api, struct seen *seen)
{
	json_decref(seen->details);
	*seen = (struct seen){0};
	api_get_environment(api, "acme", "shop", "qa", on_done, seen);
	turn_until_done(api, seen);
	json_decref(seen->body);
}

static void
test_announced(void **state)
{
	static const struct exchange exchanges[] = {
		{OK "sidestage-extensions: deploy-values,deploy,deploy-tag ,\tvalue-fingerprints\r\n"
		    "Sidestage-Platform: 0190a0d2-0000-7000-8000-00000000beef\r\n"
		    "Content-Length: 2\r\n\r\n{}", CLOSE},
		{"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", CLOSE},
		{OK "Content-Length: 2\r\n\r\n{}", CLOSE},
		{0}};
	struct seen seen = {0};
	struct server server;
	struct api *api;

	(void)state;
	server_start(&server, exchanges, NULL);
	api = client_for(&server, -1);
	assert_false(api_has_extension(api, EXTENSION_DEPLOY_TAG));
	assert_string_equal(api_platform_id(api), "");
	ask_again(api, &seen);
	assert_true(api_has_extension(api, EXTENSION_DEPLOY_VALUES));
	assert_true(api_has_extension(api, EXTENSION_DEPLOY_TAG));
	assert_true(api_has_extension(api, EXTENSION_VALUE_FINGERPRINTS));
	assert_false(api_has_extension(api, EXTENSION_DEPLOY_WAIT));
	assert_string_equal(api_platform_id(api), "0190a0d2-0000-7000-8000-00000000beef");
	ask_again(api, &seen); /* a gateway speaks: it says nothing about it */
	assert_true(api_has_extension(api, EXTENSION_DEPLOY_TAG));
	ask_again(api, &seen);				/* an older platform: without */
	assert_false(api_has_extension(api, EXTENSION_DEPLOY_TAG));
	assert_string_equal(api_platform_id(api), "0190a0d2-0000-7000-8000-00000000beef");
	api_free(api);
	server_stop(&server);
}

static void
test_what_a_refusal_carries(void **state)
{
	static const struct exchange exchanges[] = {
		{"HTTP/1.1 412 Precondition Failed\r\nRetry-After: 7\r\nContent-Length: 39\r\n\r\n"
		 "{\"message\":\"no\",\"details\":{\"tag\":\"t2\"}}", CLOSE},
		{"HTTP/1.1 503 Busy\r\nRetry-After: Fri, 01 Jan 2100 00:00:00 GMT\r\n"
		 "Content-Length: 0\r\n\r\n", CLOSE},
		{OK "Content-Length: 2\r\n\r\n{}", CLOSE},
		{0}};
	struct seen seen = {0};
	struct server server;
	struct api *api;

	(void)state;
	server_start(&server, exchanges, NULL);
	api = client_for(&server, -1);
	ask_again(api, &seen);
	assert_int_equal(seen.error.kind, ERROR_STALE);
	assert_int_equal(seen.retry_after_ms, 7000);
	assert_string_equal(json_string_value(json_object_get(seen.details, "tag")), "t2");
	ask_again(api, &seen);
	assert_int_equal(seen.error.kind, ERROR_REMOTE);
	assert_true(seen.retry_after_ms > 3600 * 1000);
	assert_null(seen.details);
	ask_again(api, &seen);
	assert_int_equal(seen.retry_after_ms, -1);
	api_free(api);
	server_stop(&server);
}

#define REFUSED "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}"

/* Turns until a request waits for a token. */
static void
turn_until_wanted(struct api *api, const struct seen *seen)
{
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	while (!api_wants_token(api) && !seen->done && clock_steady_ms() < end)
		turn(1000);
	assert_true(api_wants_token(api));
	assert_false(seen->done);
}

static void
test_a_refused_token_is_replaced_once(void **state)
{
	static const struct exchange exchanges[] = {
		{REFUSED, CLOSE},
		{"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\n\"d9\"", CLOSE},
		{REFUSED, CLOSE}, {REFUSED, CLOSE},
		{REFUSED, CLOSE},
		{0}};
	struct error why = {.kind = ERROR_INPUT, .text = "No other token was to be had."};
	struct api_new_deployment deployment = {.comment = "release", .delta_id = "d1"};
	struct seen seen = {0};
	struct server server;
	struct api *api;

	(void)state;
	server_start(&server, exchanges, NULL);
	api = api_new(
		loop,
		&(struct api_options){.url = server.url, .token = "first", .renews_token = true},
		NULL);
	assert_non_null(api);
	/* A write that was refused was not carried out: it is sent once more. */
	api_create_deployment(api, "acme", "shop", "qa", &deployment, on_done, &seen);
	turn_until_wanted(api, &seen);
	assert_true(api_has_token(api, "first"));
	api_set_token(api, "second");
	turn_until_done(api, &seen);
	assert_int_equal(seen.status, 201);
	json_decref(seen.body);
	/* One that is refused again is told, and is not sent a third time. */
	seen = (struct seen){0};
	api_get_environment(api, "acme", "shop", "qa", on_done, &seen);
	turn_until_wanted(api, &seen);
	api_set_token(api, "third");
	turn_until_done(api, &seen);
	assert_int_equal(seen.status, 401);
	assert_int_equal(seen.error.kind, ERROR_ACCESS);
	/* Without another token it is told as it was refused. */
	seen = (struct seen){0};
	api_get_environment(api, "acme", "shop", "qa", on_done, &seen);
	turn_until_wanted(api, &seen);
	api_give_up_token(api, &why);
	turn_until_done(api, &seen);
	assert_int_equal(seen.status, 401);
	assert_int_equal(seen.error.kind, ERROR_ACCESS);
	assert_non_null(strstr(seen.error.text, "No other token was to be had."));
	api_free(api);
	server_stop(&server);
	assert_int_equal(server.count, 5);
	assert_non_null(strstr(server.requests[0], "Bearer first\r\n"));
	assert_non_null(strstr(server.requests[1], "Bearer second\r\n"));
	assert_non_null(strstr(server.requests[3], "Bearer third\r\n"));
}

static void
test_who_hears_the_token(void **state)
{
	static const struct { const char *url; bool allow, good; } cases[] = {
		{"https://platform.example.com", false, true}, {"http://platform.example.com", false, false},
		{"http://platform.example.com", true, true}, {"HTTP://10.0.0.1:8080/base", false, false},
		{"http://127.0.0.1:8080", false, true}, {"http://127.9.8.7", false, true},
		{"http://localhost", false, true}, {"http://LOCALHOST:80/x", false, true},
		{"http://[::1]:8080", false, true}, {"http://[::1]", false, true},
		{"http://[::2]", false, false}, {"http://[::1].example.com", false, false},
		{"http://localhost.example.com", false, false}, {"http://127.0.0.1.example.com", false, false},
		{"http://0.0.0.0", false, false}, {"http://1270.0.0.1", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};
		struct api *api = api_new(loop,
					  &(struct api_options){.url = cases[i].url,
								.token = "s3cret",
								.allow_http = cases[i].allow},
					  &err);

		if ((api != NULL) != cases[i].good)
			fail_msg("%s: %s", cases[i].url, api ? "taken" : err.text);
		if (!api && strstr(cases[i].url, "example.com")) {
			assert_non_null(strstr(err.text, "allow-http = true"));
			assert_null(strstr(err.text, "s3cret"));
		}
		api_free(api);
		/* Without a token there is nothing to hear. */
		api = api_new(loop, &(struct api_options){.url = cases[i].url}, &err);
		assert_non_null(api);
		api_free(api);
	}
}

static void
test_no_proxy_for_this_machine(void **state)
{
	static const struct exchange exchanges[] = {{OK "Content-Length: 2\r\n\r\n{}", CLOSE}, {0}};
	struct seen seen = {0};
	struct server server;
	struct api *api;

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:9", 1);
	setenv("all_proxy", "http://127.0.0.1:9", 1);
	server_start(&server, exchanges, NULL);
	api = client_for(&server, -1);
	ask_again(api, &seen);
	api_free(api);
	server_stop(&server);
	/* Before anything can fail: the next test is to find neither. */
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	assert_int_equal(seen.status, 200);
}

/* Nothing comes for a while: that is known long before the request has failed. */
static void
test_silence(void **state)
{
	static const struct exchange exchanges[] = {{"", HOLD}, {0}};
	struct seen seen = {0};
	struct server server;
	struct api *api;

	(void)state;
	server_start(&server, exchanges, NULL);
	api = client_with(&server, -1, SHORT_MS);
	assert_int_equal(api_silence_ms(api), -1);
	api_get_environment(api, "acme", "shop", "qa", on_done, &seen);
	while (!seen.done && api_silence_ms(api) < 100)
		turn(20);
	assert_false(seen.done);
	turn_until_done(api, &seen);
	assert_int_equal(seen.error.kind, ERROR_NO_REPLY);
	assert_int_equal(api_silence_ms(api), -1);
	api_free(api);
	server_stop(&server);
}

#define ANNOUNCED "HTTP/1.1 409 Conflict\r\nSidestage-Extensions: deploy-tag, error-codes\r\n"
#define CODED(code) \
	"\r\n{\"message\": \"theirs\", \"details\": {\"code\": \"" code "\", " \
	"\"parameters\": {\"env\": \"qa\"}}}"

/* What the client makes of a bad end.  Writes are never sent twice. */
static const struct {
	const char *name;
	struct exchange exchange;
	enum ask ask;
	enum error_kind kind;
	const char *text;		/* that the error must hold */
} bad_ends[] = {
	{"cut body",
	 {OK "Content-Length: 50\r\n\r\n{\"id\":", CLOSE},
	 READ,
	 ERROR_NO_REPLY,
	 "cut off"},
	{"cut body of a write",
	 {OK "Content-Length: 50\r\n\r\n{\"id\":", CLOSE},
	 WRITE,
	 ERROR_NO_REPLY,
	 "may have been carried out"},
	{"cut head", {"HTTP/1.1 20", CLOSE}, READ, ERROR_NO_REPLY, "acme/shop/qa"},
	{"no byte", {"", CLOSE}, READ, ERROR_NO_REPLY, "acme/shop/qa"},
	{"no byte for a write", {"", CLOSE}, WRITE, ERROR_NO_REPLY, "may have been carried out"},
	{"no byte for a choice", {"", CLOSE}, CHOOSE, ERROR_NO_REPLY, "may have been carried out"},
	{"slow", {OK "Content-Length: 50\r\n\r\n{", HOLD}, READ, ERROR_NO_REPLY, "in time"},
	{"slow write", {"", HOLD}, WRITE, ERROR_NO_REPLY, "may have been carried out"},
	{"no HTTP", {"SSH-2.0-OpenSSH_9.2\r\n", CLOSE}, READ, ERROR_PROTOCOL, "acme/shop/qa"},
	{"no JSON", {OK "\r\n<html>", CLOSE}, READ, ERROR_PROTOCOL, "not valid JSON"},
	{"no JSON after a write",
	 {OK "\r\n<html>", CLOSE},
	 WRITE,
	 ERROR_NO_REPLY,
	 "not valid JSON"},
	{"two values", {OK "\r\n{} {}", CLOSE}, READ, ERROR_PROTOCOL, "not valid JSON"},
	{"equal keys", {OK "\r\n{\"a\":1,\"a\":2}", CLOSE}, READ, ERROR_PROTOCOL, "not valid JSON"},
	{"redirect",
	 {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
	  CLOSE},
	 READ,
	 ERROR_PROTOCOL,
	 "Redirects are not followed"},
	{"304 not asked for",
	 {"HTTP/1.1 304 Not Modified\r\n\r\n", CLOSE},
	 READ,
	 ERROR_PROTOCOL,
	 "304"},
	{"error object",
	 {"HTTP/1.1 400 Bad\r\nContent-Length: 48\r\n\r\n"
	  "{\"error\":\"API-000\",\"message\":\"no such workload\"}",
	  CLOSE},
	 WRITE,
	 ERROR_INPUT,
	 "(400): no such workload. "},
	{"known code",
	 {ANNOUNCED CODED("environment_exists"), CLOSE},
	 WRITE,
	 ERROR_CONFLICT,
	 "(409): The environment \"qa\" already exists.  Choose another id. "},
	{"unknown code",
	 {ANNOUNCED CODED("environment_vanished"), CLOSE},
	 WRITE,
	 ERROR_CONFLICT,
	 "(409): theirs. "},
	{"code of another platform",
	 {"HTTP/1.1 409 Conflict\r\n" CODED("environment_exists"), CLOSE},
	 WRITE,
	 ERROR_CONFLICT,
	 "(409): theirs. "},
	{"bare string",
	 {"HTTP/1.1 404 Not Found\r\nContent-Length: 14\r\n\r\n\"Set unknown.\"", CLOSE},
	 READ,
	 ERROR_NOT_FOUND,
	 "(404): Set unknown. "},
	{"array",
	 {"HTTP/1.1 409 Conflict\r\nContent-Length: 26\r\n\r\n[{\"message\":\"one\"}, \"two\"]",
	  CLOSE},
	 WRITE,
	 ERROR_CONFLICT,
	 "(409): one; two. "},
	{"no body",
	 {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", CLOSE},
	 READ,
	 ERROR_ACCESS,
	 "(403). "},
	{"a page",
	 {"HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\n<html>", CLOSE},
	 READ,
	 ERROR_NOT_FOUND,
	 "(404). "},
	{"token refused",
	 {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 29\r\n\r\n"
	  "{\"message\":\"s3cret-token no\"}",
	  CLOSE},
	 READ,
	 ERROR_ACCESS,
	 "token was refused"},
	{"stale",
	 {"HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n", CLOSE},
	 WRITE,
	 ERROR_STALE,
	 "review it again"},
	{"busy",
	 {"HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n", CLOSE},
	 READ,
	 ERROR_LIMIT,
	 "(429)"},
	{"failed",
	 {"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", CLOSE},
	 READ,
	 ERROR_REMOTE,
	 "(500)"},
	{"gateway",
	 {"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", CLOSE},
	 WRITE,
	 ERROR_NO_REPLY,
	 "may have been carried out"},
};

static void
test_bad_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_ends) / sizeof(bad_ends[0]); i++) {
		const struct exchange exchanges[] = {bad_ends[i].exchange, {"", CLOSE}, {0}};
		struct server server;
		struct seen seen;

		exchange(&server, exchanges, bad_ends[i].ask, bad_ends[i].ask == READ ? -1 : 3, 1,
			 &seen);
		if (seen.error.kind != bad_ends[i].kind ||
		    !strstr(seen.error.text, bad_ends[i].text))
			fail_msg("%s: %s: %s", bad_ends[i].name, error_kind_name(seen.error.kind),
				 seen.error.text);
		if (strstr(seen.error.text, "s3cret-token"))
			fail_msg("%s: the token is in: %s", bad_ends[i].name, seen.error.text);
		assert_null(seen.body);
		json_decref(seen.details);
	}
}

static void
test_too_large(void **state)
{
	char *body = xmalloc(5001);
	char *reply;
	struct server server;
	struct seen seen;

	(void)state;
	memset(body, '1', 5000);
	body[5000] = '\0';
	for (int announced = 0; announced < 2; announced++) {
		reply = xasprintf(OK "%s\r\n%s", announced ? "Content-Length: 5000\r\n" : "", body);
		exchange(&server, (const struct exchange[]){{reply, CLOSE}, {0}}, READ, -1, 1,
			 &seen);
		assert_int_equal(seen.error.kind, ERROR_LIMIT);
		exchange(&server, (const struct exchange[]){{reply, CLOSE}, {0}}, WRITE, -1, 1,
			 &seen);
		assert_int_equal(seen.error.kind, ERROR_NO_REPLY);
		free(reply);
	}
	free(body);
}

static void
test_reads_are_tried_again(void **state)
{
	static const struct exchange exchanges[] = {
		{"", CLOSE},
		{"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", CLOSE},
		{OK "\r\n{}", CLOSE},
		{0}};
	static const struct exchange patient[] = {
		{"HTTP/1.1 429 Later\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n", CLOSE}, {"", CLOSE}, {0}};
	struct server server;
	struct seen seen;

	(void)state;
	exchange(&server, exchanges, READ, 3, 3, &seen);
	assert_int_equal(seen.error.kind, ERROR_NONE);
	json_decref(seen.body);
	exchange(&server, patient, READ, 3, 1, &seen);	/* an hour is for a person to decide */
	assert_int_equal(seen.error.kind, ERROR_LIMIT);
}

/* libcurl would send a POST again when a kept connection dies; it must not get one. */
static void
test_write_on_its_own_connection(void **state)
{
	static const struct exchange exchanges[] = {
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", HOLD}, {"", CLOSE}, {"", CLOSE}, {0}};
	struct server server;
	struct seen first = {0}, second = {0};
	struct api *api;

	(void)state;
	server_start(&server, exchanges, NULL);
	api = client_for(&server, 3);
	api_current_user(api, on_done, &first);
	turn_until_done(api, &first);
	api_delete_environment(api, "acme", "shop", "qa", NULL, on_done, &second);
	turn_until_done(api, &second);
	api_free(api);
	server_stop(&server);
	assert_int_equal(second.error.kind, ERROR_NO_REPLY);
	assert_int_equal(server.count, 2);
	json_decref(first.body);
}

static void
test_etag(void **state)
{
	static const struct exchange exchanges[] = {
		{"HTTP/1.1 304 Not Modified\r\nETag: \"e1\"\r\n\r\n", CLOSE}, {0}};
	struct server server;
	struct seen seen = {0};
	struct api *api;

	(void)state;
	server_start(&server, exchanges, NULL);
	api = client_for(&server, -1);
	api_if_none_match(api_list_environments(api, "acme", "shop", on_done, &seen), "\"e1\"");
	turn_until_done(api, &seen);
	api_free(api);
	server_stop(&server);
	assert_int_equal(seen.error.kind, ERROR_NONE);
	assert_true(seen.not_modified);
	assert_null(seen.body);
	assert_non_null(strstr(server.requests[0], "If-None-Match: \"e1\"\r\n"));
}

static void
test_unix_socket(void **state)
{
	static const struct exchange exchanges[] = {{OK "\r\n[]", CLOSE}, {0}};
	char folder[] = "/tmp/sidestage-test-XXXXXX";
	char *path;
	struct server server;
	struct seen seen = {0};
	struct api *api;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = xasprintf("%s/socket", folder);
	server_start(&server, exchanges, path);
	api = client_for(&server, -1);
	api_get_runtime(api, "acme", "shop", "qa", on_done, &seen);
	turn_until_done(api, &seen);
	server_stop(&server);		/* removes the socket */
	assert_int_equal(seen.error.kind, ERROR_NONE);
	assert_true(json_is_array(seen.body));
	assert_non_null(strstr(server.requests[0], "Accept: application/v2+json\r\n"));
	json_decref(seen.body);

	seen = (struct seen){0};
	api_delete_environment(api, "acme", "shop", "qa", NULL, on_done, &seen);
	turn_until_done(api, &seen);
	assert_int_equal(seen.error.kind, ERROR_UNREACHABLE);
	assert_non_null(strstr(seen.error.text, "Nothing was sent"));
	api_free(api);
	rmdir(folder);
	free(path);
}

static void
test_refused_connection(void **state)
{
	static const struct exchange none[] = {{0}};
	struct server server;
	struct seen seen = {0};
	struct api *api;

	(void)state;
	server_start(&server, none, NULL);
	server_stop(&server);		/* its port is closed now */
	api = client_for(&server, 2);
	api_list_organizations(api, on_done, &seen);
	turn_until_done(api, &seen);
	assert_int_equal(seen.error.kind, ERROR_UNREACHABLE);
	assert_int_equal(seen.status, 0);
	api_free(api);
}

/* Ids come from platforms: they must not be able to make another path or another header. */
static void
test_hostile_ids(void **state)
{
	static const char *const bad[] = {"", ".", "..", NULL};
	static const struct exchange exchanges[] = {{OK "\r\n{}", CLOSE}, {0}};
	static char endless[100000];
	struct server server;
	struct seen seen;
	struct api *api;

	(void)state;
	server_start(&server, exchanges, NULL);
	api = client_for(&server, -1);
	for (size_t i = 0; i < 4; i++) {
		seen = (struct seen){0};
		api_get_set(api, "acme", "shop", bad[i], on_done, &seen);
		turn_until_done(api, &seen);
		assert_int_equal(seen.error.kind, ERROR_INPUT);
	}
	seen = (struct seen){0};
	api_create_deployment(api, "acme", "shop", "qa",
			      &(struct api_new_deployment){.if_match = "a\"\r\nX: y"}, on_done,
			      &seen);
	turn_until_done(api, &seen);
	assert_int_equal(seen.error.kind, ERROR_INPUT);
	memset(endless, 'x', sizeof(endless) - 1);
	seen = (struct seen){0};
	api_get_logs(api, "acme", "shop", "qa", endless, NULL, false, 0, on_done, &seen);
	turn_until_done(api, &seen);
	assert_int_equal(seen.error.kind, ERROR_INPUT);

	seen = (struct seen){0};
	api_get_set(api, "acme", "shop", "../a b?c#d/%2e", on_done, &seen);
	turn_until_done(api, &seen);
	api_free(api);
	server_stop(&server);
	assert_non_null(strstr(server.requests[0],
			       "GET /orgs/acme/apps/shop/sets/..%2Fa%20b%3Fc%23d%2F%252e HTTP"));
	assert_int_equal(server.count, 1);
	json_decref(seen.body);
}

static void
test_cancel(void **state)
{
	static const struct exchange exchanges[] = {{"", HOLD}, {0}};
	struct server server;
	struct seen seen = {0};
	struct api *api;
	struct api_call *call;

	(void)state;
	server_start(&server, exchanges, NULL);
	api = client_for(&server, -1);
	call = api_list_organizations(api, on_done, &seen);
	while (server.count < 1)
		turn(5);
	api_cancel(call);
	api_cancel(NULL);
	turn(10);
	assert_false(seen.done);
	assert_int_equal(api_pending(api), 0);
	api_list_organizations(api, on_done, &seen);
	api_free(api);			/* drops it */
	assert_false(seen.done);
	server_stop(&server);
}

static void
test_addresses(void **state)
{
	static const char *const bad[] = {"",
					  "host",
					  "ftp://host",
					  "http://",
					  "file:///etc/passwd",
					  "http://user:word@host",
					  "http://host/?q",
					  "http://host/#f"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = {0};

		if (api_new(loop, &(struct api_options){.url = bad[i]}, &err))
			fail_msg("%s was taken", bad[i]);
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_null(strstr(err.text, "word"));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_read),
		cmocka_unit_test(test_good_write),
		cmocka_unit_test(test_announced),
		cmocka_unit_test(test_what_a_refusal_carries),
		cmocka_unit_test(test_a_refused_token_is_replaced_once),
		cmocka_unit_test(test_who_hears_the_token),
		cmocka_unit_test(test_no_proxy_for_this_machine),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_bad_ends),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_reads_are_tried_again),
		cmocka_unit_test(test_write_on_its_own_connection),
		cmocka_unit_test(test_etag),
		cmocka_unit_test(test_unix_socket),
		cmocka_unit_test(test_refused_connection),
		cmocka_unit_test(test_hostile_ids),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_addresses),
	};

	int ret;

	loop = loop_new(NULL);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	loop_free(loop);
	return ret;
}
