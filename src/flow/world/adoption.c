/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "flow/world/adoption.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/world/learn.h"
#include "flow/world/watch.h"
#include "flow/world/world.h"
#include "model/error-codes.h"
#include "model/json.h"

#define LIST_BYTES_MAX 1024
#define WARNINGS_BYTES_MAX 4096

static enum adoption_state
state_of(const char *word)
{
	static const char *const words[] = {
		[ADOPTION_READING] = "reading", [ADOPTION_DONE] = "done", [ADOPTION_FAILED] = "failed",
	};

	for (size_t i = ADOPTION_READING; word && i <= ADOPTION_FAILED; i++)
		if (strcmp(words[i], word) == 0)
			return (enum adoption_state)i;
	return ADOPTION_NONE;
}

/* As many of the strings as fit; NULL: there are none. */
static char *
join(const json_t *list, const char *between, size_t max)
{
	const json_t *item;
	struct buf text;
	size_t i;

	buf_init(&text, max);
	json_array_foreach(list, i, item)
		if (json_is_string(item) && !buf_printf(&text, "%s%s", text.length ? between : "",
							json_string_value(item)))
			break;
	if (text.length > 0)
		return buf_take(&text);
	buf_clear(&text);
	return NULL;
}

static void
take_list(struct untrusted *out, const json_t *list, const char *between, size_t max)
{
	char *text = join(list, between, max);

	untrusted_set(out, text);
	free(text);
}

/* In the language of this program, if it can be. */
static void
take_problem(struct world_adoption *out, const json_t *error)
{
	const char *text = json_member_string(error, "message");
	struct error read = {0};

	if (!text)
		text = json_member_string(error, "text");
	if (error_codes_read(&read, json_object_get(error, "details")) ||
	    error_codes_read(&read, error))
		text = read.text;
	out->is_refused = read.kind == ERROR_ACCESS;
	untrusted_set(&out->problem, text);
}

static void
take_environments(struct world_adoption *out, const json_t *list)
{
	const json_t *item;
	size_t i;

	out->environments = json_object();
	out->parts = json_object();
	json_array_foreach(list, i, item) {
		const char *env = json_member_string(item, "env_id");
		json_t *left = json_object_get(item, "left");

		if (env)
			json_object_set_new(out->environments, env,
					    json_is_array(left) ? json_incref(left)
								: json_array());
		if (env && json_is_true(json_object_get(item, "is_part")))
			json_object_set_new(out->parts, env, json_true());
	}
}

int
adoption_read(struct world_adoption *out, const json_t *body, struct error *err)
{
	const char *read_at = json_member_string(body, "read_at");

	*out = (struct world_adoption){.state = state_of(json_member_string(body, "state"))};
	if (out->state == ADOPTION_NONE)
		return error_set(err, ERROR_PROTOCOL,
				 _("The platform's answer about the cluster has no known state."));
	untrusted_set(&out->context, json_member_string(body, "context"));
	untrusted_set(&out->selector, json_member_string(body, "selector"));
	take_list(&out->namespaces, json_object_get(body, "namespaces"), ", ", LIST_BYTES_MAX);
	take_list(&out->warnings, json_object_get(body, "warnings"), " ", WARNINGS_BYTES_MAX);
	take_environments(out, json_object_get(body, "environments"));
	take_problem(out, json_object_get(body, "error"));
	if (read_at && !clock_parse(read_at, &out->read_at))
		out->read_at = 0;
	return 0;
}

bool
adoption_has(const struct world_adoption *adoption, const char *env)
{
	return json_object_get(adoption->environments, env) != NULL;
}

const json_t *
adoption_left(const struct world_adoption *adoption, const char *env)
{
	return json_object_get(adoption->environments, env);
}

bool
adoption_is_part(const struct world_adoption *adoption, const char *env)
{
	return json_object_get(adoption->parts, env) != NULL;
}

char *
adoption_why_left(const json_t *left)
{
	const char *why = json_member_string(left, "why");
	const char *reason = json_member_string(left, "reason");
	json_t *details = reason ? json_decode(reason, strlen(reason), NULL) : NULL;
	struct error read = {0};
	bool is_known = error_codes_read(&read, details);

	json_decref(details);
	return xstrdup(is_known ? read.text : why ? why : "");
}

bool
adoption_equal(const struct world_adoption *a, const struct world_adoption *b)
{
	return a->state == b->state && untrusted_equal(&a->context, &b->context) &&
	       untrusted_equal(&a->namespaces, &b->namespaces) &&
	       untrusted_equal(&a->selector, &b->selector) &&
	       untrusted_equal(&a->problem, &b->problem) &&
	       untrusted_equal(&a->warnings, &b->warnings) &&
	       (a->parts == b->parts || json_equal(a->parts, b->parts)) &&
	       (a->environments == b->environments || json_equal(a->environments, b->environments));
}

void
adoption_clear(struct world_adoption *adoption)
{
	untrusted_clear(&adoption->context);
	untrusted_clear(&adoption->namespaces);
	untrusted_clear(&adoption->selector);
	untrusted_clear(&adoption->problem);
	untrusted_clear(&adoption->warnings);
	json_decref(adoption->environments);
	json_decref(adoption->parts);
	*adoption = (struct world_adoption){0};
}

/* --- in the world --- */

/* What the platform cannot read is not known, whatever else it answers. */
static void
note_adoption(struct world_organization *organization, int64_t read_at)
{
	const struct world_adoption *adoption = &organization->adoption;
	struct error why = {0};

	if (adoption->state != ADOPTION_FAILED) {
		(void)knowledge_set_known(&organization->adoption_known, read_at);
		return;
	}
	error_set(&why, adoption->is_refused ? ERROR_ACCESS : ERROR_UNAVAILABLE,
		  _("The cluster cannot be read. %s"),
		  untrusted_raw(&adoption->problem));
	(void)knowledge_set_unreadable(&organization->adoption_known, &why);
}

int
learn_adoption(struct world *world, const struct learn_place *place, const json_t *body,
	       int64_t read_at, struct error *err)
{
	struct world_organization *organization = world_edit_organization(world, place->org);
	struct world_adoption adoption;

	if (adoption_read(&adoption, body, err) != 0)
		return -1;
	if (!organization) {
		adoption_clear(&adoption);
		return 0;
	}
	if (!adoption_equal(&adoption, &organization->adoption))
		world->revision++;
	adoption_clear(&organization->adoption);
	organization->adoption = adoption;
	note_adoption(organization, read_at);
	return 0;
}

void
learn_protection(struct world *world, const struct session *session,
		 struct world_application *application)
{
	bool changed = false;

	for (size_t i = 0; i < application->count; i++) {
		struct world_environment *e = &application->environments[i];
		bool is = session_is_protected(session, untrusted_raw(&e->environment.id),
					       untrusted_raw(&e->environment.type));

		if (e->is_protected == is)
			continue;
		e->is_protected = is;
		learn_touch(world, e);
		changed = true;
	}
	if (changed)
		world_sort_environments(application);
}

/* --- in words --- */

char *
adoption_where(const struct world_adoption *adoption)
{
	const char *namespaces = untrusted_raw(&adoption->namespaces);
	const char *context = untrusted_raw(&adoption->context);

	if (!*namespaces)
		return xasprintf(_("all namespaces of %s"), context);
	if (strchr(namespaces, ','))
		return xasprintf(_("the namespaces %s of %s"), namespaces, context);
	return xasprintf(_("the namespace %s of %s"), namespaces, context);
}

char *
adoption_nothing(const struct world_adoption *adoption)
{
	char *where = adoption_where(adoption), *text;

	if (adoption->state == ADOPTION_READING)
		text = xasprintf(_("Reading what runs in %s …"), where);
	else if (adoption->state == ADOPTION_FAILED)
		text = xasprintf(_("Nothing is known yet about %s."), where);
	else
		text = *untrusted_raw(&adoption->selector)
			       ? xasprintf(_("No workload in %s has the labels %s."), where,
					   untrusted_raw(&adoption->selector))
			       : xasprintf(_("No workload runs in %s."), where);
	free(where);
	return text;
}

char *
adoption_trouble(const struct world_adoption *adoption, int64_t now)
{
	const char *problem = untrusted_raw(&adoption->problem);
	char ago[64];

	if (adoption->state == ADOPTION_FAILED && adoption->read_at > 0) {
		clock_ago(ago, now - adoption->read_at);
		return xasprintf(_("The cluster cannot be read; this was read %s. %s"), ago,
				 problem);
	}
	if (adoption->state == ADOPTION_FAILED && json_object_size(adoption->environments) > 0)
		return xasprintf(_("The cluster cannot be read; this is what was known before. %s"),
				 problem);
	if (adoption->state == ADOPTION_FAILED)
		return xasprintf(_("The cluster cannot be read. %s"), problem);
	return xstrdup_or_null(adoption->warnings.raw);
}
