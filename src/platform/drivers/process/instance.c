/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The daemon's end of a guard (guard.c) and its program.  What the child needs is laid out
 * before the fork.  What it reports comes through a socket of packets.
 */
#include "config.h"

#include "platform/drivers/process/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/loop.h"
#include "platform/drivers/process/cgroups.h"
#include "platform/drivers/process/confine.h"
#include "platform/drivers/process/guard-registry.h"
#include "platform/drivers/process/guard.h"
#include "platform/drivers/process/layout.h"
#include "platform/drivers/process/output.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/redact.h"

#define GRACE_MS 2000
#define GIVE_UP_MS 10000	/* after SIGKILL: a process that the kernel does not let die */
#define OUTPUT_CHUNK 16384
#define OUTPUT_DRAIN_MAX 64	/* chunks, when the process has ended */
#define TAIL_MAX 16384


/* The first descriptors are the child's own; ours must not lie there. */
#define FIRST_OWN_FD 10

struct instance {
	struct loop *loop;
	struct guard_registry *registry;
	struct output *output;
	const struct plan *plan;
	const struct confinement *confinement;
	char *directory, *space, *executable;
	unsigned group;			/* cgroups.h */
	pid_t guard;
	pid_t program;			/* 0: not known yet */
	bool reaped;			/* the guard, so all is gone */
	bool runs;			/* the program was executed */
	bool ended;			/* the program */
	int status;			/* of the program; without a word from the guard, of that */
	enum cgroup_lack lack;		/* of memory, for which the kernel ended something of it */
	bool stopping;
	bool asked_to_kill;
	int grace_ms;
	struct guard_report failure;	/* number 0: the program was started */
	int output_fd;
	int reports;
	struct loop_fd *watch;		/* of the output */
	struct loop_fd *reports_watch;
	struct loop_timer *timer;	/* grace, then patience */
	struct redact *redact;
	struct buf tail;
	struct instance_events events;
};

/* The tail is kept in memory besides the file, so that an error can be shown when the disk is
 * full. */
static void
take_output(void *data, const char *bytes, size_t length)
{
	struct instance *instance = data;

	output_take(instance->output, bytes, length);
	if (length > TAIL_MAX / 2) {
		bytes += length - TAIL_MAX / 2;
		length = TAIL_MAX / 2;
	}
	if (instance->tail.length + length > TAIL_MAX)
		buf_drop_front(&instance->tail, instance->tail.length - TAIL_MAX / 2);
	buf_append(&instance->tail, bytes, length);
}

/* false: there is nothing more now. */
static bool
read_output(struct instance *instance)
{
	char chunk[OUTPUT_CHUNK];
	ssize_t n = read(instance->output_fd, chunk, sizeof(chunk));

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

/* One chunk for each call: a program that prints without end must not keep the loop from others. */
static void
on_output(void *data, uint32_t events)
{
	(void)events;
	read_output(data);
}

/* The sender's number comes with each packet, as it is here and not in its namespace.  false:
 * there is no packet now, or with *closed none any more. */
static bool
receive(struct instance *instance, struct guard_report *report, pid_t *sender, bool *closed)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} control = {0};
	struct iovec part = {report, sizeof(*report)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *header;
	struct ucred sent;
	ssize_t n = recvmsg(instance->reports, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	*closed = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
	if (n != (ssize_t)sizeof(*report))
		return false;
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS) {
		memcpy(&sent, CMSG_DATA(header), sizeof(sent));
		*sender = sent.pid;
	}
	report->step[sizeof(report->step) - 1] = '\0';
	return true;
}

/* Packets, so that no report is read in part; nobody else has the other end but what we started. */
static void
read_reports(struct instance *instance)
{
	struct guard_report report = {0};
	bool closed = false;
	pid_t sender = 0;

	while (receive(instance, &report, &sender, &closed)) {
		if (report.kind == GUARD_STARTED) {
			instance->program = sender;
		} else if (report.kind == GUARD_FAILED) {
			instance->failure = report;
		} else if (report.kind == GUARD_RUNS) {
			instance->runs = instance->program && !instance->failure.number;
		} else if (report.kind == GUARD_ENDED) {
			instance->ended = true;
			instance->status = report.number;
		}
	}
	if (closed) {
		loop_remove_fd(instance->reports_watch);
		instance->reports_watch = NULL;
	}
}

static void
on_report(void *data, uint32_t events)
{
	struct instance *instance = data;
	bool ran = instance->runs, had_ended = instance->ended;

	(void)events;
	read_reports(instance);
	if (instance->runs && !ran)
		instance->events.runs(instance->events.data);
	if (instance->ended && !had_ended)
		instance->events.ends(instance->events.data);
}

/* The grace is over, or even SIGKILL does not help. */
static void
lose_patience(void *data)
{
	struct instance *instance = data;

	instance->timer = NULL;
	if (!instance->asked_to_kill) {
		instance->asked_to_kill = true;
		kill(instance->guard, SIGQUIT);
		instance->timer = loop_add_timer(instance->loop, GIVE_UP_MS, lose_patience,
						 instance);
		return;
	}
	log_line(LOG_PRIORITY_ERROR, "processes do not end", "executable", instance->executable,
		 NULL);
	kill(instance->guard, SIGKILL);
}

/* All is gone now.  What is left in the pipe is read with a limit, since a process that
 * inherited it may hold it open outside. */
static void
on_end(void *data, pid_t pid, int status)
{
	struct instance *instance = data;

	(void)pid;
	instance->reaped = true;
	for (int i = 0; i < OUTPUT_DRAIN_MAX && instance->watch && read_output(instance); i++)
		;
	redact_end(instance->redact, take_output, instance);
	read_reports(instance);
	if (!instance->ended)
		instance->status = status;
	loop_remove_timer(instance->timer);
	instance->timer = NULL;
	loop_remove_fd(instance->watch);
	loop_remove_fd(instance->reports_watch);
	instance->watch = NULL;
	instance->reports_watch = NULL;
	guard_registry_remove(instance->registry, instance->guard);
	instance->lack = cgroups_lack(confinement_cgroups(instance->confinement), instance->space,
				      instance->group, &instance->plan->share);
	cgroups_close(confinement_cgroups(instance->confinement), instance->space, instance->group);
	instance->events.ended(instance->events.data);
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

/* Where it was declared. */
static void
add_file(struct mount_view *view, const struct instance_place *place, const char *path)
{
	char *from = xasprintf("%s/files/%s", place->directory, path);
	char *to = xasprintf("/%s", path);

	view_add(view, false, from, to);
	free(from);
	free(to);
}

/* Its databases, its data and its working directory; in that the declared files are ours. */
static struct mount_view *
make_view(const struct plan *plan, const struct instance_place *place)
{
	static const struct {
		const char *name;
		bool writable;
	} parts[] = {{"resources", true}, {"data", true}, {"files", false}};
	struct mount_view *view = view_new(place->confinement);
	char *path;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		path = xasprintf("%s/%s", place->space_dir, parts[i].name);
		view_add(view, parts[i].writable, path, path);
		free(path);
	}
	view_add(view, true, place->directory, place->directory);
	path = xasprintf("%s/files", place->directory);
	view_add(view, false, path, path);
	free(path);
	for (size_t i = 0; i < plan->mount_count; i++) {
		path = xasprintf("%s/volumes/%s", place->space_dir, plan->mounts[i].directory);
		view_add(view, !plan->mounts[i].read_only, path, plan->mounts[i].at);
		free(path);
	}
	path = xasprintf("%s/hosts", place->space_dir);
	if (access(path, R_OK) == 0)
		view_add(view, false, path, "/etc/hosts");
	free(path);
	for (size_t i = 0; i < plan->file_count; i++)
		add_file(view, place, plan->files[i].path);
	return view;
}

/* To begin in a group costs nothing; to join one of version 2 takes a grace period of RCU. */
static pid_t
fork_into_groups(const struct confinement *confinement, struct guard_setup *setup, int group)
{
	const size_t count = setup->group_count;
	pid_t pid = -1;

	setup->group_count = 0;
	if (group >= 0)
		pid = confinement_fork_into(confinement, group);
	if (pid < 0) {
		setup->group_count = count;
		pid = confinement_fork(confinement);
	}
	return pid;
}

/* All signals are blocked over the fork: the guard opens them when it can take them. */
static pid_t
fork_guard(const struct plan *plan, const struct instance_place *place, int output, int report,
	   int null, unsigned group)
{
	const struct cgroups *cgroups = confinement_cgroups(place->confinement);
	struct mount_view *view = make_view(plan, place);
	struct guard_setup setup = {
		.executable = place->program->executable,
		.directory = place->directory,
		.arguments = place->program->arguments,
		.environment = place->program->environment,
		.view = view,
		.has_pids = confinement_has_pids(place->confinement),
		.null = null,
		.output = output,
		.report = report,
	};
	const char *space = layout_space(place->space_dir);
	sigset_t all, before;
	size_t count;
	pid_t pid;
	int begin;

	plan_make_translation(plan, &setup.translation);
	limits_make(&setup.limits, plan->share.memory, cgroups_has_memory(cgroups),
		    cgroups_disk(cgroups));
	count = setup.group_count = cgroups_open(cgroups, space, group, &plan->share,
						 setup.groups);
	begin = cgroups_directory(cgroups, space, group);
	/* What we send before it listens must wait, not end it. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork_into_groups(place->confinement, &setup, begin);
	if (pid == 0)
		guard_run(&setup);
	sigprocmask(SIG_SETMASK, &before, NULL);
	for (size_t i = 0; i < count; i++)
		close(setup.groups[i]);
	close_fd(begin);
	view_free(view);
	return pid;
}

static bool
raise_both(int fds[2])
{
	fds[0] = raise_fd(fds[0]);
	fds[1] = raise_fd(fds[1]);
	return fds[0] >= 0 && fds[1] >= 0;
}

/* A pipe and a socket whose first ends are ours and do not block. */
static bool
make_channels(int output[2], int reports[2])
{
	int on = 1;

	return pipe2(output, O_CLOEXEC) == 0 && raise_both(output) &&
	       fcntl(output[0], F_SETFL, O_NONBLOCK) == 0 &&
	       socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, reports) == 0 &&
	       raise_both(reports) &&
	       setsockopt(reports[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0;
}

/* Every descriptor has one owner at each point: the child's ends are closed here in any case. */
struct instance *
instance_start(const struct plan *plan, const struct instance_place *place,
	       const struct instance_events *events, struct error *err)
{
	struct instance *instance = NULL;
	int output[2] = {-1, -1}, reports[2] = {-1, -1};
	int null = raise_fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
	unsigned group = cgroups_number(confinement_cgroups(place->confinement));
	bool refused = confinement_refuses(place->confinement, err) != 0;
	pid_t pid = -1;

	if (!refused && null >= 0 && make_channels(output, reports))
		pid = fork_guard(plan, place, output[1], reports[1], null, group);
	if (pid < 0) {
		if (!refused)
			error_set_code(err, CODE_PROCESS_NOT_MADE, .workload = plan->module,
				       .reason = strerror(errno));
		close_fd(output[0]);
		close_fd(reports[0]);
		goto out;
	}
	instance = xcalloc(1, sizeof(*instance));
	instance->loop = place->loop;
	instance->registry = place->registry;
	instance->output = output_new(place->log, place->program->container,
					plan->deployment);
	instance->plan = plan;
	instance->confinement = place->confinement;
	instance->directory = xstrdup(place->directory);
	instance->space = xstrdup(layout_space(place->space_dir));
	instance->executable = xstrdup(place->program->executable);
	instance->guard = pid;
	instance->group = group;
	instance->grace_ms = plan->grace_ms ? plan->grace_ms : GRACE_MS;
	instance->output_fd = output[0];
	instance->reports = reports[0];
	instance->events = *events;
	instance->redact = redact_new(plan->secrets);
	buf_init(&instance->tail, TAIL_MAX);
	instance->watch = loop_add_fd(place->loop, output[0], EPOLLIN, on_output, instance);
	instance->reports_watch = loop_add_fd(place->loop, reports[0], EPOLLIN, on_report,
					      instance);
	loop_watch_child(place->loop, pid, on_end, instance);
	guard_registry_add(place->registry, pid);
out:
	close_fd(null);
	close_fd(output[1]);
	close_fd(reports[1]);
	return instance;
}

/* At once: nobody's loop runs any more. */
static void
end_now(struct instance *instance)
{
	int64_t until = clock_steady_ms() + GRACE_MS;

	loop_unwatch_child(instance->loop, instance->guard);
	kill(instance->guard, SIGQUIT);
	while (waitpid(instance->guard, NULL, WNOHANG) == 0) {
		if (clock_steady_ms() > until)
			kill(instance->guard, SIGKILL);
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	guard_registry_remove(instance->registry, instance->guard);
	cgroups_close(confinement_cgroups(instance->confinement), instance->space, instance->group);
}

void
instance_free(struct instance *instance)
{
	if (!instance)
		return;
	if (!instance->reaped)
		end_now(instance);
	loop_remove_timer(instance->timer);
	loop_remove_fd(instance->watch);
	loop_remove_fd(instance->reports_watch);
	close(instance->output_fd);
	close(instance->reports);
	redact_free(instance->redact);
	buf_clear(&instance->tail);
	output_free(instance->output);
	free(instance->executable);
	free(instance->directory);
	free(instance->space);
	free(instance);
}

/* The guard passes SIGTERM on; whoever does not listen has its grace. */
void
instance_stop(struct instance *instance)
{
	if (instance->stopping)
		return;
	instance->stopping = true;
	kill(instance->guard, SIGTERM);
	instance->timer = loop_add_timer(instance->loop, instance->grace_ms, lose_patience,
					 instance);
}

long
instance_pid(const struct instance *instance)
{
	return !instance->runs || instance->reaped || instance->ended ? 0 : (long)instance->program;
}

/* What the kernel ended for its memory was told nothing, and so tells nothing itself. */
static char *
out_of_memory(const struct instance *instance)
{
	bool exited = WIFEXITED(instance->status);
	char *limit = instance->lack == CGROUP_LACKS_SHARE
			      ? xasprintf("its limit is %s", instance->plan->memory_text)
			      : xstrdup("its environment has no more");
	char *how = xasprintf("%s %d, out of memory (%s)", exited ? "status" : "signal",
			      exited ? WEXITSTATUS(instance->status) : WTERMSIG(instance->status),
			      limit);

	free(limit);
	return how;
}

bool
instance_lacks_memory(const struct instance *instance)
{
	return instance->lack != CGROUP_LACKS_NOTHING && instance->status != 0;
}

/* In the words of a shell: status, or signal. */
char *
instance_end(const struct instance *instance, bool *cannot_start)
{
	*cannot_start = instance->failure.number != 0;
	if (*cannot_start)
		return xasprintf("%s: %s", instance->failure.step,
				 strerror(instance->failure.number));
	if (instance_lacks_memory(instance))
		return out_of_memory(instance);
	if (WIFSIGNALED(instance->status))
		return xasprintf("signal %d (%s)", WTERMSIG(instance->status),
				 strsignal(WTERMSIG(instance->status)));
	return xasprintf("status %d", WEXITSTATUS(instance->status));
}

struct aside *
instance_run_aside(const struct instance *instance, const char *program, char *const *arguments,
		   int timeout_ms, aside_done *done, void *data, struct error *err)
{
	struct translation translation;
	const struct aside_setup setup = {
		.confinement = instance->confinement,
		.guard = instance->guard,
		.directory = instance->directory,
		.share = &instance->plan->share,
		.space = instance->space,
		.group = instance->group,
		.program = program,
		.arguments = arguments,
		.environment = instance->plan->program.environment,
		.translation = &translation,
		.timeout_ms = timeout_ms,
	};

	plan_make_translation(instance->plan, &translation);
	return aside_start(instance->loop, &setup, done, data, err);
}

int
instance_status(const struct instance *instance)
{
	return instance->status;
}

char *
instance_tail(const struct instance *instance, size_t lines)
{
	return output_last_lines(buf_str(&instance->tail), instance->tail.length, lines);
}
