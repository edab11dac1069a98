/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Deployments in a row leave nothing behind but what is stored.  tests/bench/ does many more. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/owner-secret.h"
#include "base/xmalloc.h"
#include "serve.h"
#include "usage.h"
#include "tests/patience.h"

/* A connection that was answered is closed a moment later. */
static void
assert_settles(const struct serve *serve, const struct usage *before)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	struct usage now;

	do {
		now = usage_of(serve);
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	} while ((now.descriptors > before->descriptors || now.files > before->files ||
		  now.listening > before->listening || now.children > before->children) &&
		 clock_steady_ms() < until);
	assert_true(now.descriptors <= before->descriptors);
	assert_true(now.listening <= before->listening);
	assert_true(now.files <= before->files);
	assert_true(now.children <= before->children);
}

static void
deploy(struct serve *serve, int number)
{
	char *delta = xasprintf(ADD(WEB("web", "local/web:1.0.0", ", 'N': '%d'")), number);

	free(serve_deploy(serve, ENV, delta));
	free(delta);
}

static void
twenty_deployments_leave_nothing(void **state)
{
	struct usage before;
	struct serve serve = {0};

	(void)state;
	serve_make(&serve);
	for (int i = 0; i < 3; i++)
		deploy(&serve, i);
	before = usage_of(&serve);
	for (int i = 3; i < 23; i++)
		deploy(&serve, i);
	assert_settles(&serve, &before);
	serve_clear(&serve);
}

/* Whose ports are of every kind: a resource's, two of a service that its program chose, and one
 * that comes and goes. */
#define PORTS(more)                                                                                \
	"'web': {'profile': 'humanitec/default-module', 'externals': {'dns': {'type': 'dns'}}, "   \
	"'spec': {'containers': {'main': {'id': 'main', 'image': 'local/web:1.0.0', 'variables': " \
	"{'PORT': '${externals.dns.listen}', 'N': '%d'}, 'readiness_probe': {'type': 'http', "     \
	"'path': '/', 'port': '${externals.dns.listen}'}}}, 'service': {'ports': {'a': "           \
	"{'service_port': 18083, 'container_port': '${externals.dns.listen}'}, 'b': "              \
	"{'service_port': 18084, 'container_port': 8080}" more "}}}}"

/* Nobody answers there, so it fails after the time that it gives itself. */
#define NEVER_READY                                                                                \
	"'bad': {'profile': 'humanitec/default-module', 'externals': {'dns': {'type': 'dns'}}, "   \
	"'spec': {'containers': {'main': {'id': 'main', 'image': 'local/web:1.0.0', "              \
	"'variables': {'PORT': '8080'}, 'readiness_probe': {'type': 'http', 'path': '/', "         \
	"'port': '${externals.dns.listen}'}}}, 'service': {'ports': {'a': {'service_port': "       \
	"18086, 'container_port': 8080}}}}, 'deploy': {'timeout': 1}}"

/* One that fails leaves what runs, and takes its own ports along. */
static void
fail_to_deploy(struct serve *serve)
{
	json_t *delta = NULL, *deployment = NULL, *now = NULL;
	const char *status = "";
	char *body, *path;

	assert_int_equal(serve_ask(serve, "POST", APP "/deltas",
				   ADD(NEVER_READY), &delta), 200);
	body = xasprintf("{'delta_id': '%s'}", json_string_value(json_object_get(delta, "id")));
	assert_int_equal(serve_ask(serve, "POST", ENV "/deploys", body, &deployment), 201);
	path = xasprintf(ENV "/deploys/%s",
			 json_string_value(json_object_get(deployment, "id")));
	while (strcmp(status, "failed") != 0) {
		json_decref(now);
		assert_int_equal(serve_ask(serve, "GET", path, NULL, &now), 200);
		status = json_string_value(json_object_get(now, "status"));
		assert_string_not_equal(status, "succeeded");
		usleep(5000);
	}
	json_decref(now);
	json_decref(deployment);
	json_decref(delta);
	free(path);
	free(body);
}

static void
thirty_redeployments_leave_no_port(void **state)
{
	struct usage before = {0};
	struct serve serve = {0};

	(void)state;
	serve_make(&serve);
	for (int i = 0; i < 33; i++) {
		char *delta = xasprintf(i % 2 ? ADD(PORTS(", 'c': {'service_port': 18085, "
							  "'container_port': 8080}"))
					      : ADD(PORTS("")), i);

		free(serve_deploy(&serve, ENV, delta));
		if (i % 8 == 7)
			fail_to_deploy(&serve);
		if (i == 2)	/* what is made once is made */
			before = usage_of(&serve);
		free(delta);
	}
	assert_true(before.listening >= 4);
	assert_settles(&serve, &before);
	serve_clear(&serve);
}

static void
clones_that_come_and_go_leave_nothing(void **state)
{
	struct usage before;
	struct serve serve = {0};
	char *from, *body;

	(void)state;
	serve_make(&serve);
	from = serve_deploy(&serve, ENV, ADD(WEB("web", "local/web:1.0.0", "")));
	body = xasprintf("{'id': 'clone', 'name': 'Clone', 'from_deploy_id': '%s'}", from);
	before = usage_of(&serve);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(serve_ask(&serve, "POST", APP "/envs", body, NULL), 201);
		free(serve_deploy(&serve, APP "/envs/clone", NULL));
		assert_int_equal(serve_ask(&serve, "DELETE", APP "/envs/clone", NULL, NULL), 202);
		serve_wait_status(&serve, APP "/envs/clone", 404);
	}
	assert_settles(&serve, &before);
	free(body);
	free(from);
	serve_clear(&serve);
}

/* --- what grows without a limit is not answered in one go --- */

#define MANY 2500

/* As if it had been deployed so often. */
static void
deploy_many(const struct serve *serve)
{
	char *path = xasprintf("%s/state/platform.db", serve->folder);
	sqlite3 *database;

	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(database,
			     "WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c"
			     " WHERE n < 2500) INSERT INTO deployments (org, app, env, id, set_id,"
			     " from_id, delta_id, comment, mode, status, status_changed_at,"
			     " created_at, created_by, gone, value_set_version_id)"
			     " SELECT org, app, env, printf('many-%06d', n), set_id, from_id,"
			     " delta_id, comment, mode, status, status_changed_at, created_at,"
			     " created_by, gone, value_set_version_id FROM deployments, c",
			     NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
	free(path);
}

/* A reader that takes nothing yet. */
static int
ask_and_wait(const struct serve *serve, const char *request)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), small = 4096;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", serve->socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(send(fd, request, strlen(request), 0), (ssize_t)strlen(request));
	return fd;
}

static void
long_list_goes_out_in_pieces_and_keeps_nobody_waiting(void **state)
{
	struct serve serve = {0};
	json_t *list = NULL, *one;
	char *id, *path, *request, secret[OWNER_SECRET_LINE_SIZE], head[2048];
	ssize_t n;
	int fd;

	(void)state;
	serve_make(&serve);
	id = serve_deploy(&serve, ENV, ADD(WORKER("job", "local/web:1.0.0", "")));
	serve_stop(&serve);
	deploy_many(&serve);
	serve_start(&serve);
	assert_true(owner_secret_read(serve.socket, secret));
	request = xasprintf("GET " ENV "/deploys HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", secret);
	fd = ask_and_wait(&serve, request);
	free(request);
	/* Others are answered while it has been read by nobody. */
	for (int i = 0; i < 20; i++)
		assert_int_equal(serve_ask(&serve, "GET", "/orgs", NULL, NULL), 200);
	n = recv(fd, head, sizeof(head) - 1, 0);
	assert_true(n > 0);
	head[n] = '\0';
	assert_non_null(strstr(head, "HTTP/1.1 200"));
	assert_non_null(strstr(head, "Transfer-Encoding: chunked"));
	close(fd);
	/* It is whole, each once, newest first. */
	assert_int_equal(serve_ask(&serve, "GET", ENV "/deploys", NULL, &list), 200);
	assert_int_equal(json_array_size(list), MANY + 1);
	for (int i = 0; i < MANY; i++) {
		char wanted[32];

		snprintf(wanted, sizeof(wanted), "many-%06d", MANY - i);
		one = json_array_get(list, (size_t)i);
		assert_string_equal(json_string_value(json_object_get(one, "id")), wanted);
	}
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, MANY), "id")),
			    id);
	one = json_object_get(json_array_get(list, MANY), "pipeline");
	/* A run is found wherever it is. */
	path = xasprintf(ENV "/deploys?pipelineRunId=default,%s",
			 json_string_value(json_object_get(one, "run_id")));
	json_decref(list);
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &list), 200);
	assert_int_equal(json_array_size(list), 1);
	json_decref(list);
	free(path);
	assert_int_equal(serve_ask(&serve, "GET", ENV "/deploys?pipelineRunId=default,x", NULL,
				   &list), 200);
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
	free(id);
	serve_clear(&serve);
}

/* Rows that are larger than a piece too. */
static void
make_many(const struct serve *serve, const char *sql)
{
	char *path = xasprintf("%s/state/platform.db", serve->folder);
	sqlite3 *database;

	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
	free(path);
}

static void
long_lists_of_sets_and_deltas_are_whole(void **state)
{
	struct serve serve = {0};
	json_t *list = NULL;

	(void)state;
	serve_make(&serve);
	free(serve_deploy(&serve, ENV, ADD(WORKER("job", "local/web:1.0.0", ""))));
	serve_stop(&serve);
	make_many(&serve, "WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c"
			  " WHERE n < 2500) INSERT INTO deltas (org, app, id, content, env, name,"
			  " archived, contributers, created_at, created_by, modified_at)"
			  " SELECT org, app, printf('many-%06d', n), content, env,"
			  " printf('%.*c', iif(n % 500 = 0, 70000, 3), 'x'), archived,"
			  " contributers, created_at, created_by, modified_at FROM deltas, c");
	make_many(&serve, "WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c"
			  " WHERE n < 300) INSERT INTO sets SELECT org, app,"
			  " printf('many-%06d', n), body FROM sets, c");
	serve_start(&serve);
	assert_int_equal(serve_ask(&serve, "GET", APP "/deltas", NULL, &list), 200);
	assert_int_equal(json_array_size(list), 2501);
	for (int i = 1; i <= 2500; i++) {
		char wanted[32];

		snprintf(wanted, sizeof(wanted), "many-%06d", i);
		assert_string_equal(json_string_value(json_object_get(json_array_get(list,
					(size_t)i), "id")), wanted);
	}
	json_decref(list);
	assert_int_equal(serve_ask(&serve, "GET", APP "/sets", NULL, &list), 200);
	assert_int_equal(json_array_size(list), 301);
	json_decref(list);
	serve_clear(&serve);
}

/* A row of them is larger than many pieces: how many rows there are says nothing. */
#define LARGE_ROWS 8
#define LARGE_VALUE "printf('%.*c', 1000000, 'x')"

static void
assert_large_list_goes_out_in_pieces(struct serve *serve, const char *path)
{
	char secret[OWNER_SECRET_LINE_SIZE], head[2048], *request;
	json_t *list = NULL;
	ssize_t n;
	int fd;

	assert_true(owner_secret_read(serve->socket, secret));
	request = xasprintf("GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", path, secret);
	fd = ask_and_wait(serve, request);
	free(request);
	for (int i = 0; i < 20; i++)
		assert_int_equal(serve_ask(serve, "GET", "/orgs", NULL, NULL), 200);
	n = recv(fd, head, sizeof(head) - 1, 0);
	assert_true(n > 0);
	head[n] = '\0';
	assert_non_null(strstr(head, "HTTP/1.1 200"));
	assert_non_null(strstr(head, "Transfer-Encoding: chunked"));
	/* It is in its midst, and others are answered. */
	assert_int_equal(serve_ask(serve, "GET", "/orgs", NULL, NULL), 200);
	close(fd);
	assert_int_equal(serve_ask(serve, "GET", path, NULL, &list), 200);
	assert_int_equal(json_array_size(list), LARGE_ROWS + 1);
	for (size_t i = 0; i <= LARGE_ROWS; i++)
		assert_non_null(json_object_get(json_array_get(list, i), "modules"));
	json_decref(list);
}

static void
few_rows_that_are_large_go_out_in_pieces_too(void **state)
{
	struct serve serve = {0};
	json_t *set = NULL;

	(void)state;
	serve_make(&serve);
	free(serve_deploy(&serve, ENV, ADD(WORKER("job", "local/web:1.0.0", ""))));
	serve_stop(&serve);
	make_many(&serve, "WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c"
			  " WHERE n < 8) INSERT INTO deltas (org, app, id, content, env, name,"
			  " archived, contributers, created_at, created_by, modified_at)"
			  " SELECT org, app, printf('large-%d', n), json_set(content,"
			  " '$.modules.add.job.profile', " LARGE_VALUE "), env, name, archived,"
			  " contributers, created_at, created_by, modified_at FROM deltas, c");
	make_many(&serve, "WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c"
			  " WHERE n < 8) INSERT INTO sets SELECT org, app, printf('large-%d', n),"
			  " json_set(body, '$.modules.job.profile', " LARGE_VALUE ") FROM sets, c");
	serve_start(&serve);
	assert_large_list_goes_out_in_pieces(&serve, APP "/deltas");
	assert_large_list_goes_out_in_pieces(&serve, APP "/sets");
	/* One of them is answered as it is stored. */
	assert_int_equal(serve_ask(&serve, "GET", APP "/sets/large-1", NULL, &set), 200);
	assert_non_null(json_object_get(set, "modules"));
	json_decref(set);
	serve_clear(&serve);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(twenty_deployments_leave_nothing),
		cmocka_unit_test(thirty_redeployments_leave_no_port),
		cmocka_unit_test(clones_that_come_and_go_leave_nothing),
		cmocka_unit_test(long_list_goes_out_in_pieces_and_keeps_nobody_waiting),
		cmocka_unit_test(long_lists_of_sets_and_deltas_are_whole),
		cmocka_unit_test(few_rows_that_are_large_go_out_in_pieces_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
