/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Each function does what the C library's does, by the name that the dynamic linker finds next,
 * unless its number has come.
 */
#define _GNU_SOURCE
#include "config.h"

#include "faults.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct { const char *name; int error; } faults[] = {
#define X(id, name, error) [FAULT_##id] = {name, error},
	FAULTS(X)
#undef X
};

/* What is told: one at a time. */
static struct {
	enum fault kind;
	int left;		/* calls that still succeed; -1: none is told */
	bool all, happened;
} told = {.left = -1};

void
fault_once(enum fault kind, int n)
{
	told.kind = kind;
	told.left = n;
	told.all = told.happened = false;
}

void
fault_from(enum fault kind, int n)
{
	fault_once(kind, n);
	told.all = true;
}

bool
fault_has_happened(void *unused)
{
	(void)unused;
	return told.happened;
}

bool
fault_end(void)
{
	told.left = -1;
	return told.happened;
}

const char *
fault_name(enum fault kind)
{
	return faults[kind].name;
}

static bool
fails(enum fault kind)
{
	if (told.left < 0 || told.kind != kind)
		return false;
	if (told.left > 0) {
		told.left--;
		return false;
	}
	if (!told.all)
		told.left = -1;
	told.happened = true;
	errno = faults[kind].error;
	return true;
}

/* A pointer to a function through one to data, as POSIX has dlsym(). */
#define REAL(name, ...) \
	static int (*real)(__VA_ARGS__); \
	if (!real) { \
		void *found = dlsym(RTLD_NEXT, name); \
		memcpy(&real, &found, sizeof(real)); \
	}

pid_t
fork(void)
{
	REAL("fork", void)
	return fails(FAULT_FORK) ? -1 : real();
}

int
pipe2(int fds[2], int flags)
{
	REAL("pipe2", int *, int)
	return fails(FAULT_PIPE) ? -1 : real(fds, flags);
}

int
open(const char *path, int flags, ...)
{
	REAL("open", const char *, int, ...)
	mode_t mode;
	va_list more;

	va_start(more, flags);
	mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
	va_end(more);
	return fails(flags & O_CREAT ? FAULT_CREATE : FAULT_OPEN) ? -1 : real(path, flags, mode);
}

int
openat(int at, const char *path, int flags, ...)
{
	REAL("openat", int, const char *, int, ...)
	mode_t mode;
	va_list more;

	va_start(more, flags);
	mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
	va_end(more);
	return fails(FAULT_OPENAT) ? -1 : real(at, path, flags, mode);
}

int
socket(int domain, int type, int protocol)
{
	REAL("socket", int, int, int)
	return fails(FAULT_SOCKET) ? -1 : real(domain, type, protocol);
}

int
socketpair(int domain, int type, int protocol, int fds[2])
{
	REAL("socketpair", int, int, int, int *)
	return fails(FAULT_SOCKETPAIR) ? -1 : real(domain, type, protocol, fds);
}

int
bind(int fd, const struct sockaddr *address, socklen_t length)
{
	REAL("bind", int, const struct sockaddr *, socklen_t)
	return fails(FAULT_BIND) ? -1 : real(fd, address, length);
}

int
listen(int fd, int backlog)
{
	REAL("listen", int, int)
	return fails(FAULT_LISTEN) ? -1 : real(fd, backlog);
}

int
accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
	REAL("accept4", int, struct sockaddr *, socklen_t *, int)
	return fails(FAULT_ACCEPT) ? -1 : real(fd, address, length, flags);
}

int
connect(int fd, const struct sockaddr *address, socklen_t length)
{
	REAL("connect", int, const struct sockaddr *, socklen_t)
	return fails(FAULT_CONNECT) ? -1 : real(fd, address, length);
}

int
mkdir(const char *path, mode_t mode)
{
	REAL("mkdir", const char *, mode_t)
	return fails(FAULT_MKDIR) ? -1 : real(path, mode);
}

int
rename(const char *from, const char *to)
{
	REAL("rename", const char *, const char *)
	return fails(FAULT_RENAME) ? -1 : real(from, to);
}

int
unlink(const char *path)
{
	REAL("unlink", const char *)
	return fails(FAULT_UNLINK) ? -1 : real(path);
}

int
chmod(const char *path, mode_t mode)
{
	REAL("chmod", const char *, mode_t)
	return fails(FAULT_CHMOD) ? -1 : real(path, mode);
}

DIR *
opendir(const char *path)
{
	static DIR *(*real)(const char *);

	if (!real) {
		void *found = dlsym(RTLD_NEXT, "opendir");

		memcpy(&real, &found, sizeof(real));
	}
	return fails(FAULT_OPENDIR) ? NULL : real(path);
}

int
fcntl(int fd, int command, ...)
{
	REAL("fcntl", int, int, ...)
	va_list more;
	void *argument;

	va_start(more, command);
	argument = va_arg(more, void *);
	va_end(more);
	return fails(FAULT_FCNTL) ? -1 : real(fd, command, argument);
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	REAL("setsockopt", int, int, int, const void *, socklen_t)
	return fails(FAULT_OPTION) ? -1 : real(fd, level, name, value, length);
}

ssize_t
write(int fd, const void *bytes, size_t length)
{
	static ssize_t (*real)(int, const void *, size_t);

	if (!real) {
		void *found = dlsym(RTLD_NEXT, "write");

		memcpy(&real, &found, sizeof(real));
	}
	return fails(FAULT_WRITE) ? -1 : real(fd, bytes, length);
}

/* SQLite's writes. */
ssize_t
pwrite64(int fd, const void *bytes, size_t length, off_t at)
{
	static ssize_t (*real)(int, const void *, size_t, off_t);

	if (!real) {
		void *found = dlsym(RTLD_NEXT, "pwrite64");

		memcpy(&real, &found, sizeof(real));
	}
	return fails(FAULT_PWRITE) ? -1 : real(fd, bytes, length, at);
}

int
fsync(int fd)
{
	REAL("fsync", int)
	return fails(FAULT_SYNC) ? -1 : real(fd);
}

int
unlinkat(int at, const char *path, int flags)
{
	REAL("unlinkat", int, const char *, int)
	return fails(FAULT_UNLINKAT) ? -1 : real(at, path, flags);
}
