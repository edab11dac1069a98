/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A gRPC health check: what is asked, and what each answer means. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "helper-grpc.h"
#include "model/error-codes.h"
#include "net/http-client.h"
#include "net/loop.h"
#include "platform/drivers/process/grpc-health.h"

#define LONG_MS 60000

static struct loop *loop;
static struct http_client *client;

struct verdict {
	bool is_good;
	char *why;
};

static void
on_verdict(void *data, const struct error *why)
{
	struct verdict *verdict = data;

	*verdict = (struct verdict){!why, why ? error_codes_text(why) : xstrdup("")};
	loop_stop(loop);
}

static void
expect(int port, const char *service, int timeout_ms, const char *words)
{
	struct verdict verdict = {0};

	grpc_health_ask(client, port, service, timeout_ms, on_verdict, &verdict);
	assert_int_equal(loop_run(loop, NULL), 0);
	assert_string_equal(verdict.why, words);
	assert_int_equal(verdict.is_good, !*words);
	free(verdict.why);
}

/* A socket that listens, and its port. */
static int
listen_somewhere(int *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* HTTP, but of 1.1. */
static void
serve_http_1(int listener)
{
	static const char text[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
	char bytes[256];

	for (;;) {
		int fd = accept(listener, NULL, NULL);

		(void)!read(fd, bytes, sizeof(bytes));
		(void)!write(fd, text, sizeof(text) - 1);
		while (read(fd, bytes, sizeof(bytes)) > 0)
			;
		close(fd);
	}
}

static pid_t
serve(void (*run)(int listener), int *port)
{
	int listener = listen_somewhere(port);
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);	/* also of a test that fails */
		run(listener);
		_exit(0);
	}
	close(listener);
	assert_true(pid > 0);
	return pid;
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
only_serving_is_a_success(void **state)
{
	static const struct { const char *service, *words; } rows[] = {
		{"", ""},
		{"shop.v1.Cart", ""},
		{"later", "its health check answered NOT_SERVING"},
		{"later", "its health check answered NOT_SERVING"},
		{"later", "its health check answered NOT_SERVING"},
		{"later", ""},
		{"gone", "its health check answered NOT_FOUND"},
		{"empty", "its health check answered UNKNOWN"},
		{"page", "its answer is not gRPC"},
		{"cut", "its answer is not gRPC"},
	};
	char longest[GRPC_SERVICE_MAX + 1] = "";
	int port;
	pid_t server = serve(helper_serve_grpc, &port);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(port, rows[i].service, LONG_MS, rows[i].words);
	memset(longest, 'x', GRPC_SERVICE_MAX);
	expect(port, longest, LONG_MS, "");
	end(server);
	expect(port, "", LONG_MS, "its port is not open yet");
}

static void
what_speaks_something_else_or_nothing_fails(void **state)
{
	int port, silent, listener = listen_somewhere(&silent);
	pid_t server = serve(serve_http_1, &port);

	(void)state;
	expect(port, "", LONG_MS, "its answer is not gRPC");
	expect(silent, "", 50, "it does not answer");
	end(server);
	close(listener);
}

/* Its end is never told. */
static void
one_that_is_cancelled_says_nothing(void **state)
{
	int port, listener = listen_somewhere(&port);
	struct verdict verdict = {0};
	struct grpc_health *health = grpc_health_ask(client, port, "", LONG_MS, on_verdict, &verdict);

	(void)state;
	grpc_health_cancel(health);
	grpc_health_cancel(NULL);
	close(listener);
	expect(port, "", LONG_MS, "its port is not open yet");
	assert_null(verdict.why);
}

static int
begin(void **state)
{
	(void)state;
	loop = loop_new(NULL);
	client = loop ? grpc_health_client(loop) : NULL;
	return client ? 0 : -1;
}

static int
clear(void **state)
{
	(void)state;
	http_client_free(client);
	loop_free(loop);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_serving_is_a_success),
		cmocka_unit_test(what_speaks_something_else_or_nothing_fails),
		cmocka_unit_test(one_that_is_cancelled_says_nothing),
	};

	return cmocka_run_group_tests_name("grpc-health", tests, begin, clear);
}
