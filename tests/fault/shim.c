/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Preloaded into a program under test: ends it, or lets a call fail, at a place that is chosen
 * by its number.
 *
 * A point is a moment at which the program can be gone.  Two moments are the same point when
 * nothing came between them that anybody could find afterwards: so a point is before each call
 * that leaves something (the next line says which), when something was left since the last
 * point, and around each request that changes something also right after it was sent, and after
 * its answer came.  What is left
 *
 *   by a program that is killed: each change of a file whose path ends in one of SHIM_FILES
 *   (":" between them), and each request.  Of writes in a row to one file the first and the last
 *   are points: a file that was written in part, and in full;
 *   without power: what was synchronised, opened anew, removed, and each request that changes
 *   something.
 *
 * A place is a call that can fail: each change of such a file, of writes in a row to one file
 * the first two: nothing of it was written, or a part.
 *
 *   SHIM_KILL=n    SIGKILL at point n
 *   SHIM_POWER=1   ... and what was written to these files and not synchronised is not there
 *   SHIM_FAIL=n    the n-th place fails with SHIM_ERRNO; SHIM_FAIL=n+ that and all after
 *   SHIM_DEAD=F    ... and F is a symbolic link to the number of the process
 *   SHIM_READS=0   requests that only read are no points: a board never ceases to read
 *   SHIM_COUNT=F   at the end, into the file F: how many points there were, and a letter for
 *                  each place: o opened, w written, t cut, s synchronised, r removed
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
#define PLACES_MAX 16384

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
	bool fail_after, power, reads;
	int error;
	char *files[FILES_MAX];
	size_t file_count;
	char *count_path, *dead_path;
	long points;
	bool is_left;		/* something, since the last point */
	char last_call;
	size_t last_file;
	unsigned in_row;
	char places[PLACES_MAX + 1];
	size_t place_count;
	size_t watched[FDS_MAX];	/* which of files, from 1 on */
	bool waits[FDS_MAX];		/* for the answer to a request that changes something */
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
	shim.power = number("SHIM_POWER") != 0;
	shim.reads = !getenv("SHIM_READS") || number("SHIM_READS") != 0;
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
	fprintf(out, "%ld %s\n", shim.points, shim.places);
	fclose(out);
}

/* Which of the files it is, from 1 on; 0: none. */
static size_t
meant(const char *path)
{
	size_t length = strlen(path);

	for (size_t i = 0; i < shim.file_count; i++) {
		size_t n = strlen(shim.files[i]);

		if (length >= n && strcmp(path + length - n, shim.files[i]) == 0)
			return i + 1;
	}
	return 0;
}

static size_t
watched(int fd)
{
	return fd >= 0 && fd < FDS_MAX ? shim.watched[fd] : 0;
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
	shim.is_left = false;
	if (++shim.points != shim.kill_at)
		return;
	if (shim.power)
		lose_power();
	if (shim.dead_path) {
		char pid[16];

		snprintf(pid, sizeof(pid), "%d", (int)getpid());
		if (symlink(pid, shim.dead_path) != 0)
			_exit(99);
	}
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

/* A file is about to be changed; true: it shall fail. */
static bool
change(char call, size_t file)
{
	bool is_next = call == 'w' && shim.last_call == call && shim.last_file == file;

	shim.in_row = is_next ? shim.in_row + 1 : 1;
	shim.last_call = call;
	shim.last_file = file;
	if (shim.is_left && shim.in_row <= 2)
		point();
	if (shim.in_row > 2) {
		if (shim.fail_after && shim.fail_at > 0 && (long)shim.place_count >= shim.fail_at) {
			errno = shim.error;
			return true;
		}
		return false;
	}
	if (shim.place_count < PLACES_MAX)
		shim.places[shim.place_count++] = call;
	if (shim.fail_at == 0 || (long)shim.place_count < shim.fail_at ||
	    ((long)shim.place_count > shim.fail_at && !shim.fail_after))
		return false;
	errno = shim.error;
	return true;
}

static void
changed(bool is_durable)
{
	if (is_durable || !shim.power)
		shim.is_left = true;
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

/* What is synchronised stays; true: that is something. */
static bool
forget(int fd)
{
	bool is_something = false;

	for (struct undone **u = &shim.undone; *u;) {
		struct undone *old = *u;

		if (old->fd != fd) {
			u = &old->next;
			continue;
		}
		*u = old->next;
		free(old);
		is_something = true;
	}
	return is_something;
}

/* --- files --- */

static int
opened(int fd, const char *path)
{
	if (fd >= 0 && fd < FDS_MAX)
		shim.watched[fd] = meant(path);
	return fd;
}

#define OPEN(name) \
int \
name(const char *path, int flags, ...) \
{ \
	REAL(int, #name, const char *, int, ...); \
	size_t file = flags & O_CREAT ? meant(path) : 0; \
	bool is_new = file && access(path, F_OK) != 0; \
	mode_t mode = 0; \
	va_list ap; \
	int fd; \
\
	if (flags & (O_CREAT | __O_TMPFILE)) { \
		va_start(ap, flags); \
		mode = va_arg(ap, mode_t); \
		va_end(ap); \
	} \
	if (file && change('o', file)) \
		return -1; \
	fd = opened(real(path, flags, mode), path); \
	if (is_new) \
		changed(true); \
	return fd; \
}
OPEN(open)
OPEN(open64)

int
close(int fd)
{
	REAL(int, "close", int);

	if (watched(fd)) {
		/* The power may still fail: the record is kept under another descriptor. */
		for (struct undone *u = shim.undone; u; u = u->next)
			if (u->fd == fd)
				u->fd = fcntl(fd, F_DUPFD_CLOEXEC, 500);
		shim.watched[fd] = 0;
	}
	if (fd >= 0 && fd < FDS_MAX)
		shim.waits[fd] = false;
	return real(fd);
}

#define PWRITE(name) \
ssize_t \
name(int fd, const void *bytes, size_t length, off_t at) \
{ \
	REAL(ssize_t, #name, int, const void *, size_t, off_t); \
	ssize_t n; \
\
	if (!watched(fd)) \
		return real(fd, bytes, length, at); \
	if (change('w', shim.watched[fd])) \
		return -1; \
	remember(fd, at, length); \
	n = real(fd, bytes, length, at); \
	changed(false); \
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
	if (!watched(fd)) \
		return real(fd, length); \
	if (change('t', shim.watched[fd])) \
		return -1; \
	if (fstat(fd, &known) == 0 && known.st_size > length) \
		remember(fd, length, (size_t)(known.st_size - length)); \
	ret = real(fd, length); \
	changed(false); \
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
	if (!watched(fd)) \
		return real(fd); \
	if (change('s', shim.watched[fd])) \
		return -1; \
	ret = real(fd); \
	if (ret == 0 && forget(fd)) \
		changed(true); \
	return ret; \
}
SYNC(fsync)
SYNC(fdatasync)

int
unlink(const char *path)
{
	REAL(int, "unlink", const char *);
	size_t file = meant(path);
	int ret;

	if (file && change('r', file))
		return -1;
	ret = real(path);
	if (file && ret == 0)
		changed(true);
	return ret;
}

/* --- requests --- */

#define REQUEST_LEAST 32	/* what is shorter wakes somebody up */

ssize_t
send(int fd, const void *bytes, size_t length, int flags)
{
	REAL(ssize_t, "send", int, const void *, size_t, int);
	bool is_read = length >= 4 && memcmp(bytes, "GET ", 4) == 0;
	ssize_t n;

	if (length < REQUEST_LEAST || (is_read && (shim.power || !shim.reads)))
		return real(fd, bytes, length, flags);
	shim.last_call = 'n';
	if (shim.is_left || !is_read)
		point();
	n = real(fd, bytes, length, flags);
	shim.is_left = true;
	if (!is_read) {
		point();
		if (fd >= 0 && fd < FDS_MAX)
			shim.waits[fd] = true;
	}
	return n;
}

ssize_t
recv(int fd, void *bytes, size_t length, int flags)
{
	REAL(ssize_t, "recv", int, void *, size_t, int);
	ssize_t n = real(fd, bytes, length, flags);

	if (n >= REQUEST_LEAST && fd >= 0 && fd < FDS_MAX && shim.waits[fd]) {
		shim.waits[fd] = false;
		point();
	}
	return n;
}
