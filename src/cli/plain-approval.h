/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether a reviewed change may be approved as the options say. */
#ifndef SIDESTAGE_CLI_PLAIN_APPROVAL_H
#define SIDESTAGE_CLI_PLAIN_APPROVAL_H

struct flow;
struct plain;

/* Acknowledges the findings of --acknowledge, and checks that --approve would not be refused: 0,
 * also without --approve; -1 and it was said. */
int plain_check_approval(struct plain *p, struct flow *flow);

#endif
