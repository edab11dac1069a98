/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A clone of objects that somebody else wrote: what leads to the namespace that it was made of is
 * found, and what such objects call each other is left alone. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "compare/field-words.h"
#include "compare/isolation.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/set.h"
#include "quoted-json.h"

#define HEAD(version, kind, name) \
	"'apiVersion': '" version "', 'kind': '" kind "', 'metadata': {'name': '" name "', 'labels': " \
	"{'app.kubernetes.io/part-of': 'shop'}}"
#define SERVICE "{" HEAD("v1", "Service", "shop-db") ", 'spec': {'selector': {'app': 'shop'}, " \
	"'loadBalancerIP': '192.0.2.7', 'ports': [{'port': 80, 'name': 'shop'}]}}"
#define INGRESS "{" HEAD("networking.k8s.io/v1", "Ingress", "shop") ", 'spec': {'rules': [{'host': " \
	"'shop.example.com'}], 'tls': [{'secretName': 'shop-tls'}]}}"
#define WORKLOAD(env, more) "{" HEAD("apps/v1", "Deployment", "shop-web") ", 'spec': {'selector': " \
	"{'matchLabels': {'app': 'shop'}}, 'template': {'metadata': {'labels': {'app': 'shop'}}, " \
	"'spec': {'serviceAccountName': 'shop-web', 'volumes': [{'name': 'conf', 'configMap': " \
	"{'name': 'shop-conf'}}], 'containers': [{'name': 'web', 'image': " \
	"'registry.example.com/shop/web:1', 'env': [{'name': 'PASSWORD', 'valueFrom': " \
	"{'secretKeyRef': {'name': 'shop-db', 'key': 'shop'}}}" env "]" more "}]}}}}"
#define VARIABLE(name, value) ", {'name': '" name "', 'value': '" value "'}"
#define CONFIG(text) "{" HEAD("v1", "ConfigMap", "shop-conf") ", 'data': {'conf': '" text "'}}"

/* "variable A: shop; ..." of what is found in these objects. */
static char *
found_in(const char *objects)
{
	json_t *list = parse(objects), *kept = json_object(), *object, *foreign = parse("['shop']");
	struct isolation_findings findings;
	struct error err = {0};
	struct isolation isolation = {.foreign = foreign};
	struct set *set;
	struct buf out;
	size_t i;

	json_array_foreach(list, i, object) {
		char *key = manifest_key(object);

		json_object_set_new(kept, key, manifest_keep(object, &err));
		free(key);
	}
	set = set_take(json_pack("{s:{s:{s:s, s:{s:o}}}}", "modules", "web", "profile",
				 MANIFESTS_PROFILE, "spec", "manifests", kept),
		       &err);
	isolation.set = set;
	isolation_find(&findings, &isolation);
	buf_init(&out, 1u << 20);
	for (i = 0; i < findings.count; i++) {
		char *place = field_place_words(set, findings.items[i].where);

		(void)buf_printf(&out, "%s%s: %s", i ? "; " : "", place, findings.items[i].names);
		free(place);
	}
	isolation_clear(&findings);
	set_unref(set);
	json_decref(list);
	json_decref(foreign);
	return buf_take(&out);
}

static void
expect_found(const char *objects, const char *expected)
{
	char *is = found_in(objects);

	assert_string_equal(is, expected);
	free(is);
}

static void
what_objects_call_each_other_leads_nowhere(void **state)
{
	(void)state;
	expect_found("[" SERVICE ", " INGRESS ", "
		     WORKLOAD(VARIABLE("DB", "shop-db:5432") VARIABLE("URL", "http://shop-db/x")
			      VARIABLE("PEER", "$(POD).shop-db.$(NAMESPACE).svc.cluster.local"), "")
		     ", " CONFIG("host = shop-db") "]",
		     "");
}

#define BINARY(key, text) "{" HEAD("v1", "ConfigMap", "shop-conf") ", 'binaryData': {'" key "': '" \
	text "'}}"
#define PEM "-----BEGIN CERTIFICATE-----\\nMIIBdzCCAR2gAwIBAgIBADAKBggqhkjOPQQDAjAjMSEwHw/shop/DDBhrM3Mtc2\\n" \
	"abc/shop/x==\\n-----END CERTIFICATE-----\\n"

static void
what_is_encoded_is_read_as_what_it_stands_for(void **state)
{
	(void)state;
	expect_found("[" BINARY("host", "H4sIAAAAAAAA/shop/") "]", "");
	expect_found("[" CONFIG(PEM) "]", "");
	expect_found("[" CONFIG("logo: data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAY/shop/AHElEQVQI12P4") "]", "");
	expect_found("[" BINARY("conf", "dXJsID0gaHR0cDovL2RiLnNob3Auc3ZjLwo=") "]",
		     "web: entry conf of ConfigMap/shop-conf: db.shop.svc");
}

static void
what_leads_to_the_source_is_found_by_name(void **state)
{
	(void)state;
	expect_found("[" SERVICE ", " WORKLOAD(VARIABLE("DB", "shop-db.shop.svc:5432")
					       VARIABLE("NS", "shop") VARIABLE("B", "shop-backups"),
					       "") "]",
		     "web: variable DB: shop-db.shop.svc; web: variable NS: shop; "
		     "web: variable B: shop");
	expect_found("[" WORKLOAD("", ", 'args': ['--namespace=shop', '--to=https://x.example.com']")
		     "]", "web: args[0]: shop; web: args[1]: x.example.com");
	expect_found("[" CONFIG("url = http://db.shop.svc/") "]",
		     "web: entry conf of ConfigMap/shop-conf: db.shop.svc");
	expect_found("[{" HEAD("v1", "Service", "up") ", 'spec': {'externalName': "
		     "'db.example.com'}}]",
		     "web: externalName of Service/up: db.example.com");
}

/* A name alone says nothing there, but a host does. */
static void
annotations_are_looked_through_for_hosts(void **state)
{
	(void)state;
	expect_found("[{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'web', "
		     "'annotations': {'owner': 'shop', 'hook': 'https://hooks.example.com/x'}}}]",
		     "web: annotation hook of Deployment/web: hooks.example.com");
}

static void
an_operators_resource_is_read_whole(void **state)
{
	(void)state;
	expect_found("[{" HEAD("example.com/v1", "Queue", "q") ", 'spec': {'name': 'shop', "
		     "'namespace': 'shop', 'server': 'q.example.com', 'selector': {'a': 'shop'}}}]",
		     "web: name of Queue.example.com/q: shop; "
		     "web: namespace of Queue.example.com/q: shop; "
		     "web: server of Queue.example.com/q: q.example.com");
}

/* Of what people name, a name may be that of a member. */
static void
a_variable_may_be_called_like_a_member(void **state)
{
	(void)state;
	expect_found("[" WORKLOAD(VARIABLE("path", "/shop") VARIABLE("labels", "shop"), "") "]",
		     "web: variable path: shop; web: variable labels: shop");
}

#define ANNOTATED(version, kind, more) "{'apiVersion': '" version "', 'kind': '" kind "', 'metadata': " \
	"{'name': 'web', 'annotations': {" more "}}}"

/* Of a kind of which the driver changes a part the rest is read. */
static void
no_kind_is_passed_over(void **state)
{
	(void)state;
	expect_found("[" ANNOTATED("networking.k8s.io/v1", "Ingress",
				   "'nginx.ingress.kubernetes.io/auth-url': 'http://auth.shop.svc/', "
				   "'nginx.ingress.kubernetes.io/auth-secret': 'shop/basic', "
				   "'nginx.ingress.kubernetes.io/server-alias': 'www.example.com', "
				   "'owner': 'shop'") "]",
		     "web: annotation nginx.ingress.kubernetes.io/auth-url of Ingress/web: auth.shop.svc; "
		     "web: annotation nginx.ingress.kubernetes.io/auth-secret of Ingress/web: shop");
	expect_found("[" ANNOTATED("networking.k8s.io/v1", "NetworkPolicy",
				   "'log-to': 'http://log.shop.svc'") "]",
		     "web: annotation log-to of NetworkPolicy/web: log.shop.svc");
	expect_found("[{" HEAD("rbac.authorization.k8s.io/v1", "RoleBinding", "read") ", 'roleRef': "
		     "{'kind': 'Role', 'name': 'shop'}, 'subjects': [{'kind': 'Group', 'name': "
		     "'system:serviceaccounts:shop'}, {'kind': 'User', 'name': 'dev@example.com'}, "
		     "{'kind': 'ServiceAccount', 'name': 'web', 'namespace': 'shop'}]}]",
		     "web: subjects[0].name of RoleBinding/read: shop");
	expect_found("[" ANNOTATED("v1", "ServiceAccount",
				   "'iam.gke.io/gcp-service-account': 'web@shop.iam.gserviceaccount.com'")
		     "]", "web: annotation iam.gke.io/gcp-service-account of ServiceAccount/web: "
			  "web@shop.iam.gserviceaccount.com");
}

/* The clone would hold it, or wait for it for ever. */
static void
locks_outside_the_namespace_are_found(void **state)
{
	(void)state;
	expect_found("[" WORKLOAD(VARIABLE("LOCK_TABLE", "jobs") VARIABLE("BLOCK_SIZE", "4k")
				  VARIABLE("LEASE_DURATION", "15s") VARIABLE("CLOCK", "utc")
				  VARIABLE("LEADER_ELECT", "true"),
				  ", 'args': ['--leader-elect', '--leader-election-namespace=kube-system', "
				  "'--lock-table', 'jobs', '--verbose']") "]",
		     "web: variable LOCK_TABLE: jobs; web: args[1]: kube-system; web: args[3]: jobs");
	expect_found("[{" HEAD("v1", "ConfigMap", "conf") ", 'data': {'leaseName': 'jobs', "
		     "'unlock': 'x', 'lock.conf': 'a\\nb'}}]",
		     "web: entry leaseName of ConfigMap/conf: jobs");
	expect_found("[{" HEAD("example.com/v1", "Worker", "w") ", 'spec': {'env': [{'name': "
		     "'LOCK_TABLE', 'value': 'jobs'}]}}]",
		     "web: variable LOCK_TABLE of Worker.example.com/w: jobs");
}

static void
locks_in_files_are_found(void **state)
{
	(void)state;
	expect_found("[" CONFIG("# lock.table=old\\nlog_lock_waits = on\\nlock.table=jobs\\nclock: utc\\n"
				"leaderElection:\\n  leaderElect: true\\n  leaseDuration: 15s\\n"
				"  resourceLock: leases\\n  resourceName: worker  # its own\\nname: none\\n"
				"url: http://leader\\n") "]",
		     "web: entry conf of ConfigMap/shop-conf: leader; "
		     "web: entry conf of ConfigMap/shop-conf: jobs; "
		     "web: entry conf of ConfigMap/shop-conf: worker");
	expect_found("[" CONFIG("{\\n  \\\"lock\\\": {\\n    \\\"table\\\": \\\"jobs\\\",\\n    \\\"ttl\\\": 5\\n  }\\n}")
		     "]", "web: entry conf of ConfigMap/shop-conf: jobs");
}

#define ROLE(resource, verb) "{" HEAD("rbac.authorization.k8s.io/v1", "Role", "lead") ", 'rules': [{" \
	"'apiGroups': ['coordination.k8s.io'], 'resources': ['" resource "'], 'verbs': ['get', '" verb "']}]}"
#define BINDING(kind, role) "{" HEAD("rbac.authorization.k8s.io/v1", "RoleBinding", "lead") \
	", 'roleRef': {'kind': '" kind "', 'name': '" role "'}, 'subjects': [{'kind': " \
	"'ServiceAccount', 'name': 'web', 'namespace': 'shop'}, {'kind': 'ServiceAccount', 'name': " \
	"'worker', 'namespace': 'jobs'}]}"

#define HELD "web: subjects[1].name of RoleBinding/lead: jobs/worker"

/* A controller outside would lead in the clone, too. */
static void
who_outside_may_hold_its_locks_is_found(void **state)
{
	(void)state;
	expect_found("[" ROLE("leases", "create") ", " BINDING("Role", "lead") "]", HELD);
	expect_found("[" ROLE("leases", "update") ", " BINDING("Role", "lead") "]", HELD);
	expect_found("[" ROLE("leases", "patch") ", " BINDING("Role", "lead") "]", HELD);
	expect_found("[" ROLE("*", "*") ", " BINDING("Role", "lead") "]", HELD);
	expect_found("[" ROLE("leases", "watch") ", " BINDING("Role", "lead") "]", "");
	expect_found("[" ROLE("pods", "update") ", " BINDING("Role", "lead") "]", "");
	expect_found("[" BINDING("ClusterRole", "leader-election") "]", HELD);
	expect_found("[" BINDING("ClusterRole", "view") "]", "");
}

static void
what_is_of_no_namespace_is_found(void **state)
{
	(void)state;
	expect_found("[{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'web'}, "
		     "'spec': {'template': {'spec': {'priorityClassName': 'high', 'volumes': [{'name': "
		     "'data', 'awsElasticBlockStore': {'volumeID': 'vol-1'}}], 'containers': [{'name': "
		     "'web', 'args': ['--webhook-config-name=shop-hook', "
		     "'--ingress-class=outer']}]}}}}]",
		     "web: awsElasticBlockStore.volumeID of volume data of Deployment/web: vol-1; "
		     "web: args[0] of Deployment/web: shop; web: args[1] of Deployment/web: outer");
	expect_found("[{" HEAD("v1", "PersistentVolumeClaim", "data") ", 'spec': {'volumeName': "
		     "'pv-1', 'storageClassName': 'fast'}}]", "");
	expect_found("[{" HEAD("example.com/v1", "Database", "db") ", 'spec': {'storage': "
		     "{'volumeName': 'pv-1'}}}]",
		     "web: storage.volumeName of Database.example.com/db: pv-1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_objects_call_each_other_leads_nowhere),
		cmocka_unit_test(what_is_encoded_is_read_as_what_it_stands_for),
		cmocka_unit_test(what_leads_to_the_source_is_found_by_name),
		cmocka_unit_test(annotations_are_looked_through_for_hosts),
		cmocka_unit_test(an_operators_resource_is_read_whole),
		cmocka_unit_test(a_variable_may_be_called_like_a_member),
		cmocka_unit_test(no_kind_is_passed_over),
		cmocka_unit_test(locks_outside_the_namespace_are_found),
		cmocka_unit_test(locks_in_files_are_found),
		cmocka_unit_test(who_outside_may_hold_its_locks_is_found),
		cmocka_unit_test(what_is_of_no_namespace_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
