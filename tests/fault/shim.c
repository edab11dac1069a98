/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded into a program under test: ends it, or lets a call fail, at a place that is chosen
 * by its number.  What it counts are points:
 *
 *   each request: before and after send(), and after what recv() brought;
 *   each change of a file whose path ends in one of SHIM_FILES (":" between them): before and
 *   after it is opened, written, cut, synchronised, removed.
 *
 *   SHIM_KILL=n    SIGKILL at point n
 *   SHIM_POWER=1   ... and what was written to these files and not synchronised is not there
 *   SHIM_FAIL=n    the n-th change of a file fails with SHIM_ERRNO; SHIM_FAIL=n+ that and all after
 *   SHIM_DEAD=F    ... and the folder F is made
 *   SHIM_COUNT=F   at the end, how many points and changes there were, into the file F
 *
 * Programs that this one starts are left alone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FDS_MAX 1024
#define FILES_MAX 8

/* What a write went over, newest first; taken back when the power fails. */
struct undone {
	struct undone *next;
	int fd;
	off_t at, size;		/* the file's size before */
	size_t length;
	char bytes[];
};

static struct {
	long kill_at, fail_at;
	bool fail_after, power;
	int error;
	char *files[FILES_MAX];
	size_t file_count;
	char *count_path, *dead_path;
	long points, changes;
	bool watched[FDS_MAX];
	struct undone *undone;
} shim;

#define REAL(type, name, ...) \
	static type (*real)(__VA_ARGS__); \
	if (!real) \
		*(void **)&real = dlsym(RTLD_NEXT, name)

static long
number(const char *name)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : 0;
}

static void __attribute__((constructor))
begin(void)
{
	const char *files = getenv("SHIM_FILES"), *fail = getenv("SHIM_FAIL");
	char *rest = strdup(files ? files : ""), *file;

	shim.kill_at = number("SHIM_KILL");
	shim.fail_at = number("SHIM_FAIL");
	shim.fail_after = fail && strchr(fail, '+');
	shim.power = number("SHIM_POWER");
	shim.error = (int)number("SHIM_ERRNO");
	while ((file = strsep(&rest, ":")) != NULL && shim.file_count < FILES_MAX)
		if (*file)
			shim.files[shim.file_count++] = file;
	if (getenv("SHIM_COUNT"))
		shim.count_path = strdup(getenv("SHIM_COUNT"));
	if (getenv("SHIM_DEAD"))
		shim.dead_path = strdup(getenv("SHIM_DEAD"));
	unsetenv("LD_PRELOAD");
}

static void __attribute__((destructor))
end(void)
{
	FILE *out = shim.count_path ? fopen(shim.count_path, "w") : NULL;

	if (!out)
		return;
	fprintf(out, "%ld %ld\n", shim.points, shim.changes);
	fclose(out);
}

static bool
is_meant(const char *path)
{
	size_t length = strlen(path);

	for (size_t i = 0; i < shim.file_count; i++) {
		size_t n = strlen(shim.files[i]);

		if (length >= n && strcmp(path + length - n, shim.files[i]) == 0)
			return true;
	}
	return false;
}

static bool
is_watched(int fd)
{
	return fd >= 0 && fd < FDS_MAX && shim.watched[fd];
}

static void
lose_power(void)
{
	REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);

	for (struct undone *u = shim.undone; u; u = u->next) {
		if (u->length > 0 && real(u->fd, u->bytes, u->length, u->at) < 0)
			_exit(99);
		if (syscall(SYS_ftruncate, u->fd, u->size) != 0)
			_exit(99);
	}
}

static void
point(void)
{
	if (++shim.points != shim.kill_at)
		return;
	if (shim.power)
		lose_power();
	if (shim.dead_path && mkdir(shim.dead_path, 0700) != 0)
		_exit(99);
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

/* A change of a file begins; true: it shall fail. */
static bool
change(void)
{
	point();
	shim.changes++;
	if (shim.fail_at == 0 || shim.changes < shim.fail_at ||
	    (shim.changes > shim.fail_at && !shim.fail_after))
		return false;
	errno = shim.error;
	return true;
}

static void
remember(int fd, off_t at, size_t length)
{
	struct stat known;
	struct undone *u;
	ssize_t n;

	if (!shim.power || fstat(fd, &known) != 0)
		return;
	u = malloc(sizeof(*u) + length);
	if (!u)
		return;
	n = length > 0 ? pread(fd, u->bytes, length, at) : 0;
	*u = (struct undone){shim.undone, fd, at, known.st_size, n > 0 ? (size_t)n : 0};
	shim.undone = u;
}

/* What is synchronised stays. */
static void
forget(int fd)
{
	for (struct undone **u = &shim.undone; *u;) {
		struct undone *old = *u;

		if (old->fd != fd) {
			u = &old->next;
			continue;
		}
		*u = old->next;
		free(old);
	}
}

/* --- files --- */

static int
opened(int fd, const char *path)
{
	if (fd >= 0 && fd < FDS_MAX)
		shim.watched[fd] = is_meant(path);
	return fd;
}

#define OPEN(name) \
int \
name(const char *path, int flags, ...) \
{ \
	REAL(int, #name, const char *, int, ...); \
	bool counts = is_meant(path) && (flags & O_CREAT); \
	mode_t mode = 0; \
	va_list ap; \
	int fd; \
\
	if (flags & (O_CREAT | __O_TMPFILE)) { \
		va_start(ap, flags); \
		mode = va_arg(ap, mode_t); \
		va_end(ap); \
	} \
	if (counts && change()) \
		return -1; \
	fd = opened(real(path, flags, mode), path); \
	if (counts) \
		point(); \
	return fd; \
}
OPEN(open)
OPEN(open64)

int
close(int fd)
{
	REAL(int, "close", int);

	if (is_watched(fd)) {
		/* The power may still fail: the record is kept under another descriptor. */
		for (struct undone *u = shim.undone; u; u = u->next)
			if (u->fd == fd)
				u->fd = fcntl(fd, F_DUPFD_CLOEXEC, 500);
		shim.watched[fd] = false;
	}
	return real(fd);
}

#define PWRITE(name) \
ssize_t \
name(int fd, const void *bytes, size_t length, off_t at) \
{ \
	REAL(ssize_t, #name, int, const void *, size_t, off_t); \
	ssize_t n; \
\
	if (!is_watched(fd)) \
		return real(fd, bytes, length, at); \
	if (change()) \
		return -1; \
	remember(fd, at, length); \
	n = real(fd, bytes, length, at); \
	point(); \
	return n; \
}
PWRITE(pwrite)
PWRITE(pwrite64)

#define TRUNCATE(name) \
int \
name(int fd, off_t length) \
{ \
	REAL(int, #name, int, off_t); \
	struct stat known; \
	int ret; \
\
	if (!is_watched(fd)) \
		return real(fd, length); \
	if (change()) \
		return -1; \
	if (fstat(fd, &known) == 0 && known.st_size > length) \
		remember(fd, length, (size_t)(known.st_size - length)); \
	ret = real(fd, length); \
	point(); \
	return ret; \
}
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

#define SYNC(name) \
int \
name(int fd) \
{ \
	REAL(int, #name, int); \
	int ret; \
\
	if (!is_watched(fd)) \
		return real(fd); \
	if (change()) \
		return -1; \
	ret = real(fd); \
	if (ret == 0) \
		forget(fd); \
	point(); \
	return ret; \
}
SYNC(fsync)
SYNC(fdatasync)

int
unlink(const char *path)
{
	REAL(int, "unlink", const char *);
	bool counts = is_meant(path);
	int ret;

	if (counts && change())
		return -1;
	ret = real(path);
	if (counts)
		point();
	return ret;
}

/* --- requests --- */

#define REQUEST_LEAST 32	/* what is shorter wakes somebody up */

ssize_t
send(int fd, const void *bytes, size_t length, int flags)
{
	REAL(ssize_t, "send", int, const void *, size_t, int);
	ssize_t n;

	if (length < REQUEST_LEAST)
		return real(fd, bytes, length, flags);
	point();
	n = real(fd, bytes, length, flags);
	point();
	return n;
}

ssize_t
recv(int fd, void *bytes, size_t length, int flags)
{
	REAL(ssize_t, "recv", int, void *, size_t, int);
	ssize_t n = real(fd, bytes, length, flags);

	if (n >= REQUEST_LEAST)
		point();
	return n;
}
