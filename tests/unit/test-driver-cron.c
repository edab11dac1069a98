/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Cronjobs.  A minute is too long for a test: a schedule that is due every minute is made to have
 * missed its last one, by its record, and is owed that run; or the clocks go on by a minute, now.
 */
#include "config.h"

#include "driver-items.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "platform/drivers/process/run-records.h"

#define MINUTELY "'schedules': {'often': {'schedule': '* * * * *'}}"
#define CRON(script, more) \
	"{'containers': {'c': {" SHELL ", 'args': ['" script "']}}, " more "}"

/* What the clocks are ahead of the machine's: both, and the one on the wall, which people set. */
static int64_t passed_ms, set_ms;

/* The C library's, for all that is linked into this program. */
int
clock_gettime(clockid_t id, struct timespec *now)
{
	int64_t ahead = passed_ms + (id == CLOCK_REALTIME ? set_ms : 0);
	int ret = (int)syscall(SYS_clock_gettime, id, now);

	now->tv_sec += ahead / 1000;
	now->tv_nsec += ahead % 1000 * 1000000;
	if (now->tv_nsec >= 1000000000 || now->tv_nsec < 0) {
		int more = now->tv_nsec < 0 ? -1 : 1;

		now->tv_sec += more;
		now->tv_nsec -= more * 1000000000L;
	}
	return ret;
}

/* The loop finds at its next turn that so much time has passed. */
static void
let_pass(int64_t ms)
{
	passed_ms += ms;
}

static void
let_a_minute_begin(void)
{
	let_pass(60000 - clock_wall_ms() % 60000);
}

/* No minute ends while a test looks at what ran in it. */
static int
make_timed_world(void **state)
{
	let_pass(60000 + 15000 - clock_wall_ms() % 60000);
	return make_shell_world(state);
}

static int
remove_timed_world(void **state)
{
	passed_ms = set_ms = 0;
	return remove_world(state);
}

#define WITH_TIME(test) \
	cmocka_unit_test_setup_teardown(test, make_timed_world, remove_timed_world)

/* As if it had run last at that time before now. */
static void
ran_before(const struct world *world, const char *module, int seconds_ago, const char *schedule)
{
	struct run_record record = {
		.due = clock_wall_ms() / 1000 - seconds_ago,
		.started = clock_wall_ms() - seconds_ago * 1000,
		.ended = clock_wall_ms() - seconds_ago * 1000 + 1,
		.succeeded = true,
	};
	char *records = xasprintf("%s/records", world->space_dir);

	assert_int_equal(paths_make(records, NULL), 0);
	run_record_write(&record, world->space_dir, module, schedule);
	free(records);
}

static enum outcome
apply_cron(struct world *world, const char *id, const char *spec)
{
	const struct item item = {"cron", CRONJOB, spec, NULL};

	return apply_items(world, id, &item, 1);
}

static char *
message_of(struct world *world, int replica)
{
	struct driver_status all;
	char *message = NULL;

	world->driver->ops->observe(world->driver, SPACE, &all);
	for (size_t i = 0; i < all.count; i++)
		if (strcmp(all.items[i].module, "cron") == 0 && all.items[i].replica == replica) {
			assert_string_equal(all.items[i].kind, "CronJob");
			message = xstrdup(all.items[i].message ? all.items[i].message : "");
		}
	driver_status_clear(&all);
	return message ? message : xstrdup("nothing");
}

/* What is said of all schedules at once. */
static char *
whole_message(struct world *world)
{
	struct driver_status all;
	char *message = NULL;

	world->driver->ops->observe(world->driver, SPACE, &all);
	for (size_t i = 0; i < all.count; i++) {
		assert_true((all.items[i].whole_message != NULL) == (i == 0));
		assert_true((all.items[i].whole_reason != NULL) == (i == 0));
	}
	if (all.count > 0)
		message = xstrdup(all.items[0].whole_message);
	driver_status_clear(&all);
	return message ? message : xstrdup("nothing");
}

struct awaited {
	struct world *world;
	const char *words;
};

static bool
says(void *data)
{
	const struct awaited *awaited = data;
	char *message = message_of(awaited->world, 0);
	bool found = strstr(message, awaited->words) != NULL;

	free(message);
	return found;
}

static bool
says_in_all(void *data)
{
	const struct awaited *awaited = data;
	char *message = whole_message(awaited->world);
	bool found = strstr(message, awaited->words) != NULL;

	free(message);
	return found;
}

static void
await(struct world *world, const char *words)
{
	struct awaited awaited = {world, words};

	run_until(world, says, &awaited);
}

static void
expect_said(struct world *world, int replica, const char *words)
{
	char *message = message_of(world, replica);

	if (!strstr(message, words))
		fail_msg("%s", message);
	free(message);
}

/* --- when --- */

/* The deployment does not wait for a run.  What is due runs, and it is said how that ended and when
 * the next one is. */
static void
what_is_due_runs_and_says_how_it_ended(void **state)
{
	struct world *world = *state;

	expect_ready(world, apply_cron(world, "one", CRON("echo ran >>" DIARY, "'schedules': {'y': "
							  "{'schedule': '@yearly'}}")));
	expect_said(world, 0, "first run at ");
	assert_int_equal(status_of(world, "cron"), RUNTIME_RUNNING);
	run_for(world, 500);
	expect_diary(world, "");
	ran_before(world, "cron", 70, "often");
	expect_ready(world, apply_cron(world, "two", CRON("echo ran >>" DIARY, MINUTELY)));
	await(world, " succeeded; next run at ");
	expect_diary(world, "ran");
	assert_int_equal(status_of(world, "cron"), RUNTIME_SUCCEEDED);
	ran_before(world, "cron", 70, "often");
	expect_ready(world, apply_cron(world, "three", CRON("exit 3", MINUTELY)));
	await(world, " ended with status 3; next run at ");
	assert_int_equal(status_of(world, "cron"), RUNTIME_FAILED);
	/* One that did not change goes on, whether its last run was good or not. */
	expect_ready(world, apply_cron(world, "four", CRON("exit 3", MINUTELY)));
	expect_said(world, 0, "ended with status 3");
}

/* The clocks that count are those of its time zone. */
static void
its_time_zone_is_said(void **state)
{
	struct world *world = *state;

	expect_ready(world, apply_cron(world, "one", CRON("true", "'schedules': {'y': {'schedule': "
		"'30 6 1 7 *'}}, 'cronjob': {'timeZone': 'NPT-5:45'}")));
	expect_said(world, 0, "-07-01 06:30+05:45");
}

/* It is there and well, and says that it will not run. */
static void
one_that_never_comes_says_so(void **state)
{
	struct world *world = *state;

	expect_ready(world, apply_cron(world, "one", CRON("echo ran >>" DIARY,
		"'schedules': {'by-hand': {'schedule': '0 0 30 2 *'}}")));
	expect_said(world, 0, "never runs: its schedule names no minute that comes");
	assert_int_equal(status_of(world, "cron"), RUNTIME_RUNNING);
	run_for(world, 300);
	expect_diary(world, "");
	expect_ready(world, apply_cron(world, "two", CRON("echo ran >>" DIARY, "'schedules': {'y': "
							  "{'schedule': '@yearly'}}")));
	expect_said(world, 0, "first run at ");
}

/* --- over restarts and pauses --- */

static void
it_survives_a_restart_and_owes_what_it_missed(void **state)
{
	static const char spec[] = CRON("echo ran >>" DIARY, MINUTELY);
	struct world *world = *state;

	ran_before(world, "cron", 70, "often");
	expect_ready(world, apply_cron(world, "one", spec));
	await(world, " succeeded");
	close_driver(world);
	open_driver(world);
	expect_ready(world, apply_cron(world, "one", spec));
	expect_said(world, 0, " succeeded; next run at ");
	/* Paused, it does not run. */
	expect_ready(world, apply_items(world, "one", NULL, 0));
	ran_before(world, "cron", 70, "often");
	run_for(world, 500);
	expect_diary(world, "ran");
	/* What is later than it may be is left out. */
	ran_before(world, "cron", 3600, "often");
	expect_ready(world, apply_cron(world, "two", CRON("echo late >>" DIARY,
		"'schedules': {'often': {'schedule': '0 0 1 1 *'}}")));
	run_for(world, 500);
	expect_diary(world, "ran");
}

static bool
diary_is_begun(void *data)
{
	char *diary = read_diary(data);
	bool begun = *diary != '\0';

	free(diary);
	return begun;
}

/* Its process is told by another than it is begun by. */
static bool
cron_has_a_process(void *data)
{
	return pid_of(data, "cron", NULL, NULL) > 0;
}

static void
what_was_going_on_was_interrupted(void **state)
{
	static const char spec[] = CRON("echo begun >>" DIARY "; exec sleep 600", MINUTELY);
	struct world *world = *state;

	ran_before(world, "cron", 70, "often");
	expect_ready(world, apply_cron(world, "one", spec));
	run_until(world, diary_is_begun, world);
	expect_said(world, 0, "running since ");
	run_until(world, cron_has_a_process, world);
	close_driver(world);
	open_driver(world);
	expect_ready(world, apply_cron(world, "one", spec));
	expect_said(world, 0, "interrupted");
	expect_diary(world, "begun");
}

/* Whether it is said of the times or of the runs. */
static void
a_suspended_one_does_not_run(void **state)
{
	static const char *const specs[] = {
		CRON("echo ran >>" DIARY, MINUTELY ", 'cronjob': {'suspend': true}"),
		CRON("echo ran >>" DIARY, MINUTELY ", 'job': {'suspend': true}"),
	};
	struct world *world = *state;

	ran_before(world, "cron", 70, "often");
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		expect_ready(world, apply_cron(world, "one", specs[i]));
		expect_said(world, 0, "suspended");
		run_for(world, 500);
		expect_diary(world, "");
	}
}

/* --- two at the same time --- */

#define GOES_ON(policy) \
	CRON("exec >>../../../data/" policy "; trap : TERM; echo begun; sleep 600 & wait; " \
	     "echo ended", MINUTELY \
	     ", 'cronjob': {'concurrencyPolicy': '" policy "'}")

static size_t
count_lines(const struct world *world, const char *name)
{
	char *path = xasprintf("%s/data/%s", world->space_dir, name), line[64];
	FILE *file = fopen(path, "r");
	size_t count = 0;

	while (file && fgets(line, sizeof(line), file))
		count++;
	if (file)
		fclose(file);
	free(path);
	return count;
}

static bool
all_have_begun(void *data)
{
	return count_lines(data, "Allow") > 0 && count_lines(data, "Forbid") > 0 &&
	       count_lines(data, "Replace") > 0;
}

static bool
the_others_began_again(void *data)
{
	return count_lines(data, "Allow") > 1 && count_lines(data, "Replace") > 2;
}

/* The next minute comes while the runs of the last one go on: then one more runs, or none, or one
 * in the place of the other. */
static void
the_next_run_goes_by_the_policy(void **state)
{
	static const struct item items[] = {
		{"allow", CRONJOB, GOES_ON("Allow"), NULL},
		{"forbid", CRONJOB, GOES_ON("Forbid"), NULL},
		{"replace", CRONJOB, GOES_ON("Replace"), NULL},
	};
	struct world *world = *state;
	int64_t first = clock_wall_ms() / 60000, minute;

	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		ran_before(world, items[i].module, 70, "often");
	expect_ready(world, apply_items(world, "one", items, 3));
	run_until(world, all_have_begun, world);
	minute = clock_wall_ms() / 60000;
	let_a_minute_begin();
	run_until(world, the_others_began_again, world);
	assert_true(clock_wall_ms() / 60000 > minute);
	run_for(world, 500);
	minute = clock_wall_ms() / 60000 - first;	/* so many began; on a slow machine two */
	assert_in_range(count_lines(world, "Allow"), 2, (uintmax_t)(1 + minute));
	assert_int_equal(count_lines(world, "Forbid"), 1);
	/* begun, ended, begun */
	assert_in_range(count_lines(world, "Replace"), 3, (uintmax_t)(1 + 2 * minute));
}

/* --- clocks that are set --- */

static bool
ran_again(void *data)
{
	return count_lines(data, "diary") > 1;
}

/* An hour comes twice: what ran in it does not run again, and goes on when it is over. */
static void
a_clock_that_is_set_back_runs_nothing_twice(void **state)
{
	struct world *world = *state;

	ran_before(world, "cron", 70, "often");
	expect_ready(world, apply_cron(world, "one", CRON("echo ran >>" DIARY, MINUTELY)));
	await(world, " succeeded");
	set_ms = -3600 * 1000;
	for (int i = 0; i < 3; i++) {
		let_a_minute_begin();
		run_for(world, 100);
		expect_diary(world, "ran");
	}
	set_ms = 0;
	let_a_minute_begin();
	run_until(world, ran_again, world);
	await(world, " succeeded");
	assert_int_equal(count_lines(world, "diary"), 2);
}

/* A machine that slept a day owes one run of a thousand, and of one that is long over none, unless
 * it says how late it may begin. */
static void
what_a_sleep_missed_runs_once_or_not_at_all(void **state)
{
	static const struct item items[] = {
		{"cron", CRONJOB, CRON("echo often >>../../../data/often", MINUTELY), NULL},
		{"seldom", CRONJOB, CRON("echo seldom >>../../../data/seldom",
		 "'schedules': {'s': {'schedule': '0 * * * *'}}"), NULL},
		{"patient", CRONJOB, CRON("echo patient >>../../../data/patient",
		 "'schedules': {'s': {'schedule': '0 * * * *'}}, 'cronjob': "
		 "{'startingDeadlineSeconds': 7200}"), NULL},
	};
	struct world *world = *state;

	/* It is half past, so that the last hour that was missed is half an hour ago. */
	let_pass((5400 - clock_wall_ms() / 1000 % 3600) * 1000);
	expect_ready(world, apply_items(world, "one", items, 3));
	expect_said(world, 0, "first run at ");
	let_pass(24 * 3600 * 1000);
	await(world, " succeeded");
	run_for(world, 300);
	assert_int_equal(count_lines(world, "often"), 1);
	assert_int_equal(count_lines(world, "seldom"), 0);
	assert_int_equal(count_lines(world, "patient"), 1);
}

/* --- what they are --- */

/* Each has what it says instead of the usual. */
static void
each_schedule_has_its_own_words(void **state)
{
	struct world *world = *state;

	ran_before(world, "cron", 70, "a");
	ran_before(world, "cron", 70, "b");
	expect_ready(world, apply_cron(world, "one",
		"{'containers': {'c': {" SHELL ", 'args': ['echo usual $X >>" DIARY "'], 'variables': "
		"{'X': 'x'}}}, 'schedules': {'b': {'schedule': '* * * * *', 'containers': {'c': "
		"{'args': ['sleep 0.3; echo other $X $Y >>" DIARY "'], 'variables': {'Y': 'y'}}}}, "
		"'a': {'schedule': '* * * * *'}}}"));
	await(world, " succeeded");
	run_for(world, 1000);
	expect_diary(world, "usual x other x y");
	expect_said(world, 1, " succeeded");
}

#define NEXT "next run at "

/* Whichever name comes first: the last run may be of one schedule, and the next one of another. */
static void
of_several_the_earliest_is_next_and_the_latest_was_last(void **state)
{
	static const struct {
		const char *schedules;
		int ago[2], last, next;
	} rows[] = {
		{"'schedules': {'a': {'schedule': '@yearly'}, 'b': {'schedule': '0 * * * *'}}",
		 {60, 1200}, 0, 1},
		{"'schedules': {'a': {'schedule': '0 * * * *'}, 'b': {'schedule': '@yearly'}}",
		 {1200, 60}, 1, 0},
		{"'schedules': {'a': {'schedule': '@yearly'}, 'b': {'schedule': '0 * * * *'}}",
		 {4000, 1200}, 1, 1},
		{"'schedules': {'a': {'schedule': '0 0 30 2 *'}, 'b': {'schedule': '0 * * * *'}}",
		 {0, 1200}, 1, 1},
	};
	struct world *world = *state;

	/* It is half past, so that none is due meanwhile. */
	let_pass((5400 - clock_wall_ms() / 1000 % 3600) * 1000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *spec = xasprintf("{'containers': {'c': {" SHELL ", 'args': ['true %zu']}}, %s}",
				       i, rows[i].schedules);
		char *whole, *last, *next, *expected;

		for (int k = 0; k < 2; k++)
			if (rows[i].ago[k] > 0)
				ran_before(world, "cron", rows[i].ago[k], k == 0 ? "a" : "b");
		expect_ready(world, apply_cron(world, "one", spec));
		whole = whole_message(world);
		last = message_of(world, rows[i].last);
		next = message_of(world, rows[i].next);
		assert_non_null(strstr(last, NEXT));
		assert_non_null(strstr(next, NEXT));
		expected = xasprintf("%.*s%s", (int)(strstr(last, NEXT) - last), last,
				     strstr(next, NEXT));
		assert_string_equal(whole, expected);
		free(expected);
		free(next);
		free(last);
		free(whole);
		free(spec);
	}
}

/* What runs goes before what ended, although that began later. */
static void
of_several_the_one_that_runs_is_said(void **state)
{
	struct world *world = *state;
	struct awaited awaited = {world, "running since "};
	char *whole;

	ran_before(world, "cron", 10, "a");
	ran_before(world, "cron", 70, "b");
	expect_ready(world, apply_cron(world, "one", CRON("exec sleep 600",
		"'schedules': {'a': {'schedule': '@yearly'}, 'b': {'schedule': '* * * * *'}}")));
	run_until(world, says_in_all, &awaited);
	expect_said(world, 0, "last run at ");
	whole = whole_message(world);
	expect_said(world, 1, whole);
	free(whole);
}

/* Where none can be due, that is said of all. */
static void
of_several_none_may_come(void **state)
{
	struct world *world = *state;
	char *whole;

	expect_ready(world, apply_cron(world, "one", CRON("true",
		"'schedules': {'a': {'schedule': '0 0 30 2 *'}, 'b': {'schedule': '0 0 31 4 *'}}")));
	whole = whole_message(world);
	assert_non_null(strstr(whole, "never runs"));
	free(whole);
}

static void
what_is_wrong_is_refused_by_name(void **state)
{
	static const struct {
		const char *more, *words;
	} rows[] = {
		{"'schedules': {'s': {'schedule': '61 * * * *'}}", "The schedule \"61 * * * *\" of workload cron"},
		{"'schedules': {'s': {}}", "The schedule \"\" of workload cron"},
		{"'schedules': {}", "The cronjob cron must have 1 to 32 schedules"},
		{"'replicas': null", "The cronjob cron must have 1 to 32 schedules"},
		{MINUTELY ", 'cronjob': {'timeZone': 'Mars/Base'}", "The time zone \"Mars/Base\" of workload cron"},
		{"'schedules': {'s': {'schedule': '@daily', 'containers': {'d': {}}}}",
		 "names the container d, which it does not have"},
		{MINUTELY ", 'cronjob': {'startingDeadlineSeconds': 9999999}",
		 "The startingDeadlineSeconds of workload cron must be"},
	};
	const struct item never = {"cron", CRONJOB, CRON("true", MINUTELY), "{'success': 'complete'}"};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *spec = xasprintf("{'containers': {'c': {" SHELL "}}, %s}", rows[i].more);

		expect_failed(world, apply_cron(world, "one", spec), rows[i].words);
		free(spec);
	}
	expect_failed(world, apply_items(world, "one", &never, 1), "never ends");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TIME(what_is_due_runs_and_says_how_it_ended),
		WITH_TIME(its_time_zone_is_said),
		WITH_TIME(one_that_never_comes_says_so),
		WITH_TIME(it_survives_a_restart_and_owes_what_it_missed),
		WITH_TIME(what_was_going_on_was_interrupted),
		WITH_TIME(a_suspended_one_does_not_run),
		WITH_TIME(the_next_run_goes_by_the_policy),
		WITH_TIME(a_clock_that_is_set_back_runs_nothing_twice),
		WITH_TIME(what_a_sleep_missed_runs_once_or_not_at_all),
		WITH_TIME(each_schedule_has_its_own_words),
		WITH_TIME(of_several_the_earliest_is_next_and_the_latest_was_last),
		WITH_TIME(of_several_the_one_that_runs_is_said),
		WITH_TIME(of_several_none_may_come),
		WITH_TIME(what_is_wrong_is_refused_by_name),
	};

	if (!machine_confines()) {
		puts("1..0 # SKIP this kernel refuses namespaces");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
