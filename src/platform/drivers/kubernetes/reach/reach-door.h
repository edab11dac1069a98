/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A port of this machine (127.0.0.1 and ::1, nothing else) behind which a Service of the cluster
 * answers HTTP, over the API server's service proxy.  Whoever connects speaks with that Service
 * and with nothing else in the cluster, and never hears who we are there.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REACH_REACH_DOOR_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REACH_REACH_DOOR_H

#include <stdint.h>

struct error;
struct kube_cluster;
struct ports;
struct reach_door;

struct reach_door_options {		/* all copied but the first two */
	struct kube_cluster *cluster;
	struct ports *ports;
	uint64_t hash;			/* the same gets the same port, where that is free */
	const char *namespace, *service;
	const char *scheme;		/* "http" or "https": what the Service speaks */
	int port;			/* of the Service */
	const char *host;		/* how people call it: "web.production.shop.localhost" */
	const char *command;		/* which reaches it without us, for people */
	void (*refused)(void *data);	/* the API server lets us not do what somebody asked for */
	void *data;
};
/* NULL with err: no port is free. */
struct reach_door *reach_door_new(const struct reach_door_options *options, struct error *err);
/* Cuts what is open; not from a callback.  NULL is fine. */
void reach_door_free(struct reach_door *door);
int reach_door_port(const struct reach_door *door);

#endif
