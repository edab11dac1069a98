/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The place of a thing in the platform: an organization, an application, an environment. */
#ifndef SIDESTAGE_PLATFORM_STATE_PLACE_H
#define SIDESTAGE_PLATFORM_STATE_PLACE_H

/* Where something lives.  Borrowed strings; app and env may be NULL. */
struct place {
	const char *org;
	const char *app;
	const char *env;
};

/* What an environment is called by a driver: "org/app/env"; free() it. */
char *place_space(const struct place *place);

#endif
