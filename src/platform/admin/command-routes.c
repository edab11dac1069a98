/* SPDX-License-Identifier: GPL-3.0-or-later */

/* sidestaged routes: the table of routes as machine text, one a line.  The contract tests
 * read it, so that the specification and the program cannot drift apart. */
#include "config.h"

#include "platform/admin/command-routes.h"

#include <stdio.h>

#include "base/i18n.h"
#include "platform/admin/command.h"
#include "platform/api/routes.h"

int
command_routes(int argc, char **argv)
{
	struct route_description route;
	int status = command_read_nothing(
		argc, argv, _("List the routes of the API: method, path and operation"));

	if (status != STATUS_FINE)
		return status < 0 ? STATUS_FINE : status;
	for (size_t i = 0; routes_describe(i, &route); i++)
		printf("%s\t%s\t%s\n", route.method, route.pattern, route.operation);
	return fflush(stdout) == 0 ? STATUS_FINE : STATUS_FAILED;
}
