/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A fair queue between programs without a server: each that waits locks one byte of a file, at
 * the offset of the microsecond at which it came.  Who finds no lock below its own is first.
 * The kernel drops the locks of a program that dies, so nobody waits for the dead. */
#include "config.h"

#include "db/queue.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Beyond what else is locked in that file: claims of operations lie below 2^60. */
#define TICKETS ((off_t)1 << 61)
#define SAME_TIME_MAX 1000

void
queue_open(struct queue *queue, const char *path)
{
	queue->ticket = 0;
	queue->fd = path ? open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
}

void
queue_close(struct queue *queue)
{
	if (queue->fd >= 0)
		close(queue->fd);
	queue->fd = -1;
	queue->ticket = 0;
}

/* Microseconds since the machine started: the same for all its programs. */
static int64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* Open-file-description locks: two connections in one process are two that wait, and closing
 * another descriptor of the file does not lose them. */
static bool
lock(const struct queue *queue, int command, short *type, int64_t from, int64_t length)
{
	struct flock lock;
	bool done;

	memset(&lock, 0, sizeof(lock));
	lock.l_type = *type;
	lock.l_whence = SEEK_SET;
	lock.l_start = TICKETS + from;
	lock.l_len = length;
	done = fcntl(queue->fd, command, &lock) == 0;
	*type = lock.l_type;
	return done;
}

void
queue_enter(struct queue *queue)
{
	int64_t ticket = now();

	if (queue->fd < 0 || queue->ticket)
		return;
	/* Two that came in the same microsecond: one of them is the later one. */
	for (int i = 0; i < SAME_TIME_MAX; i++, ticket++) {
		short type = F_WRLCK;

		if (lock(queue, F_OFD_SETLK, &type, ticket, 1)) {
			queue->ticket = ticket;
			return;
		}
	}
}

void
queue_leave(struct queue *queue)
{
	short type = F_UNLCK;

	if (queue->fd >= 0 && queue->ticket)
		lock(queue, F_OFD_SETLK, &type, queue->ticket, 1);
	queue->ticket = 0;
}

/* Where locks cannot be asked for (some network file systems) everybody is first: there is no
 * order, and SQLite's own locks decide. */
bool
queue_is_first(const struct queue *queue)
{
	short type = F_WRLCK;

	if (queue->fd < 0 || queue->ticket <= 0)
		return true;
	return !lock(queue, F_OFD_GETLK, &type, 0, queue->ticket) || type == F_UNLCK;
}
