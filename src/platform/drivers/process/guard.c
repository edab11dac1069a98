/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Every workload's program runs below a guard: a process of ours that starts it, passes on what
 * the daemon asks, and does not end before everything has ended that came from the program,
 * however often that forked and whatever sessions it made.  In a PID namespace the guard is its
 * process 1; elsewhere it is the subreaper that orphans are given to.
 *
 * The daemon asks by signal: SIGTERM to end (passed on), SIGQUIT to kill all that is left.  When
 * the daemon dies, that is a SIGQUIT as well.  The guard tells through a socket of packets.
 *
 * A guard is a fork of the daemon that never executes anything: only system calls are made here.
 */
#include "config.h"

#include "platform/drivers/process/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/secrecy.h"
#include "platform/drivers/process/confine.h"
#include "platform/drivers/process/signals.h"

#define REPORT_FD 3
#define KILL_AGAIN_NS 20000000

struct guard {
	const struct guard_setup *setup;
	bool has_pids; /* and we are its process 1: "all" is all that is ours, and no more */
	pid_t program;
	int executed;		/* read end of a pipe that closes when the program is executed */
	bool ended;		/* the program itself */
	bool stopping;
	bool killing;
};

/* send(2) of a packet is all or nothing, and the daemon may be gone: then nobody has to know. */
static void
tell(struct guard_report report, const char *step)
{
	for (size_t i = 0; step && step[i] && i < sizeof(report.step) - 1; i++)
		report.step[i] = step[i];
	send(REPORT_FD, &report, sizeof(report), MSG_NOSIGNAL);
}

/* 127 as in a shell; the daemon goes by the report, not by the status. */
static void __attribute__((noreturn))
fail(const char *step)
{
	tell((struct guard_report){.kind = GUARD_FAILED, .number = errno ? errno : EIO}, step);
	_exit(127);
}

/* The program. */

/* The order matters: the report goes before the directory and the limits, which may fail, and
 * all signals are opened last, when there is a program to take them. */
static void __attribute__((noreturn))
run_program(const struct guard_setup *setup, int channel)
{
	const char *step;
	sigset_t none;

	/* Its own group, in the guard's session: a next daemon finds it by that. */
	if (setpgid(0, 0) != 0)
		fail("its group");
	/* The kernel adds our number as the daemon sees it. */
	tell((struct guard_report){.kind = GUARD_STARTED}, NULL);
	if (chdir(setup->directory) != 0)
		fail("its directory");
	umask(077);
	if ((step = limits_enter(&setup->limits)))
		fail(step);
	if (view_restrict(setup->view, &step) != 0)
		fail(step);
	if (channel >= 0 && translation_enter(channel) != 0)
		fail("its ports");
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(setup->executable, setup->arguments, setup->environment);
	fail("its program");
}

/* The guard. */

/* By hand: no function of the C library that may allocate or lock is safe after the fork. */
static long
parse(const char **at, const char *end)
{
	long number = 0;

	while (*at < end && (**at < '0' || **at > '9'))
		++*at;
	while (*at < end && **at >= '0' && **at <= '9')
		number = number * 10 + *(*at)++ - '0';
	return number;
}

/* Orphans are ours by now; what they leave is ours a moment later. */
static void
kill_children(void)
{
	char list[4096];
	ssize_t n;
	int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	while ((n = read(fd, list, sizeof(list))) > 0) {
		const char *at = list, *end = list + n;

		/* A number that is cut in two at the end would be another's: leave it for the next
		 * try. */
		if (n == (ssize_t)sizeof(list))
			while (end > at && end[-1] != ' ')
				end--;
		while (at < end) {
			long pid = parse(&at, end);

			if (pid > 1)
				kill((pid_t)pid, SIGKILL);
		}
		if (n == (ssize_t)sizeof(list))
			break;
	}
	close(fd);
}

/* In a namespace of its own "all" is exact; elsewhere orphans are found as children of the
 * subreaper. */
static void
kill_all(struct guard *guard)
{
	guard->killing = true;
	if (guard->has_pids) {
		kill(-1, SIGKILL);
		return;
	}
	kill(-guard->program, SIGKILL);
	kill_children();
}

/* To the whole group: a shell that started the program must not be the only one to hear of it. */
static void
pass_on(struct guard *guard)
{
	pid_t to = guard->has_pids ? -1 : -guard->program;

	guard->stopping = true;
	kill(to, SIGTERM);
	/* A stopped process would not see it. */
	kill(to, SIGCONT);
}

/* The daemon must not take for running what is only about to: on a busy machine that can be
 * seconds.  Also told when the program failed or was killed before, and that is told as well. */
static void
wait_for_execution(const struct guard *guard)
{
	char byte;

	while (read(guard->executed, &byte, 1) < 0 && errno == EINTR)
		;
	close(guard->executed);
	tell((struct guard_report){.kind = GUARD_RUNS}, NULL);
}

/* The pipe closes on execution in the program, and here at once.  Until then the program runs in
 * our memory while we stand still: a copy of it would only be thrown away.  So run_program() makes
 * system calls alone, leaves our variables as they are, and does not return. */
static void
start_program(struct guard *guard)
{
	const struct translation *translation = &guard->setup->translation;
	int executed[2], channel = -1;

	if (translation->count > 0 && translation_start(translation, &channel) != 0)
		fail("its ports");
	if (pipe2(executed, O_CLOEXEC) != 0)
		fail("its process");
	guard->program = vfork();
	if (guard->program == 0)
		run_program(guard->setup, channel);
	if (guard->program < 0)
		fail("its process");
	close(executed[1]);
	if (channel >= 0)
		close(channel);
	guard->executed = executed[0];
}

/* false: nothing is left. */
static bool
bury(struct guard *guard)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != guard->program)
			continue;
		guard->ended = true;
		tell((struct guard_report){.kind = GUARD_ENDED, .number = status}, NULL);
	}
	if (pid < 0 && errno == ECHILD)
		return false;
	/* When it ended by itself, what it started is of no use any more; when it was asked to,
	 * that has the rest of the grace. */
	if (guard->killing || (guard->ended && !guard->stopping))
		kill_all(guard);
	return true;
}

/* While it kills it looks again and again, since what is killed may have forked a moment before. */
static void __attribute__((noreturn))
watch(struct guard *guard, const sigset_t *wanted)
{
	while (bury(guard)) {
		struct timespec again = {.tv_nsec = KILL_AGAIN_NS};
		int sig = sigtimedwait(wanted, NULL, guard->killing ? &again : NULL);

		if (sig == SIGTERM)
			pass_on(guard);
		else if (sig == SIGQUIT)
			kill_all(guard);
	}
	_exit(0);
}

/* From here on the daemon's end is ours.  It may have ended already. */
static void
tie_to_daemon(const struct guard *guard)
{
	struct guard_report report = {.kind = GUARD_READY};

	if (prctl(PR_SET_PDEATHSIG, guard->has_pids ? SIGKILL : SIGQUIT, 0, 0, 0) != 0)
		fail("its ties");
	if (send(REPORT_FD, &report, sizeof(report), MSG_NOSIGNAL) < 0)
		_exit(127);
}

/* Descriptors first, so that nothing of the daemon's leaks; then session and view; the tie to
 * the daemon last, when there is something to end. */
void
guard_run(const struct guard_setup *setup)
{
	bool groups_failed = false;
	struct guard guard = {.setup = setup, .has_pids = setup->has_pids && getpid() == 1};
	const char *step = "";
	sigset_t wanted;

	secrecy_allow_looks();		/* the next daemon finds it by what it works in */
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGQUIT);
	sigaddset(&wanted, SIGCHLD);
	sigprocmask(SIG_SETMASK, &wanted, NULL);
	signals_reset();
	/* Before anything can be started that would not be in them. */
	for (size_t i = 0; i < setup->group_count; i++)
		if (write(setup->groups[i], "0", 1) != 1)
			groups_failed = true;
	if (dup2(setup->null, STDIN_FILENO) < 0 || dup2(setup->output, STDOUT_FILENO) < 0 ||
	    dup2(setup->output, STDERR_FILENO) < 0 || dup3(setup->report, REPORT_FD, O_CLOEXEC) < 0)
		_exit(127);
	if (syscall(SYS_close_range, REPORT_FD + 1, ~0U, 0) != 0)
		fail("closing descriptors");
	if (groups_failed)
		fail("its control groups");
	if (setsid() < 0)
		fail("its session");
	if (view_enter(setup->view, &step) != 0)
		fail(step);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    (!guard.has_pids && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0))
		fail("its ties");
	prctl(PR_SET_NAME, "workload-guard", 0, 0, 0);
	tie_to_daemon(&guard);
	start_program(&guard);
	for (int fd = 0; fd < REPORT_FD; fd++)
		close(fd);
	wait_for_execution(&guard);
	watch(&guard, &wanted);
}
