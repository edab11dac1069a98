/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Objects of a namespace that somebody else filled are changed by JSON Patch with tests, one
 * reviewed field after the other, and are the owner's again. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "below-valgrind.h"
#include "kube-double.h"
#include "model/json.h"
#include "model/manifests.h"
#include "tests/patience.h"

#define OWNER "?fieldManager=kubectl"
#define DEPLOYMENT(space) "/apis/apps/v1/namespaces/" space "/deployments/web"
#define SETTINGS(space) "/api/v1/namespaces/" space "/configmaps/settings"
/* Of rules: what the driver sends, without dry runs. */
#define REAL(path) path "\\?fieldManager=sidestage((?!dryRun).)*$"

/* --- what the owner does --- */

static char *
deployment_text(const char *image, int replicas, const char *more)
{
	return xasprintf(
		"{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},"
		"\"spec\":{\"replicas\":%d,\"selector\":{\"matchLabels\":{\"app\":\"web\"}},"
		"\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":["
		"{\"name\":\"web\",\"image\":\"%s\",\"readinessProbe\":{\"httpGet\":{\"path\":\"/\","
		"\"port\":8080},\"periodSeconds\":1}%s}]}}}}", replicas, image, more);
}

static char *
settings_text(const char *level)
{
	return xasprintf("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":"
			 "\"settings\"},\"data\":{\"LEVEL\":\"%s\"}}", level);
}

/* As `kubectl apply --server-side`; takes the text. */
static void
owner_applies(struct kube_double *d, const char *path, char *text)
{
	kube_double_write(d, KUBE_APPLY, path, text);
	free(text);
}

/* The namespace with its objects, adopted. */
static void
adopt(struct kube_double *d, const char *space, const char *namespace)
{
	const struct driver_home home = {.namespace = namespace, .is_adopted = true};
	struct driver_waiter waiter = kube_double_waiter(d);

	d->task = d->driver->ops->adopt(d->driver, space, &home, &waiter);
	kube_double_wait(d);
	if (d->failed)
		fail_msg("%s", d->err.text);
}

static void
make_namespace(struct kube_double *d, const char *namespace)
{
	char *text = xasprintf("{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":"
			       "\"%s\"}}", namespace);

	kube_double_write(d, KUBE_CREATE, "/api/v1/namespaces" OWNER, text);
	free(text);
}

#define BEGIN(d, name)                                                                            \
	do {                                                                                      \
		kube_double_rules(d, "");                                                         \
		make_namespace(d, name);                                                          \
		owner_applies(d, DEPLOYMENT(name) OWNER, deployment_text("local/web:1", 1, ""));  \
		owner_applies(d, SETTINGS(name) OWNER, settings_text("info"));                    \
		adopt(d, "acme/" name "/" name, name);                                            \
	} while (0)

/* --- what we do --- */

/* As kept; takes the text.  NULL: nothing. */
static void
add_kept(json_t *manifests, char *text)
{
	json_t *object = text ? json_loads(text, 0, NULL) : NULL;
	char *key = object ? manifest_key(object) : NULL;
	struct error err;

	if (object)
		json_object_set_new(manifests, key, manifest_keep(object, &err));
	free(key);
	free(text);
	json_decref(object);
}

/* Takes the texts. */
static json_t *
spec_of(char *one, char *other)
{
	json_t *manifests = json_object();

	add_kept(manifests, one);
	add_kept(manifests, other);
	return json_pack("{s:o}", "manifests", manifests);
}

/* Takes the specs. */
static struct driver_workload
change_of(json_t *before, json_t *after)
{
	return (struct driver_workload){
		.module = xstrdup("web"),
		.profile = xstrdup(MANIFESTS_PROFILE),
		.image = xstrdup(""),
		.spec = after,
		.before = before,
		.secrets = json_array(),
		.secret_places = json_array(),
	};
}

static struct driver_workload
image_change(const char *from, const char *to, int replicas)
{
	return change_of(spec_of(deployment_text(from, replicas, ""), settings_text("info")),
			 spec_of(deployment_text(to, replicas, ""), settings_text("info")));
}

static void
apply_change(struct kube_double *d, const char *space, struct driver_workload change)
{
	kube_double_apply(d, space, &change, 1, false);
}

/* --- what is there --- */

static const json_t *
container_of(const json_t *deployment)
{
	const json_t *template = json_object_get(json_object_get(deployment, "spec"), "template");

	return json_array_get(json_object_get(json_object_get(template, "spec"), "containers"), 0);
}

static void
assert_image(struct kube_double *d, const char *path, const char *image)
{
	assert_string_equal(json_member_string(container_of(kube_double_get(d, path)), "image"),
			    image);
}

static const char *
level_of(struct kube_double *d, const char *path)
{
	return json_member_string(json_object_get(kube_double_get(d, path), "data"), "LEVEL");
}

static void
assert_nothing_is_ours(struct kube_double *d, const char *path)
{
	const json_t *metadata = json_object_get(kube_double_get(d, path), "metadata"), *entry;
	size_t i;

	assert_non_null(metadata);
	json_array_foreach(json_object_get(metadata, "managedFields"), i, entry)
		assert_string_not_equal(json_member_string(entry, "manager"), KUBE_MANAGER);
}

static void
assert_problem(const struct kube_double *d, const char *code, const char *words)
{
	assert_true(d->failed);
	assert_true(d->problems.count > 0);
	assert_string_equal(d->problems.items[0].code, code);
	if (!strstr(d->problems.items[0].why.text, words))
		fail_msg("%s", d->problems.items[0].why.text);
}

/* --- tests --- */

static void
test_a_reviewed_field_is_changed_and_is_the_owners_again(void **state)
{
	struct kube_double *d = *state;

	BEGIN(d, "image");
	apply_change(d, "acme/image/image", image_change("local/web:1", "local/web:2", 1));
	if (d->failed)
		fail_msg("%s", d->err.text);
	assert_image(d, DEPLOYMENT("image"), "local/web:2");
	assert_nothing_is_ours(d, DEPLOYMENT("image"));
	/* The owner's next apply, of the fix and then of something else, is not refused. */
	owner_applies(d, DEPLOYMENT("image") OWNER, deployment_text("local/web:2", 1, ""));
	owner_applies(d, DEPLOYMENT("image") OWNER, deployment_text("local/web:3", 1, ""));
	assert_image(d, DEPLOYMENT("image"), "local/web:3");
}

static void
test_what_moved_is_not_changed(void **state)
{
	struct kube_double *d = *state;

	BEGIN(d, "moved");
	owner_applies(d, DEPLOYMENT("moved") OWNER, deployment_text("local/web:7", 1, ""));
	apply_change(d, "acme/moved/moved", image_change("local/web:1", "local/web:2", 1));
	assert_problem(d, "moved", "containers[web].image is now local/web:7");
	assert_int_equal(d->err.kind, ERROR_STALE);
	assert_image(d, DEPLOYMENT("moved"), "local/web:7");
	assert_nothing_is_ours(d, DEPLOYMENT("moved"));
	/* What was reviewed is not there at all. */
	kube_double_write(d, KUBE_DELETE, DEPLOYMENT("moved"), NULL);
	apply_change(d, "acme/moved/moved", image_change("local/web:7", "local/web:2", 1));
	assert_problem(d, "moved", "it was deleted in the cluster");
}

/* Turns until that much of it was done. */
static void
wait_for_level(struct kube_double *d, const char *path, const char *level)
{
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	while (strcmp(level_of(d, path), level) != 0) {
		assert_true(clock_steady_ms() < end);
		assert_int_equal(d->ended, 0);
		kube_double_turn(d);
	}
}

static struct driver_workload
change_of_both(void)
{
	return change_of(spec_of(deployment_text("local/web:1", 1, ""), settings_text("info")),
			 spec_of(deployment_text("local/web:2", 1, ""), settings_text("debug")));
}

static void
test_when_one_moves_in_midway_those_done_are_taken_back(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload both = change_of_both();

	BEGIN(d, "midway");
	kube_double_rules(d, "1:PATCH " REAL(DEPLOYMENT("midway")) " delay 1.5\n");
	kube_double_begin(d, "acme/midway/midway", &both, 1, false);
	wait_for_level(d, SETTINGS("midway"), "debug");
	owner_applies(d, DEPLOYMENT("midway") OWNER, deployment_text("local/web:7", 1, ""));
	kube_double_wait(d);
	assert_problem(d, "moved", "containers[web].image is now local/web:7");
	assert_int_equal(d->problems.count, 1);	/* nothing of it had to be taken back in vain */
	assert_string_equal(level_of(d, SETTINGS("midway")), "info");
	assert_nothing_is_ours(d, SETTINGS("midway"));
	assert_nothing_is_ours(d, DEPLOYMENT("midway"));
}

/* An autoscaler's number is nothing that was reviewed. */
static void
test_what_moves_beside_it_is_no_obstacle(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload both = change_of_both();

	BEGIN(d, "beside");
	kube_double_rules(d, "1:PATCH " REAL(DEPLOYMENT("beside")) " delay 1.5\n");
	kube_double_begin(d, "acme/beside/beside", &both, 1, false);
	wait_for_level(d, SETTINGS("beside"), "debug");
	kube_double_write(d, KUBE_MERGE, DEPLOYMENT("beside") "?fieldManager=hpa",
			  "{\"spec\":{\"replicas\":2}}");
	kube_double_wait(d);
	if (d->failed)
		fail_msg("%s", d->err.text);
	assert_image(d, DEPLOYMENT("beside"), "local/web:2");
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(d->seen, "spec"), "replicas")), 2);
}

static void
test_a_lost_answer_is_no_question(void **state)
{
	struct kube_double *d = *state;

	BEGIN(d, "lost");
	kube_double_rules(d, "1:PATCH " REAL(DEPLOYMENT("lost")) " lost\n");
	apply_change(d, "acme/lost/lost", image_change("local/web:1", "local/web:2", 1));
	if (d->failed)
		fail_msg("%s", d->err.text);
	assert_image(d, DEPLOYMENT("lost"), "local/web:2");
	assert_nothing_is_ours(d, DEPLOYMENT("lost"));
}

static void
test_a_rollout_that_fails_is_taken_back(void **state)
{
	struct kube_double *d = *state;

	BEGIN(d, "failing");
	apply_change(d, "acme/failing/failing",
		     image_change("local/web:1", "fail/pull:1", 1));
	assert_problem(d, "image-not-found", "");
	assert_image(d, DEPLOYMENT("failing"), "local/web:1");
	assert_nothing_is_ours(d, DEPLOYMENT("failing"));
}

static void
test_a_rollout_that_is_cancelled_is_taken_back(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload change = image_change("local/web:1", "local/slow/web:2", 1);
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	BEGIN(d, "cancel");
	kube_double_begin(d, "acme/cancel/cancel", &change, 1, false);
	while (strcmp(json_member_string(container_of(kube_double_get(d, DEPLOYMENT("cancel"))),
					 "image"), "local/slow/web:2") != 0) {
		assert_true(clock_steady_ms() < end);
		kube_double_turn(d);
	}
	driver_task_cancel(d->task);
	kube_double_wait(d);
	assert_true(d->failed);
	assert_image(d, DEPLOYMENT("cancel"), "local/web:1");
	assert_nothing_is_ours(d, DEPLOYMENT("cancel"));
}

/* What an earlier daemon did is known by what it was to become. */
static void
test_after_a_daemon_was_killed_it_goes_on_or_is_taken_back(void **state)
{
	struct kube_double *d = *state;

	BEGIN(d, "killed");
	kube_double_write(d, KUBE_MERGE, SETTINGS("killed"), "{\"data\":{\"LEVEL\":\"debug\"}}");
	d->begun_at = clock_wall_ms() - 1000;
	apply_change(d, "acme/killed/killed", change_of_both());
	assert_false(d->failed);
	assert_image(d, DEPLOYMENT("killed"), "local/web:2");
	assert_nothing_is_ours(d, SETTINGS("killed"));
	apply_change(d, "acme/killed/killed",
		     change_of(spec_of(deployment_text("local/web:9", 1, ""), settings_text("info")),
			       spec_of(deployment_text("local/web:3", 1, ""),
				       settings_text("debug"))));
	d->begun_at = 0;
	assert_problem(d, "moved", "containers[web].image");
	assert_string_equal(level_of(d, SETTINGS("killed")), "info");
}

static void
test_a_missing_right_is_named(void **state)
{
	struct kube_double *d = *state;

	BEGIN(d, "rights");
	kube_double_rules(d, "deny * patch deployments.apps rights\n");
	apply_change(d, "acme/rights/rights", image_change("local/web:1", "local/web:2", 1));
	assert_problem(d, "forbidden", "no right to patch deployments.apps in the namespace rights");
	kube_double_rules(d, "");
	assert_image(d, DEPLOYMENT("rights"), "local/web:1");
}

/* By admission, a quota or a right: what somebody else does to it then is not ours to take back. */
static void
test_what_the_cluster_refuses_is_not_taken_back(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload both = change_of_both();

	BEGIN(d, "quota");
	kube_double_rules(d, "PATCH " REAL(DEPLOYMENT("quota")) " delay 1.5\n"
			     "PATCH " REAL(DEPLOYMENT("quota")) " status 403 "
			     "{\"kind\":\"Status\",\"message\":\"exceeded quota: x\"}\n");
	kube_double_begin(d, "acme/quota/quota", &both, 1, false);
	wait_for_level(d, SETTINGS("quota"), "debug");
	owner_applies(d, DEPLOYMENT("quota") OWNER, deployment_text("local/web:7", 1, ""));
	kube_double_wait(d);
	assert_problem(d, "quota", "exceeded quota");
	assert_int_equal(d->problems.count, 1);
	assert_string_equal(level_of(d, SETTINGS("quota")), "info");
	assert_image(d, DEPLOYMENT("quota"), "local/web:7");
}

/* --- reviews --- */

/* Takes the change; what was found is in d->outputs. */
static void
review_change(struct kube_double *d, const char *namespace, struct driver_workload change)
{
	const struct driver_home home = {.namespace = namespace, .is_adopted = true};
	struct driver_deployment deployment = {
		.id = "d1", .workloads = xcalloc(1, sizeof(change)), .count = 1};
	const struct driver_review review = {.home = &home, .deployment = &deployment};
	struct driver_waiter waiter = kube_double_waiter(d);

	deployment.workloads[0] = change;
	d->task = d->driver->ops->review(d->driver, "acme/shop/prod", &review, &waiter);
	driver_deployment_clear(&deployment);
	kube_double_wait(d);
	if (d->failed)
		fail_msg("%s", d->err.text);
}

/* The first of that kind and code; NULL: there is none. */
static const char *
found(const struct kube_double *d, const char *kind, const char *code)
{
	const json_t *list = json_object_get(d->outputs, "findings"), *finding;
	size_t i;

	json_array_foreach(list, i, finding)
		if (strcmp(json_member_string(finding, "kind"), kind) == 0 &&
		    strcmp(json_member_string(finding, "code"), code) == 0)
			return json_member_string(finding, "message");
	return NULL;
}

static void
assert_found(const struct kube_double *d, const char *kind, const char *code, const char *words)
{
	const char *message = found(d, kind, code);
	char *all = json_dumps(d->outputs, 0);

	if (!message || !strstr(message, words))
		fail_msg("no %s %s: %s", kind, code, all);
	free(all);
}

static void
test_objects_are_made_and_removed(void **state)
{
	struct kube_double *d = *state;
	json_t *nothing = spec_of(NULL, NULL), *one = spec_of(settings_text("info"), NULL);

	kube_double_rules(d, "");
	make_namespace(d, "objects");
	adopt(d, "acme/objects/objects", "objects");
	apply_change(d, "acme/objects/objects", change_of(json_incref(nothing), json_incref(one)));
	if (d->failed)
		fail_msg("%s", d->err.text);
	assert_string_equal(level_of(d, SETTINGS("objects")), "info");
	assert_nothing_is_ours(d, SETTINGS("objects"));
	/* It is there already: as it is to be, or not. */
	apply_change(d, "acme/objects/objects", change_of(json_incref(nothing), json_incref(one)));
	assert_false(d->failed);
	review_change(d, "objects", change_of(json_incref(nothing), json_incref(one)));
	assert_int_equal(json_array_size(json_object_get(d->outputs, "findings")), 0);
	/* It is not what was reviewed. */
	owner_applies(d, SETTINGS("objects") OWNER, settings_text("debug"));
	apply_change(d, "acme/objects/objects", change_of(json_incref(nothing), json_incref(one)));
	assert_problem(d, "moved", "data.LEVEL is now debug");
	review_change(d, "objects", change_of(json_incref(nothing), json_incref(one)));
	assert_found(d, "refused", "moved", "data.LEVEL is now debug");
	apply_change(d, "acme/objects/objects", change_of(json_incref(one), json_incref(nothing)));
	assert_problem(d, "moved", "data.LEVEL is now debug");
	owner_applies(d, SETTINGS("objects") OWNER, settings_text("info"));
	apply_change(d, "acme/objects/objects", change_of(one, nothing));
	if (d->failed)
		fail_msg("%s", d->err.text);
	assert_null(kube_double_get(d, SETTINGS("objects")));
}

static void
test_a_review_names_whose_each_field_is(void **state)
{
	struct kube_double *d = *state;

	BEGIN(d, "owners");
	review_change(d, "owners", change_of_both());
	assert_found(d, "warning", "owner", "kubectl owns ");
	assert_found(d, "restart", "restart", "web");
	assert_null(found(d, "warning", "changed"));
	assert_null(found(d, "refused", "moved"));
	assert_image(d, DEPLOYMENT("owners"), "local/web:1");
	kube_double_write(d, KUBE_MERGE, DEPLOYMENT("owners") "?fieldManager=argocd-controller",
			  "{\"metadata\":{\"annotations\":{\"argocd.argoproj.io/tracking-id\":"
			  "\"shop:apps/Deployment:owners/web\"}}}");
	review_change(d, "owners", image_change("local/web:1", "local/web:2", 1));
	assert_found(d, "warning", "owner", "Argo CD (application shop) owns containers[web].image of "
		     "Deployment/web and puts it back at its next sync");
	/* It is so already: there is nothing to say. */
	owner_applies(d, DEPLOYMENT("owners") OWNER, deployment_text("local/web:2", 1, ""));
	review_change(d, "owners", image_change("local/web:1", "local/web:2", 1));
	assert_int_equal(json_array_size(json_object_get(d->outputs, "findings")), 0);
}

/* For those who have the set alone, and name items by their numbers. */
static void
test_a_review_tells_the_order_of_variables(void **state)
{
	static const char variables[] = ",\"env\":[{\"name\":\"ZED\",\"value\":\"1\"},"
					"{\"name\":\"ALPHA\",\"value\":\"1\"}]";
	struct kube_double *d = *state;
	char *text;

	BEGIN(d, "ordered");
	review_change(d, "ordered", image_change("local/web:1", "local/web:2", 1));
	assert_null(json_object_get(d->outputs, "list_order"));
	owner_applies(d, DEPLOYMENT("ordered") OWNER, deployment_text("local/web:1", 1, variables));
	review_change(d, "ordered", change_of(spec_of(deployment_text("local/web:1", 1, variables), NULL),
					      spec_of(deployment_text("local/web:2", 1, variables), NULL)));
	text = json_dumps(json_object_get(d->outputs, "list_order"), JSON_COMPACT);
	assert_string_equal(text, "{\"Deployment/web\":{\"/spec/template/spec/containers/web/env\":"
				  "[\"ZED\",\"ALPHA\"]}}");
	free(text);
}

static void
test_a_review_says_what_would_be_refused(void **state)
{
	struct kube_double *d = *state;

	BEGIN(d, "refused");
	owner_applies(d, DEPLOYMENT("refused") OWNER, deployment_text("local/web:7", 1, ""));
	review_change(d, "refused", image_change("local/web:1", "local/web:2", 1));
	assert_found(d, "refused", "moved", "containers[web].image is now local/web:7");
	review_change(d, "refused", image_change("local/web:7", "", 1));
	assert_found(d, "refused", "invalid", "image");
	kube_double_rules(d, "deny * patch deployments.apps refused\n");
	review_change(d, "refused", image_change("local/web:7", "local/web:8", 1));
	assert_found(d, "refused", "forbidden", "no right to patch deployments.apps");
	kube_double_rules(d, "PATCH .*deployments/web status 500 {}\n");
	review_change(d, "refused", image_change("local/web:7", "local/web:8", 1));
	assert_found(d, "refused", "failed", "The cluster failed at \"patch deployments/web\"");
	kube_double_rules(d, "");
	review_change(d, "refused",
		      change_of(spec_of(settings_text("info"), NULL), spec_of(NULL, NULL)));
	assert_found(d, "removal", "removal", "configmaps/settings");
	review_change(d, "refused",
		      change_of(spec_of(settings_text("old"), NULL), spec_of(NULL, NULL)));
	assert_found(d, "refused", "moved", "data.LEVEL is now info");
	kube_double_write(d, KUBE_DELETE, DEPLOYMENT("refused"), NULL);
	review_change(d, "refused", image_change("local/web:7", "local/web:8", 1));
	assert_found(d, "refused", "moved", "it was deleted in the cluster");
}

static void
test_a_review_says_that_a_rollout_is_paused(void **state)
{
	struct kube_double *d = *state;

	BEGIN(d, "halted");
	review_change(d, "halted", image_change("local/web:1", "local/web:2", 1));
	assert_null(found(d, "warning", "paused"));
	kube_double_write(d, KUBE_MERGE, DEPLOYMENT("halted") OWNER, "{\"spec\":{\"paused\":true}}");
	review_change(d, "halted", image_change("local/web:1", "local/web:2", 1));
	assert_found(d, "warning", "paused", "Deployment/web: its rollout is paused in the cluster");
}

/* --- afterwards --- */

/* Turns until the workload's row says this; "": nothing. */
static void
wait_for_words(struct kube_double *d, const char *space, const char *words)
{
	int64_t end = clock_steady_ms() + PATIENCE_MS;
	char *last = NULL;

	for (bool has = false; !has;) {
		struct driver_status status;

		if (clock_steady_ms() >= end)
			fail_msg("waits for \"%s\", and it says \"%s\"", words, last ? last : "-");
		kube_double_turn(d);
		d->driver->ops->observe(d->driver, space, &status);
		for (size_t i = 0; i < status.count; i++)
			if (strcmp(status.items[i].module, "web") == 0 && status.items[i].ready) {
				const char *said = status.items[i].message;

				free(last);
				last = xstrdup(said ? said : "");
				has = *words ? strstr(last, words) != NULL : *last == '\0';
			}
		driver_status_clear(&status);
	}
	free(last);
}

static void
test_a_revert_is_noticed_and_named(void **state)
{
	struct kube_double *d = *state;

	BEGIN(d, "revert");
	apply_change(d, "acme/revert/revert", image_change("local/web:1", "local/web:2", 1));
	assert_false(d->failed);
	wait_for_words(d, "acme/revert/revert",
		       "kubectl does not have this change yet: containers[web].image");
	owner_applies(d, DEPLOYMENT("revert") OWNER, deployment_text("local/web:1", 1, ""));
	wait_for_words(d, "acme/revert/revert", "reverted by kubectl: containers[web].image of "
		       "Deployment/web is local/web:1 again");
	/* As a reconciler does it. */
	apply_change(d, "acme/revert/revert", image_change("local/web:1", "local/web:3", 1));
	assert_false(d->failed);
	kube_double_write(d, KUBE_MERGE, DEPLOYMENT("revert") "?fieldManager=shop-operator",
			  "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\","
			  "\"image\":\"local/web:1\"}]}}}}");
	wait_for_words(d, "acme/revert/revert", "reverted by shop-operator");
}

/* The pods of the old version become ready, too. */
static void
test_a_rollout_that_somebody_reverts_meanwhile_has_not_succeeded(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload change = image_change("local/web:1", "local/slow/web:2", 1);
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	BEGIN(d, "undone");
	kube_double_begin(d, "acme/undone/undone", &change, 1, false);
	while (strcmp(json_member_string(container_of(kube_double_get(d, DEPLOYMENT("undone"))),
					 "image"), "local/slow/web:2") != 0) {
		assert_true(clock_steady_ms() < end);
		kube_double_turn(d);
	}
	kube_double_write(d, KUBE_MERGE, DEPLOYMENT("undone") "?fieldManager=shop-operator",
			  "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\","
			  "\"image\":\"local/web:1\"}]}}}}");
	kube_double_wait(d);
	assert_problem(d, "moved", "reverted by shop-operator: containers[web].image of "
		       "Deployment/web is local/web:1 again");
	assert_image(d, DEPLOYMENT("undone"), "local/web:1");
	assert_nothing_is_ours(d, DEPLOYMENT("undone"));
}

static void
test_it_is_carried_when_the_owner_applies_it_too(void **state)
{
	struct kube_double *d = *state;

	BEGIN(d, "carried");
	apply_change(d, "acme/carried/carried", image_change("local/web:1", "local/web:2", 1));
	assert_false(d->failed);
	wait_for_words(d, "acme/carried/carried", "kubectl does not have this change yet");
	owner_applies(d, DEPLOYMENT("carried") OWNER, deployment_text("local/web:2", 1, ""));
	wait_for_words(d, "acme/carried/carried", "");
	/* kubectl's own apply of what is so already changes its note alone. */
	apply_change(d, "acme/carried/carried", image_change("local/web:2", "local/web:3", 1));
	wait_for_words(d, "acme/carried/carried", "kubectl does not have this change yet");
	kube_double_write(d, KUBE_MERGE, DEPLOYMENT("carried") "?fieldManager=kubectl-client-side-apply",
			  "{\"metadata\":{\"annotations\":{\"kubectl.kubernetes.io/last-applied-"
			  "configuration\":\"{\\\"apiVersion\\\":\\\"apps/v1\\\",\\\"kind\\\":"
			  "\\\"Deployment\\\",\\\"metadata\\\":{\\\"name\\\":\\\"web\\\"},"
			  "\\\"spec\\\":{\\\"template\\\":{\\\"spec\\\":{\\\"containers\\\":[{"
			  "\\\"name\\\":\\\"web\\\",\\\"image\\\":\\\"local/web:3\\\"}]}}}}\"}}}");
	wait_for_words(d, "acme/carried/carried", "");
}

static struct driver_workload
level_change(const char *image, const char *from, const char *to)
{
	return change_of(spec_of(deployment_text(image, 1, ""), settings_text(from)),
			 spec_of(deployment_text(image, 1, ""), settings_text(to)));
}

/* By another change of the namespace, or of the same field. */
static void
test_what_is_not_carried_is_not_forgotten_for_a_later_change(void **state)
{
	struct kube_double *d = *state;
	static const char space[] = "acme/twice/twice",
			  unseen[] = "kubectl does not have this change yet: containers[web].image";

	BEGIN(d, "twice");
	apply_change(d, space, image_change("local/web:1", "local/web:2", 1));
	wait_for_words(d, space, unseen);
	apply_change(d, space, level_change("local/web:2", "info", "debug"));
	assert_false(d->failed);
	owner_applies(d, SETTINGS("twice") OWNER, settings_text("debug"));
	wait_for_words(d, space, unseen);
	apply_change(d, space, image_change("local/web:2", "local/web:3", 1));
	assert_false(d->failed);
	wait_for_words(d, space, unseen);
	owner_applies(d, DEPLOYMENT("twice") OWNER, deployment_text("local/web:1", 1, ""));
	wait_for_words(d, space, "reverted by kubectl: containers[web].image of Deployment/web is "
				 "local/web:1 again");
	/* What its owner has already is nothing to carry. */
	apply_change(d, space, image_change("local/web:1", "local/web:4", 1));
	wait_for_words(d, space, unseen);
	apply_change(d, space, image_change("local/web:4", "local/web:1", 1));
	assert_false(d->failed);
	wait_for_words(d, space, "");
}

/* --- what an earlier daemon changed, or another one --- */

static void
resume_with_past(struct kube_double *d, const char *space, const char *from, const char *to,
		 bool is_guess)
{
	struct driver_workload *w = xcalloc(1, sizeof(*w));
	struct driver_waiter waiter = kube_double_waiter(d);
	struct driver_deployment deployment = {
		.id = "d1", .workloads = w, .count = 1, .is_resumed = true};

	*w = image_change(from, to, 1);
	deployment.past = json_pack(
		"[{s:s, s:s, s:O, s:O, s:I, s:b}]", "module", "web", "key", "Deployment/web", "before",
		json_object_get(json_object_get(w->before, "manifests"), "Deployment/web"), "after",
		json_object_get(json_object_get(w->spec, "manifests"), "Deployment/web"), "at",
		(json_int_t)clock_wall_ms(), "is_guess", (int)is_guess);
	d->task = d->driver->ops->apply(d->driver, space, &deployment, &waiter);
	kube_double_wait(d);
	assert_false(d->failed);
	driver_deployment_clear(&deployment);
}

/* Turns until it is told of the workload whether its owner has the change. */
static void
wait_for_owner(struct kube_double *d, const char *space, enum runtime_owner owner)
{
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	for (bool has = false; !has;) {
		struct driver_status status;

		if (clock_steady_ms() >= end)
			fail_msg("%s does not come to %d", space, (int)owner);
		kube_double_turn(d);
		d->driver->ops->observe(d->driver, space, &status);
		has = status.owner_count == 0 && owner == RUNTIME_OWNER_NOT_ASKED;
		for (size_t i = 0; i < status.owner_count; i++)
			has = has || status.owners[i].owner == owner;
		driver_status_clear(&status);
	}
}

/* Two spaces of one namespace are two daemons. */
static void
test_whether_the_owner_has_a_change_is_seen_from_the_objects(void **state)
{
	struct kube_double *d = *state;

	BEGIN(d, "past");
	apply_change(d, "acme/past/past", image_change("local/web:1", "local/web:2", 1));
	assert_false(d->failed);
	wait_for_owner(d, "acme/past/past", RUNTIME_OWNER_LACKS_IT);
	adopt(d, "acme/later/past", "past");
	resume_with_past(d, "acme/later/past", "local/web:1", "local/web:2", false);
	wait_for_owner(d, "acme/later/past", RUNTIME_OWNER_LACKS_IT);
	wait_for_words(d, "acme/later/past", "kubectl does not have this change yet: "
					     "containers[web].image");
	adopt(d, "acme/guess/past", "past");
	resume_with_past(d, "acme/guess/past", "local/web:1", "local/web:2", true);
	wait_for_owner(d, "acme/guess/past", RUNTIME_OWNER_LACKS_IT);

	owner_applies(d, DEPLOYMENT("past") OWNER, deployment_text("local/web:2", 1, ""));
	wait_for_owner(d, "acme/past/past", RUNTIME_OWNER_HAS_IT);
	wait_for_owner(d, "acme/later/past", RUNTIME_OWNER_HAS_IT);
	wait_for_owner(d, "acme/guess/past", RUNTIME_OWNER_HAS_IT);
	wait_for_words(d, "acme/later/past", "");

	/* What is another by now: of what is only guessed nobody says that it was reverted. */
	owner_applies(d, DEPLOYMENT("past") OWNER, deployment_text("local/web:1", 1, ""));
	adopt(d, "acme/last/past", "past");
	resume_with_past(d, "acme/last/past", "local/web:1", "local/web:2", false);
	wait_for_words(d, "acme/last/past", "reverted by kubectl");
	adopt(d, "acme/wrong/past", "past");
	resume_with_past(d, "acme/wrong/past", "local/web:1", "local/web:2", true);
	wait_for_owner(d, "acme/wrong/past", RUNTIME_OWNER_NOT_ASKED);
	wait_for_words(d, "acme/wrong/past", "");
}

/* --- two people --- */

struct writer {
	bool ended, failed;
	struct error err;
};

static void
note_writer(void *data, const struct driver_result *result)
{
	struct writer *writer = data;

	writer->ended = true;
	writer->failed = result->err != NULL;
	writer->err = result->err ? *result->err : (struct error){0};
}

static void
start_writer(struct kube_double *d, const char *space, struct driver_workload change,
	     struct writer *writer)
{
	struct driver_deployment deployment = {
		.id = "d1", .workloads = xcalloc(1, sizeof(change)), .count = 1};

	*writer = (struct writer){0};
	deployment.workloads[0] = change;
	d->driver->ops->apply(d->driver, space, &deployment,
			      &(struct driver_waiter){.ended = note_writer, .data = writer});
	driver_deployment_clear(&deployment);
}

/* tests/kube/test-two.sh has as many, with daemons.  A part of check-long (SLICE) has no more than
 * `make check`. */
static int
rounds(void)
{
	if (below_valgrind())
		return 4;
	return getenv("CHECK_LONG") && !getenv("SLICE") ? 200 : 12;
}

/* Both reviewed the same image, and each deploys another. */
static void
test_of_two_people_one_is_told_that_it_moved(void **state)
{
	struct kube_double *d = *state;
	char now[64] = "local/web:1";
	size_t won[2] = {0};

	kube_double_rules(d, "");
	make_namespace(d, "race");
	owner_applies(d, DEPLOYMENT("race") OWNER, deployment_text(now, 0, ""));
	adopt(d, "acme/race/one", "race");
	adopt(d, "acme/race/two", "race");
	for (int round = 0; round < rounds(); round++) {
		int64_t end = clock_steady_ms() + PATIENCE_MS;
		struct writer writers[2];
		char images[2][64];

		for (int i = 0; i < 2; i++) {
			snprintf(images[i], sizeof(images[i]), "local/web:%d-%d", round, i);
			start_writer(d, i == 0 ? "acme/race/one" : "acme/race/two",
				     image_change(now, images[i], 0), &writers[i]);
		}
		while (!writers[0].ended || !writers[1].ended) {
			assert_true(clock_steady_ms() < end);
			kube_double_turn(d);
		}
		assert_int_not_equal(writers[0].failed, writers[1].failed);
		assert_int_equal(writers[writers[0].failed ? 0 : 1].err.kind, ERROR_STALE);
		snprintf(now, sizeof(now), "%s", images[writers[0].failed ? 1 : 0]);
		won[writers[0].failed ? 1 : 0]++;
		assert_image(d, DEPLOYMENT("race"), now);
	}
	print_message("# %d rounds of two people: %zu to %zu\n", rounds(), won[0], won[1]);
	assert_nothing_is_ours(d, DEPLOYMENT("race"));
}

/* Each changes what the other does not: both are done. */
static void
test_of_two_people_nobodys_change_is_lost(void **state)
{
	struct kube_double *d = *state;

	kube_double_rules(d, "");
	make_namespace(d, "both");
	owner_applies(d, DEPLOYMENT("both") OWNER, deployment_text("local/web:1", 0, ""));
	adopt(d, "acme/both/one", "both");
	adopt(d, "acme/both/two", "both");
	for (int round = 0; round < (rounds() + 9) / 10; round++) {
		const char *image = round % 2 == 0 ? "local/web:1" : "local/web:2",
			   *next = round % 2 == 0 ? "local/web:2" : "local/web:1";
		char *said = round == 0 ? xstrdup("") : xasprintf(
			",\"env\":[{\"name\":\"ROUND\",\"value\":\"%d\"}]", round - 1);
		char *says = xasprintf(",\"env\":[{\"name\":\"ROUND\",\"value\":\"%d\"}]", round);
		int64_t end = clock_steady_ms() + PATIENCE_MS;
		struct writer writers[2];

		start_writer(d, "acme/both/one",
			     change_of(spec_of(deployment_text(image, 0, said), NULL),
				       spec_of(deployment_text(next, 0, said), NULL)), &writers[0]);
		start_writer(d, "acme/both/two",
			     change_of(spec_of(deployment_text(image, 0, said), NULL),
				       spec_of(deployment_text(image, 0, says), NULL)),
			     &writers[1]);
		while (!writers[0].ended || !writers[1].ended) {
			assert_true(clock_steady_ms() < end);
			kube_double_turn(d);
		}
		if (writers[0].failed || writers[1].failed)
			fail_msg("%s%s", writers[0].err.text, writers[1].err.text);
		assert_image(d, DEPLOYMENT("both"), next);
		assert_int_equal(atoi(json_member_string(json_array_get(json_object_get(
					container_of(d->seen), "env"), 0), "value")), round);
		free(said);
		free(says);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_reviewed_field_is_changed_and_is_the_owners_again),
		cmocka_unit_test(test_what_moved_is_not_changed),
		cmocka_unit_test(test_when_one_moves_in_midway_those_done_are_taken_back),
		cmocka_unit_test(test_what_moves_beside_it_is_no_obstacle),
		cmocka_unit_test(test_a_lost_answer_is_no_question),
		cmocka_unit_test(test_a_rollout_that_fails_is_taken_back),
		cmocka_unit_test(test_a_rollout_that_is_cancelled_is_taken_back),
		cmocka_unit_test(test_after_a_daemon_was_killed_it_goes_on_or_is_taken_back),
		cmocka_unit_test(test_objects_are_made_and_removed),
		cmocka_unit_test(test_a_missing_right_is_named),
		cmocka_unit_test(test_what_the_cluster_refuses_is_not_taken_back),
		cmocka_unit_test(test_a_review_names_whose_each_field_is),
		cmocka_unit_test(test_a_review_tells_the_order_of_variables),
		cmocka_unit_test(test_a_review_says_what_would_be_refused),
		cmocka_unit_test(test_a_review_says_that_a_rollout_is_paused),
		cmocka_unit_test(test_a_revert_is_noticed_and_named),
		cmocka_unit_test(test_a_rollout_that_somebody_reverts_meanwhile_has_not_succeeded),
		cmocka_unit_test(test_it_is_carried_when_the_owner_applies_it_too),
		cmocka_unit_test(test_what_is_not_carried_is_not_forgotten_for_a_later_change),
		cmocka_unit_test(test_whether_the_owner_has_a_change_is_seen_from_the_objects),
		cmocka_unit_test(test_of_two_people_one_is_told_that_it_moved),
		cmocka_unit_test(test_of_two_people_nobodys_change_is_lost),
	};

	if (!kube_double_is_possible())
		return 0;
	return cmocka_run_group_tests(tests, kube_double_start, kube_double_stop);
}
