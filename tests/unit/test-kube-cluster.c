/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Requests to an API server: what is sent, what comes again, and what each way to refuse one says.
 * The bodies of refusals are those of a real server.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "kube-world.h"
#include "net/loop.h"

#define DEPLOYMENT "/apis/apps/v1/namespaces/shop/deployments/web"
#define PODS "/api/v1/namespaces/shop/pods"

struct got {
	int done, pieces, begun;
	long status;
	struct error err;
	char reason[64], text[256], piece[256];
	size_t warnings;
	char warning[4][128];
	json_t *body;
	/* what the callbacks do */
	struct kube_request *cancel_in_piece, *cancel_in_done, *cancel_in_begun;
	bool has_enough;
};

static void
on_done(void *data, const struct kube_reply *reply)
{
	struct got *got = data;

	got->done++;
	got->status = reply->status;
	got->err = reply->err;
	snprintf(got->reason, sizeof(got->reason), "%s", reply->reason);
	snprintf(got->text, sizeof(got->text), "%s", reply->text ? reply->text : "");
	got->warnings = json_array_size(reply->warnings);
	for (size_t i = 0; i < got->warnings && i < 4; i++)
		snprintf(got->warning[i], sizeof(got->warning[0]), "%s",
			 json_string_value(json_array_get(reply->warnings, i)));
	got->body = json_deep_copy(reply->body);
	kube_cancel(got->cancel_in_done);
}

static void
on_begun(void *data)
{
	struct got *got = data;

	got->begun++;
	kube_cancel(got->cancel_in_begun);
}

static bool
on_piece(void *data, const char *bytes, size_t length)
{
	struct got *got = data;

	snprintf(got->piece + strlen(got->piece), sizeof(got->piece) - strlen(got->piece), "%.*s",
		 (int)length, bytes);
	got->pieces++;
	kube_cancel(got->cancel_in_piece);
	return !got->has_enough;
}

static struct kube_request *
ask(struct kube_world *world, struct got *got, const struct kube_request_options *more)
{
	struct kube_request_options options = *more;

	memset(got, 0, sizeof(*got));
	options.done = on_done;
	options.data = got;
	if (!options.path)
		options.path = DEPLOYMENT;
	return kube_send(world->cluster, &options);
}

/* One request, from its beginning to its end. */
static void
exchange(struct kube_world *world, const struct exchange *exchanges, struct got *got,
	 const struct kube_request_options *options)
{
	size_t requests;

	kube_world_start(world, exchanges);
	(void)ask(world, got, options);
	assert_int_equal(got->done, 0);
	KUBE_WORLD_UNTIL(world, got->done);
	json_decref(got->body);
	requests = kube_cluster_requests(world->cluster);
	kube_world_stop(world);
	assert_int_equal(requests, world->server.count);
	assert_int_equal(got->done, 1);
}

/* --- what is sent --- */

static void
test_what_is_sent(void **state)
{
	static const struct {
		struct kube_request_options options;
		const char *line, *type, *body;
	} cases[] = {
		{{.verb = KUBE_GET, .path = PODS "?limit=5"},
		 "GET " PODS "?limit=5 HTTP/1.1\r\n", NULL, ""},
		{{.verb = KUBE_CREATE, .path = "/api/v1/namespaces", .dry_run = true},
		 "POST /api/v1/namespaces?fieldManager=sidestage&fieldValidation=Strict&dryRun=All ",
		 "Content-Type: application/json\r\n", "\r\n\r\n{\"metadata\":{\"uid\":\"u-1\"}}"},
		{{.verb = KUBE_APPLY},
		 "PATCH " DEPLOYMENT "?fieldManager=sidestage&fieldValidation=Strict HTTP/1.1\r\n",
		 "Content-Type: application/apply-patch+yaml\r\n",
		 "\r\n\r\n{\"metadata\":{\"uid\":\"u-1\"}}"},
		{{.verb = KUBE_MERGE}, "PATCH " DEPLOYMENT "?fieldManager=sidestage HTTP/1.1\r\n",
		 "Content-Type: application/merge-patch+json\r\n",
		 "\r\n\r\n{\"metadata\":{\"uid\":\"u-1\"}}"},
		{{.verb = KUBE_PATCH, .dry_run = true},
		 "PATCH " DEPLOYMENT "?fieldManager=sidestage&fieldValidation=Strict&dryRun=All HTTP/1.1\r\n",
		 "Content-Type: application/json-patch+json\r\n",
		 "\r\n\r\n{\"metadata\":{\"uid\":\"u-1\"}}"},
		{{.verb = KUBE_DELETE, .dry_run = true}, "DELETE " DEPLOYMENT "?dryRun=All HTTP/1.1\r\n",
		 "Content-Type: application/json\r\n",
		 "\"propagationPolicy\":\"Background\",\"preconditions\":{\"uid\":\"u-1\"},"
		 "\"dryRun\":[\"All\"]}"},
	};
	static const struct exchange exchanges[] = {{OK "{\"kind\":\"X\"}", CLOSE}, {0}};
	json_t *body = json_pack("{s:{s:s}}", "metadata", "uid", "u-1");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kube_request_options options = cases[i].options;
		struct kube_world world;
		struct got got;

		options.body = options.verb == KUBE_GET ? NULL : body;
		exchange(&world, exchanges, &got, &options);
		assert_int_equal(got.err.kind, ERROR_NONE);
		assert_int_equal(got.status, 200);
		assert_memory_equal(world.server.requests[0], cases[i].line, strlen(cases[i].line));
		assert_non_null(strstr(world.server.requests[0], cases[i].body));
		if (cases[i].type)
			assert_non_null(strstr(world.server.requests[0], cases[i].type));
		else
			assert_null(strstr(world.server.requests[0], "Content-Type"));
		assert_non_null(strstr(world.server.requests[0], "Accept: application/json\r\n"));
		assert_non_null(strstr(world.server.requests[0],
				       "User-Agent: sidestage/" VERSION "\r\n"));
		assert_non_null(
			strstr(world.server.requests[0], "Authorization: Bearer first\r\n"));
		assert_null(strstr(world.server.requests[0], "force"));
	}
	json_decref(body);
}

static void
test_paths(void **state)
{
	static const struct {
		const char *version, *kind, *namespace, *name, *path;
	} cases[] = {
		{"v1", "Service", "shop", "web", "/api/v1/namespaces/shop/services/web"},
		{"apps/v1", "Deployment", "shop", NULL, "/apis/apps/v1/namespaces/shop/deployments"},
		{"v1", "Namespace", NULL, "shop", "/api/v1/namespaces/shop"},
		{"v1", "Namespace", "shop", "shop", "/api/v1/namespaces/shop"},
		{"v1", "Pod", NULL, NULL, "/api/v1/pods"},
		{"v1", "Pod", "a/b", "c?d", "/api/v1/namespaces/a%2Fb/pods/c%3Fd"},
		{"gateway.networking.k8s.io/v1", "HTTPRoute", "a", "b",
		 "/apis/gateway.networking.k8s.io/v1/namespaces/a/httproutes/b"},
		{"authorization.k8s.io/v1", "SelfSubjectAccessReview", NULL, NULL,
		 "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"},
		{"v1", "Pod", NULL, "web", NULL},
		{"v1", "Deployment", "shop", "web", NULL},
		{"v1", "Binding", NULL, "n", NULL},
		{"v1", "Node", NULL, "n", "/api/v1/nodes/n"},
		{"example.com/v1", "Policy", "shop", "a", "/apis/example.com/v1/namespaces/shop/policies/a"},
		{"example.com/v1", "Gateway", "shop", NULL, "/apis/example.com/v1/namespaces/shop/gateways"},
		{"example.com/v1", "Mesh", "shop", NULL, "/apis/example.com/v1/namespaces/shop/meshes"},
		{NULL, "Pod", "shop", "web", NULL},
		{"v1", NULL, "shop", "web", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *path = kube_path(cases[i].version, cases[i].kind, cases[i].namespace,
				       cases[i].name);

		if (cases[i].path)
			assert_string_equal(path, cases[i].path);
		else
			assert_null(path);
		free(path);
	}
}

/* --- refusals --- */

#define STATUS(code, reason, message, details)                                                    \
	"{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","      \
	"\"message\":\"" message "\",\"reason\":\"" reason "\",\"details\":" details              \
	",\"code\":" code "}"
#define CONFLICT(manager, field)                                                                  \
	"{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"" manager           \
	"\\\" using apps/v1\",\"field\":\"" field "\"}"

static const struct refusal {
	const char *reply;
	enum kube_verb verb;
	const char *path;		/* NULL: DEPLOYMENT */
	enum error_kind kind;
	const char *text;
	const char *reason;
} refusals[] = {
	{ANSWER("403 Forbidden") "\r\n" STATUS("403", "Forbidden",
	 "pods is forbidden: User \\\"bob\\\" cannot list resource \\\"pods\\\" in API group \\\"\\\" in the namespace \\\"shop\\\"",
	 "{\"kind\":\"pods\"}"), KUBE_GET, PODS, ERROR_ACCESS,
	 "User bob has no right to list pods in the namespace shop of the cluster.", "Forbidden"},
	{ANSWER("403 Forbidden") "\r\n" STATUS("403", "Forbidden",
	 "deployments.apps \\\"web\\\" is forbidden: User \\\"bob\\\" cannot create resource \\\"deployments\\\" in API group \\\"apps\\\" in the namespace \\\"shop\\\"",
	 "{}"), KUBE_APPLY, NULL, ERROR_ACCESS,
	 "User bob has no right to create deployments.apps in the namespace shop of the cluster.", "Forbidden"},
	{ANSWER("403 Forbidden") "\r\n" STATUS("403", "Forbidden",
	 "x is forbidden: User \\\"bob\\\" cannot get resource \\\"pods/log\\\" in API group \\\"\\\" in the namespace \\\"shop\\\"",
	 "{}"), KUBE_GET, PODS "/web-1/log?follow=true", ERROR_ACCESS,
	 "User bob has no right to get pods/log in the namespace shop of the cluster.", "Forbidden"},
	{ANSWER("403 Forbidden") "\r\n" STATUS("403", "Forbidden",
	 "namespaces is forbidden: User \\\"bob\\\" cannot create resource \\\"namespaces\\\" in API group \\\"\\\" at the cluster scope",
	 "{}"), KUBE_CREATE, "/api/v1/namespaces", ERROR_ACCESS,
	 "User bob has no right to create namespaces in the whole cluster.", "Forbidden"},
	/* Not of rights, but of admission. */
	{ANSWER("403 Forbidden") "\r\n" STATUS("403", "Forbidden",
	 "pods \\\"web\\\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=4, limited: pods=4",
	 "{}"), KUBE_CREATE, PODS, ERROR_ACCESS,
	 "The cluster refused \"create pods\": pods \"web\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=4, limited: pods=4",
	 "Forbidden"},
	{ANSWER("409 Conflict") "\r\n" STATUS("409", "Conflict",
	 "Apply failed with 2 conflicts: conflicts with \\\"helm\\\":\\n- .spec.replicas",
	 "{\"causes\":[" CONFLICT("helm", ".spec.replicas") ","
	 CONFLICT("kubectl-edit", ".spec.paused") "]}"), KUBE_APPLY, NULL, ERROR_CONFLICT,
	 "Cannot apply deployments/web: other managers own these fields: .spec.replicas (helm), .spec.paused (kubectl-edit)",
	 "Conflict"},
	{ANSWER("409 Conflict") "\r\n" STATUS("409", "AlreadyExists",
	 "namespaces \\\"shop\\\" already exists", "{}"), KUBE_CREATE, "/api/v1/namespaces", ERROR_CONFLICT,
	 "It already exists in the cluster: namespaces \"shop\" already exists", "AlreadyExists"},
	{ANSWER("409 Conflict") "\r\n" STATUS("409", "Conflict",
	 "Operation cannot be fulfilled: Precondition failed: UID in precondition: a, UID in object meta: b", "{}"),
	 KUBE_DELETE, NULL, ERROR_CONFLICT,
	 "Cannot delete deployments/web: it was changed in the cluster meanwhile: Operation cannot be fulfilled: "
	 "Precondition failed: UID in precondition: a, UID in object meta: b", "Conflict"},
	{ANSWER("422 Unprocessable Entity") "\r\n" STATUS("422", "Invalid",
	 "Deployment.apps \\\"web\\\" is invalid: many things",
	 "{\"causes\":[{\"reason\":\"FieldValueInvalid\",\"message\":\"Invalid value: -1: must be\\ngreater\",\"field\":\"spec.replicas\"},"
	 "{\"message\":\"Required value\",\"field\":\"spec.selector\"}]}"), KUBE_APPLY, NULL, ERROR_INPUT,
	 "The cluster refused deployments/web as invalid: spec.replicas: Invalid value: -1: must be greater; spec.selector: Required value",
	 "Invalid"},
	{ANSWER("422 Unprocessable Entity") "\r\n" STATUS("422", "Invalid", "it is invalid", "{\"causes\":[]}"),
	 KUBE_APPLY, NULL, ERROR_INPUT, "The cluster refused deployments/web as invalid: it is invalid", "Invalid"},
	{ANSWER("400 Bad Request") "\r\n" STATUS("400", "BadRequest", "strict decoding error: unknown field \\\"spec.x\\\"", "null"),
	 KUBE_CREATE, NULL, ERROR_INPUT,
	 "The cluster refused \"create deployments/web\": strict decoding error: unknown field \"spec.x\"", "BadRequest"},
	{ANSWER("404 Not Found") "\r\n" STATUS("404", "NotFound", "namespaces \\\"shop\\\" not found", "{}"),
	 KUBE_APPLY, NULL, ERROR_NOT_FOUND,
	 "Cannot apply deployments/web: it is not in the cluster: namespaces \"shop\" not found", "NotFound"},
	{ANSWER("404 Not Found") "\r\n404 page not found\n", KUBE_GET, "/apis/none/v1/things", ERROR_NOT_FOUND,
	 "Cannot list things: it is not in the cluster: HTTP 404: 404 page not found", ""},
	{ANSWER("410 Gone") "\r\n" STATUS("410", "Expired", "The provided continue parameter is too old", "{}"),
	 KUBE_GET, PODS "?continue=x", ERROR_STALE,
	 "The cluster no longer keeps what it was asked for (list pods): The provided continue parameter is too old",
	 "Expired"},
	{ANSWER("429 Too Many Requests") "\r\n" STATUS("429", "TooManyRequests", "too many requests", "{}"),
	 KUBE_APPLY, NULL, ERROR_UNAVAILABLE,
	 "The cluster is too busy for \"apply deployments/web\": too many requests", "TooManyRequests"},
	{ANSWER("429 Too Many Requests") "Retry-After: 3600\r\n\r\n" STATUS("429", "TooManyRequests", "in an hour", "{}"),
	 KUBE_GET, NULL, ERROR_UNAVAILABLE, "The cluster is too busy for \"get deployments/web\": in an hour", "TooManyRequests"},
	{ANSWER("503 Service Unavailable") "\r\n" STATUS("503", "ServiceUnavailable", "etcd has no leader", "{}"),
	 KUBE_GET, NULL, ERROR_UNAVAILABLE,
	 "The cluster is too busy for \"get deployments/web\": etcd has no leader", "ServiceUnavailable"},
	/* What an apply with an undeclared field is answered: again it would be the same. */
	{ANSWER("500 Internal Server Error") "Retry-After: 0\r\n\r\n" STATUS("500", "",
	 "failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.x: field not declared in schema", "{}"),
	 KUBE_APPLY, NULL, ERROR_REMOTE,
	 "The cluster failed at \"apply deployments/web\": failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): "
	 ".spec.x: field not declared in schema", ""},
	/* A proxy before it. */
	{ANSWER("502 Bad Gateway") "\r\n\r\n  <html>\r\nBad gateway", KUBE_GET, NULL, ERROR_REMOTE,
	 "The cluster failed at \"get deployments/web\": HTTP 502: <html>  Bad gateway", ""},
	{ANSWER("302 Found") "Location: /x\r\nContent-Length: 0\r\n\r\n", KUBE_GET, NULL, ERROR_PROTOCOL,
	 "The cluster refused \"get deployments/web\": HTTP 302", ""},
	/* 200, and no JSON. */
	{OK "hello", KUBE_GET, NULL, ERROR_PROTOCOL, "The answer of the cluster to \"get deployments/web\" is invalid: ", ""},
	/* Wrong types everywhere. */
	{ANSWER("403 Forbidden") "\r\n[1]", KUBE_GET, NULL, ERROR_ACCESS,
	 "The cluster refused \"get deployments/web\": HTTP 403: [1]", ""},
	{ANSWER("409 Conflict") "\r\n{\"message\":5,\"reason\":[],\"details\":{\"causes\":{\"a\":1}}}", KUBE_APPLY, NULL, ERROR_CONFLICT,
	 "Cannot apply deployments/web: it was changed in the cluster meanwhile: HTTP 409", ""},
	{ANSWER("409 Conflict") "\r\n{\"message\":\"m\",\"details\":{\"causes\":[1,null,{\"reason\":\"FieldManagerConflict\"},"
	 "{\"reason\":\"FieldManagerConflict\",\"message\":\"odd\",\"field\":\".a\"}]}}", KUBE_APPLY, NULL, ERROR_CONFLICT,
	 "Cannot apply deployments/web: other managers own these fields: .a (?)", ""},
	{ANSWER("422 No") "\r\n{\"message\":\"m\",\"details\":{\"causes\":[1,{\"message\":2},{\"message\":\"w\",\"field\":3}]}}", KUBE_APPLY, NULL,
	 ERROR_INPUT, "The cluster refused deployments/web as invalid: w", ""},
	{ANSWER("403 Forbidden") "\r\n{\"message\":\"User \\\"b cannot list resource\",\"details\":4}", KUBE_GET, NULL, ERROR_ACCESS,
	 "The cluster refused \"get deployments/web\": User \"b cannot list resource", ""},
};

static void
test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *refusal = &refusals[i];
		const struct exchange exchanges[] = {{refusal->reply, CLOSE}, {OK "{}", CLOSE}, {0}};
		struct kube_world world;
		struct got got;

		exchange(&world, exchanges, &got,
			 &(struct kube_request_options){.verb = refusal->verb,
							.path = refusal->path});
		if (got.err.kind != refusal->kind || !strstr(got.err.text, refusal->text))
			print_error("%zu: %d, %s\n", i, got.err.kind, got.err.text);
		assert_int_equal(got.err.kind, refusal->kind);
		assert_memory_equal(got.err.text, refusal->text, strlen(refusal->text));
		assert_string_equal(got.reason, refusal->reason);
		/* Once: none of these is sent again. */
		assert_int_equal(world.server.count, 1);
		assert_true(got.err.part_count > 0);
	}
}

/* Bounded, whatever comes; what had no room is counted. */
static void
test_a_conflict_of_many_fields(void **state)
{
	struct buf reply;
	struct kube_world world;
	struct got got;

	(void)state;
	buf_init(&reply, 1000000);
	buf_puts(&reply, ANSWER("409 Conflict") "\r\n{\"message\":\"m\",\"details\":{\"causes\":[");
	for (int i = 0; i < 2000; i++)
		buf_printf(&reply, "%s" CONFLICT("helm", ".spec.a%d"), i > 0 ? "," : "", i);
	buf_puts(&reply, "]}}");
	exchange(&world, (struct exchange[]){{buf_str(&reply), CLOSE}, {0}}, &got,
		 &(struct kube_request_options){.verb = KUBE_APPLY});
	assert_non_null(strstr(got.err.text, ".spec.a0 (helm), .spec.a1 (helm), "));
	assert_non_null(strstr(got.err.text, "(helm), and 19"));
	assert_true(strlen(got.err.text) < 450);
	buf_clear(&reply);
}

/* --- no answer --- */

static void
test_no_answer(void **state)
{
	static const struct {
		struct exchange exchange;
		enum kube_verb verb;
		enum error_kind kind;
		const char *text;
		size_t count;
	} cases[] = {
		{{"", CLOSE}, KUBE_GET, ERROR_NO_REPLY, "did not answer \"get deployments/web\"", 3},
		{{"", CLOSE}, KUBE_APPLY, ERROR_NO_REPLY, "did not answer \"apply deployments/web\"", 1},
		{{ANSWER("200 OK") "Content-Length: 90\r\n\r\n{", CLOSE}, KUBE_DELETE, ERROR_NO_REPLY,
		 "did not answer \"delete deployments/web\"", 1},
		{{"", HOLD}, KUBE_GET, ERROR_NO_REPLY, "did not answer", 1},
		{{"SSH-2.0\r\n", CLOSE}, KUBE_CREATE, ERROR_PROTOCOL, "is invalid", 1},
		{{OK, FLOOD}, KUBE_GET, ERROR_LIMIT, "is larger than 16777216 bytes", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct exchange exchanges[] = {cases[i].exchange, cases[i].exchange,
						     cases[i].exchange, cases[i].exchange, {0}};
		int64_t limit_ms = cases[i].exchange.after == HOLD ? 500 : 30000;
		struct kube_world world;
		struct got got;

		kube_world_start(&world, exchanges);
		kube_cluster_set_deadlines(
			world.cluster,
			&(struct kube_deadlines){.connect = 30000,
						 .first_byte = limit_ms,
						 .silence = limit_ms,
						 .whole = 60000});
		(void)ask(&world, &got, &(struct kube_request_options){.verb = cases[i].verb});
		KUBE_WORLD_UNTIL(&world, got.done);
		json_decref(got.body);
		if (got.err.kind != cases[i].kind)
			print_error("%zu: %s\n", i, got.err.text);
		assert_int_equal(got.err.kind, cases[i].kind);
		assert_non_null(strstr(got.err.text, cases[i].text));
		assert_int_equal(got.status, 0);
		assert_int_equal(kube_cluster_requests(world.cluster), cases[i].count);
		kube_world_stop(&world);
	}
}

static void
test_nobody_is_there(void **state)
{
	static const struct exchange exchanges[] = {{0}};
	struct kube_world world;
	struct got got;

	(void)state;
	kube_world_start(&world, exchanges);
	server_stop(&world.server);
	(void)ask(&world, &got, &(struct kube_request_options){.verb = KUBE_APPLY});
	KUBE_WORLD_UNTIL(&world, got.done);
	assert_int_equal(got.err.kind, ERROR_UNREACHABLE);
	assert_non_null(strstr(got.err.text, world.server.url));
	kube_cluster_free(world.cluster);
	loop_free(world.loop);
}

/* --- again --- */

static void
test_what_is_sent_again(void **state)
{
	static const struct {
		enum kube_verb verb;
		struct exchange exchanges[4];
		size_t count;
		long status;
	} cases[] = {
		{KUBE_APPLY, {{ANSWER("429 Slowly") "Retry-After: 0\r\n\r\n{}", CLOSE}, {OK "{}", CLOSE}}, 2, 200},
		{KUBE_CREATE, {{ANSWER("503 No") "Retry-After: 0\r\n\r\n{}", CLOSE},
		  {ANSWER("429 Slowly") "Retry-After: 0\r\n\r\n{}", CLOSE}, {OK "{}", CLOSE}}, 3, 200},
		{KUBE_GET, {{ANSWER("503 No") "\r\n{}", CLOSE}, {OK "{}", CLOSE}}, 1, 503},
		{KUBE_GET, {{"", CLOSE}, {OK "{}", CLOSE}}, 2, 200},
		{KUBE_GET, {{ANSWER("500 No") "Retry-After: 0\r\n\r\n{}", CLOSE}, {OK "{}", CLOSE}}, 1, 500},
		{KUBE_GET, {{ANSWER("401 No") "\r\n{}", CLOSE},
		  {ANSWER("429 Slowly") "Retry-After: 0\r\n\r\n{}", CLOSE}, {OK "{}", CLOSE}}, 3, 200},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kube_world world;
		struct got got;

		exchange(&world, cases[i].exchanges, &got,
			 &(struct kube_request_options){.verb = cases[i].verb});
		if (world.server.count != cases[i].count || got.status != cases[i].status)
			print_error("%zu: %zu, %ld\n", i, (size_t)world.server.count, got.status);
		assert_int_equal(world.server.count, cases[i].count);
		assert_int_equal(got.status, cases[i].status);
	}
}

/* A storm of 429 is waited for, with growing pauses, and ends with the deadline.  false: the
 * machine stood still, so that one try lasted as long as all of them may. */
static bool
storm_is_waited_for(void)
{
	struct exchange exchanges[EXCHANGES_MAX] = {{0}};
	int64_t before = clock_steady_ms();
	struct kube_world world;
	struct got got;
	bool is_waited_for;

	for (int i = 0; i + 1 < EXCHANGES_MAX; i++)
		exchanges[i] =
			(struct exchange){ANSWER("429 Slowly") "Retry-After: 0\r\n\r\n{}", CLOSE};
	kube_world_start(&world, exchanges);
	kube_cluster_set_deadlines(world.cluster, &(struct kube_deadlines){.connect = 5000,
									   .first_byte = 5000,
									   .whole = 5000});
	(void)ask(&world, &got, &(struct kube_request_options){.verb = KUBE_APPLY});
	KUBE_WORLD_UNTIL(&world, got.done);
	json_decref(got.body);
	is_waited_for = kube_cluster_requests(world.cluster) >= 3;
	if (is_waited_for) {
		assert_int_equal(got.status, 429);
		assert_int_equal(got.err.kind, ERROR_UNAVAILABLE);
		assert_true(clock_steady_ms() - before >= 100);
	}
	assert_in_range(kube_cluster_requests(world.cluster), 1, EXCHANGES_MAX - 2);
	kube_world_stop(&world);
	return is_waited_for;
}

static void
test_tries_are_bounded(void **state)
{
	int tries = 0;

	(void)state;
	while (!storm_is_waited_for())
		assert_true(++tries < 5);
}

#define UNAUTHORIZED ANSWER("401 Unauthorized") "\r\n" STATUS("401", "Unauthorized", "Unauthorized", "null")

static void
test_a_refused_identity_is_asked_for_again_once(void **state)
{
	static const struct exchange then_fine[] = {{UNAUTHORIZED, CLOSE}, {OK "{}", CLOSE}, {0}};
	static const struct exchange never[] = {{UNAUTHORIZED, CLOSE}, {UNAUTHORIZED, CLOSE},
						{UNAUTHORIZED, CLOSE}, {0}};
	struct kube_world world;
	struct got got;

	(void)state;
	exchange(&world, then_fine, &got, &(struct kube_request_options){.verb = KUBE_CREATE});
	assert_int_equal(got.err.kind, ERROR_NONE);
	assert_non_null(strstr(world.server.requests[0], "Bearer first\r\n"));
	assert_non_null(strstr(world.server.requests[1], "Bearer second\r\n"));
	assert_int_equal(world.access.refused, 1);
	assert_int_equal(world.access.asked, 2);
	exchange(&world, never, &got, &(struct kube_request_options){.verb = KUBE_GET});
	assert_int_equal(got.err.kind, ERROR_ACCESS);
	assert_string_equal(got.err.text,
			    "The cluster refused the credentials of user alice: Unauthorized");
	assert_int_equal(world.server.count, 2);
}

/* Each time a plugin may be run: of those that were sent together one alone says it. */
static void
test_an_identity_is_refused_once_for_all(void **state)
{
	static const struct exchange exchanges[] = {{UNAUTHORIZED, CLOSE}, {UNAUTHORIZED, CLOSE},
						    {UNAUTHORIZED, CLOSE}, {OK "{}", CLOSE},
						    {OK "{}", CLOSE}, {OK "{}", CLOSE}, {0}};
	struct kube_world world;
	struct got got[3];

	(void)state;
	kube_world_start(&world, exchanges);
	for (int i = 0; i < 3; i++)
		(void)ask(&world, &got[i], &(struct kube_request_options){.verb = KUBE_CREATE});
	KUBE_WORLD_UNTIL(&world, got[0].done + got[1].done + got[2].done == 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(got[i].err.kind, ERROR_NONE);
		json_decref(got[i].body);
	}
	assert_int_equal(world.access.refused, 1);
	kube_world_stop(&world);
}

static void
test_no_identity(void **state)
{
	static const struct exchange exchanges[] = {{0}};
	struct kube_world world;
	struct got got;

	(void)state;
	kube_world_start(&world, exchanges);
	error_set(&world.access.err, ERROR_SYSTEM, "the plugin is not installed");
	(void)ask(&world, &got, &(struct kube_request_options){.verb = KUBE_GET});
	KUBE_WORLD_UNTIL(&world, got.done);
	assert_int_equal(got.err.kind, ERROR_SYSTEM);
	assert_string_equal(got.err.text, "the plugin is not installed");
	assert_int_equal(kube_cluster_requests(world.cluster), 0);
	/* Nor does a token go in clear to another machine. */
	world.access.err = (struct error){0};
	world.access.target.server = (char *)"http://192.0.2.1:6443";
	(void)ask(&world, &got, &(struct kube_request_options){.verb = KUBE_GET});
	KUBE_WORLD_UNTIL(&world, got.done);
	assert_int_equal(got.err.kind, ERROR_ACCESS);
	assert_string_equal(got.err.text, "The cluster at http://192.0.2.1:6443 is not reached over "
					  "https, so the token was not sent.");
	assert_int_equal(kube_cluster_requests(world.cluster), 0);
	kube_world_stop(&world);
}

#define KEPT "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

/* TLS says the certificate once a connection. */
static void
test_another_certificate_takes_another_connection(void **state)
{
	static const struct exchange exchanges[] = {
		{KEPT, AGAIN}, {KEPT, AGAIN}, {KEPT, CLOSE}, {0}};
	struct kube_world world;
	struct got got;

	(void)state;
	kube_world_start(&world, exchanges);
	for (int i = 0; i < 3; i++) {
		if (i == 2)
			world.access.generation = 2;
		(void)ask(&world, &got, &(struct kube_request_options){.verb = KUBE_APPLY});
		KUBE_WORLD_UNTIL(&world, got.done);
		assert_int_equal(got.status, 200);
		json_decref(got.body);
	}
	kube_world_stop(&world);
	assert_int_equal(world.server.connections, 2);
	assert_int_equal(world.server.count, 3);
}

/* Where one has heard nothing, the others will not either: over HTTP/2 they are on one connection.
 * The first is held open by the server, and would be used. */
static void
test_what_has_gone_silent_is_not_used_again(void **state)
{
	static const struct exchange exchanges[] = {{KEPT, HOLD}, {"", HOLD}, {OK "{}", CLOSE}, {0}};
	struct kube_world world;
	struct got got;

	(void)state;
	kube_world_start(&world, exchanges);
	kube_cluster_set_deadlines(world.cluster, &(struct kube_deadlines){.connect = 5000,
									   .first_byte = 500,
									   .silence = 500,
									   .whole = 5000});
	for (int i = 0; i < 3; i++) {
		(void)ask(&world, &got,
			  &(struct kube_request_options){.verb = KUBE_GET,
							 .streams = i == 1,
							 .piece = i == 1 ? on_piece : NULL});
		KUBE_WORLD_UNTIL(&world, got.done);
		assert_int_equal(got.err.kind, i == 1 ? ERROR_NO_REPLY : ERROR_NONE);
		json_decref(got.body);
	}
	kube_world_stop(&world);
	assert_int_equal(world.server.connections, 3);
}

/* But one alone may have nothing to say. */
static void
test_what_others_hear_is_used_on(void **state)
{
	static const struct exchange exchanges[] = {
		{OK "x", HOLD}, {"", HOLD}, {KEPT, AGAIN}, {KEPT, CLOSE}, {0}};
	struct got alive, silent, got;
	struct kube_world world;

	(void)state;
	kube_world_start(&world, exchanges);
	kube_cluster_set_deadlines(world.cluster, &(struct kube_deadlines){.connect = 60000,
									   .first_byte = 2000,
									   .silence = 60000,
									   .whole = 60000});
	(void)ask(&world, &alive, &(struct kube_request_options){.verb = KUBE_GET,
								 .streams = true,
								 .piece = on_piece});
	KUBE_WORLD_UNTIL(&world, alive.pieces > 0);
	(void)ask(&world, &silent, &(struct kube_request_options){.verb = KUBE_GET,
								  .streams = true,
								  .piece = on_piece});
	KUBE_WORLD_UNTIL(&world, world.server.count == 2);
	/* Its connection is kept, and the server waits there for what comes next. */
	for (int i = 0; i < 2; i++) {
		(void)ask(&world, &got, &(struct kube_request_options){.verb = KUBE_GET});
		KUBE_WORLD_UNTIL(&world, got.done);
		assert_int_equal(got.err.kind, ERROR_NONE);
		json_decref(got.body);
		KUBE_WORLD_UNTIL(&world, silent.done);
	}
	assert_int_equal(silent.err.kind, ERROR_NO_REPLY);
	assert_int_equal(alive.done, 0);
	kube_world_stop(&world);
	assert_int_equal(world.server.connections, 3);
}

/* --- what comes --- */

static void
test_warnings(void **state)
{
	static const struct exchange exchanges[] = {
		{ANSWER("200 OK") "Warning: 299 - \"spec.x is \\\"old\\\"\"\r\n"
		 "warning: 299 proxy \"one\" \"Sat, 25 Aug 2012 23:34:45 GMT\", 299 - \"two\"\r\n"
		 "Warning: nonsense\r\nWarning: 299 - \"no end\r\nWarning: 299 - \"last\"\r\n\r\n{}", CLOSE}, {0}};
	struct kube_world world;
	struct got got;

	(void)state;
	exchange(&world, exchanges, &got, &(struct kube_request_options){.verb = KUBE_APPLY});
	assert_int_equal(got.warnings, 4);
	assert_string_equal(got.warning[0], "spec.x is \"old\"");
	assert_string_equal(got.warning[1], "one");
	assert_string_equal(got.warning[2], "two");
	assert_string_equal(got.warning[3], "last");
}

/* The last words of a program may hold anything. */
static void
test_a_nul_in_a_string(void **state)
{
	static const struct exchange exchanges[] = {
		{OK "{\"a\":\"x\\u0000y\\\\u0000\",\"b\\u0000\":1}", CLOSE}, {0}};
	struct kube_world world;
	struct got got;

	(void)state;
	kube_world_start(&world, exchanges);
	(void)ask(&world, &got, &(struct kube_request_options){.verb = KUBE_GET});
	KUBE_WORLD_UNTIL(&world, got.done);
	assert_int_equal(got.err.kind, ERROR_NONE);
	assert_string_equal(json_string_value(json_object_get(got.body, "a")), "x\xef\xbf\xbdy\\u0000");
	assert_true(json_is_integer(json_object_get(got.body, "b\xef\xbf\xbd")));
	json_decref(got.body);
	kube_world_stop(&world);
}

static void
test_text(void **state)
{
	static const struct exchange exchanges[] = {{OK "one\ntwo\n", CLOSE}, {0}};
	struct kube_world world;
	struct got got;

	(void)state;
	exchange(&world, exchanges, &got,
		 &(struct kube_request_options){.verb = KUBE_GET, .path = PODS "/web/log", .raw = true});
	assert_string_equal(got.text, "one\ntwo\n");
	assert_null(got.body);
	assert_non_null(strstr(world.server.requests[0], "Accept: */*\r\n"));
}

static void
test_a_stream(void **state)
{
	static const struct {
		struct exchange exchanges[3];
		bool has_enough;
		const char *piece;
		enum error_kind kind;
		long status;
		int begun;
	} cases[] = {
		{{{OK "one\n", CLOSE}}, false, "one\n", ERROR_NONE, 200, 1},
		{{{CHUNKED "4\r\none\n\r\n", CLOSE}}, false, "one\n", ERROR_NO_REPLY, 200, 1},
		{{{OK "one\n", HOLD}}, true, "one\n", ERROR_NONE, 200, 1},
		{{{OK "one\n", HOLD}}, false, "one\n", ERROR_NO_REPLY, 200, 1},
		/* What refuses it is no part of it. */
		{{{ANSWER("410 Gone") "\r\n" STATUS("410", "Expired", "too old", "{}"), CLOSE}}, false, "",
		 ERROR_STALE, 410, 0},
		{{{UNAUTHORIZED, CLOSE}, {OK "one\n", CLOSE}}, false, "one\n", ERROR_NONE, 200, 1},
		{{{ANSWER("429 Slowly") "Retry-After: 0\r\n\r\n{}", CLOSE}, {OK "one\n", CLOSE}}, false, "one\n",
		 ERROR_NONE, 200, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kube_world world;
		struct got got;

		kube_world_start(&world, cases[i].exchanges);
		kube_cluster_set_deadlines(
			world.cluster,
			&(struct kube_deadlines){.connect = 5000,
						 .first_byte = 5000,
						 .silence = 500,
						 .whole = 5000});
		(void)ask(&world, &got,
			  &(struct kube_request_options){.verb = KUBE_GET,
							 .path = PODS "?watch=true",
							 .streams = true,
							 .begun = on_begun,
							 .piece = on_piece});
		got.has_enough = cases[i].has_enough;
		KUBE_WORLD_UNTIL(&world, got.done);
		json_decref(got.body);
		if (got.err.kind != cases[i].kind)
			print_error("%zu: %s\n", i, got.err.text);
		assert_int_equal(got.err.kind, cases[i].kind);
		assert_int_equal(got.status, cases[i].status);
		assert_int_equal(got.begun, cases[i].begun);
		assert_string_equal(got.piece, cases[i].piece);
		kube_world_stop(&world);
	}
}

/* --- lifetimes --- */

static void
test_requests_are_cancelled_in_callbacks(void **state)
{
	static const struct exchange exchanges[] = {{OK "one\n", HOLD}, {OK "one\n", HOLD}, {OK "{}", CLOSE}, {0}};
	const struct kube_request_options stream = {.verb = KUBE_GET, .streams = true,
						    .begun = on_begun, .piece = on_piece};
	struct kube_request *other;
	struct kube_world world;
	struct got piece, begun, done, never;

	(void)state;
	kube_world_start(&world, exchanges);
	piece.cancel_in_piece = NULL;
	other = ask(&world, &piece, &stream);
	piece.cancel_in_piece = other;
	KUBE_WORLD_UNTIL(&world, piece.pieces > 0);
	other = ask(&world, &begun, &stream);
	begun.cancel_in_begun = other;
	KUBE_WORLD_UNTIL(&world, begun.begun > 0);
	other = ask(&world, &done, &(struct kube_request_options){.verb = KUBE_GET});
	done.cancel_in_done = other;
	KUBE_WORLD_UNTIL(&world, done.done > 0);
	json_decref(done.body);
	/* Before anything was sent, and never. */
	kube_cancel(ask(&world, &never, &(struct kube_request_options){.verb = KUBE_GET}));
	kube_cancel(NULL);
	assert_int_equal(world.access.cancelled, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(loop_turn(world.loop, 0, NULL), 0);
	assert_int_equal(piece.done + begun.done + never.done, 0);
	assert_int_equal(piece.pieces, 1);
	assert_int_equal(begun.pieces, 0);
	kube_world_stop(&world);
}

static void
test_what_goes_on_is_dropped_at_the_end(void **state)
{
	static const struct exchange exchanges[] = {
		{ANSWER("429 Slowly") "Retry-After: 9\r\n\r\n{}", CLOSE}, {"", HOLD}, {0}};
	struct kube_world world;
	struct got waits, held, asks;

	(void)state;
	kube_world_start(&world, exchanges);
	(void)ask(&world, &waits, &(struct kube_request_options){.verb = KUBE_GET});
	KUBE_WORLD_UNTIL(&world, world.server.count == 1);
	for (int i = 0; i < 5; i++)
		assert_int_equal(loop_turn(world.loop, 20, NULL), 0);
	(void)ask(&world, &held, &(struct kube_request_options){.verb = KUBE_APPLY});
	KUBE_WORLD_UNTIL(&world, world.server.count == 2);
	(void)ask(&world, &asks, &(struct kube_request_options){.verb = KUBE_GET});
	kube_world_stop(&world);
	assert_int_equal(waits.done + held.done + asks.done, 0);
	kube_cluster_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_sent),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_a_conflict_of_many_fields),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_nobody_is_there),
		cmocka_unit_test(test_what_is_sent_again),
		cmocka_unit_test(test_tries_are_bounded),
		cmocka_unit_test(test_a_refused_identity_is_asked_for_again_once),
		cmocka_unit_test(test_an_identity_is_refused_once_for_all),
		cmocka_unit_test(test_no_identity),
		cmocka_unit_test(test_another_certificate_takes_another_connection),
		cmocka_unit_test(test_what_has_gone_silent_is_not_used_again),
		cmocka_unit_test(test_what_others_hear_is_used_on),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_a_nul_in_a_string),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_a_stream),
		cmocka_unit_test(test_requests_are_cancelled_in_callbacks),
		cmocka_unit_test(test_what_goes_on_is_dropped_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
