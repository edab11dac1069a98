/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Who waits longest is next: turns among the programs that want to write one file.
 *
 * SQLite has no queue.  Whoever finds the file locked sleeps and tries again, longer each time,
 * so that a newcomer mostly wins and the patient one gives up.  Here each that waits holds a
 * lock on one byte of a file, at the place that is the time at which it began to wait; it is its
 * turn when no byte before is locked.  The kernel takes the lock of a program that ends.  The turn
 * only orders those that wait: what keeps the data whole is SQLite's own locks, so a program that
 * knows nothing of this, or a file system without locks, costs fairness and no more.
 */
#ifndef SIDESTAGE_DB_QUEUE_H
#define SIDESTAGE_DB_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

struct queue {
	int fd;			/* -1: there is none, and it is always one's turn */
	int64_t ticket;		/* 0: not in it */
};

/* The file must be there; when it cannot be used there is no queue. */
void queue_open(struct queue *queue, const char *path);	/* NULL: none */
void queue_close(struct queue *queue);

/* At its end, unless it is in it. */
void queue_enter(struct queue *queue);
void queue_leave(struct queue *queue);
bool queue_is_first(const struct queue *queue);

#endif
