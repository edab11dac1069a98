/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whose a field of an object is, by its managers and marks, and what they do with a change. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/pointer.h"
#include "platform/drivers/kubernetes/adopted/field-owner.h"
#include "quoted-json.h"

#define IMAGE "/spec/template/spec/containers/web/image"
#define IMAGE_FIELDS "{'f:spec':{'f:template':{'f:spec':{'f:containers':{" \
	"'k:{\\\"name\\\":\\\"web\\\"}':{'.':{},'f:image':{}}}}}}}"

/* managedFields of one entry, and more members of the metadata. */
static json_t *
object_of(const char *manager, const char *fields, const char *more)
{
	char *text = xasprintf(
		"{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web',"
		"'managedFields':[{'manager':'kubelet','operation':'Update','subresource':'status',"
		"'fieldsV1':%s},{'manager':'%s','operation':'Apply','fieldsV1':%s}]%s}}",
		fields, manager, fields, more);
	json_t *object = parse(text);

	free(text);
	return object;
}

static void
assert_owner(json_t *object, const char *path, const char *name, enum owner_habit habit)
{
	struct field_owner owner;
	struct pointer pointer;
	struct error err;

	assert_int_equal(pointer_parse(&pointer, path, &err), 0);
	owner = field_owner_find(object, &pointer);
	assert_int_equal(owner.habit, habit);
	if (name)
		assert_string_equal(owner.name, name);
	assert_true(field_owner_tell(&owner, "Deployment/web", path, &err) ==
		    (habit != OWNER_NONE));
	if (name)
		assert_non_null(strstr(err.text, name));
	pointer_clear(&pointer);
	field_owner_clear(&owner);
	json_decref(object);
}

static void
test_a_manager_is_known_by_its_name(void **state)
{
	static const struct {
		const char *manager, *name;
		enum owner_habit habit;
	} cases[] = {
		{"argocd-controller", "Argo CD", OWNER_SYNCS},
		{"kustomize-controller", "Flux", OWNER_SYNCS},
		{"helm", "Helm", OWNER_UPGRADES},
		{"kubectl", "kubectl", OWNER_APPLIES},
		{"kubectl-client-side-apply", "kubectl", OWNER_APPLIES},
		{"kubectl-edit", "kubectl edit", OWNER_WRITES},
		{"kubectl-set", "kubectl", OWNER_WRITES},
		{"shop-operator", "shop-operator", OWNER_RECONCILES},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_owner(object_of(cases[i].manager, IMAGE_FIELDS, ""), IMAGE, cases[i].name,
			     cases[i].habit);
}

static void
test_an_entry_owns_what_it_names_and_nothing_else(void **state)
{
	(void)state;
	assert_owner(object_of("kubectl", IMAGE_FIELDS, ""), "/spec/replicas", NULL, OWNER_NONE);
	assert_owner(object_of("kubectl", IMAGE_FIELDS, ""),
		     "/spec/template/spec/containers/proxy/image", NULL, OWNER_NONE);
	/* One that ends before owns all that is below. */
	assert_owner(object_of("kubectl", "{'f:spec':{'f:selector':{}}}", ""),
		     "/spec/selector/matchLabels/app", "kubectl", OWNER_APPLIES);
	assert_owner(object_of("kubectl", "{'f:data':{'f:a.b/c':{}}}", ""), "/data/a.b~1c",
		     "kubectl", OWNER_APPLIES);
	/* What is no tree at all owns nothing. */
	assert_owner(object_of("kubectl", "[1]", ""), "/spec/replicas", NULL, OWNER_NONE);
	assert_owner(object_of("kubectl", "{'f:spec':7}", ""), "/spec/replicas", "kubectl",
		     OWNER_APPLIES);
}

/* Whoever edited it last: what is in the repository is what it will be again. */
static void
test_a_reconcilers_mark_counts_before_the_manager(void **state)
{
	(void)state;
	assert_owner(object_of("kubectl-edit", IMAGE_FIELDS,
			       ",'annotations':{'argocd.argoproj.io/tracking-id':"
			       "'shop:apps/Deployment:prod/web'}"),
		     IMAGE, "Argo CD (application shop)", OWNER_SYNCS);
	assert_owner(object_of("kubectl-edit", IMAGE_FIELDS,
			       ",'labels':{'kustomize.toolkit.fluxcd.io/name':'apps'}"),
		     IMAGE, "Flux (kustomization apps)", OWNER_SYNCS);
	assert_owner(object_of("kubectl-edit", IMAGE_FIELDS,
			       ",'annotations':{'meta.helm.sh/release-name':'shop'}"),
		     IMAGE, "Helm (release shop)", OWNER_UPGRADES);
	assert_owner(object_of("kubectl", IMAGE_FIELDS,
			       ",'labels':{'app.kubernetes.io/managed-by':'Helm'}"),
		     IMAGE, "Helm", OWNER_UPGRADES);
	assert_owner(object_of("kubectl", IMAGE_FIELDS,
			       ",'ownerReferences':[{'kind':'Shop','name':'main','controller':true}]"),
		     IMAGE, "Shop main", OWNER_RECONCILES);
	/* But an autoscaler's number is nobody else's. */
	assert_owner(object_of("kube-controller-manager", "{'f:spec':{'f:replicas':{}}}",
			       ",'annotations':{'meta.helm.sh/release-name':'shop'}"),
		     "/spec/replicas", "an autoscaler", OWNER_SCALES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_manager_is_known_by_its_name),
		cmocka_unit_test(test_an_entry_owns_what_it_names_and_nothing_else),
		cmocka_unit_test(test_a_reconcilers_mark_counts_before_the_manager),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
