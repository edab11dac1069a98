/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is told comes from the rows of the cluster as a whole (wide.h), so that the spaces need no
 * watches of their own.
 */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-glance.h"

#include "base/error.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-pulse.h"
#include "platform/drivers/kubernetes/space/kube-space.h"
#include "platform/drivers/kubernetes/space/wide.h"
#include "platform/drivers/kubernetes/verdict/wide-row.h"

/* Before somebody follows it any will do. */
static struct kube_wide *
wide_of(const struct kube_space *space)
{
	return space->is_followed ? kube_wide_over(space->driver, space->selector)
				  : space->driver->wides;
}

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
	       (wide_of(space) ||
		(!is_watched(space) && count_watched(space->driver) >= KUBE_APART_MAX));
}

bool
kube_glance_is_used(const struct kube_space *space)
{
	struct error ignored;

	return space->is_adopted && !space->is_removed && wide_of(space) &&
	       (!is_watched(space) || !kube_space_is_seen(space, &ignored));
}

static int64_t
seen_at(const struct kube_space *space)
{
	int64_t seen = kube_wide_seen_at(wide_of(space)),
		silent = kube_pulse_silent_since(space->driver->pulse);

	return silent < seen ? silent : seen;
}

static bool
is_known(const struct kube_space *space, struct error *why)
{
	if (!kube_pulse_is_silent(space->driver->pulse, why) &&
	    kube_wide_is_seen(wide_of(space), why))
		return true;
	return kube_space_is_recent(seen_at(space));
}

bool
kube_glance_observe(const struct kube_space *space, struct driver_status *out, struct error *err)
{
	const struct kube_wide *wide = wide_of(space);

	*out = (struct driver_status){0};
	if (!kube_wide_is_listed(wide))
		return true;
	wide_row_status(kube_wide_rows(wide, space->namespace), space->found, out);
	out->seen_at = seen_at(space);
	return is_known(space, err);
}

uint64_t
kube_glance_state(const struct kube_space *space)
{
	struct error ignored = {0};

	return kube_wide_state(wide_of(space), space->namespace) * 2 +
	       is_known(space, &ignored);
}

bool
kube_glance_declared(const struct kube_space *space, uint64_t *out)
{
	const struct kube_wide *wide = kube_wide_find(space->driver, space->selector);

	*out = wide && kube_wide_is_listed(wide) ? kube_wide_declared(wide, space->namespace) : 0;
	return wide != NULL;
}
