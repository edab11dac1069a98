/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The loop: what is called, in which order and how often, while callbacks add and remove.
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "net/loop.h"
#include "tests/patience.h"

static struct loop *
new_loop(void)
{
	struct error err = {0};
	struct loop *loop = loop_new(&err);

	assert_non_null(loop);
	return loop;
}

static void
turn(struct loop *loop, int64_t timeout_ms)
{
	assert_int_equal(loop_turn(loop, timeout_ms, NULL), 0);
}

static void
turn_until(struct loop *loop, const int *count, int wanted)
{
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	while (*count < wanted && clock_steady_ms() < end)
		turn(loop, 1000);
	assert_int_equal(*count, wanted);
}

static void
count_one(void *data)
{
	++*(int *)data;
}

static void
count_ready(void *data, uint32_t events)
{
	(void)events;
	++*(int *)data;
}

/* --- timers --- */

struct alarm_clock {
	struct loop_timer *timer;
	size_t made;			/* which one it is, of those that were made */
	struct alarms *alarms;
};

struct alarms {
	size_t last;
	int rung;
};

static void
ring(void *data)
{
	struct alarm_clock *clock = data;

	assert_true(clock->alarms->rung == 0 || clock->alarms->last < clock->made);
	clock->alarms->last = clock->made;
	clock->alarms->rung++;
}

/* Where the deadline is the same the age decides; those that were removed never ring. */
static void
test_timers_ring_in_the_order_they_were_made(void **state)
{
	enum { COUNT = 2000 };
	struct alarm_clock *clocks = xcalloc(COUNT, sizeof(*clocks));
	struct loop *loop = new_loop();
	struct alarms alarms = {0};
	int removed = 0;

	(void)state;
	srandom(42);
	for (size_t i = 0; i < COUNT; i++) {
		clocks[i] = (struct alarm_clock){.made = i, .alarms = &alarms};
		clocks[i].timer = loop_add_timer(loop, 0, ring, &clocks[i]);
	}
	for (size_t i = 0; i < COUNT; i++) {
		if (random() % 3 != 0)
			continue;
		loop_remove_timer(clocks[i].timer);
		removed++;
	}
	turn(loop, 0);
	assert_int_equal(alarms.rung, COUNT - removed);
	loop_free(loop);
	free(clocks);
}

struct sleeper {
	struct loop *loop;
	int64_t made_at, delay;
	int *rung;
};

static void
wake(void *data)
{
	struct sleeper *sleeper = data;

	assert_true(clock_steady_ms() >= sleeper->made_at + sleeper->delay);
	++*sleeper->rung;
}

static void
test_timers_never_ring_early(void **state)
{
	enum { COUNT = 300 };
	struct sleeper *sleepers = xcalloc(COUNT, sizeof(*sleepers));
	struct loop *loop = new_loop();
	int rung = 0;

	(void)state;
	srandom(7);
	for (size_t i = 0; i < COUNT; i++) {
		sleepers[i] = (struct sleeper){loop, clock_steady_ms(), random() % 60, &rung};
		(void)loop_add_timer(loop, sleepers[i].delay, wake, &sleepers[i]);
	}
	turn_until(loop, &rung, COUNT);
	loop_free(loop);
	free(sleepers);
}

/* A list that is searched would need hours for this. */
static void
test_many_timers_are_cheap(void **state)
{
	enum { COUNT = 400000 };
	struct loop_timer **timers = xcalloc(COUNT, sizeof(struct loop_timer *));
	struct loop *loop = new_loop();
	int rung = 0;

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		timers[i] = loop_add_timer(loop, 3600000 + (int64_t)i, count_one, &rung);
	for (size_t i = 0; i < COUNT; i += 2)
		loop_remove_timer(timers[i]);
	for (size_t i = COUNT; i-- > 0;)
		if (i % 2 == 1)
			loop_remove_timer(timers[i]);
	(void)loop_add_timer(loop, 0, count_one, &rung);
	turn(loop, -1);
	assert_int_equal(rung, 1);
	loop_free(loop);
	free(timers);
}

struct pair {
	struct loop *loop;
	struct loop_timer *self, *other;
	int rung;
};

static void
remove_both(void *data)
{
	struct pair *pair = data;

	pair->rung++;
	loop_remove_timer(pair->other);	/* due in the same turn */
	loop_remove_timer(pair->self);
}

static void
test_a_timer_removes_itself_and_another(void **state)
{
	struct pair pair = {.loop = new_loop()};
	int never = 0;

	(void)state;
	pair.self = loop_add_timer(pair.loop, 0, remove_both, &pair);
	pair.other = loop_add_timer(pair.loop, 0, count_one, &never);
	turn(pair.loop, 0);
	turn(pair.loop, 0);
	assert_int_equal(pair.rung, 1);
	assert_int_equal(never, 0);
	loop_remove_timer(NULL);
	loop_free(pair.loop);
}

struct again {
	struct loop *loop;
	int rung;
};

static void
ring_again(void *data)
{
	struct again *again = data;

	again->rung++;
	(void)loop_add_timer(again->loop, 0, ring_again, again);
}

static void
test_a_turn_ends(void **state)
{
	struct again again = {.loop = new_loop()};

	(void)state;
	ring_again(&again);
	for (int i = 0; i < 5; i++)
		turn(again.loop, 0);
	assert_int_equal(again.rung, 6);
	loop_free(again.loop);
}

static void
test_timer_of_ages(void **state)
{
	struct loop *loop = new_loop();
	int rung = 0;

	(void)state;
	(void)loop_add_timer(loop, INT64_MAX, count_one, &rung);
	(void)loop_add_timer(loop, INT64_MIN, count_one, &rung);
	turn(loop, -1);
	turn(loop, 0);
	assert_int_equal(rung, 1);
	loop_free(loop);
}

/* --- descriptors --- */

static void
write_byte(int fd)
{
	assert_int_equal(write(fd, "x", 1), 1);
}

struct reader {
	struct loop_fd *watch, *other;
	int fd, calls;
	uint32_t events;
};

static void
read_byte(void *data, uint32_t events)
{
	struct reader *reader = data;
	char byte;

	reader->events = events;
	reader->calls++;
	(void)!read(reader->fd, &byte, 1);
}

static void
remove_readers(void *data, uint32_t events)
{
	struct reader *reader = data;

	(void)events;
	reader->calls++;
	loop_remove_fd(reader->other);	/* ready in the same turn, perhaps */
	loop_remove_fd(reader->watch);
	loop_remove_fd(reader->watch);
}

/* Whichever of both is called first: the other is not. */
static void
test_a_descriptor_removes_itself_and_another(void **state)
{
	struct loop *loop = new_loop();
	struct reader readers[2] = {0};
	int a[2], b[2];

	(void)state;
	assert_int_equal(pipe(a), 0);
	assert_int_equal(pipe(b), 0);
	write_byte(a[1]);
	write_byte(b[1]);
	readers[0].watch = loop_add_fd(loop, a[0], EPOLLIN, remove_readers, &readers[0]);
	readers[1].watch = loop_add_fd(loop, b[0], EPOLLIN, remove_readers, &readers[1]);
	readers[0].other = readers[1].watch;
	readers[1].other = readers[0].watch;
	turn(loop, -1);
	turn(loop, 0);
	assert_int_equal(readers[0].calls + readers[1].calls, 1);
	loop_free(loop);
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
}

/* A hundred descriptors are always ready: each of them is served, and timers and tasks as well. */
static void
test_nobody_starves(void **state)
{
	enum { COUNT = 100 };
	struct loop *loop = new_loop();
	int fds[COUNT][2], calls[COUNT] = {0}, rung = 0, done = 0;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(pipe(fds[i]), 0);
		write_byte(fds[i][1]);
		(void)loop_add_fd(loop, fds[i][0], EPOLLIN, count_ready, &calls[i]);
	}
	(void)loop_add_timer(loop, 0, count_one, &rung);
	(void)loop_defer(loop, count_one, &done);
	for (int i = 0; i < 4; i++)
		turn(loop, -1);
	assert_int_equal(rung, 1);
	assert_int_equal(done, 1);
	for (size_t i = 0; i < COUNT; i++) {
		assert_true(calls[i] >= 2);
		close(fds[i][0]);
		close(fds[i][1]);
	}
	loop_free(loop);
}

/* A number is used again after a close that the loop was not told of. */
static void
test_a_number_is_used_again(void **state)
{
	struct loop *loop = new_loop();
	struct reader before = {0}, after = {0};
	int a[2], b[2];

	(void)state;
	assert_int_equal(pipe(a), 0);
	before.fd = a[0];
	before.watch = loop_add_fd(loop, a[0], EPOLLIN, read_byte, &before);
	close(a[0]);
	close(a[1]);
	assert_int_equal(pipe(b), 0);
	assert_int_equal(b[0], a[0]);
	after.fd = b[0];
	after.watch = loop_add_fd(loop, b[0], EPOLLIN, read_byte, &after);
	loop_set_events(before.watch, EPOLLOUT);
	loop_remove_fd(before.watch);	/* takes nothing from the other */
	write_byte(b[1]);
	turn(loop, 1000);
	assert_int_equal(before.calls, 0);
	assert_int_equal(after.calls, 1);
	loop_remove_fd(after.watch);
	loop_free(loop);
	close(b[0]);
	close(b[1]);
}

struct replacer {
	struct loop *loop;
	struct loop_fd *watch;
	struct reader *next;
	int fd, calls;
};

static void
replace(void *data, uint32_t events)
{
	struct replacer *replacer = data;
	int fds[2];

	(void)events;
	replacer->calls++;
	loop_remove_fd(replacer->watch);
	close(replacer->fd);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(fds[0], replacer->fd);
	replacer->next->fd = fds[0];
	replacer->next->watch = loop_add_fd(replacer->loop, fds[0], EPOLLIN, read_byte,
					    replacer->next);
	write_byte(fds[1]);
	close(fds[1]);
}

static void
test_a_number_is_used_again_within_a_callback(void **state)
{
	struct loop *loop = new_loop();
	struct reader next = {0};
	struct replacer replacer = {.loop = loop, .next = &next};
	int a[2];

	(void)state;
	assert_int_equal(pipe(a), 0);
	replacer.fd = a[0];
	replacer.watch = loop_add_fd(loop, a[0], EPOLLIN, replace, &replacer);
	write_byte(a[1]);
	turn(loop, 1000);
	assert_int_equal(next.calls, 0);
	turn(loop, 1000);
	assert_int_equal(replacer.calls, 1);
	assert_int_equal(next.calls, 1);
	loop_free(loop);
	close(next.fd);
	close(a[1]);
}

/* Files and the like cannot be waited for; standard input may be one. */
static void
test_what_cannot_be_waited_for_is_ready(void **state)
{
	struct loop *loop = new_loop();
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), calls = 0, closed = 0;
	struct loop_fd *watch, *none;

	(void)state;
	assert_true(null >= 0);
	watch = loop_add_fd(loop, null, EPOLLIN, count_ready, &calls);
	none = loop_add_fd(loop, 700, EPOLLIN, count_ready, &closed);
	turn(loop, -1);
	assert_int_equal(calls, 1);
	assert_int_equal(closed, 1);
	loop_set_events(watch, 0);
	loop_set_events(none, 0);
	turn(loop, 5);			/* waits again */
	assert_int_equal(calls, 1);
	loop_set_events(watch, EPOLLIN);
	loop_remove_fd(none);
	turn(loop, -1);
	assert_int_equal(calls, 2);
	assert_int_equal(closed, 1);
	loop_remove_fd(watch);
	turn(loop, 0);
	assert_int_equal(calls, 2);
	loop_free(loop);
	close(null);
}

static void
test_a_hang_up_is_told(void **state)
{
	struct loop *loop = new_loop();
	struct reader reader = {0};
	int a[2];

	(void)state;
	assert_int_equal(pipe(a), 0);
	reader.fd = a[0];
	reader.watch = loop_add_fd(loop, a[0], EPOLLIN, read_byte, &reader);
	close(a[1]);
	turn(loop, -1);
	assert_int_equal(reader.calls, 1);
	assert_true(reader.events & (EPOLLHUP | EPOLLIN));
	loop_free(loop);
	close(a[0]);
}

static void
test_what_is_waited_for_can_change(void **state)
{
	struct loop *loop = new_loop();
	struct loop_fd *watch;
	int a[2], calls = 0;

	(void)state;
	assert_int_equal(pipe(a), 0);
	watch = loop_add_fd(loop, a[1], 0, count_ready, &calls);
	turn(loop, 0);
	assert_int_equal(calls, 0);
	loop_set_events(watch, EPOLLOUT);
	turn(loop, -1);
	assert_int_equal(calls, 1);
	loop_set_events(watch, 0);
	turn(loop, 0);
	assert_int_equal(calls, 1);
	loop_free(loop);
	close(a[0]);
	close(a[1]);
}

/* --- deferred work --- */

struct deferred {
	struct loop *loop;
	struct loop_task *other;
	int calls, more;
};

static void
defer_more(void *data)
{
	struct deferred *deferred = data;

	deferred->calls++;
	loop_cancel_task(deferred->other);
	deferred->other = NULL;
	(void)loop_defer(deferred->loop, count_one, &deferred->more);
}

static void
test_deferred_work(void **state)
{
	struct deferred deferred = {.loop = new_loop()};
	int cancelled = 0;

	(void)state;
	(void)loop_defer(deferred.loop, defer_more, &deferred);
	deferred.other = loop_defer(deferred.loop, count_one, &cancelled);
	turn(deferred.loop, -1);	/* does not wait */
	assert_int_equal(deferred.calls, 1);
	assert_int_equal(deferred.more, 0);
	turn(deferred.loop, -1);
	assert_int_equal(deferred.more, 1);
	turn(deferred.loop, 0);
	assert_int_equal(deferred.calls, 1);
	assert_int_equal(deferred.more, 1);
	assert_int_equal(cancelled, 0);
	(void)loop_defer(deferred.loop, count_one, &cancelled);
	loop_free(deferred.loop);
	assert_int_equal(cancelled, 0);
}

/* --- signals, children, turns --- */

static void
note_signal(void *data, int number)
{
	*(int *)data = number;
}

struct ended {
	struct loop *loop;
	pid_t pid;
	int status, count;
};

static void
note_end(void *data, pid_t pid, int status)
{
	struct ended *ended = data;

	ended->pid = pid;
	ended->status = status;
	ended->count++;
}

static pid_t
start_child(int status)
{
	char *command = xasprintf("exit %d", status);
	pid_t pid = fork();

	/* Another program: a checker of memory would judge a copy of this one when it ends. */
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	free(command);
	assert_true(pid > 0);
	return pid;
}

static void
test_signals_and_children(void **state)
{
	struct loop *loop = new_loop();
	struct ended ended = {.loop = loop};
	int number = 0, turns = 0;
	siginfo_t left;
	pid_t pid, other;
	sigset_t blocked;

	(void)state;
	assert_int_equal(loop_take_signals(loop, NULL), 0);
	loop_on_stop_signal(loop, note_signal, &number);
	raise(SIGHUP);
	turn(loop, -1);
	assert_int_equal(number, SIGHUP);
	other = start_child(3);		/* nobody asks for it: it is reaped all the same */
	loop_watch_child(loop, other, note_end, &ended);
	loop_unwatch_child(loop, other);
	pid = start_child(7);
	loop_watch_child(loop, pid, note_end, &ended);
	turn_until(loop, &ended.count, 1);
	assert_int_equal(ended.pid, pid);
	assert_int_equal(WEXITSTATUS(ended.status), 7);
	/* Without taking it: that is for the loop to do. */
	while (waitid(P_PID, (id_t)other, &left, WEXITED | WNOWAIT | WNOHANG) == 0 &&
	       turns++ < 12000)
		turn(loop, 10);
	assert_int_equal(waitid(P_PID, (id_t)other, &left, WEXITED | WNOWAIT | WNOHANG), -1);
	loop_free(loop);
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	assert_false(sigismember(&blocked, SIGTERM));
}

static void
stop(void *data)
{
	loop_stop(data);
}

static void
test_runs_until_stopped(void **state)
{
	struct loop *loop = new_loop();
	int turns = 0;

	(void)state;
	loop_on_turn(loop, count_one, &turns);
	(void)loop_add_timer(loop, 1, stop, loop);
	assert_int_equal(loop_run(loop, NULL), 0);
	assert_true(turns >= 1);
	loop_free(loop);
	loop_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timers_ring_in_the_order_they_were_made),
		cmocka_unit_test(test_timers_never_ring_early),
		cmocka_unit_test(test_many_timers_are_cheap),
		cmocka_unit_test(test_a_timer_removes_itself_and_another),
		cmocka_unit_test(test_a_turn_ends),
		cmocka_unit_test(test_timer_of_ages),
		cmocka_unit_test(test_a_descriptor_removes_itself_and_another),
		cmocka_unit_test(test_nobody_starves),
		cmocka_unit_test(test_a_number_is_used_again),
		cmocka_unit_test(test_a_number_is_used_again_within_a_callback),
		cmocka_unit_test(test_what_cannot_be_waited_for_is_ready),
		cmocka_unit_test(test_a_hang_up_is_told),
		cmocka_unit_test(test_what_is_waited_for_can_change),
		cmocka_unit_test(test_deferred_work),
		cmocka_unit_test(test_signals_and_children),
		cmocka_unit_test(test_runs_until_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
