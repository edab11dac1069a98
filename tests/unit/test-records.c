/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a clone's namespace remembers, between two platforms that share nothing else: what one
 * writes the other has, and what somebody else wrote there is taken only where it makes sense.
 * Time is the test's own.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <nettle/base64.h>

#include "memory-platform.h"
#include "own-clock.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/gzip.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/adoption-report.h"
#include "model/clone-notes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/set.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/record/kube-record-text.h"
#include "platform/drivers/found-namespace.h"
#include "platform/drivers/registry.h"
#include "platform/drivers/task.h"
#include "platform/engine/adoption.h"
#include "platform/engine/record-notes.h"
#include "platform/engine/records.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository-notes.h"
#include "platform/state/repository-removal.h"
#include "platform/state/repository-sets.h"
#include "platform/state/repository-value-versions.h"
#include "platform/state/repository-values.h"
#include "platform/state/repository.h"
#include "quoted-json.h"

#define TYPE "sidestage/kubernetes"
#define CLONED "clone hot [sidestage verb=clone op=o1 hotfix=hot origin=shop/d0]"
#define PROMOTED "promote hot: web [sidestage verb=promote op=o2 hotfix=hot origin=shop/d0]"

struct laptop {
	char folder[64];
	struct platform platform;
	struct memory_cluster here, there;
	struct memory_driver machine, cluster;
	struct driver_ops ops;
	struct records *records;
};

static struct {
	struct laptop first, second;
	json_t *kept;			/* {space: {"record", "notes", "tag"}}: of the cluster */
	json_t *gone;
	json_t *strays;
	bool is_unread;			/* none of them can be read now */
	const char *fails;		/* why nothing can be kept, */
	const char *fails_of;		/* or nothing of this space; NULL: of any */
	size_t writes, reads;
} world;

static const struct adoption adoption = {
	.org = "acme", .driver_type = TYPE, .cluster = "prod", .def_id = "prod", .user = "oncall"};
static const struct place clone = {"acme", "shop", "hot"}, origin = {"acme", "shop", "shop"};

/* --- the cluster --- */

static struct driver_task *
end_task(struct driver *driver, const struct driver_waiter *waiter, const struct error *err,
	 json_t *outputs)
{
	struct driver_task *task = driver_task_new(driver, waiter, NULL, NULL);

	driver_task_end(task, err, outputs, NULL);
	return task;
}

static struct driver_task *
keep(struct driver *driver, const char *space, const json_t *record, const json_t *notes,
     const struct driver_waiter *waiter)
{
	const char *name = strchr(space, '/') + 1;
	json_t *one = json_object_get(world.kept, name);
	struct error err = {0};

	world.writes++;
	if (world.fails && (!world.fails_of || strcmp(world.fails_of, name) == 0)) {
		error_set(&err, ERROR_LIMIT, "%s", world.fails);
		return end_task(driver, waiter, &err, NULL);
	}
	if (!one) {
		one = json_pack("{s:{}, s:i}", "notes", "tag", 0);
		json_object_set_new(world.kept, name, one);
	}
	if (record)
		json_object_set_new(one, "record", json_deep_copy(record));
	json_object_update(json_object_get(one, "notes"), (json_t *)(uintptr_t)notes);
	json_object_set_new(one, "tag",
			    json_integer(json_integer_value(json_object_get(one, "tag")) + 1));
	return end_task(driver, waiter, NULL, NULL);
}

static struct driver_task *
kept(struct driver *driver, const json_t *known, const struct driver_waiter *waiter)
{
	json_t *found = json_array(), *unread = json_object(), *gone = json_object(), *one;
	const char *name;

	json_object_foreach(world.gone, name, one)
		if (json_object_get(known, name))	/* of others nobody asked */
			json_object_set(gone, name, one);

	json_object_foreach(world.kept, name, one) {
		char tag[32], namespace[64];
		const char *before = json_member_string(known, name);
		json_t *row;

		snprintf(namespace, sizeof(namespace), "%s", name);
		*strchr(namespace, '/') = '-';
		snprintf(tag, sizeof(tag), "%lld", json_integer_value(json_object_get(one, "tag")));
		if (before && strcmp(before, tag) == 0)
			continue;
		if (world.is_unread) {
			json_object_set_new(unread, name, json_true());
			continue;
		}
		row = json_pack("{s:s, s:s, s:s, s:O}", "space", name, "namespace", namespace,
				"tag", tag, "notes", json_object_get(one, "notes"));
		if (json_object_get(one, "record"))
			json_object_set(row, "record", json_object_get(one, "record"));
		world.reads++;
		if (json_object_get(one, "error"))
			json_object_set(row, "error", json_object_get(one, "error"));
		json_array_append_new(found, row);
	}
	return end_task(driver, waiter, NULL,
			json_pack("{s:o, s:o, s:o, s:O}", "records", found, "gone", gone, "unread",
				  unread, "strays", world.strays));
}

/* --- the world --- */

#define MODULES(image) \
	"{'web': {'profile': 'humanitec/default-module', 'spec': {'containers': {'web': {'id': " \
	"'web', 'image': '" image "'}}}, 'externals': {}}}"
#define FOUND(image) \
	"{'namespace': 'shop', 'app': 'shop', 'labels': {}, 'left': [], 'changed_by': 'kubectl', " \
	"'changed_at': 1700000000000, 'modules': " MODULES(image) "}"

static void
find(struct laptop *laptop, const char *text)
{
	struct found_namespace found;
	json_t *body = parse(text);
	enum adoption_result result;
	struct error err = {0};

	found_namespace_read(&found, body);
	json_decref(body);
	assert_null(found.problem.raw);
	if (adoption_record(&laptop->platform, &adoption, &found, &result, &err) != 0)
		fail_msg("%s", err.text);
	body = found_namespace_encode(&found);
	assert_int_equal(json_object_size(body), 7);
	json_decref(body);
	found_namespace_clear(&found);
}

static void
open_laptop(struct laptop *laptop)
{
	strcpy(laptop->folder, "/tmp/sidestage-records-XXXXXX");
	assert_non_null(mkdtemp(laptop->folder));
	memory_cluster_init(&laptop->here);
	memory_cluster_init(&laptop->there);
	memory_platform_open(&laptop->platform, laptop->folder, &laptop->machine,
			     &memory_as_process, &laptop->here);
	laptop->ops = memory_as_kubernetes;
	laptop->ops.keep = keep;
	laptop->ops.kept = kept;
	memory_driver_init(&laptop->cluster, &laptop->ops, laptop->platform.loop, &laptop->there);
	laptop->cluster.base.cluster = "prod";
	drivers_add(laptop->platform.drivers, &laptop->cluster.base);
	memory_platform_import(&laptop->platform,
			       "{\"organizations\": [{\"id\": \"acme\", \"env_types\": [{\"id\": "
			       "\"production\"}, {\"id\": \"development\"}]}]}");
	find(laptop, FOUND("local/web:1"));
}

static void
close_laptop(struct laptop *laptop)
{
	records_free(laptop->records);
	memory_platform_close(&laptop->platform);
	memory_cluster_clear(&laptop->here);
	memory_cluster_clear(&laptop->there);
	assert_int_equal(paths_remove_tree(laptop->folder, NULL), 0);
}

static int
make_world(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	log_set_level((enum log_priority)0);
	world.kept = json_object();
	world.gone = json_object();
	world.strays = json_object();
	open_laptop(&world.first);
	open_laptop(&world.second);
	return 0;
}

static int
remove_world(void **state)
{
	(void)state;
	close_laptop(&world.first);
	close_laptop(&world.second);
	json_decref(world.kept);
	json_decref(world.gone);
	json_decref(world.strays);
	return 0;
}

/* --- what people do --- */

static void
deploy_on(struct laptop *laptop, const char *id, const char *from, const struct place *place,
	  const char *image, const char *comment)
{
	struct repository *repository = laptop->platform.repository;
	json_t *body = json_pack("{s:o}", "modules", parse(MODULES("IMAGE")));
	struct error err = {0};
	struct set *set;
	const struct deployment_row row = {
		.id = id, .from_id = from, .set_id = NULL, .comment = comment, .user = "dev",
		.mode = "full", .status = DEPLOYMENT_SUCCEEDED, .created_at = clock_wall_ms(),
		.status_changed_at = clock_wall_ms(),
	};
	struct deployment_row named = row;
	char version[IDS_UUID_SIZE];

	json_object_set_new(json_object_get(json_object_get(json_object_get(json_object_get(
		json_object_get(body, "modules"), "web"), "spec"), "containers"), "web"), "image",
			    json_string(image));
	set = set_take(body, &err);
	assert_non_null(set);
	named.set_id = set_id(set);
	if (repository_pin_values(repository, place, NULL, version, &err) == 0 && version[0])
		named.value_set_version_id = version;
	if (repository_put_set(repository, place, set, &err) != 0 ||
	    repository_put_deployment(repository, place, &named, &err) != 0 ||
	    repository_rebase_environment(repository, place, id, &err) != 0)
		fail_msg("%s", err.text);
	set_unref(set);
}

static void
deploy(const char *id, const char *from, const struct place *place, const char *image,
       const char *comment)
{
	deploy_on(&world.first, id, from, place, image, comment);
}

static void
make_environment(const struct place *place, const char *by)
{
	struct repository *repository = world.first.platform.repository;
	struct error err = {0};
	struct env_home home = {
		.driver_type = (char *)TYPE, .def_id = (char *)"prod", .cluster = (char *)"prod",
		.namespace = (char *)"shop-hot", .namespace_def = (char *)"",
		.labels = json_object(), .origin = (char *)"shop",
	};

	if (repository_put_environment(repository, place, place->env, "development", NULL, by,
				       clock_wall_ms(), &err) != 0 ||
	    repository_put_env_home(repository, place, &home, &err) != 0)
		fail_msg("%s", err.text);
	json_decref(home.labels);
}

static void
make_clone_of(const char *user)
{
	make_environment(&clone, user);
	deploy("c0ffee01", "", &clone, "local/web:1", CLONED);
	deploy("c0ffee02", "c0ffee01", &clone, "local/web:2", "deploy hot");
}

static void
make_clone(void)
{
	make_clone_of("dev");
}

/* New reference. */
static json_t *
write_record(void)
{
	struct env_home home;
	struct error err = {0};
	json_t *record = NULL;

	if (repository_env_home(world.first.platform.repository, &clone, &home, &err) == 0)
		record = record_write(&world.first.platform, &clone, &home, &err);
	if (!record)
		fail_msg("%s", err.text);
	env_home_clear(&home);
	return record;
}

static void
note(struct laptop *laptop, const char *name, json_t *value)
{
	struct error err = {0};

	assert_int_equal(repository_put_note(laptop->platform.repository, &clone, name, value,
					     false, &err), 0);
	json_decref(value);
}

/* Both look at the cluster, several times. */
static void
go_on(void)
{
	struct laptop *laptops[] = {&world.first, &world.second};

	for (size_t i = 0; i < 2; i++)
		if (!laptops[i]->records)
			laptops[i]->records = records_new(&laptops[i]->platform, &adoption);
	for (size_t turn = 0; turn < 40; turn++) {
		own_clock_skip(700);
		for (size_t i = 0; i < 2; i++)
			assert_int_equal(loop_turn(laptops[i]->platform.loop, 0, NULL), 0);
	}
}

static json_t *
notes_of(struct laptop *laptop)
{
	struct error err = {0};
	json_t *notes = NULL;

	assert_int_equal(repository_read_notes(laptop->platform.repository, &clone, &notes, &err),
			 0);
	return notes;
}

static void
check_note(struct laptop *laptop, const char *name, const char *expected)
{
	json_t *notes = notes_of(laptop);
	char *text = json_object_get(notes, name) ? json_canonical(json_object_get(notes, name))
						  : xstrdup("none");

	assert_string_equal(text, expected);
	free(text);
	json_decref(notes);
}

/* --- between two --- */

static void
a_clone_and_its_notes_are_the_same_for_both(void **state)
{
	struct deployment last = {0};
	struct error err = {0};

	(void)state;
	make_clone();
	note(&world.first, "expires_at", json_string("2030-01-01T00:00:00.000Z"));
	go_on();
	if (repository_read_newest_succeeded(world.second.platform.repository, &clone, &last, &err))
		fail_msg("%s", err.text);
	assert_true(untrusted_is(&last.id, "c0ffee02"));
	deployment_clear(&last);
	check_note(&world.second, "expires_at", "\"2030-01-01T00:00:00.000Z\"");
	check_note(&world.second, "owner", "\"dev\"");
	/* The other one gives it more time, and hands it over. */
	note(&world.second, "expires_at", json_string("never"));
	note(&world.second, "owner", json_string("oncall"));
	go_on();
	check_note(&world.first, "expires_at", "\"never\"");
	deploy("c0ffee03", "c0ffee02", &clone, "local/web:3", "deploy hot");
	go_on();
	check_note(&world.second, "owner", "\"oncall\"");
	/* What was deleted with kubectl is deleted. */
	json_object_del(json_object_get(json_object_get(world.kept, "shop/hot"), "notes"), "owner");
	json_object_set_new(json_object_get(world.kept, "shop/hot"), "tag", json_integer(99));
	go_on();
	check_note(&world.first, "owner", "none");
}

/* From the next turn on it looks as a daemon does that has just started. */
static void
start_again(struct laptop *laptop)
{
	records_free(laptop->records);
	laptop->records = NULL;
}

static void
looking_writes_nothing(void **state)
{
	(void)state;
	make_clone();
	go_on();
	world.writes = 0;
	start_again(&world.first);
	start_again(&world.second);
	go_on();
	assert_int_equal(world.writes, 0);
	/* Nor is a record replaced that this version cannot read. */
	json_object_set_new(json_object_get(world.kept, "shop/hot"), "error",
			    json_string("newer"));
	json_object_del(json_object_get(world.kept, "shop/hot"), "record");
	start_again(&world.first);
	go_on();
	assert_int_equal(world.writes, 0);
}

static void
what_cannot_be_read_is_not_replaced(void **state)
{
	(void)state;
	make_clone();
	go_on();
	deploy("c0ffee03", "c0ffee02", &clone, "local/web:3", "deploy hot");
	start_again(&world.first);
	world.writes = 0;
	world.is_unread = true;
	go_on();
	assert_int_equal(world.writes, 0);
	world.is_unread = false;
	go_on();
	assert_int_equal(world.writes, 1);
}

static void
a_laptop_that_was_away_puts_nothing_older_back(void **state)
{
	const json_t *kept;

	(void)state;
	make_clone();
	go_on();
	start_again(&world.first);
	records_stop(world.second.records);
	deploy_on(&world.second, "c0ffee03", "c0ffee02", &clone, "local/web:3", "deploy hot");
	note(&world.second, "owner", json_string("oncall"));
	start_again(&world.second);
	world.second.records = records_new(&world.second.platform, &adoption);
	for (size_t turn = 0; turn < 20; turn++) {
		own_clock_skip(700);
		assert_int_equal(loop_turn(world.second.platform.loop, 0, NULL), 0);
	}
	world.writes = 0;
	go_on();
	assert_int_equal(world.writes, 0);
	kept = json_object_get(world.kept, "shop/hot");
	assert_string_equal(json_member_string(json_object_get(kept, "notes"), "owner"), "oncall");
	assert_string_equal(json_member_string(json_array_get(json_object_get(
		json_object_get(kept, "record"), "deployments"), 1), "id"), "c0ffee03");
	check_note(&world.first, "owner", "\"oncall\"");
}

static void
a_note_that_no_one_can_read_is_written_once(void **state)
{
	char words[1401] = {0};

	(void)state;
	make_clone();
	go_on();
	memset(words, 1, sizeof(words) - 1);
	note(&world.first, "verify", json_pack("{s:s, s:s, s:s}", "at", "2026-01-01T00:00:00.000Z",
					       "by", "dev", "note", words));
	world.writes = 0;
	go_on();
	assert_int_equal(world.writes, 1);
}

static void
a_clone_of_nobody_has_no_owner(void **state)
{
	(void)state;
	make_environment(&clone, "");
	deploy("c0ffee01", "", &clone, "local/web:1", CLONED);
	go_on();
	assert_null(json_object_get(json_object_get(json_object_get(world.kept, "shop/hot"),
						    "notes"), "owner"));
}

static void
turn(struct laptop *laptop, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		own_clock_skip(200);
		assert_int_equal(loop_turn(laptop->platform.loop, 0, NULL), 0);
	}
}

static void
check_state(struct laptop *laptop, enum adoption_state expected)
{
	struct adoption_report told = {.state = ADOPTION_DONE};

	records_tell(laptop->records, "acme", &told);
	assert_int_equal(told.state, expected);
	adoption_report_clear(&told);
}

static void
a_platform_that_has_just_started_is_reading_until_it_knows_the_clones(void **state)
{
	struct repository *repository = world.second.platform.repository;
	struct error err = {0};

	(void)state;
	make_clone();
	world.first.records = records_new(&world.first.platform, &adoption);
	turn(&world.first, 10);
	assert_int_equal(repository_drop_environment(repository, &origin, &err), 0);
	world.second.records = records_new(&world.second.platform, &adoption);
	world.reads = 0;
	turn(&world.second, 30);
	assert_int_equal(repository_has(repository, &clone, &err), -1);
	assert_int_equal(world.reads, 1);	/* not once more while nobody looks at its source */
	find(&world.second, FOUND("local/web:1"));
	check_state(&world.second, ADOPTION_READING);
	turn(&world.second, 2);
	check_state(&world.second, ADOPTION_DONE);
	assert_int_equal(repository_has(repository, &clone, &err), 0);
}

static void
what_was_said_here_is_not_replaced_before_it_is_there(void **state)
{
	json_t *before = parse("{'expires-at': '2030-01-01T00:00:00.000Z'}");
	struct error err = {0};

	(void)state;
	make_clone();
	note(&world.first, "expires_at", json_string("never"));
	assert_int_equal(record_take_notes(&world.first.platform, &adoption, &clone, "shop", before,
					   &err), 0);
	check_note(&world.first, "expires_at", "\"never\"");
	json_decref(before);
}

static void
whoever_promoted_is_known_to_both(void **state)
{
	json_t *notes;
	struct deployment last = {0};
	struct error err = {0};

	(void)state;
	make_clone();
	go_on();
	/* Found before it is known who did it. */
	find(&world.second, FOUND("local/web:2"));
	deploy("c0ffee04", "", &origin, "local/web:2", PROMOTED);
	note(&world.first, "verify", json_pack("{s:s, s:s}", "at", "2026-01-01T00:00:00.000Z", "by",
					       "dev"));
	go_on();
	if (repository_read_newest_succeeded(world.second.platform.repository, &origin, &last,
					     &err))
		fail_msg("%s", err.text);
	assert_true(untrusted_is(&last.id, "c0ffee04"));
	assert_true(untrusted_is(&last.created_by, "dev"));
	assert_true(untrusted_is(&last.comment, PROMOTED));
	deployment_clear(&last);
	check_note(&world.second, "verify",
		   "{\"at\":\"2026-01-01T00:00:00.000Z\",\"by\":\"dev\"}");
	/* What people write about a promotion is none. */
	deploy("c0ffee05", "c0ffee04", &origin, "local/web:3", "after " PROMOTED " all is well");
	go_on();
	notes = notes_of(&world.first);
	assert_string_equal(json_member_string(json_object_get(notes, "promote"), "id"), "c0ffee04");
	json_decref(notes);
}

/* Also when something else was found there before anybody wrote it down. */
static void
a_promotion_is_written_down_though_it_is_not_the_newest(void **state)
{
	json_t *notes;

	(void)state;
	make_clone();
	go_on();
	deploy("c0ffee04", "", &origin, "local/web:2", PROMOTED);
	find(&world.first, FOUND("local/web:3"));
	go_on();
	notes = notes_of(&world.first);
	assert_string_equal(json_member_string(json_object_get(notes, "promote"), "id"), "c0ffee04");
	json_decref(notes);
}

static void
what_was_promoted_of_another_clone_of_that_name_is_not_written_down(void **state)
{
	json_t *notes;

	(void)state;
	make_environment(&clone, "dev");
	deploy("c0ffee04", "", &origin, "local/web:2", PROMOTED);
	deploy("c0ffee01", "c0ffee04", &clone, "local/web:2", CLONED);
	go_on();
	notes = notes_of(&world.first);
	assert_null(json_object_get(notes, "promote"));
	json_decref(notes);
}

static void
notes_are_taken_where_nobody_looks_at_the_source(void **state)
{
	json_t *notes = json_pack("{s:s}", "owner", "oncall");
	struct error err = {0};

	(void)state;
	make_clone();
	go_on();
	note(&world.second, "promote", json_pack("{s:s, s:s, s:s, s:s, s:s}", "at",
						 "2026-01-01T00:00:00.000Z", "by", "dev", "id",
						 "c0ffee04", "set_id", "s", "comment", PROMOTED));
	assert_int_equal(repository_drop_environment(world.second.platform.repository, &origin,
						     &err), 0);
	assert_int_equal(record_take_notes(&world.second.platform, &adoption, &clone, "shop", notes,
					   &err), 0);
	check_note(&world.second, "owner", "\"oncall\"");
	json_decref(notes);
}

static void
set_value(const char *key, const struct value_content *content)
{
	struct value_content whole = *content;
	struct error err = {0};

	whole.key = key;
	if (repository_create_value(world.first.platform.repository, &clone, &whole,
				    &(struct value_set_change){"dev", "", clock_wall_ms()}, &err) != 0)
		fail_msg("%s", err.text);
}

static void
values_are_recorded_and_no_secret_is(void **state)
{
	struct error err = {0};
	json_t *record, *values;
	char *text;

	(void)state;
	make_clone();
	set_value("TONE", &(struct value_content){.value = "calm"});
	set_value("KEY", &(struct value_content){.sealed = "sealed-text", .fingerprint = "print-of"});
	deploy("c0ffee05", "c0ffee02", &clone, "local/web:2", "deploy hot");
	record = write_record();
	text = json_canonical(record);
	assert_null(strstr(text, "sealed-text"));
	assert_null(strstr(text, "print-of"));
	assert_null(strstr(text, "KEY"));
	free(text);
	json_decref(record);
	go_on();
	values = repository_values(world.second.platform.repository, &clone, &err);
	assert_int_equal(json_array_size(values), 1);
	assert_string_equal(json_member_string(json_array_get(values, 0), "key"), "TONE");
	assert_string_equal(json_member_string(json_array_get(values, 0), "value"), "calm");
	json_decref(values);
}

/* --- what cannot be kept, or used --- */

static void
what_cannot_be_recorded_is_told_to_people(void **state)
{
	struct adoption_report told = {0};

	(void)state;
	make_clone();
	world.fails = "It does not fit.";
	go_on();
	records_tell(world.first.records, "acme", &told);
	assert_int_equal(told.warning_count, 1);
	assert_string_equal(told.warnings[0].raw, "It does not fit.");
	adoption_report_clear(&told);
	world.fails = NULL;
	own_clock_skip(60000);
	go_on();
	records_tell(world.first.records, "acme", &told);
	assert_int_equal(told.warning_count, 0);
	adoption_report_clear(&told);
}

/* Until then a clone may be somebody else's, or gone, and it is not known here. */
static void
whether_the_clones_were_read_is_told(void **state)
{
	struct adoption_report told = {0};

	(void)state;
	world.first.records = records_new(&world.first.platform, &adoption);
	records_tell(world.first.records, "acme", &told);
	assert_true(told.clones_read_at == 0);
	go_on();
	records_tell(world.first.records, "acme", &told);
	assert_true(told.clones_read_at > 0);
	adoption_report_clear(&told);
}

static void
what_cannot_be_recorded_holds_up_nothing_else(void **state)
{
	const struct place other = {"acme", "shop", "other"};

	(void)state;
	make_clone();
	world.fails = "It does not fit.";
	world.fails_of = "shop/hot";
	make_environment(&other, "dev");
	deploy("c0ffee06", "", &other, "local/web:1", CLONED);
	go_on();
	assert_non_null(json_object_get(world.kept, "shop/other"));
	assert_null(json_object_get(world.kept, "shop/hot"));
	assert_true(world.writes < 4);
}

static void
nothing_is_told_of_a_clone_that_is_gone(void **state)
{
	struct adoption_report told = {0};
	struct error err = {0};

	(void)state;
	make_clone();
	world.fails = "It does not fit.";
	go_on();
	assert_int_equal(repository_drop_environment(world.first.platform.repository, &clone, &err),
			 0);
	records_tell(world.first.records, "acme", &told);
	assert_int_equal(told.warning_count, 0);
	adoption_report_clear(&told);
}

/* What the first one is told; "": nothing. */
static void
expect_told(const char *part)
{
	struct adoption_report told = {0};
	const char *first;

	records_tell(world.first.records, "acme", &told);
	first = told.warning_count > 0 ? told.warnings[0].raw : "";
	if (*part ? !strstr(first, part) : *first)
		fail_msg("\"%s\" and not \"%s\"", first, part);
	adoption_report_clear(&told);
}

/* With kubectl, while no daemon ran; it is not shown as if it were there. */
static void
lose_clone_of(const char *user)
{
	struct error err = {0};

	make_clone_of(user);
	go_on();
	start_again(&world.first);
	json_object_del(world.kept, "shop/hot");
	json_object_set_new(world.gone, "shop/hot", json_true());
	go_on();
	assert_int_equal(repository_has(world.first.platform.repository, &clone, &err), -1);
}

static void
a_clone_whose_namespace_went_meanwhile_is_gone(void **state)
{
	(void)state;
	lose_clone_of("oncall");
	expect_told("The clone hot is deleted: its namespace shop-hot was deleted");
	own_clock_skip(600000);
	expect_told("");
}

static void
that_a_colleagues_clone_ended_is_no_news(void **state)
{
	(void)state;
	lose_clone_of("dev");
	expect_told("");
}

/* Of somebody's own: what counted before counts, and nothing ends. */
static void
an_annotation_that_cannot_be_read_is_told(void **state)
{
	json_t *kept;

	(void)state;
	make_clone();
	note(&world.first, "expires_at", json_string("2030-01-01T00:00:00.000Z"));
	go_on();
	expect_told("");
	kept = json_object_get(world.kept, "shop/hot");
	json_object_set_new(json_object_get(kept, "notes"), "expires-at", json_string("tomorrow"));
	json_object_set_new(kept, "tag", json_integer(99));
	go_on();
	check_note(&world.first, "expires_at", "\"2030-01-01T00:00:00.000Z\"");
	expect_told("The annotation sidestage.dev/expires-at of the clone hot cannot be read");
	json_object_set_new(json_object_get(kept, "notes"), "expires-at", json_string("never"));
	json_object_set_new(kept, "tag", json_integer(100));
	go_on();
	check_note(&world.first, "expires_at", "\"never\"");
	expect_told("");
}

/* One member of the record as somebody changed it, by its path; NULL: it goes. */
static void
refuse(const json_t *record, const char *path, json_t *value)
{
	json_t *changed = json_deep_copy(record), *at = changed;
	char *copy = xstrdup(path), *rest = copy, *key;
	struct error err = {0};

	while ((key = strsep(&rest, "/")) != NULL && rest)
		at = json_is_array(at) ? json_array_get(at, (size_t)atoi(key))
				       : json_object_get(at, key);
	if (value)
		json_object_set_new(at, key, value);
	else
		json_object_del(at, key);
	if (record_take(&world.second.platform, &adoption, "shop-hot", changed, &err) != -1)
		fail_msg("%s was taken", path);
	assert_true(*err.text);
	assert_int_equal(repository_has(world.second.platform.repository, &clone, &err), -1);
	free(copy);
	json_decref(changed);
}

static void
a_record_that_makes_no_sense_is_refused_whole(void **state)
{
	struct error err = {0};
	json_t *record, *whole;

	(void)state;
	make_clone();
	record = write_record();
	whole = json_deep_copy(record);
	refuse(record, "version", json_integer(7));
	refuse(record, "app", json_array());
	refuse(record, "env/id", json_string("../hot"));
	refuse(record, "origin", NULL);
	refuse(record, "made", json_string("a b"));
	refuse(record, "deployments", json_string("two"));
	refuse(record, "deployments/1/id", json_string("not an id"));
	refuse(record, "deployments/1/set_id", json_string("another"));
	refuse(record, "deployments/1/comment", json_sprintf("%*d", 100000, 1));
	refuse(record, "set", json_integer(1));
	refuse(record, "set/modules/web/spec", json_object());	/* another base */
	refuse(record, "set/modules", json_true());
	refuse(record, "delta", json_array());
	refuse(record, "values", parse("[{'TONE': 7}, {}]"));
	refuse(record, "values", parse("[{'A B': 'x'}, {}]"));
	refuse(record, "delta/modules/update/web", parse("[{'op': 'replace', 'path': '/no/where', "
							 "'value': 1}]"));
	/* A set has the id of what is in it, whatever it calls itself. */
	json_object_set_new(json_object_get(json_object_get(json_object_get(record, "set"),
							    "modules"), "web"), "spec",
			    json_object());
	refuse(record, "set/id", json_string(json_member_string(json_array_get(
		json_object_get(record, "deployments"), 0), "set_id")));
	/* It was each of those alone. */
	if (record_take(&world.second.platform, &adoption, "shop-hot", whole, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(repository_has(world.second.platform.repository, &clone, &err), 0);
	json_decref(whole);
	json_decref(record);
}

/* --- copies --- */

/* The clone of the first one is there, and a copy of all that its namespace has. */
static json_t *
copy_to(const char *space)
{
	json_t *copy;

	make_clone();
	world.first.records = records_new(&world.first.platform, &adoption);
	turn(&world.first, 10);
	records_free(world.first.records);
	world.first.records = NULL;
	copy = json_deep_copy(json_object_get(world.kept, "shop/hot"));
	assert_non_null(copy);
	json_object_set_new(world.kept, space, copy);
	return copy;
}

static void
move_to_the_end(const char *space)
{
	json_t *one = json_incref(json_object_get(world.kept, space));

	json_object_del(world.kept, space);
	json_object_set_new(world.kept, space, one);
}

/* The only warning of the second one; NULL: it has none. */
static void
check_warning(const char *expected)
{
	struct adoption_report told = {0};

	records_tell(world.second.records, "acme", &told);
	assert_int_equal(told.warning_count, expected ? 1 : 0);
	if (expected)
		assert_string_equal(told.warnings[0].raw, expected);
	adoption_report_clear(&told);
}

static void
check_home(const char *env, const char *namespace)
{
	struct repository *repository = world.second.platform.repository;
	const struct place place = {"acme", "shop", env};
	struct env_home home = {0};
	struct error err = {0};

	if (!namespace) {
		assert_int_equal(repository_has(repository, &place, &err), -1);
		return;
	}
	if (repository_env_home(repository, &place, &home, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(home.namespace, namespace);
	env_home_clear(&home);
}

static void
a_copied_record_takes_no_clone_away(void **state)
{
	(void)state;
	copy_to("shop/aaa");
	move_to_the_end("shop/hot");
	go_on();
	check_home("hot", "shop-hot");
	check_home("aaa", NULL);
	check_warning("The record of the clone aaa (namespace shop-aaa) cannot be used: it is a copy "
		      "of that of shop/hot.");
	/* Alone it is of no use, either. */
	start_again(&world.second);
	json_object_del(world.kept, "shop/hot");
	assert_int_equal(repository_drop_environment(world.second.platform.repository, &clone,
						     &(struct error){0}), 0);
	world.second.records = records_new(&world.second.platform, &adoption);
	turn(&world.second, 20);
	check_home("hot", NULL);
	check_home("aaa", NULL);
}

/* What was taken from a copy before is mended. */
static void
a_clone_is_where_its_own_record_is(void **state)
{
	struct repository *repository = world.second.platform.repository;
	struct env_home home = {0};
	struct error err = {0};

	(void)state;
	copy_to("shop/copy");
	json_object_del(world.kept, "shop/copy");
	go_on();
	if (repository_env_home(repository, &clone, &home, &err) != 0)
		fail_msg("%s", err.text);
	free(home.namespace);
	home.namespace = xstrdup("shop-copy");
	if (repository_drop_env_home(repository, &clone, &err) != 0 ||
	    repository_put_env_home(repository, &clone, &home, &err) != 0)
		fail_msg("%s", err.text);
	env_home_clear(&home);
	start_again(&world.second);
	go_on();
	check_home("hot", "shop-hot");
}

static void
a_record_is_used_in_the_namespace_that_it_was_written_for(void **state)
{
	json_t *kept, *notes;

	(void)state;
	copy_to("shop/copy");
	json_object_del(world.kept, "shop/copy");
	kept = json_object_get(world.kept, "shop/hot");
	notes = json_object_get(kept, "notes");
	json_object_set_new(json_object_get(kept, "record"), "made", json_string("ab12"));
	world.second.records = records_new(&world.second.platform, &adoption);
	turn(&world.second, 20);
	check_home("hot", NULL);
	json_object_set_new(notes, "made", json_string("cd34"));
	json_object_set_new(kept, "tag", json_integer(98));
	turn(&world.second, 30);
	check_home("hot", NULL);
	check_warning("The record of the clone hot (namespace shop-hot) cannot be used: the "
		      "namespace is not the one that it was written for: the annotation "
		      "sidestage.dev/made differs.");
	json_object_set_new(notes, "made", json_string("ab12"));
	json_object_set_new(kept, "tag", json_integer(99));
	turn(&world.second, 30);
	check_home("hot", "shop-hot");
	check_warning(NULL);
}

/* The driver gives the oldest namespace first. */
static void
of_two_with_the_same_deployments_the_older_one_is_used(void **state)
{
	json_t *copy = copy_to("shop/aaa");

	(void)state;
	json_object_set_new(json_object_get(json_object_get(copy, "record"), "env"), "id",
			    json_string("aaa"));
	go_on();
	check_home("hot", "shop-hot");
	check_home("aaa", NULL);
	check_warning("The record of the clone aaa (namespace shop-aaa) cannot be used: its "
		      "deployment c0ffee01 belongs to another environment.");
}

static void
a_namespace_that_is_not_a_clones_is_told_as_long_as_it_is_there(void **state)
{
	(void)state;
	copy_to("shop/copy");
	json_object_del(world.kept, "shop/copy");
	json_object_set_new(world.strays, "restored",
			    parse("{'space': 'shop/hot', 'expected': 'shop-hot'}"));
	go_on();
	check_home("hot", "shop-hot");
	check_warning("The record of the clone hot (namespace restored) cannot be used: its "
		      "annotations name the environment shop/hot, whose namespace is shop-hot.");
	json_object_clear(world.strays);
	go_on();
	check_warning(NULL);
}

/* 0 is that of a clone that never expires. */
static void
what_expired_long_ago_is_overdue(void **state)
{
	json_t *notes = parse("{'expires_at': '1969-12-31T23:00:00.000Z'}");
	int64_t at = 0;

	(void)state;
	assert_true(clone_notes_expiry(notes, &at));
	assert_true(at > 0 && at < clock_wall_ms());
	json_object_set_new(notes, "expires_at", json_string("1970-01-01T00:00:00.000Z"));
	assert_true(clone_notes_expiry(notes, &at));
	assert_true(at > 0);
	json_object_set_new(notes, "expires_at", json_string("never"));
	assert_true(clone_notes_expiry(notes, &at));
	assert_int_equal(at, 0);
	json_decref(notes);
}

/* --- as a ConfigMap has it --- */

static json_t *
packed(const void *bytes, size_t length)
{
	char *text = xcalloc(1, BASE64_ENCODE_RAW_LENGTH(length) + 1);
	json_t *object;

	base64_encode_raw(text, length, bytes);
	object = json_pack("{s:{s:s}}", "binaryData", "environment.json.gz", text);
	free(text);
	return object;
}

static void
check_refused(json_t *object)
{
	struct error err = {0};

	assert_null(kube_record_unpack(object, &err));
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_true(*err.text);
	json_decref(object);
}

static void
a_record_is_compressed_and_that_of_before_is_read(void **state)
{
	json_t *record = parse("{'a': 'the same text, the same text, the same text'}"), *object, *back;
	char digest[IDS_SHA256_HEX_SIZE];
	struct error err = {0};

	(void)state;
	object = kube_record_pack(record, "hot", digest, &err);
	back = kube_record_unpack(object, &err);
	assert_true(json_equal(record, back));
	json_decref(object);
	json_decref(back);
	object = parse("{'data': {'environment.json': '{}'}}");
	back = kube_record_unpack(object, &err);
	assert_true(json_is_object(back));
	json_decref(object);
	json_decref(back);
	json_decref(record);
}

static void
a_record_that_somebody_else_wrote_takes_little_memory(void **state)
{
	const size_t much = 9 << 20;
	char *zeros = xmalloc(much);
	struct buf bytes;

	(void)state;
	check_refused(parse("{}"));
	check_refused(parse("{'data': {'environment.json': '[1, 2]'}}"));
	check_refused(parse("{'data': {'environment.json': '{'}}"));
	check_refused(parse("{'binaryData': {'environment.json.gz': '%%%'}}"));
	check_refused(packed("plain text", 10));
	/* A bomb: much comes of little. */
	buf_init(&bytes, much);
	memset(zeros, ' ', much);
	assert_true(gzip_append(&bytes, zeros, much));
	check_refused(packed(bytes.data, bytes.length));
	buf_clear(&bytes);
	/* Deep. */
	memset(zeros, '[', 100000);
	assert_true(gzip_append(&bytes, zeros, 100000));
	check_refused(packed(bytes.data, bytes.length));
	check_refused(packed(bytes.data, bytes.length / 2));
	buf_clear(&bytes);
	free(zeros);
}

static void
a_record_that_does_not_fit_is_said(void **state)
{
	const size_t length = 1400 * 1024;
	char *text = xcalloc(1, length + 1), digest[IDS_SHA256_HEX_SIZE];
	uint32_t random = 1;
	struct error err = {0};
	json_t *record;

	(void)state;
	for (size_t i = 0; i < length; i++) {
		random = random * 1103515245 + 12345;
		text[i] = (char)('!' + 2 + (random >> 16) % 89);
	}
	record = json_pack("{s:s}", "noise", text);
	assert_null(kube_record_pack(record, "hot", digest, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	assert_non_null(strstr(err.text, "900 KiB"));
	json_decref(record);
	free(text);
}

/* Compressed it would fit, but who reads it takes no more than that. */
static void
a_record_that_is_too_large_before_compression_is_refused_with_that_limit(void **state)
{
	char *text = xmalloc(8 * 1024 * 1024 + 1), digest[IDS_SHA256_HEX_SIZE];
	struct error err = {0};
	json_t *record;

	(void)state;
	memset(text, 'a', 8 * 1024 * 1024);
	text[8 * 1024 * 1024] = '\0';
	record = json_pack("{s:s}", "long", text);
	assert_null(kube_record_pack(record, "hot", digest, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	assert_non_null(strstr(err.text, "larger than 8 MiB before compression"));
	json_decref(record);
	free(text);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, remove_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(a_clone_and_its_notes_are_the_same_for_both),
		IN_WORLD(looking_writes_nothing),
		IN_WORLD(what_cannot_be_read_is_not_replaced),
		IN_WORLD(a_laptop_that_was_away_puts_nothing_older_back),
		IN_WORLD(a_note_that_no_one_can_read_is_written_once),
		IN_WORLD(a_clone_of_nobody_has_no_owner),
		IN_WORLD(a_platform_that_has_just_started_is_reading_until_it_knows_the_clones),
		IN_WORLD(what_was_said_here_is_not_replaced_before_it_is_there),
		IN_WORLD(whoever_promoted_is_known_to_both),
		IN_WORLD(a_promotion_is_written_down_though_it_is_not_the_newest),
		IN_WORLD(what_was_promoted_of_another_clone_of_that_name_is_not_written_down),
		IN_WORLD(notes_are_taken_where_nobody_looks_at_the_source),
		IN_WORLD(values_are_recorded_and_no_secret_is),
		IN_WORLD(what_cannot_be_recorded_is_told_to_people),
		IN_WORLD(whether_the_clones_were_read_is_told),
		IN_WORLD(what_cannot_be_recorded_holds_up_nothing_else),
		IN_WORLD(nothing_is_told_of_a_clone_that_is_gone),
		IN_WORLD(a_clone_whose_namespace_went_meanwhile_is_gone),
		IN_WORLD(that_a_colleagues_clone_ended_is_no_news),
		IN_WORLD(an_annotation_that_cannot_be_read_is_told),
		IN_WORLD(a_record_that_makes_no_sense_is_refused_whole),
		IN_WORLD(a_copied_record_takes_no_clone_away),
		IN_WORLD(a_clone_is_where_its_own_record_is),
		IN_WORLD(a_record_is_used_in_the_namespace_that_it_was_written_for),
		IN_WORLD(of_two_with_the_same_deployments_the_older_one_is_used),
		IN_WORLD(a_namespace_that_is_not_a_clones_is_told_as_long_as_it_is_there),
		cmocka_unit_test(what_expired_long_ago_is_overdue),
		cmocka_unit_test(a_record_is_compressed_and_that_of_before_is_read),
		cmocka_unit_test(a_record_that_somebody_else_wrote_takes_little_memory),
		cmocka_unit_test(a_record_that_does_not_fit_is_said),
		cmocka_unit_test(
			a_record_that_is_too_large_before_compression_is_refused_with_that_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
