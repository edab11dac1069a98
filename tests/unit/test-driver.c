/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The process driver with real processes, and the loop below it. */
#include "config.h"

#include "driver-world.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"

static void
a_workload_gets_what_is_declared_and_nothing_else(void **state)
{
	struct world *world = *state;
	int port = new_port(world, "modules.web.externals.dns");
	struct web web = {.image = "local/web:1.0.0", .public_port = port};
	int leak = open("/dev/null", O_RDONLY);	/* without O_CLOEXEC */
	char *reply, *cwd, *own, *address;
	bool ready = false;
	long pid;

	assert_int_equal(setenv("SECRET_OF_THE_DAEMON", "x", 1), 0);
	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	pid = pid_of(world, "web", NULL, &ready);
	assert_true(ready);
	assert_true(pid > 0 && lives(pid));
	reply = fetch(world, port, "/about", false);
	assert_non_null(reply);
	assert_non_null(strstr(reply, "\nfds 0 1 2\n"));
	assert_int_equal(count_of(reply, "\nenv "), 3);
	assert_non_null(strstr(reply, "\nenv GREETING=hello there\n"));
	/* The port that the driver chose stands wherever the workload asked for it. */
	own = strstr(reply, "\nenv PORT=");
	assert_non_null(own);
	address = xasprintf("\nenv ADDRESS=127.0.0.1:%d/%d\n", atoi(own + 10), atoi(own + 10));
	assert_non_null(strstr(reply, address));
	free(address);
	if (!below_valgrind())	/* which keeps that limit to itself */
		assert_non_null(strstr(reply, "\nlimit files 1024\n"));
	assert_non_null(strstr(reply, "\nlimit core 0\n"));
#ifndef __SANITIZE_ADDRESS__
	assert_null(strstr(reply, "\nlimit memory -1\n"));
#endif
	assert_null(strstr(reply, "\nlimit processes -1\n"));
	assert_non_null(strstr(reply, "\nno-new-privileges 1\n"));
	assert_non_null(strstr(reply, "\nleader 1\n"));
	assert_non_null(strstr(reply, "\nfile colour = blue\n"));
	cwd = xasprintf("\ncwd %s/modules/web/", world->space_dir);
	assert_non_null(strstr(reply, cwd));
	close(leak);
	free(cwd);
	free(reply);
}

/* What a busy machine does: a guard does not come to its program for long, nor to killing what that
 * left.  A guard is a fork of this program, so it calls these. */
static int guard_delay_ms;

static void
be_busy(void)
{
	for (int left = guard_delay_ms; left > 0; left -= 10)
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

/* The first that a guard does in the process of the program. */
int
setpgid(pid_t pid, pid_t group)
{
	be_busy();
	return (int)syscall(SYS_setpgid, pid, group);
}

int
kill(pid_t pid, int sig)
{
	if (pid < 0 && sig == SIGKILL)	/* all that is left */
		be_busy();
	return (int)syscall(SYS_kill, pid, sig);
}

static int
remove_slow_world(void **state)
{
	guard_delay_ms = 0;
	return remove_world(state);
}

static void
what_is_ready_runs(void **state)
{
	struct world *world = *state;
	const struct web worker = {.module = "worker", .image = "local/web:1.0.0",
				   .mode = "family"};
	bool ready = false;
	long pid;

	guard_delay_ms = 600;
	assert_int_equal(apply(world, &worker, 1), OUTCOME_READY);
	pid = pid_of(world, "worker", NULL, &ready);
	assert_true(ready);
	assert_true(pid > 0 && lives(pid));
	/* While what its end left is killed, and when it has started again. */
	assert_int_equal(kill((pid_t)pid, SIGKILL), 0);
	for (long now = pid; now == pid || !ready; now = pid_of(world, "worker", NULL, &ready)) {
		assert_true(now > 0 || !ready);
		run_for(world, 10);
	}
	pid = pid_of(world, "worker", NULL, NULL);
	assert_true(pid > 0 && lives(pid));
}

static bool
has_taken_over(void *data)
{
	const struct world *world = data;

	return world->taken_over > 0;
}

/* As local/web:2.0.0; that it failed is told however slow the machine is. */
static void
write_what_cannot_be_executed(struct world *world)
{
	char *path = xasprintf("%s/local/web/2.0.0", world->images);

	write_file(world->images, "local/web/2.0.0", "no program\n");
	assert_int_equal(chmod(path, 0700), 0);
	free(path);
}

/* The old one takes its grace, since its child does not listen. */
static void
what_takes_over_is_told_before_the_old_has_ended(void **state)
{
	struct world *world = *state;
	const struct web old = {.module = "worker", .image = "local/web:1.0.0", .mode = "family"};
	const struct web new = {.module = "worker", .image = "local/web:1.0.0", .mode = "deaf"};
	long pid;
	int before;

	assert_int_equal(apply(world, &old, 1), OUTCOME_READY);
	pid = pid_of(world, "worker", NULL, NULL);
	assert_true(pid > 0 && lives(pid));
	before = world->applied;
	world->taken_over = 0;
	begin_apply(world, &new, 1);
	run_until(world, has_taken_over, world);
	assert_int_equal(world->applied, before);
	assert_true(lives(pid));
	assert_true(pid_of(world, "worker", NULL, NULL) != pid);
	driver_task_cancel(world->change);	/* too late */
	while (world->applied == before)
		run(world);
	assert_int_equal(world->outcome, OUTCOME_READY);
	assert_int_equal(world->taken_over, 1);
	assert_false(lives(pid));
	/* What fails takes over nothing. */
	world->taken_over = 0;
	write_what_cannot_be_executed(world);
	assert_int_equal(apply(world, &(struct web){.module = "worker",
						    .image = "local/web:2.0.0"}, 1),
			 OUTCOME_FAILED);
	assert_int_equal(world->taken_over, 0);
}

/* Its end is reported long after a workload without a probe would count as ready. */
static void
what_cannot_be_executed_is_never_ready(void **state)
{
	struct world *world = *state;
	const struct web worker = {.module = "worker", .image = "local/web:2.0.0"};

	write_what_cannot_be_executed(world);
	guard_delay_ms = 600;
	assert_int_equal(apply(world, &worker, 1), OUTCOME_FAILED);
	assert_string_equal(world->code, "cannot-start");
	assert_int_equal(pid_of(world, "worker", NULL, NULL), -1);
}

static void
the_same_again_changes_nothing(void **state)
{
	struct world *world = *state;
	struct web webs[] = {
		{.image = "local/web:1.0.0", .public_port = new_port(world, "modules.web.externals.dns")},
		{.module = "worker", .image = "local/web:1.0.0"},
	};
	long web, worker;

	assert_int_equal(apply(world, webs, 2), OUTCOME_READY);
	web = pid_of(world, "web", NULL, NULL);
	worker = pid_of(world, "worker", NULL, NULL);
	assert_int_equal(apply(world, webs, 2), OUTCOME_READY);
	assert_int_equal(pid_of(world, "web", NULL, NULL), web);
	assert_int_equal(pid_of(world, "worker", NULL, NULL), worker);
	/* One is changed, the other is not touched; then the worker is not declared any more. */
	webs[0].image = "local/web:1.9.0";
	assert_int_equal(apply(world, webs, 2), OUTCOME_READY);
	assert_int_not_equal(pid_of(world, "web", NULL, NULL), web);
	assert_int_equal(pid_of(world, "worker", NULL, NULL), worker);
	assert_false(lives(web));
	assert_int_equal(apply(world, webs, 1), OUTCOME_READY);
	assert_int_equal(pid_of(world, "worker", NULL, NULL), -1);
	assert_false(lives(worker));
}

static void
a_failure_leaves_the_old_alone(void **state)
{
	static const struct {
		struct web web;
		const char *code, *summary, *message;
	} cases[] = {
		{ {.image = "local/web:1.9.0", .mode = "exit"}, "exited",
		  "Workload web (local/web:1.9.0) ended with status 3 before it was ready.",
		  "first line\nno configuration\xef\xbf\xbd: giving up" },
		{ {.image = "local/web:1.9.0", .mode = "deaf", .ready_s = 1}, "not-ready",
		  "was not ready after", "" },
		{ {.image = "local/web:7.0.0"}, "image-not-found", "local/web:7.0.0", "" },
	};
	struct world *world = *state;
	int port = new_port(world, "modules.web.externals.dns");
	struct web old[] = {
		{.image = "local/web:1.0.0", .public_port = port},
		{.module = "worker", .image = "local/web:1.0.0"},
	};
	long web, worker;

	assert_int_equal(apply(world, old, 2), OUTCOME_READY);
	web = pid_of(world, "web", NULL, NULL);
	worker = pid_of(world, "worker", NULL, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct web next[] = {cases[i].web,
				     {.module = "worker", .image = "local/web:1.10.0"}};
		char *reply;

		next[0].public_port = port;
		assert_int_equal(apply(world, next, 2), OUTCOME_FAILED);
		assert_string_equal(world->code, cases[i].code);
		assert_string_equal(world->object, "web");
		assert_non_null(strstr(world->summary, cases[i].summary));
		assert_string_equal(world->message, cases[i].message);
		assert_int_equal(pid_of(world, "web", NULL, NULL), web);
		assert_int_equal(pid_of(world, "worker", NULL, NULL), worker);
		reply = fetch(world, port, "/", false);
		assert_non_null(reply);
		assert_non_null(strstr(reply, "/local/web/1.0.0\n"));
		free(reply);
	}
}

static bool
web_has_started(void *data)
{
	return pid_of(data, "web", NULL, NULL) > 0;
}

static void
a_cancelled_change_leaves_the_old_alone(void **state)
{
	struct world *world = *state;
	struct web old = {.module = "worker", .image = "local/web:1.0.0"};
	struct web next[] = {
		{.image = "local/web:1.9.0", .mode = "deaf",
		 .public_port = new_port(world, "modules.web.externals.dns")},
		old,
	};
	long worker;

	assert_int_equal(apply(world, &old, 1), OUTCOME_READY);
	worker = pid_of(world, "worker", NULL, NULL);
	begin_apply(world, &old, 1);
	driver_task_cancel(world->change);	/* too late: there was nothing to do */
	while (world->applied < 2)
		run(world);
	assert_int_equal(world->outcome, OUTCOME_READY);
	assert_int_equal(pid_of(world, "worker", NULL, NULL), worker);

	begin_apply(world, next, 2);
	run_until(world, web_has_started, world);
	driver_task_cancel(world->change);
	driver_task_cancel(world->change);	/* once more changes nothing */
	while (world->applied < 3)
		run(world);
	assert_int_equal(world->why.kind, ERROR_UNAVAILABLE);
	assert_int_equal(world->outcome, OUTCOME_FAILED);
	assert_null(world->code);
	assert_int_equal(pid_of(world, "web", NULL, NULL), -1);
	assert_int_equal(pid_of(world, "worker", NULL, NULL), worker);
	assert_int_equal(apply(world, &old, 1), OUTCOME_READY);
}

struct hammer {
	int port;
	atomic_bool stop, ended;
	atomic_int good, bad, old, new;
};

static bool
each_was_served(void *data)
{
	const struct hammer *hammers = data;

	return hammers[0].old > 0 && hammers[1].old > 0 && hammers[2].old > 0;
}

static bool
one_met_the_new(void *data)
{
	const struct hammer *hammers = data;

	return hammers[0].new + hammers[1].new + hammers[2].new > 0;
}

static bool
all_have_ended(void *data)
{
	const struct hammer *hammers = data;

	return hammers[0].ended && hammers[1].ended && hammers[2].ended;
}

static void *
hammer(void *data)
{
	struct hammer *h = data;

	while (!h->stop) {
		struct request request = {.port = h->port, .path = "/"};

		buf_init(&request.reply, 65536);
		if (exchange(&request))
			h->good++;
		else
			h->bad++;
		h->old += strstr(buf_str(&request.reply), "/local/web/1.0.0\n") != NULL;
		h->new += strstr(buf_str(&request.reply), "/local/web/1.9.0\n") != NULL;
		buf_clear(&request.reply);
	}
	h->ended = true;
	return NULL;
}

static void
a_switch_refuses_nobody(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0",
			  .public_port = new_port(world, "modules.web.externals.dns")};
	struct hammer hammers[3] = {0};
	pthread_t threads[3];

	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	for (int i = 0; i < 3; i++) {
		hammers[i].port = web.public_port;
		assert_int_equal(pthread_create(&threads[i], NULL, hammer, &hammers[i]), 0);
	}
	run_until(world, each_was_served, hammers);
	web.image = "local/web:1.9.0";
	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	run_until(world, one_met_the_new, hammers);
	for (int i = 0; i < 3; i++)
		hammers[i].stop = true;
	run_until(world, all_have_ended, hammers);	/* what is under way needs the loop */
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(hammers[i].bad, 0);
	}
}

static long
pid_behind(struct world *world, int port)
{
	char *reply = fetch(world, port, "/about", false);
	const char *line = reply ? strstr(reply, "\nenv PORT=") : NULL;
	long own = line ? atol(line + 10) : -1;

	free(reply);
	return own;
}

static void
replicas_take_turns(void **state)
{
	struct world *world = *state;
	int port = new_port(world, "modules.web.externals.dns");
	struct web web = {.image = "local/web:1.0.0", .public_port = port, .replicas = 3};
	struct driver_status status;
	long seen[6];
	long first;

	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	for (int i = 0; i < 6; i++)
		seen[i] = pid_behind(world, port);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(seen[i], seen[i + 3]);
		assert_int_not_equal(seen[i], seen[(i + 1) % 3]);
	}
	world->driver->ops->observe(world->driver, SPACE, &status);
	assert_int_equal(status.count, 3);
	assert_int_equal(status.items[2].replica, 2);
	first = status.items[0].pid;
	/* One is down: nobody who comes now notices. */
	assert_int_equal(kill((pid_t)status.items[1].pid, SIGKILL), 0);
	while (status.items[1].restarts == 0) {
		driver_status_clear(&status);
		run_for(world, 10);
		world->driver->ops->observe(world->driver, SPACE, &status);
	}
	driver_status_clear(&status);
	for (int i = 0; i < 6; i++)
		assert_true(pid_behind(world, port) > 0);
	/* Fewer: what stays is not touched. */
	web.replicas = 1;
	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	assert_int_equal(pid_of(world, "web", NULL, NULL), first);
	assert_int_equal(count_processes(world), 1);
	seen[0] = pid_behind(world, port);
	assert_int_equal(pid_behind(world, port), seen[0]);
}

static void
what_is_killed_starts_again(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0",
			  .public_port = new_port(world, "modules.web.externals.dns")};
	int restarts = 0;
	bool ready = false;
	char *reply;
	long pid;

	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	pid = pid_of(world, "web", NULL, NULL);
	for (int i = 1; i <= 2; i++) {
		pid = pid_of(world, "web", NULL, NULL);
		assert_int_equal(kill((pid_t)pid, SIGKILL), 0);
		run_until(world, web_is_down, world);
		run_until(world, web_is_ready, world);
		assert_int_not_equal(pid_of(world, "web", &restarts, NULL), pid);
		assert_int_equal(restarts, i);
	}
	reply = fetch(world, web.public_port, "/", false);
	assert_non_null(reply);
	free(reply);
	/* A deployment that does not change it waits until it is back. */
	assert_int_equal(kill((pid_t)pid_of(world, "web", NULL, NULL), SIGKILL), 0);
	run_until(world, web_is_down, world);
	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	assert_true(pid_of(world, "web", NULL, &ready) > 0);
	assert_true(ready);
}

static bool
web_waits(void *data)
{
	struct world *world = data;
	struct driver_status status = {0};
	bool waits;

	world->driver->ops->observe(world->driver, SPACE, &status);
	waits = status.count > 0 && status.items[0].message &&
		strstr(status.items[0].message, "starts again after");
	driver_status_clear(&status);
	return waits;
}

/* Whoever listened there would get its requests. */
static void
while_it_is_down_nobody_takes_its_port(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0",
			  .public_port = new_port(world, "modules.web.externals.dns")};
	struct sockaddr_in address = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	char *reply, *port;

	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	reply = fetch(world, web.public_port, "/about", false);
	port = reply ? strstr(reply, "\nenv PORT=") : NULL;
	assert_non_null(port);
	address.sin_port = htons((uint16_t)atoi(port + 10));
	free(reply);
	assert_int_equal(kill((pid_t)pid_of(world, "web", NULL, NULL), SIGKILL), 0);
	run_until(world, web_waits, world);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), -1);
	assert_int_equal(errno, EADDRINUSE);
	address.sin_addr.s_addr = htonl(INADDR_ANY);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), -1);
	close(fd);
	run_until(world, web_is_ready, world);
}

static void
removing_leaves_nothing(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0", .mode = "family",
			  .public_port = new_port(world, "modules.web.externals.dns")};
	char *reply;
	long pid;

	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	pid = pid_of(world, "web", NULL, NULL);
	assert_int_equal(count_processes(world), 2);
	begin_removal(world, SPACE);
	while (!world->removed)
		run(world);
	assert_int_equal(world->gone, 1);
	assert_int_equal(world->to_go, 1);
	assert_false(lives(pid));
	assert_int_equal(count_processes(world), 0);
	assert_int_not_equal(access(world->space_dir, F_OK), 0);
	reply = fetch(world, web.public_port, "/", false);
	assert_null(reply);
	/* What is not there can be removed. */
	begin_removal(world, SPACE);
	while (world->removed < 2)
		run(world);
	assert_int_equal(world->why.kind, ERROR_NONE);
	begin_removal(world, "acme/../x");
	while (world->removed < 3)
		run(world);
	assert_int_equal(world->why.kind, ERROR_INPUT);
}

static void
removing_ends_a_change_that_runs(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0", .mode = "deaf",
			  .public_port = new_port(world, "modules.web.externals.dns")};
	struct driver_deployment nothing = {0};
	struct driver_waiter waiter = change_waiter(world);

	begin_apply(world, &web, 1);
	run_until(world, web_has_started, world);
	world->driver->ops->apply(world->driver, SPACE, &nothing, &waiter);
	while (!world->applied)
		run(world);
	assert_int_equal(world->why.kind, ERROR_CONFLICT);
	begin_removal(world, SPACE);
	while (!world->removed)
		run(world);
	assert_int_equal(world->applied, 2);
	assert_int_equal(world->outcome, OUTCOME_FAILED);
}

static void
all_can_be_stopped(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0", .mode = "family"};
	long pid;

	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	pid = pid_of(world, "web", NULL, NULL);
	begin_detaching(world);
	while (!world->removed)
		run(world);
	assert_false(lives(pid));
	assert_int_equal(count_processes(world), 0);
	assert_int_equal(access(world->space_dir, F_OK), 0);
}

static void
much_goes_through_a_forward(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0",
			  .public_port = new_port(world, "modules.web.externals.dns")};

	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	for (int half_close = 0; half_close < 2; half_close++) {
		char *reply = fetch(world, web.public_port, "/large", half_close);

		assert_non_null(reply);
		assert_non_null(strstr(reply, "00016383\n"));
		assert_true(strlen(reply) > 1024 * 1024);
		free(reply);
	}
}

/* In a process of its own: a platform that is killed while its workload runs. */
static void
be_killed(struct world *world, int ready)
{
	struct web web = {.image = "local/web:1.0.0", .mode = "family"};

	open_driver(world);
	apply(world, &web, 1);
	if (write(ready, "!", 1) != 1)
		_exit(1);
	for (;;)
		loop_run(world->loop, NULL);
}

static void
what_a_killed_platform_left_is_ended(void **state)
{
	struct world *world = *state;
	int64_t limit = clock_steady_ms() + PATIENCE_MS;
	char byte;
	int fds[2];
	pid_t pid;

	close_driver(world);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0)
		be_killed(world, fds[1]);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(fds[0]);
	close(fds[1]);
	open_driver(world);
	while (count_processes(world) > 0 && clock_steady_ms() < limit)
		run_for(world, 20);
	assert_int_equal(count_processes(world), 0);
}

struct turns {
	struct loop *loop;
	int turns, fired;
	struct loop_timer *other;
};

static void
count_turn(void *data)
{
	((struct turns *)data)->turns++;
}

static void
fire_first(void *data)
{
	struct turns *turns = data;

	turns->fired++;
	loop_remove_timer(turns->other);	/* as due as this one */
}

static void
fire_other(void *data)
{
	((struct turns *)data)->fired += 100;
}

static void
fire_last(void *data)
{
	loop_stop(((struct turns *)data)->loop);
}

static void
the_loop_does_not_spin(void **state)
{
	struct turns turns = {.loop = loop_new(NULL)};

	(void)state;
	loop_on_turn(turns.loop, count_turn, &turns);
	loop_add_timer(turns.loop, 20, fire_first, &turns);
	turns.other = loop_add_timer(turns.loop, 20, fire_other, &turns);
	loop_add_timer(turns.loop, 300, fire_last, &turns);
	assert_int_equal(loop_run(turns.loop, NULL), 0);
	assert_int_equal(turns.fired, 1);
	assert_true(turns.turns <= 6);
	loop_free(turns.loop);
}

static void
waiting_costs_nothing(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0",
			  .public_port = new_port(world, "modules.web.externals.dns")};
	struct turns turns = {.loop = world->loop};

	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	loop_on_turn(world->loop, count_turn, &turns);
	run_for(world, 500);
	assert_true(turns.turns <= 10);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_loop_does_not_spin),
		WITH_WORLD(waiting_costs_nothing),
		WITH_WORLD(a_workload_gets_what_is_declared_and_nothing_else),
		WITH_WORLD(what_takes_over_is_told_before_the_old_has_ended),
		cmocka_unit_test_setup_teardown(what_is_ready_runs, make_world,
						remove_slow_world),
		cmocka_unit_test_setup_teardown(what_cannot_be_executed_is_never_ready, make_world,
						remove_slow_world),
		WITH_WORLD(the_same_again_changes_nothing),
		WITH_WORLD(a_failure_leaves_the_old_alone),
		WITH_WORLD(a_cancelled_change_leaves_the_old_alone),
		WITH_WORLD(a_switch_refuses_nobody),
		WITH_WORLD(replicas_take_turns),
		WITH_WORLD(what_is_killed_starts_again),
		WITH_WORLD(while_it_is_down_nobody_takes_its_port),
		WITH_WORLD(removing_leaves_nothing),
		WITH_WORLD(removing_ends_a_change_that_runs),
		WITH_WORLD(all_can_be_stopped),
		WITH_WORLD(much_goes_through_a_forward),
		WITH_WORLD(what_a_killed_platform_left_is_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
