/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the processes of a workload may see and touch.  Which means the kernel lets us use is
 * found out once, by trying them from the strongest to the weakest in a child:
 *
 *	namespaces	users, mounts, processes and IPC of its own: a root made of the system's
 *			directories (read only), the executables (read only), the environment's
 *			directory, an empty /tmp and a /proc that shows nothing but itself
 *	landlock	the same files as they are, without a /tmp
 *	nothing		the limits and no-new-privileges, which every child gets
 *
 * The network is shared: the forwarded ports and the probes need it.  No means needs root.
 * Everything that a child does here is laid out before the fork and made of system calls only.
 */
#include "config.h"

#include "platform/drivers/process/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "base/secrecy.h"
#include "base/xmalloc.h"
#include "platform/drivers/process/landlock.h"
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

/* From the strongest to the weakest. */
static const struct means {
	const char *name;
	int flags;
	bool own_proc;
	bool for_root;		/* without a user namespace there must be a root who may do it */
} all_means[] = {
	{"user, mount, pid and ipc namespaces", CLONE_NEWUSER | NAMESPACES, true, false},
	{"mount, pid and ipc namespaces", NAMESPACES, true, true},
	{"user, mount, pid and ipc namespaces, shared /proc", CLONE_NEWUSER | NAMESPACES, false, false},
};

enum kind { READ_ONLY, WRITABLE, DEVICE, LINK, EMPTY, HIDDEN, PROCESSES };

struct mount {
	enum kind kind;
	char *from;		/* of a LINK: where it points */
	char *to;
};

struct mounts {
	struct mount *items;
	size_t count;
};

struct confinement {
	const struct means *means;	/* NULL: no namespaces */
	bool landlock;
	char *why;			/* the strongest means are not used; NULL: they are */
	char *root; /* a directory where the new root is made, in its namespace only */
	char *images;
	char uid_map[64], gid_map[64];
	struct mounts mounts;		/* the same for all */
};

struct mount_view {
	const struct confinement *confinement;
	struct mount own;		/* the directory that may be written to */
};

/* Laying out. */

static void
add(struct mounts *mounts, enum kind kind, const char *from, const char *to)
{
	mounts->items = xreallocarray(mounts->items, mounts->count + 1, sizeof(*mounts->items));
	mounts->items[mounts->count++] = (struct mount){kind, xstrdup(from), xstrdup(to)};
}

/* A directory of the system as it is here: a link stays one (/lib is usr/lib). */
static void
add_system(struct mounts *mounts, const char *path)
{
	char target[4096];
	struct stat st;
	ssize_t n;

	if (lstat(path, &st) != 0)
		return;
	if (S_ISDIR(st.st_mode)) {
		add(mounts, READ_ONLY, path, path);
	} else if (S_ISLNK(st.st_mode) && (n = readlink(path, target, sizeof(target) - 1)) > 0) {
		target[n] = '\0';
		add(mounts, LINK, target, path);
	}
}

static void
lay_out(struct confinement *c)
{
	static const char *const system[] = {
		"/usr",	   "/bin", "/sbin", "/lib", "/lib32", "/lib64",
		"/libx32", "/etc", "/opt",  "/nix", "/gnu",   "/run/systemd/resolve",
	};
	/* A daemon that root runs could read these; what it starts must not. */
	static const char *const secrets[] = {
		"/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers",
	};
	static const char *const devices[] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
	};
	static const char *const links[][2] = {
		{"/proc/self/fd", "/dev/fd"}, {"/proc/self/fd/0", "/dev/stdin"},
		{"/proc/self/fd/1", "/dev/stdout"}, {"/proc/self/fd/2", "/dev/stderr"},
	};

	for (size_t i = 0; i < sizeof(system) / sizeof(system[0]); i++)
		add_system(&c->mounts, system[i]);
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (access(secrets[i], F_OK) == 0)
			add(&c->mounts, HIDDEN, "/dev/null", secrets[i]);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (access(devices[i], F_OK) == 0)
			add(&c->mounts, DEVICE, devices[i], devices[i]);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		add(&c->mounts, LINK, links[i][0], links[i][1]);
	add(&c->mounts, EMPTY, "", "/tmp");
	add(&c->mounts, EMPTY, "", "/var/tmp");
	add(&c->mounts, EMPTY, "", "/dev/shm");
	add(&c->mounts, PROCESSES, "", "/proc");
	add(&c->mounts, READ_ONLY, c->images, c->images);
}

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

/* `path` below the working directory: all its directories, and itself unless it is to be a file. */
static int
make_place(const char *path, bool is_file)
{
	char copy[4096];
	size_t i;
	int fd;

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
	if (!is_file)
		return mkdir(copy, 0755) != 0 && errno != EEXIST ? -1 : 0;
	fd = open(copy, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0444);
	if (fd >= 0)
		close(fd);
	/* It may be a file of a directory that is mounted read only already. */
	return fd < 0 && errno != EROFS && errno != EACCES ? -1 : 0;
}

static int
set_attributes(const char *at, unsigned flags, unsigned long long set)
{
	struct attributes attributes = {.set = set};

#ifdef SYS_mount_setattr
	return (int)syscall(SYS_mount_setattr, AT_FDCWD, at, flags, &attributes,
			    sizeof(attributes));
#else
	return (int)syscall(442, AT_FDCWD, at, flags, &attributes, sizeof(attributes));
#endif
}

static int
bind(const struct mount *m, unsigned long long attributes)
{
	const char *to = m->to + 1;

	if (make_place(m->to, m->kind == DEVICE || m->kind == HIDDEN) != 0 ||
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
	case READ_ONLY:
	case HIDDEN:
		return bind(m, ATTR_READ_ONLY | ATTR_NO_SUID);
	case WRITABLE:
		return bind(m, ATTR_NO_SUID);
	case DEVICE:
		return bind(m, 0);
	case LINK:
		return make_link(m);
	case EMPTY:
		return make_place(m->to, false) != 0
			       ? -1
			       : mount("tmpfs", m->to + 1, "tmpfs", MS_NOSUID | MS_NODEV, SCRATCH);
	case PROCESSES:
		if (make_place(m->to, false) != 0)
			return -1;
		if (c->means->own_proc)
			return mount("proc", m->to + 1, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
				     NULL);
		return mount("/proc", m->to + 1, NULL, MS_BIND | MS_REC, NULL);
	}
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
	*step = "its directory";
	if (make_mount(c, &view->own) != 0)
		return -1;
	*step = "its root";
	return change_root();
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
	if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0) != 0)
		return -1;
	return (int)syscall(SYS_capset, &header, none);
}

int
view_restrict(const struct mount_view *view, const char **step)
{
	const struct confinement *c = view->confinement;

	*step = "its capabilities";
	if (c->means)
		return drop_capabilities();
	*step = "its files";
	return c->landlock ? landlock_enter(view->own.to, c->images) : 0;
}

/* In the daemon. */

pid_t
confinement_fork(const struct confinement *c)
{
	/* vfork-like tricks would share memory; this is fork() with namespaces. */
	if (!c->means)
		return fork();
#ifdef __s390__
	return (pid_t)syscall(SYS_clone, 0, c->means->flags | SIGCHLD, 0, 0, 0);
#else
	return (pid_t)syscall(SYS_clone, c->means->flags | SIGCHLD, 0, 0, 0, 0);
#endif
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
	struct mount_view *view = view_new(c, directory);
	int fds[2] = {-1, -1};
	pid_t pid = -1;

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
choose(struct confinement *c, const char *directory, enum driver_confine most)
{
	struct confine_failure failure;

	if (most != DRIVER_CONFINE_BEST)
		c->why = xstrdup("switched off");
	for (size_t i = 0;
	     most == DRIVER_CONFINE_BEST && i < sizeof(all_means) / sizeof(all_means[0]); i++) {
		if (all_means[i].for_root && geteuid() != 0)
			continue;
		c->means = &all_means[i];
		if (try(c, directory, &failure))
			return;
		if (!c->why)
			c->why = xasprintf("%s: %s%s%s", c->means->name, failure.step,
					   failure.step[0] ? ": " : "", strerror(failure.error));
	}
	c->means = NULL;
	c->landlock = most != DRIVER_CONFINE_LIMITS;
	if (c->landlock && !try(c, directory, &failure))
		c->landlock = false;
}

struct confinement *
confinement_new(const char *spaces_dir, const char *images_dir, enum driver_confine most)
{
	struct confinement *c = xcalloc(1, sizeof(*c));
	struct error err;

	c->images = realpath(images_dir, NULL);
	if (!c->images)
		c->images = xstrdup(images_dir);
	c->root = xasprintf("%s/.root", spaces_dir);
	snprintf(c->uid_map, sizeof(c->uid_map), "%u %u 1", geteuid(), geteuid());
	snprintf(c->gid_map, sizeof(c->gid_map), "%u %u 1", getegid(), getegid());
	lay_out(c);
	if (mkdir(c->root, 0700) != 0 && errno != EEXIST)
		error_errno(&err, "%s", c->root);
	choose(c, spaces_dir, most);
	log_line(c->means ? LOG_PRIORITY_NOTICE : LOG_PRIORITY_WARNING, "confinement of workloads",
		 "by",
		 c->means      ? c->means->name
		 : c->landlock ? "landlock"
			       : "limits only",
		 "refused", c->why, NULL);
	return c;
}

void
confinement_free(struct confinement *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->mounts.count; i++) {
		free(c->mounts.items[i].from);
		free(c->mounts.items[i].to);
	}
	free(c->mounts.items);
	rmdir(c->root);
	free(c->root);
	free(c->images);
	free(c->why);
	free(c);
}

bool
confinement_has_pids(const struct confinement *c)
{
	return c->means != NULL;
}

json_t *
confinement_describe(const struct confinement *c)
{
	json_t *all = json_pack(
		"{s:b, s:b, s:b, s:b, s:b, s:b, s:b}", "no_new_privileges", 1, "limits", 1,
		"user_namespace", c->means && (c->means->flags & CLONE_NEWUSER), "private_files",
		c->means != NULL, "private_processes", c->means != NULL, "private_proc",
		c->means && c->means->own_proc, "landlock", c->landlock);

	if (c->why)
		json_object_set_new(all, "refused", json_string(c->why));
	return all;
}

struct mount_view *
view_new(const struct confinement *c, const char *directory)
{
	struct mount_view *view = xcalloc(1, sizeof(*view));

	view->confinement = c;
	view->own = (struct mount){WRITABLE, xstrdup(directory), xstrdup(directory)};
	return view;
}

void
view_free(struct mount_view *view)
{
	if (!view)
		return;
	free(view->own.from);
	free(view->own.to);
	free(view);
}
