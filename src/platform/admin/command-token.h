/* SPDX-License-Identifier: GPL-3.0-or-later */

/* sidestaged token create|list|revoke. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_COMMAND_TOKEN_H
#define SIDESTAGE_PLATFORM_ADMIN_COMMAND_TOKEN_H

/* argv[0] is "token", argv[1] the action.  Returns the exit status: 0, 1 (failed), 2 (usage). */
int command_token(int argc, char **argv);

#endif
