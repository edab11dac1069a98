/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Doubled with each failure, and half of it by chance. */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/backoff.h"

#include <sys/random.h>
#include <sys/types.h>

#define FIRST_MS 200
#define CEILING_MS 10000

int64_t
kube_jitter(int64_t max)
{
	uint32_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		random = UINT32_MAX / 2;
	return (int64_t)((uint64_t)random * (uint64_t)(max + 1) >> 32);
}

int64_t
kube_backoff(int failures)
{
	int64_t delay = FIRST_MS;

	for (int i = 1; i < failures && delay < CEILING_MS; i++)
		delay *= 2;
	if (delay > CEILING_MS)
		delay = CEILING_MS;
	return delay / 2 + kube_jitter(delay / 2);
}
