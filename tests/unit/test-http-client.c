/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The HTTP client against a server that hangs, drips, cuts, floods and lies.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "net/http-client.h"
#include "net/loop.h"
#include "net/url.h"
#include "scripted-server.h"
#include "tests/patience.h"

/* --- the client --- */

struct here {
	struct server server;
	struct loop *loop;
	struct http_client *client;
};

struct seen {
	int done;
	enum http_failure failure;
	bool sent;
	long status;
	char etag[64], body[256], detail[256];
	size_t length;
	int64_t retry_after_ms, elapsed_ms;
	/* what the callbacks do */
	struct http_request *request, *other;	/* that are cancelled */
	long long received;
	long long enough;		/* bytes; 0: all of them are wanted */
};

static void
start(struct here *here, const struct exchange *exchanges, unsigned reads, const char *socket)
{
	struct error err = {0};

	server_start(&here->server, exchanges, socket);
	here->loop = loop_new(&err);
	assert_non_null(here->loop);
	here->client = http_client_new(here->loop,
				       &(struct http_client_options){.socket = socket,
								     .user_agent = "test/1",
								     .at_once = {reads, 0}});
}

static void
stop(struct here *here)
{
	http_client_free(here->client);
	loop_free(here->loop);
	server_stop(&here->server);
}

static void
on_done(void *data, const struct http_reply *reply)
{
	struct seen *seen = data;

	seen->done++;
	seen->failure = reply->failure;
	seen->sent = reply->sent;
	seen->status = reply->status;
	seen->length = reply->length;
	seen->retry_after_ms = reply->retry_after_ms;
	seen->elapsed_ms = reply->elapsed_ms;
	(void)http_reply_header(reply, "etag", seen->etag, sizeof(seen->etag));
	snprintf(seen->body, sizeof(seen->body), "%s", reply->bytes);
	snprintf(seen->detail, sizeof(seen->detail), "%s", reply->detail);
	http_cancel(seen->request);	/* its own: nothing to do any more */
	http_cancel(seen->other);
}

static bool
on_piece(void *data, const char *bytes, size_t length)
{
	struct seen *seen = data;

	(void)bytes;
	seen->received += (long long)length;
	http_cancel(seen->request);
	http_cancel(seen->other);
	seen->request = seen->other = NULL;
	return seen->enough == 0 || seen->received < seen->enough;
}

static void
turn_until_done(struct here *here, const struct seen *seen)
{
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	while (!seen->done && clock_steady_ms() < end)
		assert_int_equal(loop_turn(here->loop, 1000, NULL), 0);
	assert_int_equal(seen->done, 1);
}

static struct http_request *
ask(struct here *here, struct seen *seen, const struct http_request_options *more)
{
	static const char *const headers[] = {"Accept: text/plain", "X-Odd: a b", NULL};
	struct http_request_options options = *more;

	memset(seen, 0, sizeof(*seen));
	options.url = here->server.url;
	options.headers = headers;
	options.done = on_done;
	options.data = seen;
	return http_send(here->client, &options);
}

/* One request against these exchanges. */
static void
exchange(struct here *here, const struct exchange *exchanges, struct seen *seen,
	 const struct http_request_options *options)
{
	start(here, exchanges, 0, NULL);
	(void)ask(here, seen, options);
	turn_until_done(here, seen);
	assert_int_equal(loop_turn(here->loop, 0, NULL), 0);
	assert_int_equal(seen->done, 1);
	stop(here);
}

#define OK "HTTP/1.1 200 OK\r\n"

/* --- what is sent, and what comes --- */

static void
test_a_read(void **state)
{
	static const struct exchange exchanges[] = {
		{"HTTP/1.1 100 Continue\r\nETag: no\r\n\r\n" OK
		 "X-ETag: no\r\nETag: \t\"e1\" \r\nContent-Length: 5\r\n\r\nhello", CLOSE}, {0}};
	struct here here;
	struct seen seen;

	(void)state;
	exchange(&here, exchanges, &seen, &(struct http_request_options){.token = "s3cret"});
	assert_int_equal(seen.failure, HTTP_ANSWERED);
	assert_int_equal(seen.status, 200);
	assert_true(seen.sent);
	assert_string_equal(seen.body, "hello");
	assert_string_equal(seen.etag, "\"e1\"");
	assert_string_equal(seen.detail, "");
	assert_int_equal(seen.retry_after_ms, -1);
	assert_non_null(strstr(here.server.requests[0], "GET / HTTP/1.1\r\n"));
	assert_non_null(strstr(here.server.requests[0], "Authorization: Bearer s3cret\r\n"));
	assert_non_null(strstr(here.server.requests[0], "User-Agent: test/1\r\n"));
	assert_non_null(strstr(here.server.requests[0], "X-Odd: a b\r\n"));
}

static void
test_a_write(void **state)
{
	static const struct exchange exchanges[] = {
		{"HTTP/1.1 204 No Content\r\n\r\n", CLOSE}, {0}};
	struct here here;
	struct seen seen;

	(void)state;
	exchange(&here, exchanges, &seen,
		 &(struct http_request_options){.kind = HTTP_WRITE, .method = "PATCH", .body = "{}",
						.length = 2});
	assert_int_equal(seen.status, 204);
	assert_int_equal(seen.length, 0);
	assert_non_null(strstr(here.server.requests[0], "PATCH / HTTP/1.1\r\n"));
	assert_non_null(strstr(here.server.requests[0], "Content-Length: 2\r\n"));
	assert_non_null(strstr(here.server.requests[0], "\r\n\r\n{}"));
	assert_null(strstr(here.server.requests[0], "Expect"));
	assert_null(strstr(here.server.requests[0], "Authorization"));
}

static void
test_a_unix_socket(void **state)
{
	static const struct exchange exchanges[] = {{OK "Content-Length: 2\r\n\r\nhi", CLOSE}, {0}};
	char folder[] = "/tmp/http-client-XXXXXX", *socket;
	struct here here;
	struct seen seen;

	(void)state;
	assert_non_null(mkdtemp(folder));
	socket = xasprintf("%s/socket", folder);
	start(&here, exchanges, 0, socket);
	(void)ask(&here, &seen, &(struct http_request_options){.token = "t"});
	turn_until_done(&here, &seen);
	stop(&here);
	assert_string_equal(seen.body, "hi");
	assert_int_equal(rmdir(folder), 0);
	free(socket);
}

/* Whoever answers must not lead us, or the token, to somewhere else. */
static void
test_a_redirect_is_not_followed(void **state)
{
	static const struct exchange exchanges[] = {
		{"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", AGAIN},
		{OK "Content-Length: 0\r\n\r\n", CLOSE}, {0}};
	struct here here;
	struct seen seen;

	(void)state;
	exchange(&here, exchanges, &seen, &(struct http_request_options){.token = "s3cret"});
	assert_int_equal(seen.status, 302);
	assert_int_equal(here.server.count, 1);
}

/* libcurl sends a request anew that died on a connection which was used before. */
static void
write_on_a_used_connection(bool repeatable, size_t *connections, size_t *requests)
{
	static const struct exchange exchanges[] = {
		{OK "Content-Length: 0\r\n\r\n", AGAIN}, {OK "Content-Length: 0\r\n\r\n", HOLD},
		{"", CLOSE}, {0}};
	struct here here;
	struct seen seen;

	start(&here, exchanges, 0, NULL);
	for (int i = 0; i < 2; i++) {
		(void)ask(&here, &seen, &(struct http_request_options){0});
		turn_until_done(&here, &seen);
		assert_int_equal(seen.status, 200);
	}
	(void)ask(&here, &seen, &(struct http_request_options){.kind = HTTP_WRITE, .method = "POST",
							      .repeatable = repeatable,
							      .deadlines = {.whole = 500},
							      .body = "{}", .length = 2});
	turn_until_done(&here, &seen);
	assert_int_equal(seen.failure, repeatable ? HTTP_TIMED_OUT : HTTP_EMPTY);
	assert_true(seen.sent);
	stop(&here);
	*connections = here.server.connections;
	*requests = here.server.count;
}

static void
test_a_write_has_a_connection_of_its_own(void **state)
{
	size_t connections, requests;

	(void)state;
	write_on_a_used_connection(false, &connections, &requests);
	assert_int_equal(connections, 2);
	assert_int_equal(requests, 3);
}

/* The server holds the one that was used, and says nothing there. */
static void
test_a_write_that_may_come_twice_shares_one(void **state)
{
	size_t connections, requests;

	(void)state;
	write_on_a_used_connection(true, &connections, &requests);
	assert_int_equal(connections, 1);
	assert_int_equal(requests, 2);
}

struct began {
	struct seen seen;		/* the first: on_done() has it */
	int count;
	long status;
	bool before_done;
};

static void
on_begun(void *data, long status)
{
	struct began *began = data;

	began->count++;
	began->status = status;
	began->before_done = !began->seen.done;
	http_cancel(began->seen.request);
	began->seen.request = NULL;
}

/* Whoever waits for the first byte of an endless answer knows that it has been taken; and what it
 * ends with comes no second time, as headers behind a body in chunks. */
static void
test_the_beginning_of_an_answer_is_told(void **state)
{
	static const struct exchange exchanges[] = {
		{"HTTP/1.1 100 Continue\r\n\r\n" OK "Transfer-Encoding: chunked\r\n\r\n"
		 "1\r\nx\r\n0\r\nX-Late: 1\r\n\r\n", CLOSE},
		{"HTTP/1.1 403 No\r\n\r\n", HOLD}, {0}};
	struct here here;
	struct began began = {0};

	(void)state;
	start(&here, exchanges, 0, NULL);
	(void)ask(&here, &began.seen, &(struct http_request_options){.begun = on_begun});
	turn_until_done(&here, &began.seen);
	assert_int_equal(began.count, 1);
	assert_int_equal(began.status, 200);
	assert_true(began.before_done);
	/* It cancels itself there. */
	began = (struct began){0};
	began.seen.request = ask(&here, &began.seen,
				 &(struct http_request_options){.begun = on_begun});
	while (began.count == 0)
		(void)loop_turn(here.loop, 5, NULL);
	assert_int_equal(began.status, 403);
	for (int i = 0; i < 3; i++)
		(void)loop_turn(here.loop, 0, NULL);
	assert_int_equal(http_client_silence_ms(here.client), -1);
	stop(&here);
	assert_int_equal(began.seen.done, 0);
}

static void
test_a_header_that_comes_several_times(void **state)
{
	static const struct http_reply reply = {
		.head = "HTTP/1.1 200 OK\r\nWarning: one\r\nWarnings: no\r\nwarning:\ttwo \r\n"
			"Warning: far too long for it\r\nWarning:\r\n\r\n"};
	char out[16];
	size_t at = 0;

	(void)state;
	assert_true(http_reply_next_header(&reply, "Warning", &at, out, sizeof(out)));
	assert_string_equal(out, "one");
	assert_true(http_reply_next_header(&reply, "Warning", &at, out, sizeof(out)));
	assert_string_equal(out, "two");
	assert_true(http_reply_next_header(&reply, "Warning", &at, out, sizeof(out)));
	assert_string_equal(out, "");
	assert_false(http_reply_next_header(&reply, "Warning", &at, out, sizeof(out)));
	assert_true(http_reply_header(&reply, "WARNING", out, sizeof(out)));
	assert_string_equal(out, "");
}

/* --- deadlines and maxima --- */

static void
test_hostile_answers(void **state)
{
	static const struct {
		const char *name;
		struct exchange exchange;
		struct http_deadlines deadlines;
		enum http_failure failure;
	} cases[] = {
		{"hangs", {"", HOLD}, {.first_byte = 500}, HTTP_TIMED_OUT},
		{"hangs, and only the whole has a deadline", {"", HOLD}, {.whole = 500}, HTTP_TIMED_OUT},
		{"hangs within the header", {OK "ETag: ", HOLD}, {.first_byte = 500, .silence = 500},
		 HTTP_TIMED_OUT},
		{"hangs within the body", {OK "Content-Length: 9\r\n\r\nabc", HOLD},
		 {.first_byte = 5000, .silence = 500}, HTTP_TIMED_OUT},
		{"drips for ever", {OK "Content-Length: 900000\r\n\r\n", DRIP},
		 {.first_byte = 5000, .silence = 5000, .whole = 800}, HTTP_TIMED_OUT},
		{"ends without a byte", {"", CLOSE}, {0}, HTTP_EMPTY},
		{"is cut off", {OK "Content-Length: 100\r\n\r\nabc", CLOSE}, {0}, HTTP_CUT},
		{"is cut off within a chunk",
		 {OK "Transfer-Encoding: chunked\r\n\r\n9\r\nabc", CLOSE}, {0}, HTTP_CUT},
		{"sends without end", {OK "\r\n", FLOOD}, {0}, HTTP_TOO_LARGE},
		{"announces 1 GiB and sends it", {OK "Content-Length: 1073741824\r\n\r\n", FLOOD}, {0},
		 HTTP_TOO_LARGE},
		{"has a header without end", {OK "X: ", FLOOD}, {0}, HTTP_TOO_LARGE},
		{"has a length below nothing", {OK "Content-Length: -5\r\n\r\nabc", CLOSE}, {0},
		 HTTP_NONSENSE},
		{"has a length that is no number", {OK "Content-Length: abc\r\n\r\nabc", CLOSE}, {0},
		 HTTP_NONSENSE},
		{"speaks something else", {"SSH-2.0-OpenSSH_9.2\r\n", CLOSE}, {0}, HTTP_NONSENSE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct exchange exchanges[] = {cases[i].exchange, {0}};
		struct here here;
		struct seen seen;

		exchange(&here, exchanges, &seen,
			 &(struct http_request_options){.deadlines = cases[i].deadlines,
							.body_max = 1024 * 1024});
		if (seen.failure != cases[i].failure)
			print_error("%s: %d, %s\n", cases[i].name, seen.failure, seen.detail);
		assert_int_equal(seen.failure, cases[i].failure);
		assert_true(seen.sent);
		assert_int_equal(seen.status, 0);
		assert_string_equal(seen.body, "");
		assert_true(seen.detail[0] != '\0');
		assert_true(here.server.flooded < GIBIBYTE / 8);
	}
}

/* Slow is not silent. */
static void
test_a_drip_that_ends_is_an_answer(void **state)
{
	static const struct exchange exchanges[] = {{OK "Content-Length: 20\r\n\r\n", DRIP}, {0}};
	struct here here;
	struct seen seen;

	(void)state;
	exchange(
		&here, exchanges, &seen,
		&(struct http_request_options){.deadlines = {.first_byte = 5000, .silence = 5000}});
	assert_int_equal(seen.failure, HTTP_ANSWERED);
	assert_string_equal(seen.body, "xxxxxxxxxxxxxxxxxxxx");
}

static void
test_nothing_was_sent(void **state)
{
	static const struct exchange exchanges[] = {{0}};
	struct here here;
	struct seen seen;

	(void)state;
	start(&here, exchanges, 0, NULL);
	close(here.server.listener);
	here.server.listener = -1;
	(void)ask(&here, &seen, &(struct http_request_options){.kind = HTTP_WRITE, .method = "POST",
							      .body = "{}", .length = 2});
	turn_until_done(&here, &seen);
	stop(&here);
	assert_int_equal(seen.failure, HTTP_NO_CONNECTION);
	assert_false(seen.sent);
}

static void
test_silence_is_measured(void **state)
{
	static const struct exchange exchanges[] = {{"", HOLD}, {0}};
	struct here here;
	struct seen seen;
	struct http_request *request;

	(void)state;
	start(&here, exchanges, 0, NULL);
	assert_int_equal(http_client_silence_ms(here.client), -1);
	request = ask(&here, &seen, &(struct http_request_options){0});
	while (http_client_silence_ms(here.client) < 30)
		(void)loop_turn(here.loop, 5, NULL);
	http_cancel(request);
	assert_int_equal(http_client_silence_ms(here.client), -1);
	assert_int_equal(seen.done, 0);
	stop(&here);
}

/* --- in pieces --- */

/* 1 GiB goes through, and memory does not grow with it. */
static void
test_a_body_in_pieces(void **state)
{
	static const struct exchange exchanges[] = {
		{OK "Content-Length: 1073741824\r\n\r\n", FLOOD}, {0}};
	struct rusage before, after;
	struct here here;
	struct seen seen;

	(void)state;
	getrusage(RUSAGE_SELF, &before);
	exchange(&here, exchanges, &seen, &(struct http_request_options){.piece = on_piece});
	getrusage(RUSAGE_SELF, &after);
	assert_int_equal(seen.failure, HTTP_ANSWERED);
	assert_int_equal(seen.status, 200);
	assert_true(seen.received == GIBIBYTE);
	assert_true(after.ru_maxrss - before.ru_maxrss < 64 * 1024);
}

/* --- that waits --- */

struct slow {
	struct seen seen;		/* the first: on_done() is given it */
	struct http_request *request;
	size_t pieces;
	char head[64];
};

static void
on_slow_begun(void *data, long status)
{
	struct slow *slow = data;
	const struct http_reply reply = {.head = http_request_head(slow->request)};

	assert_int_equal(status, 200);
	assert_true(http_reply_header(&reply, "X-Early", slow->head, sizeof(slow->head)));
}

static bool
on_slow_piece(void *data, const char *bytes, size_t length)
{
	struct slow *slow = data;

	(void)bytes;
	slow->pieces++;
	slow->seen.received += (long long)length;
	http_pause(slow->request);
	return true;
}

/* While it is paused nothing comes, and the server is not read; then it goes on where it was. */
static void
test_an_answer_that_is_paused_goes_on(void **state)
{
	const struct exchange exchanges[] = {
		{"HTTP/1.1 200 OK\r\nX-Early: yes\r\nContent-Length: 1073741824\r\n\r\n", FLOOD},
		{NULL, CLOSE}};
	struct slow slow = {0};
	struct here here;

	(void)state;
	start(&here, exchanges, 0, NULL);
	slow.request = ask(&here, &slow.seen, &(struct http_request_options){
		.begun = on_slow_begun, .piece = on_slow_piece});
	for (size_t turn = 1; turn <= 40; turn++) {
		while (slow.pieces < turn)
			assert_int_equal(loop_turn(here.loop, 1000, NULL), 0);
		for (int i = 0; i < 3; i++)
			assert_int_equal(loop_turn(here.loop, 1, NULL), 0);
		assert_int_equal(slow.pieces, turn);
		http_continue(slow.request);
	}
	assert_string_equal(slow.head, "yes");
	assert_int_equal(slow.seen.done, 0);
	http_cancel(slow.request);
	stop(&here);
	assert_true(here.server.flooded < 64LL * 1024 * 1024);
}

static void
test_who_wants_no_more_pieces(void **state)
{
	static const struct exchange exchanges[] = {
		{OK "Content-Length: 1073741824\r\n\r\n", FLOOD}, {0}};
	struct here here;
	struct seen seen;

	(void)state;
	start(&here, exchanges, 0, NULL);
	(void)ask(&here, &seen, &(struct http_request_options){.piece = on_piece});
	seen.enough = 1000000;
	turn_until_done(&here, &seen);
	stop(&here);
	assert_int_equal(seen.failure, HTTP_STOPPED);
	assert_true(seen.received >= 1000000 && seen.received < 2000000);
}

/* --- again --- */

#define BOTH (1u << HTTP_READ | 1u << HTTP_WRITE)

static const struct http_retry_rule rules[] = {
	{.failures = 1u << HTTP_EMPTY | 1u << HTTP_CUT | 1u << HTTP_TIMED_OUT,
	 .kinds = 1u << HTTP_READ},
	{.status = 503, .kinds = 1u << HTTP_READ},
	{.status = 429, .kinds = BOTH},
};
static const struct http_retry retry = {.rules = rules, .count = 3, .more = 2, .within_ms = 60000,
					.first_ms = 1, .ceiling_ms = 4, .retry_after_max_ms = 1000};

#define BUSY "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"

static void
test_what_is_sent_again(void **state)
{
	static const struct {
		const char *name;
		enum http_kind kind;
		struct exchange exchanges[5];
		size_t count;		/* requests */
		long status;		/* of the last; 0: none */
	} cases[] = {
		{"good", HTTP_READ, {{OK "Content-Length: 0\r\n\r\n", CLOSE}, {BUSY "\r\n", CLOSE}}, 1,
		 200},
		{"no answer, then one", HTTP_READ,
		 {{"", CLOSE}, {OK "Content-Length: 9\r\n\r\nx", CLOSE}, {OK "Content-Length: 0\r\n\r\n", CLOSE}},
		 3, 200},
		{"busy, then free", HTTP_READ,
		 {{BUSY "\r\n", CLOSE}, {OK "Content-Length: 0\r\n\r\n", CLOSE}}, 2, 200},
		{"busy for ever", HTTP_READ,
		 {{BUSY "\r\n", CLOSE}, {BUSY "\r\n", CLOSE}, {BUSY "\r\n", CLOSE}, {BUSY "\r\n", CLOSE}},
		 3, 503},
		{"a status that has no rule", HTTP_READ,
		 {{"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", CLOSE}, {BUSY "\r\n", CLOSE}}, 1, 500},
		{"a write that is not answered", HTTP_WRITE, {{"", CLOSE}, {BUSY "\r\n", CLOSE}}, 1, 0},
		{"a write to one who is busy", HTTP_WRITE, {{BUSY "\r\n", CLOSE}, {BUSY "\r\n", CLOSE}}, 1,
		 503},
		{"a write that has a rule", HTTP_WRITE,
		 {{"HTTP/1.1 429 Slowly\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n", CLOSE},
		  {OK "Content-Length: 0\r\n\r\n", CLOSE}}, 2, 200},
		{"a wait that is too long", HTTP_READ,
		 {{BUSY "Retry-After: 3600\r\n\r\n", CLOSE}, {BUSY "\r\n", CLOSE}}, 1, 503},
		{"a wait until a date that was", HTTP_READ,
		 {{BUSY "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n\r\n", CLOSE},
		  {OK "Content-Length: 0\r\n\r\n", CLOSE}}, 2, 200},
		{"a wait that makes no sense", HTTP_READ,
		 {{BUSY "Retry-After: soon\r\n\r\n", CLOSE}, {OK "Content-Length: 0\r\n\r\n", CLOSE}}, 2,
		 200},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct here here;
		struct seen seen;

		exchange(&here, cases[i].exchanges, &seen,
			 &(struct http_request_options){
				 .kind = cases[i].kind,
				 .retry = &retry,
				 .method = cases[i].kind == HTTP_WRITE ? "POST" : NULL});
		if (here.server.count != cases[i].count || seen.status != cases[i].status)
			print_error("%s: %zu, %ld\n", cases[i].name, (size_t)here.server.count,
				    seen.status);
		assert_int_equal(here.server.count, cases[i].count);
		assert_int_equal(seen.status, cases[i].status);
	}
}

static void
test_nothing_is_sent_again_too_late(void **state)
{
	static const struct exchange exchanges[] = {
		{BUSY "\r\n", CLOSE}, {BUSY "\r\n", CLOSE}, {0}};
	struct http_retry late = retry;
	struct here here;
	struct seen seen;

	(void)state;
	late.within_ms = 0;
	exchange(&here, exchanges, &seen, &(struct http_request_options){.retry = &late});
	assert_int_equal(here.server.count, 1);
}

/* --- room, and who goes away --- */

static void
test_a_request_waits_for_room(void **state)
{
	static const struct exchange exchanges[] = {{"", HOLD},
						    {OK "Content-Length: 0\r\n\r\n", CLOSE},
						    {OK "Content-Length: 0\r\n\r\n", CLOSE},
						    {0}};
	struct seen first, second, third, write;
	struct http_request *request, *queued;
	struct here here;

	(void)state;
	start(&here, exchanges, 1, NULL);
	request = ask(&here, &first, &(struct http_request_options){0});
	while (here.server.count < 1)
		(void)loop_turn(here.loop, 5, NULL);
	(void)ask(&here, &second, &(struct http_request_options){0});
	queued = ask(&here, &third, &(struct http_request_options){0});
	/* One that changes something does not wait for those that read. */
	(void)ask(&here, &write,
		  &(struct http_request_options){.kind = HTTP_WRITE, .method = "PUT"});
	turn_until_done(&here, &write);
	assert_int_equal(first.done + second.done + third.done, 0);
	http_cancel(queued);
	http_cancel(request);
	http_cancel(NULL);
	turn_until_done(&here, &second);
	stop(&here);
	assert_int_equal(first.done + third.done, 0);
}

static void
test_requests_are_cancelled_in_callbacks(void **state)
{
	static const struct exchange exchanges[] = {
		{"", HOLD}, {OK "Content-Length: 3\r\n\r\nabc", CLOSE},
		{OK "Content-Length: 1073741824\r\n\r\n", FLOOD}, {0}};
	struct seen held, queued, done, piece;
	struct http_request *own, *other;
	struct here here;

	(void)state;
	start(&here, exchanges, 0, NULL);
	/* In `done`: itself, and one that is on its way. */
	other = ask(&here, &held, &(struct http_request_options){0});
	while (here.server.count < 1)
		(void)loop_turn(here.loop, 5, NULL);
	own = ask(&here, &done, &(struct http_request_options){0});
	done.request = own;
	done.other = other;
	turn_until_done(&here, &done);
	assert_int_equal(http_client_silence_ms(here.client), -1);
	/* In a piece: itself, and one that was sent in the same turn. */
	own = ask(&here, &piece, &(struct http_request_options){.piece = on_piece});
	/* Either may be the first to get a connection. */
	other = ask(&here, &queued, &(struct http_request_options){.piece = on_piece});
	piece.request = queued.other = own;
	piece.other = queued.request = other;
	while (piece.received + queued.received == 0)
		(void)loop_turn(here.loop, 1000, NULL);
	for (int i = 0; i < 3; i++)
		(void)loop_turn(here.loop, 0, NULL);
	assert_int_equal(http_client_silence_ms(here.client), -1);
	stop(&here);
	assert_int_equal(held.done + queued.done + piece.done, 0);
}

static void
test_what_goes_on_is_dropped_at_the_end(void **state)
{
	static const struct exchange exchanges[] = {{"", HOLD}, {0}};
	struct here here;
	struct seen sent, queued;

	(void)state;
	start(&here, exchanges, 1, NULL);
	(void)ask(&here, &sent, &(struct http_request_options){.deadlines = {.first_byte = 9000}});
	while (here.server.count < 1)
		(void)loop_turn(here.loop, 5, NULL);
	(void)ask(&here, &queued, &(struct http_request_options){0});
	stop(&here);
	http_client_free(NULL);
	assert_int_equal(sent.done + queued.done, 0);
}

/* --- addresses --- */

static void
test_addresses(void **state)
{
	static const struct {
		const char *url, *base;	/* NULL: none that we speak */
		bool loopback, token;	/* whether a token may go there */
	} cases[] = {
		{"https://api.example.com", "https://api.example.com", false, true},
		{"HTTPS://api.example.com//", "HTTPS://api.example.com", false, true},
		{"http://10.0.0.1:8080/base/", "http://10.0.0.1:8080/base", false, false},
		{"http://localhost", "http://localhost", true, true},
		{"http://localhost.example.com", "http://localhost.example.com", false, false},
		{"http://127.9.9.9:80", "http://127.9.9.9:80", true, true},
		{"http://127.0.0.1.example.com", "http://127.0.0.1.example.com", false, false},
		{"http://[::1]:8080/x", "http://[::1]:8080/x", true, true},
		{"http://[::2]", "http://[::2]", false, false},
		{"http://user:secret@example.com", NULL, false, false},
		{"https://example.com/?token=secret", NULL, false, false},
		{"https://example.com/#x", NULL, false, false},
		{"ftp://example.com", NULL, false, false},
		{"https://", NULL, false, false},
		{"https://:80", NULL, false, false},
		{"", NULL, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};
		char *base = url_base(cases[i].url, &err);

		if (!cases[i].base) {
			assert_null(base);
			assert_int_equal(err.kind, ERROR_INPUT);
			assert_null(strstr(err.text, "secret"));
			continue;
		}
		assert_string_equal(base, cases[i].base);
		assert_int_equal(url_is_loopback(base), cases[i].loopback);
		assert_int_equal(url_check_token(base, &err) == 0, cases[i].token);
		free(base);
	}
	assert_false(url_is_loopback("no address"));
}

static void
test_parts_of_an_address_are_escaped(void **state)
{
	struct buf url;

	(void)state;
	buf_init(&url, 1000);
	url_append_escaped(&url, "../a b?c#d/%2e~-_.\xc3\xa9+&=");
	assert_string_equal(buf_str(&url), "..%2Fa%20b%3Fc%23d%2F%252e~-_.%C3%A9%2B%26%3D");
	buf_clear(&url);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_read),
		cmocka_unit_test(test_a_write),
		cmocka_unit_test(test_a_unix_socket),
		cmocka_unit_test(test_a_redirect_is_not_followed),
		cmocka_unit_test(test_a_write_has_a_connection_of_its_own),
		cmocka_unit_test(test_a_write_that_may_come_twice_shares_one),
		cmocka_unit_test(test_the_beginning_of_an_answer_is_told),
		cmocka_unit_test(test_a_header_that_comes_several_times),
		cmocka_unit_test(test_hostile_answers),
		cmocka_unit_test(test_a_drip_that_ends_is_an_answer),
		cmocka_unit_test(test_nothing_was_sent),
		cmocka_unit_test(test_silence_is_measured),
		cmocka_unit_test(test_a_body_in_pieces),
		cmocka_unit_test(test_an_answer_that_is_paused_goes_on),
		cmocka_unit_test(test_who_wants_no_more_pieces),
		cmocka_unit_test(test_what_is_sent_again),
		cmocka_unit_test(test_nothing_is_sent_again_too_late),
		cmocka_unit_test(test_a_request_waits_for_room),
		cmocka_unit_test(test_requests_are_cancelled_in_callbacks),
		cmocka_unit_test(test_what_goes_on_is_dropped_at_the_end),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_parts_of_an_address_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
