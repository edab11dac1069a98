/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A deadline is about when an answer came, not about when it was read: the machine may stand still
 * between the two.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/loop.h"
#include "own-clock.h"

#define DEADLINE_MS 1000000	/* of the test's own time: it passes only when the test says so */

/* An answer and the deadline for it. */
struct answer {
	struct loop *loop;
	struct loop_fd *watch;
	struct loop_timer *deadline;
	int fds[2];
	int came, missed;
};

static struct answer awaited;

static void
take_answer(void *data, uint32_t events)
{
	struct answer *answer = data;

	(void)events;
	loop_remove_fd(answer->watch);
	loop_remove_timer(answer->deadline);
	answer->came++;
}

static void
miss_answer(void *data)
{
	loop_remove_fd(((struct answer *)data)->watch);
	((struct answer *)data)->missed++;
}

static void
await_answer(void)
{
	awaited = (struct answer){.loop = loop_new(NULL)};
	assert_non_null(awaited.loop);
	assert_int_equal(pipe(awaited.fds), 0);
	awaited.watch = loop_add_fd(awaited.loop, awaited.fds[0], EPOLLIN, take_answer, &awaited);
	awaited.deadline = loop_add_timer(awaited.loop, DEADLINE_MS, miss_answer, &awaited);
}

static void
turn(int64_t timeout_ms)
{
	assert_int_equal(loop_turn(awaited.loop, timeout_ms, NULL), 0);
}

static void
expect_answer(void)
{
	for (int i = 0; i < 5; i++)
		turn(0);
	assert_int_equal(awaited.came, 1);
	assert_int_equal(awaited.missed, 0);
	loop_free(awaited.loop);
	close(awaited.fds[0]);
	close(awaited.fds[1]);
}

/* The answer comes, and the machine stands still until the deadline has passed. */
static void
stand_still(void)
{
	(void)!write(awaited.fds[1], "x", 1);
	own_clock_skip(DEADLINE_MS + 1);
}

static void
stand_still_at_signal(int signal)
{
	(void)signal;
	stand_still();
}

/* As after SIGSTOP and SIGCONT: the wait is interrupted. */
static void
what_came_while_the_process_stood_still_is_in_time(void **state)
{
	const struct itimerval soon = {.it_value = {.tv_usec = 10000}};
	struct sigaction was, is = {.sa_handler = stand_still_at_signal};

	(void)state;
	sigemptyset(&is.sa_mask);
	assert_int_equal(sigaction(SIGALRM, &is, &was), 0);
	await_answer();
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	turn(-1);
	expect_answer();
	assert_int_equal(sigaction(SIGALRM, &was, NULL), 0);
}

static void
stand_still_once(void *data, uint32_t events)
{
	struct loop_fd **watch = data;

	(void)events;
	loop_remove_fd(*watch);
	*watch = NULL;
	stand_still();
}

static void
what_came_while_a_callback_stood_still_is_in_time(void **state)
{
	struct loop_fd *watch;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	await_answer();
	watch = loop_add_fd(awaited.loop, fds[0], EPOLLIN, stand_still_once, &watch);
	assert_int_equal(write(fds[1], "x", 1), 1);
	turn(-1);
	assert_null(watch);
	expect_answer();
	close(fds[0]);
	close(fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_came_while_the_process_stood_still_is_in_time),
		cmocka_unit_test(what_came_while_a_callback_stood_still_is_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
