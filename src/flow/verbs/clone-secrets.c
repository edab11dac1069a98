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
#include "flow/verbs/flow-state.h"
#include "model/nouns.h"

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
	return strncmp(choice, "data:", 5) == 0 ? data_of(choice + 5) : NULL;
}

static void
wish_in(json_t *module, const char *name, json_t *wish)
{
	json_t *spec = json_object_get(module, "spec");
	json_t *secrets = json_object_get(spec, "secrets");

	if (!json_is_object(secrets)) {
		secrets = json_object();
		json_object_set_new(spec, "secrets", secrets);
	}
	if (json_is_null(wish))
		json_object_del(secrets, name);
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
	if (ret == 0)
		clone_review_again(flow);
	json_decref(wish);
	return ret;
}
