/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A deployment to a cluster whose API server hangs, whose watches lack events for good, or whose
 * daemon ended in its midst: what succeeded in truth has succeeded, and what fails says why.
 */
#include "config.h"

#include "kube-double.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "model/json.h"

#define FINE "shop/web:1.4.2"
#define LOST "GET watch=true lose ADDED\nGET watch=true lose MODIFIED\n"

static void
restart(struct kube_double *d, int ready_timeout_ms)
{
	d->ready_timeout_ms = ready_timeout_ms;
	kube_double_restart_driver(d);
}

static void
begin(struct kube_double *d, const char *space, const char *image)
{
	struct driver_workload web = kube_double_workload("web", image, NULL);

	kube_double_begin(d, space, &web, 1, false);
}

static void
turn_for(struct kube_double *d, int64_t ms)
{
	int64_t end = clock_steady_ms() + ms;

	while (clock_steady_ms() < end)
		kube_double_turn(d);
}

static void
wait_until_applied(struct kube_double *d, const char *namespace)
{
	char *path = xasprintf("/apis/apps/v1/namespaces/%s/deployments/web", namespace);

	while (!kube_double_get(d, path))
		kube_double_turn(d);
	free(path);
}

/* It accepts what is sent, and answers nothing. */
static void
hang(const struct kube_double *d)
{
	assert_int_equal(kill(d->pid, SIGSTOP), 0);
}

static void
answer_again(const struct kube_double *d)
{
	assert_int_equal(kill(d->pid, SIGCONT), 0);
}

/* --- events that are lost --- */

/* Its pods are ready, and no watch has said so. */
static void
test_no_deadline_is_believed_without_a_list(void **state)
{
	struct kube_double *d = *state;

	restart(d, 5000);
	kube_double_prepare(d, "acme/shop/lost");
	kube_double_rules(d, LOST);
	begin(d, "acme/shop/lost", FINE);
	kube_double_wait(d);
	kube_double_rules(d, "");
	if (d->failed)
		fail_msg("%s", d->err.text);
	restart(d, 0);
}

/* One that has time is not kept waiting until its deadline. */
static void
test_silence_is_asked_about(void **state)
{
	struct kube_double *d = *state;
	int64_t began = clock_steady_ms();

	kube_double_prepare(d, "acme/shop/quiet");
	kube_double_rules(d, LOST);
	begin(d, "acme/shop/quiet", FINE);
	kube_double_wait(d);
	kube_double_rules(d, "");
	assert_false(d->failed);
	assert_true(clock_steady_ms() - began < 60000);
}

/* --- a server that hangs --- */

static bool
says_silent(struct kube_double *d, const char *space)
{
	const char *silent = "The cluster prod has not answered for ";
	struct driver_status status;
	bool says;

	d->driver->ops->observe(d->driver, space, &status);
	says = status.count > 0 && status.items[0].status == RUNTIME_UNKNOWN &&
	       strncmp(status.items[0].message, silent, strlen(silent)) == 0;
	driver_status_clear(&status);
	return says;
}

/* Seconds after which the board says it, and no deployment has failed by it. */
static void
test_a_server_that_hangs_is_noticed(void **state)
{
	struct kube_double *d = *state;
	const struct driver_ops *ops = d->driver->ops;
	int64_t began, end;
	uint64_t state_before;

	kube_double_prepare(d, "acme/shop/hangs");
	begin(d, "acme/shop/hangs", FINE);
	kube_double_wait(d);
	begin(d, "acme/shop/hangs", "fail/unready:1");
	turn_for(d, 1000);
	hang(d);
	state_before = ops->state(d->driver, "acme/shop/hangs");
	began = clock_steady_ms();
	end = began + 60000;
	while (!says_silent(d, "acme/shop/hangs")) {
		assert_true(clock_steady_ms() < end);
		kube_double_turn(d);
	}
	print_message("# noticed after %lld ms\n", (long long)(clock_steady_ms() - began));
	assert_true(clock_steady_ms() - began < 12000);
	assert_int_not_equal(ops->state(d->driver, "acme/shop/hangs"), state_before);
	turn_for(d, 3000);
	assert_int_equal(d->ended, 0);
	answer_again(d);
	while (says_silent(d, "acme/shop/hangs")) {
		assert_true(clock_steady_ms() < end);
		kube_double_turn(d);
	}
	assert_int_equal(d->ended, 0);
	driver_task_cancel(d->task);
	kube_double_wait(d);
}

/* What cannot be reached then is not brought back either, and that is said as well. */
static void
test_a_deployment_waits_for_it_until_its_deadline(void **state)
{
	struct kube_double *d = *state;
	int64_t began, end;

	restart(d, 14000);
	kube_double_prepare(d, "acme/shop/forever");
	begin(d, "acme/shop/forever", "fail/unready:1");
	wait_until_applied(d, "shop-forever");
	began = clock_steady_ms();
	hang(d);
	end = began + 13000;
	while (clock_steady_ms() < end) {
		kube_double_turn(d);
		assert_int_equal(d->ended, 0);
	}
	kube_double_wait(d);
	answer_again(d);
	assert_true(d->failed);
	print_message("# %s\n", d->err.text);
	assert_non_null(strstr(d->err.text, "The cluster prod has not answered for "));
	assert_non_null(strstr(d->err.text, " (since 20"));
	assert_int_equal(d->problems.count, 2);
	assert_string_equal(d->problems.items[0].object_id, "");
	assert_string_equal(d->problems.items[0].code, "cannot-apply");
	assert_string_equal(d->problems.items[1].object_id, "web");
	assert_string_equal(d->problems.items[1].code, "not-restored");
	restart(d, 0);
}

/* Each request is sent again, for as long as the deployment may take. */
static void
test_writes_wait_as_well(void **state)
{
	struct kube_double *d = *state;

	kube_double_prepare(d, "acme/shop/writes");
	hang(d);
	begin(d, "acme/shop/writes", FINE);
	turn_for(d, 12000);
	assert_int_equal(d->ended, 0);
	answer_again(d);
	kube_double_wait(d);
	if (d->failed)
		fail_msg("%s", d->err.text);
}

/* --- what a daemon before began --- */

static bool
runs(struct kube_double *d, const char *namespace, const char *image)
{
	char *path = xasprintf("/apis/apps/v1/namespaces/%s/deployments/web", namespace);
	char *text = json_dumps(kube_double_get(d, path), JSON_COMPACT);
	bool found = text && strstr(text, image);

	free(text);
	free(path);
	return found;
}

/* Whatever was done of it: what is left is done, and it is not begun anew. */
static void
test_what_a_daemon_began_is_taken_up(void **state)
{
	struct kube_double *d = *state;
	int64_t begun_at = clock_wall_ms();

	kube_double_prepare(d, "acme/shop/taken");
	begin(d, "acme/shop/taken", FINE);
	kube_double_wait(d);
	begin(d, "acme/shop/taken", "slow/web:2");
	while (!runs(d, "shop-taken", "slow/web:2"))
		kube_double_turn(d);
	kube_double_restart_driver(d);
	kube_double_prepare(d, "acme/shop/taken");
	d->begun_at = begun_at;
	begin(d, "acme/shop/taken", "slow/web:2");
	kube_double_wait(d);
	d->begun_at = 0;
	if (d->failed)
		fail_msg("%s", d->err.text);
	assert_true(runs(d, "shop-taken", "slow/web:2"));
}

/* It has what is left of its time, not all of it; but what is ready in truth has succeeded, however
 * long nobody looked. */
static void
test_it_has_what_is_left_of_its_time(void **state)
{
	struct kube_double *d = *state;
	int64_t began;

	restart(d, 600000);
	kube_double_prepare(d, "acme/shop/left");
	d->begun_at = clock_wall_ms() - 3600000;
	begin(d, "acme/shop/left", FINE);
	kube_double_wait(d);
	assert_false(d->failed);
	began = clock_steady_ms();
	begin(d, "acme/shop/left", "fail/unready:1");
	kube_double_wait(d);
	d->begun_at = 0;
	assert_true(d->failed);
	assert_true(clock_steady_ms() - began < 100000);
	assert_string_equal(d->problems.items[0].object_id, "web");
	/* Whoever asked knows what was there before, and resumes it. */
	assert_true(runs(d, "shop-left", "fail/unready:1"));
	restart(d, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_deadline_is_believed_without_a_list),
		cmocka_unit_test(test_silence_is_asked_about),
		cmocka_unit_test(test_a_server_that_hangs_is_noticed),
		cmocka_unit_test(test_a_deployment_waits_for_it_until_its_deadline),
		cmocka_unit_test(test_writes_wait_as_well),
		cmocka_unit_test(test_what_a_daemon_began_is_taken_up),
		cmocka_unit_test(test_it_has_what_is_left_of_its_time),
	};

	if (!kube_double_is_possible())
		return 0;
	return cmocka_run_group_tests(tests, kube_double_start, kube_double_stop);
}
