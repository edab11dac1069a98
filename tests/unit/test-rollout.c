/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A rollout over a driver that is slow and fails on demand: every state failed, waited for and
 * cancelled; what runs that cannot be seen; a daemon that ends in the middle, and the next.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory-platform.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/set.h"
#include "net/loop.h"
#include "platform/api/dispatch.h"
#include "platform/engine/deployed-values.h"
#include "platform/engine/engine.h"
#include "platform/engine/rollout.h"
#include "platform/http/response-cache.h"
#include "platform/http/exchange.h"
#include "platform/state/platform.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-resources.h"
#include "platform/state/repository-sets.h"
#include "platform/state/rows.h"
#include "tests/patience.h"

#define SPACE "acme/shop/dev"

static const struct place place = {"acme", "shop", "dev"};

static struct {
	char folder[64];
	struct platform platform;
	struct memory_cluster cluster;
	struct memory_driver memory;
	int deployments;		/* how many there were */
	/* The rollout that was begun. */
	struct rollout *rollout;
	char *id;			/* its deployment */
	bool committed, ended, succeeded;
	/* The loop runs until this holds. */
	bool (*holds)(void);
	int64_t until;
	bool is_imported;		/* what is put there */
} world;

/* --- the world --- */

static const char import[] =
	"{\"organizations\": [{\"id\": \"acme\", \"env_types\": [{\"id\": \"development\"}],"
	" \"definitions\": [{\"id\": \"db\", \"name\": \"db\", \"type\": \"sqlite\","
	" \"driver_type\": \"memory/sqlite\", \"driver_inputs\": {\"values\": {}},"
	" \"criteria\": [{}]}, {\"id\": \"cluster\", \"type\": \"k8s-cluster\","
	" \"driver_type\": \"memory/cluster\", \"criteria\": [{}]}],"
	" \"applications\": [{\"id\": \"shop\", \"environments\":"
	" [{\"id\": \"dev\", \"type\": \"development\"}]}]}]}";

static void
open_platform(void)
{
	memory_platform_open(&world.platform, world.folder, &world.memory, &memory_ops,
			     &world.cluster);
	world.memory.notes_all = true;
}

static void
close_platform(void)
{
	rollout_free(world.rollout);
	world.rollout = NULL;
	memory_platform_close(&world.platform);
}

static int
make_world(void **state)
{
	(void)state;
	log_set_level((enum log_priority)0);	/* what fails here is meant to */
	memset(&world, 0, sizeof(world));
	strcpy(world.folder, "/tmp/sidestage-rollout-XXXXXX");
	assert_non_null(mkdtemp(world.folder));
	memory_cluster_init(&world.cluster);
	open_platform();
	memory_platform_import(&world.platform, import);
	return 0;
}

static int
remove_world(void **state)
{
	(void)state;
	close_platform();
	free(world.id);
	memory_cluster_clear(&world.cluster);
	assert_int_equal(paths_remove_tree(world.folder, NULL), 0);
	return 0;
}

static void
look(void *data)
{
	(void)data;
	if (world.holds())
		loop_stop(world.platform.loop);
	else if (clock_steady_ms() > world.until)
		fail_msg("%s", "it does not come to that");
	else
		loop_add_timer(world.platform.loop, 1, look, NULL);
}

static void
run_until(bool (*holds)(void))
{
	if (holds())
		return;
	world.holds = holds;
	world.until = clock_steady_ms() + PATIENCE_MS;
	loop_add_timer(world.platform.loop, 0, look, NULL);
	assert_int_equal(loop_run(world.platform.loop, NULL), 0);
}

static bool
has_ended(void)
{
	return world.ended;
}

static bool
has_committed(void)
{
	return world.committed;
}

/* --- a deployment and its rollout --- */

static void
committed(void *data, bool succeeded)
{
	(void)data;
	assert_false(world.committed);
	world.committed = true;
	world.succeeded = succeeded;
}

static void
ended(void *data, bool succeeded)
{
	(void)data;
	assert_false(world.ended);
	if (world.committed)
		assert_int_equal(succeeded, world.succeeded);
	world.ended = true;
	rollout_free(world.rollout);
	world.rollout = NULL;
}

#define WORKLOAD(name, variable)                                                                   \
	"\"" name "\": {\"profile\": \"humanitec/default-module\", \"spec\": {\"containers\":"     \
	" {\"c\": {\"id\": \"c\", \"image\": \"local/" name ":1.0.0\", \"variables\":"             \
	" {\"A\": \"" variable "\"}}}}"
#define WEB "{\"modules\": {" WORKLOAD("web", "${externals.db.path}")                              \
	", \"externals\": {\"db\": {\"type\": \"sqlite\"}}}}}"
#define WORKER "{\"modules\": {" WORKLOAD("worker", "x") "}}}"
#define SERVICE "{\"modules\": {\"web\": {\"profile\": \"humanitec/default-module\", \"spec\":"   \
	" {\"containers\": {\"c\": {\"id\": \"c\", \"image\": \"local/web:1.0.0\","             \
	" \"variables\": {\"A\": \"${modules.web.service.name}\"}}}, \"service\": {\"ports\":"   \
	" {\"http\": {\"service_port\": 80, \"container_port\": 8080}}}}}}}"
#define NO_DEFINITION "{\"modules\": {" WORKLOAD("web", "x")                                       \
	", \"externals\": {\"queue\": {\"type\": \"amqp\"}}}}}"
#define NO_VALUE "{\"modules\": {" WORKLOAD("web", "${values.NONE}") "}}}"

static void
put_deployment(const char *text, enum deployment_status status)
{
	struct repository *repository = world.platform.repository;
	struct error err = {0};
	json_t *body = json_decode(text, strlen(text), &err);
	struct set *set = body ? set_decode(body, &err) : NULL;
	struct deployment_row row = {.from_id = "", .comment = "", .user = "owner", .mode = "full",
				     .status = status, .created_at = clock_wall_ms(),
				     .is_unproven = world.is_imported};

	if (!set)
		fail_msg("%s", err.text);
	free(world.id);
	world.id = xasprintf("%016d", ++world.deployments);
	row.id = world.id;
	row.set_id = set_id(set);
	row.status_changed_at = row.created_at;
	assert_int_equal(repository_put_set(repository, &place, set, &err), 0);
	assert_int_equal(repository_put_deployment(repository, &place, &row, &err), 0);
	set_unref(set);
	json_decref(body);
}

static void
start_rollout(const char *deploy_id)
{
	const struct rollout_order order = {
		.platform = &world.platform, .place = &place, .deploy_id = deploy_id,
		.committed = committed, .ended = ended,
	};

	world.committed = world.ended = world.succeeded = false;
	world.rollout = rollout_new(&order);
	rollout_begin(world.rollout);
}

static void
begin(const char *set)
{
	put_deployment(set, DEPLOYMENT_IN_PROGRESS);
	start_rollout(world.id);
}

static void
deploy(const char *set)
{
	begin(set);
	run_until(has_ended);
	assert_true(world.succeeded);
}

static void
cancel(void)
{
	struct error why;

	error_set(&why, ERROR_UNAVAILABLE, "nobody wants it any more");
	rollout_cancel(world.rollout, &why);
}

/* --- what came of it --- */

static void
expect_status(const char *status)
{
	struct error err = {0};
	json_t *deployment = repository_deployment(world.platform.repository, &place, world.id,
						   &err);

	assert_string_equal(json_member_string(deployment, "status"), status);
	json_decref(deployment);
}

static void
expect_error(const char *code, const char *part)
{
	struct error err = {0};
	json_t *errors = repository_deployment_errors(world.platform.repository, world.id, &err);
	const json_t *first = json_array_get(errors, 0);
	char *text = json_dumps(first, JSON_ENCODE_ANY);

	expect_status("failed");
	assert_int_equal(json_array_size(errors), 1);
	if (!strstr(text, code) || !strstr(text, part))
		fail_msg("neither %s nor %s in %s", code, part, text);
	free(text);
	json_decref(errors);
}

static size_t
count_rows(void)
{
	struct error err = {0};
	struct known_resources rows;
	size_t count;

	assert_int_equal(repository_known_resources(world.platform.repository, &place, &rows,
						    &err), 0);
	count = rows.count;
	known_resources_clear(&rows);
	return count;
}

/* The cluster has this one workload, and as many resources as the database. */
static void
expect_runs(const char *module, size_t resources)
{
	const json_t *runs = memory_cluster_runs(&world.cluster, SPACE);

	assert_int_equal(json_object_size(runs), module ? 1 : 0);
	if (module)
		assert_non_null(json_object_get(runs, module));
	assert_int_equal(json_object_size(memory_cluster_resources(&world.cluster, SPACE)),
			 resources);
	assert_int_equal(count_rows(), resources);
}

/* --- the tests --- */

static void
rollout_goes_through_all_its_states(void **state)
{
	(void)state;
	deploy(WEB);
	expect_status("succeeded");
	expect_runs("web", 1);
	assert_string_equal(buf_str(&world.memory.calls), "prepare " SPACE "\nprovision " SPACE
							  "\napply 1 " SPACE "\n");
	/* What it does without is gone behind it. */
	deploy(WORKER);
	expect_runs("worker", 0);
}

#define REPLICAS(name, profile, count)                                                             \
	"\"" name "\": {\"profile\": \"humanitec/default-" profile "\", \"spec\": {\"replicas\": "    \
	count ", \"containers\": {\"c\": {\"id\": \"c\", \"image\": \"local/" name ":1.0.0\"}}}}"

/* It is warned of as without effect there, and two would be two runs, and none no run. */
static void
what_runs_to_its_end_has_no_replicas(void **state)
{
	static const struct {
		const char *module;
		int replicas;
	} rows[] = {{"once", 1}, {"twice", 1}, {"nightly", 1}, {"web", 2}, {"none", 0}};
	json_t *runs;

	(void)state;
	deploy("{\"modules\": {" REPLICAS("once", "job", "0") ", " REPLICAS("twice", "job", "2")
	       ", " REPLICAS("nightly", "cronjob", "0") ", " REPLICAS("web", "module", "2") ", "
	       REPLICAS("none", "module", "0") "}}");
	expect_status("succeeded");
	runs = memory_cluster_runs(&world.cluster, SPACE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(json_integer_value(json_object_get(runs, rows[i].module)),
				 rows[i].replicas);
}

static void
failure_in_any_state_leaves_what_ran(void **state)
{
	static const struct {
		const char *set;
		enum memory_op op;	/* MEMORY_OP_COUNT: the set itself is at fault */
		const char *code, *part;
	} cases[] = {
		{NO_DEFINITION, MEMORY_OP_COUNT, "no-definition", "queue"},
		{WEB, MEMORY_PREPARE, "cannot-prepare", "no room"},
		{WEB, MEMORY_PROVISION, "cannot-provision", "no room"},
		{NO_VALUE, MEMORY_OP_COUNT, "placeholder", "NONE"},
		{WEB, MEMORY_APPLY, "exited", "no room"},
	};

	(void)state;
	deploy(WORKER);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].op != MEMORY_OP_COUNT)
			world.memory.rules[cases[i].op].fails = "no room";
		begin(cases[i].set);
		run_until(has_ended);
		assert_false(world.succeeded);
		expect_error(cases[i].code, cases[i].part);
		expect_runs("worker", 0);
		memset(world.memory.rules, 0, sizeof(world.memory.rules));
	}
	/* READ: there is no such deployment. */
	start_rollout("0000000000000000");
	rollout_stop(world.rollout);
	assert_int_equal(rollout_state(world.rollout), ROLLOUT_COMMIT);
	rollout_free(world.rollout);
	world.rollout = NULL;
}

static enum memory_op held_op;

static bool
is_held(void)
{
	return memory_is_held(&world.memory, held_op);
}

static void
begin_and_hold(const char *set, enum memory_op op)
{
	held_op = op;
	world.memory.rules[op].holds = true;
	begin(set);
	run_until(is_held);
}

static const struct {
	enum memory_op op;
	enum rollout_state state;
} waits[] = {
	{MEMORY_PREPARE, ROLLOUT_PROVISION},
	{MEMORY_PROVISION, ROLLOUT_PROVISION},
	{MEMORY_APPLY, ROLLOUT_WATCH},
};
#define WAIT_COUNT (sizeof(waits) / sizeof(waits[0]))

static void
slow_driver_is_waited_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < WAIT_COUNT; i++) {
		deploy(WORKER);
		begin_and_hold(WEB, waits[i].op);
		assert_int_equal(rollout_state(world.rollout), waits[i].state);
		expect_status("in progress");
		assert_non_null(
			json_object_get(memory_cluster_runs(&world.cluster, SPACE), "worker"));
		memory_release(&world.memory, waits[i].op);
		run_until(has_ended);
		assert_true(world.succeeded);
		expect_runs("web", 1);
	}
}

/* --- cancelled in each state --- */

static enum rollout_state cancelled_in;

static void
cancel_here(void)
{
	cancelled_in = rollout_state(world.rollout);
	cancel();
	cancel();		/* once more changes nothing */
}

static void
cancel_in_call(enum memory_op op)
{
	if (op == held_op)
		cancel_here();
}

/* A place is asked for while placeholders are resolved. */
static char *
cancel_in_plan(struct driver *driver, const char *space, const char *module)
{
	(void)driver;
	(void)space;
	cancel_here();
	return xstrdup(module);
}

static void
not_begun(void)
{
	put_deployment(WEB, DEPLOYMENT_IN_PROGRESS);
	world.committed = world.ended = world.succeeded = false;
	world.rollout = rollout_new(&(struct rollout_order){
		.platform = &world.platform, .place = &place, .deploy_id = world.id,
		.committed = committed, .ended = ended});
	cancel_here();
	rollout_begin(world.rollout);
}

static void
preparing(void)
{
	begin_and_hold(WEB, MEMORY_PREPARE);
	cancel_here();
}

static void
provisioning(void)
{
	begin_and_hold(WEB, MEMORY_PROVISION);
	cancel_here();
}

static void
inside_prepare(void)
{
	held_op = MEMORY_PREPARE;
	world.memory.begins = cancel_in_call;
	begin(WEB);
}

static void
planning(void)
{
	static struct driver_ops ops;

	ops = memory_ops;
	ops.service_host = cancel_in_plan;
	world.memory.base.ops = &ops;
	begin(SERVICE);
}

static void
inside_apply(void)
{
	held_op = MEMORY_APPLY;
	world.memory.rules[MEMORY_APPLY].holds = true;
	world.memory.begins = cancel_in_call;
	begin(WEB);
}

static void
watching(void)
{
	begin_and_hold(WEB, MEMORY_APPLY);
	cancel_here();
}

static void
rename_table(const char *sql)
{
	struct error err = {0};

	assert_int_equal(rows_run(world.platform.repository, &err, sql, ""), 0);
}

static bool
is_committing(void)
{
	return rollout_state(world.rollout) == ROLLOUT_COMMIT;
}

/* The database fails until it is cancelled. */
static void
committing(void)
{
	begin_and_hold(WORKER, MEMORY_APPLY);
	rename_table("ALTER TABLE deployments RENAME TO away");
	memory_release(&world.memory, MEMORY_APPLY);
	run_until(is_committing);
	cancel_here();
	assert_false(world.committed);
	rename_table("ALTER TABLE away RENAME TO deployments");
}

/* What was replaced has not ended: that is waited for, cancelled or not. */
static void
retiring(void)
{
	begin_and_hold(WORKER, MEMORY_APPLY);
	memory_take_over(&world.memory);
	run_until(has_committed);
	cancel_here();
	assert_false(world.ended);
	memory_release(&world.memory, MEMORY_APPLY);
}

/* Never released: it is not waited for. */
static void
pruning(void)
{
	begin_and_hold(WORKER, MEMORY_DEPROVISION);
	cancel_here();
}

/* READ and GRAPH wait for nobody, so there it can be before the first alone. */
static const struct {
	enum rollout_state state;
	void (*come_there)(void);	/* and cancel */
	bool succeeds;		/* it is certain already how it ended; nothing is pruned then */
} cancels[] = {
	{ROLLOUT_READ, not_begun, false},	{ROLLOUT_PROVISION, preparing, false},
	{ROLLOUT_PROVISION, inside_prepare, false}, {ROLLOUT_PROVISION, provisioning, false},
	{ROLLOUT_PLAN, planning, false},	{ROLLOUT_APPLY, inside_apply, false},
	{ROLLOUT_WATCH, watching, false},	{ROLLOUT_COMMIT, committing, true},
	{ROLLOUT_RETIRE, retiring, true},	{ROLLOUT_PRUNE, pruning, true},
};

static void
prune(void)
{
	start_rollout(NULL);		/* nothing is to run: it only prunes */
	run_until(has_ended);
}

static void
cancelled_in_any_state_it_ends_where_nothing_is_half_done(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cancels) / sizeof(cancels[0]); i++) {
		deploy(cancels[i].succeeds ? WEB : WORKER);
		cancelled_in = ROLLOUT_ENDED;
		cancels[i].come_there();
		run_until(has_ended);
		assert_int_equal(cancelled_in, cancels[i].state);
		assert_int_equal(world.succeeded, cancels[i].succeeds);
		world.memory.begins = NULL;
		world.memory.base.ops = &memory_ops;
		memset(world.memory.rules, 0, sizeof(world.memory.rules));
		if (cancels[i].succeeds) {
			expect_status("succeeded");
			expect_runs("worker", 1);	/* what it does without is left to the next */
			prune();
		} else {
			expect_error("cancelled", "nobody wants it");
		}
		expect_runs("worker", 0);
	}
}

static void
too_late_to_cancel_it_succeeds(void **state)
{
	(void)state;
	begin_and_hold(WEB, MEMORY_APPLY);
	world.memory.rules[MEMORY_APPLY].deaf = true;
	cancel();
	assert_int_equal(rollout_state(world.rollout), ROLLOUT_WATCH);
	memory_release(&world.memory, MEMORY_APPLY);
	run_until(has_ended);
	assert_true(world.succeeded);
	expect_status("succeeded");
	expect_runs("web", 1);
}

static void
it_is_written_down_before_anything_is_removed(void **state)
{
	(void)state;
	deploy(WEB);
	begin_and_hold(WORKER, MEMORY_DEPROVISION);
	assert_true(has_committed());
	assert_int_equal(rollout_state(world.rollout), ROLLOUT_PRUNE);
	expect_status("succeeded");
	memory_release(&world.memory, MEMORY_DEPROVISION);
	run_until(has_ended);
	assert_true(world.succeeded);
	expect_runs("worker", 0);
}

/* What was replaced may still use what the new one does without. */
static void
it_has_succeeded_when_the_new_have_taken_over(void **state)
{
	(void)state;
	for (int fails = 0; fails < 2; fails++) {
		deploy(WEB);
		begin_and_hold(WORKER, MEMORY_APPLY);
		assert_false(has_committed());
		memory_take_over(&world.memory);
		assert_false(has_committed());	/* the driver was in the middle of something */
		run_until(has_committed);
		assert_true(world.succeeded);
		assert_int_equal(rollout_state(world.rollout), ROLLOUT_RETIRE);
		expect_status("succeeded");
		assert_int_equal(json_object_size(memory_cluster_resources(&world.cluster, SPACE)),
				 1);
		world.memory.rules[MEMORY_APPLY].fails = fails ? "it does not end" : NULL;
		memory_release(&world.memory, MEMORY_APPLY);
		world.memory.rules[MEMORY_APPLY].fails = NULL;
		run_until(has_ended);
		assert_true(world.succeeded);
		expect_status("succeeded");
		assert_int_equal(json_object_size(memory_cluster_resources(&world.cluster, SPACE)),
				 0);
	}
}

/* The daemon may end while the old ones do. */
static void
it_may_be_stopped_while_what_was_replaced_ends(void **state)
{
	(void)state;
	for (int commits = 0; commits < 2; commits++) {
		deploy(WEB);
		begin_and_hold(WORKER, MEMORY_APPLY);
		memory_take_over(&world.memory);
		if (commits)
			run_until(has_committed);
		rollout_free(world.rollout);
		world.rollout = NULL;
		memory_release(&world.memory, MEMORY_APPLY);
		expect_status(commits ? "succeeded" : "in progress");
	}
}

static void
what_cannot_be_removed_is_tried_again(void **state)
{
	(void)state;
	deploy(WEB);
	world.memory.rules[MEMORY_DEPROVISION].fails = "it is in use";
	deploy(WORKER);
	expect_runs("worker", 1);
	world.memory.rules[MEMORY_DEPROVISION].fails = NULL;
	start_rollout(NULL);		/* nothing is to run: it only prunes */
	run_until(has_ended);
	expect_runs("worker", 0);
}

/* --- a daemon that ends --- */

static bool
is_resumed(void)
{
	return engine_is_resumed(world.platform.engine);
}

static void
restart(void)
{
	struct error err = {0};

	close_platform();
	open_platform();
	if (engine_resume(world.platform.engine, &err) != 0)
		fail_msg("%s", err.text);
}

static void
daemon_that_ends_in_any_state_finds_again_what_runs(void **state)
{
	(void)state;
	deploy(WORKER);
	for (size_t i = 0; i < WAIT_COUNT; i++) {
		begin_and_hold(WEB, waits[i].op);
		restart();
		expect_status("failed");	/* nobody knows how far it came */
		run_until(is_resumed);
		assert_non_null(strstr(buf_str(&world.memory.calls), "adopt " SPACE "\n"));
		assert_non_null(strstr(buf_str(&world.memory.calls), "apply 1 " SPACE "\n"));
		assert_non_null(
			json_object_get(memory_cluster_runs(&world.cluster, SPACE), "worker"));
		assert_int_equal(json_object_size(memory_cluster_runs(&world.cluster, SPACE)), 1);
	}
}

/* The daemon starts again; whether what it starts has to prove itself. */
static void
expect_start(bool is_unproven)
{
	restart();
	run_until(is_resumed);
	assert_non_null(strstr(buf_str(&world.memory.calls), "apply 1 " SPACE "\n"));
	assert_int_equal(strstr(buf_str(&world.memory.calls), "unproven") != NULL, is_unproven);
}

static bool
is_being_applied(void)
{
	return memory_is_held(&world.memory, MEMORY_APPLY);
}

/* A daemon that ends while it starts has not proven it; nor has one where it fails. */
static void
what_succeeded_elsewhere_proves_itself_here_once(void **state)
{
	static const char unproven[] = "unproven " SPACE "\n";
	struct error err = {0};

	(void)state;
	world.is_imported = true;
	put_deployment(WORKER, DEPLOYMENT_SUCCEEDED);
	close_platform();
	open_platform();
	world.memory.rules[MEMORY_APPLY].holds = true;
	assert_int_equal(engine_resume(world.platform.engine, &err), 0);
	run_until(is_being_applied);
	assert_non_null(strstr(buf_str(&world.memory.calls), unproven));
	close_platform();
	open_platform();
	world.memory.rules[MEMORY_APPLY].fails = "it does not stay up";
	assert_int_equal(engine_resume(world.platform.engine, &err), 0);
	run_until(is_resumed);
	assert_non_null(strstr(buf_str(&world.memory.calls), unproven));
	expect_status("succeeded");	/* elsewhere: that is not this platform's to change */
	expect_start(true);
	expect_start(false);
}

static bool
is_applied(void)
{
	return strstr(buf_str(&world.memory.calls), "apply 1 " SPACE "\n") != NULL;
}

static void
what_cannot_be_adopted_is_tried_again(void **state)
{
	struct error err = {0};

	(void)state;
	deploy(WORKER);
	close_platform();
	open_platform();
	world.memory.rules[MEMORY_ADOPT].fails = "the cluster does not answer";
	assert_int_equal(engine_resume(world.platform.engine, &err), 0);
	run_until(is_resumed);
	assert_null(strstr(buf_str(&world.memory.calls), "apply"));
	expect_runs("worker", 0);		/* what runs goes on */
	world.memory.rules[MEMORY_ADOPT].fails = NULL;
	run_until(is_applied);
}

static int looks;

static bool
has_looked_twice(void)
{
	return ++looks > 2;
}

static void
what_cannot_be_read_is_tried_again(void **state)
{
	struct repository *repository;
	struct error err = {0};

	(void)state;
	deploy(WORKER);
	close_platform();
	open_platform();
	repository = world.platform.repository;
	assert_int_equal(engine_resume(world.platform.engine, &err), 0);
	assert_int_equal(rows_run(repository, &err, "ALTER TABLE deployments RENAME TO away", ""),
			 0);
	looks = 0;
	run_until(has_looked_twice);
	assert_false(is_resumed());
	assert_int_equal(rows_run(repository, &err, "ALTER TABLE away RENAME TO deployments", ""),
			 0);
	run_until(is_applied);
}

/* --- what cannot be seen --- */

static const char *
no_query(void *data, const char *key)
{
	(void)data;
	(void)key;
	return NULL;
}

static char *
runtime_of_worker(void)
{
	struct caller caller;
	struct request request = {
		.method = "GET", .path = "/orgs/acme/apps/shop/envs/dev/runtime", .caller = &caller,
		.query = no_query,
	};
	struct response response;
	const json_t *controller;
	char *status;

	caller_init_own(&caller, &world.platform);
	dispatch_answer(&world.platform, &request, &response);
	assert_int_equal(response.status, 200);
	controller = json_object_get(
		json_object_get(json_object_get(response.body, "modules"), "worker"), "worker");
	assert_non_null(controller);
	status = xstrdup(json_member_string(controller, "status"));
	json_decref(response.body);
	free(response.content_type);
	free(response.link);
	cached_response_free(response.keep);
	caller_clear(&caller);
	return status;
}

static void
what_cannot_be_seen_is_unknown_and_not_stopped(void **state)
{
	char *seen, *unseen;

	(void)state;
	deploy(WORKER);
	seen = runtime_of_worker();
	world.memory.unknown = true;
	/* An answer that is kept is no answer to this. */
	response_cache_free(world.platform.response_cache);
	world.platform.response_cache = response_cache_new();
	unseen = runtime_of_worker();
	assert_string_equal(seen, "Running");
	assert_string_equal(unseen, "Unknown");
	free(seen);
	free(unseen);
}

/* Everything else of a spec is shown somewhere. */
static void
secret_is_a_variable_or_the_content_of_a_file(void **state)
{
	static const char *const good[] = {
		"/spec/containers/web/variables/PIN", "/spec/containers/web/files/~1etc~1pin/value",
		"/spec/schedules/night/containers/web/variables/PIN",
		"/spec/pod/initContainers/0/env/1/value", "/spec/secrets/mail/data/key",
	};
	static const char *const bad[] = {
		"/spec/containers/web/args/0", "/spec/containers/web/variables",
		"/spec/containers/web/files/~1etc~1pin/mode", "/spec/labels/variables",
		"/spec/schedules/night/containers/web/args/0", "/spec/schedules/night/schedule",
		"/spec/pod/initContainers/0/env/1/name", "/spec/pod/labels/env",
		"/spec/containers/web/variables/PIN/x", "/externals/containers/web/variables/PIN",
		"/spec/secrets/mail/as",
	};
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		json_t *pointers = json_pack("[s]", good[i]);

		if (deployed_values_check(pointers, &err) != 0)
			fail_msg("%s", err.text);
		json_decref(pointers);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *pointers = json_pack("[ss]", good[0], bad[i]);

		if (deployed_values_check(pointers, &err) == 0)
			fail_msg("%s is taken", bad[i]);
		json_decref(pointers);
	}
}

int
main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, remove_world)
	static const struct CMUnitTest tests[] = {
		IN_WORLD(rollout_goes_through_all_its_states),
		IN_WORLD(what_runs_to_its_end_has_no_replicas),
		IN_WORLD(failure_in_any_state_leaves_what_ran),
		IN_WORLD(slow_driver_is_waited_for),
		IN_WORLD(cancelled_in_any_state_it_ends_where_nothing_is_half_done),
		IN_WORLD(too_late_to_cancel_it_succeeds),
		IN_WORLD(it_is_written_down_before_anything_is_removed),
		IN_WORLD(it_has_succeeded_when_the_new_have_taken_over),
		IN_WORLD(it_may_be_stopped_while_what_was_replaced_ends),
		IN_WORLD(what_cannot_be_removed_is_tried_again),
		IN_WORLD(daemon_that_ends_in_any_state_finds_again_what_runs),
		IN_WORLD(what_succeeded_elsewhere_proves_itself_here_once),
		IN_WORLD(what_cannot_be_adopted_is_tried_again),
		IN_WORLD(what_cannot_be_read_is_tried_again),
		IN_WORLD(what_cannot_be_seen_is_unknown_and_not_stopped),
		cmocka_unit_test(secret_is_a_variable_or_the_content_of_a_file),
	};

	return cmocka_run_group_tests_name("rollout", tests, NULL, NULL);
}
