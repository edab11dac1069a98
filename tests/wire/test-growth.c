/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deployments in a row leave nothing behind but what is stored.  tests/bench/ does many more. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "serve.h"
#include "usage.h"

#define PATIENCE_MS 60000

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
		  now.children > before->children) && clock_steady_ms() < until);
	assert_true(now.descriptors <= before->descriptors);
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

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(twenty_deployments_leave_nothing),
		cmocka_unit_test(clones_that_come_and_go_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
