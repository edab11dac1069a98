/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The platform's findings are many and in its order; a person wants to know few things in theirs.
 * One table gives each code its part and its words, and everything else goes by the table: a
 * finding that a newer platform has is in no row, and is shown by its own sentence, in the part
 * that its kind says.
 */
#include "config.h"

#include "flow/verbs/clone-parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/clone-kinds.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/nouns.h"
#include "model/set.h"

#define WORDS_BYTES_MAX 4096

/* By the findings' codes, in the order in which a person wants to know it. */
static const struct part_row {
	const char *code;
	enum clone_part part;
	const char *words;		/* N_(); NULL: the name of what it is about */
} rows[] = {
	{"suspended", CLONE_DIFFERENT, N_("schedules suspended")},
	{"hosts", CLONE_DIFFERENT, N_("no hosts of the original")},
	{"dns", CLONE_DIFFERENT, N_("no DNS names")},
	{"certificates", CLONE_DIFFERENT, N_("no certificates")},
	{"addresses", CLONE_DIFFERENT, N_("reachable only inside the cluster")},
	{"network", CLONE_DIFFERENT, N_("no connection to the original")},
	{"replicas", CLONE_DIFFERENT, N_("1 replica")},
	{"unpaused", CLONE_DIFFERENT, N_("rollouts not paused")},
	{"volume", CLONE_DIFFERENT, N_("empty volumes")},
	{"node", CLONE_DIFFERENT, N_("no access to nodes")},
	{"twice", CLONE_DIFFERENT, N_("each variable and port once")},
	{"nodes", CLONE_DIFFERENT, N_("a pod on each node")},
	{"image", CLONE_DIFFERENT, N_("images pinned")},
	{"unpinned", CLONE_DIFFERENT, N_("images not pinned")},
	{"marks", CLONE_DIFFERENT, N_("no marks of deployment tools")},
	{"secret", CLONE_SECRETS, NULL},
	{"not-run", CLONE_NOT_CLONED, N_("Jobs")},
	{"autoscaler", CLONE_NOT_CLONED, N_("autoscalers")},
	{"budget", CLONE_NOT_CLONED, N_("disruption budgets")},
	{"acts", CLONE_NOT_CLONED, N_("what requests certificates or DNS names, or deploys")},
	{"cluster-wide", CLONE_NOT_CLONED, N_("cluster-wide objects")},
	{"kind", CLONE_NOT_CLONED, N_("objects of unknown kinds")},
	{"left", CLONE_NOT_CLONED, NULL},
	{"carried", CLONE_NAMESPACE, NULL},
	{"requests", CLONE_REQUESTS, NULL},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct part_row *
find_row(const struct deploy_finding *finding)
{
	if (finding->kind != DEPLOY_ADJUSTED && finding->kind != DEPLOY_LEFT &&
	    finding->kind != DEPLOY_NOTE)
		return NULL;
	for (size_t i = 0; i < ROWS; i++)
		if (untrusted_is(&finding->code, rows[i].code))
			return &rows[i];
	return NULL;
}

const char *
clone_part_label(enum clone_part part)
{
	static const char *const labels[] = {
		[CLONE_DIFFERENT] = N_("different"), [CLONE_SECRETS] = N_("Secrets"),
		[CLONE_NOT_CLONED] = N_("not cloned"), [CLONE_NAMESPACE] = N_("namespace"),
		[CLONE_REQUESTS] = N_("requests"),
	};

	return _(labels[part]);
}

/* One that a newer platform has found is different, whatever it is. */
enum clone_part
clone_part_of(const struct deploy_finding *finding)
{
	const struct part_row *row = find_row(finding);

	if (row)
		return row->part;
	return finding->kind == DEPLOY_ADJUSTED ? CLONE_DIFFERENT
	       : finding->kind == DEPLOY_LEFT	? CLONE_NOT_CLONED
						: CLONE_PARTS;
}

bool
clone_has_parts(const struct deploy_review *outlook)
{
	for (size_t i = 0; i < outlook->finding_count; i++)
		if (clone_part_of(&outlook->findings[i]) != CLONE_PARTS)
			return true;
	return false;
}

/* --- in words --- */

static void
add_words(struct buf *text, const char *words)
{
	(void)buf_printf(text, "%s%s", text->length > 0 ? ", " : "", words);
}

static const char *
parameter(const struct deploy_finding *finding, const char *name)
{
	return json_member_string(json_object_get(finding->reason, "parameters"), name);
}

/* A warning, too: it is left out, and the pods do not start without it. */
bool
clone_secret_is(const struct deploy_finding *finding, const char *name)
{
	const char *its = parameter(finding, "name");

	return its && strcmp(its, name) == 0 && (untrusted_is(&finding->code, "secret") ||
						 untrusted_is(&finding->code, "secret-missing"));
}

char *
clone_first_secret(const struct deploy_review *outlook)
{
	for (size_t i = 0; i < outlook->finding_count; i++) {
		const char *name = parameter(&outlook->findings[i], "name");

		if (name && clone_secret_is(&outlook->findings[i], name))
			return xstrdup(name);
	}
	return NULL;
}

/* Where a Secret comes from; free() it. */
static char *
secret_words(const struct deploy_finding *finding, const char *name)
{
	const char *code = json_member_string(finding->reason, "code");
	const char *other = parameter(finding, "words");

	if (code && strcmp(code, "clone_secret_copied") == 0)
		return xasprintf(_("%s copied"), name);
	if (code && strcmp(code, "clone_secret_typed") == 0)
		return xasprintf(_("%s typed"), name);
	if (code && strcmp(code, "clone_secret_left_out") == 0)
		return xasprintf(_("%s left out"), name);
	if (other)
		return xasprintf(_("%s copied from %s"), name, other);
	return xstrdup(name);
}

/* What it is about, of those that have no words of their own; free() it. */
static char *
subject_of(const struct deploy_finding *finding)
{
	const char *name = parameter(finding, "name"), *words = parameter(finding, "words");
	const char *amount = parameter(finding, "amount"), *room = parameter(finding, "room");

	if (finding->object.raw)
		return xstrdup(finding->object.raw);
	if (name && clone_part_of(finding) == CLONE_SECRETS)
		return secret_words(finding, name);
	if (words && clone_part_of(finding) == CLONE_NAMESPACE)
		return xstrdup(words);
	if (amount && room)
		return xasprintf(_("%s; free: %s"), amount, room);
	return xstrdup(amount ? amount : untrusted_raw(&finding->message));
}

/* Each once: two workloads may have the same Secret.  row NULL: what no row is about. */
static void
add_subjects(struct buf *text, const struct deploy_review *outlook, enum clone_part part,
	     const struct part_row *row)
{
	json_t *said = json_object();

	for (size_t i = 0; i < outlook->finding_count; i++) {
		const struct deploy_finding *finding = &outlook->findings[i];
		bool is_its = find_row(finding) == row && clone_part_of(finding) == part;
		char *subject = is_its ? row ? subject_of(finding)
					     : xstrdup(untrusted_raw(&finding->message)) : NULL;

		if (subject && !json_object_get(said, subject)) {
			json_object_set_new(said, subject, json_true());
			add_words(text, subject);
		}
		free(subject);
	}
	json_decref(said);
}

static bool
has_row(const struct deploy_review *outlook, const struct part_row *row)
{
	for (size_t i = 0; i < outlook->finding_count; i++)
		if (find_row(&outlook->findings[i]) == row)
			return true;
	return false;
}

char *
clone_part_words(const struct deploy_review *outlook, enum clone_part part)
{
	struct buf text;

	buf_init(&text, WORDS_BYTES_MAX);
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].part != part || !has_row(outlook, &rows[i]))
			continue;
		if (rows[i].words)
			add_words(&text, _(rows[i].words));
		else
			add_subjects(&text, outlook, part, &rows[i]);
	}
	add_subjects(&text, outlook, part, NULL);
	if (text.length > 0)
		return buf_take(&text);
	buf_clear(&text);
	return NULL;
}

/* --- objects --- */

/* "Issuer.cert-manager.io/acme": the group says nothing that a person misses here. */
static void
add_object(json_t *objects, const char *key, bool are_cloned)
{
	const char *slash = strchr(key, '/');
	char *kind = xstrndup(key, strcspn(key, "./"));

	if (clone_kind_stays(kind) == are_cloned)
		slash = NULL;
	if (slash && !json_object_get(objects, kind))
		json_object_set_new(objects, kind, json_array());
	if (slash)
		json_array_append_new(json_object_get(objects, kind), json_string(slash + 1));
	free(kind);
}

json_t *
clone_objects_of_set(const struct set *set, bool are_cloned)
{
	json_t *objects = json_object(), *module, *object;
	const char *name, *key;

	json_object_foreach(set_modules(set), name, module) {
		json_object_foreach(manifests_of(module), key, object)
			add_object(objects, key, are_cloned);
	}
	return objects;
}

json_t *
clone_objects_ordered(const json_t *objects)
{
	static const char *const first[] = {"Deployment", "StatefulSet", "DaemonSet", "CronJob",
					    "Job", "Service"};
	json_t *ordered = json_object(), *names;
	const char *kind;

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if ((names = json_object_get(objects, first[i])))
			json_object_set(ordered, first[i], names);
	json_object_foreach((json_t *)objects, kind, names)
		if (json_is_array(names) && !json_object_get(ordered, kind))
			json_object_set(ordered, kind, names);
	return ordered;
}

char *
clone_objects_words(const json_t *objects)
{
	json_t *ordered = clone_objects_ordered(objects), *names;
	size_t count = 0;
	const char *kind;
	struct buf kinds;
	char *text;

	buf_init(&kinds, WORDS_BYTES_MAX);
	json_object_foreach(ordered, kind, names) {
		size_t some = json_array_size(names);

		count += some;
		if (some == 1)
			add_words(&kinds, kind);
		else if (some > 1)
			(void)buf_printf(&kinds, "%s%s %zu", kinds.length > 0 ? ", " : "", kind,
					 some);
	}
	text = count == 0 ? NULL
			  : xasprintf(ngettext("%zu object: %s", "%zu objects: %s", count), count,
				      buf_str(&kinds));
	buf_clear(&kinds);
	json_decref(ordered);
	return text;
}

char *
clone_object_names(const json_t *names)
{
	const json_t *name;
	struct buf text;
	size_t i;

	buf_init(&text, 16 * WORDS_BYTES_MAX);
	json_array_foreach(names, i, name)
		if (json_is_string(name))
			add_words(&text, json_string_value(name));
	return buf_take(&text);
}
