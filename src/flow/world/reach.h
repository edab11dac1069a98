/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How a workload is reached by whoever looks at it here: at an address, or by a command. */
#ifndef SIDESTAGE_FLOW_WORLD_REACH_H
#define SIDESTAGE_FLOW_WORLD_REACH_H

struct world_environment;

/* "http://web.qa.shop.localhost:20017"; NULL: there is none, or it is not known yet.  Foreign text;
 * free() it. */
char *reach_address(const struct world_environment *e, const char *module);
/* What makes one where it is typed, of a workload that has none here; NULL: nothing is needed, or
 * nothing helps.  Foreign text, borrowed. */
const char *reach_command(const struct world_environment *e, const char *module);
/* Why the command is needed, for people; free() it. */
char *reach_why(const struct world_environment *e, const char *module);

#endif
