/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "flow/context/keeper.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/context/session-state.h"
#include "net/loop.h"

#define AGAIN_MS 5000			/* after one that could not be started */

struct keeper {
	struct session *session;
	struct platform_keeper platform;
	struct loop_fd *watch;		/* NULL: it has ended */
	struct loop_timer *timer;
};

static void watch(struct keeper *keeper, int fd);

static void
revive(void *data)
{
	struct keeper *keeper = data;
	int fd = keeper->platform.revive(keeper->platform.data);

	keeper->timer = NULL;
	if (fd < 0) {
		keeper->timer = loop_add_timer(keeper->session->loop, AGAIN_MS, revive, keeper);
		return;
	}
	watch(keeper, fd);
	session_refresh(keeper->session);
}

/* Not from inside: it is the loop's own turn. */
static void
hung_up(void *data, uint32_t events)
{
	struct keeper *keeper = data;

	(void)events;
	loop_remove_fd(keeper->watch);
	keeper->watch = NULL;
	keeper->timer = loop_add_timer(keeper->session->loop, 0, revive, keeper);
}

static void
watch(struct keeper *keeper, int fd)
{
	keeper->watch = loop_add_fd(keeper->session->loop, fd, 0, hung_up, keeper);
}

struct keeper *
keeper_new(struct session *session, const struct platform_keeper *platform)
{
	struct keeper *keeper;

	if (!platform)
		return NULL;
	keeper = xcalloc(1, sizeof(*keeper));
	keeper->session = session;
	keeper->platform = *platform;
	watch(keeper, platform->fd);
	return keeper;
}

void
keeper_free(struct keeper *keeper)
{
	if (!keeper)
		return;
	loop_remove_fd(keeper->watch);
	loop_remove_timer(keeper->timer);
	free(keeper);
}
