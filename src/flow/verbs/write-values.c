/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The values that a deployment changes, at the environment's own level: written one by one
 * before it, looked at once more, and put back when it is refused.
 *
 * Between two writes anybody may write as well.  So after the last one the list of versions
 * must say that nothing but ours was done since the review; the deployment then names the
 * version that was looked at, and what comes later does not matter to it.  Where the platform
 * takes values in the deploy request itself (extension "deploy-values"), none of this is
 * needed: one request, one transaction.
 *
 * Every write gives a key the value that it shall have, so to repeat one is safe, and to find
 * out whether it has happened is to read the values.
 */
#include "config.h"

#include "flow/verbs/write-values.h"

#include <stdlib.h>
#include <string.h>

#include "api/operations.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/reads-values.h"
#include "model/json.h"
#include "model/members.h"
#include "model/pointer.h"
#include "model/shared-value.h"

/* Not where a secret of a foreign store is among them: the request has no form for that. */
bool
flow_can_send_together(const struct flow *flow)
{
	const struct value_changes *changes = &flow->value_changes;

	if (!api_has_extension(session_api(flow->session), EXTENSION_DEPLOY_VALUES))
		return false;
	for (size_t i = 0; i < changes->count; i++) {
		const struct value_change *change = &changes->items[i];

		if ((change->kind == VALUE_RESTORE && !change->fingerprint) ||
		    (change->store && !value_store_is_own(change->store)))
			return false;
	}
	return true;
}

/* A secret by where it lies: one of another environment, or what this one was. */
static void
refer_to_secret(struct value_request *out, const struct flow *flow,
		const struct value_change *change)
{
	const struct flow_request *r = &flow->request;

	out->is_secret = true;
	untrusted_init(&out->secret_ref.store, VALUE_OWN_STORE);
	out->secret_ref.key.raw = change->store_key
					  ? xstrdup(change->store_key)
					  : xasprintf("orgs/%s/apps/%s/envs/%s/values/%s", r->org,
						      r->app, r->env, change->key);
	untrusted_init(&out->secret_ref.version, change->fingerprint);
}

static void
add_to_request(struct values_request *out, const struct flow *flow,
	       const struct value_change *change)
{
	struct value_request value = {.is_secret = change->is_secret};

	if (change->kind == VALUE_DELETE) {
		member_texts_add(&out->deleted, &out->deleted_count, change->key);
		return;
	}
	untrusted_init(&value.key, change->key);
	if (change->kind == VALUE_RESTORE || change->store) {
		untrusted_init(&value.description, change->description);
		refer_to_secret(&value, flow, change);
	} else {
		untrusted_init(&value.value, change->text ? change->text : "");
		untrusted_init(&value.description, change->description ? change->description : "");
	}
	values_request_add(out, &value);
}

static json_t *
encode_changes(const struct flow *flow, const char *base)
{
	const struct value_changes *changes = &flow->value_changes;
	struct values_request request = {0};
	json_t *body;

	untrusted_init(&request.base, base);
	for (size_t i = 0; i < changes->count; i++)
		add_to_request(&request, flow, &changes->items[i]);
	body = values_request_encode(&request);
	values_request_clear(&request);
	return body;
}

/* "base" makes the platform refuse when the values moved since the review. */
json_t *
flow_values_in_request(const struct flow *flow)
{
	if (flow->value_changes.count == 0 || !flow->values_now.known || !flow->values_together)
		return NULL;
	return encode_changes(flow, flow->review.values_version);
}

/* A null would say that there are none. */
json_t *
flow_values_to_review(const struct flow *flow)
{
	json_t *body;

	if (flow->value_changes.count == 0)
		return NULL;
	body = encode_changes(flow, NULL);
	json_object_del(body, "base");
	return body;
}

static bool
are_in_request(const struct flow *flow)
{
	json_t *values = flow_values_in_request(flow);

	json_decref(values);
	return values != NULL;
}

/* --- what there is, what there shall be --- */

/* What the values will be is computed here as well, to be compared with what was written. */
static void
apply(struct flow *flow)
{
	values_clear(&flow->values_result.list);
	values_apply(&flow->values_result.list, &flow->values_now.list, &flow->value_changes,
		     flow->values_app.known ? &flow->values_app.list : NULL);
	flow->values_result.known = true;
	flow->then_loaded(flow);
}

/* Needed where a value of the environment's own is deleted: then the application's shows. */
static void
load_application(struct flow *flow)
{
	if (!flow->values_now.known && flow->review.values_version) {
		flow_fail_text(flow, ERROR_STALE,
			       _("The values of %s that were reviewed cannot be read any more; "
				 "review it again"),
			       flow->request.env);
		return;
	}
	flow->values_now.known = true;
	if (flow->value_changes.count == 0) {
		apply(flow);
		return;
	}
	flow->then_read = apply;
	flow_read_values(flow, NULL, NULL, &flow->values_app);
}

/* After a crash the lists are not in memory: the pinned version is read again.  The
 * application's values are read with it, since a key that is deleted then has theirs. */
void
flow_load_values(struct flow *flow, flow_phase *then)
{
	flow->then_loaded = then;
	if (flow->values_result.known || !flow->values_now.known) {
		then(flow);
	} else if (!flow->review.values_version) {
		load_application(flow);
	} else {
		flow->then_read = load_application;
		flow_read_values(flow, flow->request.env, flow->review.values_version,
				 &flow->values_now);
	}
}

static void
keep_version(struct flow *flow, const char *version)
{
	char *kept = version ? xstrdup(version) : NULL;

	free(flow->values_version);
	flow->values_version = kept;
}

/* --- putting back --- */

static void put_back_next(struct flow *flow);

/* A value that cannot be put back is said and does not keep the others from going back. */
static void
put_back(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	const char *key = flow->value_changes.items[flow->value_at].key;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE && reply->error.kind != ERROR_NOT_FOUND) {
		struct error why = flow->put_back_for;

		error_set(&flow->put_back_for, why.kind,
			  _("%s The value %s could not be put back: %s"), why.text, key,
			  reply->error.text);
	}
	flow->value_at++;
	put_back_next(flow);
}

/* A key that was not there is deleted, another is restored from the pinned version; without
 * versions it is written as it was read. */
static void
send_back(struct flow *flow, const struct value_change *change)
{
	const struct value *old = values_find_own(&flow->values_now.list, change->key);
	struct api *api = session_api(flow->session);
	const struct flow_request *r = &flow->request;

	if (!old)
		flow->call = api_delete_value(api, r->org, r->app, r->env, change->key, put_back,
					      flow);
	else if (flow->review.values_version)
		flow->call = api_restore_value(api, r->org, r->app, r->env,
					       flow->review.values_version, change->key, put_back,
					       flow);
	else
		flow->call = api_put_value(api, r->org, r->app, r->env,
					   &(struct api_value){ .key = old->key, .text = old->text,
								.description = old->description,
								.is_there = true },
					   put_back, flow);
}

/* Only what is still ours: what somebody else made of a key meanwhile is theirs. */
static void
put_back_next(struct flow *flow)
{
	const struct value_changes *changes = &flow->value_changes;
	struct error why;

	while (flow->value_at < changes->count &&
	       (!value_change_is_made(&changes->items[flow->value_at], &flow->values_seen.list) ||
		value_change_is_made(&changes->items[flow->value_at], &flow->values_now.list)))
		flow->value_at++;
	if (flow->value_at < changes->count) {
		send_back(flow, &changes->items[flow->value_at]);
		return;
	}
	why = flow->put_back_for;
	flow->put_back_for.kind = ERROR_NONE;
	flow_fail(flow, &why);
}

/* Read again: somebody may have changed one of them since. */
static void
read_before_putting_back(struct flow *flow)
{
	flow->value_at = 0;
	flow->then_read = put_back_next;
	flow_read_values(flow, flow->request.env, NULL, &flow->values_seen);
}

/* Once: what fails while putting back does not begin it again. */
void
flow_put_values_back(struct flow *flow, const struct error *error)
{
	struct error copied = *error;

	if (flow->value_changes.count == 0 || !flow->values_now.known ||
	    flow->put_back_for.kind != ERROR_NONE) {
		flow_fail(flow, &copied);
		return;
	}
	flow->put_back_for = copied;
	flow_load_values(flow, read_before_putting_back);
}

/* --- writing --- */

static void write_next(struct flow *flow);

/* Whether the platform certainly did nothing, now and the next time. */
static bool
is_refusal(enum error_kind kind)
{
	return kind == ERROR_INPUT || kind == ERROR_NOT_FOUND || kind == ERROR_CONFLICT ||
	       kind == ERROR_ACCESS || kind == ERROR_STALE || kind == ERROR_PROTOCOL;
}

/* 404 for what is to be deleted is what was wanted. */
static void
wrote(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	const struct value_change *change = &flow->value_changes.items[flow->value_at];

	flow->call = NULL;
	if (reply->error.kind == ERROR_NONE ||
	    (reply->error.kind == ERROR_NOT_FOUND && change->kind == VALUE_DELETE)) {
		flow->value_at++;
		write_next(flow);
	} else if (is_refusal(reply->error.kind)) {
		flow_put_values_back(flow, &reply->error);
	} else {
		flow_reply_failed(flow, reply);
	}
}

/* A secret without a text was typed by a person and is not in the journal, on purpose. */
static void
send_change(struct flow *flow, const struct value_change *change)
{
	struct api *api = session_api(flow->session);
	const struct flow_request *r = &flow->request;
	const struct values *seen = flow->values_seen.known ? &flow->values_seen.list
							    : &flow->values_now.list;
	struct error err = { 0 };

	switch (change->kind) {
	case VALUE_DELETE:
		flow->call = api_delete_value(api, r->org, r->app, r->env, change->key, wrote,
					      flow);
		return;
	case VALUE_RESTORE:
		flow->call = api_restore_value(api, r->org, r->app, r->env, change->version_id,
					       change->key, wrote, flow);
		return;
	case VALUE_SET:
		break;
	}
	if (!change->text && !change->store) {
		error_set(&err, ERROR_INPUT,
			  _("The secret %s is not kept in the history, so it cannot be written "
			    "again. Give it once more in a new operation."),
			  change->key);
		flow_put_values_back(flow, &err);
		return;
	}
	flow->call = api_put_value(
		api, r->org, r->app, r->env,
		&(struct api_value){ .key = change->key, .text = change->text,
				     .description = change->description,
				     .is_secret = change->is_secret, .store = change->store,
				     .store_key = change->store_key,
				     .store_version = change->store_version,
				     .is_there = values_find_own(seen, change->key) != NULL },
		wrote, flow);
}

/* Whatever has its value already is passed over, which is what makes a repeat safe. */
static void
write_next(struct flow *flow)
{
	const struct value_changes *changes = &flow->value_changes;

	while (flow->values_seen.known && flow->value_at < changes->count &&
	       value_change_is_made(&changes->items[flow->value_at], &flow->values_seen.list))
		flow->value_at++;
	if (flow->value_at == changes->count) {
		flow_step_done(flow);
		return;
	}
	if (flow->value_at == 0 && !flow_may_send(flow))
		return;
	flow_detail(flow, "%s", changes->items[flow->value_at].key);
	flow->steps[flow->step].done = (int)flow->value_at;
	flow->steps[flow->step].wanted = (int)changes->count;
	send_change(flow, &changes->items[flow->value_at]);
}

/* What is there already was written by us before, or needs no writing. */
static void
write_what_is_missing(struct flow *flow)
{
	flow->value_at = 0;
	write_next(flow);
}

/* After a lost answer or a crash: which of them are there is read, not guessed. */
static void
read_and_write(struct flow *flow)
{
	flow->then_read = write_what_is_missing;
	flow_read_values(flow, flow->request.env, NULL, &flow->values_seen);
}

/* Whether two lists are equal but for what we write. */
static bool
are_equal_beside_ours(const struct flow *flow, const struct values *a, const struct values *b)
{
	struct values x, y;
	bool equal;

	values_copy(&x, a);
	values_copy(&y, b);
	for (size_t i = 0; i < flow->value_changes.count; i++) {
		values_drop(&x, flow->value_changes.items[i].key);
		values_drop(&y, flow->value_changes.items[i].key);
	}
	equal = values_equal(&x, &y);
	values_clear(&x);
	values_clear(&y);
	return equal;
}

/* A new environment sees the application's values, in whatever version they have there. */
static void
see_new_environment(struct flow *flow)
{
	const struct values *seen = &flow->values_seen.list;

	if (!are_equal_beside_ours(flow, seen, &flow->values_now.list)) {
		flow_fail_text(flow, ERROR_STALE,
			       _("The values of %s changed since the review; %s was created, and "
				 "nothing was deployed to it. Discard it, and clone again."),
			       flow->request.app, flow->request.env);
		return;
	}
	free(flow->review.values_version);
	flow->review.values_version = seen->version_id ? xstrdup(seen->version_id) : NULL;
	if (flow->value_changes.count == 0 || are_in_request(flow))
		flow_step_done(flow);
	else
		write_what_is_missing(flow);
}

static void
look_at_new_environment(struct flow *flow)
{
	flow->then_read = see_new_environment;
	flow_read_values(flow, flow->request.env, NULL, &flow->values_seen);
}

/* Values that could not be read when it was reviewed are not touched. */
void
write_values(struct flow *flow)
{
	if (!flow->values_now.known)
		flow_step_done(flow);
	else if (flow->request.verb == FLOW_CLONE)
		flow_load_values(flow, look_at_new_environment);
	else if (flow->value_changes.count == 0 || are_in_request(flow))
		flow_step_done(flow);
	else
		write_what_is_missing(flow);
}

/* As write_values(), but for a step whose requests may have been sent before. */
void
settle_values(struct flow *flow)
{
	if (!flow->values_now.known || flow->value_changes.count == 0 || are_in_request(flow))
		flow_step_done(flow);
	else
		flow_load_values(flow, read_and_write);
}

/* --- looking once more --- */

/* Whether a version changed only keys that we write. */
static bool
is_ours(const struct flow *flow, const struct value_set_version *version)
{
	const json_t *operation;
	size_t i;

	json_array_foreach(version->change, i, operation) {
		const char *path = json_member_string(operation, "path");
		struct pointer pointer;
		bool ours;

		if (!path || pointer_parse(&pointer, path, NULL) != 0)
			return false;
		ours = pointer.count > 0 &&
		       value_changes_find(&flow->value_changes, pointer.tokens[0]) != NULL;
		pointer_clear(&pointer);
		if (!ours)
			return false;
	}
	return true;
}

/* Whether there is a version that somebody else made since the review, as far as the list goes. */
static bool
find_stranger(const struct flow *flow, const json_t *versions, struct value_set_version *out)
{
	const char *pinned = flow->review.values_version;

	*out = (struct value_set_version){0};
	for (size_t i = 0; pinned && i < json_array_size(versions); i++) {
		value_set_version_read(out, json_array_get(versions, i));
		if (untrusted_is(&out->id, pinned))
			break;
		if (!is_ours(flow, out))
			return true;
		value_set_version_clear(out);
	}
	return false;
}

/* What we wrote is taken back first: a deployment that is refused must leave nothing. */
static void
refuse(struct flow *flow, const char *who)
{
	struct error err = { 0 };

	error_set(&err, ERROR_STALE,
		  _("The values of %s were changed by %s while ours were written; ours were put "
		    "back, and nothing was deployed. Review it again."),
		  flow->request.env, *who ? who : _("somebody else"));
	flow_put_values_back(flow, &err);
}

/* The result was computed before anything was written; what is there must be exactly that,
 * and must have been written by nobody else on the way. */
static void
look(struct flow *flow, const struct values *newest, bool is_changed, const char *who)
{
	if (is_changed || !values_equal(newest, &flow->values_result.list)) {
		refuse(flow, who);
		return;
	}
	keep_version(flow, newest->version_id);
	flow->then_checked(flow);
}

static void
look_at_seen(struct flow *flow)
{
	look(flow, &flow->values_seen.list, false, "");
}

/* A platform without versions has only the values themselves to be looked at. */
static void
got_versions(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	const json_t *newest = json_array_get(reply->body, 0);
	struct value_set_version stranger;
	struct values values = { 0 };
	bool is_changed;
	struct error err = { 0 };

	flow->call = NULL;
	if (reply->error.kind == ERROR_NOT_FOUND ||
	    (reply->error.kind == ERROR_NONE && json_array_size(reply->body) == 0)) {
		flow->then_read = look_at_seen;
		flow_read_values(flow, flow->request.env, NULL, &flow->values_seen);
	} else if (reply->error.kind != ERROR_NONE) {
		flow_reply_failed(flow, reply);
	} else if (values_decode(&values, newest, &err)) {
		flow_put_values_back(flow, &err);
	} else {
		is_changed = find_stranger(flow, reply->body, &stranger);
		look(flow, &values, is_changed, untrusted_raw(&stranger.created_by));
		value_set_version_clear(&stranger);
		values_clear(&values);
	}
}

static void
list_versions(struct flow *flow)
{
	flow->call = api_list_value_versions(session_api(flow->session), flow->request.org,
					     flow->request.app, flow->request.env, got_versions,
					     flow);
}

void
flow_check_values(struct flow *flow, flow_phase *then)
{
	flow->then_checked = then;
	if (!flow->values_now.known || flow->value_changes.count == 0 || are_in_request(flow)) {
		keep_version(flow, flow->review.values_version);
		then(flow);
	} else {
		flow_load_values(flow, list_versions);
	}
}

void
check_values(struct flow *flow)
{
	flow_check_values(flow, flow_step_done);
}
