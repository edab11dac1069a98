/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The system's directories are there as they are, since programs find their libraries and data in
 * them; of /etc, which holds secrets among the rest, only what is named here.
 */
#include "config.h"

#include "platform/drivers/process/mounts.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xmalloc.h"

static bool
is_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

void
mounts_add(struct mounts *mounts, enum mount_kind kind, const char *from, const char *to)
{
	mounts->items = xreallocarray(mounts->items, mounts->count + 1, sizeof(*mounts->items));
	mounts->items[mounts->count++] = (struct mount){
		.kind = kind,
		.is_file = kind == MOUNT_DEVICE || kind == MOUNT_HIDDEN || is_file(from),
		.from = xstrdup(from),
		.to = xstrdup(to),
	};
}

/* A directory or a file of the system as it is here: a link stays one (/lib is usr/lib). */
static void
add_system(struct mounts *mounts, const char *path)
{
	char target[4096];
	struct stat st;
	ssize_t n;

	if (lstat(path, &st) != 0)
		return;
	if (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)) {
		mounts_add(mounts, MOUNT_READ_ONLY, path, path);
	} else if (S_ISLNK(st.st_mode) && (n = readlink(path, target, sizeof(target) - 1)) > 0) {
		target[n] = '\0';
		mounts_add(mounts, MOUNT_LINK, target, path);
	}
}

/* Under its own name, also where that is a link: another file may be laid over it. */
static void
add_hosts(struct mounts *mounts)
{
	char *real = realpath("/etc/hosts", NULL);

	if (real)
		mounts_add(mounts, MOUNT_READ_ONLY, real, "/etc/hosts");
	free(real);
}

/* What a program needs to find users, hosts, times, libraries and certificates.  Files that hold
 * secrets (shadow, ssl/private, a configuration of ours) are elsewhere in /etc. */
static void
lay_out_etc(struct mounts *mounts)
{
	static const char *const names[] = {
		"/etc/passwd", "/etc/group", "/etc/hostname", "/etc/resolv.conf",
		"/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services",
		"/etc/protocols", "/etc/localtime", "/etc/timezone", "/etc/os-release",
		"/etc/mime.types", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
		"/etc/alternatives", "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
		"/etc/pki/tls/certs", "/etc/pki/tls/cert.pem", "/etc/pki/ca-trust/extracted",
		"/etc/crypto-policies",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		add_system(mounts, names[i]);
	add_hosts(mounts);
}

/* What of /proc is the whole machine's: a daemon that root runs has its own number in it. */
static void
lay_out_proc(struct mounts *mounts)
{
	static const char *const frozen[] = {
		"/proc/sys", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/sysrq-trigger",
		"/proc/acpi", "/proc/scsi", "/proc/mtrr",
	};
	static const char *const hidden[] = {
		"/proc/kcore", "/proc/kmsg", "/proc/keys", "/proc/key-users", "/proc/timer_list",
		"/proc/sched_debug", "/proc/latency_stats", "/proc/kallsyms", "/proc/slabinfo",
	};

	mounts_add(mounts, MOUNT_PROCESSES, "", "/proc");
	for (size_t i = 0; i < sizeof(frozen) / sizeof(frozen[0]); i++)
		if (access(frozen[i], F_OK) == 0)
			mounts_add(mounts, MOUNT_FROZEN, "", frozen[i]);
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (access(hidden[i], F_OK) == 0)
			mounts_add(mounts, MOUNT_HIDDEN, "/dev/null", hidden[i]);
}

static bool
lies_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return strncmp(path, directory, length) == 0 && (path[length] == '/' || !path[length]);
}

/* A socket may be made later than now. */
static char *
real_path(const char *path)
{
	char *real = realpath(path, NULL), *parent, *slash;

	if (real)
		return real;
	parent = xstrdup(path);
	slash = strrchr(parent, '/');
	if (slash)
		*slash = '\0';
	real = realpath(!slash ? "." : slash == parent ? "/" : parent, NULL);
	if (real) {
		char *whole = xasprintf("%s/%s", real, slash ? slash + 1 : path);

		free(real);
		real = whole;
	}
	free(parent);
	return real;
}

/* Only where it could be seen: elsewhere its name alone would tell something. */
static void
hide(struct mounts *mounts, const char *path)
{
	char *real = real_path(path);
	struct stat st;
	size_t count = mounts->count;

	for (size_t i = 0; real && i < count; i++) {
		if (mounts->items[i].kind != MOUNT_READ_ONLY ||
		    !lies_below(real, mounts->items[i].to))
			continue;
		if (stat(real, &st) == 0 && S_ISDIR(st.st_mode))
			mounts_add(mounts, MOUNT_COVERED, "", real);
		else
			mounts_add(mounts, MOUNT_HIDDEN, "/dev/null", real);
		break;
	}
	free(real);
}

/* What is in it and not itself: files of a workload are often declared below it. */
static void
lay_out_opt(struct mounts *mounts)
{
	DIR *opt = opendir("/opt");
	struct dirent *entry;

	while (opt && (entry = readdir(opt))) {
		char *path = xasprintf("/opt/%s", entry->d_name);

		if (entry->d_name[0] != '.')
			add_system(mounts, path);
		free(path);
	}
	if (opt)
		closedir(opt);
}

static bool
is_shown(const struct mounts *mounts, const char *path)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->items[i].kind == MOUNT_READ_ONLY &&
		    strcmp(path, mounts->items[i].to) != 0 && lies_below(path, mounts->items[i].to))
			return true;
	return false;
}

/* An older kernel makes a mount read only, but not what is mounted below it. */
static void
freeze_inner_mounts(struct mounts *mounts)
{
	FILE *file = NULL;
	char line[4096], path[2048];

	if (syscall(MOUNTS_SETATTR, -1, "", 0, NULL, 0) != 0 && errno == ENOSYS)
		file = fopen("/proc/self/mountinfo", "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %*s %*s %*s %2047s", path) == 1 && is_shown(mounts, path))
			mounts_add(mounts, MOUNT_FROZEN, "", path);
	if (file)
		fclose(file);
}

void
mounts_lay_out(struct mounts *mounts, const char *images, const char *const *hidden)
{
	static const char *const system[] = {
		"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix", "/gnu",
		"/run/systemd/resolve",
	};
	static const char *const devices[] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
	};
	static const char *const links[][2] = {
		{"/proc/self/fd", "/dev/fd"}, {"/proc/self/fd/0", "/dev/stdin"},
		{"/proc/self/fd/1", "/dev/stdout"}, {"/proc/self/fd/2", "/dev/stderr"},
	};

	for (size_t i = 0; i < sizeof(system) / sizeof(system[0]); i++)
		add_system(mounts, system[i]);
	lay_out_opt(mounts);
	lay_out_etc(mounts);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (access(devices[i], F_OK) == 0)
			mounts_add(mounts, MOUNT_DEVICE, devices[i], devices[i]);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		mounts_add(mounts, MOUNT_LINK, links[i][0], links[i][1]);
	mounts_add(mounts, MOUNT_EMPTY, "", "/tmp");
	mounts_add(mounts, MOUNT_EMPTY, "", "/var/tmp");
	mounts_add(mounts, MOUNT_EMPTY, "", "/dev/shm");
	lay_out_proc(mounts);
	mounts_add(mounts, MOUNT_READ_ONLY, images, images);
	freeze_inner_mounts(mounts);
	for (size_t i = 0; hidden && hidden[i]; i++)
		hide(mounts, hidden[i]);
}

bool
mounts_show(const char *images, const char *path)
{
	struct mounts mounts = {0};
	char *real = real_path(path);
	bool show = false;

	mounts_lay_out(&mounts, images, NULL);
	for (size_t i = 0; real && i < mounts.count; i++)
		show = show || (mounts.items[i].kind == MOUNT_READ_ONLY &&
				lies_below(real, mounts.items[i].to));
	mounts_clear(&mounts);
	free(real);
	return show;
}

void
mounts_clear(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++) {
		free(mounts->items[i].from);
		free(mounts->items[i].to);
	}
	free(mounts->items);
}
