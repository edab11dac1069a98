/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One value of a workload's configuration. */
#ifndef SIDESTAGE_CLI_PLAIN_SET_H
#define SIDESTAGE_CLI_PLAIN_SET_H

#include <stddef.h>

struct linear;

/* The commands that change it, and take it out. */
void linear_set(struct linear *l, char **words, size_t count);
void linear_unset(struct linear *l, char **words, size_t count);

#endif
