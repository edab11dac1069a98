/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A door (reach-door.c) and its guests, the connections (reach-guest.c). */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REACH_REACH_PRIVATE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REACH_REACH_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/drivers/ports.h"

struct kube_cluster;
struct loop;
struct reach_guest;

struct reach_door {
	struct loop *loop;
	struct kube_cluster *cluster;
	struct ports *ports;
	int local_port;
	char *prefix;			/* of the Service, at the API server */
	char *server;			/* "192.0.2.10:6443" */
	char *local;			/* "web.production.shop.localhost:20017" */
	char *command;
	void (*refused)(void *data);
	void *data;
	struct reach_listener {
		struct reach_door *door;
		int fd;			/* that of the port; -1: a family that is not here */
		struct loop_fd *watch;
	} listeners[PORT_SOCKETS];
	struct loop_timer *sweep, *pause;
	struct reach_guest *guests;	/* the newest first */
	size_t count;
};

/* Takes the descriptor. */
void reach_guest_new(struct reach_door *door, int fd);
void reach_guest_free(struct reach_guest *guest);
struct reach_guest *reach_guest_next(const struct reach_guest *guest);
/* It waits for its next request, and nothing of that has come. */
bool reach_guest_is_idle(const struct reach_guest *guest);
/* It has been too slow: it may go. */
bool reach_guest_is_late(const struct reach_guest *guest, int64_t now);
/* One has left. */
void reach_door_accept_again(struct reach_door *door);

#endif
