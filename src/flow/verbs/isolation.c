/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What of a clone leads to its source, for its review: the reads that only this needs, and the
 * findings in words.  What could not be read is a finding as well, since nobody knows then.
 */
#include "config.h"

#include "flow/verbs/isolation.h"

#include <stdlib.h>
#include <string.h>

#include "api/operations.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "compare/field-words.h"
#include "compare/isolation.h"
#include "flow/context/context.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/review.h"
#include "flow/world/world.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/set.h"

/* One line of a message: it is for a person, who then looks. */
#define IDS_BYTES_MAX 400

/* --- reading --- */

static void
note_unread(char **why, const struct error *error)
{
	free(*why);
	*why = xstrdup(error->text);
}

static void
got_resources(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	json_t *body;
	size_t i;

	flow->call = NULL;
	json_decref(flow->outputs);
	flow->outputs = json_object();
	if (reply->error.kind != ERROR_NONE) {
		note_unread(&flow->outputs_unread, &reply->error);
		flow_next_phase(flow);
		return;
	}
	json_array_foreach(reply->body, i, body) {
		struct active_resource resource;

		active_resource_read(&resource, body);
		/* Several types may have one id: what matters is all that they say. */
		if (resource.outputs) {
			char *key = xasprintf("%s %zu", untrusted_raw(&resource.res_id), i);

			json_object_set(flow->outputs, key, resource.outputs);
			free(key);
		}
		active_resource_clear(&resource);
	}
	flow_next_phase(flow);
}

void
read_source_outputs(struct flow *flow)
{
	flow->call = api_list_active_resources(session_api(flow->session), flow->request.org,
					       flow->request.app, flow->request.source,
					       got_resources, flow);
}

/* The platform lists them in one array; where another one groups
 * them by type, both are read. */
static void
got_definitions(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	definitions_clear(&flow->definitions);
	flow->definitions_known = reply->error.kind == ERROR_NONE;
	if (flow->definitions_known)
		definitions_read(&flow->definitions, reply->body);
	else
		note_unread(&flow->definitions_unread, &reply->error);
	flow_next_phase(flow);
}

void
read_definitions(struct flow *flow)
{
	flow->call = api_list_definitions(session_api(flow->session), flow->request.org,
					  got_definitions, flow);
}

/* What a resource is made from and for which environments; not when that was written. */
static json_t *
stable_part(const struct definition *definition)
{
	static const char *const members[] = {
		"id",	    "type",	 "driver_type", "driver_inputs", "driver_account",
		"criteria", "provision", "is_deleted",
	};
	json_t *kept = json_object();

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		json_t *member = json_object_get(definition->document, members[i]);

		if (member)
			json_object_set(kept, members[i], member);
	}
	return kept;
}

/* What others define for environments of their own changes nothing of the clone. */
static bool
may_serve_clone(const struct flow *flow, const struct definition *definition)
{
	return match_may_serve(definition, &(struct match_request){
						   .app_id = flow->request.app,
						   .env_id = flow->request.env,
						   .env_type = flow->request.type,
					   });
}

/* By id. */
static json_t *
stable_parts(const struct flow *flow, const struct definitions *definitions)
{
	json_t *parts = json_object();

	for (size_t i = 0; i < definitions->count; i++) {
		const struct definition *definition = &definitions->items[i];

		if (may_serve_clone(flow, definition))
			json_object_set_new(parts, untrusted_raw(&definition->id),
					    stable_part(definition));
	}
	return parts;
}

char *
flow_other_definitions(const struct flow *flow, const struct definitions *was,
		       const struct definitions *now)
{
	json_t *const parts[] = {stable_parts(flow, was), stable_parts(flow, now)};
	json_t *part, *other;
	const char *id;
	struct buf ids;

	buf_init(&ids, IDS_BYTES_MAX);
	for (size_t k = 0; k < 2; k++)
		json_object_foreach(parts[k], id, part) {
			other = json_object_get(parts[1 - k], id);
			/* One that is in both is named once. */
			if ((other && k > 0) || (other && json_equal(part, other)))
				continue;
			(void)buf_printf(&ids, "%s%s", ids.length ? ", " : "", id);
		}
	json_decref(parts[0]);
	json_decref(parts[1]);
	return buf_take(&ids);
}

/* The order of a list says nothing, so it must not make another hash. */
static int
compare_definitions(const void *left, const void *right)
{
	const struct definition *a = *(const struct definition *const *)left;
	const struct definition *b = *(const struct definition *const *)right;

	return strcmp(untrusted_raw(&a->id), untrusted_raw(&b->id));
}

char *
flow_definitions_hash(const struct flow *flow, const struct definitions *definitions)
{
	size_t count = definitions->count, i;
	const struct definition **sorted = xcalloc(count + 1, sizeof(*sorted));
	char hash[IDS_SHA256_B64_SIZE], *text;
	json_t *stable = json_array();

	for (i = 0; i < count; i++)
		sorted[i] = &definitions->items[i];
	qsort(sorted, count, sizeof(*sorted), compare_definitions);
	for (i = 0; i < count; i++)
		if (may_serve_clone(flow, sorted[i]))
			json_array_append_new(stable, stable_part(sorted[i]));
	text = json_canonical(stable);
	ids_sha256_b64(hash, text, strlen(text));
	free(text);
	free(sorted);
	json_decref(stable);
	return xstrdup(hash);
}

/* --- what is looked at --- */

static void
add_name(json_t *names, const char *name)
{
	json_t *known;
	size_t i;

	json_array_foreach(names, i, known)
		if (strcmp(json_string_value(known), name) == 0)
			return;
	if (*name)
		json_array_append_new(names, json_string(name));
}

/* The source, and whatever is protected. */
static json_t *
foreign_names(const struct flow *flow)
{
	const struct world_application *app = world_application(
		session_world(flow->session), flow->request.org, flow->request.app);
	json_t *names = json_array();

	add_name(names, flow->request.source);
	add_name(names, untrusted_raw(&flow->source.environment.name));
	for (size_t i = 0; app && i < app->count; i++) {
		const struct environment *e = &app->environments[i].environment;

		if (!app->environments[i].is_protected || untrusted_is(&e->id, flow->request.env))
			continue;
		add_name(names, untrusted_raw(&e->id));
		add_name(names, untrusted_raw(&e->name));
	}
	return names;
}

static json_t *
texts_of(const struct values *values)
{
	json_t *texts = json_object();

	for (size_t i = 0; i < values->count; i++)
		if (values->items[i].text && !values->items[i].is_secret)
			json_object_set_new(texts, values->items[i].key,
					    json_string(values->items[i].text));
	return texts;
}

struct looked_at {
	struct isolation isolation;
	json_t *foreign, *own, *values;
};

static void
look_begin(struct looked_at *l, const struct flow *flow)
{
	const struct flow_request *request = &flow->request;

	l->foreign = foreign_names(flow);
	l->own = json_array();
	add_name(l->own, request->env);
	add_name(l->own, request->name ? request->name : "");
	l->values = texts_of(&flow->values_result.list);
	l->isolation = (struct isolation){
		.set = flow->result ? flow->result : flow->base,
		.values = l->values,
		.foreign = l->foreign,
		.own = l->own,
		.outputs = flow->outputs,
		.definitions = flow->definitions_known ? &flow->definitions : NULL,
		.source = {.app_id = request->app,
			   .env_id = request->source,
			   .env_type = untrusted_raw(&flow->source.environment.type)},
		.clone = {.app_id = request->app,
			  .env_id = request->env,
			  .env_type = request->type},
	};
}

static void
look_end(struct looked_at *l)
{
	json_decref(l->foreign);
	json_decref(l->own);
	json_decref(l->values);
}

/* --- in words --- */

/* What a person typed for the clone is not in the source. */
static char *
words_of_one(const struct isolation_finding *f, const char *where, const char *source,
	     bool is_typed)
{
	char *words = NULL;

	switch (f->kind) {
	case ISOLATION_ENVIRONMENT:
		words = xasprintf(_("%s names %s: %s"), where, f->names, f->text);
		break;
	case ISOLATION_SAME_HOST:
		words = xasprintf(_("%s leads to %s, which %s uses: %s"), where, f->names,
				  source, f->text);
		break;
	case ISOLATION_FIXED_HOST:
		words = is_typed ? xasprintf(_("%s leads to the host %s: %s"), where, f->names,
					     f->text)
				 : xasprintf(_("%s leads to the host %s, as in %s: %s"), where,
					     f->names, source, f->text);
		break;
	case ISOLATION_ADDRESS:
		words = is_typed ? xasprintf(_("%s leads to the address %s: %s"), where,
					     f->names, f->text)
				 : xasprintf(_("%s leads to the address %s, as in %s: %s"),
					     where, f->names, source, f->text);
		break;
	case ISOLATION_RESOURCE:
		words = xasprintf(
			_("%s is the same resource as in %s: the definition %s gives it to both"),
			where, source, f->names);
		break;
	case ISOLATION_IDENTITY:
		words = xasprintf(_("%s is the cloud account of %s: %s"), f->where, source,
				  f->names);
		break;
	case ISOLATION_QUEUE:
		words = xasprintf(_("%s may receive what is meant for %s: %s"), f->where, source,
				  f->names);
		break;
	case ISOLATION_LOCK:
		words = xasprintf(_("%s may be a lock that %s holds, too: %s"), where, source,
				  f->names);
		break;
	case ISOLATION_HOLDER:
		words = xasprintf(_("%s lets an account of another namespace hold locks: %s"), where,
				  f->names);
		break;
	case ISOLATION_CLUSTER:
		words = xasprintf(_("%s is outside the namespace, and %s uses it, too: %s"), where,
				  source, f->names);
		break;
	case ISOLATION_KIND_COUNT:
		break;
	}
	return words;
}

static char *
words_of(const struct flow *flow, const struct isolation_finding *f, bool is_typed)
{
	char *where = field_place_words(flow->result ? flow->result : flow->base, f->where);
	char *words = words_of_one(f, where, flow->request.source, is_typed), *more;

	free(where);
	if (f->places > 1) {
		more = xasprintf(ngettext("%s (and %zu more place)", "%s (and %zu more places)",
					  f->places - 1),
				 words, f->places - 1);
		free(words);
		words = more;
	}
	return words;
}

static enum flow_value_kind
decision_about(const struct flow *flow, const char *key)
{
	for (const struct flow_value *v = flow->request.values; v && v->key; v++)
		if (strcmp(v->key, key) == 0)
			return v->kind;
	for (size_t i = 0; i < flow->question_count; i++)
		if (strcmp(flow->questions[i].key, key) == 0)
			return flow->questions[i].chosen;
	return FLOW_VALUE_UNDECIDED;
}

/* What a person decided about the string that the finding is in. */
static enum flow_value_kind
decision_on(const struct flow *flow, const struct isolation_finding *f)
{
	if (f->places != 1)
		return FLOW_VALUE_UNDECIDED;
	if (json_object_get(flow->changed, f->where))
		return FLOW_VALUE_TEXT;
	return strncmp(f->where, "values/", 7) == 0 ? decision_about(flow, f->where + 7)
						    : FLOW_VALUE_UNDECIDED;
}

/* A string that a person chose to copy, or typed, was decided on then; but nobody types the
 * source's own by intention. */
static bool
was_chosen(const struct flow *flow, const struct isolation_finding *f)
{
	enum flow_value_kind decision = decision_on(flow, f);

	if (json_object_get(flow->acknowledged, f->id))
		return true;
	return decision == FLOW_VALUE_COPY ||
	       (decision == FLOW_VALUE_TEXT &&
		(f->kind == ISOLATION_FIXED_HOST || f->kind == ISOLATION_ADDRESS));
}

/* The string that a finding is in, where a person can change it; NULL: it is in none, or in
 * several. */
static char *
string_of(const struct flow *flow, const struct isolation_finding *f)
{
	struct pointer pointer;
	const char *text = NULL;
	char *copied;
	json_t *body;

	if (f->places != 1)
		return NULL;
	if (strncmp(f->where, "values/", 7) == 0) {
		const struct value *value = values_find(&flow->values_result.list, f->where + 7);

		return value && value->text && !value->is_secret ? xstrdup(value->text) : NULL;
	}
	if (f->where[0] != '/' || pointer_parse(&pointer, f->where, NULL) != 0)
		return NULL;
	body = set_encode(flow->result);
	text = json_string_value(pointer_find(body, &pointer));
	copied = text ? xstrdup(text) : NULL;
	json_decref(body);
	pointer_clear(&pointer);
	return copied;
}

void
review_isolation(struct flow *flow)
{
	static const char *const kinds[ISOLATION_KIND_COUNT] = {
		[ISOLATION_ENVIRONMENT] = "environment", [ISOLATION_SAME_HOST] = "same-host",
		[ISOLATION_FIXED_HOST] = "fixed-host", [ISOLATION_ADDRESS] = "address",
		[ISOLATION_RESOURCE] = "resource", [ISOLATION_IDENTITY] = "identity",
		[ISOLATION_QUEUE] = "queue", [ISOLATION_LOCK] = "lock",
		[ISOLATION_HOLDER] = "holder", [ISOLATION_CLUSTER] = "cluster",
	};
	struct review *review = &flow->review;
	struct isolation_findings findings;
	struct looked_at looked;

	look_begin(&looked, flow);
	isolation_find(&findings, &looked.isolation);
	for (size_t i = 0; i < findings.count; i++) {
		const struct isolation_finding *f = &findings.items[i];

		struct review_finding *finding = review_finding_add(
			review, f->id, kinds[f->kind],
			words_of(flow, f, decision_on(flow, f) == FLOW_VALUE_TEXT));

		finding->is_acknowledged = was_chosen(flow, f);
		finding->where = xstrdup(f->where);
		finding->was = string_of(flow, f);
	}
	isolation_clear(&findings);
	look_end(&looked);
	if (flow->outputs_unread)
		review_finding_add(
			review, "unread-resources", "unknown",
			xasprintf(
				_("The resources of %s could not be read, so their hosts were not "
				  "looked for: %s"),
				flow->request.source, flow->outputs_unread));
	if (flow->definitions_unread)
		review_finding_add(
			review, "unread-definitions", "unknown",
			xasprintf(_("It is not known whether the clone shares a resource with %s, "
				    "because the resource definitions could not be read: %s"),
				  flow->request.source, flow->definitions_unread));
}

char *
flow_value_leads(const struct flow *flow, const char *key, const char *text)
{
	struct isolation_findings findings;
	struct looked_at looked;
	char *where = xasprintf("values/%s", key), *words = NULL;

	look_begin(&looked, flow);
	isolation_find_in_text(&findings, &looked.isolation, where, text);
	if (findings.count > 0)
		words = xstrdup(findings.items[0].names);
	isolation_clear(&findings);
	look_end(&looked);
	free(where);
	return words;
}
