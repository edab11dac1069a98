/* SPDX-License-Identifier: GPL-3.0-or-later */

/* sidestaged extensions: their table as machine text, one addition a line.  The contract tests
 * compare it with what the documents say. */
#include "config.h"

#include "platform/admin/command-extensions.h"

#include <stdio.h>

#include "base/i18n.h"
#include "model/extensions.h"
#include "platform/admin/command.h"

int
command_extensions(int argc, char **argv)
{
	const struct extension_addition *row;
	int status = command_read_nothing(
		argc, argv,
		_("List what each extension adds to the API: extension, kind, operation, name"));

	if (status != STATUS_FINE)
		return status < 0 ? STATUS_FINE : status;
	for (size_t i = 0; (row = extension_addition(i)) != NULL; i++)
		printf("%s\t%s\t%s\t%s\n", extension_name(row->extension),
		       extension_addition_kind(row->kind), row->operation,
		       row->name ? row->name : "");
	return fflush(stdout) == 0 ? STATUS_FINE : STATUS_FAILED;
}
