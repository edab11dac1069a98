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
#include "model/error-codes.h"
#include "platform/drivers/process/cgroups.h"
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

enum kind {
	READ_ONLY, WRITABLE, DEVICE, LINK, EMPTY,
	HIDDEN,			/* a file that cannot be read any more */
	COVERED,		/* a directory that is empty now */
	PROCESSES,
	FROZEN			/* what is there already, read only */
};

struct mount {
	enum kind kind;
	bool is_file;
	char *from;		/* of a LINK: where it points */
	char *to;
};

struct mounts {
	struct mount *items;
	size_t count;
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

/* Laying out. */

static bool
is_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

static void
add(struct mounts *mounts, enum kind kind, const char *from, const char *to)
{
	mounts->items = xreallocarray(mounts->items, mounts->count + 1, sizeof(*mounts->items));
	mounts->items[mounts->count++] = (struct mount){
		.kind = kind,
		.is_file = kind == DEVICE || kind == HIDDEN || is_file(from),
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
		add(mounts, READ_ONLY, path, path);
	} else if (S_ISLNK(st.st_mode) && (n = readlink(path, target, sizeof(target) - 1)) > 0) {
		target[n] = '\0';
		add(mounts, LINK, target, path);
	}
}

/* What a program needs to find users, hosts, times, libraries and certificates.  Files that hold
 * secrets (shadow, ssl/private, a configuration of ours) are elsewhere in /etc. */
static void
lay_out_etc(struct mounts *mounts)
{
	static const char *const names[] = {
		"/etc/passwd", "/etc/group", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf",
		"/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services",
		"/etc/protocols", "/etc/localtime", "/etc/timezone", "/etc/os-release",
		"/etc/mime.types", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
		"/etc/alternatives", "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
		"/etc/pki/tls/certs", "/etc/pki/tls/cert.pem", "/etc/pki/ca-trust/extracted",
		"/etc/crypto-policies",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		add_system(mounts, names[i]);
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

	add(mounts, PROCESSES, "", "/proc");
	for (size_t i = 0; i < sizeof(frozen) / sizeof(frozen[0]); i++)
		if (access(frozen[i], F_OK) == 0)
			add(mounts, FROZEN, "", frozen[i]);
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (access(hidden[i], F_OK) == 0)
			add(mounts, HIDDEN, "/dev/null", hidden[i]);
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
		if (mounts->items[i].kind != READ_ONLY || !lies_below(real, mounts->items[i].to))
			continue;
		if (stat(real, &st) == 0 && S_ISDIR(st.st_mode))
			add(mounts, COVERED, "", real);
		else
			add(mounts, HIDDEN, "/dev/null", real);
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

static void
lay_out(struct confinement *c, const char *const *hidden)
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
		add_system(&c->mounts, system[i]);
	lay_out_opt(&c->mounts);
	lay_out_etc(&c->mounts);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (access(devices[i], F_OK) == 0)
			add(&c->mounts, DEVICE, devices[i], devices[i]);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		add(&c->mounts, LINK, links[i][0], links[i][1]);
	add(&c->mounts, EMPTY, "", "/tmp");
	add(&c->mounts, EMPTY, "", "/var/tmp");
	add(&c->mounts, EMPTY, "", "/dev/shm");
	lay_out_proc(&c->mounts);
	add(&c->mounts, READ_ONLY, c->images, c->images);
	for (size_t i = 0; hidden && hidden[i]; i++)
		hide(&c->mounts, hidden[i]);
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
	/* It may be there in what is mounted already; if not, the mount will say so. */
	fd = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);
	if (fd >= 0)
		close(fd);
	return 0;
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
	case READ_ONLY:
		return bind(m, ATTR_READ_ONLY | ATTR_NO_SUID);
	case HIDDEN:	/* what is not there needs no cover */
		return bind(m, ATTR_READ_ONLY | ATTR_NO_SUID) != 0 && errno != ENOENT ? -1 : 0;
	case WRITABLE:
		return bind(m, ATTR_NO_SUID);
	case DEVICE:
		return bind(m, 0);
	case LINK:
		return make_link(m);
	case EMPTY:
	case COVERED:
		return make_place(m->to, false) != 0
			       ? -1
			       : mount("tmpfs", m->to + 1, "tmpfs", MS_NOSUID | MS_NODEV,
				       m->kind == EMPTY ? SCRATCH : "size=64k,mode=0755");
	case PROCESSES:
		if (make_place(m->to, false) != 0 ||
		    mount("proc", m->to + 1, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
			return -1;
		/* A namespace within ours would have all capabilities: the doors that those open in
		 * the kernel stay shut. */
		return c->means->flags & CLONE_NEWUSER
			       ? write_file("proc/sys/user/max_user_namespaces", "0")
			       : 0;
	case FROZEN:
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
		if (mounts->items[i].kind == COVERED &&
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
	(void)view;
	*step = "its capabilities";
	return drop_capabilities();
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

	c->cgroups = cgroups_new(spaces_dir, limits);
	c->trusted = confine == DRIVER_CONFINE_NONE;
	c->images = realpath(images_dir, NULL);
	if (!c->images)
		c->images = xstrdup(images_dir);
	c->root = xasprintf("%s/.root", spaces_dir);
	snprintf(c->uid_map, sizeof(c->uid_map), "%u %u 1", geteuid(), geteuid());
	snprintf(c->gid_map, sizeof(c->gid_map), "%u %u 1", getegid(), getegid());
	lay_out(c, hidden);
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

static void
clear(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++) {
		free(mounts->items[i].from);
		free(mounts->items[i].to);
	}
	free(mounts->items);
}

void
confinement_free(struct confinement *c)
{
	if (!c)
		return;
	cgroups_free(c->cgroups);
	clear(&c->mounts);
	rmdir(c->root);
	free(c->root);
	free(c->images);
	free(c->why);
	free(c);
}

const struct cgroups *
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
	add(&view->own, writable ? WRITABLE : READ_ONLY, from, to);
}

void
view_free(struct mount_view *view)
{
	if (!view)
		return;
	clear(&view->own);
	free(view);
}
