/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whose an object is, a table by its kind says; the kinds stand in an order in which those that an
 * answer needs come before: an Ingress is its Services', a RoleBinding its accounts', a Role its
 * RoleBindings'.
 */
#include "config.h"

#include "platform/drivers/kubernetes/survey/survey-modules.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifest-filled.h"
#include "model/manifests.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/cluster/selector.h"
#include "platform/drivers/kubernetes/survey/survey-left.h"
#include "platform/drivers/kubernetes/survey/survey-refers.h"

#define COMMON "common"
#define GATEWAY_VERSION "gateway.networking.k8s.io/v1"
#define OBJECT_MAX (512u * 1024)
#define WHOLE_MAX (8u * 1024 * 1024)

/* Whose an object is: a workload by its number, or */
enum { OWNER_NONE = -1, OWNER_MANY = -2 };

struct survey_workload {
	const json_t *object, *labels;	/* labels: of its pods */
	char *module;
	json_t *refers;			/* kube_survey_references() */
};

struct grouping {
	const json_t *objects;
	struct survey_workload *items;
	size_t count;
	json_t *owners;			/* {"Service/web": number}, of what is not a workload */
	json_t *modules, *left;
	json_t *taken;			/* {name of a module: true} */
	size_t size;			/* bytes of what is kept */
};

static int
both(int one, int other)
{
	return one == OWNER_NONE || one == other ? other
	       : other == OWNER_NONE		  ? one
						  : OWNER_MANY;
}

static int
owner_of(const struct grouping *g, const char *kind, const char *name)
{
	char *key = xasprintf("%s/%s", kind, name);
	const json_t *owner = json_object_get(g->owners, key);

	free(key);
	return owner ? (int)json_integer_value(owner) : OWNER_NONE;
}

/* --- whose it is, by its kind --- */

static int
by_selector(const struct grouping *g, const json_t *selector)
{
	int owner = OWNER_NONE;

	for (size_t i = 0; i < g->count; i++)
		if (kube_selects(selector, g->items[i].labels))
			owner = both(owner, (int)i);
	return owner;
}

/* A selector that is a map of labels; without one somebody else says who answers. */
static int
of_service(const struct grouping *g, const json_t *object)
{
	json_t *labels = json_object_get(json_object_get(object, "spec"), "selector"), *selector;
	int owner;

	if (json_object_size(labels) == 0)
		return OWNER_NONE;
	selector = json_pack("{s:O}", "matchLabels", labels);
	owner = by_selector(g, selector);
	json_decref(selector);
	return owner;
}

static int
of_disruption_budget(const struct grouping *g, const json_t *object)
{
	return by_selector(g, json_object_get(json_object_get(object, "spec"), "selector"));
}

static int
of_policy(const struct grouping *g, const json_t *object)
{
	return by_selector(g, json_object_get(json_object_get(object, "spec"), "podSelector"));
}

static int
of_scaler(const struct grouping *g, const json_t *object)
{
	const json_t *target = json_object_get(json_object_get(object, "spec"), "scaleTargetRef");

	for (size_t i = 0; i < g->count; i++)
		if (kube_read_is(g->items[i].object, "kind", kube_read_text(target, "kind")) &&
		    kube_read_is(target, "name", kube_read_name(g->items[i].object)))
			return (int)i;
	return OWNER_NONE;
}

static int
of_referred(const struct grouping *g, const json_t *object)
{
	char *key = xasprintf("%s/%s", kube_read_text(object, "kind"), kube_read_name(object));
	int owner = OWNER_NONE;

	for (size_t i = 0; i < g->count; i++)
		if (json_object_get(g->items[i].refers, key))
			owner = both(owner, (int)i);
	free(key);
	return owner;
}

/* Every Service that it names, wherever: {"service": {"name"}} of an Ingress. */
static int
of_backends(const struct grouping *g, const json_t *at)
{
	const json_t *item;
	const char *key;
	int owner = OWNER_NONE;
	size_t i;

	json_array_foreach(at, i, item)
		owner = both(owner, of_backends(g, item));
	json_object_foreach((json_t *)at, key, item) {
		const char *name = json_member_string(item, "name");

		if (strcmp(key, "service") == 0 && name)
			owner = both(owner, owner_of(g, "Service", name));
		else
			owner = both(owner, of_backends(g, item));
	}
	return owner;
}

static int
of_ingress(const struct grouping *g, const json_t *object)
{
	return of_backends(g, json_object_get(object, "spec"));
}

static int
of_route(const struct grouping *g, const json_t *object)
{
	const json_t *rules = json_object_get(json_object_get(object, "spec"), "rules");
	const json_t *rule, *backend;
	int owner = OWNER_NONE;
	size_t i, k;

	json_array_foreach(rules, i, rule)
		json_array_foreach(json_object_get(rule, "backendRefs"), k, backend)
			owner = both(owner,
				     owner_of(g, "Service", kube_read_text(backend, "name")));
	return owner;
}

static int
of_binding(const struct grouping *g, const json_t *object)
{
	const json_t *subject;
	int owner = OWNER_NONE;
	size_t i;

	json_array_foreach(json_object_get(object, "subjects"), i, subject)
		if (kube_read_is(subject, "kind", "ServiceAccount"))
			owner = both(owner, owner_of(g, "ServiceAccount",
						     kube_read_text(subject, "name")));
	return owner;
}

static int
of_role(const struct grouping *g, const json_t *object)
{
	const json_t *one, *role;
	int owner = OWNER_NONE;
	size_t i;

	json_array_foreach(g->objects, i, one) {
		role = json_object_get(one, "roleRef");
		if (kube_read_is(role, "kind", "Role") &&
		    kube_read_is(role, "name", kube_read_name(object)))
			owner = both(owner, owner_of(g, "RoleBinding", kube_read_name(one)));
	}
	return owner;
}

static const struct attached_kind {
	const char *kind;
	int (*owner)(const struct grouping *g, const json_t *object);
} attached[] = {
	{"ConfigMap", of_referred},
	{"ServiceAccount", of_referred},
	{"PersistentVolumeClaim", of_referred},
	{"Service", of_service},
	{"HorizontalPodAutoscaler", of_scaler},
	{"PodDisruptionBudget", of_disruption_budget},
	{"NetworkPolicy", of_policy},
	{"Ingress", of_ingress},
	{"HTTPRoute", of_route},
	{"RoleBinding", of_binding},
	{"Role", of_role},
};

/* --- which are workloads --- */

static const char *const workload_kinds[] = {"Deployment", "StatefulSet", "DaemonSet", "CronJob",
					     "Job"};

static bool
has_uid(const json_t *objects, const char *uid)
{
	const json_t *one;
	size_t i;

	json_array_foreach(objects, i, one)
		if (strcmp(kube_read_uid(one), uid) == 0)
			return true;
	return false;
}

/* Something else that was read makes it, and would make it again; and a Job of a schedule that was
 * deleted is over. */
static bool
is_made(const struct grouping *g, const json_t *object)
{
	const json_t *maker = kube_read_controller(object);

	return maker && (kube_read_is(maker, "kind", "CronJob") ||
			 has_uid(g->objects, kube_read_text(maker, "uid")));
}

/* A custom resource, which was read because it makes something here; others may call theirs as the
 * cluster calls its own. */
static bool
is_custom(const json_t *object)
{
	return !manifest_is_built_in(object) && !kube_read_is(object, "apiVersion", GATEWAY_VERSION);
}

/* Its pods are those of what it makes. */
static const json_t *
template_of(const struct grouping *g, const json_t *object)
{
	const json_t *one, *template = kube_read_template(object);
	size_t i;

	if (!is_custom(object))
		return template;
	json_array_foreach(g->objects, i, one)
		if (kube_read_is_owned(one, kube_read_uid(object)) && kube_read_template(one))
			return kube_read_template(one);
	return template;
}

/* Of characters that a workload's name has; free() it. */
static char *
plain_name(const char *name)
{
	char *plain = xstrdup(name);

	for (char *c = plain; *c; c++)
		if (!isalnum((unsigned char)*c))
			*c = '-';
	return plain;
}

/* Of two with one name the second says what it is: "web-cronjob". */
static char *
module_name(struct grouping *g, const char *kind, const char *name)
{
	char *plain = plain_name(name), *lower = xstrdup(kind), *found = xstrdup(plain);

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	for (int n = 1; json_object_get(g->taken, found); n++) {
		free(found);
		found = n == 1 ? xasprintf("%s-%s", plain, lower)
			       : xasprintf("%s-%s-%d", plain, lower, n);
	}
	json_object_set_new(g->taken, found, json_true());
	free(lower);
	free(plain);
	return found;
}

static void
add_workload(struct grouping *g, const json_t *object)
{
	const json_t *template = template_of(g, object);
	struct survey_workload *one = &g->items[g->count++];

	one->object = object;
	one->labels = json_object_get(kube_read_metadata(template), "labels");
	one->refers = kube_survey_references(json_object_get(template, "spec"));
	one->module = module_name(g, kube_read_text(object, "kind"), kube_read_name(object));
}

static void
find_workloads(struct grouping *g)
{
	const json_t *object;
	size_t i;

	g->items = xcalloc(json_array_size(g->objects) + 1, sizeof(*g->items));
	for (size_t k = 0; k < sizeof(workload_kinds) / sizeof(workload_kinds[0]); k++)
		json_array_foreach(g->objects, i, object)
			if (kube_read_is(object, "kind", workload_kinds[k]) &&
			    !is_custom(object) && !is_made(g, object))
				add_workload(g, object);
	json_array_foreach(g->objects, i, object)
		if (is_custom(object) && !is_made(g, object))
			add_workload(g, object);
}

/* --- what is put into a module --- */

/* What an autoscaler sets is nobody's declaration. */
static json_t *
without_replicas(const json_t *object)
{
	json_t *copy = json_copy((json_t *)object);
	json_t *spec = json_copy(json_object_get(object, "spec"));

	json_object_del(spec, "replicas");
	json_object_set_new(copy, "spec", spec);
	return copy;
}

static json_t *
add_module(struct grouping *g, const char *module)
{
	json_t *found = json_object_get(g->modules, module);

	if (!found) {
		found = json_pack("{s:s, s:{s:{}}, s:{}}", "profile", MANIFESTS_PROFILE, "spec",
				  "manifests", "externals");
		json_object_set_new(g->modules, module, found);
	}
	return manifests_of(found);
}

/* A set is sent to people, and kept for each deployment: it has a size. */
static bool
fits(struct grouping *g, const json_t *kept)
{
	size_t size = json_dumpb(kept, NULL, 0, JSON_COMPACT);

	if (size > OBJECT_MAX || g->size + size > WHOLE_MAX)
		return false;
	g->size += size;
	return true;
}

static void
put_object(struct grouping *g, const char *module, const json_t *object)
{
	char *key = manifest_key(object);
	struct error err = {0};
	json_t *kept = key ? manifest_keep(object, &err) : NULL;

	if (kept && !fits(g, kept)) {
		json_decref(kept);
		kept = NULL;
		error_set_code(&err, CODE_LEFT_TOO_LARGE);
	}
	if (kept)
		json_object_set_new(add_module(g, module), key, kept);
	else if (key)
		kube_survey_leave(g->left, key, &err);
	free(key);
}

static bool
is_scaled(const struct grouping *g, size_t number)
{
	const json_t *object;
	size_t i;

	json_array_foreach(g->objects, i, object)
		if (kube_read_is(object, "kind", "HorizontalPodAutoscaler") &&
		    of_scaler(g, object) == (int)number)
			return true;
	return false;
}

static void
put_workloads(struct grouping *g)
{
	for (size_t i = 0; i < g->count; i++) {
		const json_t *object = g->items[i].object;
		json_t *plain = is_scaled(g, i) ? without_replicas(object) : NULL;

		put_object(g, g->items[i].module, plain ? plain : object);
		json_decref(plain);
	}
}

static bool
is_claim_of_set(const struct grouping *g, const json_t *object)
{
	return kube_read_is(object, "kind", "PersistentVolumeClaim") &&
	       kube_survey_is_claim_of_set(g->objects, object);
}

static void
attach(struct grouping *g, const struct attached_kind *kind, const char *common, bool only_used)
{
	const json_t *object;
	size_t i;

	json_array_foreach(g->objects, i, object) {
		int owner;
		char *key;

		if (!kube_read_is(object, "kind", kind->kind) || is_custom(object) ||
		    is_made(g, object) ||
		    kube_survey_is_of_cluster(object) || is_claim_of_set(g, object))
			continue;
		owner = kind->owner(g, object);
		if (owner == OWNER_NONE && only_used)
			continue;
		key = xasprintf("%s/%s", kind->kind, kube_read_name(object));
		json_object_set_new(g->owners, key, json_integer(owner));
		free(key);
		put_object(g, owner >= 0 ? g->items[owner].module : common, object);
		kube_survey_leave_part(g->left, object);
	}
}

/* --- what it is called together --- */

/* What more than half of the workloads say under this label; NULL: nothing. */
static const char *
most_common(const struct grouping *g, const char *label)
{
	for (size_t i = 0; i < g->count; i++) {
		const json_t *labels = json_object_get(kube_read_metadata(g->items[i].object),
						       "labels");
		const char *value = json_member_string(labels, label);
		size_t same = 0;

		for (size_t k = i; value && *value && k < g->count; k++)
			same += kube_read_is(
				json_object_get(kube_read_metadata(g->items[k].object), "labels"),
				label, value);
		if (same * 2 > g->count)
			return value;
	}
	return NULL;
}

static const char *
application(const struct grouping *g)
{
	static const char *const labels[] = {"app.kubernetes.io/part-of", "app.kubernetes.io/name",
					     "app.kubernetes.io/instance"};
	const char *found = NULL;

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]) && !found; i++)
		found = most_common(g, labels[i]);
	return found;
}

json_t *
kube_survey_modules(const json_t *objects, bool only_used)
{
	struct grouping g = {
		.objects = objects,
		.owners = json_object(),
		.modules = json_object(),
		.left = json_array(),
		.taken = json_object(),
	};
	json_t *found;
	char *common;

	find_workloads(&g);
	common = module_name(&g, "objects", COMMON);
	put_workloads(&g);
	for (size_t i = 0; i < sizeof(attached) / sizeof(attached[0]); i++)
		attach(&g, &attached[i], common, only_used);
	for (size_t i = 0; i < g.count; i++)
		kube_survey_leave_of(g.left, g.items[i].object, g.items[i].refers);
	found = json_pack("{s:o, s:o, s:s*}", "modules", g.modules, "left", g.left, "app",
			  application(&g));
	for (size_t i = 0; i < g.count; i++) {
		free(g.items[i].module);
		json_decref(g.items[i].refers);
	}
	free(g.items);
	free(common);
	json_decref(g.owners);
	json_decref(g.taken);
	return found;
}
