/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the processes of a workload may see and touch: namespaces of users, mounts, processes and
 * IPC of their own, and no capabilities in them.  Their root is made of the system's directories,
 * a short list of /etc and the executables, all read only; of what view_add() names; of an empty
 * /tmp; and of a /proc that shows nothing but themselves.  What the daemon owns of an environment
 * is not there at all, so nothing that a workload does to names can lie in the daemon's way.
 *
 * There is this one strength.  Whether the kernel allows it is found out once, by trying it in a
 * child; where it does not, no workload starts (confinement_refuses()), unless the operator has
 * said that all programs are trusted.
 *
 * The network is shared: the forwarded ports and the probes need it.  Nothing here needs root.
 * Everything that a child does here is laid out before the fork and made of system calls only.
 */
#include "config.h"

#include "platform/drivers/process/confine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "base/secrecy.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/process/cgroups.h"
#include "platform/drivers/process/keyrings.h"
#include "platform/drivers/process/landlock.h"
#include "platform/drivers/process/mounts.h"
#include "platform/drivers/process/process.h"

#define NAMESPACES (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC)
#define SCRATCH "size=256m,mode=1777"
#define RECURSIVE 0x8000		/* AT_RECURSIVE */
#define ATTR_READ_ONLY 0x1 /* MOUNT_ATTR_* of <linux/mount.h>, which glibc's clashes with */
#define ATTR_NO_SUID 0x2
#define CAPABILITIES_MAX 63

struct attributes {
	unsigned long long set, clear, propagation, user_ns;
};

/* Both end without a capability.  Where a machine has no user namespaces, root needs none. */
static const struct means {
	const char *name;
	int flags;
	bool for_root;
} all_means[] = {
	{"user, mount, pid and ipc namespaces", CLONE_NEWUSER | NAMESPACES, false},
	{"mount, pid and ipc namespaces", NAMESPACES, true},
};

struct confinement {
	const struct means *means;	/* NULL: none */
	bool trusted;			/* the operator wants none */
	char *why;			/* there are none; NULL: there are */
	struct cgroups *cgroups;
	char *root; /* a directory where the new root is made, in its namespace only */
	char *images;
	char uid_map[64], gid_map[64];
	struct mounts mounts;		/* the same for all */
};

struct mount_view {
	const struct confinement *confinement;
	struct mounts own;		/* what view_add() named */
};

/* In the child. */

static int
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t n;

	if (fd < 0)
		return -1;
	while (text[length])
		length++;
	n = write(fd, text, length);
	close(fd);
	return n == (ssize_t)length ? 0 : -1;
}

static int
become_same_user(const struct confinement *c)
{
	secrecy_allow_looks();		/* else its own files in /proc are root's */
	/* Kernels before 3.19 have no such file, and need none. */
	if (write_file("/proc/self/setgroups", "deny") != 0 && errno != ENOENT)
		return -1;
	if (write_file("/proc/self/uid_map", c->uid_map) != 0)
		return -1;
	return write_file("/proc/self/gid_map", c->gid_map);
}

/* -1 with ENOENT: a directory above it is not there yet. */
static int
make_last(const char *path, bool is_file)
{
	int fd;

	if (!is_file)
		return mkdir(path, 0755) != 0 && errno != EEXIST ? -1 : 0;
	/* It may be there in what is mounted already; if not, the mount will say so. */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);
	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == ENOENT ? -1 : 0;
}

/* `path` below the working directory, and where they are missing the directories above it: most
 * are there, since they hold other places too. */
static int
make_place(const char *path, bool is_file)
{
	char copy[4096];
	size_t i;

	if (make_last(path + 1, is_file) == 0)
		return 0;
	if (errno != ENOENT)
		return -1;
	for (i = 1; i < sizeof(copy) && path[i]; i++) {
		copy[i - 1] = path[i];
		copy[i] = '\0';
		if (path[i] != '/')
			continue;
		copy[i - 1] = '\0';
		if (mkdir(copy, 0755) != 0 && errno != EEXIST)
			return -1;
		copy[i - 1] = '/';
	}
	return make_last(copy, is_file) != 0 && !is_file ? -1 : 0;
}

/* What it has already, and what an outer namespace has locked, has to be said again. */
static int
remount(const char *at, unsigned long long set)
{
	static const struct {
		unsigned long have, flag;
	} kept[] = {
		{ST_RDONLY, MS_RDONLY}, {ST_NOSUID, MS_NOSUID}, {ST_NODEV, MS_NODEV},
		{ST_NOEXEC, MS_NOEXEC}, {ST_NOATIME, MS_NOATIME},
		{ST_NODIRATIME, MS_NODIRATIME}, {ST_RELATIME, MS_RELATIME},
	};
	unsigned long flags = MS_REMOUNT | MS_BIND;
	struct statvfs fs;

	if (statvfs(at, &fs) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (fs.f_flag & kept[i].have)
			flags |= kept[i].flag;
	if (set & ATTR_READ_ONLY)
		flags |= MS_RDONLY;
	if (set & ATTR_NO_SUID)
		flags |= MS_NOSUID;
	return mount("none", at, "none", flags, "");
}

/* Linux 5.12, and not below valgrind: without it, what is mounted below is a row of its own
 * (mounts.c). */
static int
set_attributes(const char *at, unsigned flags, unsigned long long set)
{
	struct attributes attributes = {.set = set};
	long ret = syscall(MOUNTS_SETATTR, AT_FDCWD, at, flags, &attributes, sizeof(attributes));

	return ret != 0 && errno == ENOSYS ? remount(at, set) : (int)ret;
}

static int
bind(const struct mount *m, unsigned long long attributes)
{
	const char *to = m->to + 1;

	if (make_place(m->to, m->is_file) != 0 ||
	    mount(m->from, to, NULL, MS_BIND | MS_REC, NULL) != 0)
		return -1;
	return attributes ? set_attributes(to, RECURSIVE, attributes) : 0;
}

static int
make_link(const struct mount *m)
{
	char parent[4096];
	size_t last = 0;

	for (size_t i = 1; i < sizeof(parent) && m->to[i]; i++) {
		parent[i] = m->to[i];
		if (m->to[i] == '/')
			last = i;
	}
	if (last > 0) {
		parent[0] = '/';
		parent[last] = '\0';
		if (make_place(parent, false) != 0)
			return -1;
	}
	return symlink(m->from, m->to + 1);
}

static int
make_mount(const struct confinement *c, const struct mount *m)
{
	switch (m->kind) {
	case MOUNT_READ_ONLY:
		return bind(m, ATTR_READ_ONLY | ATTR_NO_SUID);
	case MOUNT_HIDDEN:	/* what is not there needs no cover */
		return bind(m, ATTR_READ_ONLY | ATTR_NO_SUID) != 0 && errno != ENOENT ? -1 : 0;
	case MOUNT_WRITABLE:
		return bind(m, ATTR_NO_SUID);
	case MOUNT_DEVICE:
		return bind(m, 0);
	case MOUNT_LINK:
		return make_link(m);
	case MOUNT_EMPTY:
	case MOUNT_COVERED:
		return make_place(m->to, false) != 0
			       ? -1
			       : mount("tmpfs", m->to + 1, "tmpfs", MS_NOSUID | MS_NODEV,
				       m->kind == MOUNT_EMPTY ? SCRATCH : "size=64k,mode=0755");
	case MOUNT_PROCESSES:
		if (make_place(m->to, false) != 0 ||
		    mount("proc", m->to + 1, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
			return -1;
		/* A namespace within ours would have all capabilities: the doors that those open in
		 * the kernel stay shut. */
		return c->means->flags & CLONE_NEWUSER
			       ? write_file("proc/sys/user/max_user_namespaces", "0")
			       : 0;
	case MOUNT_FROZEN:
		return mount(m->to + 1, m->to + 1, NULL, MS_BIND | MS_REC, NULL) != 0
			       ? -1 : set_attributes(m->to + 1, RECURSIVE, ATTR_READ_ONLY);
	}
	return 0;
}

/* Own directories may lie below one that is covered, so it is closed after they were made. */
static int
close_covers(const struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->items[i].kind == MOUNT_COVERED &&
		    set_attributes(mounts->items[i].to + 1, 0, ATTR_READ_ONLY) != 0)
			return -1;
	return 0;
}

static int
change_root(void)
{
	if (set_attributes(".", 0x1000 /* AT_EMPTY_PATH */, ATTR_READ_ONLY) != 0 ||
	    syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0)
		return -1;
	return chdir("/");
}

int
view_enter(const struct mount_view *view, const char **step)
{
	const struct confinement *c = view->confinement;

	if (!c->means)
		return 0;
	*step = "its user";
	if ((c->means->flags & CLONE_NEWUSER) && become_same_user(c) != 0)
		return -1;
	*step = "its root";
	umask(022);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", c->root, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=0755") != 0 ||
	    chdir(c->root) != 0)
		return -1;
	for (size_t i = 0; i < c->mounts.count; i++) {
		*step = c->mounts.items[i].to;
		if (make_mount(c, &c->mounts.items[i]) != 0)
			return -1;
	}
	for (size_t i = 0; i < view->own.count; i++) {
		*step = view->own.items[i].to;
		if (make_mount(c, &view->own.items[i]) != 0)
			return -1;
	}
	*step = "its root";
	return close_covers(&c->mounts) != 0 ? -1 : change_root();
}

/* Whoever it is inside, it has no power over what is there, and gets none. */
static int
drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {0};

	for (int i = 0; i <= CAPABILITIES_MAX; i++)
		if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0 && errno == EINVAL)
			break;
	/* Who had none before cannot say so, and needs not to: nothing gives it any. */
	if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0) != 0 &&
	    errno != EPERM)
		return -1;
	return (int)syscall(SYS_capset, &header, none);
}

int
view_restrict(const struct mount_view *view, const char **step)
{
	*step = "its capabilities";
	if (drop_capabilities() != 0)
		return -1;
	if (view && !view->confinement->means)
		return 0;
	*step = "its keys";
	if (keyrings_enter() != 0)
		return -1;
	*step = "its scope";
	return landlock_enter();
}

/* In the daemon: fork() with namespaces. */
pid_t
confinement_fork(const struct confinement *c)
{
	if (!c->means)
		return fork();
#ifdef __s390__
	return (pid_t)syscall(SYS_clone, 0, c->means->flags | SIGCHLD, 0, 0, 0);
#else
	return (pid_t)syscall(SYS_clone, c->means->flags | SIGCHLD, 0, 0, 0, 0);
#endif
}

pid_t
confinement_fork_into(const struct confinement *c, int group)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | (c->means ? (uint64_t)c->means->flags : 0),
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)group,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

struct confine_failure {
	int error;
	char step[64];
};

static void __attribute__((noreturn))
try_in_child(const struct mount_view *view, int out)
{
	struct confine_failure failure = {0};
	const char *step = "";

	if (view_enter(view, &step) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    view_restrict(view, &step) != 0) {
		failure.error = errno ? errno : EIO;
		for (size_t i = 0; i < sizeof(failure.step) - 1 && step[i]; i++)
			failure.step[i] = step[i];
	}
	_exit(write(out, &failure, sizeof(failure)) == (ssize_t)sizeof(failure) ? 0 : 1);
}

/* Does it work with the means that are set?  *failure tells why not. */
static bool
try(const struct confinement *c, const char *directory, struct confine_failure *failure)
{
	struct mount_view *view = view_new(c);
	int fds[2] = {-1, -1};
	pid_t pid = -1;

	view_add(view, true, directory, directory);
	*failure = (struct confine_failure){.error = EIO};
	if (pipe2(fds, O_CLOEXEC) == 0) {
		pid = confinement_fork(c);
		if (pid == 0)
			try_in_child(view, fds[1]);
		failure->error = errno;
		close(fds[1]);
		if (pid > 0 && read(fds[0], failure, sizeof(*failure)) != (ssize_t)sizeof(*failure))
			failure->error = EIO;
		close(fds[0]);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	view_free(view);
	return failure->error == 0;
}

static void
choose(struct confinement *c, const char *directory)
{
	struct confine_failure failure = {0};

	for (size_t i = 0; i < sizeof(all_means) / sizeof(all_means[0]); i++) {
		/* Where there are user namespaces, one of a workload's own would open to it what
		 * only they can close. */
		if (all_means[i].for_root && (geteuid() != 0 || failure.step[0]))
			continue;
		c->means = &all_means[i];
		if (try(c, directory, &failure)) {
			free(c->why);
			c->why = NULL;
			return;
		}
		if (!c->why)
			c->why = xasprintf("%s: %s%s%s", c->means->name, failure.step,
					   failure.step[0] ? ": " : "", strerror(failure.error));
	}
	c->means = NULL;
}

struct confinement *
confinement_new(const char *spaces_dir, const char *images_dir, enum driver_confine confine,
		const char *const *hidden, const struct cgroup_limits *limits)
{
	struct confinement *c = xcalloc(1, sizeof(*c));
	struct error err;

	c->cgroups = cgroups_new(limits);
	c->trusted = confine == DRIVER_CONFINE_NONE;
	c->images = realpath(images_dir, NULL);
	if (!c->images)
		c->images = xstrdup(images_dir);
	c->root = xasprintf("%s/.root", spaces_dir);
	snprintf(c->uid_map, sizeof(c->uid_map), "%u %u 1", geteuid(), geteuid());
	snprintf(c->gid_map, sizeof(c->gid_map), "%u %u 1", getegid(), getegid());
	mounts_lay_out(&c->mounts, c->images, hidden);
	if (mkdir(c->root, 0700) != 0 && errno != EEXIST)
		error_errno(&err, "%s", c->root);
	if (!c->trusted)
		choose(c, spaces_dir);
	if (!c->means && confine == DRIVER_CONFINE_SAMPLE)
		c->trusted = true;
	log_line(c->means ? LOG_PRIORITY_NOTICE : LOG_PRIORITY_WARNING, "confinement of workloads",
		 "by",
		 c->means     ? c->means->name
		 : c->trusted ? "nothing: the programs are trusted"
			      : "nothing: no workload starts",
		 "refused", c->why, NULL);
	return c;
}

int
confinement_refuses(const struct confinement *c, struct error *err)
{
	if (c->means || c->trusted)
		return 0;
	return error_set_code(err, CODE_WORKLOADS_NOT_CONFINED, .reason = c->why);
}

void
confinement_free(struct confinement *c)
{
	if (!c)
		return;
	cgroups_free(c->cgroups);
	mounts_clear(&c->mounts);
	rmdir(c->root);
	free(c->root);
	free(c->images);
	free(c->why);
	free(c);
}

struct cgroups *
confinement_cgroups(const struct confinement *c)
{
	return c->cgroups;
}

bool
confinement_has_pids(const struct confinement *c)
{
	return c->means != NULL;
}

int
confinement_namespaces(const struct confinement *c)
{
	return c->means ? c->means->flags : 0;
}

json_t *
confinement_describe(const struct confinement *c)
{
	json_t *all = json_pack(
		"{s:b, s:b, s:b, s:b, s:b, s:b}", "no_new_privileges", 1, "limits", 1,
		"user_namespace", c->means && (c->means->flags & CLONE_NEWUSER), "private_files",
		c->means != NULL, "private_processes", c->means != NULL, "private_proc",
		c->means != NULL);

	json_object_set_new(all, "environment_limits", cgroups_describe(c->cgroups));
	if (c->trusted && !c->means)
		json_object_set_new(all, "trusted", json_true());
	if (c->why)
		json_object_set_new(all, "refused", json_string(c->why));
	return all;
}

struct mount_view *
view_new(const struct confinement *c)
{
	struct mount_view *view = xcalloc(1, sizeof(*view));

	view->confinement = c;
	return view;
}

void
view_add(struct mount_view *view, bool writable, const char *from, const char *to)
{
	mounts_add(&view->own, writable ? MOUNT_WRITABLE : MOUNT_READ_ONLY, from, to);
}

void
view_free(struct mount_view *view)
{
	if (!view)
		return;
	mounts_clear(&view->own);
	free(view);
}
