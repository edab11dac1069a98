/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Doors follow the Services that are seen: of each list the same ones stay open, new ones are
 * opened, and those that are gone are closed, so an address stays as long as its Service and port
 * do.  Nothing says whether a port speaks HTTP, so its name and number are guessed by (port_kinds);
 * for one that does not there is a command to type.  The right to use the proxy is asked for once
 * for all of them.
 */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-reach.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/reach/reach-door.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-space.h"

#define ITEMS_MAX 100		/* doors of one space */
#define ASK_AGAIN_MS 10000	/* for a right that was missing, while somebody looks */
#define REVIEWS_PATH "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

/* A Service. */
struct reach_item {
	struct reach_item *next;
	char *module, *service, *command;
	int port;
	const char *scheme;		/* NULL: not HTTP, as far as its port says */
	struct reach_door *door;	/* NULL: none, and why */
	struct error err;
	bool is_seen;			/* in the list that is being looked through */
};

struct kube_reach {
	struct reach_item *items;
	size_t count;
	struct kube_request *review;	/* under way */
	int64_t reviewed_at;		/* steady ms; 0: never */
	struct error denied;		/* kind NONE: it may */
};

/* --- the right --- */

static void
take_review(void *data, const struct kube_reply *reply)
{
	struct kube_space *space = data;
	struct kube_reach *reach = space->reach;
	const struct kube_target *target = kube_access_target(
		kube_cluster_access(space->driver->cluster));
	const json_t *status = json_object_get(reply->body, "status");

	reach->review = NULL;
	reach->reviewed_at = clock_steady_ms();
	/* Who may not even ask finds out by using it. */
	if (json_is_true(json_object_get(status, "allowed")))
		reach->denied = (struct error){0};
	else if (json_is_false(json_object_get(status, "allowed")))
		error_set_code(&reach->denied, CODE_CLUSTER_FORBIDDEN,
			       .user = target->user ? target->user : "-", .verb = "get",
			       .resource = "services/proxy", .namespace = space->namespace);
	space->state++;
}

static void
ask_right(struct kube_space *space)
{
	json_t *body = json_pack("{s:s, s:s, s:{s:{s:s, s:s, s:s, s:s}}}", "apiVersion",
				 "authorization.k8s.io/v1", "kind", "SelfSubjectAccessReview",
				 "spec", "resourceAttributes", "namespace", space->namespace,
				 "verb", "get", "resource", "services", "subresource", "proxy");

	space->reach->review = kube_send(space->driver->cluster, &(struct kube_request_options){
		.verb = KUBE_CREATE,
		.path = REVIEWS_PATH,
		.body = body,
		.done = take_review,
		.data = space,
	});
	json_decref(body);
}

/* A request was refused: the right may have been taken away. */
static void
ask_right_again(void *data)
{
	struct kube_space *space = data;

	if (!space->reach->review)
		ask_right(space);
}

void
kube_reach_look(struct kube_space *space)
{
	const struct kube_reach *reach = space->reach;

	if (reach && !reach->review && reach->count > 0 &&
	    (reach->reviewed_at == 0 ||
	     (reach->denied.kind != ERROR_NONE &&
	      clock_steady_ms() - reach->reviewed_at > ASK_AGAIN_MS)))
		ask_right(space);
}

/* --- which port --- */

/* What a port speaks, by what it is called or, where that says nothing, by its number: 0 speaks no
 * HTTP, and the highest is taken. */
static const struct port_kind {
	const char *name;		/* or how it begins, with '-'; NULL: any */
	int number;			/* 0: any */
	int rank;
	const char *scheme;
} port_kinds[] = {
	{"http", 0, 4, "http"},	    {"web", 0, 4, "http"},    {"https", 0, 3, "https"},
	{"grpc", 0, 0, NULL},	    {"postgres", 0, 0, NULL}, {"postgresql", 0, 0, NULL},
	{"mysql", 0, 0, NULL},	    {"redis", 0, 0, NULL},    {"mongodb", 0, 0, NULL},
	{"amqp", 0, 0, NULL},	    {"kafka", 0, 0, NULL},    {NULL, 80, 3, "http"},
	{NULL, 443, 2, "https"},    {NULL, 22, 0, NULL},      {NULL, 25, 0, NULL},
	{NULL, 53, 0, NULL},	    {NULL, 1433, 0, NULL},    {NULL, 3306, 0, NULL},
	{NULL, 5432, 0, NULL},	    {NULL, 5672, 0, NULL},    {NULL, 6379, 0, NULL},
	{NULL, 9092, 0, NULL},	    {NULL, 11211, 0, NULL},   {NULL, 27017, 0, NULL},
	{NULL, 0, 1, "http"},
};

static bool
has_name(const struct port_kind *kind, const char *name)
{
	size_t length = strlen(kind->name);

	return strncasecmp(name, kind->name, length) == 0 &&
	       (name[length] == '\0' || name[length] == '-');
}

static const struct port_kind *
kind_of(const json_t *port)
{
	const struct port_kind *kind = port_kinds;
	const char *name = kube_read_text(port, "name");
	int number = kube_read_count(port, "port", 0);

	while (kind->name ? !has_name(kind, name) : kind->number != 0 && kind->number != number)
		kind++;
	return kind;
}

/* The first of those that rank highest; NULL: it has none of TCP. */
static const json_t *
choose_port(const json_t *service, const struct port_kind **kind)
{
	const json_t *port, *best = NULL;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(service, "spec"), "ports"), i, port) {
		const char *protocol = kube_read_text(port, "protocol");
		int number = kube_read_count(port, "port", 0);

		if ((*protocol && strcmp(protocol, "TCP") != 0) || number < 1 || number > 65535)
			continue;
		if (!best || kind_of(port)->rank > (*kind)->rank) {
			best = port;
			*kind = kind_of(port);
		}
	}
	return best;
}

/* --- doors --- */

static void
free_item(struct reach_item *item)
{
	reach_door_free(item->door);
	free(item->module);
	free(item->service);
	free(item->command);
	free(item);
}

/* "web.production.shop.localhost": browsers lead each such name to this machine, and keep what
 * belongs to one apart from the others. */
static char *
host_of(const struct kube_space *space, const char *service)
{
	const char *app = strchr(space->name, '/') + 1, *env = strchr(app, '/') + 1;

	return xasprintf("%s.%s.%.*s.localhost", service, env, (int)(env - 1 - app), app);
}

static void
open_door(struct kube_space *space, struct reach_item *item)
{
	const char *const names[] = {space->driver->platform, space->namespace, item->service};
	char *host = host_of(space, item->service);

	item->door = reach_door_new(&(struct reach_door_options){
		.cluster = space->driver->cluster,
		.ports = space->driver->ports,
		.hash = ids_hash(names, 3),
		.namespace = space->namespace,
		.service = item->service,
		.scheme = item->scheme,
		.port = item->port,
		.host = host,
		.command = item->command,
		.refused = ask_right_again,
		.data = space,
	}, &item->err);
	free(host);
}

static struct reach_item *
find_item(const struct kube_reach *reach, const char *service)
{
	struct reach_item *item = reach->items;

	while (item && strcmp(item->service, service) != 0)
		item = item->next;
	return item;
}

static void
add_item(struct kube_space *space, const json_t *service, int port, const char *scheme)
{
	struct kube_reach *reach = space->reach;
	struct reach_item *item = xcalloc(1, sizeof(*item));

	item->module = xstrdup(kube_read_note(service, KUBE_NOTE_MODULE));
	item->service = xstrdup(kube_read_name(service));
	item->port = port;
	item->scheme = scheme;
	/* What needs a right to listen here is given another port. */
	item->command = xasprintf("kubectl port-forward --namespace %s service/%s %d:%d",
				  space->namespace, item->service, port < 1024 ? port + 8000 : port,
				  port);
	item->is_seen = true;
	item->next = reach->items;
	reach->items = item;
	reach->count++;
	if (scheme)
		open_door(space, item);
	else
		error_set_code(&item->err, CODE_FORWARD_NOT_HTTP, .port = port);
}

static void
drop_item(struct kube_reach *reach, struct reach_item *item)
{
	struct reach_item **link = &reach->items;

	while (*link != item)
		link = &(*link)->next;
	*link = item->next;
	reach->count--;
	free_item(item);
}

static void
look_at_service(struct kube_space *space, const json_t *service)
{
	const struct port_kind *kind = NULL;
	const json_t *port = choose_port(service, &kind);
	struct reach_item *item = find_item(space->reach, kube_read_name(service));
	int number = kube_read_count(port, "port", 0);

	if (!port || !*kube_read_note(service, KUBE_NOTE_MODULE) ||
	    !kube_subdomain_is_valid(kube_read_name(service)))
		return;
	if (item && item->port == number && item->scheme == kind->scheme) {
		item->is_seen = true;
		return;
	}
	if (item)
		drop_item(space->reach, item);
	if (space->reach->count < ITEMS_MAX)
		add_item(space, service, number, kind->scheme);
}

static void
drop_items(struct kube_reach *reach, bool all)
{
	for (struct reach_item *item = reach->items, *next; item; item = next) {
		next = item->next;
		if (all || !item->is_seen)
			drop_item(reach, item);
	}
}

void
kube_reach_update(struct kube_space *space, const json_t *services)
{
	const char *key;
	json_t *service;

	if (!space->reach)
		space->reach = xcalloc(1, sizeof(*space->reach));
	for (struct reach_item *item = space->reach->items; item; item = item->next)
		item->is_seen = false;
	json_object_foreach((json_t *)services, key, service)
		look_at_service(space, service);
	drop_items(space->reach, false);
	kube_reach_look(space);
}

void
kube_reach_close(struct kube_space *space)
{
	if (!space->reach)
		return;
	kube_cancel(space->reach->review);
	drop_items(space->reach, true);
	free(space->reach);
	space->reach = NULL;
}

/* --- what is told --- */

static void
tell_item(const struct kube_reach *reach, const struct reach_item *item,
	  const struct kube_space *space, struct driver_address *out)
{
	const struct error *why = reach->denied.kind != ERROR_NONE ? &reach->denied : &item->err;
	char *host = host_of(space, item->service);

	*out = (struct driver_address){.module = xstrdup(item->module), .port = item->port,
				       .command = xstrdup(item->command)};
	if (item->door && reach->denied.kind == ERROR_NONE)
		out->address = xasprintf("http://%s:%d", host, reach_door_port(item->door));
	else
		out->why = *why;
	free(host);
}

void
kube_reach_tell(struct kube_space *space, struct driver_addresses *out)
{
	const struct kube_reach *reach = space->reach;

	*out = (struct driver_addresses){0};
	if (!reach || reach->reviewed_at == 0 || reach->count == 0)
		return;
	out->items = xcalloc(reach->count, sizeof(*out->items));
	for (const struct reach_item *item = reach->items; item; item = item->next)
		tell_item(reach, item, space, &out->items[out->count++]);
}
