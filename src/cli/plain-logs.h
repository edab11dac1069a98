/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Logs in plain lines. */
#ifndef SIDESTAGE_CLI_PLAIN_LOGS_H
#define SIDESTAGE_CLI_PLAIN_LOGS_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct plain;

/* The commands: what there is, or what comes as well. */
void plain_logs(struct plain *p, char **words, size_t count);
void plain_follow(struct plain *p, char **words, size_t count);
/* What the followed logs have more. */
void plain_tell_logs(struct plain *p);
/* Why lines cannot be read is told when it begins; that they are not there only at the end, for
 * mostly their environment was deleted, which is told instead. */
bool plain_tells_unread_at_once(const struct error *why);

#endif
