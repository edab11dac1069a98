/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One command, and the end. */
#ifndef SIDESTAGE_CLI_PLAIN_ONCE_H
#define SIDESTAGE_CLI_PLAIN_ONCE_H

struct error;
struct plain;

/* An exit_code; err: what kept it from beginning. */
int plain_once(struct plain *p, struct error *err);

#endif
