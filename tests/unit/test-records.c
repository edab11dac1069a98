/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a clone's namespace remembers, between two platforms that share nothing else: what one
 * writes the other has, and what somebody else wrote there is taken only where it makes sense.
 * Time is the test's own.
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

#include <nettle/base64.h>

#include "memory-platform.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/gzip.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/clone-notes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/set.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/record/kube-record-text.h"
#include "platform/drivers/registry.h"
#include "platform/drivers/task.h"
#include "platform/engine/adoption.h"
#include "platform/engine/record-notes.h"
#include "platform/engine/records.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-notes.h"
#include "platform/state/repository-resources.h"
#include "platform/state/repository-sets.h"
#include "platform/state/repository-value-versions.h"
#include "platform/state/repository-values.h"
#include "platform/state/repository.h"
#include "quoted-json.h"

#define TYPE "sidestage/kubernetes"
#define CLONED "clone hot [sidestage verb=clone op=o1 hotfix=hot origin=shop/d0]"
#define PROMOTED "promote hot: web [sidestage verb=promote op=o2 hotfix=hot origin=shop/d0]"

int64_t __real_clock_steady_ms(void);
int64_t __wrap_clock_steady_ms(void);

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
	const char *fails;		/* why nothing can be kept */
} world;
static int64_t skipped;			/* of time */

static const struct adoption adoption = {
	.org = "acme", .driver_type = TYPE, .cluster = "prod", .def_id = "prod", .user = "oncall"};
static const struct place clone = {"acme", "shop", "hot"}, origin = {"acme", "shop", "shop"};

int64_t
__wrap_clock_steady_ms(void)
{
	return __real_clock_steady_ms() + skipped;
}

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

	if (world.fails) {
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
	json_t *found = json_array(), *one;
	const char *name;

	json_object_foreach(world.kept, name, one) {
		char tag[32];
		const char *before = json_member_string(known, name);
		json_t *row;

		snprintf(tag, sizeof(tag), "%lld", json_integer_value(json_object_get(one, "tag")));
		if (before && strcmp(before, tag) == 0)
			continue;
		row = json_pack("{s:s, s:s, s:s, s:O}", "space", name, "namespace", "shop-hot", "tag",
				tag, "notes", json_object_get(one, "notes"));
		if (json_object_get(one, "record"))
			json_object_set(row, "record", json_object_get(one, "record"));
		if (json_object_get(one, "error"))
			json_object_set(row, "error", json_object_get(one, "error"));
		json_array_append_new(found, row);
	}
	return end_task(driver, waiter, NULL, json_pack("{s:o, s:O}", "records", found, "gone",
							world.gone));
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
	json_t *found = parse(text);
	enum adoption_result result;
	struct error err = {0};

	if (adoption_record(&laptop->platform, &adoption, found, &result, &err) != 0)
		fail_msg("%s", err.text);
	json_decref(found);
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
	skipped = 0;
	world.kept = json_object();
	world.gone = json_object();
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
	return 0;
}

/* --- what people do --- */

static void
deploy(const char *id, const char *from, const struct place *place, const char *image,
       const char *comment)
{
	struct repository *repository = world.first.platform.repository;
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
make_clone(void)
{
	struct repository *repository = world.first.platform.repository;
	struct error err = {0};
	struct env_home home = {
		.driver_type = (char *)TYPE, .def_id = (char *)"prod", .cluster = (char *)"prod",
		.namespace = (char *)"shop-hot", .namespace_def = (char *)"",
		.labels = json_object(), .origin = (char *)"shop",
	};

	if (repository_put_environment(repository, &clone, "hot", "development", NULL, "dev",
				       clock_wall_ms(), &err) != 0 ||
	    repository_put_env_home(repository, &clone, &home, &err) != 0)
		fail_msg("%s", err.text);
	json_decref(home.labels);
	deploy("c0ffee01", "", &clone, "local/web:1", CLONED);
	deploy("c0ffee02", "c0ffee01", &clone, "local/web:2", "deploy hot");
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
		skipped += 700;
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
	json_t *told = parse("{'warnings': []}");

	(void)state;
	make_clone();
	world.fails = "It does not fit.";
	go_on();
	records_tell(world.first.records, "acme", told);
	assert_string_equal(json_string_value(json_array_get(json_object_get(told, "warnings"), 0)),
			    "It does not fit.");
	world.fails = NULL;
	skipped += 60000;
	go_on();
	json_array_clear(json_object_get(told, "warnings"));
	records_tell(world.first.records, "acme", told);
	assert_int_equal(json_array_size(json_object_get(told, "warnings")), 0);
	json_decref(told);
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
	json_t *record;

	(void)state;
	make_clone();
	record = write_record();
	refuse(record, "version", json_integer(7));
	refuse(record, "app", json_array());
	refuse(record, "env/id", json_string("../hot"));
	refuse(record, "origin", NULL);
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
	json_decref(record);
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

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, remove_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(a_clone_and_its_notes_are_the_same_for_both),
		IN_WORLD(what_was_said_here_is_not_replaced_before_it_is_there),
		IN_WORLD(whoever_promoted_is_known_to_both),
		IN_WORLD(values_are_recorded_and_no_secret_is),
		IN_WORLD(what_cannot_be_recorded_is_told_to_people),
		IN_WORLD(a_record_that_makes_no_sense_is_refused_whole),
		cmocka_unit_test(a_record_is_compressed_and_that_of_before_is_read),
		cmocka_unit_test(a_record_that_somebody_else_wrote_takes_little_memory),
		cmocka_unit_test(a_record_that_does_not_fit_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
