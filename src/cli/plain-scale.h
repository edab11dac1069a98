/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How many pods a workload of a cluster has, and whether they are new. */
#ifndef SIDESTAGE_CLI_PLAIN_SCALE_H
#define SIDESTAGE_CLI_PLAIN_SCALE_H

#include <stddef.h>

struct plain;

/* The commands that change it. */
void plain_replicas(struct plain *p, char **words, size_t count);
void plain_restart(struct plain *p, char **words, size_t count);
void plain_pause(struct plain *p, char **words, size_t count);

#endif
