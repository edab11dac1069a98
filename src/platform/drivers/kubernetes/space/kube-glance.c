/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-glance.h"

#include "base/clock.h"
#include "base/error.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-pulse.h"
#include "platform/drivers/kubernetes/space/kube-space.h"
#include "platform/drivers/kubernetes/space/wide.h"
#include "platform/drivers/kubernetes/verdict/wide-row.h"

#define KNOWN_FOR_MS 5000		/* a watch that is taken up again takes less */

static bool
is_watched(const struct kube_space *space)
{
	return space->watches[KUBE_DEPLOYMENTS] != NULL;
}

static size_t
count_watched(const struct kube_driver *driver)
{
	size_t count = 0;

	for (const struct kube_space *space = driver->spaces; space; space = space->next)
		count += space->is_adopted && is_watched(space);
	return count;
}

bool
kube_glance_is_enough(const struct kube_space *space)
{
	return space->is_adopted && !space->is_removed &&
	       (space->driver->wide ||
		(!is_watched(space) && count_watched(space->driver) >= KUBE_APART_MAX));
}

bool
kube_glance_is_used(const struct kube_space *space)
{
	struct error ignored;

	return space->is_adopted && !space->is_removed && space->driver->wide &&
	       (!is_watched(space) || !kube_space_is_seen(space, &ignored));
}

static int64_t
seen_at(const struct kube_space *space)
{
	int64_t seen = kube_wide_seen_at(space->driver->wide),
		silent = kube_pulse_silent_since(space->driver->pulse);

	return silent < seen ? silent : seen;
}

static bool
is_known(const struct kube_space *space, struct error *why)
{
	if (!kube_pulse_is_silent(space->driver->pulse, why) &&
	    kube_wide_is_seen(space->driver->wide, why))
		return true;
	return clock_wall_ms() - seen_at(space) < KNOWN_FOR_MS;
}

bool
kube_glance_observe(const struct kube_space *space, struct driver_status *out, struct error *err)
{
	*out = (struct driver_status){0};
	if (!kube_wide_is_listed(space->driver->wide))
		return true;
	wide_row_status(kube_wide_rows(space->driver->wide, space->namespace), space->found, out);
	out->seen_at = seen_at(space);
	return is_known(space, err);
}

uint64_t
kube_glance_state(const struct kube_space *space)
{
	struct error ignored = {0};

	return kube_wide_state(space->driver->wide, space->namespace) * 2 +
	       is_known(space, &ignored);
}

uint64_t
kube_glance_declared(const struct kube_space *space)
{
	const struct kube_wide *wide = space->driver->wide;

	return kube_wide_is_listed(wide) ? kube_wide_declared(wide, space->namespace) : 0;
}
