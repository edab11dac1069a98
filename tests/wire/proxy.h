/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Stands between a client and the daemon's socket and does what networks do: a request is
 * lost, an answer is lost when the work is done already, or cut in its middle.
 */
#ifndef SIDESTAGE_TESTS_WIRE_PROXY_H
#define SIDESTAGE_TESTS_WIRE_PROXY_H

#include <stdbool.h>

enum proxy_fault {
	PROXY_LOSE_REQUEST,	/* it never arrives; the connection is closed */
	PROXY_LOSE_ANSWER,	/* it is carried out; nothing comes back */
	PROXY_CUT_ANSWER,	/* the same, and half of the answer comes back */
	PROXY_DELAY_ANSWER,	/* all of it comes back, late */
	PROXY_ANSWER		/* it never arrives; what proxy_answer() was given comes back */
};

struct proxy;

/* Listens on `path` for the daemon that listens on `upstream`. */
struct proxy *proxy_new(const char *path, const char *upstream);
void proxy_free(struct proxy *proxy);
/* The next `times` requests of this method whose path ends so (its query left out); a last
 * segment "*" is any one. */
void proxy_fault(struct proxy *proxy, const char *method, const char *ending,
		 enum proxy_fault fault, int times);
/* The same, answered with these bytes: "HTTP/1.1 429 …\r\nContent-Length: 0\r\n\r\n". */
void proxy_answer(struct proxy *proxy, const char *method, const char *ending, const char *bytes,
		  int times);
/* The same of one request of any method and path, the one after so many more; below 0: of none. */
void proxy_answer_after(struct proxy *proxy, int more, const char *bytes);
/* How many faults have happened since the last proxy_fault(). */
int proxy_hits(struct proxy *proxy);
/* Requests whose path has this part are not known: 404.  NULL: all are again. */
void proxy_hide(struct proxy *proxy, const char *part);
/* Just before the next request of this method whose path ends so is passed on: calls `act`, in
 * the proxy's thread, once.  What somebody else does in that moment. */
typedef void proxy_act(void *data);
void proxy_before(struct proxy *proxy, const char *method, const char *ending, proxy_act *act,
		  void *data);
/* Nobody listens any more, and what is open is closed; and again. */
void proxy_close(struct proxy *proxy);
void proxy_open(struct proxy *proxy);

#endif
