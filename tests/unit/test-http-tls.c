/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Who is trusted, who we are, and by which way: the HTTP client against a real server of TLS
 * (openssl s_server) that asks for a certificate, and against what plays a proxy.
 */
#include "config.h"

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "below-valgrind.h"
#include "net/http-client.h"
#include "net/loop.h"
#include "scripted-server.h"
#include "tests/patience.h"

extern char **environ;

static char folder[] = "/tmp/http-tls-XXXXXX";

static char *
file_of(const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

/* The text of a file, or what follows "!"; NULL for NULL.  free() it. */
static char *
text_of(const char *name)
{
	char *path, *text = NULL;
	size_t size = 0;
	FILE *file;

	if (!name || *name == '!')
		return name ? xstrdup(name + 1) : NULL;
	path = file_of(name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	free(path);
	return text;
}

/* --- the server --- */

struct tls_server {
	pid_t pid;
	int output;
	int port;
};

/* "-" in front of the name: it asks for no certificate. */
static void
start_server(struct tls_server *server, const char *name)
{
	const char *bare = name + (*name == '-');
	char *certificate = xasprintf("%s/%s.pem", folder, bare);
	char *key = xasprintf("%s/%s.key", folder, bare), *ca = file_of("ca.pem");
	char *const words[] = {
		(char *)"openssl", (char *)"s_server", (char *)"-accept", (char *)"127.0.0.1:0",
		(char *)"-www", (char *)"-cert", certificate, (char *)"-key", key, (char *)"-CAfile",
		ca, *name == '-' ? NULL : (char *)"-Verify", (char *)"1",
		(char *)"-verify_return_error", NULL};
	posix_spawn_file_actions_t actions;
	const char *found = NULL;
	char text[4096] = "";
	size_t length = 0;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
	assert_int_equal(posix_spawnp(&server->pid, "openssl", &actions, NULL, words, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	server->output = ends[0];
	while (!found || !strchr(found, '\n')) {
		ssize_t n = read(ends[0], text + length, sizeof(text) - 1 - length);

		assert_true(n > 0);
		length += (size_t)n;
		text[length] = '\0';
		found = strstr(text, "ACCEPT 127.0.0.1:");
	}
	server->port = atoi(found + strlen("ACCEPT 127.0.0.1:"));
	free(certificate);
	free(key);
	free(ca);
}

static void
stop_server(const struct tls_server *server)
{
	kill(server->pid, SIGKILL);
	assert_int_equal(waitpid(server->pid, NULL, 0), server->pid);
	close(server->output);
}

/* --- the client --- */

struct got {
	int done;
	enum http_failure failure;
	bool sent;
	long status;
	char body[65536], detail[256];
};

static void
on_done(void *data, const struct http_reply *reply)
{
	struct got *got = data;

	got->done++;
	got->failure = reply->failure;
	got->sent = reply->sent;
	got->status = reply->status;
	snprintf(got->body, sizeof(got->body), "%s", reply->bytes);
	snprintf(got->detail, sizeof(got->detail), "%s", reply->detail);
}

static void
ask(const char *url, const struct http_client_options *more, struct got *got)
{
	struct http_client_options options = *more;
	struct loop *loop = loop_new(NULL);
	struct http_client *client;
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	*got = (struct got){0};
	options.user_agent = "test/1";
	client = http_client_new(loop, &options);
	(void)http_send(client, &(struct http_request_options){.url = url, .done = on_done,
							       .data = got});
	while (!got->done && clock_steady_ms() < end)
		assert_int_equal(loop_turn(loop, 1000, NULL), 0);
	assert_int_equal(got->done, 1);
	http_client_free(client);
	loop_free(loop);
}

static const struct {
	const char *what;
	const char *server;
	const char *ca, *certificate, *key;	/* files; what begins with "!" is the text itself */
	const char *server_name;
	enum http_failure failure;
	const char *says;		/* in the body, or in the detail of a failure; NULL: any */
} cases[] = {
	{"a certificate of ours", "local", "ca.pem", "client.pem", "client.key", NULL,
	 HTTP_ANSWERED, "CN=oncall"},
	{"no certificate, and none is asked for", "-local", "ca.pem", NULL, NULL, NULL,
	 HTTP_ANSWERED, "no client certificate available"},
	{"no certificate", "local", "ca.pem", NULL, NULL, NULL, HTTP_BROKEN, "certificate required"},
	{"one of another authority", "local", "ca.pem", "stranger.pem", "stranger.key", NULL,
	 HTTP_BROKEN, "unknown ca"},
	{"another authority", "-local", "other-ca.pem", NULL, NULL, NULL, HTTP_NOT_TRUSTED, NULL},
	{"the system's authorities", "-local", NULL, NULL, NULL, NULL, HTTP_NOT_TRUSTED, NULL},
	{"another name", "-named", "ca.pem", NULL, NULL, NULL, HTTP_NOT_TRUSTED, NULL},
	{"another name that is expected", "-named", "ca.pem", NULL, NULL, "api.test", HTTP_ANSWERED,
	 NULL},
	{"another name, and a certificate", "named", "ca.pem", "client.pem", "client.key", "api.test",
	 HTTP_ANSWERED, "CN=oncall"},
	{"a name that is not its own", "-named", "ca.pem", NULL, NULL, "other.test",
	 HTTP_NOT_TRUSTED, NULL},
	{"the name is one, and not an address", "-local", "ca.pem", NULL, NULL, "::1",
	 HTTP_NOT_TRUSTED, NULL},
	{"another authority with the name that is expected", "-named", "other-ca.pem", NULL, NULL,
	 "api.test", HTTP_NOT_TRUSTED, NULL},
	{"no PEM for an authority", "-local", "!nonsense", NULL, NULL, NULL, HTTP_NO_CA_FILE, NULL},
	{"no PEM for a certificate", "local", "ca.pem", "!nonsense", "client.key", NULL,
	 HTTP_NO_CERTIFICATE, NULL},
	{"no PEM for a key", "local", "ca.pem", "client.pem", "!nonsense", NULL, HTTP_NO_CERTIFICATE,
	 NULL},
	{"the key of another", "local", "ca.pem", "client.pem", "stranger.key", NULL,
	 HTTP_NO_CERTIFICATE, NULL},
	{"a key that asks for a password", "local", "ca.pem", "client.pem", "locked.key", NULL,
	 HTTP_NO_CERTIFICATE, NULL},
};

static void
run_case(size_t i)
{
	char *ca = text_of(cases[i].ca), *certificate = text_of(cases[i].certificate);
	char *key = text_of(cases[i].key), *url;
	const char *said;
	static struct got got;
	struct tls_server server;

	start_server(&server, cases[i].server);
	url = xasprintf("https://127.0.0.1:%d/", server.port);
	ask(url, &(struct http_client_options){.ca = ca, .certificate = certificate, .key = key,
					       .server_name = cases[i].server_name}, &got);
	stop_server(&server);
	if (got.failure != cases[i].failure)
		print_error("%s: %d, %s\n", cases[i].what, got.failure, got.detail);
	assert_int_equal(got.failure, cases[i].failure);
	assert_int_equal(got.status, got.failure == HTTP_ANSWERED ? 200 : 0);
	said = got.failure == HTTP_ANSWERED ? got.body : got.detail;
	if (cases[i].says && !strstr(said, cases[i].says))
		fail_msg("%s: no \"%s\" in \"%s\"", cases[i].what, cases[i].says, said);
	free(ca);
	free(certificate);
	free(key);
	free(url);
}

static void
who_is_trusted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(i);
}

/* A certificate of the system's is no reason to trust it where an authority is named. */
static void
the_environments_authority_is_not_added(void **state)
{
	char *ca = file_of("ca.pem"), *other = text_of("other-ca.pem"), *url;
	static struct got got;
	struct tls_server server;

	(void)state;
	start_server(&server, "-local");
	url = xasprintf("https://127.0.0.1:%d/", server.port);
	setenv("CURL_CA_BUNDLE", ca, 1);
	ask(url, &(struct http_client_options){0}, &got);
	assert_int_equal(got.failure, HTTP_ANSWERED);
	ask(url, &(struct http_client_options){.ca = other}, &got);
	assert_int_equal(got.failure, HTTP_NOT_TRUSTED);
	unsetenv("CURL_CA_BUNDLE");
	stop_server(&server);
	free(ca);
	free(other);
	free(url);
}

/* Where ca.pem is what the whole machine trusts: a mount that nobody else sees.  Its exit status is
 * how the request with another authority failed, plus 1; 0: there can be no such place. */
static void
ask_where_the_machine_trusts_it(const char *url, const char *other)
{
	char *command = xasprintf("mkdir '%s/hashed' && cp '%s/ca.pem' '%s/hashed/ca-certificates.crt'"
				  " && openssl rehash '%s/hashed'", folder, folder, folder, folder);
	char *hashed = file_of("hashed");
	static struct got got;

	if (system(command) != 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
	    mount(hashed, "/etc/ssl/certs", NULL, MS_BIND, NULL) != 0)
		_exit(0);
	free(command);
	free(hashed);
	unsetenv("CURL_CA_BUNDLE");
	unsetenv("SSL_CERT_FILE");
	unsetenv("SSL_CERT_DIR");
	ask(url, &(struct http_client_options){0}, &got);
	if (got.failure != HTTP_ANSWERED)
		_exit(0);		/* libcurl looks elsewhere */
	ask(url, &(struct http_client_options){.ca = other}, &got);
	_exit(1 + (int)got.failure);
}

static void
the_machines_authorities_are_not_added(void **state)
{
	struct tls_server server;
	char *other, *url;
	pid_t pid;
	int status;

	(void)state;
	if (below_valgrind())
		return;			/* it gives the child another exit status */
	other = text_of("other-ca.pem");
	start_server(&server, "-local");
	url = xasprintf("https://127.0.0.1:%d/", server.port);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		ask_where_the_machine_trusts_it(url, other);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	stop_server(&server);
	free(other);
	free(url);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 0)
		print_message("# there can be no such place here\n");
	else
		assert_int_equal(WEXITSTATUS(status), 1 + (int)HTTP_NOT_TRUSTED);
}

/* --- proxies --- */

/* The first line that the proxy got; "": nothing. */
static void
ask_by_proxy(const char *url, const char *server_name, bool by_environment, bool named,
	     char line[256])
{
	static const struct exchange exchanges[] = {
		{"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", CLOSE}, {0}};
	static struct got got;
	struct server proxy;

	server_start(&proxy, exchanges, NULL);
	if (by_environment)
		setenv("https_proxy", proxy.url, 1);
	ask(url, &(struct http_client_options){.server_name = server_name,
					       .proxy = named ? proxy.url : by_environment ? "" : NULL},
	    &got);
	unsetenv("https_proxy");
	assert_int_not_equal(got.failure, HTTP_ANSWERED);
	server_stop(&proxy);
	snprintf(line, 256, "%.*s", (int)strcspn(proxy.requests[0], "\r\n"), proxy.requests[0]);
}

static void
a_proxy_that_is_named_is_used(void **state)
{
	char line[256];

	(void)state;
	ask_by_proxy("https://api.invalid:6443/", NULL, false, true, line);
	assert_string_equal(line, "CONNECT api.invalid:6443 HTTP/1.1");
	/* also for what is here, and for what the environment excepts */
	ask_by_proxy("https://127.0.0.1:9/", NULL, false, true, line);
	assert_string_equal(line, "CONNECT 127.0.0.1:9 HTTP/1.1");
	setenv("no_proxy", "*", 1);
	ask_by_proxy("https://api.invalid:6443/", NULL, false, true, line);
	unsetenv("no_proxy");
	assert_string_equal(line, "CONNECT api.invalid:6443 HTTP/1.1");
	/* the name in the certificate is none to connect to */
	ask_by_proxy("https://api.invalid:6443/", "api.test", false, true, line);
	assert_string_equal(line, "CONNECT api.invalid:6443 HTTP/1.1");
	ask_by_proxy("https://api.invalid/", "api.test", false, true, line);
	assert_string_equal(line, "CONNECT api.invalid:443 HTTP/1.1");
	ask_by_proxy("https://[2001:db8::1]:6443/", "api.test", false, true, line);
	assert_string_equal(line, "CONNECT [2001:db8::1]:6443 HTTP/1.1");
}

static void
a_proxy_of_the_environment_is_not_asked_where_none_is_to_be(void **state)
{
	char line[256];

	(void)state;
	ask_by_proxy("https://api.invalid:6443/", NULL, true, false, line);
	assert_string_equal(line, "");
}

static int
make_certificates(void **state)
{
	const char *top = getenv("srcdir");
	char *command;
	int status;

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	command = xasprintf("exec sh '%s/tests/unit/certificates.sh' '%s'", top ? top : ".", folder);
	status = system(command);
	free(command);
	return status == 0 ? 0 : -1;
}

static int
remove_certificates(void **state)
{
	(void)state;
	return paths_remove_tree(folder, NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_trusted),
		cmocka_unit_test(the_environments_authority_is_not_added),
		cmocka_unit_test(the_machines_authorities_are_not_added),
		cmocka_unit_test(a_proxy_that_is_named_is_used),
		cmocka_unit_test(a_proxy_of_the_environment_is_not_asked_where_none_is_to_be),
	};

	if (system("command -v openssl >/dev/null 2>&1") != 0) {
		puts("1..0 # SKIP openssl is not installed");
		return 0;
	}
	return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
