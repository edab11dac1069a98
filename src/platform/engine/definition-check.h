/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether a resource definition can ever serve: its type and its driver are ones that there are,
 * and the driver takes its inputs. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_DEFINITION_CHECK_H
#define SIDESTAGE_PLATFORM_ENGINE_DEFINITION_CHECK_H

struct definition;
struct error;
struct platform;

/* As it was sent, or as it is kept.  A platform that runs nothing is taken for one with the
 * drivers of this program.  0, or -1 with err, which names what there is. */
int definition_check(const struct platform *platform, const char *org,
		     const struct definition *definition, struct error *err);

#endif
