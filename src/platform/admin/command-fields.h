/* SPDX-License-Identifier: GPL-3.0-or-later */

/* sidestaged fields. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_COMMAND_FIELDS_H
#define SIDESTAGE_PLATFORM_ADMIN_COMMAND_FIELDS_H

/* Prints the table of what a workload may say; touches no state. */
int command_fields(int argc, char **argv);

#endif
