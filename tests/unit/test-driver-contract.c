/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The contract of driver.h, a row for each rule, held against every driver.  A rule that is about
 * an operation that a driver may do without is skipped for those, which is said.
 */
#include "config.h"

#include "driver-stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/workload-check.h"
#include "model/workload-fields.h"
#include "tests/patience.h"
#include "tests/skip.h"

#define NOWHERE "acme/shop/nowhere"	/* that no driver was ever told of */
#define LIMIT 100

static const struct driver_home no_home = {.namespace = ""};

static void
expect_code(const struct stage_wait *wait, enum error_code code)
{
	assert_true(wait->failed);
	assert_true(wait->err.part_count > 0);
	assert_int_equal(wait->err.parts[0].code, code);
}

/* --- what it offers, and what it says of itself --- */

static void
it_has_all_that_a_driver_has(struct stage *stage)
{
	const struct driver_ops *ops = stage->driver->ops;
	const char *lack = driver_ops_lack(ops);

	if (lack)
		fail_msg("%s is missing", lack);
	/* Who is always seen has nothing that goes on elsewhere. */
	assert_true(ops->outlives == (stage->row->hide != NULL));
}

/* Whether it is in the list, or below one of it. */
static bool
is_named(const struct workload_field *field, const json_t *paths)
{
	const json_t *path;
	size_t i;

	json_array_foreach(paths, i, path) {
		const char *text = json_string_value(path);
		size_t length = strlen(text);

		if (strncmp(field->path, text, length) == 0 &&
		    (field->path[length] == '\0' || field->path[length] == '/'))
			return true;
	}
	return false;
}

static bool
is_a_field(const char *path)
{
	const struct workload_field *field;
	size_t length = strlen(path);

	for (size_t i = 0; (field = workload_field(i)); i++)
		if (strncmp(field->path, path, length) == 0 &&
		    (field->path[length] == '\0' || field->path[length] == '/'))
			return true;
	return false;
}

static void
expect_fields(const json_t *paths)
{
	const json_t *path;
	const char *key;
	size_t i;

	json_array_foreach(paths, i, path)
		if (!is_a_field(json_string_value(path)))
			fail_msg("%s is no field", json_string_value(path));
	if (json_is_object(paths))
		json_object_foreach((json_t *)(uintptr_t)paths, key, path)
			if (!is_a_field(key))
				fail_msg("%s is no field", key);
}

/* So that a field which is new is thought of for each driver. */
static void
it_names_every_field_of_a_workload(struct stage *stage)
{
	json_t *all = stage->driver->ops->describe(stage->driver);
	const json_t *honours = json_object_get(all, "honours");
	const json_t *ignores = json_object_get(all, "ignores");
	const json_t *partly = json_object_get(all, "partly");
	const struct workload_field *field;

	assert_string_equal(json_member_string(all, "name"), stage->driver->ops->name);
	assert_true(json_array_size(json_object_get(all, "profiles")) > 0);
	expect_fields(honours);
	expect_fields(ignores);
	expect_fields(partly);
	expect_fields(json_object_get(all, "within"));
	for (size_t i = 0; (field = workload_field(i)); i++) {
		bool is_honoured = field_is_honoured(field, honours);
		bool is_ignored = is_named(field, ignores);

		if (!is_honoured && !is_ignored && !json_object_get(partly, field->path))
			fail_msg("nothing is said of %s", field->path);
		if (is_honoured && is_ignored)
			fail_msg("%s is honoured and ignored", field->path);
	}
	json_decref(all);
}

static void
images_are_listed_and_nonsense_is_refused(struct stage *stage)
{
	const struct driver_ops *ops = stage->driver->ops;
	json_t *images = ops->images(stage->driver);
	const char *before = "";
	struct error err = {0};
	const json_t *image;
	size_t i;

	assert_true(json_is_array(images));
	json_array_foreach(images, i, image) {
		assert_non_null(json_member_string(image, "version"));
		assert_true(strcmp(before, json_member_string(image, "name")) <= 0);
		before = json_member_string(image, "name");
	}
	assert_false(ops->image_exists(stage->driver, "", &err));
	assert_int_equal(err.kind, ERROR_INPUT);
	json_decref(images);
}

static void
its_namespace_is_the_same_each_time(struct stage *stage)
{
	const struct driver_ops *ops = stage->driver->ops;
	char *one, *same, *other;

	if (!ops->default_namespace)
		SKIP_TEST("it has no namespaces");
	one = ops->default_namespace(stage->driver, stage->space);
	same = ops->default_namespace(stage->driver, stage->space);
	other = ops->default_namespace(stage->driver, NOWHERE);
	assert_true(*one != '\0');
	assert_string_equal(one, same);
	assert_string_not_equal(one, other);
	free(one);
	free(same);
	free(other);
}

/* --- a space --- */

static void
a_space_is_prepared_as_often_as_one_likes(struct stage *stage)
{
	struct stage_wait *wait;

	stage_prepare(stage);
	stage_prepare(stage);
	wait = stage_wait(stage);
	STAGE_BEGIN(wait, adopt, stage->space, &no_home);
	assert_true(stage_end(wait));
	stage_apply(stage, PROGRAM_FINE);
	stage_prepare(stage);
	json_decref(stage_ready_picture(stage));
}

/* --- resources --- */

static struct driver_resource
dns(const json_t *previous)
{
	return (struct driver_resource){
		.res_id = "modules.web.externals.dns", .name = "web-dns", .type = "dns",
		.of = "dns", .previous_outputs = previous,
	};
}

static void
a_resource_is_the_same_when_it_is_made_again(struct stage *stage)
{
	struct driver_resource resource = dns(NULL);
	struct stage_wait *first, *second;

	stage_prepare(stage);
	first = stage_wait(stage);
	STAGE_BEGIN(first, provision, stage->space, &resource);
	assert_true(stage_end(first));
	assert_true(json_is_object(first->outputs));
	resource = dns(first->outputs);
	second = stage_wait(stage);
	STAGE_BEGIN(second, provision, stage->space, &resource);
	assert_true(stage_end(second));
	assert_true(json_equal(first->outputs, second->outputs));
	for (int i = 0; i < 2; i++) {
		struct stage_wait *gone = stage_wait(stage);

		STAGE_BEGIN(gone, deprovision, stage->space, "dns", "web-dns", first->outputs);
		assert_true(stage_end(gone));
	}
}

static void
a_resource_that_it_does_not_make_is_refused(struct stage *stage)
{
	struct driver_resource resource = dns(NULL);
	struct stage_wait *wait;
	struct error err = {0};

	resource.type = "nonsense";
	stage_prepare(stage);
	wait = stage_wait(stage);
	STAGE_BEGIN(wait, provision, stage->space, &resource);
	assert_false(stage_end(wait));
	if (!stage->driver->ops->check_resource)
		SKIP_TEST("it takes them all");
	assert_int_equal(stage->driver->ops->check_resource(stage->driver, &resource, &err), -1);
	assert_true(err.text[0] != '\0');
}

static void
files_are_given_as_paths_or_refused(struct stage *stage)
{
	json_t *files = json_pack("{s:{s:s, s:s}}", "a.conf", "text", "colour = blue\n", "tag",
				  "0123456789abcdef");
	struct stage_wait *wait;

	stage_prepare(stage);
	wait = stage_wait(stage);
	STAGE_BEGIN(wait, render, stage->space, "conf", files, NULL);
	if (stage_end(wait))
		assert_non_null(json_member_string(wait->outputs, "a.conf"));
	else
		expect_code(wait, CODE_CLUSTER_RESOURCE_FILES);
	for (int i = 0; i < 2; i++) {
		wait = stage_wait(stage);
		STAGE_BEGIN(wait, render, stage->space, "conf", NULL, NULL);
		assert_true(stage_end(wait));
	}
	json_decref(files);
}

/* --- workloads --- */

static void
what_is_applied_twice_is_left_alone(struct stage *stage)
{
	json_t *before, *after;

	stage_prepare(stage);
	stage_apply(stage, PROGRAM_FINE);
	before = stage_ready_picture(stage);
	stage_apply(stage, PROGRAM_FINE);
	after = stage_picture(stage);
	assert_true(json_equal(before, after));
	json_decref(after);
	stage_settle(stage);
	stage_expect_picture(stage, before);
}

static void
what_is_not_declared_ends(struct stage *stage)
{
	const struct driver_deployment nothing = {.id = "d2"};
	struct stage_wait *wait;

	stage_prepare(stage);
	stage_apply(stage, PROGRAM_FINE);
	json_decref(stage_ready_picture(stage));
	wait = stage_begin_apply_of(stage, "other", PROGRAM_FINE);
	assert_true(stage_end(wait));
	STAGE_UNTIL(stage, stage_is_ready(stage));
	wait = stage_wait(stage);
	STAGE_BEGIN(wait, apply, stage->space, &nothing);
	assert_true(stage_end(wait));
	stage_expect_picture(stage, json_array());
}

static void
a_failure_is_told_once_with_its_workload_and_what_ran_goes_on(struct stage *stage)
{
	struct stage_wait *wait;
	json_t *before;

	stage_prepare(stage);
	stage_apply(stage, PROGRAM_FINE);
	before = stage_ready_picture(stage);
	wait = stage_begin_apply(stage, PROGRAM_FAILS);
	assert_false(stage_end(wait));
	assert_int_equal(json_object_size(wait->problems), 1);
	assert_true(*json_member_string(wait->problems, "web") != '\0');
	stage_expect_picture(stage, before);
	stage_settle(stage);
}

static void
what_is_cancelled_ends_once_and_what_ran_goes_on(struct stage *stage)
{
	for (int turns = 0; turns < 40; turns += 20) {
		struct stage_wait *wait;
		struct driver_task *task;
		json_t *before;

		stage_prepare(stage);
		stage_apply(stage, PROGRAM_FINE);
		before = stage_ready_picture(stage);
		wait = stage_begin_apply(stage, PROGRAM_UNREADY);
		for (int i = 0; i < turns; i++)
			stage_turn(stage);
		assert_int_equal(wait->ended, 0);
		task = wait->task;
		stage->inside++;	/* nor does it end in this call */
		driver_task_cancel(task);
		driver_task_cancel(task);
		stage->inside--;
		assert_false(stage_end(wait));
		expect_code(wait, CODE_CANCELLED);
		stage_expect_picture(stage, before);
	}
}

/* That one cannot be started, and that one is not known yet, keeps no other from running. */
static void
of_what_is_resumed_each_counts_for_itself(struct stage *stage)
{
	struct driver_deployment mixed = {.id = "d1", .is_resumed = true},
				 held = {.id = "d1", .is_resumed = true};
	struct stage_wait *wait;
	json_t *before;

	stage_prepare(stage);
	stage_declare(stage, &mixed, "bad", PROGRAM_FAILS);
	stage_declare(stage, &mixed, "web", PROGRAM_FINE);
	wait = stage_begin(stage, &mixed);
	assert_false(stage_end(wait));
	assert_int_equal(json_object_size(wait->problems), 1);
	assert_non_null(json_object_get(wait->problems, "bad"));
	assert_true(stage_end(stage_begin_resuming(stage, PROGRAM_FINE)));
	before = stage_ready_picture(stage);
	stage_declare(stage, &held, "web", PROGRAM_FAILS);
	held.workloads[0].is_held = true;
	assert_true(stage_end(stage_begin(stage, &held)));
	stage_expect_picture(stage, before);
}

/* In a space beside the stage's, as the first copy of that. */
static struct stage_wait *
begin_copy(struct stage *stage, const char *name, enum program web)
{
	struct driver_deployment copy = {.id = "d2", .copy_of = xstrdup(stage->space)};
	const char *original = stage->space;
	struct stage_wait *wait;

	stage->space = name;
	stage_prepare(stage);
	stage_declare(stage, &copy, "bad", PROGRAM_FAILS);
	stage_declare(stage, &copy, "web", web);
	wait = stage_begin(stage, &copy);
	(void)stage_end(wait);
	stage->space = original;
	return wait;
}

/* Whoever copies what is broken wants to mend it there; what runs in the original is to run. */
static void
what_does_not_run_in_the_original_is_a_warning_in_its_copy(struct stage *stage)
{
	struct driver_deployment mixed = {.id = "d1", .is_resumed = true};
	char one[48], two[48];
	struct stage_wait *wait;

	snprintf(one, sizeof(one), "%s-one", stage->space);
	snprintf(two, sizeof(two), "%s-two", stage->space);
	stage_prepare(stage);
	stage_declare(stage, &mixed, "bad", PROGRAM_FAILS);
	stage_declare(stage, &mixed, "web", PROGRAM_FINE);
	assert_false(stage_end(stage_begin(stage, &mixed)));
	wait = begin_copy(stage, one, PROGRAM_FINE);
	if (wait->failed)
		fail_msg("%s", wait->err.text);
	assert_string_equal(json_member_string(wait->warnings, "bad"), "does-not-run");
	assert_null(json_object_get(wait->warnings, "web"));
	wait = begin_copy(stage, two, PROGRAM_FAILS);
	assert_true(wait->failed);
	assert_non_null(json_object_get(wait->problems, "web"));
	assert_null(json_object_get(wait->problems, "bad"));
}

static void
apply_another(struct stage_wait *wait)
{
	stage_begin_apply_of(wait->stage, "other", PROGRAM_FINE);
}

/* A space is idle before whoever waits hears of it. */
static void
the_next_may_begin_in_the_end_of_the_one_before(struct stage *stage)
{
	struct stage_wait *first, *next;

	stage_prepare(stage);
	first = stage_begin_apply(stage, PROGRAM_FINE);
	first->then = apply_another;
	assert_true(stage_end(first));
	next = first + 1;
	if (!stage_end(next))
		fail_msg("%s", next->err.text);
	json_decref(stage_ready_picture(stage));
}

static void
what_nobody_waits_for_any_more_goes_on_unheard(struct stage *stage)
{
	struct stage_wait *wait;

	stage_prepare(stage);
	wait = stage_begin_apply(stage, PROGRAM_FINE);
	driver_task_forget(wait->task);
	wait->is_forgotten = true;
	json_decref(stage_ready_picture(stage));
}

static void
of_two_changes_of_a_space_the_second_fails(struct stage *stage)
{
	struct stage_wait *first, *second;

	stage_prepare(stage);
	first = stage_begin_apply(stage, PROGRAM_UNREADY);
	second = stage_begin_apply(stage, PROGRAM_UNREADY);
	assert_false(stage_end(second));
	expect_code(second, CODE_SPACE_IS_CHANGING);
	assert_int_equal(first->ended, 0);
	driver_task_cancel(first->task);
	assert_false(stage_end(first));
	expect_code(first, CODE_CANCELLED);
}

static void
a_review_changes_nothing(struct stage *stage)
{
	struct driver_workload workload;
	const struct driver_deployment deployment = {
		.id = "d2", .workloads = &workload, .count = 1};
	const struct driver_review review = {.home = &no_home, .deployment = &deployment};
	struct driver_resource resource = dns(NULL);
	struct error err = {0};
	struct stage_wait *wait;
	json_t *before, *expected;

	if (!stage->driver->ops->review)
		SKIP_TEST("it has nothing to say before a deployment");
	stage_prepare(stage);
	stage_apply(stage, PROGRAM_FINE);
	before = stage_ready_picture(stage);
	workload = stage->row->workload(stage, "web", PROGRAM_UNREADY);
	wait = stage_wait(stage);
	STAGE_BEGIN(wait, review, stage->space, &review);
	assert_true(stage_end(wait));
	assert_true(json_is_array(json_object_get(wait->outputs, "findings")));
	assert_false(json_is_true(json_object_get(wait->outputs, "is_new")));
	expected = stage->driver->ops->expect(stage->driver, stage->space, &no_home, &resource,
					      NULL, &err);
	assert_non_null(expected);
	json_decref(expected);
	driver_deployment_clear(&(struct driver_deployment){
		.workloads = memcpy(xcalloc(1, sizeof(workload)), &workload, sizeof(workload)),
		.count = 1});
	stage_expect_picture(stage, before);
}

/* --- what runs --- */

static void
nothing_is_claimed_of_a_space_that_is_not_known(struct stage *stage)
{
	struct driver_status status;

	stage->driver->ops->observe(stage->driver, NOWHERE, &status);
	assert_int_equal(status.count, 0);
	driver_status_clear(&status);
	(void)stage->driver->ops->state(stage->driver, NOWHERE);
}

static int64_t
seen_at(struct stage *stage)
{
	struct driver_status status;
	int64_t at;

	stage->driver->ops->observe(stage->driver, stage->space, &status);
	at = status.seen_at;
	driver_status_clear(&status);
	return at;
}

static bool
is_known(struct stage *stage)
{
	json_t *picture = stage_picture(stage);
	bool is = picture != NULL;

	for (size_t i = 0; i < json_array_size(picture); i++)
		is &= json_integer_value(json_object_get(json_array_get(picture, i), "status")) !=
		      RUNTIME_UNKNOWN;
	json_decref(picture);
	return is;
}

static void
what_is_seen_has_an_age_or_is_unknown(struct stage *stage)
{
	const struct driver_ops *ops = stage->driver->ops;
	uint64_t known;
	int64_t before;

	stage_prepare(stage);
	stage_apply(stage, PROGRAM_FINE);
	json_decref(stage_ready_picture(stage));
	before = clock_wall_ms();
	STAGE_UNTIL(stage, seen_at(stage) >= before);
	if (!stage->row->hide)
		return;
	known = ops->state(stage->driver, stage->space);
	stage->row->hide(stage, true);
	STAGE_UNTIL(stage, !is_known(stage));
	assert_true(known != ops->state(stage->driver, stage->space));
	stage->row->hide(stage, false);
	STAGE_UNTIL(stage, is_known(stage));
	json_decref(stage_ready_picture(stage));
}

/* What a look saw, and by which number. */
struct look {
	uint64_t state;
	json_t *picture;
};

static struct look
look(struct stage *stage)
{
	struct look look = {.state = stage->driver->ops->state(stage->driver, stage->space)};

	look.picture = stage_picture(stage);
	return look;
}

/* Turn by turn, until it has ended. */
static void
watch(struct stage *stage, struct stage_wait *wait, bool cancels)
{
	struct look before = look(stage);

	for (int turns = 0; wait->ended == 0; turns++) {
		struct look after;

		stage_turn(stage);
		if (cancels && turns == 20)
			driver_task_cancel(wait->task);
		after = look(stage);
		if (before.state == after.state && before.picture != after.picture &&
		    !json_equal(before.picture, after.picture))
			fail_msg("%s and then %s, of one state", json_dumps(before.picture, 0),
				 json_dumps(after.picture, 0));
		json_decref(before.picture);
		before = after;
	}
	json_decref(before.picture);
}

/* Who keeps what observe() gave asks this alone. */
static void
its_state_is_another_whenever_what_runs_is(struct stage *stage)
{
	const struct driver_ops *ops = stage->driver->ops;
	uint64_t first, ready;

	stage_prepare(stage);
	first = ops->state(stage->driver, stage->space);
	watch(stage, stage_begin_apply(stage, PROGRAM_FINE), false);
	json_decref(stage_ready_picture(stage));
	stage_settle(stage);
	ready = ops->state(stage->driver, stage->space);
	assert_true(first != ready);
	assert_true(ready == ops->state(stage->driver, stage->space));
	watch(stage, stage_begin_apply(stage, PROGRAM_UNREADY), true);
	watch(stage, stage_begin_apply(stage, PROGRAM_FAILS), false);
	watch(stage, stage_begin_apply_of(stage, "other", PROGRAM_FINE), false);
	json_decref(stage_ready_picture(stage));
}

/* --- output --- */

/* Each line once. */
static void
keep_lines(struct driver_logs *logs, json_t *lines, const char *module)
{
	for (size_t i = 0; i < logs->count; i++) {
		const struct driver_log_line *line = &logs->items[i];
		char *text = xasprintf("%lld %s", (long long)line->at, line->text);

		assert_string_equal(line->module, module);
		assert_true(line->container && *line->container);
		assert_true(i == 0 || logs->items[i - 1].at <= line->at);
		assert_null(json_object_get(lines, text));
		json_object_set_new(lines, text, json_true());
		free(text);
	}
	driver_logs_clear(logs);
}

static void
read_some(struct stage *stage, struct driver_log *log, json_t *lines)
{
	struct driver_logs logs;

	assert_true(stage->driver->ops->read_log(log, &logs));
	keep_lines(&logs, lines, "web");
}

/* What the query asks for, whole; how many lines. */
static size_t
read_whole(struct stage *stage, const char *space, const struct driver_log_query *query)
{
	const struct driver_ops *ops = stage->driver->ops;
	struct driver_log *log = ops->open_log(stage->driver, space, query);
	json_t *lines = json_object();
	struct driver_logs logs;
	size_t count;

	assert_non_null(log);
	STAGE_UNTIL(stage, ops->read_log(log, &logs));
	keep_lines(&logs, lines, "web");
	ops->close_log(log);
	count = json_object_size(lines);
	json_decref(lines);
	return count;
}

static void
output_is_opened_read_on_and_closed(struct stage *stage)
{
	const struct driver_log_query all = {.limit = LIMIT}, one = {.limit = 1},
				      other = {.limit = LIMIT, .module = "other"},
				      follow = {.limit = LIMIT, .follows = true};
	const struct driver_ops *ops = stage->driver->ops;
	json_t *lines = json_object();
	struct driver_log *log, *unread;

	stage_prepare(stage);
	stage_apply(stage, PROGRAM_FINE);
	json_decref(stage_ready_picture(stage));
	log = ops->open_log(stage->driver, stage->space, &follow);
	unread = ops->open_log(stage->driver, stage->space, &all);
	for (int64_t end = clock_steady_ms() + PATIENCE_MS; json_object_size(lines) == 0;
	     stage_turn(stage)) {
		assert_true(clock_steady_ms() < end);
		read_some(stage, log, lines);
	}
	for (int i = 0; i < 10; i++, stage_turn(stage))
		read_some(stage, log, lines);
	ops->close_log(log);
	ops->close_log(unread);
	assert_true(read_whole(stage, stage->space, &all) >= json_object_size(lines));
	assert_int_equal(read_whole(stage, stage->space, &one), 1);
	assert_int_equal(read_whole(stage, stage->space, &other), 0);
	assert_int_equal(read_whole(stage, NOWHERE, &all), 0);
	json_decref(lines);
}

/* --- the end --- */

static struct stage_wait *
begin_removal(struct stage *stage, const char *space)
{
	struct stage_wait *wait = stage_wait(stage);

	STAGE_BEGIN(wait, remove, space, &no_home);
	return wait;
}

static void
removal_has_progress_and_can_be_asked_for_again(struct stage *stage)
{
	struct stage_wait *wait;

	stage_prepare(stage);
	stage_apply(stage, PROGRAM_FINE);
	json_decref(stage_ready_picture(stage));
	wait = begin_removal(stage, stage->space);
	assert_true(stage_end(wait));
	assert_true(wait->reports > 0);
	assert_false(stage_is_ready(stage));
	assert_true(stage_end(begin_removal(stage, stage->space)));
	assert_true(stage_end(begin_removal(stage, NOWHERE)));
	/* And by a daemon that has never heard of it. */
	stage_restart(stage);
	assert_true(stage_end(begin_removal(stage, stage->space)));
	stage_prepare(stage);
	stage_apply(stage, PROGRAM_FINE);
	json_decref(stage_ready_picture(stage));
}

/* Each daemon finds it again; what it declares runs, and where it ran on, it is the same. */
static void
what_runs_stays_or_is_stopped_when_the_daemon_ends(struct stage *stage)
{
	bool outlives = stage->driver->ops->outlives;
	json_t *before, *after, *picture;
	struct stage_wait *wait;

	stage_prepare(stage);
	stage_apply(stage, PROGRAM_FINE);
	before = stage_ready_picture(stage);
	wait = stage_begin_detach(stage);
	assert_true(stage_end(wait));
	picture = stage_picture(stage);
	assert_true(json_equal(picture, before) == outlives);
	assert_int_equal(json_array_size(picture), outlives ? 1 : 0);
	json_decref(picture);
	stage_restart(stage);
	wait = stage_wait(stage);
	STAGE_BEGIN(wait, adopt, stage->space, &no_home);
	assert_true(stage_end(wait));
	assert_true(stage_end(stage_begin_resuming(stage, PROGRAM_FINE)));
	after = stage_ready_picture(stage);
	assert_true(json_equal(before, after) == outlives);
	json_decref(before);
	json_decref(after);
}

static void
a_removal_in_the_midst_of_a_change_leaves_neither_hanging(struct stage *stage)
{
	struct stage_wait *change, *removal;

	stage_prepare(stage);
	change = stage_begin_apply(stage, PROGRAM_UNREADY);
	for (int i = 0; i < 5; i++)
		stage_turn(stage);
	removal = begin_removal(stage, stage->space);
	if (stage_end(removal)) {
		assert_false(stage_end(change));
		return;
	}
	expect_code(removal, CODE_SPACE_IS_CHANGING);
	assert_int_equal(change->ended, 0);
	driver_task_cancel(change->task);
	assert_false(stage_end(change));
	assert_true(stage_end(begin_removal(stage, stage->space)));
}

/* --- each task, whichever it is --- */

static struct stage_wait *
task_of_prepare(struct stage *stage)
{
	struct stage_wait *wait = stage_wait(stage);

	STAGE_BEGIN(wait, prepare, "acme/shop/another", &no_home);
	return wait;
}

static struct stage_wait *
task_of_adopt(struct stage *stage)
{
	struct stage_wait *wait = stage_wait(stage);

	STAGE_BEGIN(wait, adopt, "acme/shop/adopted", &no_home);
	return wait;
}

/* The one of those that it makes that takes it most. */
static const char *
last_resource(const struct stage *stage)
{
	const struct driver_resource_kind *kind = stage->driver->ops->resources;

	while (kind[1].name)
		kind++;
	return kind->name;
}

static struct stage_wait *
task_of_provision(struct stage *stage)
{
	const struct driver_resource resource = {.res_id = "shared.data", .name = "shared.data",
						 .type = last_resource(stage)};
	struct stage_wait *wait = stage_wait(stage);

	STAGE_BEGIN(wait, provision, stage->space, &resource);
	return wait;
}

static struct stage_wait *
task_of_deprovision(struct stage *stage)
{
	struct stage_wait *wait = stage_wait(stage);

	STAGE_BEGIN(wait, deprovision, stage->space, last_resource(stage), "shared.data", NULL);
	return wait;
}

static struct stage_wait *
task_of_render(struct stage *stage)
{
	struct stage_wait *wait = stage_wait(stage);

	STAGE_BEGIN(wait, render, stage->space, "conf", NULL, NULL);
	return wait;
}

static struct stage_wait *
task_of_apply(struct stage *stage)
{
	return stage_begin_apply(stage, PROGRAM_UNREADY);
}

static struct stage_wait *
task_of_remove(struct stage *stage)
{
	return begin_removal(stage, "acme/shop/removed");
}

static struct stage_wait *
task_of_review(struct stage *stage)
{
	const struct driver_deployment deployment = {.id = "d2"};
	const struct driver_review review = {.home = &no_home, .deployment = &deployment};
	struct stage_wait *wait = stage_wait(stage);

	STAGE_BEGIN(wait, review, stage->space, &review);
	return wait;
}

static struct stage_wait *
task_of_survey(struct stage *stage)
{
	const struct driver_survey survey = {.all = true};
	struct stage_wait *wait = stage_wait(stage);

	STAGE_BEGIN(wait, survey, &survey);
	return wait;
}

static struct stage_wait *
task_of_keep(struct stage *stage)
{
	json_t *record = json_object(), *notes = json_object();
	struct stage_wait *wait = stage_wait(stage);

	STAGE_BEGIN(wait, keep, stage->space, record, notes);
	json_decref(record);
	json_decref(notes);
	return wait;
}

static struct stage_wait *
task_of_kept(struct stage *stage)
{
	struct stage_wait *wait = stage_wait(stage);

	STAGE_BEGIN(wait, kept, NULL);
	return wait;
}

/* Every operation that is a task; the daemon's own end comes last. */
static const struct {
	size_t at;			/* in struct driver_ops; what is NULL there is not begun */
	struct stage_wait *(*begin)(struct stage *stage);
} tasks[] = {
#define TASK(operation) {offsetof(struct driver_ops, operation), task_of_##operation}
	TASK(prepare), TASK(adopt), TASK(provision), TASK(deprovision), TASK(render),
	TASK(review), TASK(survey), TASK(keep), TASK(kept), TASK(apply), TASK(remove),
	{offsetof(struct driver_ops, detach), stage_begin_detach},
};
#define TASK_COUNT (sizeof(tasks) / sizeof(tasks[0]))

/* NULL: it does not offer it. */
static struct stage_wait *
begin_task(struct stage *stage, size_t which)
{
	const void *operation;

	memcpy(&operation, (const char *)stage->driver->ops + tasks[which].at, sizeof(operation));
	return operation ? tasks[which].begin(stage) : NULL;
}

/* As cancelled, or as it would have ended when that comes too late. */
static void
each_task_that_is_cancelled_ends_once(struct stage *stage)
{
	stage_prepare(stage);
	for (size_t i = 0; i < TASK_COUNT; i++) {
		struct stage_wait *wait = begin_task(stage, i);

		if (!wait)
			continue;
		stage->inside++;	/* nor does it end in this call */
		driver_task_cancel(wait->task);
		driver_task_cancel(wait->task);
		stage->inside--;
		if (!stage_end(wait) && wait->err.parts[0].code != CODE_CANCELLED)
			fail_msg("task %zu: %s", i, wait->err.text);
	}
	stage_settle(stage);
}

/* Each that goes on is heard of in that call, and never again; what was forgotten is not. */
static void
nothing_is_called_after_the_driver_is_freed(struct stage *stage)
{
	struct stage_wait *first;

	stage_prepare(stage);
	first = &stage->waits[stage->wait_count];
	for (size_t i = 0; i < TASK_COUNT; i++)
		(void)begin_task(stage, i);
	first->is_forgotten = true;
	driver_task_forget(first->task);
	stage_free_driver(stage);
	for (; first < &stage->waits[stage->wait_count]; first++)
		assert_int_equal(first->ended, first->is_forgotten ? 0 : 1);
	stage_settle(stage);
}

/* --- what few offer --- */

static void
a_survey_tells_what_is_not_there(struct stage *stage)
{
	static const char *const namespaces[] = {"no-such-namespace", NULL};
	const struct driver_survey survey = {.namespaces = namespaces};
	struct stage_wait *wait;

	if (!stage->driver->ops->survey)
		SKIP_TEST("it finds nothing of others");
	wait = stage_wait(stage);
	STAGE_BEGIN(wait, survey, &survey);
	assert_true(stage_end(wait));
	assert_int_equal(json_object_size(json_object_get(wait->outputs, "namespaces")), 0);
	assert_non_null(json_object_get(json_object_get(wait->outputs, "gone"), namespaces[0]));
	(void)stage->driver->ops->declared(stage->driver, stage->space, NULL);
}

static void
what_is_kept_can_be_kept_again(struct stage *stage)
{
	json_t *record = json_pack("{s:s}", "colour", "blue"), *notes = json_object();
	struct stage_wait *wait;

	if (!stage->driver->ops->keep) {
		json_decref(record);
		json_decref(notes);
		SKIP_TEST("it cannot keep anything");
	}
	stage_prepare(stage);
	for (int i = 0; i < 2; i++) {
		wait = stage_wait(stage);
		STAGE_BEGIN(wait, keep, stage->space, record, notes);
		if (!stage_end(wait))
			fail_msg("%s", wait->err.text);
	}
	wait = stage_wait(stage);
	STAGE_BEGIN(wait, kept, NULL);
	assert_true(stage_end(wait));
	assert_true(json_is_array(json_object_get(wait->outputs, "records")));
	json_decref(record);
	json_decref(notes);
}

/* --- the table --- */

static const struct rule {
	const char *name;
	void (*holds)(struct stage *stage);
} rules[] = {
#define RULE(name) {#name, name}
	RULE(it_has_all_that_a_driver_has),
	RULE(it_names_every_field_of_a_workload),
	RULE(images_are_listed_and_nonsense_is_refused),
	RULE(its_namespace_is_the_same_each_time),
	RULE(a_space_is_prepared_as_often_as_one_likes),
	RULE(a_resource_is_the_same_when_it_is_made_again),
	RULE(a_resource_that_it_does_not_make_is_refused),
	RULE(files_are_given_as_paths_or_refused),
	RULE(what_is_applied_twice_is_left_alone),
	RULE(what_is_not_declared_ends),
	RULE(a_failure_is_told_once_with_its_workload_and_what_ran_goes_on),
	RULE(what_is_cancelled_ends_once_and_what_ran_goes_on),
	RULE(of_what_is_resumed_each_counts_for_itself),
	RULE(what_does_not_run_in_the_original_is_a_warning_in_its_copy),
	RULE(the_next_may_begin_in_the_end_of_the_one_before),
	RULE(what_nobody_waits_for_any_more_goes_on_unheard),
	RULE(of_two_changes_of_a_space_the_second_fails),
	RULE(a_review_changes_nothing),
	RULE(nothing_is_claimed_of_a_space_that_is_not_known),
	RULE(what_is_seen_has_an_age_or_is_unknown),
	RULE(its_state_is_another_whenever_what_runs_is),
	RULE(output_is_opened_read_on_and_closed),
	RULE(removal_has_progress_and_can_be_asked_for_again),
	RULE(what_runs_stays_or_is_stopped_when_the_daemon_ends),
	RULE(a_removal_in_the_midst_of_a_change_leaves_neither_hanging),
	RULE(each_task_that_is_cancelled_ends_once),
	RULE(nothing_is_called_after_the_driver_is_freed),
	RULE(a_survey_tells_what_is_not_there),
	RULE(what_is_kept_can_be_kept_again),
};
#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))
#define TESTS_MAX (RULE_COUNT * 8)

/* One rule for one driver. */
struct trial {
	const struct stage_driver *driver;
	const struct rule *rule;
	char name[120], space[32];
	struct stage *stage;
};

static int
open_trial(void **state)
{
	struct trial *trial = *state;

	log_set_level((enum log_priority)0);	/* what fails here is meant to */
	if (!trial->driver->is_possible || trial->driver->is_possible())
		trial->stage = stage_open(trial->driver, trial->space);
	return 0;
}

static int
close_trial(void **state)
{
	struct trial *trial = *state;

	if (trial->stage)
		stage_close(trial->stage);
	return 0;
}

static void
try(void **state)
{
	struct trial *trial = *state;

	if (!trial->stage)
		SKIP_TEST("python3 or openssl is not installed");
	trial->rule->holds(trial->stage);
}

int
main(void)
{
	static struct trial trials[TESTS_MAX];
	static struct CMUnitTest tests[TESTS_MAX];
	const char *only = getenv("ONLY");	/* of the names that have it */
	size_t count = 0;

	for (const struct stage_driver *driver = stage_drivers; driver->name; driver++)
		for (size_t i = 0; i < RULE_COUNT; i++) {
			struct trial *trial = &trials[count];

			trial->driver = driver;
			trial->rule = &rules[i];
			snprintf(trial->name, sizeof(trial->name), "%s: %s", driver->name,
				 rules[i].name);
			snprintf(trial->space, sizeof(trial->space), "acme/shop/rule-%zu", i);
			if (only && !strstr(trial->name, only))
				continue;
			tests[count++] = (struct CMUnitTest){trial->name, try, open_trial,
							     close_trial, trial};
		}
	return _cmocka_run_group_tests("driver contract", tests, count, NULL, stage_drivers_end);
}
