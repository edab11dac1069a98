/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is given on a command line now is the newest choice.  The platform takes it or refuses it
 * before anything else is done: a choice that was refused, and kept, would be carried out later,
 * when nobody expects it.
 */
#include "config.h"

#include "cli/kube-groups.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/knowledge.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/exit-code.h"
#include "cli/kube-state.h"
#include "cli/output-text.h"
#include "flow/context/context.h"
#include "flow/deed.h"
#include "flow/session.h"
#include "flow/world/adoption.h"
#include "flow/world/world.h"
#include "model/json.h"

#define READ_MS 30000
#define MOVE_MS 5000			/* it moves later where somebody deploys at this moment */
#define SILENT_MS 3000
#define TURN_MS 200
#define NAMES_MAX 400
#define AGAIN_MS 50			/* not with each answer, which ends a turn */

/* --- the words --- */

static int
check_group(const char *group, struct error *err)
{
	const char *equals = strchr(group, '=');
	char *namespace = xstrndup(group, strcspn(group, "="));
	bool is_namespace = kube_state_is_namespace(namespace);

	free(namespace);
	if (!equals || !is_namespace)
		return error_set(err, ERROR_INPUT,
				 _("--group: expected NAMESPACE=APPLICATION, and got \"%s\"."),
				 group);
	if (equals[1] && !ids_is_name(equals + 1))
		return error_set(err, ERROR_INPUT, "--group=%s: %s", group,
				 _("Use 2 to 50 lower-case letters and digits, with single dashes "
				   "between them."));
	return 0;
}

/* Whether both are about one namespace, and say of it what cannot both be. */
static bool
contradict(const char *one, const char *other)
{
	size_t length = strcspn(one, "=");

	return length == strcspn(other, "=") && strncmp(one, other, length) == 0 &&
	       strcmp(one, other) != 0;
}

int
kube_groups_check(const struct argument_list *list, struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		if (check_group(list->items[i], err) != 0)
			return -1;
		for (size_t k = 0; k < i; k++)
			if (contradict(list->items[k], list->items[i]))
				return error_set(err, ERROR_INPUT,
						 _("--group=%s and --group=%s contradict each "
						   "other."),
						 list->items[k], list->items[i]);
	}
	return 0;
}

/* {"shop-db": "shop", "web": ""}; new reference. */
static json_t *
read_groups(const struct argument_list *list)
{
	json_t *groups = json_object();

	for (size_t i = 0; i < list->count; i++) {
		const char *equals = strchr(list->items[i], '=');
		char *namespace = xstrndup(list->items[i], (size_t)(equals - list->items[i]));

		json_object_set_new(groups, namespace, json_string(equals + 1));
		free(namespace);
	}
	return groups;
}

/* --- asking --- */

/* NULL while nothing is known of a cluster. */
static const struct world_organization *
adopting(const struct session *session)
{
	const struct world *world = session_world(session);

	for (size_t i = 0; i < world->count; i++)
		if (world->organizations[i].adoption.state != ADOPTION_NONE)
			return &world->organizations[i];
	return NULL;
}

static void
tell_silence(const struct session *session, bool *is_told)
{
	const struct world_organization *o = adopting(session);
	char *text;

	if (*is_told || !o)
		return;
	text = adoption_nothing(&o->adoption);
	output_text_error("%s", text);
	free(text);
	*is_told = true;
}

static int64_t
end_of(const struct arguments *arguments)
{
	const int64_t given = arguments->timeout_ms;

	return given == 0 ? INT64_MAX : clock_steady_ms() + (given > 0 ? given : READ_MS);
}

/* The platform knows no namespace before it has read them. */
static int
wait_for_cluster(struct session *session, int64_t until, struct error *err)
{
	const int64_t silent_at = clock_steady_ms() + SILENT_MS;
	const struct knowledge *unread;
	bool is_told = false;

	while (!session_settled(session, NULL, NULL, NEED_APPLICATIONS, 0)) {
		if (clock_steady_ms() >= until)
			return error_set(err, ERROR_NO_REPLY,
					 _("The platform has not answered in time."));
		(void)session_turn(session, NULL, NULL, 0, TURN_MS);
		if (clock_steady_ms() >= silent_at)
			tell_silence(session, &is_told);
	}
	unread = session_unreadable(session, NULL, NULL, NEED_APPLICATIONS);
	if (unread) {
		*err = *knowledge_why(unread);
		return -1;
	}
	if (!adopting(session))
		return error_set(err, ERROR_PROTOCOL,
				 _("This platform does not look for namespaces in a cluster."));
	return 0;
}

/* A name that was mistyped is told with those that there are. */
static void
add_shown(const struct world_adoption *adoption, struct error *err)
{
	const struct error refused = *err;
	const char *env;
	struct buf names;
	json_t *left;

	buf_init(&names, NAMES_MAX);
	json_object_foreach(adoption->environments, env, left)
		if (!buf_printf(&names, "%s%s", names.length ? ", " : "", env))
			break;
	if (names.length)
		error_set(err, refused.kind, _("%s Shown: %s."), refused.text, buf_str(&names));
	buf_clear(&names);
}

static int
ask(struct session *session, const json_t *groups, int64_t until, struct error *err)
{
	char *org = xstrdup(untrusted_raw(&adopting(session)->organization.id));
	struct deed *deed = deed_groups(session, org, groups, err);

	free(org);
	if (!deed)
		return -1;
	while (!deed_is_answered(deed) && clock_steady_ms() < until)
		(void)session_turn(session, NULL, NULL, 0, TURN_MS);
	if (!deed_is_answered(deed))
		error_set(err, ERROR_NO_REPLY, _("The platform has not answered in time."));
	else
		*err = *deed_error(deed);
	deed_close(deed);
	if (err->kind == ERROR_NOT_FOUND && adopting(session))
		add_shown(&adopting(session)->adoption, err);
	return err->kind == ERROR_NONE ? 0 : -1;
}

/* --- until it is done --- */

/* By what the platform says since it was asked. */
static bool
has_moved(const struct world_organization *o, const json_t *groups, int64_t asked_at)
{
	const char *namespace;
	json_t *app;

	if (o->adoption_known.at < asked_at)
		return false;
	json_object_foreach((json_t *)(uintptr_t)groups, namespace, app) {
		const char *is = adoption_application(&o->adoption, namespace);
		const char *wanted = json_string_value(app);

		if (is && (adoption_is_moving(&o->adoption, namespace) ||
			   (*wanted && strcmp(is, wanted) != 0)))
			return false;
	}
	return true;
}

static void
wait_for_move(struct session *session, const json_t *groups)
{
	const int64_t until = clock_steady_ms() + MOVE_MS, asked_at = clock_wall_ms();
	const struct world_organization *o;
	int64_t asks_at = 0, now;

	while ((o = adopting(session)) && !has_moved(o, groups, asked_at) &&
	       (now = clock_steady_ms()) < until) {
		if (now >= asks_at) {
			session_refresh(session);
			asks_at = now + AGAIN_MS;
		}
		(void)session_turn(session, NULL, NULL, 0, AGAIN_MS);
	}
}

static int
choose(struct session *session, const json_t *groups, int64_t until, struct error *err)
{
	if (session_check_changes(session, err) != 0 ||
	    wait_for_cluster(session, until, err) != 0 || ask(session, groups, until, err) != 0)
		return -1;
	wait_for_move(session, groups);
	return 0;
}

int
kube_groups_choose(const struct arguments *arguments, const struct session_options *options,
		   struct error *err)
{
	struct session_options once = *options;
	json_t *groups = read_groups(&arguments->groups);
	struct session *session;

	/* What is asked for besides is not done where this is refused. */
	once.waive = once.protect_again = NULL;
	once.keeper = NULL;
	once.only_org = NULL;
	session = session_new(&once, err);
	if (session)
		(void)choose(session, groups, end_of(arguments), err);
	session_free(session);
	json_decref(groups);
	return err->kind == ERROR_CONFLICT ? EXIT_MOVED : exit_code_of(err->kind, EXIT_STAGE_WORDS);
}

void
kube_groups_tell(const struct argument_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		char *namespace = xstrndup(list->items[i], strcspn(list->items[i], "="));

		output_text_line(_("Saved for %s, which is read again now."),
				 namespace);
		free(namespace);
	}
}
