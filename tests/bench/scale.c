/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The scale that is promised: environments of five workloads each on one machine, of which the
 * last clone is ready soon after its last process is; and deployments in a row that leave no
 * growth.  "make bench", or tests/bench/scale [ENVIRONMENTS [DEPLOYMENTS]]; needs some minutes.
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

#include "base/clock.h"
#include "base/xmalloc.h"
#include "tests/wire/serve.h"
#include "tests/wire/usage.h"

#define SOON_MS 2000
#define WARM_UP 20
#define MEMORY_SLACK_KIB 4096

#define FIVE                                                                                       \
	ADD(WEB("web", "local/web:1.0.0", "") ", " WEB("api", "local/web:1.0.0", "") ", "          \
	    WEB("admin", "local/web:1.0.0", "") ", " WEB("feed", "local/web:1.0.0", "") ", "       \
	    WEB("search", "local/web:1.0.0", ""))

static int environments = 50, deployments = 200;

/* When the last line of readiness about this environment was logged; wall ms. */
static int64_t
last_ready(const struct serve *serve, const char *env)
{
	char *path = xasprintf("%s/log", serve->folder);
	char *place = xasprintf("/shop/%s/modules/", env);
	FILE *file = fopen(path, "r");
	char line[4096], stamp[CLOCK_STAMP_SIZE];
	int64_t last = 0;

	while (file && fgets(line, sizeof(line), file))
		if (strstr(line, place) && strstr(line, "state=\"ready\"") &&
		    sscanf(line, "<%*d>time=%31[^ ]", stamp) == 1)
			clock_parse(stamp, &last);
	if (file)
		fclose(file);
	free(place);
	free(path);
	return last;
}

static int64_t
clone(struct serve *serve, const char *id, const char *from)
{
	char *body = xasprintf("{'id': '%s', 'name': 'Clone', 'from_deploy_id': '%s'}", id, from);
	char *env = xasprintf(APP "/envs/%s", id);
	int64_t start = clock_steady_ms();

	assert_int_equal(serve_ask(serve, "POST", APP "/envs", body, NULL), 201);
	free(serve_deploy(serve, env, NULL));
	free(env);
	free(body);
	return clock_steady_ms() - start;
}

static void
many_environments_run_and_another_is_ready_soon(void **state)
{
	int64_t last = 0, total = 0, lag;
	struct serve serve = {0};
	struct usage usage;
	char id[32] = "";
	char *from;

	(void)state;
	serve_make(&serve);
	from = serve_deploy(&serve, ENV, FIVE);
	for (int i = 1; i < environments; i++) {
		snprintf(id, sizeof(id), "clone-%d", i);
		last = clone(&serve, id, from);
		total += last;
	}
	lag = clock_wall_ms() - last_ready(&serve, id);
	usage = usage_of(&serve);
	printf("# %d environments, %zu processes: %lld ms a clone, %lld ms the last, seen %lld ms after "
	       "its last process was ready; %zu descriptors, %zu KiB\n",
	       environments, usage.children,
	       (long long)(environments > 1 ? total / (environments - 1) : 0), (long long)last,
	       (long long)lag, usage.descriptors, usage.memory_kib);
	assert_int_equal(usage.children, (size_t)environments * 5);
	assert_true(lag <= SOON_MS);
	free(from);
	serve_clear(&serve);
}

static void
deploy(struct serve *serve, int number)
{
	char *delta = xasprintf(ADD(WEB("web", "local/web:1.0.0", ", 'N': '%d'")), number);

	free(serve_deploy(serve, ENV, delta));
	free(delta);
}

/* "Succeeded" is told when the new workload has taken over; the one before ends after that. */
static struct usage
usage_at_rest(const struct serve *serve)
{
	int64_t until = clock_steady_ms() + 10000;
	struct usage usage;

	while (usage = usage_of(serve), usage.children > 1 && clock_steady_ms() < until)
		usleep(20000);
	return usage;
}

static void
deployments_in_a_row_leave_no_growth(void **state)
{
	struct usage before, after;
	struct serve serve = {0};
	int64_t start;

	(void)state;
	serve_make(&serve);
	for (int i = 0; i < WARM_UP; i++)
		deploy(&serve, i);
	before = usage_at_rest(&serve);
	start = clock_steady_ms();
	for (int i = 0; i < deployments; i++)
		deploy(&serve, WARM_UP + i);
	after = usage_at_rest(&serve);
	printf("# %d deployments, %lld ms each: descriptors %zu -> %zu, KiB %zu -> %zu, files %zu -> %zu, "
	       "children %zu -> %zu\n",
	       deployments,
	       (long long)(deployments ? (clock_steady_ms() - start) / deployments : 0),
	       before.descriptors, after.descriptors, before.memory_kib, after.memory_kib,
	       before.files, after.files, before.children, after.children);
	assert_true(after.descriptors <= before.descriptors + 2);
	assert_true(after.files <= before.files);
	assert_true(after.children <= before.children);
	assert_true(after.memory_kib <= before.memory_kib + MEMORY_SLACK_KIB);
	serve_clear(&serve);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_environments_run_and_another_is_ready_soon),
		cmocka_unit_test(deployments_in_a_row_leave_no_growth),
	};

	if (argc > 1)
		environments = atoi(argv[1]);
	if (argc > 2)
		deployments = atoi(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
