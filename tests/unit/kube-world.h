/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An API server of a script (scripted-server.h), a cluster that asks it, and an access that gives
 * what the test says: kube_access_new() and its kubeconfig are not in it. */
#ifndef SIDESTAGE_TESTS_KUBE_WORLD_H
#define SIDESTAGE_TESTS_KUBE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "scripted-server.h"
#include "tests/patience.h"

/* Headers of an answer that is not the last of its connection, or is. */
#define ANSWER(status) "HTTP/1.1 " status "\r\nContent-Type: application/json\r\nConnection: close\r\n"
#define OK ANSWER("200 OK") "\r\n"
#define CHUNKED ANSWER("200 OK") "Transfer-Encoding: chunked\r\n\r\n"

struct kube_access {
	struct loop *loop;
	struct kube_target target;
	const char *tokens[4];		/* one for each that was refused; the last stays */
	uint64_t generation;
	struct error err;		/* kind NONE: none */
	int asked, refused, cancelled;
	bool is_freed;
};

struct kube_world {
	struct server server;
	struct loop *loop;
	struct kube_access access;
	struct kube_cluster *cluster;
};

void kube_world_start(struct kube_world *world, const struct exchange *exchanges);
void kube_world_stop(struct kube_world *world);
/* One turn of the loop, which waits 1 s at most. */
void kube_world_turn(struct kube_world *world);
/* Turns until it is so, within the time of a test that hangs. */
#define KUBE_WORLD_UNTIL(world, condition)                                                        \
	do {                                                                                      \
		int64_t kube_world_end = clock_steady_ms() + PATIENCE_MS;                         \
		while (!(condition)) {                                                            \
			assert_true(clock_steady_ms() < kube_world_end);                          \
			kube_world_turn(world);                                                   \
		}                                                                                 \
	} while (0)

#endif
