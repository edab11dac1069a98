/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "kube-double.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "platform/drivers/kubernetes/kubernetes.h"
#include "tests/patience.h"

/* --- the double --- */

static bool
has_program(const char *name)
{
	char *command = xasprintf("command -v %s >/dev/null 2>&1", name);
	bool has = system(command) == 0;

	free(command);
	return has;
}

static pid_t
start_double(const char *folder)
{
	const char *source = getenv("srcdir");
	char *program = xasprintf("%s/tests/kube/double", source ? source : ".");
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execlp("python3", "python3", "-S", program, folder, "--token", "eve=eve-token",
		       "--gateway", (char *)NULL);
		_exit(127);
	}
	free(program);
	return pid;
}

static struct kube_access *
access_of(const struct kube_double *d)
{
	char *path = xasprintf("%s/kubeconfig", d->folder);
	struct error err = {0};
	struct kube_access *access = kube_access_new(
		d->loop, &(struct kube_access_options){.kubeconfig = path}, &err);

	if (!access)
		fail_msg("%s", err.text);
	free(path);
	return access;
}

void
kube_double_start_driver(struct kube_double *d)
{
	struct error err = {0};

	d->driver = kube_driver_new(d->loop,
				    &(struct kube_driver_options){
					    .cluster = "prod",
					    .access = access_of(d),
					    .platform = d->platform ? d->platform : PLATFORM,
					    .name_key = (const uint8_t *)NAME_KEY,
					    .ready_timeout_ms = d->ready_timeout_ms,
				    },
				    &err);
	assert_non_null(d->driver);
}

/* It is in place when it is whole. */
static void
wait_for_kubeconfig(const struct kube_double *d)
{
	char *path = xasprintf("%s/kubeconfig", d->folder);
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	while (access(path, R_OK) != 0) {
		assert_true(clock_steady_ms() < end);
		assert_int_equal(waitpid(d->pid, NULL, WNOHANG), 0);
		usleep(10000);
	}
	free(path);
}

/* NULL: all of them are there. */
static const char *
missing_program(void)
{
	static const char *const needed[] = {"python3", "openssl"};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!has_program(needed[i]))
			return needed[i];
	return NULL;
}

bool
kube_double_has_programs(void)
{
	return !missing_program();
}

bool
kube_double_is_possible(void)
{
	const char *missing = missing_program();

	if (missing)
		printf("1..0 # SKIP %s is not installed\n", missing);
	return !missing;
}

int
kube_double_start(void **state)
{
	char folder[] = "/tmp/sidestage-kube-XXXXXX";
	struct kube_double *d = xcalloc(1, sizeof(*d));

	*state = d;
	assert_non_null(mkdtemp(folder));
	d->folder = xasprintf("%s/double", folder);
	d->pid = start_double(d->folder);
	wait_for_kubeconfig(d);
	d->loop = loop_new(NULL);
	assert_non_null(d->loop);
	assert_int_equal(loop_take_signals(d->loop, NULL), 0);
	d->looker = kube_cluster_new(d->loop, access_of(d));
	kube_double_start_driver(d);
	return 0;
}

static void
forget_task(struct kube_double *d)
{
	json_decref(d->outputs);
	json_decref(d->warnings);
	driver_errors_clear(&d->problems);
	free(d->progress);
	d->outputs = NULL;
	d->warnings = NULL;
	d->progress = NULL;
}

int
kube_double_stop(void **state)
{
	struct kube_double *d = *state;

	forget_task(d);
	json_decref(d->seen);
	d->driver->ops->free(d->driver);
	kube_cluster_free(d->looker);
	loop_free(d->loop);
	kill(d->pid, SIGTERM);
	kill(d->pid, SIGCONT);	/* where a test has stopped it */
	waitpid(d->pid, NULL, 0);
	*strrchr(d->folder, '/') = '\0';
	assert_int_equal(paths_remove_tree(d->folder, NULL), 0);
	free(d->folder);
	free(d);
	return 0;
}

void
kube_double_restart_driver(struct kube_double *d)
{
	d->driver->ops->free(d->driver);
	kube_double_start_driver(d);
}

/* It is read by another process, so it is put there whole. */
void
kube_double_rules(const struct kube_double *d, const char *rules)
{
	char *path = xasprintf("%s/rules", d->folder), *temporary = xasprintf("%s.new", path);
	FILE *file = fopen(temporary, "w");

	assert_non_null(file);
	fputs(rules, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(rename(temporary, path), 0);
	free(temporary);
	free(path);
}

/* --- waiting --- */

void
kube_double_turn(const struct kube_double *d)
{
	(void)loop_turn(d->loop, 1000, NULL);
}

static void
note_end(void *data, const struct driver_result *result)
{
	struct kube_double *d = data;

	d->ended++;
	d->task = NULL;
	d->failed = result->err != NULL;
	if (result->err)
		d->err = *result->err;
	d->outputs = json_incref(result->outputs);
	d->warnings = json_incref((json_t *)(uintptr_t)result->warnings);
	d->problems.items = xcalloc(result->problems->count + 1, sizeof(*d->problems.items));
	for (size_t i = 0; i < result->problems->count; i++) {
		const struct driver_error *from = &result->problems->items[i];

		d->problems.items[d->problems.count++] = (struct driver_error){
			xstrdup(from->object_id), xstrdup(from->code), from->why,
			xstrdup_or_null(from->message)};
	}
}

static void
note_progress(void *data, const struct driver_progress *progress)
{
	struct kube_double *d = data;

	d->progress_done = progress->done;
	d->progress_total = progress->total;
	if (progress->why) {
		free(d->progress);
		d->progress = xstrdup(progress->why->text);
	}
}

struct driver_waiter
kube_double_waiter(struct kube_double *d)
{
	forget_task(d);
	d->ended = 0;
	d->failed = false;
	d->err = (struct error){0};
	return (struct driver_waiter){note_end, note_progress, d};
}

void
kube_double_wait(struct kube_double *d)
{
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	while (d->ended == 0) {
		assert_true(clock_steady_ms() < end);
		kube_double_turn(d);
	}
	assert_int_equal(d->ended, 1);
}

/* --- what the driver does --- */

void
kube_double_prepare(struct kube_double *d, const char *space)
{
	const struct driver_home home = {.namespace = ""};
	struct driver_waiter waiter = kube_double_waiter(d);

	d->task = d->driver->ops->prepare(d->driver, space, &home, &waiter);
	kube_double_wait(d);
	if (d->failed)
		fail_msg("%s", d->err.text);
}

struct driver_workload
kube_double_workload(const char *module, const char *image, const char *more)
{
	json_t *container = json_pack("{s:s, s:s, s:{s:s, s:s, s:i, s:i}}", "id", "main", "image",
				      image, "readiness_probe", "type", "http", "path", "/healthz",
				      "port", 8080, "periodSeconds", 1);
	json_t *members = more ? json_loads(more, 0, NULL) : json_object();

	assert_non_null(members);
	json_object_update(container, members);
	json_decref(members);
	return (struct driver_workload){
		.module = xstrdup(module),
		.profile = xstrdup("humanitec/default-module"),
		.image = xstrdup(image),
		.replicas = 1,
		.spec = json_pack("{s:{s:o}, s:{s:{s:{s:i, s:i}}}}", "containers", "main",
				  container, "service", "ports", "http", "service_port", 80,
				  "container_port", 8080),
		.volumes = json_object(),
		.secret_places = json_array(),
		.secrets = json_array(),
	};
}

void
kube_double_begin(struct kube_double *d, const char *space, struct driver_workload *workloads,
		  size_t count, bool is_resumed)
{
	struct driver_deployment deployment = {
		.id = "d1",
		.workloads = xcalloc(count + 1, sizeof(*workloads)),
		.count = count,
		.is_resumed = is_resumed,
		.begun_at = d->begun_at,
		.copy_of = xstrdup_or_null(d->copy_of),
	};
	struct driver_waiter waiter = kube_double_waiter(d);

	memcpy(deployment.workloads, workloads, count * sizeof(*workloads));
	d->task = d->driver->ops->apply(d->driver, space, &deployment, &waiter);
	driver_deployment_clear(&deployment);
}

void
kube_double_apply(struct kube_double *d, const char *space, struct driver_workload *workloads,
		  size_t count, bool is_resumed)
{
	kube_double_begin(d, space, workloads, count, is_resumed);
	kube_double_wait(d);
}

void
kube_double_review(struct kube_double *d, const char *space, struct driver_workload *workloads,
		   size_t count)
{
	const struct driver_home home = {.namespace = ""};
	struct driver_deployment deployment = {
		.id = "d1", .workloads = xcalloc(count + 1, sizeof(*workloads)), .count = count};
	const struct driver_review review = {.home = &home, .deployment = &deployment};
	struct driver_waiter waiter = kube_double_waiter(d);

	memcpy(deployment.workloads, workloads, count * sizeof(*workloads));
	d->task = d->driver->ops->review(d->driver, space, &review, &waiter);
	driver_deployment_clear(&deployment);
	kube_double_wait(d);
}

/* --- looking --- */

static void
note_look(void *data, const struct kube_reply *reply)
{
	struct kube_double *d = data;

	d->has_looked = true;
	d->status = reply->status;
	d->seen = reply->err.kind == ERROR_NONE ? json_deep_copy(reply->body) : NULL;
	if (reply->err.kind != ERROR_NONE && reply->status != 404)
		print_message("# %s\n", reply->err.text);
}

static void
ask(struct kube_double *d, enum kube_verb verb, const char *path, const json_t *body)
{
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	json_decref(d->seen);
	d->seen = NULL;
	d->has_looked = false;
	kube_send(d->looker, &(struct kube_request_options){
		.verb = verb, .path = path, .body = body, .done = note_look, .data = d});
	while (!d->has_looked) {
		assert_true(clock_steady_ms() < end);
		kube_double_turn(d);
	}
}

const json_t *
kube_double_get(struct kube_double *d, const char *path)
{
	ask(d, KUBE_GET, path, NULL);
	return d->seen;
}

void
kube_double_write(struct kube_double *d, enum kube_verb verb, const char *path, const char *body)
{
	json_t *object = body ? json_loads(body, 0, NULL) : NULL;

	assert_true(object || !body);
	ask(d, verb, path, object);
	json_decref(object);
	assert_in_range(d->status, 200, 299);
}

size_t
kube_double_count(struct kube_double *d, const char *path)
{
	char *whole = xasprintf("%s?labelSelector=app.kubernetes.io%%2Fmanaged-by%%3Dsidestage",
				path);
	size_t count;

	kube_double_get(d, whole);
	count = json_array_size(json_object_get(d->seen, "items"));
	free(whole);
	return count;
}
