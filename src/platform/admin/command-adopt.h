/* SPDX-License-Identifier: GPL-3.0-or-later */

#ifndef SIDESTAGE_PLATFORM_ADMIN_COMMAND_ADOPT_H
#define SIDESTAGE_PLATFORM_ADMIN_COMMAND_ADOPT_H

#include <stdbool.h>

/* Whether these arguments of `sidestaged import` are for it. */
bool command_adopt_is_meant(int argc, char **argv);
int command_adopt(int argc, char **argv);

#endif
