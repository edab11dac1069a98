/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The table of a workload's fields, and what is found in a workload by it. */
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
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/set.h"
#include "model/workload-check.h"
#include "model/workload-fields.h"
#include "model/workload-references.h"
#include "quoted-json.h"

/* Each row can be reached, is of a profile that what it is in is of, and is there once. */
static void
test_rows_are_a_tree(void **state)
{
	const struct workload_field *field;

	(void)state;
	for (size_t i = 0; (field = workload_field(i)); i++) {
		const char *slash = strrchr(field->path, '/');
		const struct workload_field *parent = NULL, *other;

		for (size_t k = 0; slash && (other = workload_field(k)); k++)
			if (strlen(other->path) == (size_t)(slash - field->path) &&
			    strncmp(other->path, field->path, strlen(other->path)) == 0)
				parent = other;
		if (slash && !parent)
			fail_msg("%s is in nothing", field->path);
		assert_ptr_equal(workload_field_below(parent, slash ? slash + 1 : field->path),
				 field);
		assert_true(field->profiles != 0);
		if (parent) {
			assert_true(parent->form == FIELD_OBJECT || parent->form == FIELD_MAP ||
				    parent->form == FIELD_LIST);
			assert_int_equal(field->profiles & ~parent->profiles, 0);
		}
		assert_int_equal(field->form == FIELD_WORD, field->words != NULL);
	}
}

static void
collect(void *data, const struct workload_finding *finding)
{
	struct buf *all = data;

	buf_printf(all, "%s%s %s", all->length > 0 ? "; " : "", finding_word(finding->kind),
		   finding->path);
	if (finding->meant)
		buf_printf(all, " (%s)", finding->meant);
}

static void
expect(const char *module, const char *driver, const char *findings)
{
	json_t *body = parse(module), *description = driver ? parse(driver) : NULL;
	struct buf all;

	buf_init(&all, 65536);
	workload_check(body, description, collect, &all);
	assert_string_equal(buf_str(&all), findings);
	buf_clear(&all);
	json_decref(description);
	json_decref(body);
}

static void
test_what_is_found(void **state)
{
	static const struct { const char *module, *driver, *findings; } cases[] = {
		{"{'profile': 'humanitec/default-module', 'spec': {}, 'externals': {}}", NULL, ""},
		{"{'spec': {'containers': {'a': {'image': 'x', 'args': ['${a}'], 'variables': {'A': 1, "
		 "'B': true}, 'liveness_probe': {'type': 'tcp', 'port': '${p}'}}}}}", NULL, ""},
		/* Forms; a placeholder stands for any scalar, but for no list. */
		{"{'spec': {'containers': {'a': {'args': 'x', 'command': ['x', 1]}}}}", NULL,
		 "wrong /spec/containers/a/args; wrong /spec/containers/a/command"},
		{"{'spec': {'containers': {'a': {'args': '${x}'}}}}", NULL,
		 "wrong /spec/containers/a/args"},
		{"{'spec': {'replicas': '${n}', 'containers': {'a': {'resources': {'limits': "
		 "{'cpu': '${n}'}}}}}, 'deploy': {'timeout': '${n}'}}", NULL,	/* not resolved there */
		 "wrong /spec/replicas; wrong /spec/containers/a/resources/limits/cpu; "
		 "wrong /deploy/timeout"},
		{"{'spec': {'containers': []}}", NULL, "wrong /spec/containers"},
		{"{'spec': {'containers': {'a': {'variables': {'X': {}, 'Y': null}, 'args': null}}}}",
		 NULL, "wrong /spec/containers/a/variables/X; wrong /spec/containers/a/variables/Y"},
		{"{'spec': {'containers': {'a': {'liveness_probe': {'type': 'icmp', 'port': 0, "
		 "'periodSeconds': -1, 'headers': {'X': 1}}}}}}", NULL,
		 "wrong /spec/containers/a/liveness_probe/type; "
		 "wrong /spec/containers/a/liveness_probe/port; "
		 "wrong /spec/containers/a/liveness_probe/periodSeconds; "
		 "wrong /spec/containers/a/liveness_probe/headers"},
		{"{'spec': {'containers': {'a': {'resources': {'limits': {'cpu': '250m', 'memory': "
		 "'64 MB'}, 'requests': {'cpu': 0.5, 'memory': '1.5Gi'}}}}}}", NULL,
		 "wrong /spec/containers/a/resources/limits/memory"},
		{"{'spec': {'service': {'ports': {'w': {'service_port': '80', 'container_port': 65536, "
		 "'protocol': 'tcp'}}}}}", NULL,
		 "wrong /spec/service/ports/w/container_port; wrong /spec/service/ports/w/protocol"},
		{"{'deploy': {'when': 'soon', 'success': 'complete', 'timeout': 30}}", NULL,
		 "wrong /deploy/when"},
		/* Names. */
		{"{'spec': {'containers': {'a': {'comand': ['x']}}, 'x/y': 1}, 'zzz': 1}", NULL,
		 "unknown-field /spec/containers/a/comand (command); unknown-field /spec/x~1y; "
		 "unknown-field /zzz"},
		/* Profiles. */
		{"{'profile': 'humanitec/default-module', 'spec': {'schedules': {'x': {}}, 'job': {}}}",
		 NULL, "other-profile /spec/schedules"},
		{"{'profile': 'humanitec/default-job', 'spec': {'job': {'backoffLimit': 3}, "
		 "'containers': {'a': {'liveness_probe': {'type': 'tcp'}}}}}", NULL,
		 "other-profile /spec/containers/a/liveness_probe"},
		{"{'profile': 'humanitec/default-cronjob', 'spec': {'schedules': {'x': {'schedule': "
		 "'0 0 30 2 *'}, 'y': {'schedule': '0 0 29 2 *'}, 'z': {'schedule': 'soon'}}}}", NULL,
		 "never-due /spec/schedules/x/schedule (0 0 30 2 *); wrong /spec/schedules/z/schedule"},
		{"{'profile': 'acme/web', 'spec': {'schedules': {}}}", NULL, "unknown-profile /profile"},
		/* What a driver says of itself. */
		{"{'spec': {'containers': {'a': {}, 'b': {}}}}", "{'one_container': true}",
		 "not-one-container /spec/containers"},
		{"{'spec': {}}", "{'one_container': true}", "not-one-container /spec/containers"},
		{"{'spec': {'containers': {'a': {}}}}", "{'one_container': true}", ""},
		{"{'spec': {'containers': []}}", "{'one_container': true}", "wrong /spec/containers"},
		/* Beside something else that it says. */
		{"{'spec': {'containers': {'a': {'startup_probe': {'type': 'command', 'command': ['x'],"
		 " 'path': '/x', 'port': 80, 'headers': {'X': 'y'}}, 'readiness_probe': {'type': 'tcp',"
		 " 'port': 80, 'path': '/x', 'headers': {'X': 'y'}, 'command': ['x']}, 'liveness_probe':"
		 " {'type': 'http', 'port': 80, 'path': '/', 'headers': {'X': 'y'}}}}}}",
		 "{'honours': ['spec']}",
		 "overridden /spec/containers/a/startup_probe/path (type: command); "
		 "overridden /spec/containers/a/startup_probe/headers (type: command); "
		 "overridden /spec/containers/a/startup_probe/port (type: command); "
		 "overridden /spec/containers/a/readiness_probe/path (type: tcp); "
		 "overridden /spec/containers/a/readiness_probe/headers (type: tcp); "
		 "overridden /spec/containers/a/readiness_probe/command (type: tcp)"},
		{"{'spec': {'containers': {'a': {'liveness_probe': {'type': 'rpc', 'service': 'x', 'path': '/',"
		 " 'port': 80}, 'readiness_probe': {'type': 'quic', 'port': 80, 'path': '/'}}}}}",
		 "{'honours': ['spec']}",
		 "wrong /spec/containers/a/liveness_probe/type; "
		 "wrong /spec/containers/a/readiness_probe/type"},
		{"{'spec': {'containers': {'a': {'liveness_probe': {'type': 'http', 'port': 80, 'path': '/',"
		 " 'headers': {}, 'command': null}}}, 'replicas': '2', 'deployment': {'replicas': 2}}}",
		 "{'honours': ['spec']}", ""},
		{"{'spec': {'replicas': 3, 'deployment': {'replicas': 2}}}", "{'honours': ['spec']}",
		 "overridden /spec/replicas (spec/deployment/replicas)"},
		{"{'spec': {'volumes': {'v': {'emptyDir': {}, 'persistentVolumeClaim': {'claimName': 'c'}},"
		 " 'w': {'emptyDir': {}}}}}", "{'honours': ['spec/volumes/*/persistentVolumeClaim']}",
		 "overridden /spec/volumes/v/emptyDir (persistentVolumeClaim)"},
		{"{'spec': {'containers': {'a': {'liveness_probe': {'type': 'tcp', 'port': 80,"
		 " 'successThreshold': 5, 'timeoutSeconds': 0}}}}}",
		 "{'honours': ['spec'], 'within': {'spec/containers/*/liveness_probe/successThreshold':"
		 " {'most': 1, 'instead': 'one'}, 'spec/containers/*/liveness_probe/timeoutSeconds':"
		 " {'least': 1, 'instead': 'two'}}}",
		 "partly-honoured /spec/containers/a/liveness_probe/successThreshold (one); "
		 "partly-honoured /spec/containers/a/liveness_probe/timeoutSeconds (two)"},
		/* Of a resource, what its type means is not known here. */
		{"{'externals': {'db': {'type': 'x', 'parms': {'a': 1}, 'params': 7}}}", NULL,
		 "unknown-field /externals/db/parms (params)"},
		{"{'spec': {'containers': {'a': {'image': 'x', 'command': ['x'], 'resources': {'limits': "
		 "{'cpu': 1}}}}, 'pod': {}}}",
		 "{'honours': ['spec/containers/*/image'], 'profiles': ['humanitec/default-module']}",
		 "not-honoured /spec/containers/a/command; not-honoured /spec/containers/a/resources"},
		{"{'spec': {'containers': {'a': {'variables': {'X': '1'}, 'files': {'/x': {'value': ''}}}}}}",
		 "{'honours': ['spec/containers/*/variables'], 'profiles': ['humanitec/default-module']}",
		 "not-honoured /spec/containers/a/files"},
		{"{'spec': {'service': {'ports': {'w': {'service_port': 80, 'container_port': 80}}}}}",
		 "{'honours': [], 'partly': {'spec/service': 'use dns'}, "
		 "'profiles': ['humanitec/default-module']}",
		 "not-honoured /spec/service (use dns)"},
		{"{'spec': {'service': {'ports': {'w': {'service_port': 80, 'protocol': 'UDP'}, 'x': "
		 "{'service_port': 1024, 'protocol': 'TCP'}, 'y': {'container_port': '${a.b}'}}}}}",
		 "{'honours': ['spec/service/ports'], 'profiles': ['humanitec/default-module'], "
		 "'within': {'spec/service/ports/*/service_port': {'least': 1024, 'instead': 'low'}, "
		 "'spec/service/ports/*/protocol': {'word': 'TCP', 'instead': 'no'}}}",
		 "partly-honoured /spec/service/ports/w/service_port (low); "
		 "partly-honoured /spec/service/ports/w/protocol (no)"},
		{"{'spec': {'containers': {'a': {'readiness_probe': {'type': 'tcp', 'port': 1}}}}}",
		 "{'honours': ['spec/containers/*/readiness_probe/type'], "
		 "'profiles': ['humanitec/default-module']}",
		 "not-honoured /spec/containers/a/readiness_probe/port"},
		{"{'profile': 'humanitec/default-job', 'spec': {}}",
		 "{'honours': [], 'profiles': ['humanitec/default-module']}",
		 "profile-not-honoured /profile"},
		{"{'profile': 'sidestage/manifests', 'spec': {'manifests': {'Deployment/w': {'spec': "
		 "{'anything': 7}}}, 'secrets': {'db': 'leave-out'}}, 'externals': {}}", NULL, ""},
		{"{'profile': 'sidestage/manifests', 'spec': {'manifests': {'Deployment/w': 7}, "
		 "'labels': {'a': 'b'}}}", NULL, "other-profile /spec/labels"},
		{"{'profile': 'sidestage/manifests', 'spec': {'manifests': {}}}",
		 "{'one_container': true, 'honours': [], 'profiles': ['humanitec/default-module']}",
		 "profile-refused /profile"},
		{"{'profile': 'sidestage/manifests', 'spec': {'manifests': 7, 'labels': {'a': 'b'}}}",
		 "{'one_container': true, 'honours': [], 'profiles': []}",
		 "profile-refused /profile; wrong /spec/manifests; other-profile /spec/labels"},
		{"{'spec': {'pod': {'initContainers': [{'name': 'a', 'imgae': 'x'}, 7]}}}", NULL,
		 "unknown-field /spec/pod/initContainers/0/imgae (image); "
		 "wrong /spec/pod/initContainers/1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(cases[i].module, cases[i].driver, cases[i].findings);
}

static void
test_shared_resources_have_fields_too(void **state)
{
	json_t *shared = parse("{'a': {'type': 'x', 'class': 7, 'parms': {}}, 'b': {'type': 'y', "
			       "'params': {'x': 1}}}");
	struct buf all;

	(void)state;
	buf_init(&all, 65536);
	shared_check(shared, collect, &all);
	assert_string_equal(buf_str(&all), "wrong /shared/a/class; unknown-field /shared/a/parms (params)");
	buf_clear(&all);
	json_decref(shared);
}

/* Of workload "w"; "" is what is shared. */
static void
expect_references(const char *workload, const char *set_text, const char *findings)
{
	json_t *body = parse(set_text);
	struct error err = {0};
	struct set *set = set_take(body, &err);
	struct buf all;

	if (!set)
		fail_msg("%s", err.text);
	buf_init(&all, 65536);
	(void)buf_puts(&all, "");
	workload_references_check(set, workload, collect, &all);
	assert_string_equal(buf_str(&all), findings);
	buf_clear(&all);
	set_unref(set);
}

#define SET(variables)                                                                            \
	"{'shared': {'s': {'type': 's3', 'params': {'a': '${values.K}'}}}, 'modules': {'x.y': "   \
	"{'profile': 'p', 'spec': {}, 'externals': {'db': {'type': 'x'}}}, 'w': {'profile': 'p', " \
	"'externals': {'dns': {'type': 'dns'}}, 'spec': {'containers': {'c': {'args': ['${HOME', " \
	"'${a'], 'variables': {" variables "}}}}}}}"
#define AT "/spec/containers/c/variables/"

/* What a deployment would refuse, and nothing else. */
static void
test_references_that_lead_nowhere(void **state)
{
	static const struct { const char *set, *findings; } cases[] = {
		{SET("'A': '${externals.dns.port}${shared.s.a.b}${modules[\\u0027x.y\\u0027].externals.db.host}'"), ""},
		{SET("'A': '${modules.w.service.name} ${values.A.B} ${context.env.id} $\\\\{x'"), ""},
		{SET("'A': '${resources.dns.port} ${resources.s.x}'"), ""},
		{SET("'A': 'a${b'"), "malformed-placeholder " AT "A (${b)"},
		{SET("'A': '${values.B} ${'"), "malformed-placeholder " AT "A (${)"},
		{SET("'A': '${}'"), "malformed-placeholder " AT "A (${})"},
		{SET("'A': '${foo.bar}', 'B': '${context.env.nam}', 'C': '${context.res.id}'"),
		 "unknown-reference " AT "A (${foo.bar}); unknown-reference " AT
		 "B (${context.env.nam}); unknown-reference " AT "C (${context.res.id})"},
		{SET("'A': '${externals.dn.port}', 'B': '${shared.x.y}', 'C': '${modules.v.service.name}'"),
		 "undeclared " AT "A (${externals.dn.port}); undeclared " AT
		 "B (${shared.x.y}); undeclared " AT "C (${modules.v.service.name})"},
		{SET("'A': '${resources.x.y}${externals.dns}'"),
		 "undeclared " AT "A (${resources.x.y}); unknown-reference " AT "A (${externals.dns})"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_references("w", cases[i].set, cases[i].findings);
	expect_references("w", "{'shared': {'s': {'type': 'volume'}}, 'modules': {'w': {'profile': 'p', "
			       "'externals': {'v': {'type': 'volume'}}, 'spec': {'volumes': {'o': {}}, "
			       "'containers': {'c': {'volume_mounts': {'/a': {'id': 'externals.v'}, '/b': "
			       "{'id': 'shared.s'}, '/c': {'id': 'volumes.o'}, '/d': {'id': 'o'}, '/e': {}, "
			       "'/f': {'id': 'externals.x'}, '/g': {'id': 'shared.v'}, '/h': {'id': "
			       "'volumes.v'}}}}}}}}",
			  "undeclared /spec/containers/c/volume_mounts/~1f/id (externals.x); "
			  "undeclared /spec/containers/c/volume_mounts/~1g/id (shared.v); "
			  "undeclared /spec/containers/c/volume_mounts/~1h/id (volumes.v)");
	expect_references("w", "{'modules': {}}", "");
	/* A resource speaks of itself, and of nobody's own. */
	expect_references("", "{'modules': {}, 'shared': {'a/b': {'type': 'x', 'params': {'p': "
			      "['${context.res.id}', '${externals.x.y}']}}}}",
			  "undeclared /shared/a~1b/params/p/1 (${externals.x.y})");
}

/* What the client gets over the wire is said in the same words. */
static void
test_findings_have_words(void **state)
{
	(void)state;
	for (int kind = 0; kind < FINDING_COUNT; kind++) {
		struct workload_finding finding = {
			.kind = (enum finding_kind)kind, .path = "/spec/x", .profile = "acme/web",
			.field = workload_field(0),
		};
		char *text = finding_text(&finding, "shop", "process");

		assert_int_equal(finding_of(finding_word((enum finding_kind)kind)), kind);
		assert_non_null(strstr(text, "shop: "));
		free(text);
	}
	assert_int_equal(finding_of("of-tomorrow"), FINDING_COUNT);
}

/* As the warnings say it: what runs to its end has no such number. */
static void
test_replicas_are_those_of_what_stays_up(void **state)
{
	static const struct {
		const char *spec, *profile;
		int count;	/* -1: it says nothing */
	} rows[] = {
		{"{'replicas': 2}", NULL, 2},
		{"{'replicas': 2}", "humanitec/default-module", 2},
		{"{'replicas': 0}", "acme/web", 0},
		{"{'replicas': '2', 'deployment': {'replicas': 3}}", NULL, 3},
		{"{'replicas': '2', 'deployment': {'replicas': null}}", NULL, 2},
		{"{'replicas': null}", NULL, -1},
		{"{}", NULL, -1},
		{"{'replicas': 2}", "humanitec/default-job", -1},
		{"{'deployment': {'replicas': 0}}", "humanitec/default-job", -1},
		{"{'replicas': 0}", "humanitec/default-cronjob", -1},
		{"{'replicas': 2}", MANIFESTS_PROFILE, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *spec = parse(rows[i].spec);
		const json_t *count = workload_declared_replicas(spec, rows[i].profile);

		assert_int_equal(count ? workload_field_number(count) : -1, rows[i].count);
		json_decref(spec);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_are_a_tree),
		cmocka_unit_test(test_what_is_found),
		cmocka_unit_test(test_references_that_lead_nowhere),
		cmocka_unit_test(test_shared_resources_have_fields_too),
		cmocka_unit_test(test_findings_have_words),
		cmocka_unit_test(test_replicas_are_those_of_what_stays_up),
	};

	return cmocka_run_group_tests_name("workload", tests, NULL, NULL);
}
