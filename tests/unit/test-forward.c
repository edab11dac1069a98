/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A public port in front of those of instances: who is led where, what goes through whole, and what
 * becomes of connections when their target is not there. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "net/loop.h"
#include "platform/drivers/ports.h"
#include "platform/drivers/process/addresses.h"
#include "platform/drivers/process/tcp-proxy.h"
#include "tests/skip.h"

#define LARGE (1 << 20)

/* Two instances, each a process that says its letter and then what it is told; and a port that
 * nothing listens on. */
struct scene {
	struct loop *loop;
	struct ports *ports;
	struct tcp_proxy *forward;
	int port, targets[2], dead, dead_fd;
	pid_t instances[2];
};

/* A free port, for as long as the descriptor is open. */
static int
bind_to_any(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) != 0)
		return -1;
	*port = ntohs(address.sin_port);
	return fd;
}

static void
echo(int fd, char letter)
{
	char bytes[16384];
	ssize_t n;

	if (write(fd, &letter, 1) != 1)
		return;
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		for (ssize_t at = 0, written; at < n; at += written)
			if ((written = write(fd, bytes + at, (size_t)(n - at))) <= 0)
				return;
}

static pid_t
start_instance(int listener, char letter)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (int fd; (fd = accept(listener, NULL, NULL)) >= 0; close(fd))
		if (fork() == 0) {
			echo(fd, letter);
			_exit(0);
		}
	_exit(1);
}

static int
set_scene(void **state)
{
	struct scene *scene = xcalloc(1, sizeof(*scene));
	struct error err = {0};
	int fd;

	for (int i = 0; i < 2; i++) {
		fd = bind_to_any(&scene->targets[i]);
		if (fd < 0 || listen(fd, 64) != 0)
			return -1;
		scene->instances[i] = start_instance(fd, (char)('A' + i));
		close(fd);
	}
	scene->dead_fd = bind_to_any(&scene->dead);
	scene->loop = loop_new(&err);
	scene->ports = ports_new();
	scene->port = ports_take(scene->ports, &err);
	scene->forward = tcp_proxy_new(scene->loop, scene->ports, scene->port, &err);
	*state = scene;
	return scene->forward ? 0 : -1;
}

static int
clear_scene(void **state)
{
	struct scene *scene = *state;

	tcp_proxy_free(scene->forward);
	ports_free(scene->ports);
	loop_free(scene->loop);
	close(scene->dead_fd);
	for (int i = 0; i < 2; i++) {
		kill(scene->instances[i], SIGKILL);
		waitpid(scene->instances[i], NULL, 0);
	}
	free(scene);
	return 0;
}

/* A connection to the public port; -1: it was refused. */
static int
connect_to(const struct scene *scene)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)scene->port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return -1;
	}
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

/* The next bytes, while the loop turns; 0: the end, or it was cut. */
static ssize_t
hear(const struct scene *scene, int fd, char *bytes, size_t size)
{
	for (;;) {
		ssize_t n = recv(fd, bytes, size, 0);

		if (n >= 0)
			return n;
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			return 0;
		assert_int_equal(loop_turn(scene->loop, 10, NULL), 0);
	}
}

/* Which instance answers on a connection; '-': none. */
static char
who(const struct scene *scene, int fd)
{
	char letter;

	return hear(scene, fd, &letter, 1) == 1 ? letter : '-';
}

static void
point(const struct scene *scene, const int *targets, size_t count)
{
	struct error err = {0};

	if (tcp_proxy_set_targets(scene->forward, targets, count, &err) != 0)
		fail_msg("%s", err.text);
}

static void
nobody_connects_before_there_is_a_target(void **state)
{
	struct scene *scene = *state;
	int fd = connect_to(scene);

	assert_int_equal(fd, -1);
	assert_int_equal(tcp_proxy_port(scene->forward), scene->port);
	point(scene, scene->targets, 1);
	fd = connect_to(scene);
	assert_true(fd >= 0);
	assert_int_equal(who(scene, fd), 'A');
	close(fd);
}

static void
targets_take_turns_and_new_ones_are_for_new_connections(void **state)
{
	struct scene *scene = *state;
	char order[5] = "";
	int fds[4], later;

	point(scene, scene->targets, 2);
	for (int i = 0; i < 4; i++) {
		fds[i] = connect_to(scene);
		order[i] = who(scene, fds[i]);
	}
	assert_true(strcmp(order, "ABAB") == 0 || strcmp(order, "BABA") == 0);
	assert_int_equal(tcp_proxy_count(scene->forward, scene->targets[0]), 2);
	assert_int_equal(tcp_proxy_count(scene->forward, scene->targets[1]), 2);
	assert_int_equal(tcp_proxy_count(scene->forward, scene->dead), 0);
	point(scene, &scene->targets[1], 1);
	later = connect_to(scene);
	assert_int_equal(who(scene, later), 'B');
	/* What is open goes on where it is. */
	for (int i = 0; i < 4; i++) {
		char c = 'x';

		assert_int_equal(send(fds[i], &c, 1, 0), 1);
		assert_int_equal(hear(scene, fds[i], &c, 1), 1);
		assert_int_equal(c, 'x');
		close(fds[i]);
	}
	close(later);
	while (tcp_proxy_count(scene->forward, scene->targets[0]) > 0 ||
	       tcp_proxy_count(scene->forward, scene->targets[1]) > 0)
		assert_int_equal(loop_turn(scene->loop, 10, NULL), 0);
}

static void
a_target_that_is_not_there_is_passed_over(void **state)
{
	struct scene *scene = *state;
	const int targets[] = {scene->dead, scene->targets[1]};

	point(scene, targets, 2);
	for (int i = 0; i < 4; i++) {
		int fd = connect_to(scene);

		assert_int_equal(who(scene, fd), 'B');
		close(fd);
	}
	point(scene, &scene->dead, 1);
	for (int i = 0; i < 2; i++) {
		int fd = connect_to(scene);

		assert_int_equal(who(scene, fd), '-');
		close(fd);
	}
}

/* Who has said all still hears all. */
static void
much_goes_through_and_its_end_comes_last(void **state)
{
	struct scene *scene = *state;
	char *sent = xmalloc(LARGE), *heard = xmalloc(LARGE + 1);
	size_t out = 0, in = 0;
	int fd;

	point(scene, scene->targets, 1);
	for (size_t i = 0; i < LARGE; i++)
		sent[i] = (char)(i * 31 + i / 997);
	fd = connect_to(scene);
	assert_int_equal(who(scene, fd), 'A');
	while (in < LARGE) {
		ssize_t n = out < LARGE ? send(fd, sent + out, LARGE - out, MSG_NOSIGNAL) : -1;

		if (n > 0)
			out += (size_t)n;
		if (out == LARGE)
			shutdown(fd, SHUT_WR);
		assert_int_equal(loop_turn(scene->loop, 1, NULL), 0);
		n = recv(fd, heard + in, LARGE + 1 - in, 0);
		assert_true(n != 0 || in == LARGE);
		if (n > 0)
			in += (size_t)n;
	}
	assert_memory_equal(sent, heard, LARGE);
	assert_int_equal(hear(scene, fd, heard, 1), 0);
	close(fd);
	free(sent);
	free(heard);
}

static void
what_is_open_is_cut_when_the_port_goes(void **state)
{
	struct scene *scene = *state;
	struct error err = {0};
	int fd, again;

	point(scene, scene->targets, 1);
	fd = connect_to(scene);
	assert_int_equal(who(scene, fd), 'A');
	tcp_proxy_free(scene->forward);
	assert_int_equal(who(scene, fd), '-');
	close(fd);
	/* The port is held still, and can be led somewhere again. */
	assert_int_equal(connect_to(scene), -1);
	scene->forward = tcp_proxy_new(scene->loop, scene->ports, scene->port, &err);
	assert_non_null(scene->forward);
	point(scene, scene->targets, 1);
	again = connect_to(scene);
	assert_int_equal(who(scene, again), 'A');
	close(again);
}

/* Beside somebody else's daemon, or a workload, that has it. */
static void
a_port_that_somebody_has_is_refused(void **state)
{
	struct scene *scene = *state;
	struct error err = {0};

	assert_null(tcp_proxy_new(scene->loop, scene->ports, scene->targets[0], &err));
	assert_true(err.kind != ERROR_NONE && *err.text);
}

/* It reads when it is asked to, and until then holds nobody else. */
static void
a_slow_reader_holds_nobody(void **state)
{
	struct scene *scene = *state;
	char *sent = xcalloc(1, LARGE), *heard = xmalloc(LARGE);
	size_t out = 0, in = 0;
	int slow, fd;

	point(scene, scene->targets, 1);
	slow = connect_to(scene);
	assert_int_equal(who(scene, slow), 'A');
	/* Until there is no room on the way any more. */
	for (int full = 0; out < LARGE && full < 100;) {
		ssize_t n = send(slow, sent, LARGE - out, MSG_NOSIGNAL);

		full = n > 0 ? 0 : full + 1;
		out += n > 0 ? (size_t)n : 0;
		assert_int_equal(loop_turn(scene->loop, 1, NULL), 0);
	}
	for (int i = 0; i < 10; i++) {
		fd = connect_to(scene);
		assert_int_equal(who(scene, fd), 'A');
		close(fd);
	}
	while (in < out) {
		ssize_t n = hear(scene, slow, heard, LARGE);

		assert_true(n > 0);
		in += (size_t)n;
	}
	assert_int_equal(in, out);
	close(slow);
	free(sent);
	free(heard);
}

#define MANY 1000
#define CAP 256

/* One process that greets each and holds it until it goes. */
static void __attribute__((noreturn))
greet_all(int listener)
{
	struct pollfd all[MANY + 1] = {{.fd = listener, .events = POLLIN}};
	nfds_t count = 1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (poll(all, count, -1) > 0) {
		if (all[0].revents && count <= MANY) {
			int fd = accept(listener, NULL, NULL);

			all[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
			if (write(fd, "A", 1) != 1)
				_exit(1);
			continue;
		}
		for (nfds_t i = 1; i < count; i++)
			if (all[i].revents) {
				close(all[i].fd);
				all[i] = all[--count];
				break;
			}
	}
	_exit(1);
}

/* More than are held at a time wait for their turn, and all are answered. */
static void
a_thousand_connections_are_answered_and_few_are_held(void **state)
{
	struct scene *scene = *state;
	struct rlimit limit;
	size_t most = 0, answered = 0, held;
	int fds[MANY], target, listener;
	pid_t greeter;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	if (limit.rlim_max < 2 * MANY || setrlimit(RLIMIT_NOFILE, &limit) != 0)
		SKIP_TEST("so many files cannot be open");
	listener = bind_to_any(&target);
	assert_true(listener >= 0 && listen(listener, SOMAXCONN) == 0);
	greeter = fork();
	if (greeter == 0)
		greet_all(listener);
	close(listener);
	point(scene, &target, 1);
	for (int i = 0; i < MANY; i++)
		fds[i] = connect_to(scene);
	while (answered < MANY) {
		assert_int_equal(loop_turn(scene->loop, 10, NULL), 0);
		held = tcp_proxy_count(scene->forward, target);
		most = held > most ? held : most;
		for (int i = 0; i < MANY; i++) {
			char letter = '-';

			if (fds[i] < 0 || recv(fds[i], &letter, 1, MSG_DONTWAIT) != 1)
				continue;
			assert_int_equal(letter, 'A');
			close(fds[i]);
			fds[i] = -1;
			answered++;
		}
	}
	assert_true(most > 0 && most <= CAP);
	kill(greeter, SIGKILL);
	waitpid(greeter, NULL, 0);
}

/* Of a service: another address has the same port, and another owner. */
static void
an_address_has_its_own_ports(void **state)
{
	struct scene *scene = *state;
	struct addresses *addresses = addresses_new("/srv/one"), *others = addresses_new("/srv/two");
	struct in_addr here[2];
	struct tcp_proxy *forwards[2];
	struct error err = {0};
	int reason = 0, port = scene->port;

	for (int i = 0; i < 2; i++) {
		here[i] = addresses_of(addresses, i == 0 ? "acme/shop/a" : "acme/shop/b", "web");
		forwards[i] = tcp_proxy_new_at(scene->loop, here[i], port, &reason, &err);
		assert_non_null(forwards[i]);
		assert_int_equal(
			tcp_proxy_set_targets(forwards[i], &scene->targets[i], 1, &err), 0);
	}
	for (int i = 0; i < 2; i++) {
		struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = here[i],
					      .sin_port = htons((uint16_t)port)};
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
		assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
		assert_int_equal(who(scene, fd), 'A' + i);
		close(fd);
	}
	assert_null(tcp_proxy_new_at(scene->loop, here[0], port, &reason, &err));
	assert_int_equal(reason, EADDRINUSE);
	/* The same name, the same address, unless that is somebody's. */
	assert_int_equal(addresses_of(addresses, "acme/shop/a", "web").s_addr, here[0].s_addr);
	addresses_move(addresses, "acme/shop/a", "web");
	assert_true(addresses_of(addresses, "acme/shop/a", "web").s_addr != here[0].s_addr);
	addresses_release(addresses, "acme/shop/a");
	assert_int_equal(addresses_of(addresses, "acme/shop/a", "web").s_addr, here[0].s_addr);
	/* The same name in another daemon is somewhere else. */
	assert_true(addresses_of(others, "acme/shop/a", "web").s_addr != here[0].s_addr);
	for (int i = 0; i < 2; i++)
		tcp_proxy_free(forwards[i]);
	addresses_free(others);
	addresses_free(addresses);
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, set_scene, clear_scene)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_SCENE(nobody_connects_before_there_is_a_target),
		IN_SCENE(targets_take_turns_and_new_ones_are_for_new_connections),
		IN_SCENE(a_target_that_is_not_there_is_passed_over),
		IN_SCENE(much_goes_through_and_its_end_comes_last),
		IN_SCENE(what_is_open_is_cut_when_the_port_goes),
		IN_SCENE(a_port_that_somebody_has_is_refused),
		IN_SCENE(a_slow_reader_holds_nobody),
		IN_SCENE(a_thousand_connections_are_answered_and_few_are_held),
		IN_SCENE(an_address_has_its_own_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
