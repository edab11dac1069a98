/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands that only tell. */
#ifndef SIDESTAGE_CLI_PLAIN_LOOK_H
#define SIDESTAGE_CLI_PLAIN_LOOK_H

#include <stddef.h>

struct linear;

/* The commands of the table, in its order; each prints its answer in words or as facts. */
void linear_board(struct linear *l, char **words, size_t count);
void linear_snapshot(struct linear *l, char **words, size_t count);
void linear_applications(struct linear *l, char **words, size_t count);
void linear_open(struct linear *l, char **words, size_t count);
void linear_environment_near(struct linear *l, char **words, size_t count);
void linear_versions(struct linear *l, char **words, size_t count);
void linear_diff(struct linear *l, char **words, size_t count);
void linear_clones(struct linear *l, char **words, size_t count);
void linear_history(struct linear *l, char **words, size_t count);
void linear_hotfix(struct linear *l, char **words, size_t count);

#endif
