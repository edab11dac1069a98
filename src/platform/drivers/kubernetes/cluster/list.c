/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Pages come one after the other and only the next is asked for, so whoever keeps less of an object
 * than it is (kube_list_keep_as()) never has more than a page in memory, and one that is busy makes
 * the list wait.  A page that is too large is asked for again with fewer objects, down to one; what
 * is already here stays, since `continue` goes by objects and not by pages.
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "net/loop.h"
#include "net/url.h"
#include "platform/drivers/kubernetes/cluster/answer.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/meta.h"

#define PAGE_OBJECTS 500
#define BYTES_MAX (64u * 1024 * 1024)
#define URL_MAX 8192
#define CONTINUE_MAX 4096
#define PAUSE_MS 10

struct kube_list {
	struct kube_cluster *cluster;
	const char *path, *selector;
	void (*ended)(void *data, const struct kube_list_result *result);
	void *data;

	json_t *objects;
	struct kube_request *request;
	struct loop_timer *pause;	/* NULL: none */
	char *next_page;		/* NULL: the first */
	int page_objects;
	size_t bytes;
	bool keeps_managers;
	struct kube_keeper keeper;	/* keep NULL: they are kept as they are */
};

static void send_page(struct kube_list *list);

char *
kube_list_key(const char *path, const json_t *object)
{
	return kube_meta_key(object, !strstr(path, "/namespaces/"));
}

/* --- its end --- */

static void
give_up(struct kube_list *list, const struct error *err)
{
	list->ended(list->data, &(struct kube_list_result){.err = *err});
}

static void
finish(struct kube_list *list, const json_t *page)
{
	char version[KUBE_VERSION_SIZE];
	struct error err = {0};

	if (kube_meta_version(page, version)) {
		list->ended(list->data, &(struct kube_list_result){.objects = list->objects,
								   .version = version});
		return;
	}
	kube_answer_odd(list->path, "list", "no resourceVersion", &err);
	give_up(list, &err);
}

/* --- pages --- */

static void
keep_item(struct kube_list *list, const char *key, json_t *item)
{
	json_t *kept = list->keeper.keep ? list->keeper.keep(list->keeper.data, item) : item;

	if (list->keeper.keep)
		json_decref(item);
	if (kept)
		json_object_set_new(list->objects, key, kept);
}

static bool
is_too_much(const struct kube_list *list)
{
	if (list->keeper.keep)
		return json_object_size(list->objects) > list->keeper.max;
	return json_object_size(list->objects) > KUBE_LIST_MAX || list->bytes > BYTES_MAX;
}

static int
take_page(struct kube_list *list, const json_t *page, struct error *err)
{
	const json_t *items = json_object_get(page, "items");
	json_t *item;
	size_t i;

	if (!json_is_array(items) && !json_is_null(items)) {
		kube_answer_odd(list->path, "list", "no items", err);
		return -1;
	}
	json_array_foreach (items, i, item) {
		char *key = kube_list_key(list->path, item);

		if (!key) {
			kube_answer_odd(list->path, "list", "an item without a name", err);
			return -1;
		}
		keep_item(list, key, kube_meta_item(page, item, list->keeps_managers));
		free(key);
	}
	if (!is_too_much(list))
		return 0;
	kube_answer_too_many(list->path,
			     list->keeper.keep ? (long long)list->keeper.max : KUBE_LIST_MAX, err);
	return -1;
}

static void
refuse_page(struct kube_list *list, const struct kube_reply *reply)
{
	if (reply->err.kind == ERROR_LIMIT && list->page_objects > 1) {
		list->page_objects = list->page_objects > 5 ? list->page_objects / 5 : 1;
		send_page(list);
	} else {
		list->ended(list->data, &(struct kube_list_result){
			.err = reply->err,
			.has_expired = reply->err.kind == ERROR_STALE && list->next_page,
			.status = reply->status,
		});
	}
}

static void
tell_page(struct kube_list *list, bool is_last)
{
	if (list->keeper.page)
		list->keeper.page(list->keeper.data, is_last);
}

static void
send_when_wanted(void *data)
{
	struct kube_list *list = data;

	list->pause = NULL;
	if (list->keeper.is_busy && list->keeper.is_busy(list->keeper.data))
		list->pause = loop_add_timer(kube_cluster_loop(list->cluster), PAUSE_MS,
					     send_when_wanted, list);
	else
		send_page(list);
}

static void
on_page(void *data, const struct kube_reply *reply)
{
	const char *next = json_member_string(json_object_get(reply->body, "metadata"), "continue");
	struct kube_list *list = data;
	struct error err = {0};

	list->request = NULL;
	list->bytes += reply->length;
	if (reply->err.kind != ERROR_NONE) {
		refuse_page(list, reply);
	} else if (take_page(list, reply->body, &err) != 0) {
		give_up(list, &err);
	} else if (next && *next && strlen(next) <= CONTINUE_MAX) {
		free(list->next_page);
		list->next_page = xstrdup(next);
		tell_page(list, false);
		send_when_wanted(list);
	} else {
		tell_page(list, true);
		finish(list, reply->body);
	}
}

static void
send_page(struct kube_list *list)
{
	struct buf path;

	buf_init(&path, URL_MAX);
	buf_printf(&path, "%s?limit=%d", list->path, list->page_objects);
	if (list->selector)
		buf_printf(&path, "&labelSelector=%s", list->selector);
	if (list->next_page) {
		buf_puts(&path, "&continue=");
		url_append_escaped(&path, list->next_page);
	}
	list->request = kube_send(list->cluster,
				  &(struct kube_request_options){.verb = KUBE_GET,
								 .path = buf_str(&path),
								 .done = on_page,
								 .data = list});
	buf_clear(&path);
}

/* --- beginning --- */

struct kube_list *
kube_list_start(struct kube_cluster *cluster, const char *path, const char *selector,
		void (*ended)(void *data, const struct kube_list_result *result), void *data)
{
	struct kube_list *list = xcalloc(1, sizeof(*list));

	list->cluster = cluster;
	list->path = path;
	list->selector = selector;
	list->ended = ended;
	list->data = data;
	list->objects = json_object();
	list->page_objects = PAGE_OBJECTS;
	send_page(list);
	return list;
}

void
kube_list_keep_managers(struct kube_list *list)
{
	list->keeps_managers = true;
}

void
kube_list_keep_as(struct kube_list *list, const struct kube_keeper *keeper)
{
	list->keeper = *keeper;
	list->keeps_managers = true;
	if (keeper->begun)
		keeper->begun(keeper->data);
}

void
kube_list_free(struct kube_list *list)
{
	if (!list)
		return;
	kube_cancel(list->request);
	loop_remove_timer(list->pause);
	json_decref(list->objects);
	free(list->next_page);
	free(list);
}
