/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between fork() and execve() only system calls are made: everything they need is laid out
 * before.  What goes wrong there comes back through a pipe that closes itself when the
 * program starts, and is read when the child has ended; nobody waits for it.
 */
#include "config.h"

#include "private.h"
#include "redact.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "platform/log.h"
#include "platform/loop.h"

#define GRACE_MS 2000
#define GROUP_POLL_MS 20
#define GIVE_UP_MS 10000	/* after SIGKILL: a process that the kernel does not let die */
#define OUTPUT_CHUNK 16384
#define OUTPUT_DRAIN_MAX 64	/* chunks, when the process has ended */
#define TAIL_MAX 16384

#define MEMORY_MAX ((rlim_t)2 << 30)
#define FILES_MAX 1024
#define PROCESSES_MORE 512

/* The first descriptors are the child's own; ours must not lie there. */
#define FIRST_OWN_FD 10
#define FAILURE_FD 3

struct failure {
	int error;
	char step[32];
};

struct instance {
	struct loop *loop;
	struct record *record;
	char *log;
	char *executable;
	pid_t pid;
	bool reaped;
	int status;
	bool stopping;
	int64_t stop_at;		/* steady ms: SIGKILL; 0: not asked to stop */
	int64_t killed_at;
	struct failure failure;		/* error 0: the program was started */
	int output;
	int failure_fd;
	struct loop_fd *watch;
	struct loop_timer *timer;	/* grace, then the polling of the group */
	struct redact *redact;
	struct buf tail;
	void (*ended)(void *data);
	void *data;
};

struct child_setup {
	const char *executable;
	const char *directory;
	char *const *arguments;
	char *const *environment;
	int null, output, failure;
	pid_t parent;
	struct rlimit memory, files, processes, core;
};

/* In the child. */

static void __attribute__((noreturn))
child_fail(const char *step, int fd)
{
	struct failure failure = {.error = errno};

	for (size_t i = 0; step[i] && i < sizeof(failure.step) - 1; i++)
		failure.step[i] = step[i];
	if (write(fd, &failure, sizeof(failure)) < 0)
		_exit(126);
	_exit(127);
}

static void
child_signals(void)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		sigaction(i, &standard, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* valgrind keeps descriptors for itself and refuses to lower the hard limit; the kernel never
 * does. */
static int
limit_files(const struct rlimit *files)
{
	struct rlimit own;

	if (setrlimit(RLIMIT_NOFILE, files) == 0)
		return 0;
	if (errno != EPERM || getrlimit(RLIMIT_NOFILE, &own) != 0)
		return -1;
	own.rlim_cur = files->rlim_cur;
	return setrlimit(RLIMIT_NOFILE, &own);
}

static void
child_limits(const struct child_setup *setup, int fd)
{
	if (setrlimit(RLIMIT_CORE, &setup->core) != 0 ||
	    limit_files(&setup->files) != 0 ||
	    setrlimit(RLIMIT_NPROC, &setup->processes) != 0)
		child_fail("its limits", fd);
#ifndef __SANITIZE_ADDRESS__	/* its shadow takes terabytes of addresses */
	if (setrlimit(RLIMIT_AS, &setup->memory) != 0)
		child_fail("its limit of memory", fd);
#endif
}

static void __attribute__((noreturn))
run_child(const struct child_setup *setup)
{
	if (setsid() < 0)
		child_fail("its session", setup->failure);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		child_fail("its ties", setup->failure);
	if (getppid() != setup->parent)
		_exit(127);	/* the daemon died before the signal was asked for */
	if (chdir(setup->directory) != 0)
		child_fail("its directory", setup->failure);
	if (dup2(setup->null, STDIN_FILENO) < 0 || dup2(setup->output, STDOUT_FILENO) < 0 ||
	    dup2(setup->output, STDERR_FILENO) < 0 ||
	    dup3(setup->failure, FAILURE_FD, O_CLOEXEC) < 0)
		child_fail("its descriptors", setup->failure);
	if (syscall(SYS_close_range, FAILURE_FD + 1, ~0U, 0) != 0)
		child_fail("closing descriptors", FAILURE_FD);
	umask(077);
	child_limits(setup, FAILURE_FD);
	child_signals();
	execve(setup->executable, setup->arguments, setup->environment);
	child_fail("its program", FAILURE_FD);
}

/* In the daemon. */

/* A limit that is not above the one we have ourselves. */
static struct rlimit
limit(int which, rlim_t wanted)
{
	struct rlimit own = {RLIM_INFINITY, RLIM_INFINITY};

	if (getrlimit((__rlimit_resource_t)which, &own) == 0 && own.rlim_max != RLIM_INFINITY &&
	    own.rlim_max < wanted)
		wanted = own.rlim_max;
	return (struct rlimit){wanted, wanted};
}

static void
set_limits(struct child_setup *setup)
{
	struct sysinfo info;

	setup->memory = limit(RLIMIT_AS, MEMORY_MAX);
	setup->files = limit(RLIMIT_NOFILE, FILES_MAX);
	/* The kernel counts all tasks of the user, also those that have nothing to do with us;
	 * the machine's number of tasks is never less than that. */
	if (sysinfo(&info) != 0)
		info.procs = 0;
	setup->processes = limit(RLIMIT_NPROC, (rlim_t)info.procs + PROCESSES_MORE);
	setup->core = (struct rlimit){0, 0};
}

static void
take_output(void *data, const char *bytes, size_t length)
{
	struct instance *instance = data;

	output_append(instance->log, bytes, length);
	if (length > TAIL_MAX / 2) {
		bytes += length - TAIL_MAX / 2;
		length = TAIL_MAX / 2;
	}
	if (instance->tail.length + length > TAIL_MAX)
		buf_drop_front(&instance->tail, instance->tail.length - TAIL_MAX / 2);
	buf_append(&instance->tail, bytes, length);
}

static void
finish(struct instance *instance)
{
	redact_end(instance->redact, take_output, instance);
	loop_remove_fd(instance->watch);
	instance->watch = NULL;
	record_remove(instance->record, instance->pid);
	instance->ended(instance->data);
}

/* false: there is nothing more now. */
static bool
read_output(struct instance *instance)
{
	char chunk[OUTPUT_CHUNK];
	ssize_t n = read(instance->output, chunk, sizeof(chunk));

	if (n > 0) {
		redact_take(instance->redact, chunk, (size_t)n, take_output, instance);
		return true;
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		/* Closed by all: an end that epoll would report for ever. */
		loop_remove_fd(instance->watch);
		instance->watch = NULL;
	}
	return false;
}

static void
on_output(void *data, uint32_t events)
{
	(void)events;
	read_output(data);
}

static bool
group_is_gone(const struct instance *instance)
{
	return kill(-instance->pid, 0) != 0 && errno == ESRCH;
}

static void
kill_group(struct instance *instance)
{
	if (instance->killed_at == 0)
		instance->killed_at = clock_steady_ms();
	kill(-instance->pid, SIGKILL);
}

/*
 * The first process may be gone while others of its group are not.  When it was asked to stop
 * they have the rest of the grace; when it ended by itself they are of no use any more.
 */
static void
look_at_group(void *data)
{
	struct instance *instance = data;
	int64_t now = clock_steady_ms();

	instance->timer = NULL;
	if (instance->reaped && group_is_gone(instance)) {
		finish(instance);
		return;
	}
	if (instance->killed_at && now - instance->killed_at > GIVE_UP_MS && instance->reaped) {
		log_line(LOG_PRIORITY_ERROR, "a process group cannot be ended", "executable",
			 instance->executable, NULL);
		finish(instance);
		return;
	}
	if (instance->stopping ? now >= instance->stop_at : instance->reaped)
		kill_group(instance);
	if (instance->reaped)
		instance->timer = loop_add_timer(instance->loop, GROUP_POLL_MS, look_at_group, instance);
}

static void
on_end(void *data, pid_t pid, int status)
{
	struct instance *instance = data;

	(void)pid;
	instance->reaped = true;
	instance->status = status;
	for (int i = 0; i < OUTPUT_DRAIN_MAX && instance->watch && read_output(instance); i++)
		;
	if (read(instance->failure_fd, &instance->failure, sizeof(instance->failure)) !=
	    (ssize_t)sizeof(instance->failure))
		instance->failure = (struct failure){0};
	instance->failure.step[sizeof(instance->failure.step) - 1] = '\0';
	loop_remove_timer(instance->timer);
	instance->timer = NULL;
	look_at_group(instance);
}

/* A copy out of the way of the child's own descriptors; closes fd. */
static int
raise_fd(int fd)
{
	int raised = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_OWN_FD);

	if (fd >= 0)
		close(fd);
	return raised;
}

static void
close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static pid_t
fork_child(const struct plan *plan, const struct instance_place *place, const int output[2],
	   const int failure[2], int null)
{
	struct child_setup setup = {
		.executable = plan->executable,
		.directory = place->directory,
		.arguments = plan->arguments,
		.environment = plan->environment,
		.null = null,
		.output = output[1],
		.failure = failure[1],
		.parent = getpid(),
	};
	pid_t pid;

	set_limits(&setup);
	pid = fork();
	if (pid == 0)
		run_child(&setup);
	return pid;
}

/* A pipe whose reading end does not block. */
static int
make_pipe(int fds[2])
{
	if (pipe2(fds, O_CLOEXEC) != 0)
		return -1;
	fds[0] = raise_fd(fds[0]);
	fds[1] = raise_fd(fds[1]);
	if (fds[0] < 0 || fds[1] < 0)
		return -1;
	return fcntl(fds[0], F_SETFL, O_NONBLOCK);
}

struct instance *
instance_start(const struct plan *plan, const struct instance_place *place,
	       void (*ended)(void *data), void *data, struct error *err)
{
	struct instance *instance = NULL;
	int output[2] = {-1, -1}, failure[2] = {-1, -1};
	int null = raise_fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
	pid_t pid = -1;

	if (null >= 0 && make_pipe(output) == 0 && make_pipe(failure) == 0)
		pid = fork_child(plan, place, output, failure, null);
	if (pid < 0) {
		error_errno(err, _("A process for workload %s cannot be made"), plan->module);
		close_fd(output[0]);
		close_fd(failure[0]);
		goto out;
	}
	instance = xcalloc(1, sizeof(*instance));
	instance->loop = place->loop;
	instance->record = place->record;
	instance->log = xstrdup(place->log);
	instance->executable = xstrdup(plan->executable);
	instance->pid = pid;
	instance->output = output[0];
	instance->failure_fd = failure[0];
	instance->ended = ended;
	instance->data = data;
	instance->redact = redact_new(plan->secrets);
	buf_init(&instance->tail, TAIL_MAX);
	instance->watch = loop_add_fd(place->loop, instance->output, EPOLLIN, on_output, instance);
	loop_watch_child(place->loop, pid, on_end, instance);
	record_add(place->record, pid);
out:
	close_fd(null);
	close_fd(output[1]);
	close_fd(failure[1]);
	return instance;
}

void
instance_free(struct instance *instance)
{
	if (!instance)
		return;
	if (!instance->reaped) {
		loop_unwatch_child(instance->loop, instance->pid);
		kill(-instance->pid, SIGKILL);
		kill(instance->pid, SIGKILL);	/* not yet in its own group */
		waitpid(instance->pid, NULL, 0);
		record_remove(instance->record, instance->pid);
	}
	loop_remove_timer(instance->timer);
	loop_remove_fd(instance->watch);
	close(instance->output);
	close(instance->failure_fd);
	redact_free(instance->redact);
	buf_clear(&instance->tail);
	free(instance->log);
	free(instance->executable);
	free(instance);
}

void
instance_stop(struct instance *instance)
{
	if (instance->stopping)
		return;
	instance->stopping = true;
	instance->stop_at = clock_steady_ms() + GRACE_MS;
	kill(-instance->pid, SIGTERM);
	/* A stopped process would not see it. */
	kill(-instance->pid, SIGCONT);
	if (!instance->timer)
		instance->timer = loop_add_timer(instance->loop, GRACE_MS, look_at_group, instance);
}

long
instance_pid(const struct instance *instance)
{
	return instance->reaped ? 0 : (long)instance->pid;
}

char *
instance_end(const struct instance *instance, bool *cannot_start)
{
	*cannot_start = instance->failure.error != 0;
	if (*cannot_start)
		return xasprintf("%s: %s", instance->failure.step, strerror(instance->failure.error));
	if (WIFSIGNALED(instance->status))
		return xasprintf("signal %d (%s)", WTERMSIG(instance->status),
				 strsignal(WTERMSIG(instance->status)));
	return xasprintf("status %d", WEXITSTATUS(instance->status));
}

char *
instance_tail(const struct instance *instance, size_t lines)
{
	return output_last_lines(buf_str(&instance->tail), instance->tail.length, lines);
}
