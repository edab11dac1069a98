/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One value of a workload's configuration is changed: by its path, as text or as JSON.
 *
 * It becomes a patch in a delta like any other change, and the review shows it.  What is
 * checked here is what a review could not say as well: that the path leads somewhere, and
 * that a number does not become a text because it was typed in a shell.
 */
#include "config.h"

#include "cli/plain-set.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/plain-fail.h"
#include "cli/plain-state.h"
#include "flow/verbs/flow.h"
#include "flow/world/world.h"
#include "model/delta.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/set.h"

/* NULL: not known, and that was said. */
static const struct set *
known_set(struct plain *p, const char *env)
{
	const struct world_environment *e = plain_environment(p, env);

	if (e && !e->set)
		plain_fail_set(p, e);
	return e ? e->set : NULL;
}

/* A place in a workload's configuration, and what stands there. */
struct change_place {
	const char *env, *workload, *path;
	const json_t *before;		/* borrowed; NULL: nothing */
	bool has_parent;		/* an object or a list, which can hold it */
};

/* A path leads through what is there: only its last part may be new. */
static bool
has_parent(struct pointer *pointer, json_t *module)
{
	const json_t *parent;

	pointer->count--;
	parent = pointer_find(module, pointer);
	pointer->count++;
	return json_is_object(parent) || json_is_array(parent);
}

/* false: it is none, and that was said. */
static bool
find_place(struct plain *p, struct change_place *place)
{
	const struct set *set = known_set(p, place->env);
	struct pointer pointer;
	struct error err = {0};

	if (!set)
		return false;
	if (!plain_workload(p, plain_environment(p, place->env), place->workload))
		return false;
	if (pointer_parse(&pointer, place->path, &err) != 0 || pointer.count == 0) {
		plain_fail(
			p, EXIT_USAGE,
			_("\"%s\" is not a path. A path looks like /spec/containers/web/variables/TONE."),
			place->path);
		return false;
	}
	place->before = pointer_find(set_module(set, place->workload), &pointer);
	place->has_parent = has_parent(&pointer, set_module(set, place->workload));
	pointer_clear(&pointer);
	return true;
}

static json_t *
json_value(struct plain *p, const char *typed)
{
	struct error err = {0};
	json_t *value = json_decode_keeping(typed, strlen(typed), &err);

	if (!value)
		plain_fail(p, EXIT_USAGE, _("The value is not JSON: %s"), err.text);
	return value;
}

/*
 * Text is text, whatever it looks like.  What is a number, true or false there stays one; anything
 * else has to be given as JSON.  NULL: refused, and that was said.
 */
static json_t *
text_value(struct plain *p, const char *typed, const json_t *before)
{
	json_t *value = NULL;

	if (before && (json_is_number(before) || json_is_boolean(before))) {
		value = json_decode_keeping(typed, strlen(typed), NULL);
		if (json_is_string(value) && json_text_is_lost(typed))
			return value;	/* a number all the same, which only text can hold */
		if (json_is_number(before) ? json_is_number(value) : json_is_boolean(value))
			return value;
		json_decref(value);
		plain_fail(
			p, EXIT_USAGE,
			json_is_number(before)
				? _("There is a number at this path, and \"%s\" is not a number. Use --json-value to "
				    "change its type.")
				: _("There is true or false at this path, not \"%s\". Use --json-value to change its "
				    "type."),
			typed);
		return NULL;
	}
	if (before && !json_is_string(before)) {
		plain_fail(
			p, EXIT_USAGE,
			_("The value at this path is not text. Use --json-value to replace it."));
		return NULL;
	}
	value = json_string(typed);
	if (!value)
		plain_fail(p, EXIT_USAGE, _("The value is not valid UTF-8."));
	return value;
}

static void
draft_operation(struct plain *p, const struct change_place *place, json_t *operation)
{
	json_t *body = json_pack("{s:{s:{s:[o]}}}", "modules", "update", place->workload,
				 operation);
	struct error err = {0};
	struct delta *delta = body ? delta_decode(body, &err) : NULL;

	if (delta)
		plain_begin(p, &(struct flow_request){.verb = FLOW_DEPLOY,
						      .org = p->org,
						      .app = p->app,
						      .env = place->env,
						      .draft = delta});
	else
		plain_fail(p, EXIT_USAGE, "%s",
			   body ? err.text : _("The path is not valid UTF-8."));
	delta_free(delta);
	json_decref(body);
}

static bool
can_be_set(struct plain *p, const struct change_place *place)
{
	if (!place->has_parent)
		plain_fail(
			p, EXIT_USAGE,
			_("Cannot set %s: its parent is missing, or is not an object or list. Set the parent first, as PATH:=JSON."),
			place->path);
	return place->has_parent;
}

/* PATH VALUE, or PATH:=JSON in one. */
void
plain_set(struct plain *p, char **words, size_t count)
{
	char *parted = strstr(words[2], ":=");
	bool is_json = parted || (p->once && p->once->json_value);
	struct change_place place = {.env = words[0], .workload = words[1], .path = words[2]};
	char *rest, *typed;
	json_t *value = NULL;

	if (!parted && count < 4) {
		plain_fail(p, EXIT_USAGE,
			   _("Give a value: set ENV WORKLOAD PATH VALUE, or PATH:=JSON."));
		return;
	}
	rest = plain_joined(p, words + 3, count - 3);
	typed = rest && parted ? xasprintf("%s%s%s", parted + 2, *rest ? " " : "", rest)
			       : rest ? xstrdup(rest) : NULL;
	if (parted)
		*parted = '\0';
	if (typed && find_place(p, &place) && can_be_set(p, &place))
		value = is_json ? json_value(p, typed) : text_value(p, typed, place.before);
	if (value)
		draft_operation(p, &place,
				json_pack("{s:s, s:s, s:o}", "op", place.before ? "replace" : "add",
					  "path", place.path, "value", value));
	free(typed);
	free(rest);
}

void
plain_unset(struct plain *p, char **words, size_t count)
{
	struct change_place place = {.env = words[0], .workload = words[1], .path = words[2]};

	(void)count;
	if (!find_place(p, &place))
		return;
	if (place.before)
		draft_operation(p, &place,
				json_pack("{s:s, s:s}", "op", "remove", "path", place.path));
	else
		plain_fail(p, EXIT_USAGE, _("Nothing is set at %s."), place.path);
}
