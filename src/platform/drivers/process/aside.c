/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Two processes: a keeper, which is ours and waits with a limit, and below it the program, in the
 * namespaces of the workload's guard.  The keeper does not enter the namespace of processes itself
 * (only children do), so nothing of the workload can see it; until the program is executed neither
 * of them can be looked into, since the daemon cannot.  Only system calls are made here.
 */
#include "config.h"

#include "platform/drivers/process/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/loop.h"
#include "platform/drivers/process/cgroups.h"
#include "platform/drivers/process/confine.h"
#include "platform/drivers/process/limits.h"
#include "platform/drivers/process/signals.h"
#include "platform/drivers/process/translation.h"

#define LATE 199		/* status of a keeper whose program took too long */
#define CANNOT 198		/* of one that could not start it */

struct aside {
	struct loop *loop;
	pid_t keeper;
	aside_done *done;
	void *data;
};

/* What is laid out for the children before the fork. */
struct ready {
	const struct aside_setup *setup;
	struct limits limits;
	int guard, null;		/* descriptors above 9 */
	int groups[CGROUP_FILES];
	size_t group_count;
};

/* --- in the children --- */

static void __attribute__((noreturn))
run_program(const struct aside_setup *setup, const struct limits *limits, int channel)
{
	const char *step = "";
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	umask(077);
	if (chdir(setup->directory) != 0 || limits_enter(limits) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    (confinement_has_pids(setup->confinement) && view_restrict(NULL, &step) != 0) ||
	    (channel >= 0 && translation_enter(channel) != 0))
		_exit(CANNOT);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(setup->program, setup->arguments, setup->environment);
	_exit(CANNOT);
}

static void __attribute__((noreturn))
keep(pid_t program, int timeout_ms)
{
	struct timespec limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
	sigset_t wanted;
	int status = 0, sig;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGTERM);
	while ((sig = sigtimedwait(&wanted, NULL, &limit)) == SIGCHLD ||
	       (sig < 0 && errno == EINTR))
		if (waitpid(program, &status, WNOHANG) == program)
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	kill(-program, SIGKILL);
	kill(program, SIGKILL);
	waitpid(program, &status, 0);
	_exit(LATE);
}

static void __attribute__((noreturn))
run_keeper(const struct ready *ready)
{
	const struct aside_setup *setup = ready->setup;
	int namespaces = confinement_namespaces(setup->confinement);
	int channel = -1;
	pid_t program;

	signals_reset();
	prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	for (size_t i = 0; i < ready->group_count; i++)
		if (write(ready->groups[i], "0", 1) != 1)
			_exit(CANNOT);
	if (dup2(ready->null, 0) < 0 || dup2(ready->null, 1) < 0 || dup2(ready->null, 2) < 0 ||
	    dup3(ready->guard, 3, O_CLOEXEC) < 0 || syscall(SYS_close_range, 4U, ~0U, 0) != 0 ||
	    (namespaces && setns(3, namespaces) != 0))
		_exit(CANNOT);
	close(3);
	if (setup->translation->count > 0 && translation_start(setup->translation, &channel) != 0)
		_exit(CANNOT);
	program = fork();
	if (program == 0)
		run_program(setup, &ready->limits, channel);
	if (channel >= 0)
		close(channel);
	if (program < 0)
		_exit(CANNOT);
	setpgid(program, program);
	keep(program, setup->timeout_ms);
}

/* --- in the daemon --- */

static void
on_end(void *data, pid_t pid, int status)
{
	struct aside *aside = data;
	struct error why;
	char how[32] = "signal";

	(void)pid;
	if (WIFEXITED(status))
		snprintf(how, sizeof(how), "status %d", WEXITSTATUS(status));
	if (WIFEXITED(status) && WEXITSTATUS(status) == LATE)
		error_set_code(&why, CODE_PROBE_COMMAND_LATE);
	else if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT)
		error_set_code(&why, CODE_PROBE_COMMAND_NOT_RUN);
	else
		error_set_code(&why, CODE_PROBE_COMMAND_ENDED, .how = how);
	aside->done(aside->data, status == 0 ? NULL : &why);
	free(aside);
}

/* A copy out of the way of the child's own descriptors; closes fd. */
static int
raise_fd(int fd)
{
	int raised = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 10);

	if (fd >= 0)
		close(fd);
	return raised;
}

/* All signals are blocked over the fork: the keeper opens those that it wants. */
static pid_t
fork_keeper(const struct aside_setup *setup)
{
	const struct cgroups *cgroups = confinement_cgroups(setup->confinement);
	struct ready ready = {
		.setup = setup,
		.guard = raise_fd((int)syscall(SYS_pidfd_open, setup->guard, 0)),
		.null = raise_fd(open("/dev/null", O_RDWR | O_CLOEXEC)),
	};
	sigset_t all, before;
	pid_t pid = -1;

	limits_make(&ready.limits, setup->share->memory, cgroups_has_memory(cgroups),
		    cgroups_disk(cgroups));
	ready.group_count = cgroups_open(cgroups, setup->space, setup->group, setup->share,
					 ready.groups);
	sigfillset(&all);
	if (ready.null >= 0 && ready.guard >= 0) {
		sigprocmask(SIG_SETMASK, &all, &before);
		pid = fork();
		if (pid == 0)
			run_keeper(&ready);
		sigprocmask(SIG_SETMASK, &before, NULL);
	}
	for (size_t i = 0; i < ready.group_count; i++)
		close(ready.groups[i]);
	if (ready.null >= 0)
		close(ready.null);
	if (ready.guard >= 0)
		close(ready.guard);
	return pid;
}

struct aside *
aside_start(struct loop *loop, const struct aside_setup *setup, aside_done *done, void *data,
	    struct error *err)
{
	pid_t pid = fork_keeper(setup);
	struct aside *aside;

	if (pid < 0) {
		error_set_code(err, CODE_PROBE_COMMAND_NOT_RUN);
		return NULL;
	}
	aside = xcalloc(1, sizeof(*aside));
	aside->loop = loop;
	aside->keeper = pid;
	aside->done = done;
	aside->data = data;
	loop_watch_child(loop, pid, on_end, aside);
	return aside;
}

void
aside_cancel(struct aside *aside)
{
	if (!aside)
		return;
	loop_unwatch_child(aside->loop, aside->keeper);
	kill(aside->keeper, SIGTERM);
	free(aside);
}
