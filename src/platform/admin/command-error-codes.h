/* SPDX-License-Identifier: GPL-3.0-or-later */

/* sidestaged error-codes. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_COMMAND_ERROR_CODES_H
#define SIDESTAGE_PLATFORM_ADMIN_COMMAND_ERROR_CODES_H

/* Prints the codes of errors, one a line; touches no state. */
int command_error_codes(int argc, char **argv);

#endif
