/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a person chooses of a Secret that the clone's pods need stands in the spec of each workload
 * that needs it, as spec.secrets: for the platform it is one more change of the clone's draft. */
#include "config.h"

#include "flow/verbs/flow.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/verbs/clone-draft.h"
#include "flow/verbs/clone-parts.h"
#include "flow/verbs/clone-values.h"
#include "flow/verbs/flow-state.h"
#include "model/nouns.h"
#include "model/set.h"

#define DATA "data:"
#define VALUE_NAME_MAX 200	/* bytes that a platform takes */
#define VALUE_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

/* "KEY=VALUE", of the shared value's name. */
static json_t *
data_of(const char *choice)
{
	const char *equals = strchr(choice, '=');
	char *key, *text;
	json_t *wish;

	if (!equals || equals == choice || !equals[1])
		return NULL;
	key = xstrndup(choice, (size_t)(equals - choice));
	text = xasprintf("${values.%s}", equals + 1);
	wish = json_pack("{s:{s:s}}", "data", key, text);
	free(key);
	free(text);
	return wish;
}

/* As spec.secrets has it, null for a copy; NULL: it makes no sense. */
static json_t *
wish_of(const char *choice)
{
	if (strcmp(choice, "copy") == 0)
		return json_null();
	if (strcmp(choice, "leave-out") == 0)
		return json_string(choice);
	if (strncmp(choice, "as:", 3) == 0 && choice[3])
		return json_pack("{s:s}", "as", choice + 3);
	return strncmp(choice, DATA, strlen(DATA)) == 0 ? data_of(choice + strlen(DATA)) : NULL;
}

/* Keys that are chosen one after the other add up. */
static void
wish_in(json_t *module, const char *name, json_t *wish)
{
	json_t *spec = json_object_get(module, "spec");
	json_t *secrets = json_object_get(spec, "secrets");
	json_t *was = json_object_get(json_object_get(secrets, name), "data");
	json_t *data = json_object_get(wish, "data");

	if (!json_is_object(secrets)) {
		secrets = json_object();
		json_object_set_new(spec, "secrets", secrets);
	}
	if (json_is_null(wish))
		json_object_del(secrets, name);
	else if (data && json_is_object(was))
		json_object_update(was, data);
	else
		json_object_set(secrets, name, wish);
	if (json_object_size(secrets) == 0)
		json_object_del(spec, "secrets");
}

/* In each workload whose pods need it.  How many those are. */
static size_t
wish_everywhere(const struct flow *flow, json_t *whole, const char *name, json_t *wish)
{
	const struct deploy_review *outlook = &flow->review.outlook;
	json_t *modules = json_object_get(whole, "modules");
	size_t count = 0;

	for (size_t i = 0; i < outlook->finding_count; i++) {
		const struct deploy_finding *finding = &outlook->findings[i];
		json_t *module = json_object_get(modules, untrusted_raw(&finding->workload));

		if (!module || !clone_secret_is(finding, name))
			continue;
		wish_in(module, name, wish);
		count++;
	}
	return count;
}

/* Of "data:KEY=VALUE"; "": it is made of no value. */
static const char *
value_of(const char *choice)
{
	const char *equals = strncmp(choice, DATA, strlen(DATA)) == 0 ? strchr(choice, '=') : NULL;

	return equals ? equals + 1 : "";
}

/* A value that a Secret is made of is one, too, where it is given for the clone. */
static void
hide_value(struct flow *flow, const char *key)
{
	struct value_changes *changes = &flow->value_changes;

	for (size_t i = 0; i < changes->count; i++)
		if (changes->items[i].kind == VALUE_SET && strcmp(changes->items[i].key, key) == 0)
			changes->items[i].is_secret = true;
}

int
flow_choose_secret(struct flow *flow, const char *name, const char *choice, struct error *err)
{
	json_t *wish = wish_of(choice), *whole;
	int ret = -1;

	if (!wish)
		return error_set(err, ERROR_INPUT,
				 _("Expected copy, leave-out, as:OTHER or data:KEY=VALUE."));
	if (flow->state != FLOW_REVIEW) {
		json_decref(wish);
		return error_set(err, ERROR_INPUT, _("This was approved or ended already."));
	}
	whole = clone_copy_result(flow);
	if (wish_everywhere(flow, whole, name, wish) == 0) {
		error_set(err, ERROR_INPUT, _("No pod of the clone needs a Secret %s."), name);
		json_decref(whole);
	} else {
		ret = clone_take_edited(flow, whole, err);
	}
	if (ret == 0) {
		hide_value(flow, value_of(choice));
		clone_review_again(flow);
	}
	json_decref(wish);
	return ret;
}

/* --- a text that is typed --- */

/* Whether a workload's Secret has this key of that value already. */
static bool
is_made_of(const struct flow *flow, const char *name, const char *key, const char *value)
{
	char *text = xasprintf("${values.%s}", value);
	json_t *module;
	const char *workload;
	bool is = false;

	json_object_foreach(set_modules(flow->result), workload, module) {
		json_t *secrets = json_object_get(json_object_get(module, "spec"), "secrets");
		json_t *data = json_object_get(json_object_get(secrets, name), "data");
		const char *its = json_string_value(json_object_get(data, key));

		is |= its && strcmp(its, text) == 0;
	}
	free(text);
	return is;
}

/* "mail_key", and a number where that is another's: only the Secret is to see what is typed. */
static char *
name_value(const struct flow *flow, const char *name, const char *key)
{
	const int room = VALUE_NAME_MAX - (int)strlen("_4294967295");
	char *base = xasprintf("%s_%s", name, key), *value;

	if (strlen(base) > (size_t)room)
		base[room] = '\0';
	for (char *c = base; *c; c++)
		if (!strchr(VALUE_LETTERS, *c))
			*c = '_';
	value = xstrdup(base);
	for (unsigned n = 2; !is_made_of(flow, name, key, value) &&
			     (value_changes_find(&flow->value_changes, value) ||
			      values_find(&flow->values_result.list, value)); n++) {
		free(value);
		value = xasprintf("%s_%u", base, n);
	}
	free(base);
	return value;
}

int
flow_type_secret(struct flow *flow, const char *name, const char *key, const char *text,
		 struct error *err)
{
	bool is_ready = flow->state == FLOW_REVIEW && *key;
	char *value = is_ready ? name_value(flow, name, key) : xstrdup("");
	char *choice = xasprintf(DATA "%s=%s", key, value);
	bool is_new = !value_changes_find(&flow->value_changes, value);
	int ret;

	if (is_ready)
		clone_set_value(flow, value, text, NULL, true);
	ret = flow_choose_secret(flow, name, choice, err);
	if (ret != 0 && is_new)
		value_changes_drop(&flow->value_changes, value);
	else if (ret == 0)
		clone_note_typed(flow, value);
	free(choice);
	free(value);
	return ret;
}
