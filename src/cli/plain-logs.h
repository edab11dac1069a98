/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs in plain lines. */
#ifndef SIDESTAGE_CLI_PLAIN_LOGS_H
#define SIDESTAGE_CLI_PLAIN_LOGS_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct linear;

/* The commands: what there is, or what comes as well. */
void linear_logs(struct linear *l, char **words, size_t count);
void linear_follow(struct linear *l, char **words, size_t count);
/* What the followed logs have more. */
void linear_tell_logs(struct linear *l);
/* Why lines cannot be read is told when it begins; that they are not there only at the end, for
 * mostly their environment was deleted, which is told instead. */
bool linear_tells_unread_at_once(const struct error *why);

#endif
