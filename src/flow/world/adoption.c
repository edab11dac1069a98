/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the platform says of the cluster (model/adoption-report.h) is read once into struct
 * world_adoption, as text that is shown as it is: lists are cut to what a line can hold.  The
 * sentences are made of that struct alone.  An answer may come and say that the cluster cannot be
 * read: then what is known of the cluster is old, and what is known of the platform is not.
 */
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
#include "model/json.h"

#define LIST_BYTES_MAX 1024
#define SHOWN_BYTES_MAX 400
#define NAMES_SHOWN 40			/* bytes, of a header */
#define SELECTOR_SHOWN 20		/* so many of them at least, beside the names */
#define READS_COLUMNS 60
#define WARNINGS_BYTES_MAX 4096

/* As many of them as fit in a line of `max` bytes. */
static void
join(struct untrusted *out, const struct untrusted *texts, size_t count, const char *between,
     size_t max)
{
	struct buf text;

	buf_init(&text, max);
	for (size_t i = 0; i < count; i++)
		if (!buf_printf(&text, "%s%s", text.length ? between : "",
				untrusted_raw(&texts[i])))
			break;
	if (text.length > 0)
		untrusted_set(out, buf_str(&text));
	buf_clear(&text);
}

static void
take_environments(struct world_adoption *out, const struct adoption_report *report)
{
	out->environments = json_object();
	out->shown = json_object();
	out->parts = json_object();
	out->moving = json_object();
	out->applications = json_object();
	for (size_t i = 0; i < report->environment_count; i++) {
		const struct adopted_environment *one = &report->environments[i];
		const char *env = one->env_id.raw;

		if (!env)
			continue;
		json_object_set(out->environments, env, one->left);
		if (one->namespace.raw && !one->is_gone)
			json_object_set_new(out->shown, one->namespace.raw, json_true());
		if (one->app_id.raw)
			json_object_set_new(out->applications, env, json_string(one->app_id.raw));
		if (one->is_part)
			json_object_set_new(out->parts, env, json_true());
		if (one->is_moving)
			json_object_set_new(out->moving, env, json_true());
	}
}

static void
take_report(struct world_adoption *out, const struct adoption_report *report)
{
	untrusted_set(&out->context, report->context.raw);
	untrusted_set(&out->selector, report->selector.raw);
	out->namespace_count = report->namespace_count;
	out->read_names = report->namespace_count > 0 ? json_object() : NULL;
	for (size_t i = 0; i < report->namespace_count; i++)
		json_object_set_new(out->read_names, untrusted_raw(&report->namespaces[i]),
				    json_true());
	join(&out->namespaces, report->namespaces, report->namespace_count, ", ", LIST_BYTES_MAX);
	join(&out->warnings, report->warnings, report->warning_count, " ", WARNINGS_BYTES_MAX);
	take_environments(out, report);
	out->groups = json_incref(report->groups);
	untrusted_set(&out->problem, report->error.message.raw);
	out->is_refused = report->error.is_refused;
	out->read_at = report->read_at;
	out->clones_read_at = report->clones_read_at;
}

int
adoption_read(struct world_adoption *out, const json_t *body, struct error *err)
{
	struct adoption_report report;

	adoption_report_read(&report, body);
	*out = (struct world_adoption){.state = report.state};
	if (out->state != ADOPTION_NONE)
		take_report(out, &report);
	adoption_report_clear(&report);
	return out->state != ADOPTION_NONE ? 0
		       : error_set(err, ERROR_PROTOCOL,
				   _("The platform's answer about the cluster has no known state."));
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

const char *
adoption_application(const struct world_adoption *adoption, const char *env)
{
	return json_member_string(adoption->applications, env);
}

bool
adoption_is_moving(const struct world_adoption *adoption, const char *env)
{
	return json_object_get(adoption->moving, env) != NULL;
}

bool
adoption_is_chosen(const struct world_adoption *adoption, const char *env)
{
	const char *app = json_member_string(adoption->groups, env);

	return app && *app;
}

/* NULL where there is none. */
static bool
is_same(const json_t *a, const json_t *b)
{
	return a == b || json_equal(a, b);
}

bool
adoption_equal(const struct world_adoption *a, const struct world_adoption *b)
{
	return a->state == b->state && !a->clones_read_at == !b->clones_read_at &&
	       untrusted_equal(&a->context, &b->context) &&
	       untrusted_equal(&a->namespaces, &b->namespaces) &&
	       untrusted_equal(&a->selector, &b->selector) &&
	       untrusted_equal(&a->problem, &b->problem) &&
	       untrusted_equal(&a->warnings, &b->warnings) &&
	       is_same(a->read_names, b->read_names) &&
	       is_same(a->shown, b->shown) && is_same(a->parts, b->parts) &&
	       is_same(a->moving, b->moving) && is_same(a->environments, b->environments) &&
	       is_same(a->applications, b->applications) && is_same(a->groups, b->groups);
}

void
adoption_clear(struct world_adoption *adoption)
{
	untrusted_clear(&adoption->context);
	untrusted_clear(&adoption->namespaces);
	untrusted_clear(&adoption->selector);
	untrusted_clear(&adoption->problem);
	untrusted_clear(&adoption->warnings);
	json_decref(adoption->read_names);
	json_decref(adoption->environments);
	json_decref(adoption->shown);
	json_decref(adoption->parts);
	json_decref(adoption->moving);
	json_decref(adoption->applications);
	json_decref(adoption->groups);
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

/* "reads shop (app=web)", of which the selector is cut where both are too long; takes `reads`. */
static char *
add_selector(char *reads, const char *selector)
{
	const int room = READS_COLUMNS - text_columns(reads) - 3;	/* " (" and ")" */
	const bool fits = text_columns(selector) <= room;
	const size_t length = strlen(selector);
	const int shown = fits ? (int)length
			       : (int)text_fitting(selector, length, room > 2 ? room - 1 : 1);
	char *both = xasprintf("%s (%.*s%s)", reads, shown, selector,
			       fits ? "" : text_locale_is_utf8() ? "…" : "~");

	free(reads);
	return both;
}

char *
adoption_reads(const struct world_adoption *adoption)
{
	const char *namespaces = untrusted_raw(&adoption->namespaces);
	const char *selector = untrusted_raw(&adoption->selector);
	const size_t beside = strlen(selector);
	char *reads;

	if (!*namespaces)
		reads = xstrdup(_("reads all namespaces"));
	else if (strlen(namespaces) + (beside < SELECTOR_SHOWN ? beside : SELECTOR_SHOWN) <=
		 NAMES_SHOWN)
		reads = xasprintf(_("reads %s"), namespaces);
	else
		reads = xasprintf(ngettext("reads %zu namespace", "reads %zu namespaces",
					   adoption->namespace_count), adoption->namespace_count);
	return *selector ? add_selector(reads, selector) : reads;
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

bool
adoption_is_unselected(const struct world_adoption *adoption)
{
	const char *namespace;
	json_t *ignored;

	if (adoption->state != ADOPTION_DONE || !*untrusted_raw(&adoption->selector))
		return false;
	json_object_foreach(adoption->shown, namespace, ignored) {
		(void)ignored;
		if (!adoption->read_names || json_object_get(adoption->read_names, namespace))
			return false;
	}
	return true;
}

/* "Shown: billing, shop."; free() it. */
static char *
name_shown(const struct world_adoption *adoption)
{
	const char *namespace;
	struct buf names;
	json_t *ignored;
	char *text;

	buf_init(&names, SHOWN_BYTES_MAX);
	json_object_foreach(adoption->shown, namespace, ignored) {
		(void)ignored;
		if (!buf_printf(&names, "%s%s", names.length ? ", " : "", namespace))
			break;
	}
	text = names.length ? xasprintf(_("Shown: %s."), buf_str(&names))
			    : xstrdup(_("No namespace is shown."));
	buf_clear(&names);
	return text;
}

static char *
why_unseen(const struct world_adoption *adoption, const char *namespace)
{
	if (adoption->read_names && !json_object_get(adoption->read_names, namespace))
		return xasprintf(_("Nothing is shown of the namespace %s: it is not read now. "
				   "Add --namespace=%s to read it."), namespace, namespace);
	if (*untrusted_raw(&adoption->selector))
		return xasprintf(_("Nothing is shown of the namespace %s: no workload there has "
				   "the labels %s."), namespace,
				 untrusted_raw(&adoption->selector));
	return xasprintf(_("Nothing is shown of the namespace %s: no workload was found there."),
			 namespace);
}

int
adoption_check_shown(const struct world_adoption *adoption, const char *namespace, int64_t now,
		     struct error *err)
{
	char *why, *trouble, *shown;

	if (json_object_get(adoption->shown, namespace))
		return 0;
	why = why_unseen(adoption, namespace);
	trouble = adoption_trouble(adoption, now);
	shown = name_shown(adoption);
	error_set(err, ERROR_NOT_FOUND, "%s%s%s %s", why, trouble ? " " : "",
		  trouble ? trouble : "", shown);
	free(why);
	free(trouble);
	free(shown);
	return -1;
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
