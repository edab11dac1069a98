/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One value of a workload's configuration. */
#ifndef SIDESTAGE_CLI_PLAIN_SET_H
#define SIDESTAGE_CLI_PLAIN_SET_H

#include <stddef.h>

struct plain;

/* The commands that change it, and take it out. */
void plain_set(struct plain *p, char **words, size_t count);
void plain_unset(struct plain *p, char **words, size_t count);

#endif
