/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A platform of our own (`sidestage demo`, `sidestage kube`) may be killed while the board is open:
 * it is started again, and what it knew lies on the disk.  How, the caller knows.
 */
#ifndef SIDESTAGE_FLOW_CONTEXT_KEEPER_H
#define SIDESTAGE_FLOW_CONTEXT_KEEPER_H

struct keeper;
struct session;

struct platform_keeper {
	int fd;			/* hangs up when the platform has ended */
	/* Begins to start it again: a descriptor that can be read once that is over, or -1. */
	int (*begin)(void *data);
	/* Closes that one: the platform's descriptor, or -1, when it did not start. */
	int (*end)(void *data, int fd);
	void *data;
};

/* NULL when there is none.  It is the session's: before its loop goes it is freed. */
struct keeper *keeper_new(struct session *session, const struct platform_keeper *platform);
void keeper_free(struct keeper *keeper);	/* NULL is fine */

#endif
