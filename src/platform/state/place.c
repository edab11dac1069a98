/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A place's name in one word, for drivers and logs: it is also the
 * directory of the process driver. */
#include "config.h"

#include "platform/state/place.h"

#include "base/xmalloc.h"

char *
place_space(const struct place *place)
{
	return xasprintf("%s/%s/%s", place->org, place->app, place->env);
}
