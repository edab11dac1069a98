/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/kube-named.h"

#include "base/clock.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/names.h"
#include "flow/session.h"
#include "flow/world/adoption.h"
#include "flow/world/world.h"

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
	     check_list(&arguments->namespaces, &of->adoption, err) != 0) ||
	    check_list(&arguments->unprotected, &of->adoption, err) != 0 ||
	    check_list(&arguments->protected, &of->adoption, err) != 0)
		return -1;
	return session_protect_as_asked(session, err);
}
