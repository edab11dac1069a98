/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Calls of the system that fail when they are told to, in a test that links faults.c: it has these
 * functions before the C library has them.  Children inherit what is told, and count on their own.
 */
#ifndef SIDESTAGE_TESTS_UNIT_FAULTS_H
#define SIDESTAGE_TESTS_UNIT_FAULTS_H

#include <stdbool.h>

#define FAULTS(X) /* id, name, errno */ \
	X(FORK, "fork", EAGAIN) \
	X(PIPE, "pipe2", EMFILE) \
	X(OPEN, "open", EMFILE) \
	X(CREATE, "open to create", ENOSPC) \
	X(OPENAT, "openat", EMFILE) \
	X(SOCKET, "socket", EMFILE) \
	X(SOCKETPAIR, "socketpair", EMFILE) \
	X(BIND, "bind", EADDRINUSE) \
	X(LISTEN, "listen", EADDRINUSE) \
	X(ACCEPT, "accept4", EMFILE) \
	X(CONNECT, "connect", ECONNREFUSED) \
	X(MKDIR, "mkdir", ENOSPC) \
	X(RENAME, "rename", EACCES) \
	X(UNLINK, "unlink", EACCES) \
	X(CHMOD, "chmod", EPERM) \
	X(OPENDIR, "opendir", EMFILE) \
	X(FCNTL, "fcntl", EMFILE) \
	X(OPTION, "setsockopt", ENOBUFS) \
	X(WRITE, "write", ENOSPC) \
	X(PWRITE, "pwrite", ENOSPC) \
	X(SYNC, "fsync", EIO) \
	X(UNLINKAT, "unlinkat", EACCES)

enum fault {
#define X(id, name, error) FAULT_##id,
	FAULTS(X)
#undef X
	FAULT_COUNT
};

/* The call number n (0: the next) fails, once. */
void fault_once(enum fault kind, int n);
/* This and all that follow fail. */
void fault_from(enum fault kind, int n);
/* For run_until(): one failed in this process. */
bool fault_has_happened(void *unused);
/* No more; whether one failed in this process. */
bool fault_end(void);
const char *fault_name(enum fault kind);

#endif
