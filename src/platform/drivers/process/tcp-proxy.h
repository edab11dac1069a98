/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A public port in front of the ports of instances. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_TCP_PROXY_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_TCP_PROXY_H

#include <netinet/in.h>
#include <stddef.h>

struct error;
struct loop;
struct ports;
struct tcp_proxy;

/* Takes the port, but nothing can connect before the first tcp_proxy_set_targets(). */
struct tcp_proxy *tcp_proxy_new(struct loop *loop, struct ports *ports, int port,
				struct error *err);
/* The same at an address of its own.  NULL with err and its errno in *reason. */
struct tcp_proxy *tcp_proxy_new_at(struct loop *loop, struct in_addr address, int port, int *reason,
				   struct error *err);
void tcp_proxy_free(struct tcp_proxy *proxy);	/* cuts what is open */
int tcp_proxy_port(const struct tcp_proxy *proxy);
#define TCP_PROXY_TARGETS_MAX 64
/* For connections from now on, one after the other (1 to TCP_PROXY_TARGETS_MAX).  0, or -1 with
 * err when the port cannot be listened on. */
int tcp_proxy_set_targets(struct tcp_proxy *proxy, const int *ports, size_t count,
			  struct error *err);
/* Open connections to this target. */
size_t tcp_proxy_count(const struct tcp_proxy *proxy, int target);

#endif
