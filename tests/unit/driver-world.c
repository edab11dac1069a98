/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The driver is the real one, and so are its processes; only what they run is helper-server,
 * which does what its variables say.  Tests run the loop until something holds, and fail when
 * it does not within their patience, instead of waiting for a fixed time.
 */
#include "config.h"

#include "driver-world.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"

#define TICK_MS 10

/* Making the world. */

void
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

void
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
look(void *data)
{
	struct world *world = data;

	if (world->awaited && world->awaited(world->awaited_data))
		loop_stop(world->loop);
}

void
open_driver(struct world *world)
{
	struct driver_process_options options = {
		.spaces_dir = world->spaces,
		.images_dir = world->images,
		.templates = world->named,
		.template_count = world->named ? 1 : 0,
		.templates_dir = world->templates,
		/* Nothing that is ready in the end fails for its time: machines are loaded. */
		.ready_timeout_ms = world->ready_timeout_ms ? world->ready_timeout_ms : READY_MS,
		.min_ready_ms = world->min_ready_ms,
		.confine = world->confine,
		.limits = world->limits,
	};
	struct error err;

	world->loop = loop_new(&err);
	assert_non_null(world->loop);
	assert_int_equal(loop_take_signals(world->loop, &err), 0);
	loop_on_turn(world->loop, look, world);
	world->driver = driver_process_new(world->loop, &options, &err);
	assert_non_null(world->driver);
}

void
close_driver(struct world *world)
{
	world->driver->ops->free(world->driver);
	loop_free(world->loop);
}

void
open_driver_again(struct world *world)
{
	loop_free(world->loop);
	open_driver(world);
}

bool
world_confines(const struct world *world)
{
	json_t *all = world->driver->ops->describe(world->driver);
	bool confines = json_is_true(json_object_get(json_object_get(all, "confinement"),
						     "private_files"));

	json_decref(all);
	return confines;
}

int
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
	/* valgrind does not know all of the calls that namespaces take. */
	world->confine = below_valgrind() ? DRIVER_CONFINE_NONE : DRIVER_CONFINE_NAMESPACES;
	open_driver(world);
	if (!world_confines(world)) {	/* as under valgrind: the rest does not depend on it */
		close_driver(world);
		world->confine = DRIVER_CONFINE_NONE;
		open_driver(world);
	}
	*state = world;
	return 0;
}

void
forget_result(struct world *world)
{
	free(world->code);
	free(world->object);
	free(world->summary);
	free(world->message);
	world->code = world->object = world->summary = world->message = NULL;
}

int
remove_world(void **state)
{
	struct world *world = *state;
	int ret;

	driver_task_forget(world->change);
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

bool
machine_confines(void)
{
	void *state;
	bool confines;

	make_world(&state);
	confines = world_confines(state);
	remove_world(&state);
	return confines;
}

/* Running the loop until something holds. */

static void
give_up(void *data)
{
	struct world *world = data;

	world->given_up = true;
	loop_stop(world->loop);
}

void
run(struct world *world)
{
	struct loop_timer *patience = loop_add_timer(world->loop, PATIENCE_MS, give_up, world);

	assert_int_equal(loop_run(world->loop, NULL), 0);
	assert_false(world->given_up);
	loop_remove_timer(patience);
}

void
stop_loop(void *data)
{
	loop_stop(((struct world *)data)->loop);
}

void
run_for(struct world *world, int ms)
{
	loop_add_timer(world->loop, ms, stop_loop, world);
	run(world);
}

/* What holds may not be seen by the loop alone, so it turns now and then all the same. */
static void
tick(void *data)
{
	struct world *world = data;

	world->tick = loop_add_timer(world->loop, TICK_MS, tick, world);
}

void
run_until(struct world *world, bool (*holds)(void *data), void *data)
{
	world->awaited = holds;
	world->awaited_data = data;
	tick(world);
	while (!holds(data))
		run(world);
	loop_remove_timer(world->tick);
	world->awaited = NULL;
}

static void
on_applied(void *data, const struct driver_result *result)
{
	struct world *world = data;

	forget_result(world);
	world->change = NULL;
	world->applied++;
	world->outcome = result->err ? OUTCOME_FAILED : OUTCOME_READY;
	world->why = result->err ? *result->err : (struct error){0};
	if (result->problems->count > 0) {
		const struct driver_error *first = &result->problems->items[0];

		world->code = xstrdup(first->code);
		world->object = xstrdup(first->object_id);
		world->summary = xstrdup(first->why.text);
		world->message = xstrdup(first->message);
	}
	loop_stop(world->loop);
}

static void
on_taken_over(void *data, const struct driver_progress *progress)
{
	struct world *world = data;

	world->taken_over += progress->done == progress->total;
}

struct driver_waiter
change_waiter(struct world *world)
{
	return (struct driver_waiter){
		.ended = on_applied, .progress = on_taken_over, .data = world};
}

static void
on_removed(void *data, const struct driver_result *result)
{
	struct world *world = data;

	world->removed++;
	world->why = result->err ? *result->err : (struct error){0};
	loop_stop(world->loop);
}

static void
on_gone(void *data, const struct driver_progress *progress)
{
	struct world *world = data;

	world->gone = progress->done;
	world->to_go = progress->total;
}

void
begin_removal(struct world *world, const char *space)
{
	struct driver_waiter waiter = {.ended = on_removed, .progress = on_gone, .data = world};
	const struct driver_home home = {.namespace = ""};

	assert_non_null(world->driver->ops->remove(world->driver, space, &home, &waiter));
}

void
begin_detaching(struct world *world)
{
	struct driver_waiter waiter = {.ended = on_removed, .data = world};

	assert_non_null(world->driver->ops->detach(world->driver, &waiter));
}

static void
on_ended(void *data, const struct driver_result *result)
{
	struct world *world = data;

	world->ended++;
	world->outputs = result->err ? NULL : json_incref(result->outputs);
	if (!result->err && !world->outputs)
		world->outputs = json_object();
	world->why = result->err ? *result->err : (struct error){0};
	loop_stop(world->loop);
}

struct driver_waiter
waiter_of(struct world *world)
{
	world->ended = 0;
	return (struct driver_waiter){.ended = on_ended, .data = world};
}

json_t *
wait_for(struct world *world, struct error *err)
{
	assert_int_equal(world->ended, 0);	/* never from inside the call that began it */
	while (world->ended == 0)
		run(world);
	assert_int_equal(world->ended, 1);
	if (!world->outputs)
		*err = world->why;
	return world->outputs;
}

/* One workload "web". */

#define MARK "${listen 0123456789abcdef}"

static struct driver_workload
make_web(const struct web *web)
{
	struct driver_workload workload = {
		.module = xstrdup(web->module ? web->module : "web"),
		.image = xstrdup(web->image),
		.replicas = web->replicas ? web->replicas : 1,
	};
	json_t *container = json_pack("{s:s, s:{s:s}, s:{s:{s:s, s:s}}}", "image", web->image,
				      "variables", "GREETING", "hello there", "files", "/etc/app/settings.conf", "mode",
				      "0600", "value", "colour = blue\n");

	assert_non_null(container);
	if (web->mode)
		json_object_set_new(json_object_get(container, "variables"), "MODE",
				    json_string(web->mode));
	if (web->public_port) {
		workload.endpoints = xcalloc(1, sizeof(*workload.endpoints));
		workload.endpoints[workload.endpoint_count++] = (struct driver_endpoint){
			.resource = xstrdup("dns"), .port = web->public_port, .mark = xstrdup(MARK),
		};
		json_object_set_new(json_object_get(container, "variables"), "PORT",
				    json_string(MARK));
		json_object_set_new(json_object_get(container, "variables"), "ADDRESS",
				    json_string("127.0.0.1:" MARK "/" MARK));
		json_object_set_new(container, "readiness_probe",
				    json_pack("{s:s, s:s, s:s}", "type", "http", "path", "/healthz",
					      "port", MARK));
	}
	if (web->ready_s)
		workload.deploy = json_pack("{s:i}", "timeout", web->ready_s);
	workload.spec = json_pack("{s:{s:o}}", "containers", "web", container);
	return workload;
}

void
begin_apply(struct world *world, const struct web *webs, size_t count)
{
	struct driver_waiter waiter = change_waiter(world);
	struct driver_deployment deployment = {
		.workloads = xcalloc(count + 1, sizeof(struct driver_workload)),
	};

	for (size_t i = 0; i < count; i++)
		deployment.workloads[deployment.count++] = make_web(&webs[i]);
	world->change = world->driver->ops->apply(world->driver, SPACE, &deployment, &waiter);
	assert_non_null(world->change);
	driver_deployment_clear(&deployment);
}

enum outcome
apply(struct world *world, const struct web *webs, size_t count)
{
	int before = world->applied;

	begin_apply(world, webs, count);
	while (world->applied == before)
		run(world);
	assert_int_equal(world->applied, before + 1);
	return world->outcome;
}

long
pid_of(struct world *world, const char *module, int *restarts, bool *ready)
{
	struct driver_status status;
	long pid = -1;

	world->driver->ops->observe(world->driver, SPACE, &status);
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

bool
web_is_down(void *data)
{
	bool ready = true;

	return pid_of(data, "web", NULL, &ready) == 0 && !ready;
}

bool
web_is_ready(void *data)
{
	bool ready = false;

	return pid_of(data, "web", NULL, &ready) > 0 && ready;
}

bool
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

json_t *
provision(struct world *world, const struct driver_resource *resource, struct error *err)
{
	struct driver_waiter waiter = waiter_of(world);

	assert_non_null(world->driver->ops->provision(world->driver, SPACE, resource, &waiter));
	return wait_for(world, err);
}

int
new_port(struct world *world, const char *res_id)
{
	struct driver_resource resource = {.name = res_id, .res_id = res_id, .type = "dns"};
	struct error err;
	json_t *outputs = provision(world, &resource, &err);
	int port;

	assert_non_null(outputs);
	port = (int)json_integer_value(json_object_get(outputs, "port"));
	json_decref(outputs);
	return port;
}

/* A client, in a thread of its own: the driver's loop has to run meanwhile. */

bool
exchange(struct request *request)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)request->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[4096];
	bool good;
	ssize_t n;

	snprintf(text, sizeof(text), "GET %s HTTP/1.0\r\n\r\n", request->path);
	good = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	       send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
	if (good && request->half_close)
		shutdown(fd, SHUT_WR);
	while (good && (n = patient_recv(fd, text, sizeof(text))) != 0)
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
char *
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

size_t
count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
		count++;
	return count;
}

static bool
is_image(const struct world *world, const struct stat *program)
{
	static const char *const images[] = {"1.0.0", "1.9.0", "1.10.0"};
	bool same = false;

	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
		char *path = xasprintf("%s/local/web/%s", world->images, images[i]);
		struct stat st;

		same = same || (stat(path, &st) == 0 && st.st_dev == program->st_dev &&
				st.st_ino == program->st_ino);
		free(path);
	}
	return same;
}

/* Those that live and execute one of our images, whatever number they know themselves by; by
 * the file, since from a chroot the paths of another namespace look different. */
int
count_processes(const struct world *world)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	assert_non_null(proc);
	while ((entry = readdir(proc))) {
		char link[300];
		struct stat st;

		snprintf(link, sizeof(link), "/proc/%s/exe", entry->d_name);
		count += stat(link, &st) == 0 && is_image(world, &st);
	}
	closedir(proc);
	return count;
}

