/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/kube-named.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "cli/command.h"
#include "cli/names.h"
#include "flow/session.h"
#include "flow/world/adoption.h"
#include "flow/world/world.h"

#define NAMES_MAX 400

static int
check_list(const struct argument_list *list, const struct world_adoption *adoption,
	   struct error *err)
{
	for (size_t i = 0; i < list->count; i++)
		if (*list->items[i] && adoption_check_shown(adoption, list->items[i],
							    clock_wall_ms(), err) != 0)
			return -1;
	return 0;
}

/* Clones outlive what they were made from, and what a command does to one needs nothing of that. */
static void
add_clones(const struct world_organization *of, const char *namespace, struct error *err)
{
	const struct error refused = *err;
	struct buf names;

	buf_init(&names, NAMES_MAX);
	for (size_t i = 0; i < of->count; i++)
		for (size_t k = 0; k < of->applications[i].count; k++) {
			const struct world_environment *e = &of->applications[i].environments[k];

			if (e->clone_of && strcmp(e->clone_of, namespace) == 0)
				(void)buf_printf(&names, "%s%s", names.length ? ", " : "",
						 untrusted_raw(&e->environment.id));
		}
	if (names.length)
		error_set(err, refused.kind,
			  _("%s Clones of it are still there: %s. Leave out --namespace=%s to use them."),
			  refused.text, buf_str(&names), namespace);
	buf_clear(&names);
}

static int
check_namespaces(const struct argument_list *list, const struct world_organization *of,
		 struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct argument_list one = {.items = &list->items[i], .count = 1};

		if (check_list(&one, &of->adoption, err) != 0) {
			add_clones(of, list->items[i], err);
			return -1;
		}
	}
	return 0;
}

/* What is to be done to one is done to none that nobody knows, whatever could be read. */
int
kube_named_take(const struct arguments *arguments, struct session *session, const char *org,
		struct error *err)
{
	const struct world_organization *of =
		org ? world_organization(session_world(session), org) : NULL;

	if (!of)
		return 0;
	/* What the cache knows is of another reading. */
	if (!arguments->offline && adoption_is_unselected(&of->adoption))
		return names_nothing(&of->adoption, err);
	if ((of->adoption.state == ADOPTION_DONE &&
	     check_namespaces(&arguments->namespaces, of, err) != 0) ||
	    check_list(&arguments->unprotected, &of->adoption, err) != 0 ||
	    check_list(&arguments->protected, &of->adoption, err) != 0)
		return -1;
	return session_protect_as_asked(session, err);
}
