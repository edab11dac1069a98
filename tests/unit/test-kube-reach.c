/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is handed on of a request and of an answer, and the addresses in a page. */
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
#include "net/http-client.h"
#include "net/http-head.h"
#include "platform/drivers/kubernetes/reach/reach-mend.h"

#define PREFIX "/api/v1/namespaces/shop/services/web:80/proxy"
#define SERVER "192.0.2.10:6443"
#define LOCAL "web.qa.shop.localhost:20017"
#define FORWARDED_HOST "X-Forwarded-Host: " LOCAL

static const struct reach_names names = {PREFIX, SERVER, LOCAL};

static const struct {
	const char *text, *mended;
} texts[] = {
	{"", ""},
	{"plain", "plain"},
	{PREFIX "/a", "/a"},
	{"<a href=\"" PREFIX "/a\"><a href='" PREFIX "/'>", "<a href=\"/a\"><a href='/'>"},
	{PREFIX PREFIX, ""},
	{"http://" SERVER PREFIX "/a", "http://" LOCAL "/a"},
	{"x//" SERVER PREFIX "y//" SERVER PREFIX "z", "x//" LOCAL "y//" LOCAL "z"},
	{SERVER PREFIX "/a", SERVER "/a"},
	{"http://" SERVER "/elsewhere", "http://" SERVER "/elsewhere"},
	{"/api/v1/namespaces/shop/services/web:80/prox", "/api/v1/namespaces/shop/services/web:80/prox"},
	{"/api" PREFIX, "/api"},
	{"caf\xe9 " PREFIX "/\xff", "caf\xe9 /\xff"},
};

/* Whole, and in two pieces that are cut anywhere. */
static void
a_page_is_mended_however_it_comes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t length = strlen(texts[i].text);
		char *whole = reach_mend_text(&names, texts[i].text);

		assert_string_equal(whole, texts[i].mended);
		free(whole);
		for (size_t cut = 0; cut <= length; cut++) {
			struct reach_mender mender;
			struct buf out;

			buf_init(&out, 4096);
			reach_mender_init(&mender, &names);
			assert_true(reach_mender_take(&mender, texts[i].text, cut, &out));
			assert_true(reach_mender_take(&mender, texts[i].text + cut, length - cut,
						      &out));
			assert_true(reach_mender_end(&mender, &out));
			assert_string_equal(buf_str(&out), texts[i].mended);
			reach_mender_clear(&mender);
			buf_clear(&out);
		}
	}
}

/* What is certain is not held back, however large the page is. */
static void
a_page_is_not_kept(void **state)
{
	size_t length = 300000, most = strlen("//" SERVER PREFIX);
	char *page = xmalloc(length);
	struct reach_mender mender;
	struct buf out;

	(void)state;
	memset(page, '/', length);
	buf_init(&out, length);
	reach_mender_init(&mender, &names);
	assert_true(reach_mender_take(&mender, page, length, &out));
	assert_true(out.length >= length - most);
	assert_true(reach_mender_end(&mender, &out));
	assert_int_equal(out.length, length);
	reach_mender_clear(&mender);
	buf_clear(&out);
	free(page);
}

static bool
has(char **list, const char *line)
{
	for (; *list; list++)
		if (strcmp(*list, line) == 0)
			return true;
	return false;
}

static void
nobody_asks_as_somebody_else(void **state)
{
	char text[] = "GET / HTTP/1.1\r\nHost: " LOCAL "\r\nAuthorization: Basic eA==\r\n"
		      "IMPERSONATE-user: admin\r\nImpersonate_Group: system:masters\r\n"
		      "Impersonate-Extra-Scopes: x\r\nX-Remote-User: admin\r\nX_Remote_Group: a\r\n"
		      "X-Forwarded-For: 1\r\nX-Forwarded-Uri: /\r\nForwarded: for=1\r\nVia: x\r\n"
		      "Proxy-Authorization: x\r\nTE: trailers\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n"
		      "Connection: X-Mine, keep-alive\r\nX-Mine: 1\r\nKeep-Alive: 1\r\n"
		      "Accept-Encoding: gzip\r\nContent-Length: 0\r\nAudit-ID: 1\r\nExpect: x\r\n"
		      "Origin: http://" LOCAL "\r\nX-Kept: yes\r\nEmpty:\r\n\r\n";
	static const char *const handed_on[] = {
		"X-Kept: yes", "Empty;", "Accept-Encoding: identity", FORWARDED_HOST,
		"X-Forwarded-Proto: http", "Accept:", "Content-Type:", "User-Agent:",
	};
	struct http_head head;
	char **list;
	size_t count = 0;

	(void)state;
	assert_null(http_head_read(&head, text, strlen(text)));
	list = reach_request_headers(&head, &names);
	for (size_t i = 0; i < sizeof(handed_on) / sizeof(handed_on[0]); i++)
		if (!has(list, handed_on[i]))
			fail_msg("not there: %s", handed_on[i]);
	for (; list[count]; count++)
		free(list[count]);
	assert_int_equal(count, sizeof(handed_on) / sizeof(handed_on[0]));
	free(list);
}

static void
an_origin_that_is_not_its_own_stays(void **state)
{
	char text[] = "GET / HTTP/1.1\r\nHost: " LOCAL "\r\nOrigin: https://elsewhere.example\r\n"
		      "User-Agent: a\r\nAccept: b\r\nContent-Type: c\r\n\r\n";
	struct http_head head;
	char **list;

	(void)state;
	assert_null(http_head_read(&head, text, strlen(text)));
	list = reach_request_headers(&head, &names);
	assert_true(has(list, "Origin: https://elsewhere.example"));
	assert_false(has(list, "User-Agent:") || has(list, "Accept:") || has(list, "Content-Type:"));
	for (size_t i = 0; list[i]; i++)
		free(list[i]);
	free(list);
}

static const struct {
	const char *line, *handed_on;
} answers[] = {
	{"Location: " PREFIX "/a?b", "Location: /a?b"},
	{"location: " PREFIX, "location: /"},
	{"Location: " PREFIX "?a", "Location: /?a"},
	{"Location: https://" SERVER PREFIX "/a", "Location: https://" LOCAL "/a"},
	{"Location: https://elsewhere.example/", "Location: https://elsewhere.example/"},
	{"Location: relative", "Location: relative"},
	{"Set-Cookie: a=b; Path=" PREFIX "/x; Secure", "Set-Cookie: a=b; Path=/x; Secure"},
	{"Refresh: 1; url=" PREFIX "/", "Refresh: 1; url=/"},
	{"X-Text: " PREFIX "/", "X-Text: " PREFIX "/"},
	{"Content-Type:text/html ", "Content-Type: text/html"},
	{"Transfer-Encoding: chunked", ""},
	{"Content-Length: 5", ""},
	{"Connection: X-Mine", ""},
	{"X-Mine: 1", "X-Mine: 1"},
	{"Audit-Id: 1", ""},
	{"X-Kubernetes-Pf-Flowschema-Uid: 1", ""},
	{"Strict-Transport-Security: max-age=1", ""},
	{"Alt-Svc: h3", ""},
	{"no header", ""},
	{": none", ""},
};

static void
an_answer_is_handed_on_but_for_what_is_not_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		char *head = xasprintf("HTTP/1.1 200 OK\r\n%s\r\n\r\n", answers[i].line);
		char *wanted = xasprintf("%s%s", answers[i].handed_on, *answers[i].handed_on ? "\r\n" : "");
		struct buf out;

		buf_init(&out, 4096);
		reach_answer_headers(head, &names, &out);
		assert_string_equal(buf_str(&out), wanted);
		buf_clear(&out);
		free(wanted);
		free(head);
	}
}

static void
what_a_connection_names_is_its_own(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	reach_answer_headers("HTTP/1.1 200\r\nX-Mine: 1\r\nConnection: close, x-mine\r\nX-Kept: 1\r\n\r\n",
			     &names, &out);
	assert_string_equal(buf_str(&out), "X-Kept: 1\r\n");
	buf_clear(&out);
}

static void
only_a_page_is_mended(void **state)
{
	static const struct {
		const char *head;
		bool is_page;
	} rows[] = {
		{"HTTP/1.1 200\r\nContent-Type: text/html\r\n\r\n", true},
		{"HTTP/1.1 200\r\nContent-Type: TEXT/HTML; charset=utf-8\r\n\r\n", true},
		{"HTTP/1.1 200\r\nContent-Type: text/html\r\nContent-Encoding: identity\r\n\r\n", true},
		{"HTTP/1.1 200\r\nContent-Type: text/html\r\nContent-Encoding: br\r\n\r\n", false},
		{"HTTP/1.1 200\r\nContent-Type: application/json\r\n\r\n", false},
		{"HTTP/1.1 200\r\n\r\n", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(reach_is_page(&(struct http_reply){.head = rows[i].head}),
				 rows[i].is_page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_mended_however_it_comes),
		cmocka_unit_test(a_page_is_not_kept),
		cmocka_unit_test(nobody_asks_as_somebody_else),
		cmocka_unit_test(an_origin_that_is_not_its_own_stays),
		cmocka_unit_test(an_answer_is_handed_on_but_for_what_is_not_its_own),
		cmocka_unit_test(what_a_connection_names_is_its_own),
		cmocka_unit_test(only_a_page_is_mended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
