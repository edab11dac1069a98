/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "kube-world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xmalloc.h"
#include "net/loop.h"

struct kube_identity_request {
	struct kube_access *access;
	struct loop_task *task;
	void (*done)(void *data, const struct kube_identity *identity, const struct error *err);
	void *data;
};

const struct kube_target *
kube_access_target(const struct kube_access *access)
{
	return &access->target;
}

static void
give(void *data)
{
	struct kube_identity_request request = *(struct kube_identity_request *)data;
	struct kube_access *access = request.access;
	int number = access->refused < 3 ? access->refused : 3;
	struct kube_identity identity = {.generation = access->generation};

	free(data);
	while (number > 0 && !access->tokens[number])
		number--;
	identity.token = access->tokens[number];
	if (access->err.kind != ERROR_NONE)
		request.done(request.data, NULL, &access->err);
	else
		request.done(request.data, &identity, NULL);
}

struct kube_identity_request *
kube_access_identity(struct kube_access *access, bool refused,
		     void (*done)(void *data, const struct kube_identity *identity,
				  const struct error *err),
		     void *data)
{
	struct kube_identity_request *request = xcalloc(1, sizeof(*request));

	access->asked++;
	access->refused += refused;
	request->access = access;
	request->done = done;
	request->data = data;
	request->task = loop_defer(access->loop, give, request);
	return request;
}

void
kube_access_cancel(struct kube_identity_request *request)
{
	if (!request)
		return;
	request->access->cancelled++;
	loop_cancel_task(request->task);
	free(request);
}

void
kube_access_free(struct kube_access *access)
{
	access->is_freed = true;
}

void
kube_world_start(struct kube_world *world, const struct exchange *exchanges)
{
	struct error err = {0};

	memset(world, 0, sizeof(*world));
	server_start(&world->server, exchanges, NULL);
	world->loop = loop_new(&err);
	assert_non_null(world->loop);
	world->access = (struct kube_access){
		.loop = world->loop,
		.target = {.server = world->server.url, .user = (char *)"alice"},
		.tokens = {"first", "second"},
		.generation = 1};
	world->cluster = kube_cluster_new(world->loop, &world->access);
}

void
kube_world_stop(struct kube_world *world)
{
	kube_cluster_free(world->cluster);
	assert_true(world->access.is_freed);
	loop_free(world->loop);
	server_stop(&world->server);
}

void
kube_world_turn(struct kube_world *world)
{
	assert_int_equal(loop_turn(world->loop, 1000, NULL), 0);
}
