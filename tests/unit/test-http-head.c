/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Requests as somebody may send them: what two programs could understand differently is refused. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "net/http-head.h"

#define HOST "Host: localhost\r\n"
#define HEADERS_10 "A: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n"
#define HEADERS_50 HEADERS_10 HEADERS_10 HEADERS_10 HEADERS_10 HEADERS_10

/* NULL, or a part of why it is refused. */
static const struct {
	const char *text, *fault;
} heads[] = {
	{"GET / HTTP/1.1\r\n" HOST "\r\n", NULL},
	{"GET /a/b;c=d/%20?q={x}|[y]%2e%2e/../ HTTP/1.1\r\n" HOST "\r\n", NULL},
	{"GET /... HTTP/1.1\r\n" HOST "\r\n", NULL},
	{"GET /.a/b./..c HTTP/1.1\r\n" HOST "\r\n", NULL},
	{"GET // HTTP/1.1\r\n" HOST "\r\n", NULL},
	{"GET / HTTP/1.0\r\n\r\n", NULL},
	{"POST / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", NULL},
	{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n", NULL},
	{"GET / HTTP/1.1\r\n" HOST "Empty:\r\nBlank: \t \r\n\r\n", NULL},
	{"GET / HTTP/1.1\r\n" HOST HEADERS_50 HEADERS_10 HEADERS_10 HEADERS_10 HEADERS_10 "\r\n", NULL},
	{"\r\n\r\n", "METHOD"},
	{"GET\r\n\r\n", "METHOD"},
	{"GET /\r\n\r\n", "METHOD"},
	{" GET / HTTP/1.1\r\n\r\n", "METHOD"},
	{"GET  / HTTP/1.1\r\n" HOST "\r\n", "METHOD"},
	{"G\"T / HTTP/1.1\r\n" HOST "\r\n", "METHOD"},
	{"GET / HTTP/1.1 \r\n" HOST "\r\n", "does not end in"},
	{"GET / HTTP/1.2\r\n" HOST "\r\n", "does not end in"},
	{"GET / http/1.1\r\n" HOST "\r\n", "does not end in"},
	{"GET a HTTP/1.1\r\n" HOST "\r\n", "not a path"},
	{"GET http://x/ HTTP/1.1\r\n" HOST "\r\n", "not a path"},
	{"OPTIONS * HTTP/1.1\r\n" HOST "\r\n", "not a path"},
	{"CONNECT x:443 HTTP/1.1\r\n" HOST "\r\n", "not a path"},
	{"GET /. HTTP/1.1\r\n" HOST "\r\n", "a part"},
	{"GET /.. HTTP/1.1\r\n" HOST "\r\n", "a part"},
	{"GET /a/../b HTTP/1.1\r\n" HOST "\r\n", "a part"},
	{"GET /a/..?b HTTP/1.1\r\n" HOST "\r\n", "a part"},
	{"GET /%2e HTTP/1.1\r\n" HOST "\r\n", "a part"},
	{"GET /%2E%2e/ HTTP/1.1\r\n" HOST "\r\n", "a part"},
	{"GET /.%2e/ HTTP/1.1\r\n" HOST "\r\n", "a part"},
	{"GET /..%2fa HTTP/1.1\r\n" HOST "\r\n", "a part"},
	{"GET /a%2f.. HTTP/1.1\r\n" HOST "\r\n", "a part"},
	{"GET /a%5C..%5Cb HTTP/1.1\r\n" HOST "\r\n", "a part"},
	{"GET /a\\b HTTP/1.1\r\n" HOST "\r\n", "backslash"},
	{"GET /% HTTP/1.1\r\n" HOST "\r\n", "hexadecimal"},
	{"GET /%2 HTTP/1.1\r\n" HOST "\r\n", "hexadecimal"},
	{"GET /%g0 HTTP/1.1\r\n" HOST "\r\n", "hexadecimal"},
	{"GET /%00 HTTP/1.1\r\n" HOST "\r\n", "NUL"},
	{"GET /#a HTTP/1.1\r\n" HOST "\r\n", "percent-encoded"},
	{"GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", "percent-encoded"},
	{"GET /?\" HTTP/1.1\r\n" HOST "\r\n", "percent-encoded"},
	{"GET / HTTP/1.1\nHost: x\r\n\r\n", "CR and LF"},
	{"GET / HTTP/1.1\r\nA: b\nHost: x\r\n\r\n", "CR and LF"},
	{"GET / HTTP/1.1\r\nA: b\rHost: x\r\n\r\n", "CR and LF"},
	{"GET / HTTP/1.1\r\n\r\n", "one host"},
	{"GET / HTTP/1.1\r\n" HOST HOST "\r\n", "one host"},
	{"GET / HTTP/1.0\r\n" HOST HOST "\r\n", "one host"},
	{"GET / HTTP/1.1\r\n" HOST "A\r\n\r\n", "no colon"},
	{"GET / HTTP/1.1\r\n" HOST ": a\r\n\r\n", "a name"},
	{"GET / HTTP/1.1\r\n" HOST "A : b\r\n\r\n", "a name"},
	{"GET / HTTP/1.1\r\n" HOST " folded: b\r\n\r\n", "a name"},
	{"GET / HTTP/1.1\r\n" HOST "A: \x01\r\n\r\n", "control"},
	{"GET / HTTP/1.1\r\n" HOST "A: \x7f\r\n\r\n", "control"},
	{"GET / HTTP/1.1\r\n" HOST HEADERS_50 HEADERS_50 "\r\n", "too many"},
	{"POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", "twice"},
	{"POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "twice"},
	{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: a\r\nTransfer-Encoding: chunked\r\n\r\n", "twice"},
	{"POST / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\n", "not a number"},
	{"POST / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\n", "not a number"},
	{"POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", "not a number"},
	{"POST / HTTP/1.1\r\n" HOST "Content-Length: 1000000000000000\r\n\r\n", "not a number"},
	{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", "coding"},
	{"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "coding"},
};

static void
a_head_is_read_or_refused(void **state)
{
	struct http_head head;

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		char *text = xstrdup(heads[i].text);
		size_t length = http_head_length(text, strlen(text));
		const char *fault;

		assert_int_equal(length, strlen(text));
		fault = http_head_read(&head, text, length);
		if (heads[i].fault ? !fault || !strstr(fault, heads[i].fault) : fault != NULL)
			fail_msg("%s: %s", heads[i].text, fault ? fault : "was taken");
		free(text);
	}
}

static void
a_head_says_what_it_means(void **state)
{
	char text[] = "PUT /a?b HTTP/1.1\r\nhost:  here:80 \r\nConnection: a, Close;x\r\n"
		      "Upgrade: websocket\r\nExpect: 100-Continue\r\nContent-Length: 12\r\n\r\nrest";
	struct http_head head;
	size_t length = http_head_length(text, strlen(text));

	(void)state;
	assert_int_equal(http_head_length(text, length - 1), 0);
	assert_null(http_head_read(&head, text, length));
	assert_string_equal(head.method, "PUT");
	assert_string_equal(head.target, "/a?b");
	assert_string_equal(head.host, "here:80");
	assert_string_equal(head.upgrade, "websocket");
	assert_true(head.expects && !head.keeps && !head.is_chunked && !head.is_1_0);
	assert_int_equal(head.length, 12);
	assert_int_equal(head.count, 5);
	assert_string_equal(http_head_field(&head, "CONTENT-length"), "12");
	assert_null(http_head_field(&head, "Content"));
	assert_true(http_list_has("keep-alive, X-Once;a=b", "x-once"));
	assert_false(http_list_has("keep-alive", "keep"));
	assert_false(http_list_has("", "a"));
}

static const struct {
	const char *text;
	enum http_chunks_end end;
	const char *content;
	size_t left;			/* bytes behind the body */
} bodies[] = {
	{"0\r\n\r\n", HTTP_CHUNKS_DONE, "", 0},
	{"3\r\nabc\r\n0\r\n\r\nGET", HTTP_CHUNKS_DONE, "abc", 3},
	{"a;x=\"y\"\r\n0123456789\r\n1\r\nz\r\n000\r\nT: 1\r\nU:\r\n\r\n", HTTP_CHUNKS_DONE, "0123456789z", 0},
	{"3 \r\nabc\r\n0\r\n\r\n", HTTP_CHUNKS_DONE, "abc", 0},
	{"3\r\nab", HTTP_CHUNKS_MORE, "ab", 0},
	{"3\r\nabcd\r\n", HTTP_CHUNKS_WRONG, "abc", 0},
	{"\r\n", HTTP_CHUNKS_WRONG, "", 0},
	{";\r\n", HTTP_CHUNKS_WRONG, "", 0},
	{"-1\r\n", HTTP_CHUNKS_WRONG, "", 0},
	{"0x3\r\n", HTTP_CHUNKS_WRONG, "", 0},
	{"3\nabc", HTTP_CHUNKS_WRONG, "", 0},
	{"3\rabc", HTTP_CHUNKS_WRONG, "", 0},
	{"ffffffffffffffff\r\n", HTTP_CHUNKS_WRONG, "", 0},
	{"0000000000000003\r\n", HTTP_CHUNKS_WRONG, "", 0},
	{"3;\x01\r\n", HTTP_CHUNKS_WRONG, "", 0},
	{"0\r\nA\nB\r\n\r\n", HTTP_CHUNKS_WRONG, "", 0},
	{"14\r\n01234567890123456789\r\n0\r\n\r\n", HTTP_CHUNKS_TOO_LARGE, "", 0},
};

/* Whole, and a byte at a time. */
static void
chunks_are_the_same_however_they_come(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		size_t length = strlen(bodies[i].text);

		for (size_t step = 1; step <= length; step += length > 1 ? length - 1 : 1) {
			struct http_chunks chunks = {0};
			enum http_chunks_end end = HTTP_CHUNKS_MORE;
			size_t at = 0, used;
			struct buf out;

			buf_init(&out, 16);
			while (at < length && end == HTTP_CHUNKS_MORE) {
				size_t part = length - at < step ? length - at : step;

				end = http_chunks_take(&chunks, bodies[i].text + at, part, &used,
						       &out);
				at += used;
			}
			if (end != bodies[i].end)
				fail_msg("%s: %d", bodies[i].text, (int)end);
			if (end == HTTP_CHUNKS_DONE)
				assert_int_equal(length - at, bodies[i].left);
			if (end != HTTP_CHUNKS_TOO_LARGE)
				assert_string_equal(buf_str(&out), bodies[i].content);
			buf_clear(&out);
		}
	}
}

/* Sizes, extensions and trailers that never end are no body. */
static void
what_is_not_content_has_a_bound(void **state)
{
	struct http_chunks chunks = {0};
	enum http_chunks_end end = HTTP_CHUNKS_MORE;
	size_t used, turns = 0;
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 20);
	for (; end == HTTP_CHUNKS_MORE && turns < 100000; turns++)
		end = http_chunks_take(&chunks, "1;abcdef\r\nx\r\n", 13, &used, &out);
	assert_int_equal(end, HTTP_CHUNKS_WRONG);
	chunks = (struct http_chunks){0};
	end = http_chunks_take(&chunks, "1;", 2, &used, &out);
	for (turns = 0; end == HTTP_CHUNKS_MORE && turns < 1000; turns++)
		end = http_chunks_take(&chunks, "a", 1, &used, &out);
	assert_int_equal(end, HTTP_CHUNKS_WRONG);
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_is_read_or_refused),
		cmocka_unit_test(a_head_says_what_it_means),
		cmocka_unit_test(chunks_are_the_same_however_they_come),
		cmocka_unit_test(what_is_not_content_has_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
