/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The table of rules.  A rule is asked about each object of its kinds, in this order; what one
 * leaves out no other sees.  What a rule did to the objects of a workload is one sentence.
 */
#include "config.h"

#include "platform/drivers/kubernetes/objects/stand-in.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/clone-kinds.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"
#include "platform/drivers/kubernetes/objects/stand-in-private.h"

#define WORDS_MAX 280		/* bytes of a list in a sentence */

/* --- what rules share --- */

void
stand_in_add_detail(json_t *details, const char *text)
{
	json_object_set_new(details, text, json_true());
}

bool
stand_in_drop(json_t *object, const char *key, json_t *details)
{
	if (!json_object_get(object, key))
		return false;
	json_object_del(object, key);
	stand_in_add_detail(details, key);
	return true;
}

bool
stand_in_drop_keys(json_t *map, bool (*test)(const char *key), json_t *details)
{
	bool found = false;
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(map, next, key, value)
		if (test(key)) {
			found = true;
			stand_in_add_detail(details, key);
			json_object_del(map, key);
		}
	return found;
}

json_t *
stand_in_metadata(const json_t *object, const char *member)
{
	return json_object_get(json_object_get(object, "metadata"), member);
}

static enum stand_in_result
leave_out(const struct stand_in_view *view, json_t *object, json_t *details)
{
	(void)view;
	(void)object;
	(void)details;
	return STAND_IN_LEFT_OUT;
}

/* One that has no path in a namespace, as far as we know. */
static enum stand_in_result
leave_unknown(const struct stand_in_view *view, json_t *object, json_t *details)
{
	const char *name = kube_read_name(object);
	char *path = kube_path(kube_read_text(object, "apiVersion"), kube_read_text(object, "kind"),
			       view->workload->namespace, *name ? name : NULL);
	bool is_known = path && *name;

	(void)details;
	free(path);
	return is_known ? STAND_IN_SAME : STAND_IN_LEFT_OUT;
}

/* --- whose it is --- */

/* What belongs to one object of one cluster. */
static enum stand_in_result
drop_identity(const struct stand_in_view *view, json_t *object, json_t *details)
{
	static const char *const members[] = {
		"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields",
		"selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName",
		"ownerReferences", "finalizers",
	};
	json_t *metadata = json_object_get(object, "metadata");

	(void)view;
	(void)details;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_del(metadata, members[i]);
	json_object_del(object, "status");
	return STAND_IN_SAME;
}

/* "kustomize.toolkit.fluxcd.io/name": the domain ends so. */
static bool
has_domain(const char *key, const char *domain)
{
	size_t length = strcspn(key, "/"), wanted = strlen(domain);

	return key[length] == '/' && length >= wanted &&
	       strncmp(key + length - wanted, domain, wanted) == 0 &&
	       (length == wanted || key[length - wanted - 1] == '.');
}

/* Of tools that deploy. */
static bool
is_of_tools(const char *key)
{
	static const char *const domains[] = {
		"argocd.argoproj.io", "meta.helm.sh", "helm.sh", "toolkit.fluxcd.io", "fluxcd.io",
		"kapp.k14s.io", "cli-utils.sigs.k8s.io", "configsync.gke.io",
		"objectset.rio.cattle.io", "fleet.cattle.io", "field.cattle.io",
		"kustomize.config.k8s.io",
	};

	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++)
		if (has_domain(key, domains[i]))
			return true;
	return false;
}

/* By which those who reconcile find their own; what they find and did not declare they remove. */
static bool
is_mark(const char *key)
{
	static const char *const keys[] = {
		KUBE_LABEL_MANAGED, "app.kubernetes.io/instance",
		KUBE_NOTE_APPLIED,
		"deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation",
		"config.k8s.io/owning-inventory", "control-plane.alpha.kubernetes.io/leader",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return is_of_tools(key);
}

/* Not by what they are selected by. */
static bool
drop_marks_of_pods(json_t *object, json_t *details)
{
	json_t *template = kube_read_template(object), *spec = json_object_get(object, "spec");
	json_t *labels = stand_in_metadata(template, "labels"), *kept = json_object(), *value;
	const json_t *selector = json_object_get(json_object_get(spec, "selector"), "matchLabels");
	bool found = stand_in_drop_keys(stand_in_metadata(template, "annotations"), is_mark, details);
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)selector, key, value)
		if (is_of_tools(key))
			json_object_set(kept, key, value);
	found |= stand_in_drop_keys(labels, is_of_tools, details);
	json_object_update(labels, kept);
	json_decref(kept);
	return found;
}

static bool
drop_marks_at(const json_t *object, json_t *details)
{
	bool found = stand_in_drop_keys(stand_in_metadata(object, "labels"), is_mark, details);

	return stand_in_drop_keys(stand_in_metadata(object, "annotations"), is_mark, details) ||
	       found;
}

/* The Jobs of a schedule and the claims of a set have what is said here. */
static bool
drop_marks_of_made(const json_t *object, json_t *details)
{
	const json_t *spec = json_object_get(object, "spec"), *claim;
	bool found = drop_marks_at(json_object_get(spec, "jobTemplate"), details);
	size_t i;

	json_array_foreach(json_object_get(spec, "volumeClaimTemplates"), i, claim)
		found |= drop_marks_at(claim, details);
	return found;
}

static enum stand_in_result
drop_marks(const struct stand_in_view *view, json_t *object, json_t *details)
{
	bool found = drop_marks_at(object, details);

	(void)view;
	found |= drop_marks_of_made(object, details);
	found |= drop_marks_of_pods(object, details);
	return found ? STAND_IN_CHANGED : STAND_IN_SAME;
}

/* A token that the cluster made for it is no other account's. */
static enum stand_in_result
drop_tokens(const struct stand_in_view *view, json_t *object, json_t *details)
{
	(void)view;
	(void)details;
	json_object_del(object, "secrets");
	return STAND_IN_SAME;
}

/* Who has a role in the origin has it here; nobody else's accounts get one. */
static enum stand_in_result
move_subjects(const struct stand_in_view *view, json_t *object, json_t *details)
{
	const char *origin = view->facts->origin;
	json_t *subject;
	size_t i;

	(void)details;
	json_array_foreach(json_object_get(object, "subjects"), i, subject) {
		const char *namespace = kube_read_text(subject, "namespace");

		if (kube_read_is(subject, "kind", "ServiceAccount") &&
		    (!*namespace || !origin || strcmp(namespace, origin) == 0))
			json_object_set_new(subject, "namespace",
					    json_string(view->workload->namespace));
	}
	return STAND_IN_SAME;
}

/* --- the table --- */

#define PODS " Deployment StatefulSet DaemonSet CronJob Job "

static const struct stand_in_row {
	const char *kinds;		/* between blanks; NULL: all */
	stand_in_rule *act;
	const char *word;		/* for programs; NULL: nothing is said */
	enum error_code code;		/* {object}: which objects, {words}: what of them */
	bool is_warning;
} rules[] = {
	{CLONE_KINDS_CLUSTER_WIDE, leave_out, "cluster-wide", CODE_CLONE_WITHOUT_CLUSTER_WIDE, false},
	{NULL, leave_unknown, "kind", CODE_CLONE_WITHOUT_KIND, false},
	{" Secret ", leave_out, "secret", CODE_CLONE_WITHOUT_SECRET, false},
	{CLONE_KINDS_ACTORS, leave_out, "acts", CODE_CLONE_WITHOUT_ACTOR, false},
	{CLONE_KIND_AUTOSCALER, leave_out, "autoscaler", CODE_CLONE_WITHOUT_AUTOSCALER, false},
	{CLONE_KIND_BUDGET, leave_out, "budget", CODE_CLONE_WITHOUT_BUDGET, false},
	{CLONE_KIND_JOB, stand_in_leave_job, "not-run", CODE_CLONE_JOB_NOT_RUN, false},
	{NULL, drop_identity, NULL, ERROR_CODE_NONE, false},
	{NULL, drop_marks, "marks", CODE_CLONE_WITHOUT_MARKS, false},
	{" ServiceAccount ", drop_tokens, NULL, ERROR_CODE_NONE, false},
	{" RoleBinding ", move_subjects, NULL, ERROR_CODE_NONE, false},
	{" NetworkPolicy ", stand_in_own_peers, "egress", CODE_CLONE_WITHOUT_EGRESS, true},
	{NULL, stand_in_no_names, "dns", CODE_CLONE_WITHOUT_DNS_NAMES, false},
	{NULL, stand_in_no_certificates, "certificates", CODE_CLONE_WITHOUT_CERTIFICATES, false},
	{" Ingress HTTPRoute GRPCRoute TLSRoute TCPRoute UDPRoute ", stand_in_own_hosts, "hosts",
	 CODE_CLONE_WITHOUT_HOSTS, false},
	{NULL, stand_in_custom_hosts, "hosts", CODE_CLONE_WITHOUT_HOSTS, false},
	{" Service ", stand_in_own_address, "addresses", CODE_CLONE_WITHOUT_ADDRESSES, false},
	{" CronJob ", stand_in_suspend, "suspended", CODE_CLONE_SUSPENDED, false},
	{" Deployment ", stand_in_unpause, "unpaused", CODE_CLONE_UNPAUSED, false},
	{NULL, stand_in_one_replica, "replicas", CODE_CLONE_ONE_REPLICA, false},
	{NULL, stand_in_few_custom, "replicas", CODE_CLONE_ONE_REPLICA, false},
	{NULL, stand_in_tell_counts, "count", CODE_CLONE_MORE_REPLICAS, true},
	{" DaemonSet ", stand_in_tell_nodes, "nodes", CODE_CLONE_EVERY_NODE, false},
	{PODS, stand_in_leave_node, "node", CODE_CLONE_WITHOUT_NODE, false},
	{PODS, stand_in_once, "twice", CODE_CLONE_WITHOUT_TWICE, false},
	{PODS, stand_in_pin_images, "image", CODE_CLONE_IMAGE_PINNED, false},
	{NULL, stand_in_pin_custom, "image", CODE_CLONE_IMAGE_PINNED, false},
	{NULL, stand_in_tell_unpinned, "unpinned", CODE_CLONE_IMAGE_NOT_PINNED, false},
	{" PersistentVolumeClaim ", stand_in_empty_volume, "volume", CODE_CLONE_VOLUME_EMPTY, false},
	{" StatefulSet ", stand_in_empty_templates, "volume", CODE_CLONE_VOLUME_EMPTY, false},
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

struct stand_in {
	struct stand_in_view view;
	json_t *objects[RULES];		/* {"Service/web": true} that the rule has changed */
	json_t *details[RULES];
};

static bool
is_of(const struct stand_in_row *rule, const char *kind)
{
	return !rule->kinds || clone_kinds_have(rule->kinds, kind);
}

struct stand_in *
stand_in_begin(const struct kube_workload *w, const struct stand_in_facts *facts)
{
	static const struct stand_in_facts none = {0};
	struct stand_in *s = xcalloc(1, sizeof(*s));

	s->view = (struct stand_in_view){
		.workload = w,
		.facts = facts ? facts : &none,
		.runs = json_is_true(json_object_get(w->spec, "runs")),
	};
	for (size_t i = 0; i < RULES; i++) {
		s->objects[i] = json_object();
		s->details[i] = json_object();
	}
	return s;
}

bool
stand_in_take(struct stand_in *s, json_t *object)
{
	const char *kind = kube_read_text(object, "kind");

	for (size_t i = 0; i < RULES; i++) {
		enum stand_in_result result;
		char *called;

		if (!is_of(&rules[i], kind))
			continue;
		result = rules[i].act(&s->view, object, s->details[i]);
		if (result == STAND_IN_SAME)
			continue;
		called = xasprintf("%s/%s", kind, kube_read_name(object));
		stand_in_add_detail(s->objects[i], called);
		free(called);
		if (result == STAND_IN_LEFT_OUT)
			return false;
	}
	return true;
}

/* "a, b, ..."; free() it. */
static char *
list_of(const json_t *names)
{
	const char **keys = kube_sorted_keys(names);
	struct buf text;

	buf_init(&text, 64 * 1024);
	for (size_t i = 0; keys[i]; i++) {
		if (text.length + strlen(keys[i]) > WORDS_MAX) {
			(void)buf_puts(&text, ", ...");
			break;
		}
		(void)buf_printf(&text, "%s%s", text.length > 0 ? ", " : "", keys[i]);
	}
	free(keys);
	return buf_take(&text);
}

static void
tell(struct stand_in *s, size_t i)
{
	char *objects = list_of(s->objects[i]), *words = list_of(s->details[i]);
	struct error said;

	error_set_code(&said, rules[i].code, .object = objects, .words = words);
	kube_objects_note(s->view.workload->out, s->view.workload->declared->module, rules[i].word,
			  &said);
	s->view.workload->out->notes[s->view.workload->out->note_count - 1].is_warning =
		rules[i].is_warning;
	free(objects);
	free(words);
}

void
stand_in_end(struct stand_in *s)
{
	for (size_t i = 0; i < RULES; i++) {
		if (rules[i].word && json_object_size(s->objects[i]) > 0)
			tell(s, i);
		json_decref(s->objects[i]);
		json_decref(s->details[i]);
	}
	free(s);
}
