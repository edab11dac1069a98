/* SPDX-License-Identifier: GPL-3.0-or-later */

/* "drop": what a rule wants to deploy and may not is dropped; the rule stays. */
#ifndef SIDESTAGE_CLI_PLAIN_DROP_H
#define SIDESTAGE_CLI_PLAIN_DROP_H

#include <stddef.h>

struct plain;

void plain_drop(struct plain *p, char **words, size_t count);

#endif
