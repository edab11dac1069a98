/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An environment of a cluster that is paused: nothing runs, and where it is reached stays. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "kube-double.h"
#include "model/json.h"

#define FINE "local/web:1"
#define DEPLOYMENT(env) "/apis/apps/v1/namespaces/shop-" env "/deployments/web"
#define SERVICE(env) "/api/v1/namespaces/shop-" env "/services/web"

/* A member of the spec; -1: it is not there. */
static json_int_t
number_of(struct kube_double *d, const char *path, const char *member)
{
	const json_t *object = kube_double_get(d, path);
	const json_t *value = json_object_get(json_object_get(object, "spec"), member);

	return json_is_integer(value) ? json_integer_value(value) : json_is_true(value) ? 1 : -1;
}

/* free() it. */
static char *
address_of(struct kube_double *d, const char *path)
{
	const json_t *object = kube_double_get(d, path);
	const char *ip = json_member_string(json_object_get(object, "spec"), "clusterIP");

	assert_non_null(ip);
	return xstrdup(ip);
}

static void
apply_pause(struct kube_double *d, const char *space)
{
	const struct driver_deployment nothing = {.is_resumed = true, .is_paused = true};
	struct driver_waiter waiter = kube_double_waiter(d);

	d->driver->ops->apply(d->driver, space, &nothing, &waiter);
	kube_double_wait(d);
	if (d->failed)
		fail_msg("%s", d->err.text);
}

static struct driver_workload
scheduled(void)
{
	struct driver_workload w = kube_double_workload("nightly", FINE, NULL);

	free(w.profile);
	w.profile = xstrdup("humanitec/default-cronjob");
	json_object_set_new(w.spec, "schedules",
			    json_pack("{s:{s:s}}", "all", "schedule", "@daily"));
	return w;
}

static struct driver_workload
job(const char *image)
{
	struct driver_workload w = kube_double_workload("once", image, NULL);

	free(w.profile);
	w.profile = xstrdup("humanitec/default-job");
	return w;
}

/* The pods go; by the Service of before others find those that come. */
static void
test_a_paused_service_keeps_its_address(void **state)
{
	static const char pods[] = "/api/v1/namespaces/shop-paused/pods";
	struct kube_double *d = *state;
	struct driver_workload web = kube_double_workload("web", FINE, NULL);
	char *before, *after;

	kube_double_prepare(d, "acme/shop/paused");
	kube_double_apply(d, "acme/shop/paused", &web, 1, false);
	assert_false(d->failed);
	before = address_of(d, SERVICE("paused"));
	apply_pause(d, "acme/shop/paused");
	assert_int_equal(number_of(d, DEPLOYMENT("paused"), "replicas"), 0);
	while (json_array_size(json_object_get(kube_double_get(d, pods), "items")) > 0)
		kube_double_turn(d);
	after = address_of(d, SERVICE("paused"));
	assert_string_equal(before, after);
	free(after);
	/* It is asked for again after a restart of the daemon. */
	kube_double_restart_driver(d);
	kube_double_prepare(d, "acme/shop/paused");
	apply_pause(d, "acme/shop/paused");
	assert_int_equal(number_of(d, DEPLOYMENT("paused"), "replicas"), 0);
	web = kube_double_workload("web", FINE, NULL);
	kube_double_apply(d, "acme/shop/paused", &web, 1, true);
	assert_false(d->failed);
	assert_int_equal(number_of(d, DEPLOYMENT("paused"), "replicas"), 1);
	after = address_of(d, SERVICE("paused"));
	assert_string_equal(before, after);
	free(after);
	free(before);
}

static void
test_schedules_wait_and_jobs_do_not_run_twice(void **state)
{
	static const char jobs[] = "/apis/batch/v1/namespaces/shop-jobs/jobs",
			  cron[] = "/apis/batch/v1/namespaces/shop-jobs/cronjobs/nightly-all";
	struct kube_double *d = *state;
	struct driver_workload both[2] = {scheduled(), job(FINE)};
	const json_t *items;
	char *uid;

	kube_double_prepare(d, "acme/shop/jobs");
	kube_double_apply(d, "acme/shop/jobs", both, 2, false);
	assert_false(d->failed);
	items = json_object_get(kube_double_get(d, jobs), "items");
	uid = xstrdup(json_member_string(json_object_get(json_array_get(items, 0), "metadata"),
					 "uid"));
	apply_pause(d, "acme/shop/jobs");
	assert_int_equal(number_of(d, cron, "suspend"), 1);
	both[0] = scheduled();
	both[1] = job(FINE);
	kube_double_apply(d, "acme/shop/jobs", both, 2, true);
	assert_false(d->failed);
	assert_int_equal(number_of(d, cron, "suspend"), -1);
	items = json_object_get(kube_double_get(d, jobs), "items");
	assert_int_equal(json_array_size(items), 1);
	assert_string_equal(uid, json_member_string(json_object_get(json_array_get(items, 0),
								    "metadata"), "uid"));
	free(uid);
}

/* An autoscaler's number is not taken from it, and yet nothing runs. */
static void
test_what_somebody_else_scales_is_stopped(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = kube_double_workload("web", FINE, NULL);
	char *before, *after;

	kube_double_prepare(d, "acme/shop/scaled");
	kube_double_apply(d, "acme/shop/scaled", &web, 1, false);
	assert_false(d->failed);
	before = address_of(d, SERVICE("scaled"));
	kube_double_write(d, KUBE_MERGE, DEPLOYMENT("scaled"),
			  "{\"spec\":{\"replicas\":3}}");
	apply_pause(d, "acme/shop/scaled");
	while (kube_double_get(d, DEPLOYMENT("scaled")))
		kube_double_turn(d);
	after = address_of(d, SERVICE("scaled"));
	assert_string_equal(before, after);
	free(after);
	free(before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_paused_service_keeps_its_address),
		cmocka_unit_test(test_schedules_wait_and_jobs_do_not_run_twice),
		cmocka_unit_test(test_what_somebody_else_scales_is_stopped),
	};

	if (!kube_double_is_possible())
		return 0;
	return cmocka_run_group_tests(tests, kube_double_start, kube_double_stop);
}
