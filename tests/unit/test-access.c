/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The parts of the platform that say who may and how often, without a daemon around them. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "net/listener.h"
#include "net/loop.h"
#include "platform/admin/control.h"
#include "platform/api/dispatch.h"
#include "platform/api/routes.h"
#include "platform/auth/access.h"
#include "platform/auth/audit.h"
#include "platform/auth/limit.h"
#include "platform/http/response-cache.h"
#include "platform/http/etag.h"
#include "platform/http/exchange.h"
#include "platform/http/metrics.h"
#include "platform/http/server.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-users.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"
#include "tests/patience.h"

/* --- the table of routes --- */

/* Asked with a body, but changes nothing. */
static bool
is_question(const struct route_description *route)
{
	static const char *const ends[] = {"/resources/graph", "/resources/graphs"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strlen(route->pattern) > strlen(ends[i]) &&
		    strcmp(route->pattern + strlen(route->pattern) - strlen(ends[i]), ends[i]) == 0)
			return true;
	return strcmp(route->method, "GET") == 0;
}

static void
every_route_says_who_may(void **state)
{
	struct route_description route;
	size_t i;

	(void)state;
	for (i = 0; routes_describe(i, &route); i++) {
		bool is_read = is_question(&route);
		bool is_own = strncmp(route.pattern, "/users", 6) == 0 ||
			      strcmp(route.pattern, "/current-user") == 0;

		if (route.permission == PERMISSION_MISSING)
			fail_msg("%s %s: no permission", route.method, route.pattern);
		/* A write of an organization is never for those who may only look. */
		if (!is_read && !is_own && route.permission < PERMISSION_DRAFT)
			fail_msg("%s %s: a write, for everybody", route.method, route.pattern);
		/* What is done to an environment that is there takes the role deployer. */
		if (!is_read && strstr(route.pattern, "/envs/{envId}") &&
		    route.permission < PERMISSION_DEPLOY)
			fail_msg("%s %s: changes an environment", route.method, route.pattern);
		if (strstr(route.pattern, "/apps/{appId}") && route.permission < PERMISSION_SEE)
			fail_msg("%s %s: shows an application", route.method, route.pattern);
	}
	assert_true(i > 40);
}

static void
route_without_a_permission_is_nobodys(void **state)
{
	struct platform platform = {.user = "oncall"};
	struct place place = {0};
	struct caller own;
	struct error err = {0};

	(void)state;
	caller_init_own(&own, &platform);
	assert_int_equal(access_check(&platform, &own, PERMISSION_MISSING, &place, NULL, &err), -1);
	assert_int_equal(err.kind, ERROR_ACCESS);
	caller_clear(&own);
}

/* --- scopes --- */

static void
scopes_are_what_the_header_says(void **state)
{
	static const struct {
		const char *scope, *role;
		bool good;
	} cases[] = {
		{"/", "administrator", true},
		{"/", "deployer", false},
		{"/orgs/acme", "viewer", true},
		{"/orgs/acme", "owner", false},
		{"/orgs/acme", NULL, false},
		{"/orgs/acme/", "viewer", false},
		{"/orgs/acme/apps/shop", "developer", true},
		{"/orgs/acme/apps/", "developer", false},
		{"/orgs/acme/env-types/development", "deployer", true},
		{"/orgs/acme/env-types/development", "developer", false},
		{"/orgs/acme/env-types/development", "administrator", false},
		{"/orgs/acme/apps/shop/env-types/development", "deployer", true},
		{"/orgs/acme/env-types/development/apps/shop", "deployer", false},
		{"/orgs/acme/apps/shop/envs/dev", "deployer", false},
		{"/orgs/ACME", "viewer", false},
		{"/orgs/", "viewer", false},
		{"orgs/acme", "viewer", false},
		{"", "viewer", false},
		{"/orgs/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		 "viewer", false},
	};
	struct grant_scope scope;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if ((grant_scope_parse(&scope, cases[i].scope) &&
		     grant_scope_takes(&scope, role_of(cases[i].role))) != cases[i].good)
			fail_msg("%s=%s", cases[i].scope, cases[i].role ? cases[i].role : "");
}

static void
scopes_come_back_as_they_went_in(void **state)
{
	static const char *const scopes[] = {"/orgs/acme", "/orgs/acme/apps/shop",
					     "/orgs/acme/env-types/development",
					     "/orgs/acme/apps/shop/env-types/development"};
	struct grant grant = {.role = ROLE_DEPLOYER};
	struct grants grants = {0};
	json_t *roles;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(grant_scope_parse(&grant.scope, scopes[i]));
		assert_true(grant_scope_takes(&grant.scope, grant.role));
		grants_add(&grants, &grant);
	}
	grants_add(&grants, &(struct grant){.role = ROLE_ADMINISTRATOR});
	roles = grants_encode(&grants);
	assert_int_equal(json_object_size(roles), 5);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(json_string_value(json_object_get(roles, scopes[i])),
				    "deployer");
	assert_string_equal(json_string_value(json_object_get(roles, "/")), "administrator");
	grants_clear(&grants);
	json_decref(roles);
}

/* A caller who waits is asked again who they are; what they may must be the same. */
static void
grants_differ_by_each_part(void **state)
{
	static const struct grant others[] = {
		{{"acme", "shop", "qa"}, ROLE_VIEWER}, {{"acme", "shop", ""}, ROLE_DEPLOYER},
		{{"acme", "", "qa"}, ROLE_DEPLOYER}, {{"beta", "shop", "qa"}, ROLE_DEPLOYER},
	};
	const struct grant grant = {{"acme", "shop", "qa"}, ROLE_DEPLOYER};
	struct grants a = {0}, b = {0};

	(void)state;
	assert_true(grants_are_equal(&a, &b));
	grants_add(&a, &grant);
	assert_false(grants_are_equal(&a, &b));
	grants_add(&b, &grant);
	assert_true(grants_are_equal(&a, &b));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		b.items[0] = others[i];
		assert_false(grants_are_equal(&a, &b));
	}
	grants_clear(&a);
	grants_clear(&b);
}

static void
role_of_a_type_counts_only_for_who_may_draft(void **state)
{
	static const struct {
		const char *app_role, *type, *asked;
		bool may;
	} cases[] = {
		{"developer", "development", "development", true},
		{"developer", "development", "production", false},
		{"viewer", "development", "development", false},
		{NULL, "development", "development", false},
		{"deployer", NULL, "production", true},
		{"administrator", NULL, "production", true},
		{"developer", NULL, "development", false},
	};
	struct place place = {"acme", "shop", NULL};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct caller caller = {.user = xstrdup("jo"), .token = xstrdup("")};
		struct grant in_app = {{"acme", "shop", ""}, role_of(cases[i].app_role)};
		struct grant in_type = {{"acme", "", ""}, ROLE_DEPLOYER};

		if (cases[i].app_role)
			grants_add(&caller.grants, &in_app);
		if (cases[i].type) {
			strcpy(in_type.scope.env_type, cases[i].type);
			grants_add(&caller.grants, &in_type);
		}
		assert_int_equal(access_check_type(&caller, &place, cases[i].asked, &err) == 0,
				 cases[i].may);
		assert_int_equal(access_sees_application(&caller, "acme", "shop"),
				 cases[i].app_role != NULL);
		assert_false(access_sees_application(&caller, "acme", "billing"));
		assert_false(access_sees_organization(&caller, "other"));
		assert_true(access_sees_organization(&caller, "acme"));
		assert_false(access_is_administrator(&caller));
		caller_clear(&caller);
	}
}

/* --- entity tags --- */

static void
tags_match_by_the_weak_comparison(void **state)
{
	static const struct {
		const char *header;
		bool matches;
	} cases[] = {
		{"\"a\"", true}, {"W/\"a\"", true}, {"*", true}, {" * ", true}, {"\"b\", \"a\"", true},
		{"\"b\",W/\"a\"", true}, {",, \"a\"", true}, {"\t\"a\" ", true}, {"\"a\",", true},
		{"\"b\"", false}, {"\"A\"", false}, {"a", false}, {"", false}, {"\"a", false},
		{"\"aa\"", false}, {"\"\"", false}, {"*, \"b\"", false}, {"w/\"a\"", false},
		{"\"b, \"a\"", false}, {"W/", false}, {"\"x\\\"a\"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (etag_matches(cases[i].header, "\"a\"") != cases[i].matches)
			fail_msg("%s", cases[i].header);
}

/* --- limits --- */

static void
bucket_empties_and_fills_again(void **state)
{
	static const struct limiter_options options = {
		.limits = {[LIMIT_CALLER] = {.per_second = 2, .burst = 4},
			   [LIMIT_WRONG] = {.per_second = 0.1, .burst = 1}}};
	struct limiter *limiter = limiter_new(&options);

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 1000), 0);
	assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 1000), 1);
	assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "b", 1000), 0);
	assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 1499), 1);
	assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 1500), 0);
	assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 1500), 1);
	/* Never more than the burst, however long it was quiet. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 900000), 0);
	assert_int_equal(limiter_take(limiter, LIMIT_CALLER, "a", 900000), 1);
	assert_int_equal(limiter_look(limiter, LIMIT_WRONG, "a", 1000), 0);
	assert_false(limiter_knows(limiter, LIMIT_WRONG, "a"));
	assert_int_equal(limiter_take(limiter, LIMIT_WRONG, "a", 1000), 0);
	assert_int_equal(limiter_look(limiter, LIMIT_WRONG, "a", 1000), 10);
	assert_int_equal(limiter_take(limiter, LIMIT_WRONG, "a", 1000), 10);
	/* Who waits as long as was said is served. */
	assert_int_equal(limiter_take(limiter, LIMIT_WRONG, "a", 11000), 0);
	/* No limit of this kind. */
	for (int i = 0; i < 1000; i++)
		assert_int_equal(limiter_take(limiter, LIMIT_STRANGER, "a", 1000), 0);
	limiter_free(limiter);
}

static void
many_keys_do_not_free_one_that_is_held_back(void **state)
{
	struct limiter *limiter = limiter_new(&limiter_defaults);
	char key[32];

	(void)state;
	while (limiter_take(limiter, LIMIT_WRONG, "guesser", 1000) == 0)
		;
	for (int i = 0; i < 100000; i++) {
		snprintf(key, sizeof(key), "%d", i);
		limiter_take(limiter, LIMIT_STRANGER, key, 1000);
	}
	assert_true(limiter_look(limiter, LIMIT_WRONG, "guesser", 1000) > 0);
	limiter_free(limiter);
}

/* --- the database --- */

static struct repository *
open_repository(char dir[32])
{
	struct error err = {0};
	struct repository *repository;
	char *path;

	strcpy(dir, "/tmp/sidestage-unit-XXXXXX");
	assert_non_null(mkdtemp(dir));
	path = xasprintf("%s/platform.db", dir);
	repository = repository_open(path, &err);
	free(path);
	assert_non_null(repository);
	return repository;
}

static void
remove_directory(const char *dir)
{
	char *command = xasprintf("rm -rf '%s'", dir);

	assert_int_equal(system(command), 0);
	free(command);
}

static bool
has_user(struct repository *repository, const char *id)
{
	struct error err;

	return repository_has_user(repository, id, &err) == 0;
}

static void
inner_transaction_is_taken_back_without_the_outer(void **state)
{
	char dir[32];
	struct repository *r = open_repository(dir);
	struct error err = {0};

	(void)state;
	assert_int_equal(repository_begin(r, &err), 0);
	assert_int_equal(repository_put_user(r, "outer", "O", "user", 1, &err), 0);
	assert_int_equal(repository_begin(r, &err), 0);
	assert_int_equal(repository_put_user(r, "inner", "I", "user", 1, &err), 0);
	repository_rollback(r);
	assert_int_equal(repository_begin(r, &err), 0);
	assert_int_equal(repository_put_user(r, "second", "S", "user", 1, &err), 0);
	assert_int_equal(repository_commit(r, &err), 0);
	assert_int_equal(repository_commit(r, &err), 0);
	assert_true(has_user(r, "outer"));
	assert_false(has_user(r, "inner"));
	assert_true(has_user(r, "second"));
	/* And the outer one takes the inner ones with it. */
	assert_int_equal(repository_begin(r, &err), 0);
	assert_int_equal(repository_begin(r, &err), 0);
	assert_int_equal(repository_put_user(r, "third", "T", "user", 1, &err), 0);
	assert_int_equal(repository_commit(r, &err), 0);
	repository_rollback(r);
	assert_false(has_user(r, "third"));
	/* One too many does no harm. */
	repository_rollback(r);
	assert_int_equal(repository_begin(r, &err), 0);
	assert_int_equal(repository_commit(r, &err), 0);
	repository_close(r);
	remove_directory(dir);
}

static void
change_that_cannot_be_noted_is_not_made(void **state)
{
	static const char body[] = "{\"name\": \"Changed\"}";
	struct platform platform = {.user = "oncall"};
	const struct place place = {"acme", "shop", NULL};
	struct response response;
	struct error err = {0};
	struct caller own;
	json_t *app;
	char dir[32];

	(void)state;
	platform.repository = open_repository(dir);
	caller_init_own(&own, &platform);
	assert_int_equal(
		repository_put_organization(platform.repository, "acme", "Acme", "jo", 1, &err), 0);
	assert_int_equal(
		repository_put_application(platform.repository, &place, "Shop", "jo", 1, &err), 0);
	assert_int_equal(rows_run(platform.repository, &err, "DROP TABLE audit", ""), 0);
	dispatch_answer(&platform,
			&(struct request){.method = "PATCH", .path = "/orgs/acme/apps/shop",
					  .caller = &own, .bytes = body, .length = strlen(body)},
			&response);
	assert_int_equal(response.status, 500);
	json_decref(response.body);
	app = repository_application(platform.repository, &place, &err);
	assert_string_equal(json_string_value(json_object_get(app, "name")), "Shop");
	json_decref(app);
	caller_clear(&own);
	repository_close(platform.repository);
	remove_directory(dir);
}

static size_t
audit_count(struct repository *repository, int64_t before)
{
	struct audit_query query = {.org = "acme", .before = before, .status_from = 100,
				    .status_to = 599, .count = 1000};
	struct error err = {0};
	struct audit_entries entries;
	size_t count;

	assert_int_equal(repository_audit(repository, &query, &entries, &err), 0);
	count = entries.count;
	audit_entries_clear(&entries);
	return count;
}

static void
audit_log_forgets_what_is_too_old_or_too_much(void **state)
{
	static const struct audit_options options = {.max_rows = 20, .max_age_ms = 60000};
	char dir[32];
	struct platform platform = {.repository = open_repository(dir), .audit = &options};
	struct error err = {0};

	(void)state;
	for (int i = 0; i < 50; i++)
		assert_int_equal(
			repository_put_audit(
				platform.repository,
				&(struct audit_row){.org = "acme",
						    .user = "jo",
						    .token = "",
						    .method = "POST",
						    .path = "/",
						    .peer = "",
						    .status = 200,
						    .at = clock_wall_ms() - (i < 40 ? 90000 : 0)},
				&err),
			0);
	assert_int_equal(audit_count(platform.repository, INT64_MAX), 50);
	assert_int_equal(audit_prune(&platform, &err), 0);
	assert_int_equal(audit_count(platform.repository, INT64_MAX), 10);
	repository_close(platform.repository);
	remove_directory(dir);
}

static json_t *
page_of(struct platform *platform, struct request *request, char **link)
{
	struct response response;

	dispatch_answer(platform, request, &response);
	assert_int_equal(response.status, 200);
	*link = response.link;
	return response.body;
}

static const char *
page_parameter(void *data, const char *key)
{
	return strcmp(key, "page") == 0 ? data : NULL;
}

static void
page_of_the_audit_log_spans_32_days_at_most(void **state)
{
	static const int days_ago[] = {200, 100, 99, 40, 9, 1};
	static const size_t sizes[] = {2, 1, 2, 1};
	struct platform platform = {.user = "oncall"};
	struct error err = {0};
	struct caller own;
	char dir[32], *page = NULL;

	(void)state;
	platform.repository = open_repository(dir);
	platform.response_cache = response_cache_new();
	caller_init_own(&own, &platform);
	assert_int_equal(
		repository_put_organization(platform.repository, "acme", "Acme", "jo", 1, &err), 0);
	for (size_t i = 0; i < sizeof(days_ago) / sizeof(days_ago[0]); i++)
		assert_int_equal(
			repository_put_audit(platform.repository,
					     &(struct audit_row){.org = "acme",
								 .user = "jo",
								 .token = "",
								 .method = "POST",
								 .path = "/",
								 .peer = "",
								 .status = 200,
								 .at = clock_wall_ms() -
								       86400000LL * days_ago[i]},
					     &err),
			0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct request request = {.method = "GET", .path = "/orgs/acme/audit-logs",
					  .caller = &own, .query = page ? page_parameter : NULL,
					  .data = page};
		char *link;
		json_t *entries = page_of(&platform, &request, &link);

		assert_int_equal(json_array_size(entries), sizes[i]);
		json_decref(entries);
		free(page);
		page = NULL;
		assert_int_equal(link != NULL, i + 1 < sizeof(sizes) / sizeof(sizes[0]));
		if (link) {
			const char *at = strstr(link, "page=") + 5;

			page = xasprintf("%.*s", (int)strcspn(at, ">&"), at);
		}
		free(link);
	}
	caller_clear(&own);
	response_cache_free(platform.response_cache);
	repository_close(platform.repository);
	remove_directory(dir);
}

/* --- connections --- */

static void
serve(const char *dir, int ready)
{
	static const struct http_options options = {
		.silence_s = 60, .deadline_ms = 400, .sweep_ms = 50, .connections = 8,
		.connections_of_peer = 8, .uri_bytes = 1000, .headers = 20, .header_bytes = 8192};
	struct platform platform = {.user = "oncall"};
	struct error err = {0};
	struct http *http;

	prctl(PR_SET_PDEATHSIG, SIGKILL);	/* a test that fails takes it with it */
	platform.loop = loop_new(&err);
	http = http_new_with(&platform, &options, dispatch_answer, &err);
	if (!http || http_listen_control(http, control_listen(dir, &err), &err) != 0 ||
	    write(ready, "r", 1) != 1)
		_exit(1);
	loop_run(platform.loop, &err);
	_exit(0);
}

static void
connection_that_dribbles_is_closed_at_its_deadline(void **state)
{
	char dir[32] = "/tmp/sidestage-unit-XXXXXX", c;
	int ends[2], fd;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int64_t begin;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0)
		serve(dir, ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], &c, 1), 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%.80s/control.sock", dir);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	begin = clock_steady_ms();
	/* A byte now and then is no silence; it ends all the same. */
	while (send(fd, "G", 1, MSG_NOSIGNAL) == 1 && recv(fd, &c, 1, MSG_DONTWAIT) != 0) {
		assert_true(clock_steady_ms() - begin < 20000);
		usleep(20000);
	}
	assert_true(clock_steady_ms() - begin >= 350);
	close(fd);
	close(ends[0]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	remove_directory(dir);
}

/* What comes back for a good request on a new connection to this port, or 0. */
static int
status_by_tcp(int port)
{
	static const char request[] = "GET /orgs HTTP/1.1\r\nHost: a\r\n\r\n";
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = 0;
	char answer[64] = "";

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, request, strlen(request), MSG_NOSIGNAL) > 0 &&
	    patient_recv(fd, answer, sizeof(answer) - 1) > 0)
		(void)sscanf(answer, "HTTP/1.1 %3d", &status);
	close(fd);
	return status;
}

static int
port_of(int fd)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	return ntohs(address.sin_port);
}

static void
serve_by_tcp(int fd, const char *dir, int ready)
{
	static const struct http_options options = {
		.silence_s = 60, .headers_ms = 60000, .deadline_ms = 60000, .sweep_ms = 60000,
		.connections = 40, .connections_of_peer = 30, .uri_bytes = 1000, .headers = 20,
		.header_bytes = 8192};
	char *path = xasprintf("%s/platform.db", dir);
	struct platform platform = {.user = "oncall"};
	struct error err = {0};
	struct http *http;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	platform.repository = repository_open(path, &err);
	platform.loop = loop_new(&err);
	platform.metrics = metrics_new();
	http = http_new_with(&platform, &options, dispatch_answer, &err);
	if (!http || http_listen(http, fd, &err) != 0 || write(ready, "r", 1) != 1)
		_exit(1);
	loop_run(platform.loop, &err);
	_exit(0);
}

/* A connection to this port from 127.0.0.SOURCE that begins a request and does not go on. */
static int
begin_slowly(int port, int source)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(0x7f000000 + (uint32_t)source)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	(void)!send(fd, "GET / HTTP/1.1\r\nX: ", 20, MSG_NOSIGNAL);
	return fd;
}

/* One of them was closed from the other side, or is soon. */
static bool
loses_one(const int *slow, size_t count)
{
	struct pollfd all[130];

	for (size_t i = 0; i < count; i++)
		all[i] = (struct pollfd){.fd = slow[i], .events = POLLIN};
	return poll(all, count, PATIENCE_MS) > 0;
}

/* From one source, which is ours as well, and more than there is room for: it loses some of
 * them when it has more than its share, though there is room, and nobody else loses any. */
static void
slow_connections_shut_nobody_out(void **state)
{
	char dir[32] = "/tmp/sidestage-unit-XXXXXX", c;
	struct error err = {0};
	int ends[2], slow[130], fd, port, other;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(pipe(ends), 0);
	fd = listener_tcp("127.0.0.1:0", &err);
	assert_true(fd >= 0);
	port = port_of(fd);
	pid = fork();
	if (pid == 0)
		serve_by_tcp(fd, dir, ends[1]);
	close(ends[1]);
	close(fd);
	assert_int_equal(read(ends[0], &c, 1), 1);
	other = begin_slowly(port, 2);
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		slow[i] = begin_slowly(port, 1);
		/* Whoever asks is answered: here, that there is no token. */
		if (i % 10 == 9)
			assert_int_equal(status_by_tcp(port), 401);
		if (i == 34)	/* 36 of 40, and 35 of 30 */
			assert_true(loses_one(slow, i + 1));
	}
	assert_int_equal(recv(other, &c, 1, MSG_DONTWAIT), -1);
	assert_true(errno == EAGAIN || errno == EWOULDBLOCK);
	close(other);
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++)
		close(slow[i]);
	close(ends[0]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	remove_directory(dir);
}

static int
accept_queue_max(void)
{
	FILE *file = fopen("/proc/sys/net/core/somaxconn", "r");
	int max = 0;

	if (file && fscanf(file, "%d", &max) != 1)
		max = 0;
	if (file)
		fclose(file);
	return max;
}

/* A burst while the daemon is at something else: whoever comes behind it is not asked to come again
 * a second later. */
static void
burst_of_connections_drops_nobody(void **state)
{
	struct error err = {0};
	int fd = listener_tcp("127.0.0.1:0", &err), many[300], max = accept_queue_max();
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	(void)state;
	assert_true(fd >= 0);
	address.sin_port = htons((uint16_t)port_of(fd));
	for (int i = 0; i < 300; i++) {
		struct pollfd p = {.events = POLLOUT};

		many[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		assert_true(many[i] >= 0);
		(void)!connect(many[i], (struct sockaddr *)&address, sizeof(address));
		p.fd = many[i];
		if (i < max && poll(&p, 1, 500) != 1)
			fail_msg("connection %d is not taken", i);
	}
	for (int i = 0; i < 300; i++)
		close(many[i]);
	close(fd);
}

static void
control_socket_may_lie_deep(void **state)
{
	char dir[32] = "/tmp/sidestage-unit-XXXXXX", deep[300];
	struct error err = {0};
	json_t *reply;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(deep, sizeof(deep), "%s/%0180d", dir, 1);
	assert_int_equal(mkdir(deep, 0700), 0);
	fd = control_listen(deep, &err);
	assert_true(fd >= 0);
	close(fd);
	/* Nobody listens there any more. */
	assert_int_equal(control_ask(deep, "GET", "/orgs", NULL, &reply, &err), -1);
	assert_int_equal(err.kind, ERROR_UNREACHABLE);
	control_unlink(deep);
	assert_int_equal(rmdir(deep), 0);
	remove_directory(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route_says_who_may),
		cmocka_unit_test(route_without_a_permission_is_nobodys),
		cmocka_unit_test(scopes_are_what_the_header_says),
		cmocka_unit_test(scopes_come_back_as_they_went_in),
		cmocka_unit_test(grants_differ_by_each_part),
		cmocka_unit_test(role_of_a_type_counts_only_for_who_may_draft),
		cmocka_unit_test(tags_match_by_the_weak_comparison),
		cmocka_unit_test(bucket_empties_and_fills_again),
		cmocka_unit_test(many_keys_do_not_free_one_that_is_held_back),
		cmocka_unit_test(inner_transaction_is_taken_back_without_the_outer),
		cmocka_unit_test(change_that_cannot_be_noted_is_not_made),
		cmocka_unit_test(audit_log_forgets_what_is_too_old_or_too_much),
		cmocka_unit_test(page_of_the_audit_log_spans_32_days_at_most),
		cmocka_unit_test(connection_that_dribbles_is_closed_at_its_deadline),
		cmocka_unit_test(slow_connections_shut_nobody_out),
		cmocka_unit_test(burst_of_connections_drops_nobody),
		cmocka_unit_test(control_socket_may_lie_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
