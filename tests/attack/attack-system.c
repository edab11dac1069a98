/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The rest of the machine: sockets, ports, processes, memory, and the rights to more. */
#include "config.h"

#include "attacks.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Above what an environment may have, and below what would harm this machine. */
#define CHILDREN 1500
#define FORKING_S 120	/* on a busy machine so many children take more than other attempts may */
#define MEMORY_PIECE ((size_t)32 << 20)
#define MEMORY_PIECES 40
#define DISK_PIECE ((size_t)1 << 20)
#define ENTRIES_PER_MB 64	/* that count as much as a megabyte */

static long
number(const char *name)
{
	return strtol(given(name), NULL, 10);
}

/* --- sockets --- */

static void
try_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool won = false;

	if (strlen(path) < sizeof(address.sun_path)) {
		strcpy(address.sun_path, path);
		won = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	}
	attempt("socket", won, "%s: %s", path, won ? "connected" : strerror(errno));
	close(fd);
}

/* A name of the port that another daemon would choose: taking all of them must stop nobody. */
static void
try_abstract(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int taken = 0, length;

	for (int port = 20000; port < 20400; port++) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		length = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
				  "sidestage/port/%d", port);
		taken += bind(fd, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
					  (size_t)length)) == 0;
	}
	attempt("socket", false, "%d names of ports taken", taken);
	usleep(100000);
}

/* Somebody else's, which has no file and no mode. */
static void
try_connect_abstract(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int length = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "%s", name);
	bool won = connect(fd, (struct sockaddr *)&address,
			   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
				       (size_t)length)) == 0;

	attempt("socket", won, "the abstract %s: %s", name, won ? "connected" : strerror(errno));
	close(fd);
}

static bool
asks_the_api(int port)
{
	static const char request[] = "GET /orgs HTTP/1.1\r\nHost: a\r\n\r\n";
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[64] = "";
	bool won;

	won = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	      send(fd, request, strlen(request), MSG_NOSIGNAL) > 0 &&
	      recv(fd, answer, sizeof(answer) - 1, 0) > 0 && strncmp(answer, "HTTP/1.1 200", 12) == 0;
	close(fd);
	return won;
}

void
attack_sockets(void)
{
	static const char *const names[] = {"/control.sock", "/maintenance.sock"};
	static const char *const others[] = {
		"/run/systemd/private", "/run/dbus/system_bus_socket", "/var/run/docker.sock",
		"/run/systemd/notify",
	};
	char path[4096];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", given("STATE"), names[i]);
		try_connect(path);
		snprintf(path, sizeof(path), "/proc/1/root%s%s", given("STATE"), names[i]);
		try_connect(path);
		snprintf(path, sizeof(path), "%s/../../../..%s", given("OWN"), names[i]);
		try_connect(path);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		try_connect(others[i]);
	try_connect(given("API"));
	snprintf(path, sizeof(path), "/proc/1/root%s", given("API"));
	try_connect(path);
	if (number("API_PORT"))
		attempt("socket", asks_the_api((int)number("API_PORT")), "the API by TCP");
	try_abstract();
	if (*given("ABSTRACT"))
		try_connect_abstract(given("ABSTRACT"));
}

/* --- ports --- */

static void
try_port(int port, bool is_v6, bool is_any, int option)
{
	struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(is_any ? INADDR_ANY : INADDR_LOOPBACK),
	};
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)port),
		.sin6_addr = is_any ? (struct in6_addr)IN6ADDR_ANY_INIT
				    : (struct in6_addr)IN6ADDR_LOOPBACK_INIT,
	};
	int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	bool won = false;

	if (fd < 0)
		return;
	if (option)
		setsockopt(fd, SOL_SOCKET, option, &on, sizeof(on));
	if (is_v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	won = bind(fd, is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
		   is_v6 ? sizeof(v6) : sizeof(v4)) == 0 && listen(fd, 1) == 0;
	attempt("port", won, "%s%s:%d option %d: %s", is_v6 ? "[::]" : "0.0.0.0",
		is_any ? "" : " (loopback)", port, option, won ? "listening" : strerror(errno));
	close(fd);
}

void
attack_ports(void)
{
	static const char *const ports[] = {"VICTIM_PORT", "PAUSED_PORT", "OWN_PORT"};
	static const int options[] = {0, SO_REUSEADDR, SO_REUSEPORT};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		for (int kind = 0; kind < 4 && number(ports[i]); kind++)
			for (size_t k = 0; k < 3; k++)
				try_port((int)number(ports[i]), kind & 1, kind & 2, options[k]);
}

/* --- processes --- */

void
attack_forking(void)
{
	long limit = number("PROCESSES_MAX");
	int count = 0;
	pid_t pid = 0;

	alarm(FORKING_S);
	setpgid(0, 0);
	signal(SIGTERM, SIG_DFL);	/* one that is stubborn ignores it, its children too */
	while (count < CHILDREN && (pid = fork()) > 0)
		count++;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	attempt("fork", limit > 0 && count > limit, "%d processes: %s", count,
		pid < 0 ? strerror(errno) : "no limit met");
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

/* Not in the daemon's own namespace: there it would end everybody on this machine. */
static bool
is_namespace_ours(void)
{
	char link[64] = "";

	return *given("NAMESPACE") && readlink("/proc/self/ns/pid", link, sizeof(link) - 1) > 0 &&
	       strcmp(link, given("NAMESPACE")) != 0;
}

void
attack_signals(void)
{
	static const int signals[] = {0, SIGKILL, SIGSTOP, SIGTERM, SIGHUP, SIGQUIT};
	pid_t pid;

	if (!is_namespace_ours()) {
		attempt("signal", true, "the daemon's own PID namespace");
		return;
	}
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/* To a number that is the daemon's outside. */
		bool won = kill((pid_t)number("DAEMON"), signals[i]) == 0;

		attempt("signal", won, "%d to the daemon: %s", signals[i], strerror(errno));
	}
	/* All that there is here; the parent that waits for us goes too, at times. */
	pid = fork();
	if (pid == 0 && getpid() % 4 == 0)
		kill(-1, SIGKILL);
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	attempt("signal", false, "to everybody");
}

/* --- /proc, and the guard, which is a copy of the daemon --- */

static void
try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK);
	char byte;
	bool won = fd >= 0 && ((flags & O_ACCMODE) != O_RDONLY || read(fd, &byte, 1) == 1);

	attempt("proc", won, "%s: %s", path, won ? "open to us" : strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void
count_processes(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	char comm[64];
	bool won = false;

	while (dir && (entry = readdir(dir))) {
		char path[300];
		ssize_t n;
		int fd;

		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		fd = entry->d_name[0] >= '0' && entry->d_name[0] <= '9' ? open(path, O_RDONLY) : -1;
		n = fd < 0 ? 0 : read(fd, comm, sizeof(comm) - 1);
		if (fd >= 0)
			close(fd);
		comm[n > 0 ? n : 0] = '\0';
		won = won || strncmp(comm, "sidestaged", 10) == 0;
	}
	if (dir)
		closedir(dir);
	attempt("proc", won, "processes of the daemon");
}

void
attack_proc(void)
{
	static const char *const guarded[] = {
		"/proc/1/mem", "/proc/1/environ", "/proc/1/maps", "/proc/1/auxv", "/proc/1/stack",
		"/proc/1/root/etc/passwd", "/proc/1/fd/3", "/proc/1/task/1/mem",
	};
	char bytes[16];
	struct iovec here = {bytes, sizeof(bytes)}, there = {(void *)0x400000, sizeof(bytes)};
	int pidfd;

	for (size_t i = 0; i < sizeof(guarded) / sizeof(guarded[0]); i++)
		try_open(guarded[i], O_RDONLY);
	try_open("/proc/1/mem", O_RDWR);
	try_open("/proc/sys/kernel/core_pattern", O_WRONLY);
	try_open("/proc/sys/user/max_user_namespaces", O_WRONLY);
	try_open("/proc/1/setgroups", O_WRONLY);
	attempt("proc", ptrace(PTRACE_ATTACH, 1, NULL, NULL) == 0, "ptrace of the guard: %s",
		strerror(errno));
	attempt("proc", process_vm_readv(1, &here, 1, &there, 1, 0) > 0, "memory of the guard: %s",
		strerror(errno));
	pidfd = (int)syscall(SYS_pidfd_open, 1, 0);
	attempt("proc", pidfd >= 0 && syscall(SYS_pidfd_getfd, pidfd, 3, 0) >= 0,
		"a descriptor of the guard: %s", strerror(errno));
	count_processes();
}

/* --- the keys of whoever started the daemon --- */

/* Of <linux/keyctl.h>, which not every machine has. */
#define SESSION (-3)
#define USER (-4)
#define USER_SESSION (-5)
#define REVOKE 3
#define SEARCH 10
#define READ 11

static void
try_key(const char *how, long ret)
{
	attempt("keys", ret >= 0, "%s: %s", how, strerror(errno));
}

void
attack_keys(void)
{
	static const int rings[] = {SESSION, USER, USER_SESSION};
	const char *name = given("KEY");
	char bytes[64];

	for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]); i++)
		try_key("found", syscall(SYS_keyctl, SEARCH, rings[i], "user", name, 0));
	try_key("asked for", syscall(SYS_request_key, "user", name, NULL, 0));
	try_key("read", syscall(SYS_keyctl, READ, number("KEY_ID"), bytes, sizeof(bytes)));
	try_key("ended", syscall(SYS_keyctl, REVOKE, number("KEY_ID")));
	try_key("planted beside it",
		syscall(SYS_add_key, "user", "planted", "mine", 4, number("KEYRING_ID")));
	/* All workloads share the quota of their user. */
	try_key("made", syscall(SYS_add_key, "user", "large", bytes, sizeof(bytes), SESSION));
}

/* --- disk and memory --- */

/* Whoever goes on with four times what is allowed has won: it should have been ended. */
void
attack_disk(void)
{
	long limit = number("DISK_MAX_MB");
	char *piece = calloc(1, DISK_PIECE), name[32];
	long count = 0;
	int fd = -1;

	if (!piece || limit <= 0)
		return;
	attempt("disk", false, "begins");
	for (; count < 4 * limit; count++) {
		if (count % 8 == 0) {
			close(fd);
			snprintf(name, sizeof(name), "large-%ld", count);
			fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		}
		if (write(fd, piece, DISK_PIECE) != (ssize_t)DISK_PIECE)
			break;
		attempt("disk", false, "%ld MB", count);
	}
	alarm(0);
	sleep(60);
	attempt("disk", count > limit, "%ld MB: %s", count, strerror(errno));
}

/* Files of no size, and directories: they take what a file system has of them. */
void
attack_entries(void)
{
	long limit = number("DISK_MAX_MB") * ENTRIES_PER_MB, count = 0;
	char name[32];

	if (limit <= 0)
		return;
	attempt("entries", false, "begins");
	for (; count < 4 * limit; count++) {
		int fd = -1;

		snprintf(name, sizeof(name), "small-%ld", count);
		if (count % 2 == 0 ? mkdir(name, 0700) != 0 && errno != EEXIST
				   : (fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) < 0)
			break;
		if (fd >= 0)
			close(fd);
		if (count % ENTRIES_PER_MB == 0)
			attempt("entries", false, "%ld", count);
	}
	alarm(0);
	sleep(60);
	attempt("entries", count > limit, "%ld: %s", count, strerror(errno));
}

void
attack_memory(void)
{
	long limit = number("MEMORY_MAX_MB");
	size_t count = 0;

	if (limit <= 0)
		return;
	attempt("memory", false, "begins");
	for (; count < MEMORY_PIECES && (long)(count * (MEMORY_PIECE >> 20)) <= limit; count++) {
		char *piece = mmap(NULL, MEMORY_PIECE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (piece == MAP_FAILED)
			break;
		memset(piece, 1, MEMORY_PIECE);
	}
	attempt("memory", (long)(count * (MEMORY_PIECE >> 20)) > limit, "%zu pieces: %s", count,
		strerror(errno));
}

/* --- more rights than we have --- */

static bool
has_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	return syscall(SYS_capget, &header, data) == 0 &&
	       (data[0].effective | data[0].permitted | data[0].inheritable | data[1].effective |
		data[1].permitted | data[1].inheritable) != 0;
}

/* A user namespace of our own has all rights over nothing, and a large part of the kernel. */
static void
try_namespaces(void)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		bool won = unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;

		attempt("privilege", won, "a user namespace: %s", strerror(errno));
		if (won) {
			attempt("privilege",
				mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND, NULL) == 0,
				"/usr writable: %s", strerror(errno));
			attempt("privilege", umount2("/etc/shadow", MNT_DETACH) == 0,
				"/etc/shadow uncovered: %s", strerror(errno));
		}
		_exit(0);
	}
	waitpid(pid, &status, 0);
}

void
attack_privilege(void)
{
	static const int namespaces[] = {
		CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, 0x02000000,
	};
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct all[2] = {{~0U, ~0U, ~0U}, {~0U, ~0U, ~0U}};
	uid_t before = geteuid();
	char handle[200] = {0};

	attempt("privilege", has_capabilities(), "capabilities");
	attempt("privilege", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1, "new privileges");
	attempt("privilege", syscall(SYS_capset, &header, all) == 0, "capset: %s", strerror(errno));
	if (before != 0)
		attempt("privilege", setuid(0) == 0, "setuid(0): %s", strerror(errno));
	attempt("privilege", setresuid(12345, 12345, 12345) == 0, "setresuid: %s", strerror(errno));
	attempt("privilege", setgroups(0, NULL) == 0, "setgroups: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
		attempt("privilege", unshare(namespaces[i]) == 0, "namespace %x: %s",
			(unsigned)namespaces[i], strerror(errno));
	attempt("privilege", mount("proc", "/tmp", "proc", 0, NULL) == 0, "mount: %s",
		strerror(errno));
	attempt("privilege", chroot("/tmp") == 0, "chroot: %s", strerror(errno));
	attempt("privilege", sethostname("mine", 4) == 0, "host name: %s", strerror(errno));
	attempt("privilege", syscall(SYS_open_by_handle_at, AT_FDCWD, handle, O_RDONLY) >= 0,
		"handle: %s", strerror(errno));
	attempt("privilege", syscall(SYS_init_module, handle, 1, "") == 0, "module: %s",
		strerror(errno));
	attempt("privilege", setpriority(PRIO_PROCESS, 0, -20) == 0, "priority: %s", strerror(errno));
	try_namespaces();
}

const struct attack attacks[] = {
	{"reading", attack_reading},	 {"writing", attack_writing},
	{"planting", attack_planting},	 {"renaming", attack_renaming},
	{"depth", attack_depth},	 {"sockets", attack_sockets},
	{"ports", attack_ports},	 {"proc", attack_proc},
	{"privilege", attack_privilege}, {"signals", attack_signals},
	{"forking", attack_forking},	 {"disk", attack_disk},
	{"entries", attack_entries},	 {"memory", attack_memory},
	{"keys", attack_keys},
};
const size_t attack_count = sizeof(attacks) / sizeof(attacks[0]);
