/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A server-side apply, a delete with a uid and a read do the same when they are done twice, so an
 * answer that was lost is no question here.  A 500 is an answer: so says an apply with a field that
 * nobody declared.
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/kube-batch.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "net/loop.h"

#define AT_ONCE 24		/* of one batch; several spaces may have one */
#define AGAIN_MIN_MS 500
#define AGAIN_MAX_MS 5000

struct batch_item {
	struct kube_batch *batch;
	enum kube_verb verb;
	char *path;
	json_t *body;
	bool dry_run;
	struct kube_request *request;	/* under way */
	struct loop_timer *timer;	/* until it is sent again */
	int again_ms;
};

struct kube_batch {
	struct kube_batch_options options;
	struct loop *loop;
	struct batch_item **items;
	size_t count;
	size_t next;			/* the first that was not sent yet */
	size_t open;			/* sent and not answered */
	int64_t patience_until;		/* steady ms */
	bool stopped;
	struct loop_task *ending;
};

bool
kube_reply_is_absent(const struct kube_reply *reply)
{
	switch (reply->status) {
	case 0:
		return reply->err.kind == ERROR_UNREACHABLE || reply->err.kind == ERROR_NO_REPLY;
	case 429:
	case 502:
	case 503:
	case 504:
		return true;
	default:
		return false;
	}
}

struct kube_batch *
kube_batch_new(const struct kube_batch_options *options)
{
	struct kube_batch *batch = xcalloc(1, sizeof(*batch));

	batch->options = *options;
	batch->loop = kube_cluster_loop(options->cluster);
	return batch;
}

void
kube_batch_free(struct kube_batch *batch)
{
	if (!batch)
		return;
	loop_cancel_task(batch->ending);
	for (size_t i = 0; i < batch->count; i++) {
		struct batch_item *item = batch->items[i];

		kube_cancel(item->request);
		loop_remove_timer(item->timer);
		free(item->path);
		json_decref(item->body);
		free(item);
	}
	free(batch->items);
	free(batch);
}

void
kube_batch_add(struct kube_batch *batch, enum kube_verb verb, char *path, const json_t *body,
	       bool dry_run)
{
	struct batch_item *item = xcalloc(1, sizeof(*item));

	*item = (struct batch_item){
		.batch = batch,
		.verb = verb,
		.path = path,
		.body = json_incref((json_t *)(uintptr_t)body),
		.dry_run = dry_run,
		.again_ms = AGAIN_MIN_MS,
	};
	batch->items = xreallocarray(batch->items, batch->count + 1, sizeof(struct batch_item *));
	batch->items[batch->count++] = item;
}

static void
report_end(void *data)
{
	struct kube_batch *batch = data;

	batch->ending = NULL;
	batch->options.ended(batch->options.data);
}

static void send_item(struct batch_item *item);

static void
send_more(struct kube_batch *batch)
{
	size_t at_once = batch->options.in_order ? 1 : AT_ONCE;

	while (!batch->stopped && batch->next < batch->count && batch->open < at_once) {
		batch->open++;
		if (batch->options.sends)
			batch->options.sends(batch->options.data, batch->next);
		send_item(batch->items[batch->next++]);
	}
	if (batch->open == 0 && (batch->stopped || batch->next == batch->count) && !batch->ending)
		batch->ending = loop_defer(batch->loop, report_end, batch);
}

static void
send_again(void *data)
{
	struct batch_item *item = data;

	item->timer = NULL;
	send_item(item);
}

static size_t
index_of(const struct batch_item *item)
{
	size_t i = 0;

	while (item->batch->items[i] != item)
		i++;
	return i;
}

static void
answered(void *data, const struct kube_reply *reply)
{
	struct batch_item *item = data;
	struct kube_batch *batch = item->batch;

	item->request = NULL;
	if (kube_reply_is_absent(reply) && !batch->stopped &&
	    clock_steady_ms() + item->again_ms < batch->patience_until) {
		item->timer = loop_add_timer(batch->loop, item->again_ms, send_again, item);
		if (item->again_ms < AGAIN_MAX_MS)
			item->again_ms *= 2;
		if (batch->options.waits)
			batch->options.waits(batch->options.data, &reply->err);
		return;
	}
	batch->options.answered(batch->options.data, index_of(item), reply);
	batch->open--;
	send_more(batch);
}

static void
send_item(struct batch_item *item)
{
	int64_t left = item->batch->patience_until - clock_steady_ms();
	const struct kube_request_options options = {
		.verb = item->verb,
		.path = item->path,
		.body = item->body,
		.dry_run = item->dry_run,
		.only_metadata = item->batch->options.only_metadata,
		.within_ms = left > 0 ? left : 1,
		.done = answered,
		.data = item,
	};

	item->request = kube_send(item->batch->options.cluster, &options);
}

void
kube_batch_start(struct kube_batch *batch)
{
	int64_t patience_ms = batch->options.patience_ms;

	batch->patience_until = clock_steady_ms() +
				(patience_ms > 0 ? patience_ms : KUBE_BATCH_PATIENCE_MS);
	send_more(batch);
}

/* What waits to be sent again is not: whoever stops takes it for sent. */
void
kube_batch_stop(struct kube_batch *batch)
{
	batch->stopped = true;
	for (size_t i = 0; i < batch->count; i++)
		if (batch->items[i]->timer) {
			loop_remove_timer(batch->items[i]->timer);
			batch->items[i]->timer = NULL;
			batch->open--;
		}
	send_more(batch);
}
