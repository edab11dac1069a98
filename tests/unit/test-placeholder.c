/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Placeholders: how they are written, what they mean, and what hostile strings may not do. */
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
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/placeholder.h"
#include "model/reference.h"
#include "model/workload-placeholders.h"
#include "quoted-json.h"

#define ROUNDS 20000
#define SEED 20261123u

/* A tree, of which everything below "secret" is one. */
static json_t *
look_up(void *data, const char *const *tokens, size_t count, bool *secret, struct error *err)
{
	json_t *at = data;

	(void)err;
	for (size_t i = 0; i < count; i++) {
		*secret = *secret || strcmp(tokens[i], "secret") == 0;
		at = json_object_get(at, tokens[i]);
	}
	return json_incref(at);
}

static const char tree[] =
	"{'a':{'port':8080,'host':'h','x y':1,'it.is':'dotted','list':[1,'2'],'nothing':null,"
	"'yes':true,'odd':'${a.host} $\\\\{a.host}','empty':''},"
	"'users-db':{'name':'n'},'secret':{'pin':'1234','more':{'k':'v'}}}";

static void
a_placeholder_is_replaced_by_what_it_names(void **state)
{
	static const struct {
		const char *in, *out, *why;
	} cases[] = {
		{"'${a.port}'", "8080", NULL},		/* alone: the value's type */
		{"'${a.list}'", "[1,'2']", NULL},
		{"'${a.nothing}'", "null", NULL},
		{"' ${a.port}'", "' 8080'", NULL},
		{"'${a.list}!'", "'[1,\\\"2\\\"]!'", NULL},
		{"'${a.yes}${a.nothing}'", "'truenull'", NULL},
		{"'http://${a.host}:${a.port}/'", "'http://h:8080/'", NULL},
		{"'${a.empty}${a.empty}'", "''", NULL},
		{"'${a[\\\"x y\\\"]}'", "1", NULL},
		{"'${[\\\"a\\\"][\\\"it.is\\\"]}'", "'dotted'", NULL},
		{"'${users-db.name}'", "'n'", NULL},
		{"{'k':['${a.host}']}", "{'k':['h']}", NULL},
		{"{'${a.host}':'${a.host}'}", "{'${a.host}':'h'}", NULL},	/* keys are left */
		{"[1,true,null,1.5]", "[1,true,null,1.5]", NULL},
		/* What is put in is not looked at again. */
		{"'${a.odd}'", "'${a.host} $\\\\{a.host}'", NULL},
		{"'<${a.odd}>'", "'<${a.host} $\\\\{a.host}>'", NULL},
		/* Literal text. */
		{"'$\\\\{a.port}'", "'${a.port}'", NULL},
		{"'$\\\\\\\\{a.port}'", "'$\\\\{a.port}'", NULL},
		{"'$\\\\'", "'$\\\\'", NULL},
		{"'$\\\\a'", "'$\\\\a'", NULL},
		{"'$'", "'$'", NULL},
		{"'$$$'", "'$$$'", NULL},
		{"'$5'", "'$5'", NULL},
		{"'$${a.host}'", "'$h'", NULL},
		{"'}{'", "'}{'", NULL},
		{"''", "''", NULL},
		/* Errors name the place and the placeholder. */
		{"{'k':['${a.nobody}']}", NULL, "/web/k/0: the placeholder ${a.nobody}"},
		{"{'a/b~':'${x}'}", NULL, "/web/a~1b~0: the placeholder ${x}"},
		{"'${a'", NULL, "well-formed"},
		{"'${'", NULL, "well-formed"},
		{"'${}'", NULL, "well-formed"},
		{"'${.a}'", NULL, "well-formed"},
		{"'${a.}'", NULL, "well-formed"},
		{"'${a..port}'", NULL, "well-formed"},
		{"'${a .port}'", NULL, "well-formed"},
		{"'${ a.port}'", NULL, "well-formed"},
		{"'${a.[\\\"port\\\"]}'", NULL, "well-formed"},
		{"'${a[\\\"port\\\"}'", NULL, "well-formed"},
		{"'${a[\\\"port]}'", NULL, "well-formed"},
		{"'${a[port]}'", NULL, "well-formed"},
		{"'${a[]}'", NULL, "well-formed"},
		{"'${a['", NULL, "well-formed"},
		{"'${a[\\\"'", NULL, "well-formed"},
		{"'${a[\\\"\\\"'", NULL, "well-formed"},
		{"'${a[\\\"\\\"]}'", NULL, "well-formed"},
		{"'${a[\\\"port\\\"]x}'", NULL, "well-formed"},
		{"'${${a.host}}'", NULL, "well-formed"},
		{"'${a.${a.host}}'", NULL, "well-formed"},
		{"'${a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q}'", NULL, "well-formed"},
		{"'${secret.pin}'", NULL, "it is a secret, which cannot be used here"},
	};
	json_t *data = parse(tree);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *in = parse(cases[i].in), *out;
		struct error err = {0};

		out = placeholder_resolve(in, "/web", look_up, data, NULL, &err);
		if (cases[i].out) {
			json_t *want = parse(cases[i].out);

			if (!out || !json_equal(out, want))
				fail_msg("%s: %s", cases[i].in, err.text);
			json_decref(want);
		} else if (out || err.kind != ERROR_INPUT || !strstr(err.text, cases[i].why)) {
			fail_msg("%s: \"%s\"", cases[i].in, err.text);
		}
		json_decref(out);
		json_decref(in);
	}
	json_decref(data);
}

static void
single_quotes_in_brackets_are_quotes_too(void **state)
{
	json_t *data = parse(tree), *in = json_string("${['a']['x y']}");
	struct error err = {0};
	json_t *out = placeholder_resolve(in, "", look_up, data, NULL, &err);

	(void)state;
	assert_int_equal(json_integer_value(out), 1);
	json_decref(out);
	json_decref(in);
	json_decref(data);
}

static void
a_string_that_touches_a_secret_is_one(void **state)
{
	json_t *data = parse(tree);
	json_t *in = parse(
		"{'a':'${a.host}','b':['x','${secret.pin}'],'c':'${a.port} ${secret.pin}',"
		"'d':'${secret.more}','e':'$\\\\{secret.pin}'}");
	json_t *want = parse("['/w/b/1','/w/c','/w/d']");
	json_t *secrets = json_array();
	struct error err = {0};
	json_t *out = placeholder_resolve(in, "/w", look_up, data, secrets, &err);

	(void)state;
	assert_non_null(out);
	assert_true(json_equal(secrets, want));
	assert_string_equal(json_string_value(json_array_get(json_object_get(out, "b"), 1)),
			    "1234");
	assert_string_equal(json_string_value(json_object_get(out, "e")), "${secret.pin}");
	json_decref(out);
	json_decref(secrets);
	json_decref(want);
	json_decref(in);
	json_decref(data);
}

static void
what_comes_out_shares_nothing_with_the_source(void **state)
{
	json_t *data = parse(tree), *in = parse("'${a.list}'");
	struct error err = {0};
	json_t *out = placeholder_resolve(in, "", look_up, data, NULL, &err);

	(void)state;
	json_array_clear(out);
	assert_int_equal(json_array_size(json_object_get(json_object_get(data, "a"), "list")), 2);
	json_decref(out);
	json_decref(in);
	json_decref(data);
}

/* --- hostile input --- */

static char *
repeat(const char *piece, size_t times)
{
	size_t length = strlen(piece);
	char *out = xmalloc(length * times + 1);

	for (size_t i = 0; i < times; i++)
		memcpy(out + i * length, piece, length);
	out[length * times] = '\0';
	return out;
}

static void
refuse(json_t *in, enum error_kind kind)
{
	json_t *data = parse(tree);
	struct error err = {0};

	assert_null(placeholder_resolve(in, "/x", look_up, data, NULL, &err));
	assert_int_equal(err.kind, kind);
	assert_true(text_is_utf8(err.text, strlen(err.text)));
	json_decref(in);
	json_decref(data);
}

static void
hostile_strings_are_refused_at_once(void **state)
{
	static const char *const pieces[] = {
		"${", "${a[", "${a.", "${a['", "${a[\"", "${['x']", "${a\xc3\xa9",
		"${\xf0\x9f\x90\x8e.", "${a.b",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		char *text = repeat(pieces[i], 10000);

		refuse(json_string(text), ERROR_INPUT);
		free(text);
	}
	/* Long names that are well formed. */
	char *name = repeat("\xc3\xa9x", 100000), *whole = xasprintf("${%s}", name);

	refuse(json_string(whole), ERROR_INPUT);
	free(name);
	free(whole);
}

static void
a_nul_is_text_outside_and_refused_inside(void **state)
{
	static const char outside[] = "a\0${a.host}\0", inside[] = "${a\0.host}",
			  quoted[] = "${a['\0']}";
	json_t *data = parse(tree), *in = json_stringn(outside, sizeof(outside) - 1);
	struct error err = {0};
	json_t *out = placeholder_resolve(in, "", look_up, data, NULL, &err);

	(void)state;
	assert_int_equal(json_string_length(out), 4);
	assert_memory_equal(json_string_value(out), "a\0h\0", 5);
	json_decref(out);
	json_decref(in);
	json_decref(data);
	refuse(json_stringn(inside, sizeof(inside) - 1), ERROR_INPUT);
	refuse(json_stringn(quoted, sizeof(quoted) - 1), ERROR_INPUT);
}

static void
nesting_of_ten_thousand_levels_is_refused(void **state)
{
	json_t *arrays = json_array(), *objects = json_object();

	(void)state;
	for (int i = 0; i < 10000; i++) {
		json_t *above = json_array();

		json_array_append_new(above, arrays);
		arrays = above;
		above = json_object();
		json_object_set_new(above, "k", objects);
		objects = above;
	}
	refuse(arrays, ERROR_LIMIT);
	refuse(objects, ERROR_LIMIT);
}

static json_t *
look_up_megabyte(void *data, const char *const *tokens, size_t count, bool *secret,
		 struct error *err)
{
	(void)tokens;
	(void)count;
	(void)secret;
	(void)err;
	return json_incref(data);
}

static void
a_small_set_cannot_become_a_large_answer(void **state)
{
	char *text = repeat("m", 1024 * 1024), *many = repeat("${a.b}", 5);
	json_t *megabyte = json_string(text), *in = json_string(many), *list = json_array();
	struct error err = {0};

	(void)state;
	assert_null(placeholder_resolve(in, "/x", look_up_megabyte, megabyte, NULL, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	for (int i = 0; i < 33; i++)
		json_array_append_new(list, json_string("${a.b}"));
	assert_null(placeholder_resolve(list, "/x", look_up_megabyte, megabyte, NULL, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	assert_non_null(strstr(err.text, "/x/32"));
	json_decref(list);
	json_decref(in);
	json_decref(megabyte);
	free(text);
	free(many);
}

/* --- properties --- */

static unsigned
draw(unsigned *seed, unsigned below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

/* Text of what matters to the scanner, and a little else. */
static void
random_text(unsigned *seed, struct buf *out)
{
	static const char *const pieces[] = {
		"$", "\\", "{", "}", "a", ".", "[", "]", "'", "\"", "${", "$\\{", "${a.host}",
		"\xc3\xa9", " ", "\n",
	};
	unsigned count = draw(seed, 12);

	buf_clear(out);
	buf_puts(out, "");
	for (unsigned i = 0; i < count; i++)
		buf_puts(out, pieces[draw(seed, sizeof(pieces) / sizeof(pieces[0]))]);
}

static void
any_text_comes_back_when_it_is_escaped(void **state)
{
	unsigned seed = SEED;
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	for (int round = 0; round < ROUNDS; round++) {
		struct error err = {0};
		char *escaped;
		json_t *in, *out;

		random_text(&seed, &text);
		escaped = placeholder_escape(buf_str(&text));
		in = json_string(escaped);
		out = placeholder_resolve(in, "", look_up, NULL, NULL, &err);
		if (!out || strcmp(json_string_value(out), buf_str(&text)) != 0)
			fail_msg("seed %u, round %d: \"%s\" became \"%s\"", SEED, round,
				 buf_str(&text), out ? json_string_value(out) : err.text);
		json_decref(out);
		json_decref(in);
		free(escaped);
	}
	buf_clear(&text);
}

/* Literal text and placeholders in turns: what comes out is the text with the values in. */
static void
text_and_placeholders_are_put_together_in_order(void **state)
{
	unsigned seed = SEED;
	json_t *data = parse(tree);
	struct buf text, written, want;

	(void)state;
	buf_init(&text, 4096);
	buf_init(&written, 65536);
	buf_init(&want, 65536);
	for (int round = 0; round < ROUNDS / 4; round++) {
		unsigned parts = 1 + draw(&seed, 5);
		struct error err = {0};
		json_t *in, *out;

		buf_clear(&written);
		buf_clear(&want);
		buf_puts(&written, " ");	/* never one placeholder alone */
		buf_puts(&want, " ");
		for (unsigned i = 0; i < parts; i++) {
			char *escaped;

			random_text(&seed, &text);
			escaped = placeholder_escape(buf_str(&text));
			buf_printf(&written, "%s%s", escaped,
				   i % 2 ? "${a.port}" : "${['a'].host}");
			buf_printf(&want, "%s%s", buf_str(&text), i % 2 ? "8080" : "h");
			free(escaped);
		}
		in = json_string(buf_str(&written));
		out = placeholder_resolve(in, "", look_up, data, NULL, &err);
		if (!out || strcmp(json_string_value(out), buf_str(&want)) != 0)
			fail_msg("seed %u, round %d: \"%s\": %s", SEED, round, buf_str(&written),
				 out ? json_string_value(out) : err.text);
		json_decref(out);
		json_decref(in);
	}
	buf_clear(&text);
	buf_clear(&written);
	buf_clear(&want);
	json_decref(data);
}

/* Anything at all: an answer or an error, and no more. */
static void
random_strings_do_no_harm(void **state)
{
	unsigned seed = SEED;
	json_t *data = parse(tree);
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	for (int round = 0; round < ROUNDS; round++) {
		struct error err = {0};
		json_t *in, *out;

		random_text(&seed, &text);
		in = json_string(buf_str(&text));
		out = placeholder_resolve(in, "", look_up, data, NULL, &err);
		assert_true((out == NULL) == (err.kind != ERROR_NONE));
		json_decref(out);
		json_decref(in);
	}
	buf_clear(&text);
	json_decref(data);
}

/* --- meanings --- */

static json_t *
find_output(void *data, const char *res_id, const char *name, bool *secret, struct error *err)
{
	json_t *outputs = json_object_get(data, res_id);

	(void)secret;
	if (!outputs)
		error_set(err, ERROR_INPUT, "no resource %s is declared", res_id);
	return json_incref(json_object_get(outputs, name));
}

static bool
find_declared(void *data, const char *res_id)
{
	return json_object_get(data, res_id) != NULL;
}

static json_t *
find_service(void *data, const char *module, struct error *err)
{
	(void)data;
	(void)err;
	return strcmp(module, "api") == 0 ? json_string("api.local") : NULL;
}

static json_t *
find_value(void *data, const char *key, bool *secret, struct error *err)
{
	(void)data;
	(void)err;
	*secret = strcmp(key, "PIN") == 0;
	return strcmp(key, "NOBODY") == 0 ? NULL : json_string(key);
}

static json_t *
find_resource(void *data, const struct reference_resource *resource, const char *name,
	      bool *secret, struct error *err)
{
	(void)data;
	(void)secret;
	(void)err;
	return json_pack("{s:s, s:s, s:s, s:{s:s}}", "type", resource->type, "class",
			 resource->resource_class ? resource->resource_class : "-", "id",
			 resource->id ? resource->id : "-", "named", "is", name);
}

static void
every_form_finds_what_it_names(void **state)
{
	static const struct {
		const char *module, *in, *out;	/* out NULL: has no value */
	} cases[] = {
		{"web", "${externals.dns.host}", "'h'"},
		{"web", "${externals.dns.tls.port}", "443"},
		{"web", "${externals.dns.tls.nobody}", NULL},
		{"web", "${externals.dns.host.deeper}", NULL},
		{"web", "${externals.dns}", NULL},
		{"web", "${externals.nobody.host}", NULL},
		{NULL, "${externals.dns.host}", NULL},
		{"web", "${shared.main-db.host}", "'dbhost'"},
		{"web", "${shared['main-db'].host}", "'dbhost'"},
		{"web", "${[\"shared\"][\"main-db\"][\"host\"]}", "'dbhost'"},
		{NULL, "${shared.main-db.host}", NULL},
		{"web", "${modules.api.service.name}", "'api.local'"},
		{"web", "${modules.nobody.service.name}", NULL},
		{"web", "${modules.api.service.port}", NULL},
		{"api", "${modules.web.externals.dns.host}", "'h'"},
		{"api", "${modules.web.externals.dns}", NULL},
		{"web", "${values.KEY}", "'KEY'"},
		{"web", "${values.a.b-c.d}", "'a.b-c.d'"},
		{"web", "${values['a.b'].c}", "'a.b.c'"},
		{"web", "${values}", NULL},
		{"web", "${values.NOBODY}", NULL},
		{NULL, "${values.KEY}", "'KEY'"},
		{"web", "${context.org.id}", "'o'"},
		{"web", "${context.app.id}", "'a'"},
		{"web", "${context.env.id}", "'e'"},
		{"web", "${context.env.type}", "'t'"},
		{"web", "${context.env.name}", "'n'"},
		{"web", "${context.deployment.id}", "'d'"},
		{"web", "${context.set.id}", "'s'"},
		{"web", "${context.res.id}", NULL},	/* not known in a module */
		{NULL, "${context.res.type}-${context.res.class}-${context.res.guresid}", "'dns-big-g'"},
		{NULL, "${params.size.gb}", "3"},
		{NULL, "${params.nobody}", NULL},
		{NULL, "${params}", NULL},
		{"web", "${context.env.id.x}", NULL},
		{"web", "${context.env.nobody}", NULL},
		{"web", "${resources.dns.host}", "'h'"},	/* its own before the shared one */
		{"api", "${resources.dns.host}", "'shared'"},
		{"web", "${resources.nobody.host}", NULL},
		{NULL, "${resources['config.default#app'].outputs.region.named}", "{'is':'region'}"},
		{NULL, "${resources['config.default#app'].outputs.region.class}", "'default'"},
		{NULL, "${resources['config.default#app'].outputs.region.id}", "'app'"},
		{NULL, "${resources['config#modules.a.externals.b'].outputs.x.id}",
		 "'modules.a.externals.b'"},
		{NULL, "${resources['config#modules.a.externals.b'].outputs.x.class}", "'-'"},
		{NULL, "${resources['acme/config.big'].outputs.x.type}", "'acme/config'"},
		{NULL, "${resources.config.outputs.x.type}", "'config'"},
		{NULL, "${resources['.c'].outputs.x}", NULL},
		{NULL, "${resources['c.'].outputs.x}", NULL},
		{NULL, "${resources['c#'].outputs.x}", NULL},
		{NULL, "${resources['c'].inputs.x}", NULL},
		{"web", "${pods.web}", NULL},
	};
	json_t *outputs = parse(
		"{'shared.main-db':{'host':'dbhost'},'shared.dns':{'host':'shared'},"
		"'modules.web.externals.dns':{'host':'h','tls':{'port':443}}}");

	json_t *locals = parse("{'params':{'size':{'gb':3}}}");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reference_source source = {
			.data = outputs, .module = cases[i].module,
			.context = {.org_id = "o", .app_id = "a", .env_id = "e", .env_type = "t",
				    .env_name = "n", .deployment_id = "d", .set_id = "s",
				    .res_type = "dns", .res_class = "big", .res_guresid = "g"},
			.locals = locals,
			.output = find_output, .is_declared = find_declared,
			.service = find_service, .value = find_value, .resource = find_resource,
		};
		json_t *in = json_string(cases[i].in), *want = NULL, *out;
		struct error err = {0};

		out = placeholder_resolve(in, "/spec", reference_look_up, &source, NULL, &err);
		if (cases[i].out)
			want = parse(cases[i].out);
		if (want ? !out || !json_equal(out, want) : out || !strstr(err.text, cases[i].in))
			fail_msg("%s: %s", cases[i].in, err.text);
		json_decref(want);
		json_decref(out);
		json_decref(in);
	}
	json_decref(locals);
	json_decref(outputs);
}

static void
a_secret_value_is_known_as_one(void **state)
{
	struct reference_source source = {.module = "web", .value = find_value};
	json_t *in = parse("{'a':'${values.PIN}','b':'${values.KEY}'}"), *secrets = json_array();
	struct error err = {0};
	json_t *out = placeholder_resolve(in, "/spec", reference_look_up, &source, secrets, &err);

	(void)state;
	assert_non_null(out);
	assert_int_equal(json_array_size(secrets), 1);
	assert_string_equal(json_string_value(json_array_get(secrets, 0)), "/spec/a");
	json_decref(out);
	json_decref(secrets);
	json_decref(in);
}

/* Which strings of a workload are looked at: the public API's, and those of the extension. */
static void
a_workload_has_them_in_few_places(void **state)
{
	static const struct {
		const char *pointer;
		bool is_public, is_any;
	} cases[] = {
		{"/spec/containers/web/variables/A", true, true},
		{"/spec/containers/a~1b/variables/A", true, true},
		{"/spec/containers/web/files/~1etc~1x/value", true, true},
		{"/spec/labels/team", true, true},
		{"/spec/pod/labels/team", true, true},
		{"/spec/service/labels/team", true, true},
		{"/spec/deployment/labels/team", true, true},
		{"/spec/job/labels/team", true, true},
		{"/spec/cronjob/labels/team", true, true},
		{"/spec/pod/initContainers/0/env/0/value", true, true},
		{"/spec/schedules/night/containers/web/variables/A", true, true},
		{"/spec/containers/web/readiness_probe/port", false, true},
		{"/spec/containers/web/liveness_probe/command/0", false, true},
		{"/spec/secrets/mail/data/key", false, true},
		{"/spec/containers/web/args/0", false, false},
		{"/spec/containers/web/command/0", false, false},
		{"/spec/containers/web/image", false, false},
		{"/spec/containers/web/variables2/A", false, false},
		{"/spec/containers/variables/args/0", false, false},
		{"/spec/containers/labels/args/0", false, false},
		{"/spec/volumes/labels/x", false, false},
		{"/spec/variables/A", false, false},
		{"/externals/db/params/size", true, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(workload_place_is_public(cases[i].pointer), cases[i].is_public);
		assert_int_equal(workload_place_is_any(cases[i].pointer), cases[i].is_any);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_placeholder_is_replaced_by_what_it_names),
		cmocka_unit_test(single_quotes_in_brackets_are_quotes_too),
		cmocka_unit_test(a_string_that_touches_a_secret_is_one),
		cmocka_unit_test(what_comes_out_shares_nothing_with_the_source),
		cmocka_unit_test(hostile_strings_are_refused_at_once),
		cmocka_unit_test(a_nul_is_text_outside_and_refused_inside),
		cmocka_unit_test(nesting_of_ten_thousand_levels_is_refused),
		cmocka_unit_test(a_small_set_cannot_become_a_large_answer),
		cmocka_unit_test(any_text_comes_back_when_it_is_escaped),
		cmocka_unit_test(text_and_placeholders_are_put_together_in_order),
		cmocka_unit_test(random_strings_do_no_harm),
		cmocka_unit_test(every_form_finds_what_it_names),
		cmocka_unit_test(a_secret_value_is_known_as_one),
		cmocka_unit_test(a_workload_has_them_in_few_places),
	};

	return cmocka_run_group_tests_name("placeholder", tests, NULL, NULL);
}
