/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sidestaged routes: the table of routes as machine text, one a line.  The contract tests
 * read it, so that the specification and the program cannot drift apart. */
#include "config.h"

#include "platform/admin/command-routes.h"

#include <stdio.h>

#include "base/i18n.h"
#include "platform/api/routes.h"

int
command_routes(int argc, char **argv)
{
	struct route_description route;

	if (argc > 1) {
		fprintf(stderr, _("Usage: sidestaged %s\n"), argv[0]);
		return 2;
	}
	for (size_t i = 0; routes_describe(i, &route); i++)
		printf("%s\t%s\t%s\n", route.method, route.pattern, route.operation);
	return fflush(stdout) == 0 ? 0 : 1;
}
