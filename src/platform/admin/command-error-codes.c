/* SPDX-License-Identifier: GPL-3.0-or-later */

/* sidestaged error-codes: their table as machine text, for clients in other languages and for
 * tests/contract, which holds each answer to it. */
#include "config.h"

#include "platform/admin/command-error-codes.h"

#include <stdio.h>

#include "base/i18n.h"
#include "model/error-codes.h"
#include "platform/admin/command.h"

int
command_error_codes(int argc, char **argv)
{
	char name[ERROR_CODE_SIZE];
	int status = command_read_nothing(
		argc, argv, _("List the errors of the API: code, status and sentence"));

	if (status != STATUS_FINE)
		return status < 0 ? STATUS_FINE : status;
	for (int code = ERROR_CODE_NONE + 1; code < ERROR_CODE_COUNT; code++) {
		const struct error_row *row = error_code_row((enum error_code)code);

		error_code_name(name, (enum error_code)code);
		printf("%s\t%d\t%s\t%s\n", name, row->status, row->text,
		       row->plural ? row->plural : "");
	}
	return fflush(stdout) == 0 ? STATUS_FINE : STATUS_FAILED;
}
