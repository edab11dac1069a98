/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process driver with real processes, and the loop below it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "platform/driver.h"
#include "platform/loop.h"

#define SPACE "acme/shop/production"
#define PATIENCE_MS 20000

struct world {
	char *folder, *spaces, *images, *templates, *space_dir;
	struct loop *loop;
	struct driver *driver;
	int ready_timeout_ms;
	bool given_up;
	/* The last driver_applied(). */
	int applied;
	enum driver_phase phase;
	char *code, *object, *summary, *message;
	int removed;
};

/* Making the world. */

static void
copy_program(const struct world *world, const char *to)
{
	const char *builddir = getenv("builddir");
	char *from = xasprintf("%s/tests/unit/helper-server", builddir ? builddir : ".");
	char *path = xasprintf("%s/%s", world->images, to);
	char *slash = strrchr(path, '/');
	char chunk[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	ssize_t n;

	assert_true(in >= 0);
	*slash = '\0';
	assert_int_equal(paths_make(path, NULL), 0);
	*slash = '/';
	out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	assert_true(out >= 0);
	while ((n = read(in, chunk, sizeof(chunk))) > 0)
		assert_int_equal(write(out, chunk, (size_t)n), n);
	close(in);
	close(out);
	free(from);
	free(path);
}

static void
write_file(const char *directory, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", directory, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

static void
open_driver(struct world *world)
{
	struct driver_process_options options = {
		.spaces_dir = world->spaces,
		.images_dir = world->images,
		.templates_dir = world->templates,
		.ready_timeout_ms = world->ready_timeout_ms,
	};
	struct error err;

	world->loop = loop_new(&err);
	assert_non_null(world->loop);
	world->driver = driver_process_new(world->loop, &options, &err);
	assert_non_null(world->driver);
}

static void
close_driver(struct world *world)
{
	world->driver->ops->free(world->driver);
	loop_free(world->loop);
}

static int
make_world(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));
	const char *tmp = getenv("TMPDIR");
	char *folder = xasprintf("%s/driver-XXXXXX", tmp ? tmp : "/tmp");

	if (!mkdtemp(folder))
		return -1;
	world->folder = realpath(folder, NULL);
	free(folder);
	world->spaces = xasprintf("%s/spaces", world->folder);
	world->images = xasprintf("%s/images", world->folder);
	world->templates = xasprintf("%s/templates", world->folder);
	world->space_dir = xasprintf("%s/%s", world->spaces, SPACE);
	copy_program(world, "local/web/1.0.0");
	copy_program(world, "local/web/1.10.0");
	copy_program(world, "local/web/1.9.0");
	assert_int_equal(mkdir(world->templates, 0700), 0);
	open_driver(world);
	*state = world;
	return 0;
}

static void
forget_result(struct world *world)
{
	free(world->code);
	free(world->object);
	free(world->summary);
	free(world->message);
	world->code = world->object = world->summary = world->message = NULL;
}

static int
remove_world(void **state)
{
	struct world *world = *state;
	int ret;

	close_driver(world);
	forget_result(world);
	ret = paths_remove_tree(world->folder, NULL);
	free(world->folder);
	free(world->spaces);
	free(world->images);
	free(world->templates);
	free(world->space_dir);
	free(world);
	return ret;
}

/* Running the loop until something holds. */

static void
give_up(void *data)
{
	struct world *world = data;

	world->given_up = true;
	loop_stop(world->loop);
}

static void
run(struct world *world)
{
	struct loop_timer *patience = loop_add_timer(world->loop, PATIENCE_MS, give_up, world);

	assert_int_equal(loop_run(world->loop, NULL), 0);
	assert_false(world->given_up);
	loop_remove_timer(patience);
}

static void
stop_loop(void *data)
{
	loop_stop(((struct world *)data)->loop);
}

static void
run_for(struct world *world, int ms)
{
	loop_add_timer(world->loop, ms, stop_loop, world);
	run(world);
}

static void
on_applied(void *data, enum driver_phase phase, const struct driver_errors *errors)
{
	struct world *world = data;

	forget_result(world);
	world->applied++;
	world->phase = phase;
	if (errors->count > 0) {
		world->code = xstrdup(errors->items[0].code);
		world->object = xstrdup(errors->items[0].object_id);
		world->summary = xstrdup(errors->items[0].summary);
		world->message = xstrdup(errors->items[0].message);
	}
	loop_stop(world->loop);
}

static void
on_removed(void *data)
{
	struct world *world = data;

	world->removed++;
	loop_stop(world->loop);
}

/* One workload "web". */

struct web {
	const char *module;
	const char *image;
	const char *mode;
	int public_port;	/* 0: none, and no probe */
};

static struct driver_workload
make_web(struct world *world, const struct web *web, int (*ports)[2], json_t **spec)
{
	struct driver_workload workload = {.module = web->module ? web->module : "web",
					   .image = web->image};
	struct error err;
	char port[16];

	*spec = json_pack("{s:{s:{s:s, s:[s], s:{s:s}, s:{s:{s:s, s:s}}}}}", "containers", "web",
			  "image", web->image, "command", "/bin/false", "variables", "GREETING",
			  "hello there", "files", "/etc/app/settings.conf", "mode", "0600", "value",
			  "colour = blue\n");
	assert_non_null(*spec);
	if (web->mode)
		json_object_set_new(json_object_get(json_object_get(json_object_get(
			*spec, "containers"), "web"), "variables"), "MODE", json_string(web->mode));
	if (web->public_port) {
		json_t *container = json_object_get(json_object_get(*spec, "containers"), "web");

		(*ports)[0] = web->public_port;
		(*ports)[1] = world->driver->ops->listen_port(world->driver, &err);
		assert_true((*ports)[1] > 0);
		snprintf(port, sizeof(port), "%d", (*ports)[1]);
		json_object_set_new(json_object_get(container, "variables"), "PORT", json_string(port));
		json_object_set_new(container, "readiness_probe",
				    json_pack("{s:s, s:s, s:s}", "type", "http", "path", "/healthz",
					      "port", port));
		workload.ports = (const int (*)[2])ports;
		workload.port_count = 1;
	}
	workload.spec = *spec;
	return workload;
}

static void
begin_apply(struct world *world, const struct web *webs, size_t count)
{
	struct driver_workload workloads[4];
	char fingerprints[4][200];
	int ports[4][2];
	json_t *specs[4];
	struct error err;

	assert_true(count <= 4);
	for (size_t i = 0; i < count; i++) {
		workloads[i] = make_web(world, &webs[i], &ports[i], &specs[i]);
		snprintf(fingerprints[i], sizeof(fingerprints[i]), "%s %s", webs[i].image,
			 webs[i].mode ? webs[i].mode : "");
		workloads[i].fingerprint = fingerprints[i];
	}
	assert_int_equal(world->driver->ops->apply(world->driver, SPACE, workloads, count, on_applied,
						   world, &err), 0);
	for (size_t i = 0; i < count; i++)
		json_decref(specs[i]);
}

static enum driver_phase
apply(struct world *world, const struct web *webs, size_t count)
{
	int before = world->applied;

	begin_apply(world, webs, count);
	while (world->applied == before)
		run(world);
	assert_int_equal(world->applied, before + 1);
	return world->phase;
}

static long
pid_of(struct world *world, const char *module, int *restarts, bool *ready)
{
	struct driver_status status;
	long pid = -1;

	world->driver->ops->status(world->driver, SPACE, &status);
	for (size_t i = 0; i < status.count; i++) {
		if (strcmp(status.items[i].module, module) != 0)
			continue;
		pid = status.items[i].pid;
		if (restarts)
			*restarts = status.items[i].restarts;
		if (ready)
			*ready = status.items[i].ready;
	}
	driver_status_clear(&status);
	return pid;
}

static bool
lives(long pid)
{
	char path[64], text[512] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	return text[0] && !strstr(text, ") Z ");
}

static int
new_port(struct world *world, const char *res_id)
{
	struct driver_resource resource = {.res_id = res_id, .type = "dns"};
	struct error err;
	json_t *outputs = world->driver->ops->provision(world->driver, SPACE, &resource, &err);
	int port;

	assert_non_null(outputs);
	port = (int)json_integer_value(json_object_get(outputs, "port"));
	json_decref(outputs);
	return port;
}

/* A client, in a thread of its own: the driver's loop has to run meanwhile. */

struct request {
	int port;
	const char *path;
	bool half_close;
	struct buf reply;
	bool failed;
	int event;
};

static bool
exchange(struct request *request)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)request->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct timeval limit = {.tv_sec = 10};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[4096];
	bool good;
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	snprintf(text, sizeof(text), "GET %s HTTP/1.0\r\n\r\n", request->path);
	good = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	       send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
	if (good && request->half_close)
		shutdown(fd, SHUT_WR);
	while (good && (n = recv(fd, text, sizeof(text), 0)) != 0)
		good = n > 0 && buf_append(&request->reply, text, (size_t)n);
	close(fd);
	return good && strncmp(buf_str(&request->reply), "HTTP/1.0 200", 12) == 0;
}

static void *
fetch_in_thread(void *data)
{
	struct request *request = data;
	uint64_t one = 1;

	request->failed = !exchange(request);
	if (write(request->event, &one, sizeof(one)) < 0)
		abort();
	return NULL;
}

static void
fetched(void *data, uint32_t events)
{
	(void)events;
	stop_loop(data);
}

/* NULL when it failed; free() it. */
static char *
fetch(struct world *world, int port, const char *path, bool half_close)
{
	struct request request = {.port = port, .path = path, .half_close = half_close};
	struct loop_fd *watch;
	pthread_t thread;

	buf_init(&request.reply, 4 * 1024 * 1024);
	request.event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	watch = loop_add_fd(world->loop, request.event, EPOLLIN, fetched, world);
	assert_int_equal(pthread_create(&thread, NULL, fetch_in_thread, &request), 0);
	run(world);
	pthread_join(thread, NULL);
	loop_remove_fd(watch);
	close(request.event);
	if (request.failed) {
		buf_clear(&request.reply);
		return NULL;
	}
	return buf_take(&request.reply);
}

static size_t
count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
		count++;
	return count;
}

static bool
below_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

/* The tests. */

static void
a_workload_gets_what_is_declared_and_nothing_else(void **state)
{
	struct world *world = *state;
	int port = new_port(world, "modules.web.externals.dns");
	struct web web = {.image = "local/web:1.0.0", .public_port = port};
	int leak = open("/dev/null", O_RDONLY);	/* without O_CLOEXEC */
	char *reply, *cwd;
	bool ready = false;
	long pid;

	assert_int_equal(setenv("SECRET_OF_THE_DAEMON", "x", 1), 0);
	assert_int_equal(apply(world, &web, 1), DRIVER_READY);
	pid = pid_of(world, "web", NULL, &ready);
	assert_true(ready);
	assert_true(pid > 0 && lives(pid));
	reply = fetch(world, port, "/about", false);
	assert_non_null(reply);
	assert_non_null(strstr(reply, "\nfds 0 1 2\n"));
	assert_int_equal(count_of(reply, "\nenv "), 2);
	assert_non_null(strstr(reply, "\nenv GREETING=hello there\n"));
	assert_non_null(strstr(reply, "\nenv PORT="));
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

static void
the_same_again_changes_nothing(void **state)
{
	struct world *world = *state;
	struct web webs[] = {
		{.image = "local/web:1.0.0", .public_port = new_port(world, "modules.web.externals.dns")},
		{.module = "worker", .image = "local/web:1.0.0"},
	};
	long web, worker;

	assert_int_equal(apply(world, webs, 2), DRIVER_READY);
	web = pid_of(world, "web", NULL, NULL);
	worker = pid_of(world, "worker", NULL, NULL);
	assert_int_equal(apply(world, webs, 2), DRIVER_READY);
	assert_int_equal(pid_of(world, "web", NULL, NULL), web);
	assert_int_equal(pid_of(world, "worker", NULL, NULL), worker);
	/* One is changed, the other is not touched; then the worker is not declared any more. */
	webs[0].image = "local/web:1.9.0";
	assert_int_equal(apply(world, webs, 2), DRIVER_READY);
	assert_int_not_equal(pid_of(world, "web", NULL, NULL), web);
	assert_int_equal(pid_of(world, "worker", NULL, NULL), worker);
	assert_false(lives(web));
	assert_int_equal(apply(world, webs, 1), DRIVER_READY);
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
		{ {.image = "local/web:1.9.0", .mode = "deaf"}, "not-ready", "was not ready after", "" },
		{ {.image = "local/web:7.0.0"}, "image-not-found", "local/web:7.0.0", "" },
	};
	struct world *world = *state;
	int port = new_port(world, "modules.web.externals.dns");
	struct web old[] = {
		{.image = "local/web:1.0.0", .public_port = port},
		{.module = "worker", .image = "local/web:1.0.0"},
	};
	long web, worker;

	world->ready_timeout_ms = 1500;
	close_driver(world);
	open_driver(world);
	assert_int_equal(apply(world, old, 2), DRIVER_READY);
	web = pid_of(world, "web", NULL, NULL);
	worker = pid_of(world, "worker", NULL, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct web next[] = {cases[i].web, {.module = "worker", .image = "local/web:1.10.0"}};
		char *reply;

		next[0].public_port = port;
		assert_int_equal(apply(world, next, 2), DRIVER_FAILED);
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

struct hammer {
	int port;
	atomic_bool stop;
	int good, bad, old, new;
};

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
	int new = 0;

	assert_int_equal(apply(world, &web, 1), DRIVER_READY);
	for (int i = 0; i < 3; i++) {
		hammers[i].port = web.public_port;
		assert_int_equal(pthread_create(&threads[i], NULL, hammer, &hammers[i]), 0);
	}
	run_for(world, 200);
	web.image = "local/web:1.9.0";
	assert_int_equal(apply(world, &web, 1), DRIVER_READY);
	run_for(world, 200);
	for (int i = 0; i < 3; i++)
		hammers[i].stop = true;
	run_for(world, 300);	/* what is under way needs the loop */
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(hammers[i].bad, 0);
		assert_true(hammers[i].old > 0);
		new += hammers[i].new;
	}
	assert_true(new > 0);
}

static void
what_is_killed_starts_again(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0",
			  .public_port = new_port(world, "modules.web.externals.dns")};
	int64_t limit = clock_steady_ms() + PATIENCE_MS;
	int restarts = 0;
	bool ready = false;
	char *reply;
	long pid;

	assert_int_equal(apply(world, &web, 1), DRIVER_READY);
	pid = pid_of(world, "web", NULL, NULL);
	for (int i = 1; i <= 2; i++) {
		pid = pid_of(world, "web", NULL, NULL);
		assert_int_equal(kill((pid_t)pid, SIGKILL), 0);
		do {
			run_for(world, 50);
			assert_true(clock_steady_ms() < limit);
		} while (pid_of(world, "web", &restarts, &ready) == pid || !ready);
		assert_int_equal(restarts, i);
	}
	reply = fetch(world, web.public_port, "/", false);
	assert_non_null(reply);
	free(reply);
	/* A deployment that does not change it waits until it is back. */
	assert_int_equal(kill((pid_t)pid_of(world, "web", NULL, NULL), SIGKILL), 0);
	run_for(world, 100);
	assert_int_equal(pid_of(world, "web", NULL, &ready), 0);
	assert_false(ready);
	assert_int_equal(apply(world, &web, 1), DRIVER_READY);
	assert_true(pid_of(world, "web", NULL, &ready) > 0);
	assert_true(ready);
}

/* Those that live and execute one of our images, whatever number they know themselves by. */
static int
count_processes(const struct world *world)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	assert_non_null(proc);
	while ((entry = readdir(proc))) {
		char link[300], path[4096];
		ssize_t n;

		snprintf(link, sizeof(link), "/proc/%s/exe", entry->d_name);
		n = readlink(link, path, sizeof(path) - 1);
		path[n > 0 ? n : 0] = '\0';
		count += strncmp(path, world->images, strlen(world->images)) == 0;
	}
	closedir(proc);
	return count;
}

static void
removing_leaves_nothing(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0", .mode = "family",
			  .public_port = new_port(world, "modules.web.externals.dns")};
	struct error err;
	char *reply;
	long pid;

	assert_int_equal(apply(world, &web, 1), DRIVER_READY);
	pid = pid_of(world, "web", NULL, NULL);
	assert_int_equal(count_processes(world), 2);
	assert_int_equal(world->driver->ops->remove(world->driver, SPACE, on_removed, world, &err), 0);
	run(world);
	assert_int_equal(world->removed, 1);
	assert_false(lives(pid));
	assert_int_equal(count_processes(world), 0);
	assert_int_not_equal(access(world->space_dir, F_OK), 0);
	reply = fetch(world, web.public_port, "/", false);
	assert_null(reply);
	/* What is not there can be removed. */
	assert_int_equal(world->driver->ops->remove(world->driver, SPACE, on_removed, world, &err), 0);
	run(world);
	assert_int_equal(world->removed, 2);
	assert_int_equal(world->driver->ops->remove(world->driver, "acme/../x", on_removed, world, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_INPUT);
}

static void
removing_ends_a_change_that_runs(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0", .mode = "deaf",
			  .public_port = new_port(world, "modules.web.externals.dns")};
	struct error err;

	begin_apply(world, &web, 1);
	run_for(world, 100);
	assert_true(pid_of(world, "web", NULL, NULL) > 0);
	assert_int_equal(world->driver->ops->apply(world->driver, SPACE, NULL, 0, on_applied, world,
						   &err), -1);
	assert_int_equal(err.kind, ERROR_CONFLICT);
	assert_int_equal(world->driver->ops->remove(world->driver, SPACE, on_removed, world, &err), 0);
	while (!world->removed)
		run(world);
	assert_int_equal(world->applied, 1);
	assert_int_equal(world->phase, DRIVER_FAILED);
}

static void
all_can_be_stopped(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0", .mode = "family"};
	long pid;

	assert_int_equal(apply(world, &web, 1), DRIVER_READY);
	pid = pid_of(world, "web", NULL, NULL);
	world->driver->ops->stop_all(world->driver, on_removed, world);
	run(world);
	assert_int_equal(world->removed, 1);
	assert_false(lives(pid));
	assert_int_equal(count_processes(world), 0);
	assert_int_equal(access(world->space_dir, F_OK), 0);
}

static void
logs_are_kept_with_a_limit(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0", .mode = "chatty",
			  .public_port = new_port(world, "modules.web.externals.dns")};
	static const char *const names[] = { "output.log", "output.log.1" };
	struct driver_log_query query = {.module = "web", .limit = 3};
	int64_t before = clock_wall_ms();
	struct driver_logs logs;

	assert_int_equal(apply(world, &web, 1), DRIVER_READY);
	run_for(world, 100);
	world->driver->ops->logs(world->driver, SPACE, &query, &logs);
	assert_int_equal(logs.count, 3);
	assert_int_equal(strncmp(logs.items[0].text, "019997 ", 7), 0);
	assert_int_equal(strncmp(logs.items[2].text, "019999 ", 7), 0);
	assert_string_equal(logs.items[2].module, "web");
	assert_string_equal(logs.items[2].container, "web");
	assert_true(logs.items[0].at >= before && logs.items[2].at <= clock_wall_ms());
	driver_logs_clear(&logs);
	for (size_t i = 0; i < 2; i++) {
		char *path = xasprintf("%s/modules/web/%s", world->space_dir, names[i]);
		struct stat st;

		assert_int_equal(stat(path, &st), 0);
		assert_true(st.st_size > 0 && st.st_size <= 256 * 1024);
		free(path);
	}
	query.module = "../../../x";
	world->driver->ops->logs(world->driver, SPACE, &query, &logs);
	assert_int_equal(logs.count, 0);
	driver_logs_clear(&logs);
}

static void
only_what_lies_in_the_images_is_run(void **state)
{
	static const char *const bad[] = {
		"/bin/sh:1", "../../../../bin:sh", "local/web:../../../outside", "local/web", "local/web:",
		"local/link:1.0.0", "local/web:1.0.0@sha256:00", "local:web", "",
	};
	struct world *world = *state;
	char *link = xasprintf("%s/local/link/1.0.0", world->images);
	struct error err;
	json_t *images;

	copy_program(world, "../outside");
	copy_program(world, "local/link/2.0.0");
	assert_int_equal(symlink("/bin/sh", link), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct web web = {.image = bad[i]};

		assert_false(world->driver->ops->image_exists(world->driver, bad[i], &err));
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_int_equal(apply(world, &web, 1), DRIVER_FAILED);
		assert_string_equal(world->code, "image-not-found");
	}
	images = world->driver->ops->images(world->driver);
	assert_int_equal(json_array_size(images), 4);
	assert_string_equal(json_string_value(json_object_get(json_array_get(images, 0), "name")),
			    "local/link");
	assert_string_equal(json_string_value(json_object_get(json_array_get(images, 3), "version")),
			    "1.10.0");
	json_decref(images);
	free(link);
}

static void
a_bad_spec_is_refused(void **state)
{
	static const char *const specs[] = {
		"{}",
		"{\"containers\": {}}",
		"{\"containers\": {\"a\": {}, \"b\": {}}}",
		"{\"containers\": {\"a\": {\"variables\": {\"A=B\": \"x\"}}}}",
		"{\"containers\": {\"a\": {\"variables\": {\"A\": [1]}}}}",
		"{\"containers\": {\"a\": {\"args\": \"x\"}}}",
		"{\"containers\": {\"a\": {\"files\": {\"/a/../../x\": {\"value\": \"x\"}}}}}",
		"{\"containers\": {\"a\": {\"files\": {\"etc/x\": {\"value\": \"x\"}}}}}",
		"{\"containers\": {\"a\": {\"files\": {\"/etc/x\": {\"mode\": \"4755\", \"value\": \"x\"}}}}}",
		"{\"containers\": {\"a\": {\"readiness_probe\": {\"type\": \"command\"}}}}",
		"{\"containers\": {\"a\": {\"readiness_probe\": {\"type\": \"http\", \"path\": \"/ x\", \"port\": 1}}}}",
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		struct driver_workload workload = {.module = "web", .image = "local/web:1.0.0",
						   .fingerprint = "1"};
		json_t *spec = json_loads(specs[i], 0, NULL);
		int before = world->applied;
		struct error err;

		workload.spec = spec;
		assert_int_equal(world->driver->ops->apply(world->driver, SPACE, &workload, 1,
							   on_applied, world, &err), 0);
		json_decref(spec);
		while (world->applied == before)
			run(world);
		assert_int_equal(world->phase, DRIVER_FAILED);
		assert_string_equal(world->code, "cannot-start");
		assert_string_equal(world->object, "web");
	}
}

static void
much_goes_through_a_forward(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0",
			  .public_port = new_port(world, "modules.web.externals.dns")};

	assert_int_equal(apply(world, &web, 1), DRIVER_READY);
	for (int half_close = 0; half_close < 2; half_close++) {
		char *reply = fetch(world, web.public_port, "/large", half_close);

		assert_non_null(reply);
		assert_non_null(strstr(reply, "00016383\n"));
		assert_true(strlen(reply) > 1024 * 1024);
		free(reply);
	}
}

static int
count_rows(const char *path)
{
	sqlite3_stmt *statement;
	sqlite3 *database;
	int count = -1;

	assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, "INSERT INTO t VALUES ('more')", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(database, "SELECT count(*) FROM t", -1, &statement, NULL),
			 SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW)
		count = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(database);
	return count;
}

static void
a_database_is_made_once(void **state)
{
	static const char *const bad[] = { "none.sql", "../secret.sql", "/etc/passwd", "broken.sql",
					   "attach.sql" };
	struct world *world = *state;
	struct driver_ops const *ops = world->driver->ops;
	struct driver_resource resource = {.res_id = "shared.db", .type = "sqlite"};
	json_t *inputs = json_pack("{s:s}", "template", "t.sql");
	struct error err;
	char *path = NULL;

	write_file(world->templates, "t.sql", "CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('a');");
	write_file(world->templates, "broken.sql", "CREATE TABLE t (x TEXT); NO SUCH STATEMENT;");
	write_file(world->templates, "attach.sql", "ATTACH '/etc/x.db' AS x;");
	write_file(world->folder, "secret.sql", "CREATE TABLE t (x TEXT);");
	resource.inputs = inputs;
	for (int i = 0; i < 3; i++) {
		json_t *outputs = ops->provision(world->driver, SPACE, &resource, &err);

		assert_non_null(outputs);
		free(path);
		path = xstrdup(json_string_value(json_object_get(outputs, "path")));
		assert_int_equal(count_rows(path), 2 + i);
		json_decref(outputs);
	}
	assert_int_equal(ops->deprovision(world->driver, SPACE, "sqlite", "shared.db", NULL, &err), 0);
	assert_int_not_equal(access(path, F_OK), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_object_set_new(inputs, "template", json_string(bad[i]));
		assert_null(ops->provision(world->driver, SPACE, &resource, &err));
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_int_not_equal(access(path, F_OK), 0);
	}
	resource.res_id = "../x";
	assert_null(ops->provision(world->driver, SPACE, &resource, &err));
	resource = (struct driver_resource){.res_id = "shared.x", .type = "postgres"};
	assert_null(ops->provision(world->driver, SPACE, &resource, &err));
	json_decref(inputs);
	free(path);
}

static void
a_port_stays_the_same(void **state)
{
	struct world *world = *state;
	struct driver_ops const *ops = world->driver->ops;
	struct driver_resource resource = {.res_id = "modules.web.externals.dns", .type = "dns"};
	struct error err;
	json_t *first = ops->provision(world->driver, SPACE, &resource, &err);
	json_t *second = ops->provision(world->driver, SPACE, &resource, &err);

	assert_non_null(first);
	assert_string_equal(json_string_value(json_object_get(first, "host")),
			    "web.production.shop.localhost");
	assert_true(json_equal(first, second));
	json_decref(second);
	resource.previous_outputs = "{\"host\": \"web.production.shop.localhost\", \"port\": 23456}";
	second = ops->provision(world->driver, SPACE, &resource, &err);
	assert_int_equal(json_integer_value(json_object_get(second, "port")), 23456);
	json_decref(first);
	json_decref(second);
	assert_int_not_equal(new_port(world, "shared.other"), 23456);
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

	assert_int_equal(apply(world, &web, 1), DRIVER_READY);
	loop_on_turn(world->loop, count_turn, &turns);
	run_for(world, 500);
	assert_true(turns.turns <= 10);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, remove_world)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_loop_does_not_spin),
		WITH_WORLD(waiting_costs_nothing),
		WITH_WORLD(a_workload_gets_what_is_declared_and_nothing_else),
		WITH_WORLD(the_same_again_changes_nothing),
		WITH_WORLD(a_failure_leaves_the_old_alone),
		WITH_WORLD(a_switch_refuses_nobody),
		WITH_WORLD(what_is_killed_starts_again),
		WITH_WORLD(removing_leaves_nothing),
		WITH_WORLD(removing_ends_a_change_that_runs),
		WITH_WORLD(all_can_be_stopped),
		WITH_WORLD(logs_are_kept_with_a_limit),
		WITH_WORLD(only_what_lies_in_the_images_is_run),
		WITH_WORLD(a_bad_spec_is_refused),
		WITH_WORLD(much_goes_through_a_forward),
		WITH_WORLD(a_database_is_made_once),
		WITH_WORLD(a_port_stays_the_same),
		WITH_WORLD(what_a_killed_platform_left_is_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
