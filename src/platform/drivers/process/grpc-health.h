/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One gRPC health check of a program on this machine (grpc.health.v1.Health/Check). */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_GRPC_HEALTH_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_GRPC_HEALTH_H

struct error;
struct grpc_health;
struct http_client;
struct loop;

#define GRPC_SERVICE_MAX 1000	/* bytes of a service's name */

/* What asks: HTTP/2 without TLS, a connection for each.  http_client_free() it. */
struct http_client *grpc_health_client(struct loop *loop);

/* service "": of the program as a whole.  `done` is called once, from the loop; why: NULL when the
 * answer is SERVING. */
struct grpc_health *grpc_health_ask(struct http_client *client, int port, const char *service,
				    int timeout_ms,
				    void (*done)(void *data, const struct error *why), void *data);
void grpc_health_cancel(struct grpc_health *health);	/* NULL is fine; not after `done` */

#endif
