/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A filter of the program's system calls (seccomp) stops bind() and connect() and asks a process of
 * ours, the translator.  Where the address names a declared port, the translator takes a copy of
 * the socket and makes the call with the other port, so the program cannot change its mind between
 * look and deed; all else goes on as if nobody had been asked.  A connection of the program to
 * itself, at this machine's own address, is led to where it really listens.
 *
 * A network namespace would do the same and more, but cuts a program off from every database and
 * every other host: an ordinary user can lay no way out of one.
 *
 * Whatever cannot be found out goes on untranslated; that is no limit of what a program may do.
 */
#include "config.h"

#include "platform/drivers/process/translation.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/pass-fd.h"

#ifdef __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* Of newer headers. */
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#define PIDFD_OF_THREAD O_EXCL
#define WAIT_KILLABLE (1UL << 5)
#define GOES_ON 1U		/* SECCOMP_USER_NOTIF_FLAG_CONTINUE */
#define STRUCT_MAX 512		/* those of a newer kernel are larger than ours */

/* --- whether it can be done --- */

static int
yama(void)
{
	int fd = open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
	char digit = '0';

	if (fd < 0)
		return 0;
	if (read(fd, &digit, 1) != 1)
		digit = '0';
	close(fd);
	return digit - '0';
}

bool
translation_is_possible(bool has_user)
{
#ifdef ARCHITECTURE
	uint32_t action = SECCOMP_RET_USER_NOTIF;
	int scope = yama();

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0)
		return false;
	if (syscall(SYS_pidfd_getfd, -1, -1, 0) == 0 || errno != EBADF)
		return false;
	return scope == 0 || (scope < 3 && (has_user || geteuid() == 0));
#else
	(void)has_user;
	return false;
#endif
}

/* --- in the program's process --- */

#ifdef ARCHITECTURE
static int
install_filter(void)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bind, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	};
	struct sock_fprog program = {sizeof(steps) / sizeof(steps[0]), steps};
	unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	/* Else a signal to the program makes it ask again for what was done already. */
	long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | WAIT_KILLABLE, &program);

	if (fd < 0 && errno == EINVAL)
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	return (int)fd;
}
#else
static int
install_filter(void)
{
	errno = ENOSYS;
	return -1;
}
#endif

int
translation_enter(int channel)
{
	int listener = install_filter();

	if (listener < 0)
		return -1;
	if (pass_fd(channel, listener) != 0)
		return -1;
	close(listener);
	close(channel);
	return 0;
}

/* --- the translator --- */

/* What a program asks for. */
struct port_request {
	uint64_t id;
	pid_t thread;
	bool binds;
	int fd;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_storage bytes;
	} address;
	socklen_t length;
};

static bool
read_address(struct port_request *request, uint64_t at, uint64_t length)
{
	struct iovec here = {&request->address, 0}, there = {(void *)(uintptr_t)at, 0};

	if (length < sizeof(struct sockaddr_in) || length > sizeof(request->address))
		return false;
	here.iov_len = there.iov_len = (size_t)length;
	request->length = (socklen_t)length;
	return process_vm_readv(request->thread, &here, 1, &there, 1, 0) == (ssize_t)length;
}

/* NULL: none of a port. */
static in_port_t *
port_of(struct port_request *request)
{
	if (request->address.any.sa_family == AF_INET)
		return &request->address.v4.sin_port;
	if (request->address.any.sa_family == AF_INET6 &&
	    request->length >= sizeof(struct sockaddr_in6))
		return &request->address.v6.sin6_port;
	return NULL;
}

/* Those of services (127.64.0.0/10) are of this machine as well, and are others'. */
static bool
is_itself(const struct port_request *request)
{
	const struct in6_addr *v6 = &request->address.v6.sin6_addr;
	uint32_t v4 = request->address.v4.sin_addr.s_addr;

	if (request->address.any.sa_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(v6))
		return IN6_IS_ADDR_LOOPBACK(v6) || IN6_IS_ADDR_UNSPECIFIED(v6);
	if (request->address.any.sa_family == AF_INET6)
		memcpy(&v4, v6->s6_addr + 12, sizeof(v4));
	return v4 == htonl(INADDR_LOOPBACK) || v4 == htonl(INADDR_ANY);
}

/* The port to be taken instead, in network order; 0: none. */
static in_port_t
other_port(const struct translation *translation, struct port_request *request)
{
	const in_port_t *port = port_of(request);

	for (size_t i = 0; port && i < translation->count; i++)
		if (*port == htons((uint16_t)translation->ports[i].declared))
			return request->binds || is_itself(request)
				       ? htons((uint16_t)translation->ports[i].own) : 0;
	return 0;
}

/* "Tgid:\t123", at the beginning of a line: a program chooses its own name, in the first. */
static pid_t
read_group(const char *text, ssize_t length)
{
	static const char name[] = "\nTgid:\t";
	pid_t group = 0;

	for (ssize_t i = 0; i + (ssize_t)sizeof(name) < length; i++) {
		if (memcmp(text + i, name, sizeof(name) - 1) != 0)
			continue;
		for (i += sizeof(name) - 1; i < length && text[i] >= '0' && text[i] <= '9'; i++)
			group = group * 10 + (text[i] - '0');
		break;
	}
	return group;
}

/* The process of a thread. */
static pid_t
group_of(pid_t thread)
{
	char path[40] = "/proc/", digits[12], text[512];
	size_t at = 6, count = 0;
	ssize_t n;
	int fd;

	for (; thread > 0; thread /= 10)
		digits[count++] = (char)('0' + thread % 10);
	while (count > 0)
		path[at++] = digits[--count];
	memcpy(path + at, "/status", sizeof("/status"));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text));
	close(fd);
	return read_group(text, n);
}

/* A copy of its socket; -1: there is none. */
static int
copy_socket(const struct port_request *request)
{
	long process = syscall(SYS_pidfd_open, request->thread, 0);
	long copy;

	if (process < 0)
		process = syscall(SYS_pidfd_open, request->thread, PIDFD_OF_THREAD);
	if (process < 0)
		process = syscall(SYS_pidfd_open, group_of(request->thread), 0);
	if (process < 0)
		return -1;
	copy = syscall(SYS_pidfd_getfd, process, request->fd, 0);
	close((int)process);
	return (int)copy;
}

static bool
is_of_connections(int fd)
{
	int type = 0;
	socklen_t size = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

/* `error` 0: it was done. */
static void
answer(int listener, uint64_t id, int error, uint32_t flags)
{
	_Alignas(8) char bytes[STRUCT_MAX] = {0};
	struct seccomp_notif_resp *response = (struct seccomp_notif_resp *)bytes;

	response->id = id;
	response->error = -error;
	response->flags = flags;
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, response);
}

static void
call(int listener, const struct port_request *request, int fd)
{
	int ret = request->binds ? bind(fd, &request->address.any, request->length)
			       : connect(fd, &request->address.any, request->length);

	answer(listener, request->id, ret == 0 ? 0 : errno, 0);
}

/* A connection may take its time, and others ask meanwhile. */
static void
call_aside(int listener, const struct port_request *request, int fd)
{
	pid_t pid = request->binds || (fcntl(fd, F_GETFL) & O_NONBLOCK) ? -1 : fork();

	if (pid > 0)
		return;
	call(listener, request, fd);
	if (pid == 0)
		_exit(0);
}

static void
translate(const struct translation *translation, int listener, struct port_request *request,
	  const struct seccomp_notif *notice)
{
	in_port_t port = 0;
	int fd = -1;

	if (read_address(request, notice->data.args[1], notice->data.args[2]))
		port = other_port(translation, request);
	if (port)
		fd = copy_socket(request);
	/* It still waits, so the number was its. */
	if (fd >= 0 && is_of_connections(fd) &&
	    ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &request->id) == 0) {
		*port_of(request) = port;
		call_aside(listener, request, fd);
	} else {
		answer(listener, request->id, 0, GOES_ON);
	}
	if (fd >= 0)
		close(fd);
}

/* Whoever asked may be gone again. */
static void
take_notice(const struct translation *translation, int listener)
{
	_Alignas(8) char bytes[STRUCT_MAX] = {0};
	struct seccomp_notif *notice = (struct seccomp_notif *)bytes;
	struct port_request request = {0};

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, notice) != 0)
		return;
	request.id = notice->id;
	request.thread = (pid_t)notice->pid;
	request.binds = notice->data.nr == SYS_bind;
	request.fd = (int)notice->data.args[0];
	translate(translation, listener, &request, notice);
}

static void __attribute__((noreturn))
run_translator(const struct translation *translation, int channel)
{
	struct pollfd wait = {.events = POLLIN};

	prctl(PR_SET_NAME, "workload-ports", 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	signal(SIGCHLD, SIG_IGN);
	/* Nothing of the program's is held open by it. */
	if (dup2(channel, 0) < 0 || syscall(SYS_close_range, 1U, ~0U, 0) != 0)
		_exit(1);
	wait.fd = receive_fd(0);
	close(0);
	while (wait.fd >= 0) {
		if (poll(&wait, 1, -1) < 0 && errno != EINTR)
			break;
		if (wait.revents & POLLIN)
			take_notice(translation, wait.fd);
		else if (wait.revents)
			break;		/* nothing of it is left */
	}
	_exit(0);
}

int
translation_start(const struct translation *translation, int *channel)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(pair[1]);
		run_translator(translation, pair[0]);
	}
	close(pair[0]);
	if (pid < 0) {
		close(pair[1]);
		return -1;
	}
	*channel = pair[1];
	return 0;
}
