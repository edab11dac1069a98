/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What an error is to a script.
 *
 * The kind alone does not say it.  A name that is not there is a wrong command line when the
 * command has it from there, and a failure when the platform says it later; what could not be
 * read while a change is carried out is no "unread" either, since something may have been
 * changed.  So the table has a column for each stage of a command, and whoever adds a kind
 * has to think of all three.
 */
#include "config.h"

#include "cli/exit-code.h"

#include <stddef.h>

#include "base/i18n.h"

/* Every kind of error, and what it is to a script: when words are looked up, read, changed. */
static const enum exit_code codes[][3] = {
	[ERROR_NONE] = {EXIT_OK, EXIT_OK, EXIT_OK},
	[ERROR_INPUT] = {EXIT_USAGE, EXIT_USAGE, EXIT_FAILED},
	[ERROR_NOT_FOUND] = {EXIT_USAGE, EXIT_FAILED, EXIT_FAILED},
	[ERROR_CONFLICT] = {EXIT_FAILED, EXIT_FAILED, EXIT_FAILED},
	[ERROR_STALE] = {EXIT_MOVED, EXIT_MOVED, EXIT_MOVED},
	[ERROR_ACCESS] = {EXIT_REFUSED, EXIT_REFUSED, EXIT_REFUSED},
	[ERROR_UNREACHABLE] = {EXIT_UNREAD, EXIT_UNREAD, EXIT_FAILED},
	[ERROR_NO_REPLY] = {EXIT_UNREAD, EXIT_UNREAD, EXIT_FAILED},
	[ERROR_PROTOCOL] = {EXIT_UNREAD, EXIT_UNREAD, EXIT_FAILED},
	[ERROR_LIMIT] = {EXIT_UNREAD, EXIT_UNREAD, EXIT_FAILED},
	[ERROR_REMOTE] = {EXIT_UNREAD, EXIT_UNREAD, EXIT_FAILED},
	[ERROR_STORE] = {EXIT_UNREAD, EXIT_UNREAD, EXIT_FAILED},
	[ERROR_SYSTEM] = {EXIT_UNREAD, EXIT_UNREAD, EXIT_FAILED},
	[ERROR_FULL] = {EXIT_UNREAD, EXIT_UNREAD, EXIT_FAILED},
	[ERROR_UNAVAILABLE] = {EXIT_UNREAD, EXIT_UNREAD, EXIT_FAILED},
};

static const char *const helps[] = {
	[EXIT_OK] = N_("Done as asked (diff: no differences)"),
	[EXIT_FAILED] = N_("Failed (diff: differences were found)"),
	[EXIT_USAGE] = N_("The command line is wrong, or names something that does not exist"),
	[EXIT_UNREAD] = N_("Something needed could not be read"),
	[EXIT_REFUSED] = N_("Refused: token, rights, protection, freeze, the cluster or --read-only"),
	[EXIT_PREVIEWED] = N_("Previewed only: the change was not approved"),
	[EXIT_MOVED] = N_("The target moved, or a conflict waits for a decision"),
	[EXIT_RUNNING] = N_("Still running (--no-wait, --timeout)"),
};

enum exit_code
exit_code_of(enum error_kind kind, enum exit_stage stage)
{
	return (size_t)kind < sizeof(codes) / sizeof(codes[0]) ? codes[kind][stage] : EXIT_FAILED;
}

const char *
exit_code_help(enum exit_code code)
{
	return helps[code];
}
