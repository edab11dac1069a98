/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How a workload of a cluster is reached from outside: by an Ingress or an HTTPRoute, at a host
 * that nobody else has. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "kube-double.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "quoted-json.h"
#include "tests/patience.h"

#define FINE "local/web:1"
#define INGRESSES(namespace) "/apis/networking.k8s.io/v1/namespaces/" namespace "/ingresses"
#define HTTP_ROUTES(namespace)                                                                    \
	"/apis/gateway.networking.k8s.io/v1/namespaces/" namespace "/httproutes"
#define DEPLOYMENTS(namespace) "/apis/apps/v1/namespaces/" namespace "/deployments"

/* provision() of a resource of web's; its outputs are d->outputs. */
static void
provision(struct kube_double *d, const char *space, const char *type, const char *of,
	  const char *inputs, const char *params)
{
	json_t *given = parse(inputs), *asked = parse(params);
	char *id = xasprintf("modules.web.externals.%s", of);
	const struct driver_resource resource = {
		.res_id = id, .name = id, .type = type, .of = of, .inputs = given, .params = asked};
	struct driver_waiter waiter = kube_double_waiter(d);

	d->driver->ops->provision(d->driver, space, &resource, &waiter);
	kube_double_wait(d);
	free(id);
	json_decref(given);
	json_decref(asked);
}

/* A workload of that name whose route has the outputs that were given last. */
static struct driver_workload
routed(struct kube_double *d, const char *module)
{
	struct driver_workload w = kube_double_workload(module, FINE, NULL);

	if (d->failed)
		fail_msg("%s", d->err.text);
	w.resources = json_pack("{s:O}", "route", d->outputs);
	return w;
}

/* The first item of a member that is a list. */
static const json_t *
first(const json_t *value, const char *member)
{
	return json_array_get(json_object_get(value, member), 0);
}

static void
expect_text(const json_t *value, const char *member, const char *text)
{
	const char *is = json_member_string(value, member);

	assert_non_null(is);
	assert_string_equal(is, text);
}

static json_int_t
number(const json_t *value, const char *member)
{
	return json_integer_value(json_object_get(value, member));
}

/* --- what becomes of it --- */

static void
test_a_route_is_an_ingress_after_its_service(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web;
	const json_t *spec, *path;

	kube_double_prepare(d, "acme/shop/in");
	provision(d, "acme/shop/in", "ingress", "route",
		  "{'domain': 'apps.example.org', 'class': 'nginx', 'tls_secret': 'web-tls', "
		  "'annotations': {'cert-manager.io/issuer': 'ours'}}", "{'path': '/api', 'port': 'http'}");
	expect_text(d->outputs, "host", "web-shop-in.apps.example.org");
	expect_text(d->outputs, "url", "https://web-shop-in.apps.example.org/api");
	web = routed(d, "web");
	kube_double_apply(d, "acme/shop/in", &web, 1, false);
	assert_false(d->failed);
	spec = json_object_get(kube_double_get(d, INGRESSES("shop-in") "/web-route"), "spec");
	expect_text(spec, "ingressClassName", "nginx");
	expect_text(first(spec, "tls"), "secretName", "web-tls");
	expect_text(first(spec, "rules"), "host", "web-shop-in.apps.example.org");
	path = first(json_object_get(first(spec, "rules"), "http"), "paths");
	expect_text(path, "path", "/api");
	path = json_object_get(json_object_get(path, "backend"), "service");
	expect_text(path, "name", "web");
	assert_int_equal(number(json_object_get(path, "port"), "number"), 80);
	expect_text(json_object_get(json_object_get(d->seen, "metadata"), "annotations"),
		    "cert-manager.io/issuer", "ours");
	/* What is declared no longer goes. */
	web = kube_double_workload("web", FINE, NULL);
	kube_double_apply(d, "acme/shop/in", &web, 1, false);
	assert_false(d->failed);
	assert_int_equal(kube_double_count(d, INGRESSES("shop-in")), 0);
}

static void
test_a_route_is_an_http_route_where_there_are_gateways(void **state)
{
	static const char inputs[] = "{'host': 'www.example.org', 'gateway': 'outside', "
				     "'gateway_namespace': 'edge', 'section': 'https', 'scheme': "
				     "'https'}";
	struct kube_double *d = *state;
	struct driver_workload web;
	const json_t *spec, *rule;

	kube_double_prepare(d, "acme/shop/gw");
	kube_double_rules(d, "GET ^/apis/gateway status 404\n");
	provision(d, "acme/shop/gw", "httproute", "route", inputs, "{}");
	assert_true(d->failed);
	assert_int_equal(d->err.parts[0].code, CODE_CLUSTER_WITHOUT_GATEWAYS);
	kube_double_rules(d, "");
	provision(d, "acme/shop/gw", "httproute", "route", inputs, "{'port': 8080}");
	expect_text(d->outputs, "url", "https://www.example.org/");
	web = routed(d, "web");
	kube_double_apply(d, "acme/shop/gw", &web, 1, false);
	assert_false(d->failed);
	spec = json_object_get(kube_double_get(d, HTTP_ROUTES("shop-gw") "/web-route"), "spec");
	expect_text(first(spec, "parentRefs"), "name", "outside");
	expect_text(first(spec, "parentRefs"), "namespace", "edge");
	expect_text(first(spec, "parentRefs"), "sectionName", "https");
	assert_string_equal(json_string_value(first(spec, "hostnames")), "www.example.org");
	rule = first(spec, "rules");
	expect_text(json_object_get(first(rule, "matches"), "path"), "value", "/");
	/* Its Service has 80, which leads to 8080. */
	expect_text(first(rule, "backendRefs"), "name", "web");
	assert_int_equal(number(first(rule, "backendRefs"), "port"), 80);
	kube_double_apply(d, "acme/shop/gw", &web, 0, false);
	assert_false(d->failed);
	assert_int_equal(kube_double_count(d, HTTP_ROUTES("shop-gw")), 0);
}

/* One of the type dns: people reach the host, and the workload listens where it always does. */
static void
test_a_name_of_dns_leads_to_where_its_workload_listens(void **state)
{
	struct kube_double *d = *state;

	kube_double_prepare(d, "acme/shop/names");
	provision(d, "acme/shop/names", "ingress", "dns", "{'domain': 'example.org'}", "{}");
	assert_false(d->failed);
	expect_text(d->outputs, "host", "web-shop-names.example.org");
	assert_int_equal(number(d->outputs, "port"), 80);
	assert_int_equal(number(d->outputs, "listen"), 8080);
	provision(d, "acme/shop/names", "ingress", "dns",
		  "{'domain': 'example.org', 'scheme': 'https'}", "{}");
	assert_int_equal(number(d->outputs, "port"), 443);
}

/* What a set says is what its environment says, so the definition of another one wins. */
static void
test_a_clone_gets_a_host_of_its_own(void **state)
{
	static const char set[] = "{'host': 'www.example.org'}";
	struct kube_double *d = *state;

	kube_double_prepare(d, "acme/shop/clone");
	provision(d, "acme/shop/clone", "ingress", "route", "{}", set);
	expect_text(d->outputs, "host", "www.example.org");
	provision(d, "acme/shop/clone", "ingress", "route", "{'domain': 'dev.example.org'}", set);
	expect_text(d->outputs, "host", "web-shop-clone.dev.example.org");
	provision(d, "acme/shop/clone", "ingress", "route", "{'host': 'other.example.org'}", set);
	expect_text(d->outputs, "host", "other.example.org");
}

/* --- whose a host is --- */

static void
apply_host(struct kube_double *d, const char *space, const char *host)
{
	char *inputs = xasprintf("{'host': '%s'}", host);
	struct driver_workload web;

	kube_double_prepare(d, space);
	provision(d, space, "ingress", "route", inputs, "{}");
	web = routed(d, "web");
	kube_double_apply(d, space, &web, 1, false);
	free(inputs);
}

static void
test_a_host_has_one_namespace(void **state)
{
	struct kube_double *d = *state;

	apply_host(d, "acme/shop/one", "mine.example.org");
	assert_false(d->failed);
	apply_host(d, "acme/shop/one", "mine.example.org");
	assert_false(d->failed);
	/* The other is named, and nothing of this one is there. */
	apply_host(d, "acme/shop/two", "mine.example.org");
	assert_true(d->failed);
	assert_int_equal(d->err.parts[0].code, CODE_ROUTE_HOST_TAKEN);
	assert_non_null(strstr(d->err.text, "acme/shop/one"));
	assert_string_equal(d->problems.items[0].code, "host-taken");
	assert_int_equal(kube_double_count(d, DEPLOYMENTS("shop-two")), 0);
	apply_host(d, "acme/shop/two", "two.example.org");
	assert_false(d->failed);
	/* Nor one that somebody has by hand, by another kind. */
	kube_double_write(d, KUBE_CREATE, HTTP_ROUTES("default"),
			  "{\"metadata\":{\"name\":\"by-hand\"},\"spec\":{\"hostnames\":"
			  "[\"a.example.org\",\"hand.example.org\"]}}");
	apply_host(d, "acme/shop/two", "hand.example.org");
	assert_true(d->failed);
	assert_int_equal(d->err.parts[0].code, CODE_ROUTE_HOST_TAKEN_BY_OTHERS);
	assert_non_null(strstr(d->err.text, "namespace default"));
	/* It is where it was. */
	expect_text(first(json_object_get(kube_double_get(d, INGRESSES("shop-two") "/web-route"),
					  "spec"), "rules"), "host", "two.example.org");
}

struct outcome {
	bool ended, failed;
	struct error err;
};

static void
note_outcome(void *data, const struct driver_result *result)
{
	struct outcome *outcome = data;

	outcome->ended = true;
	outcome->failed = result->err != NULL;
	if (result->err)
		outcome->err = *result->err;
}

static void
begin_host(struct kube_double *d, const char *space, struct outcome *outcome)
{
	struct driver_workload web;
	struct driver_deployment deployment = {.id = "d1", .workloads = xcalloc(1, sizeof(web)),
					       .count = 1};
	const struct driver_waiter waiter = {.ended = note_outcome, .data = outcome};

	kube_double_prepare(d, space);
	provision(d, space, "ingress", "route", "{'host': 'race.example.org'}", "{}");
	deployment.workloads[0] = routed(d, "web");
	*outcome = (struct outcome){0};
	d->driver->ops->apply(d->driver, space, &deployment, &waiter);
	driver_deployment_clear(&deployment);
}

/* Neither has an object yet that the other could see. */
static void
test_of_two_at_once_one_gets_the_host(void **state)
{
	struct kube_double *d = *state;
	int64_t end = clock_steady_ms() + PATIENCE_MS;
	struct outcome one, two;

	kube_double_rules(d, "GET /ingresses delay 0.5\n");
	begin_host(d, "acme/shop/race1", &one);
	begin_host(d, "acme/shop/race2", &two);
	while (!one.ended || !two.ended) {
		assert_true(clock_steady_ms() < end);
		kube_double_turn(d);
	}
	kube_double_rules(d, "");
	assert_false(one.failed);
	assert_true(two.failed);
	assert_int_equal(two.err.parts[0].code, CODE_ROUTE_HOST_TAKEN);
	assert_non_null(strstr(two.err.text, "acme/shop/race1"));
	/* Whoever failed claims nothing any more. */
	apply_host(d, "acme/shop/race1", "else.example.org");
	assert_false(d->failed);
	apply_host(d, "acme/shop/race2", "race.example.org");
	assert_false(d->failed);
}

static void
test_two_workloads_do_not_share_a_path(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload both[2];

	kube_double_prepare(d, "acme/shop/paths");
	provision(d, "acme/shop/paths", "ingress", "route", "{'host': 'paths.example.org'}", "{}");
	both[0] = routed(d, "web");
	both[1] = routed(d, "api");
	kube_double_apply(d, "acme/shop/paths", both, 2, false);
	assert_true(d->failed);
	assert_int_equal(d->err.parts[0].code, CODE_ROUTE_TWICE);
	assert_int_equal(kube_double_count(d, DEPLOYMENTS("shop-paths")), 0);
	provision(d, "acme/shop/paths", "ingress", "route", "{'host': 'paths.example.org'}", "{}");
	both[0] = routed(d, "web");
	provision(d, "acme/shop/paths", "ingress", "route", "{'host': 'paths.example.org'}",
		  "{'path': '/api'}");
	both[1] = routed(d, "api");
	kube_double_apply(d, "acme/shop/paths", both, 2, false);
	assert_false(d->failed);
	assert_int_equal(kube_double_count(d, INGRESSES("shop-paths")), 2);
}

/* A manifest of before has no right to HTTPRoutes, and an environment without routes needs none. */
static void
test_without_routes_no_right_to_them_is_needed(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = kube_double_workload("web", FINE, NULL);

	kube_double_prepare(d, "acme/shop/plain");
	kube_double_rules(d, "deny * * httproutes.gateway.networking.k8s.io\n"
			     "deny * create ingresses.networking.k8s.io\n");
	kube_double_apply(d, "acme/shop/plain", &web, 1, false);
	kube_double_rules(d, "");
	assert_false(d->failed);
}

/* --- what is wrong --- */

static void
test_what_a_definition_says_is_checked(void **state)
{
	static const struct {
		const char *type, *of, *inputs;
		enum error_code code;	/* ERROR_CODE_NONE: it is fine */
	} cases[] = {
		{"ingress", "route", "{}", ERROR_CODE_NONE},
		{"ingress", "dns", "{'host': '${context.env.id}.example.org'}", ERROR_CODE_NONE},
		{"ingress", "route", "{'domain': 'example.org', 'annotations': {'a/b': 'c'}}",
		 ERROR_CODE_NONE},
		{"httproute", "route", "{'gateway': 'g'}", ERROR_CODE_NONE},
		{"ingress", "acme/edge", "{}", CODE_DRIVER_OF_OTHER_TYPES},
		{"httproute", "route", "{}", CODE_ROUTE_WITHOUT_GATEWAY},
		{"httproute", "route", "{'gateway': 'g', 'class': 'c'}", CODE_RESOURCE_INPUT_UNKNOWN},
		{"ingress", "route", "{'gateway': 'g'}", CODE_RESOURCE_INPUT_UNKNOWN},
		{"ingress", "route", "{'host': 'a.org', 'domain': 'a.org'}", CODE_ROUTE_HOST_TWICE},
		{"ingress", "route", "{'host': 'UPPER.org'}", CODE_ROUTE_HOST_INVALID},
		{"ingress", "route", "{'host': '*.example.org'}", CODE_ROUTE_HOST_INVALID},
		{"ingress", "route", "{'domain': 'a..b'}", CODE_ROUTE_HOST_INVALID},
		{"ingress", "route", "{'host': 7}", CODE_RESOURCE_INPUT_NOT_TEXT},
		{"ingress", "route", "{'class': 'not a name'}", CODE_ROUTE_NAME_INVALID},
		{"ingress", "route", "{'scheme': 'ftp'}", CODE_ROUTE_SCHEME_INVALID},
		{"ingress", "route", "{'annotations': {'a': 1}}", CODE_ROUTE_ANNOTATION_INVALID},
		{"ingress", "route", "{'annotations': {'sidestage.dev/workload-id': 'x'}}",
		 CODE_ROUTE_ANNOTATION_INVALID},
		{"ingress", "route", "{'annotations': 'x'}", CODE_ROUTE_ANNOTATION_INVALID},
	};
	struct kube_double *d = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *inputs = parse(cases[i].inputs);
		const struct driver_resource resource = {
			.name = "a", .type = cases[i].type, .of = cases[i].of, .inputs = inputs};
		struct error err = {0};
		int ret = d->driver->ops->check_resource(d->driver, &resource, &err);
		enum error_code code = ret == 0 ? ERROR_CODE_NONE
						: (enum error_code)err.parts[0].code;

		if (code != cases[i].code)
			fail_msg("%s: %s", cases[i].inputs, err.text);
		json_decref(inputs);
	}
}

static void
test_what_a_set_asks_for_is_checked(void **state)
{
	static const struct {
		const char *params;
		enum error_code code;
	} cases[] = {
		{"{}", CODE_ROUTE_HOST_MISSING},
		{"{'host': 'a b'}", CODE_ROUTE_HOST_INVALID},
		{"{'host': '${context.env.id}.org'}", CODE_ROUTE_HOST_INVALID},
		{"{'host': 'a.org', 'path': 'api'}", CODE_ROUTE_PATH_INVALID},
		{"{'host': 'a.org', 'path': '/a b'}", CODE_ROUTE_PATH_INVALID},
		{"{'host': 'a.org', 'path': '/a?b'}", CODE_ROUTE_PATH_INVALID},
		{"{'host': 'a.org', 'path': ''}", CODE_ROUTE_PATH_INVALID},
		{"{'host': 'a.org', 'path': 1}", CODE_ROUTE_PATH_INVALID},
		{"{'host': 'a.org', 'paths': '/'}", CODE_RESOURCE_INPUT_UNKNOWN},
	};
	struct kube_double *d = *state;

	kube_double_prepare(d, "acme/shop/asks");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		provision(d, "acme/shop/asks", "ingress", "route", "{}", cases[i].params);
		assert_true(d->failed);
		if (d->err.parts[0].code != cases[i].code)
			fail_msg("%s: %s", cases[i].params, d->err.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_route_is_an_ingress_after_its_service),
		cmocka_unit_test(test_a_route_is_an_http_route_where_there_are_gateways),
		cmocka_unit_test(test_a_name_of_dns_leads_to_where_its_workload_listens),
		cmocka_unit_test(test_a_clone_gets_a_host_of_its_own),
		cmocka_unit_test(test_a_host_has_one_namespace),
		cmocka_unit_test(test_of_two_at_once_one_gets_the_host),
		cmocka_unit_test(test_two_workloads_do_not_share_a_path),
		cmocka_unit_test(test_without_routes_no_right_to_them_is_needed),
		cmocka_unit_test(test_what_a_definition_says_is_checked),
		cmocka_unit_test(test_what_a_set_asks_for_is_checked),
	};

	if (!kube_double_is_possible())
		return 0;
	return cmocka_run_group_tests(tests, kube_double_start, kube_double_stop);
}
