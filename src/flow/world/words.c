/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * States and standings, decided in one place: board, lists and plain lines must never call
 * one state by two names.  What is not known is said as "?", and is never taken for nothing
 * or for the same.
 */
#include "config.h"

#include "flow/world/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/values-used.h"
#include "compare/values.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/set.h"
#include "model/task-progress.h"
#include "model/version.h"

#define OBJECTS_BYTES_MAX 4096

#define SOON_MS (60 * 60000LL)

static struct state_words
say(enum mood mood, const char *text)
{
	struct state_words words = {.mood = mood};

	snprintf(words.text, sizeof(words.text), "%s", text);
	return words;
}

/* It does not run, and is not to. */
static bool
is_at_rest(const struct world_environment *e, const struct runtime_module *module)
{
	return module->status == RUNTIME_STOPPED && e->set &&
	       manifests_may_rest(set_module(e->set, untrusted_raw(&module->module)));
}

static struct state_words
words_of_runtime(const struct world_environment *e)
{
	struct state_words words = {.mood = MOOD_BUSY};
	size_t ready = 0, unknown = 0, wanted = e->runtime.count;

	for (size_t i = 0; i < e->runtime.count; i++) {
		enum runtime_status status = e->runtime.modules[i].status;

		wanted -= is_at_rest(e, &e->runtime.modules[i]);
		ready += status == RUNTIME_RUNNING || status == RUNTIME_SUCCEEDED;
		unknown += status == RUNTIME_UNKNOWN;
		if (status == RUNTIME_FAILED)
			words.mood = MOOD_BAD;
	}
	if (world_is_not_read(e))
		return say(MOOD_QUIET, _("not read"));
	if (e->runtime.count == 0 && e->set && json_object_size(set_modules(e->set)) > 0)
		return say(MOOD_BAD, _("nothing runs"));
	if (wanted == 0 && e->runtime.count > 0)
		return say(MOOD_QUIET, _("stopped"));
	if (ready == wanted)
		return say(MOOD_GOOD, _("running"));
	if (unknown == wanted)
		return say(MOOD_QUIET, _("unknown"));
	snprintf(words.text, sizeof(words.text), _("%zu of %zu"), ready, wanted);
	return words;
}

char *
words_of_progress(const struct environment *environment)
{
	struct task_progress progress;
	char *text, *both = NULL;

	if (!environment->progress)
		return NULL;
	task_progress_read(&progress, environment->progress);
	text = task_progress_text(&progress);
	if (progress.total > 1 && progress.done >= 0)
		both = text ? xasprintf(_("%d of %d done: %s"), (int)progress.done,
					(int)progress.total, text)
			    : xasprintf(_("%d of %d done"), (int)progress.done, (int)progress.total);
	task_progress_clear(&progress);
	if (!both)
		return text;
	free(text);
	return both;
}

/* From what hides everything else down to how its workloads do. */
struct state_words
words_of_environment(const struct world_environment *e)
{
	const struct deployment *last = &e->environment.last_deploy;

	if (e->environment.status == ENVIRONMENT_DELETING)
		return e->environment.status_message.raw ? say(MOOD_BAD, _("delete failed"))
							 : say(MOOD_BUSY, _("deleting"));
	if (!last->id.raw)
		return say(MOOD_QUIET, _("never deployed"));
	if (last->status == DEPLOYMENT_PENDING || last->status == DEPLOYMENT_IN_PROGRESS)
		return say(MOOD_BUSY, _("deploying"));
	if (last->status == DEPLOYMENT_FAILED)
		return say(MOOD_BAD, _("deploy failed"));
	if (e->is_past)
		return say(MOOD_GOOD, _("deployed"));
	if (e->environment.problem.raw)
		return say(MOOD_BAD, _("? not understood"));
	if (!world_is_known(e, WORLD_RUNTIME))
		return say(MOOD_QUIET, _("unknown"));
	return words_of_runtime(e);
}

/* "52m", "1h52", "3d" */
static void
say_length(char *out, size_t size, int64_t ms)
{
	int64_t s = ms / 1000;

	if (s < 60)
		snprintf(out, size, "%ds", (int)s);
	else if (s < 3600)
		snprintf(out, size, "%dm", (int)(s / 60));
	else if (s < 86400)
		snprintf(out, size, "%dh%02d", (int)(s / 3600), (int)(s % 3600 / 60));
	else
		snprintf(out, size, "%dd", (int)(s / 86400));
}

struct state_words
words_of_life(int64_t expires_at, int64_t now)
{
	struct state_words words = {.mood = expires_at <= now ? MOOD_BAD : MOOD_GOOD};
	char length[24];

	if (!expires_at)
		return say(MOOD_QUIET, _("no expiry set"));
	say_length(length, sizeof(length), expires_at <= now ? now - expires_at : expires_at - now);
	snprintf(words.text, sizeof(words.text),
		 expires_at <= now ? _("overdue by %s") : _("%s left"), length);
	if (expires_at > now && expires_at - now < SOON_MS)
		words.mood = MOOD_BUSY;
	return words;
}

void
words_of_clones(char *out, size_t size, const struct world *world, int64_t now)
{
	size_t clones = 0, overdue = 0, length;
	int64_t soonest = 0;

	for (size_t i = 0; i < world->count; i++)
		for (size_t j = 0; j < world->organizations[i].count; j++)
			/* With each picture, and there may be ten thousand environments: clones
			 * stand last. */
			for (size_t k = world->organizations[i].applications[j].count; k-- > 0;) {
				const struct world_environment *e =
					&world->organizations[i].applications[j].environments[k];

				if (!e->clone_of)
					break;
				clones++;
				overdue += e->clone_expires_at && e->clone_expires_at <= now;
				if (e->clone_expires_at &&
				    (!soonest || e->clone_expires_at < soonest))
					soonest = e->clone_expires_at;
			}
	*out = '\0';
	if (!clones)
		return;
	snprintf(out, size, ngettext("%zu clone", "%zu clones", clones), clones);
	length = strlen(out);
	if (overdue && clones > 1)
		snprintf(out + length, size - length, _(", %zu overdue"), overdue);
	else if (soonest)
		snprintf(out + length, size - length, ", %s", words_of_life(soonest, now).text);
}

/* A registry may have moved; another image has versions of its own. */
static bool
is_same_image(const char *a, const char *b)
{
	const char *x = strrchr(a, '/'), *y = strrchr(b, '/');

	return strcmp(x ? x + 1 : a, y ? y + 1 : b) == 0;
}

char *
words_of_problem(const struct untrusted *problem)
{
	return problem->raw ? xasprintf(_("? (its answer is not understood: %s)"), problem->raw)
			    : NULL;
}

char *
words_of_workload(const struct runtime_module *module)
{
	char ago[64];

	if (*untrusted_raw(&module->message) || module->last_end_at == 0)
		return xstrdup(untrusted_raw(&module->message));
	clock_ago(ago, clock_wall_ms() - module->last_end_at);
	return xasprintf(_("ended %s: %s"), ago, untrusted_raw(&module->last_end));
}

struct state_words
words_of_pods(const struct runtime_module *module)
{
	struct state_words words = {.mood = MOOD_QUIET};

	if (module->status == RUNTIME_UNKNOWN && module->pods_wanted == 0)
		snprintf(words.text, sizeof(words.text), "?");
	else if (module->status == RUNTIME_UNKNOWN)
		snprintf(words.text, sizeof(words.text), _("? of %d"), module->pods_wanted);
	else
		snprintf(words.text, sizeof(words.text), _("%d of %d"), module->pods_ready,
			 module->pods_wanted);
	return words;
}

char *
words_of_pod(const struct runtime_brief *pod)
{
	const char *name = untrusted_raw(&pod->name), *node = untrusted_raw(&pod->node);
	const char *state = pod->is_unknown ? _("unknown")
			    : pod->is_ready ? _("ready")
					    : untrusted_raw(&pod->state);
	char age[16], restarts[64];

	clock_age(age, clock_wall_ms() - pod->created_at);
	snprintf(restarts, sizeof(restarts),
		 ngettext("%d restart", "%d restarts", (unsigned long)pod->restarts),
		 pod->restarts);
	if (*state == '\0')
		state = _("not ready");
	if (*node == '\0')
		return xasprintf(_("pod %s, %s old: %s, %s"), name, age, state, restarts);
	return xasprintf(_("pod %s on %s, %s old: %s, %s"), name, node, age, state, restarts);
}

/* How often it ended is said of its pod. */
char *
words_of_container(const struct runtime_brief *pod, size_t i)
{
	const struct runtime_brief_container *container = &pod->containers[i];
	const char *reason = untrusted_raw(&container->reason);
	const char *more = untrusted_raw(&container->message);
	char ago[64], *ended = NULL, *words;

	if (pod->is_unknown || (container->is_ready && container->last_end_at == 0))
		return NULL;
	if (container->runs)
		reason = container->is_ready ? _("running") : _("running, not ready");
	else if (*reason == '\0')
		reason = _("not ready");
	if (container->last_end_at > 0) {
		clock_ago(ago, clock_wall_ms() - container->last_end_at);
		ended = xasprintf(_("last ended %s: %s"), ago, untrusted_raw(&container->last_end));
	}
	words = xasprintf("%s: %s%s%s%s%s", untrusted_raw(&container->name), reason,
			  *more ? ": " : "", more, ended ? "; " : "", ended ? ended : "");
	free(ended);
	return words;
}

const char *
words_of_status(enum runtime_status status)
{
	static const char *const words[] = {
		[RUNTIME_UNKNOWN] = N_("unknown"),	[RUNTIME_RUNNING] = N_("running"),
		[RUNTIME_SUCCEEDED] = N_("ended well"), [RUNTIME_STARTING] = N_("starting"),
		[RUNTIME_FAILED] = N_("failed"),	[RUNTIME_STOPPED] = N_("stopped"),
		[RUNTIME_PARTLY] = N_("starting"),
	};

	return _(words[status]);
}

char *
words_of_home(const char *cluster, const char *namespace)
{
	return xasprintf(_("cluster %s, namespace %s"), cluster, namespace ? namespace : "");
}

char *
words_of_place(const struct runtime *runtime)
{
	return runtime->cluster.raw ? words_of_home(runtime->cluster.raw, runtime->namespace.raw)
				    : NULL;
}

static bool
has_pods(const struct world_environment *e, const char *workload)
{
	for (size_t i = 0; i < e->runtime.count; i++)
		if (e->runtime.modules[i].brief_count > 0 &&
		    (!workload || untrusted_is(&e->runtime.modules[i].module, workload)))
			return true;
	return false;
}

/* A cluster keeps what pods printed as long as they are there. */
const char *
words_of_no_logs(const struct world_environment *e, const char *workload, bool previous)
{
	if (previous)
		return _("No container was restarted, or the cluster no longer has what it printed "
			 "before.");
	if (e && e->runtime.cluster.raw && world_is_known(e, WORLD_RUNTIME) &&
	    !has_pods(e, workload))
		return _("No pod is left. A cluster keeps no output of pods that were deleted.");
	return "";
}

char *
words_of_place_short(const struct runtime *runtime)
{
	return runtime->cluster.raw ? xasprintf("%s/%s", runtime->cluster.raw,
						untrusted_raw(&runtime->namespace))
				    : NULL;
}

char *
words_of_wait(const struct rule_wait *wait)
{
	const char *maker = untrusted_raw(&wait->made_by);

	return *maker ? xasprintf(_("%s:%s, by a rule of %s, who may not deploy here"),
				  untrusted_raw(&wait->artefact), untrusted_raw(&wait->version),
				  maker)
		      : xasprintf(_("%s:%s, by a rule whose maker may not deploy here"),
				  untrusted_raw(&wait->artefact), untrusted_raw(&wait->version));
}

/* Where none was chosen: the first whose applications could not be read, so that nobody takes all
 * for empty. */
static const struct world_organization *
unreadable_organization(const struct world *world)
{
	for (size_t i = 0; i < world->count; i++)
		if (world->organizations[i].known.state == KNOWLEDGE_UNREADABLE)
			return &world->organizations[i];
	return NULL;
}

/* From near to far: the first that cannot be read is what is missing on the screen. */
char *
words_of_trouble(const struct world *world, const char *org, const char *app, int64_t now)
{
	static const char *const headings[] = {
		N_("The environments could not be read."),
		N_("The applications could not be read."),
		N_("The organizations could not be read."),
	};
	const struct world_organization *o = org ? world_organization(world, org) :
						   unreadable_organization(world);
	const struct world_application *a = org && app ? world_application(world, org, app) : NULL;
	const struct knowledge *lists[] = {a ? &a->known : NULL, o ? &o->known : NULL,
					   &world->known};
	const char *problem = a && a->problem.raw   ? a->problem.raw
			      : o && o->problem.raw ? o->problem.raw
						    : world->problem.raw;
	char ago[64], *age, *text;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (!lists[i] || lists[i]->state != KNOWLEDGE_UNREADABLE)
			continue;
		clock_ago(ago, now > lists[i]->at ? now - lists[i]->at : 0);
		age = lists[i]->at > 0 ? xasprintf(_("Last read %s."), ago) : NULL;
		text = xasprintf("%s %s%s%s", _(headings[i]), age ? age : "", age ? " " : "",
				 knowledge_why(lists[i])->text);
		free(age);
		return text;
	}
	return problem ? xstrdup(problem) : NULL;
}

char *
words_of_version(const struct set *set, const char *module)
{
	const char *reference = set_module_image(set, module);
	size_t count = json_object_size(manifests_of(set_module(set, module)));

	if (reference)
		return image_label(reference);
	return count > 0 ? xasprintf(ngettext("%zu object", "%zu objects", count), count) : NULL;
}

char *
words_of_objects(const struct set *set, const char *module)
{
	struct buf text;
	const char *key;
	json_t *object;

	buf_init(&text, OBJECTS_BYTES_MAX);
	json_object_foreach(manifests_of(set_module(set, module)), key, object)
		(void)buf_printf(&text, "%s%s", text.length > 0 ? ", " : "", key);
	if (text.length > 0)
		return buf_take(&text);
	buf_clear(&text);
	return NULL;
}

static enum standing
compare_images(const struct set *here, const struct set *there, const char *module)
{
	const char *a = set_module_image(here, module), *b = set_module_image(there, module);
	struct image x, y;
	enum version_order order;

	image_parse(&x, a ? a : "");
	image_parse(&y, b ? b : "");
	order = is_same_image(x.name, y.name) ? version_compare(x.version, y.version)
					      : VERSION_UNKNOWN;
	image_clear(&x);
	image_clear(&y);
	return order == VERSION_NEWER ? STANDING_AHEAD
	       : order == VERSION_OLDER ? STANDING_BEHIND : STANDING_OTHER;
}

/* Nothing was ever deployed there, and that is known. */
static bool
is_nothing(const struct world_environment *e)
{
	return world_known(e, WORLD_SET)->state == KNOWLEDGE_ABSENT;
}

/* The same as it is written: what it gets for its placeholders may still be another value. */
static enum standing
compare_values(const struct world_environment *e, const struct world_environment *baseline,
	       const json_t *module)
{
	switch (values_compare_used(module, e->values, baseline->values)) {
	case VALUE_SAME:
		return STANDING_SAME;
	case VALUE_UNKNOWN:
		return STANDING_UNKNOWN;
	default:
		return STANDING_OTHER;
	}
}

/* As written, then by the versions of the image, then by the values that are used: the first that
 * differs decides.  Of the past no values are remembered, so what uses some is not known to be the
 * same. */
enum standing
words_standing(const struct world_environment *e, const struct world_environment *baseline,
	       const char *module)
{
	const json_t *here = e->set ? set_module(e->set, module) : NULL;
	const json_t *there = baseline->set ? set_module(baseline->set, module) : NULL;

	if (e == baseline)
		return STANDING_BASE;
	if ((!e->set && !is_nothing(e)) || (!baseline->set && !is_nothing(baseline)))
		return STANDING_UNKNOWN;
	if (!here || !there)
		return here ? STANDING_ONLY_HERE : there ? STANDING_MISSING : STANDING_NOWHERE;
	if (!json_same(here, there))
		return compare_images(e->set, baseline->set, module);
	/* A clone that was not deployed has no values. */
	if (!e->is_past && !e->running.id.raw)
		return STANDING_SAME;
	return compare_values(e, baseline, here);
}

const char *
words_sign(enum standing standing)
{
	static const char *const signs[] = {
		[STANDING_BASE] = "",	  [STANDING_UNKNOWN] = "?", [STANDING_NOWHERE] = "",
		[STANDING_SAME] = "=",	  [STANDING_ONLY_HERE] = "+", [STANDING_MISSING] = "-",
		[STANDING_AHEAD] = ">",	  [STANDING_BEHIND] = "<",  [STANDING_OTHER] = "~",
	};

	return signs[standing];
}
