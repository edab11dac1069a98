/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The ports of a service: workloads of one environment reach each other by name and port, whatever
 * port a program chose, and whatever is deployed, paused, started again or removed beside them.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "serve.h"
#include "../trusted/trusted.h"
#include "tests/patience.h"

#define PRODUCTION APP "/envs/production"

/* Its program chose the port 8080, as that of every environment did; others connect to 8080. */
#define BACK(image, more)                                                                          \
	"'web': {'profile': 'humanitec/default-module', 'externals': {}, 'spec': {'containers': "  \
	"{'main': {'id': 'main', 'image': '" image "', 'variables': {'PORT': '8080', 'ANY': '1', " \
	"'WHO': '${context.env.id}'" more "}, 'readiness_probe': {'type': 'http', 'path': '/', "   \
	"'port': 8080}}}, 'service': {'ports': {'www': {'service_port': 8080, "                    \
	"'container_port': 8080}, 'other': {'service_port': 18081, 'container_port': 8080}}}}}"
#define FRONT WEB("front", "local/web:1.0.0", ", 'BACK': '${modules.web.service.name}'")
#define BOTH ADD(BACK("local/web:1.0.0", "") ", " FRONT)

static struct serve serve;

static int
make(void **state)
{
	(void)state;
	serve_make(&serve);
	return serve_ask(&serve, "POST", APP "/envs", "{'id': 'production', 'name': 'Production', "
			 "'type': 'production'}", NULL) == 201 ? 0 : -1;
}

static int
clear(void **state)
{
	(void)state;
	serve_clear(&serve);
	return 0;
}

static char *
fetch(int port, const char *path)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char *request = xasprintf("GET %s HTTP/1.0\r\n\r\n", path), chunk[4096];
	struct buf text;
	ssize_t n;

	buf_init(&text, 1u << 20);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, request, strlen(request), MSG_NOSIGNAL) > 0)
		while ((n = recv(fd, chunk, sizeof(chunk), 0)) > 0)
			buf_append(&text, chunk, (size_t)n);
	close(fd);
	free(request);
	return buf_take(&text);
}

/* What the front of an environment is answered there; free() it. */
static char *
ask(const char *env, const char *where)
{
	int port = serve_port(&serve, env, "modules.front.externals.dns");
	char *path = xasprintf("/ask/%s", where), *answer = fetch(port, path);

	free(path);
	return answer;
}

/* Until what it is answered has this. */
static void
expect(const char *env, const char *where, const char *words)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	char *answer = ask(env, where);

	while (!strstr(answer, words)) {
		if (clock_steady_ms() > until)
			fail_msg("%s asks %s: not \"%s\" but\n%s", env, where, words, answer);
		free(answer);
		usleep(20000);
		answer = ask(env, where);
	}
	free(answer);
}

/* Its own, and not that of the other environment; by the plain name only where there is one. */
static void
expect_own(void)
{
	expect(ENV, "$BACK:8080", "env WHO=development");
	expect(PRODUCTION, "$BACK:8080", "env WHO=production");
	expect(ENV, "$BACK:18081", "env WHO=development");
	if (daemon_is_trusting())
		return;
	expect(ENV, "web:8080", "env WHO=development");
	expect(PRODUCTION, "web:18081", "env WHO=production");
}

static void
workloads_reach_each_other_in_their_own_environment(void **state)
{
	(void)state;
	free(serve_deploy(&serve, ENV, BOTH));
	free(serve_deploy(&serve, PRODUCTION, BOTH));
	expect_own();
	/* What was not declared is not open. */
	expect(ENV, "$BACK:18082", "Connection refused");
}

/* Another platform of this machine has workloads of the same names and ports. */
static void
another_platform_of_the_machine_has_its_own(void **state)
{
	struct serve other = {0};

	(void)state;
	serve_make(&other);
	free(serve_deploy(&serve, ENV, BOTH));
	free(serve_deploy(&other, ENV, ADD(BACK("local/web:1.0.0", ", 'OTHER': 'yes'"))));
	expect(ENV, "$BACK:8080", "env WHO=development");
	expect(ENV, "$BACK:18081", "env WHO=development");
	serve_clear(&other);
	expect(ENV, "$BACK:18081", "env WHO=development");
}

/* The new one starts beside the old one, which has the port still. */
static void
it_is_so_after_a_deployment_a_pause_and_a_restart(void **state)
{
	(void)state;
	free(serve_deploy(&serve, ENV, BOTH));
	free(serve_deploy(&serve, PRODUCTION, BOTH));
	free(serve_deploy(&serve, ENV, ADD(BACK("local/web:1.1.0", ", 'NEW': 'yes', 'THREAD': '1'"))));
	expect(ENV, "$BACK:8080", "env NEW=yes");
	expect_own();
	assert_int_equal(serve_ask(&serve, "PUT", ENV "/runtime/paused", "true", NULL), 204);
	serve_wait_replicas(&serve, ENV, "web", 0);
	expect(PRODUCTION, "$BACK:8080", "env WHO=production");
	assert_int_equal(serve_ask(&serve, "PUT", ENV "/runtime/paused", "false", NULL), 204);
	serve_wait_replicas(&serve, ENV, "web", 1);
	serve_wait_replicas(&serve, ENV, "front", 1);
	expect_own();
	serve_stop(&serve);
	serve_start(&serve);
	serve_wait_replicas(&serve, ENV, "front", 1);
	serve_wait_replicas(&serve, PRODUCTION, "front", 1);
	expect_own();
	/* One that goes takes its own with it alone. */
	free(serve_deploy(&serve, ENV, "{'modules': {'add': {" FRONT "}, 'remove': []}}"));
	assert_true(serve_ask(&serve, "DELETE", PRODUCTION, NULL, NULL) < 300);
	serve_wait_status(&serve, PRODUCTION, 404);
	expect(ENV, "$BACK:8080", "env WHO=development");
}

/* Where the program that answers really listens. */
static int
port_behind(void)
{
	char *answer = ask(ENV, "$BACK:8080");
	const char *line = strstr(answer, "\nport ");
	int port = line ? (int)strtol(line + 6, NULL, 10) : 0;

	if (port == 0)
		fail_msg("%s", answer);
	free(answer);
	return port;
}

static bool
three_answer(void)
{
	int ports[6];

	for (int i = 0; i < 6; i++)
		ports[i] = port_behind();
	for (int i = 0; i < 3; i++)
		if (ports[i] != ports[i + 3] || ports[i] == ports[(i + 1) % 3])
			return false;
	return true;
}

/* Each has the port that it chose. */
static void
replicas_share_it(void **state)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	(void)state;
	free(serve_deploy(&serve, ENV, BOTH));
	assert_int_equal(serve_ask(&serve, "PATCH", ENV "/runtime/replicas", "{'web': 3}", NULL),
			 204);
	serve_wait_replicas(&serve, ENV, "web", 3);
	/* Ready is not yet switched: it is when three are seen. */
	while (!three_answer()) {
		assert_true(clock_steady_ms() < until);
		usleep(10000);
	}
	assert_int_equal(serve_ask(&serve, "PATCH", ENV "/runtime/replicas", "{'web': 1}", NULL),
			 204);
	serve_wait_replicas(&serve, ENV, "web", 1);
	for (int i = 0; i < 6; i++)
		assert_true(port_behind() > 0);
}

/* A command of a probe asks the program where that believes to listen. */
static void
a_program_finds_itself_where_it_listens(void **state)
{
	char *delta = xasprintf(
		ADD("'web': {'profile': 'humanitec/default-module', 'externals': {}, 'spec': "
		    "{'containers': {'main': {'id': 'main', 'image': 'local/web:1.0.0', "
		    "'variables': {'PORT': '8080', 'WHO': 'me'}, 'readiness_probe': {'type': "
		    "'command', 'command': ['%s/images/local/web/1.0.0', 'ask', "
		    "'127.0.0.1:8080']}}}, 'service': {'ports': {'www': {'service_port': 8080, "
		    "'container_port': 8080}}}}}, " FRONT), serve.folder);

	(void)state;
	if (!daemon_is_trusting()) {
		free(serve_deploy(&serve, ENV, delta));
		expect(ENV, "web:8080", "env WHO=me");
	}
	free(delta);
}

/* It may be that of a resource of its own, which the platform chose. */
static void
a_container_port_may_be_a_placeholder(void **state)
{
	(void)state;
	free(serve_deploy(&serve, ENV, ADD(
		"'web': {'profile': 'humanitec/default-module', 'externals': {'dns': {'type': "
		"'dns'}}, 'spec': {'containers': {'main': {'id': 'main', 'image': "
		"'local/web:1.0.0', 'variables': {'PORT': '${externals.dns.listen}', 'WHO': "
		"'me'}}}, 'service': {'ports': {'www': {'service_port': 8080, 'container_port': "
		"'${externals.dns.listen}'}}}}}, " FRONT)));
	expect(ENV, "$BACK:8080", "env WHO=me");
}

static void
what_cannot_be_is_said(void **state)
{
	static const char module[] =
		"'web': {'profile': 'humanitec/default-module', 'externals': {}, 'spec': "
		"{'containers': {'main': {'id': 'main', 'image': 'local/web:1.0.0'}}, 'service': "
		"{'ports': {'a': {'service_port': 53, 'protocol': 'UDP'}}}}}";
	json_t *set = NULL, *warnings = NULL;
	char *path;
	bool found = false;

	(void)state;
	path = xasprintf("{'modules': {'add': {%s}}}", module);
	assert_int_equal(serve_ask(&serve, "POST", APP "/sets/0", path, &set), 200);
	free(path);
	path = xasprintf(APP "/sets/%s/warnings?env_id=development", json_string_value(set));
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &warnings), 200);
	for (size_t i = 0; i < json_array_size(warnings); i++) {
		const json_t *one = json_array_get(warnings, i);

		if (strcmp(json_member_string(one, "path"), "/spec/service/ports/a/protocol") == 0)
			found = strstr(json_member_string(one, "message"),
				       "connections of TCP are passed on") != NULL;
	}
	assert_true(found);
	free(path);
	json_decref(warnings);
	json_decref(set);
}

#define WITH_PLATFORM(test) cmocka_unit_test_setup_teardown(test, make, clear)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_PLATFORM(workloads_reach_each_other_in_their_own_environment),
		WITH_PLATFORM(another_platform_of_the_machine_has_its_own),
		WITH_PLATFORM(it_is_so_after_a_deployment_a_pause_and_a_restart),
		WITH_PLATFORM(replicas_share_it),
		WITH_PLATFORM(a_program_finds_itself_where_it_listens),
		WITH_PLATFORM(a_container_port_may_be_a_placeholder),
		WITH_PLATFORM(what_cannot_be_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
