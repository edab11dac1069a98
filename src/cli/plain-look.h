/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The commands that only tell. */
#ifndef SIDESTAGE_CLI_PLAIN_LOOK_H
#define SIDESTAGE_CLI_PLAIN_LOOK_H

#include <stddef.h>

struct plain;

/* The commands of the table, in its order; each prints its answer as text or as JSON. */
void plain_board(struct plain *p, char **words, size_t count);
void plain_snapshot(struct plain *p, char **words, size_t count);
void plain_applications(struct plain *p, char **words, size_t count);
void plain_open(struct plain *p, char **words, size_t count);
void plain_environment_details(struct plain *p, char **words, size_t count);
void plain_versions(struct plain *p, char **words, size_t count);
void plain_diff(struct plain *p, char **words, size_t count);
void plain_clones(struct plain *p, char **words, size_t count);
void plain_history(struct plain *p, char **words, size_t count);
void plain_hotfix(struct plain *p, char **words, size_t count);

#endif
