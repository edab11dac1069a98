/* SPDX-License-Identifier: GPL-3.0-or-later */

/* It is started again when its descriptor hangs up: at once, and after a while where that fails. */
#include "config.h"

#include "flow/context/keeper.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/context/session-state.h"
#include "net/loop.h"

#define AGAIN_MS 5000			/* after one that could not be started */

struct keeper {
	struct session *session;
	struct platform_keeper platform;
	int starting;			/* what tells of a start that is under way; -1: none is */
	struct loop_fd *watch;		/* of that, or of the platform; NULL: it has ended */
	struct loop_timer *timer;
};

static void watch(struct keeper *keeper, int fd);
static void begin(void *data);

static void
begin_in(struct keeper *keeper, int64_t delay_ms)
{
	keeper->timer = loop_add_timer(keeper->session->loop, delay_ms, begin, keeper);
}

static void
started(void *data, uint32_t events)
{
	struct keeper *keeper = data;
	int fd;

	(void)events;
	loop_remove_fd(keeper->watch);
	keeper->watch = NULL;
	fd = keeper->platform.end(keeper->platform.data, keeper->starting);
	keeper->starting = -1;
	if (fd < 0) {
		begin_in(keeper, AGAIN_MS);
		return;
	}
	watch(keeper, fd);
	session_refresh(keeper->session);
}

static void
begin(void *data)
{
	struct keeper *keeper = data;

	keeper->timer = NULL;
	keeper->starting = keeper->platform.begin(keeper->platform.data);
	if (keeper->starting < 0)
		begin_in(keeper, AGAIN_MS);
	else
		keeper->watch = loop_add_fd(keeper->session->loop, keeper->starting, EPOLLIN,
					    started, keeper);
}

/* Not from inside: it is the loop's own turn. */
static void
hung_up(void *data, uint32_t events)
{
	struct keeper *keeper = data;

	(void)events;
	loop_remove_fd(keeper->watch);
	keeper->watch = NULL;
	begin_in(keeper, 0);
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
	keeper->starting = -1;
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
	if (keeper->starting >= 0)
		close(keeper->starting);
	free(keeper);
}
