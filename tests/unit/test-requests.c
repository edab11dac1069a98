/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is looked at of a request before anything is done: its address, its headers, its tags, who
 * sent it from where; the scopes of roles; and the blocks of a backup. */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/grant.h"
#include "net/peer.h"
#include "platform/admin/tar.h"
#include "platform/api/routes.h"
#include "platform/auth/access.h"
#include "platform/auth/limit.h"
#include "platform/http/etag.h"
#include "platform/http/exchange.h"
#include "platform/http/http-guard.h"

/* --- addresses --- */

static void
an_address_is_printable_and_has_an_end(void **state)
{
	static const struct { const char *uri; size_t max; enum error_code code; } cases[] = {
		{"/", 1, ERROR_CODE_NONE},
		{"/orgs/acme?x=%20~", 100, ERROR_CODE_NONE},
		{"/orgs", 4, CODE_ADDRESS_TOO_LONG},
		{"/a b", 100, CODE_ADDRESS_NOT_ENCODED},
		{"/a\tb", 100, CODE_ADDRESS_NOT_ENCODED},
		{"/a\x7f", 100, CODE_ADDRESS_NOT_ENCODED},
		{"/\xc3\xa9", 100, CODE_ADDRESS_NOT_ENCODED},
		{"/a\r\nHost: b", 100, CODE_ADDRESS_NOT_ENCODED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(guard_uri(cases[i].uri, cases[i].max), cases[i].code);
}

/* count 0: refused; else the segments, with '|' between. */
static void
a_path_is_split_before_it_is_decoded(void **state)
{
	static const struct { const char *path; const char *segments; } cases[] = {
		{"/orgs", "orgs"},
		{"/orgs/acme/apps", "orgs|acme|apps"},
		{"/orgs/a%2Fb", "orgs|a/b"},
		{"/orgs/a%2fb", "orgs|a/b"},
		{"/orgs/%C3%A9", "orgs|\xc3\xa9"},
		{"/orgs/a+b", "orgs|a+b"},
		{"/orgs/..", "orgs|.."},		/* a name like any other; none has it */
		{"/%2e%2e", ".."},
		{"", NULL}, {"orgs", NULL}, {"/", NULL}, {"/orgs/", NULL}, {"/orgs//apps", NULL},
		{"/a%00b", NULL}, {"/a%0", NULL}, {"/a%", NULL}, {"/a%zz", NULL}, {"/a%-1", NULL},
		{"/%ff", NULL}, {"/%c0%af", NULL}, {"/%ed%a0%80", NULL},
		{"/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", "1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16"},
		{"/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct route_path path;
		char joined[256] = "";

		if (route_path_split(&path, cases[i].path) != (cases[i].segments != NULL))
			fail_msg("%s", cases[i].path);
		for (size_t k = 0; cases[i].segments && k < path.count; k++)
			snprintf(joined + strlen(joined), sizeof(joined) - strlen(joined), "%s%s",
				 k ? "|" : "", path.segments[k]);
		if (cases[i].segments)
			assert_string_equal(joined, cases[i].segments);
		free(path.copy);
	}
}

static void
a_route_is_found_by_method_and_pattern(void **state)
{
	static const struct { const char *method, *path, *operation, *allow; } cases[] = {
		{"GET", "/orgs/acme/apps/shop/envs/qa", "getEnvironment", NULL},
		{"POST", "/orgs/acme/apps/shop/envs/qa", NULL, "GET"},
		{"GET", "/orgs/acme/apps/shop/envs/qa/nonsense", NULL, ""},
		{"GET", "/orgs/acme/apps/shop/envs/qa/deploys/x/y/z", NULL, ""},
		{"get", "/orgs/acme", NULL, "GET"},	/* methods have a case */
		{"BREW", "/orgs/acme", NULL, "GET"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct request request = {.method = cases[i].method, .path = cases[i].path};
		struct response response = {0};
		const struct route *route;
		struct route_path path;

		assert_true(route_path_split(&path, cases[i].path));
		route = routes_find(&path, &request, &response);
		if (cases[i].operation) {
			assert_non_null(route);
			assert_string_equal(request.place.org, "acme");
		} else {
			assert_null(route);
			if (!strstr(response.allow, cases[i].allow) ||
			    (*response.allow != '\0') != (*cases[i].allow != '\0'))
				fail_msg("%s %s: allow \"%s\"", cases[i].method, cases[i].path,
					 response.allow);
		}
		free(path.copy);
	}
}

/* --- headers --- */

static enum error_code
fault_of(const char *const headers[][2], size_t count, unsigned long long *length)
{
	struct guard_headers seen = {0};
	enum error_code code;

	for (size_t i = 0; i < count && headers[i][0]; i++)
		guard_header(&seen, headers[i][0], headers[i][1]);
	code = guard_headers_fault(&seen, 5, 1000);
	*length = seen.length;
	guard_headers_clear(&seen);
	return code;
}

static void
what_could_be_read_in_two_ways_is_refused(void **state)
{
	static const struct { const char *headers[6][2]; enum error_code code; } cases[] = {
		{{{"Host", "a"}, {"Content-Length", "10"}}, ERROR_CODE_NONE},
		{{{"Host", "a"}, {"Transfer-Encoding", "chunked"}}, ERROR_CODE_NONE},
		{{{"host", "a"}, {"TRANSFER-ENCODING", "Chunked"}}, ERROR_CODE_NONE},
		{{{"Host", "a"}, {"HOST", "a"}}, CODE_HOST_TWICE},
		{{{"Content-Length", "1"}, {"content-length", "1"}}, CODE_LENGTH_TWICE},
		{{{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}, CODE_LENGTH_TWICE},
		{{{"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}}, CODE_LENGTH_AND_TRANSFER_ENCODING},
		{{{"Transfer-Encoding", "gzip, chunked"}}, CODE_TRANSFER_ENCODING_NOT_CHUNKED},
		{{{"Transfer-Encoding", NULL}}, CODE_TRANSFER_ENCODING_NOT_CHUNKED},
		{{{"Transfer-Encoding", "chunked "}}, CODE_TRANSFER_ENCODING_NOT_CHUNKED},
		{{{"Content-Length", "1000"}}, ERROR_CODE_NONE},
		{{{"Content-Length", "1001"}}, CODE_BODY_TOO_LARGE},
		{{{"Content-Length", "99999999999999999999999999"}}, CODE_BODY_TOO_LARGE},
		{{{"Content-Length", "-1"}}, CODE_BODY_TOO_LARGE},
		{{{"A", ""}, {"A", ""}, {"A", ""}, {"A", ""}, {"A", ""}}, ERROR_CODE_NONE},
		{{{"A", ""}, {"A", ""}, {"A", ""}, {"A", ""}, {"A", ""}, {"A", ""}}, CODE_TOO_MANY_HEADERS},
	};
	unsigned long long length;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum error_code code = fault_of(cases[i].headers, 6, &length);

		if (code != cases[i].code)
			fail_msg("case %zu: %d", i, (int)code);
	}
}

static void
tags_of_several_headers_are_one_list(void **state)
{
	struct guard_headers headers = {0};
	char *large = xcalloc(1, 9000);

	(void)state;
	guard_header(&headers, "If-None-Match", "\"a\"");
	guard_header(&headers, "if-none-match", "W/\"b\", \"c\"");
	assert_string_equal(headers.if_none_match, "\"a\", W/\"b\", \"c\"");
	memset(large, 'x', 8999);
	guard_header(&headers, "If-None-Match", large);	/* left out: then it is answered in full */
	assert_string_equal(headers.if_none_match, "\"a\", W/\"b\", \"c\"");
	guard_headers_clear(&headers);
	assert_null(headers.if_none_match);
	free(large);
}

static void
tags_are_compared_weakly_and_strictly_read(void **state)
{
	static const struct { const char *list; bool matches; } cases[] = {
		{"\"tag\"", true}, {"W/\"tag\"", true}, {"\"a\", \"tag\"", true}, {"\"a\",\"tag\" , \"b\"", true},
		{"*", true}, {" * ", true}, {"\"tag", false}, {"tag", false}, {"tag\"", false},
		{"\"ta\"", false}, {"\"tagg\"", false}, {"\"TAG\"", false}, {"w/\"tag\"", false},
		{"", false}, {",,,", false}, {"*, \"tag\"", false}, {"\"a\" tag, \"tag\"", false},
		{"W/\"a\", W/\"tag\"", true}, {"\"\"", false},
	};
	char one[ETAG_SIZE], two[ETAG_SIZE], same[ETAG_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (etag_matches(cases[i].list, "\"tag\"") != cases[i].matches)
			fail_msg("%s", cases[i].list);
	etag_make(one, "x", 1);
	etag_make(two, "y", 1);
	etag_make(same, "x", 1);
	assert_string_equal(one, same);
	assert_string_not_equal(one, two);
	assert_true(one[0] == '"' && one[strlen(one) - 1] == '"');
	assert_true(etag_matches(one, same) && !etag_matches(one, two));
}

/* --- who --- */

static int
connect_over(int family, const void *bind_to, socklen_t size, int *accepted)
{
	int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	if (listener < 0 || bind(listener, bind_to, size) != 0) {
		if (listener >= 0)
			close(listener);
		return -1;
	}
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, length), 0);
	*accepted = accept(listener, NULL, NULL);
	assert_true(*accepted >= 0);
	close(listener);
	return fd;
}

static void
a_peer_is_named_by_its_address_or_user(void **state)
{
	const struct sockaddr_in v4 = {.sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
					.sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct peer peer;
	int ends[2], fd, accepted;
	char expected[64];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	snprintf(expected, sizeof(expected), "unix:uid=%u", (unsigned)geteuid());
	guard_peer(&peer, ends[0], PEER_PRIVATE);
	assert_int_equal(peer.trust, PEER_PRIVATE);
	assert_string_equal(peer.text, expected);
	assert_true(guard_is_unix(ends[0]));
	assert_int_equal(peer_user(ends[0]), geteuid());
	assert_false(peer_is_confined(ends[0]));
	guard_peer(&peer, ends[0], PEER_CONTROL);
	assert_int_equal(strncmp(peer.text, "control:", 8), 0);
	close(ends[0]);
	close(ends[1]);
	fd = connect_over(AF_INET, &v4, sizeof(v4), &accepted);
	assert_true(fd >= 0);
	guard_peer(&peer, accepted, PEER_REMOTE);
	assert_string_equal(peer.text, "127.0.0.1");
	assert_string_equal(peer.key, "127.0.0.1");
	assert_false(guard_is_unix(accepted));
	close(fd);
	close(accepted);
	fd = connect_over(AF_INET6, &v6, sizeof(v6), &accepted);
	if (fd >= 0) {		/* not every machine has IPv6 */
		guard_peer(&peer, accepted, PEER_REMOTE);
		assert_string_equal(peer.text, "::1");
		assert_string_equal(peer.key, "::");	/* the network of 64 bits */
		close(fd);
		close(accepted);
	}
	guard_peer(&peer, -1, PEER_REMOTE);
	assert_string_equal(peer.text, "unknown");
	assert_false(guard_is_unix(-1));
}

static void
a_token_is_read_only_in_its_form(void **state)
{
	static const struct { const char *header; bool reads; } cases[] = {
		{"Bearer abc", true}, {"bearer abc", true}, {"Bearer", false}, {"Bearer ", false},
		{"Basic abc", false}, {"abc", false}, {"", false}, {"Bearerabc", false},
	};
	char hash[IDS_SHA256_HEX_SIZE], other[IDS_SHA256_HEX_SIZE], token[ACCESS_TOKEN_SIZE],
		second[ACCESS_TOKEN_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (access_hash_of(cases[i].header, hash) != cases[i].reads)
			fail_msg("%s", cases[i].header);
	assert_true(access_hash_of("Bearer abc", hash));
	assert_true(access_hash_of("Bearer abcd", other));
	assert_string_not_equal(hash, other);
	access_make_token(token);
	access_make_token(second);
	assert_string_not_equal(token, second);
	assert_int_equal(strncmp(token, ACCESS_TOKEN_PREFIX, strlen(ACCESS_TOKEN_PREFIX)), 0);
	assert_int_equal(strlen(token), ACCESS_TOKEN_SIZE - 1);
}

static void
a_scope_is_a_path_with_a_role_that_it_has(void **state)
{
	static const struct { const char *scope, *role; const char *org, *app, *type; } cases[] = {
		{"/", "administrator", "", "", ""},
		{"/", "viewer", NULL, NULL, NULL},
		{"/orgs/acme", "viewer", "acme", "", ""},
		{"/orgs/acme/apps/shop", "developer", "acme", "shop", ""},
		{"/orgs/acme/env-types/development", "deployer", "acme", "", "development"},
		{"/orgs/acme/apps/shop/env-types/development", "deployer", "acme", "shop", "development"},
		{"/orgs/acme/env-types/development", "viewer", NULL, NULL, NULL},
		{"/orgs/acme", "king", NULL, NULL, NULL},
		{"/orgs/acme", "", NULL, NULL, NULL},
		{"/orgs", "viewer", NULL, NULL, NULL},
		{"/orgs/", "viewer", NULL, NULL, NULL},
		{"orgs/acme", "viewer", NULL, NULL, NULL},
		{"/orgs/acme/", "viewer", NULL, NULL, NULL},
		{"/orgs/acme/apps", "viewer", NULL, NULL, NULL},
		{"/orgs/acme/envs/qa", "viewer", NULL, NULL, NULL},
		{"/orgs/acme/apps/shop/envs/qa", "viewer", NULL, NULL, NULL},
		{"/orgs/ACME", "viewer", NULL, NULL, NULL},
		{"", "administrator", NULL, NULL, NULL},
		{"/orgs/012345678901234567890123456789012345678901234567890123456789012345678901234567890",
		 "viewer", NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct grant_scope scope = {{0}, {0}, {0}};

		if ((grant_scope_parse(&scope, cases[i].scope) &&
		     grant_scope_takes(&scope, role_of(cases[i].role))) != (cases[i].org != NULL))
			fail_msg("%s as %s", cases[i].scope, cases[i].role);
		if (cases[i].org) {
			assert_string_equal(scope.org, cases[i].org);
			assert_string_equal(scope.app, cases[i].app);
			assert_string_equal(scope.env_type, cases[i].type);
		}
	}
}

/* --- how often --- */

static void
looking_takes_nothing_and_time_gives_back(void **state)
{
	const struct limiter_options options = {.limits = {[LIMIT_CALLER] = {2, 4},
							   [LIMIT_STRANGER] = {0, 1},
							   [LIMIT_WRONG] = {0.5, 1}}};
	struct limiter *limiter = limiter_new(&options);

	(void)state;
	assert_false(limiter_knows(limiter, LIMIT_CALLER, "a"));
	for (int i = 0; i < 10; i++)
		assert_int_equal(limiter_look(limiter, LIMIT_CALLER, "a", 1000), 0);
	assert_false(limiter_knows(limiter, LIMIT_CALLER, "a"));
	for (int i = 0; i < 4; i++)
		assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 1000), 0);
	assert_true(limiter_knows(limiter, LIMIT_CALLER, "a"));
	assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 1000), 1);
	assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "b", 1000), 0);	/* another's */
	assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 1499), 1);
	assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 1500), 0);
	assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 1500), 1);
	/* It never holds more than its burst. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 1000000), 0);
	assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 1000000), 1);
	for (int i = 0; i < 100; i++)		/* no limit of that kind */
		assert_int_equal(limiter_take(limiter, LIMIT_STRANGER, "a", 1000), 0);
	assert_int_equal(limiter_take(limiter, LIMIT_WRONG, "a", 1000), 0);
	assert_int_equal(limiter_take(limiter, LIMIT_WRONG, "a", 1000), 2);
	assert_int_equal(limiter_look(limiter, LIMIT_WRONG, "a", 3000), 0);
	limiter_free(limiter);
}

/* --- backups --- */

static void
a_header_of_a_backup_is_read_as_it_was_written(void **state)
{
	static const struct { const char *name; int64_t size; bool fits; } cases[] = {
		{"platform.db", 0, true},
		{"a", 1, true},
		{"spaces/acme/shop/qa/resources/db.sqlite", 123456789, true},
		{"x", TAR_SIZE_MAX, true},
		{"x", TAR_SIZE_MAX + 1, false},
		{"x", -1, false},
		{"", 0, false},
	};
	unsigned char block[TAR_BLOCK];
	char name[TAR_NAME_MAX + 1], *long_name;
	int64_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(tar_encode(block, cases[i].name, cases[i].size, 1700000000),
				 cases[i].fits);
		if (!cases[i].fits)
			continue;
		assert_int_equal(tar_decode(block, name, &size), 1);
		assert_string_equal(name, cases[i].name);
		assert_int_equal(size, cases[i].size);
	}
	/* A long name needs a slash where it can be cut. */
	for (size_t length = 90; length <= 270; length++) {
		bool fits;

		long_name = xcalloc(1, length + 1);
		memset(long_name, 'x', length);
		fits = tar_encode(block, long_name, 1, 0);
		assert_int_equal(fits, length <= 100);
		for (size_t slash = 1; slash < length - 1; slash += 7) {
			long_name[slash] = '/';
			if (tar_encode(block, long_name, 1, 0)) {
				assert_int_equal(tar_decode(block, name, &size), 1);
				assert_string_equal(name, long_name);
			} else {
				assert_true(length > 100 &&
					    (slash > 155 || length - slash - 1 > 100));
			}
			long_name[slash] = 'x';
		}
		free(long_name);
	}
}

static void
what_is_no_plain_file_is_refused(void **state)
{
	static const struct { int at; int byte; } wrong[] = {
		{156, '2'},	/* a symbolic link */
		{156, '1'},	/* a hard link */
		{156, '5'},	/* a directory */
		{156, 'L'},	/* a name of GNU */
		{257, 'U'},	/* no ustar */
		{124, '8'},	/* a size that is not octal */
		{124, '-'},
		{0, 'y'},	/* the checksum does not hold */
		{148, '7'},
	};
	unsigned char block[TAR_BLOCK], zeros[TAR_BLOCK] = {0};
	char name[TAR_NAME_MAX + 1];
	int64_t size;

	(void)state;
	assert_int_equal(tar_decode(zeros, name, &size), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_true(tar_encode(block, "name", 10, 0));
		block[wrong[i].at] = (unsigned char)wrong[i].byte;
		assert_int_equal(tar_decode(block, name, &size), -1);
	}
	for (int64_t n = 0; n < 2 * TAR_BLOCK; n++) {
		assert_true(tar_padding(n) < TAR_BLOCK);
		assert_int_equal((n + (int64_t)tar_padding(n)) % TAR_BLOCK, 0);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_printable_and_has_an_end),
		cmocka_unit_test(a_path_is_split_before_it_is_decoded),
		cmocka_unit_test(a_route_is_found_by_method_and_pattern),
		cmocka_unit_test(what_could_be_read_in_two_ways_is_refused),
		cmocka_unit_test(tags_of_several_headers_are_one_list),
		cmocka_unit_test(tags_are_compared_weakly_and_strictly_read),
		cmocka_unit_test(a_peer_is_named_by_its_address_or_user),
		cmocka_unit_test(a_token_is_read_only_in_its_form),
		cmocka_unit_test(a_scope_is_a_path_with_a_role_that_it_has),
		cmocka_unit_test(looking_takes_nothing_and_time_gives_back),
		cmocka_unit_test(a_header_of_a_backup_is_read_as_it_was_written),
		cmocka_unit_test(what_is_no_plain_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
