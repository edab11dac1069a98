/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One daemon a state directory: a lock on a file in it is taken before anything else is
 * touched, and waited for, since the daemon before may still be stopping its processes.
 *
 * Stopping is in steps: the sockets go first; deployments that are going on may end, for as
 * long as the settings say (what is left then is interrupted: the database knows, and the
 * next start says so); then the processes are stopped, and requests in flight are answered;
 * the lock goes last.
 */
#include "config.h"

#include "platform/admin/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/secrecy.h"
#include "base/xmalloc.h"
#include "model/extensions.h"
#include "net/listener.h"
#include "net/loop.h"
#include "platform/admin/adopt.h"
#include "platform/admin/clusters.h"
#include "platform/admin/command.h"
#include "platform/admin/control.h"
#include "platform/admin/driver-kinds.h"
#include "platform/admin/import.h"
#include "platform/admin/lease.h"
#include "platform/admin/listening.h"
#include "platform/admin/maintenance.h"
#include "platform/admin/settings.h"
#include "platform/admin/socket-secret.h"
#include "platform/admin/state-database.h"
#include "platform/admin/systemd.h"
#include "platform/api/dispatch.h"
#include "platform/auth/limit.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/process.h"
#include "platform/drivers/registry.h"
#include "platform/engine/automation.h"
#include "platform/engine/engine.h"
#include "platform/engine/follow.h"
#include "platform/engine/records.h"
#include "platform/http/metrics.h"
#include "platform/http/response-cache.h"
#include "platform/http/server.h"
#include "platform/http/tls.h"
#include "platform/state/platform.h"
#include "platform/state/repository.h"
#include "platform/state/secret.h"
#include "platform/state/state-secrets.h"

#define LOCK_LIMIT_MS 10000
#define STOP_LIMIT_MS 5000
#define RECORD_LIMIT_MS 3000		/* for the clones of a cluster, before that */
#define ANSWER_LIMIT_MS 3000
#define ANSWER_PAUSE_MS 10
#define TOKEN_MAX 4096
/* A file in the state; src/cli/embedded.c knows it as well. */
#define DAEMON_UNCONFINED "unconfined"

struct daemon {
	const struct settings *settings;
	const char *config_path;
	char **kubeconfigs;		/* NULL at the end */
	struct platform platform;
	struct http *http;
	struct tls *tls;
	struct lease *lease;
	struct maintenance *maintenance;
	struct loop_timer *guard;	/* while stopping: the limit of the step */
	struct loop_timer *watchdog;
	int64_t watchdog_ms;
	int64_t answer_until;
	int lock;
	bool stopping, handing_over;
};

/* --- starting --- */

/* One line, not empty; kept only as its hash. */
static int
read_token(struct platform *platform, const char *path, struct error *err)
{
	char token[TOKEN_MAX + 2] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), ret = 0;
	size_t length;

	if (fd < 0)
		return error_errno(err, _("%s: the token cannot be read"), path);
	if (read(fd, token, sizeof(token) - 1) < 0)
		ret = error_errno(err, _("%s: the token cannot be read"), path);
	close(fd);
	length = strcspn(token, "\r\n");
	if (ret == 0 && length == 0)
		ret = error_set(err, ERROR_INPUT, _("%s: holds no token"), path);
	else if (ret == 0 && length > TOKEN_MAX)
		ret = error_set(err, ERROR_LIMIT, _("%s: the token is longer than %d bytes"), path,
				TOKEN_MAX);
	if (ret == 0) {
		platform->token_hash = xmalloc(IDS_SHA256_HEX_SIZE);
		ids_sha256_hex(platform->token_hash, token, length);
	}
	explicit_bzero(token, sizeof(token));
	return ret;
}

/* Bodies and specs hold secrets: no JSON is left in freed memory, and no memory in a core. */
static void
free_json(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

static void
keep_secrets(void)
{
	const struct rlimit none = {0, 0};

	json_set_alloc_funcs(malloc, free_json);
	secrecy_forbid_cores();
	(void)setrlimit(RLIMIT_CORE, &none);
}

/* What somebody named: that it is missing would be noticed much later. */
static int
check_templates(const struct settings *settings, struct error *err)
{
	const char *path = settings->templates;
	int fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (path && fd < 0)
		return error_errno(err, _("%s: the directory of templates cannot be opened"), path);
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < settings->named.count; i++)
		if (access(settings->named.items[i].file, R_OK) != 0)
			return error_errno(err, _("%s: the template cannot be read"),
					   settings->named.items[i].file);
	return 0;
}

static void
count_deployment(void *data, bool succeeded, int64_t ms)
{
	metrics_deployment(data, succeeded, ms);
}

/* A quarter of what the file system has. */
static int64_t
disk_of_environment(const struct settings *settings)
{
	struct statvfs fs;

	if (settings->environment_disk >= 0)
		return settings->environment_disk;
	return statvfs(settings->state, &fs) == 0
		       ? (int64_t)fs.f_blocks * (int64_t)fs.f_frsize / 4 : 0;
}

/* For `sidestage demo`, whose header says when the sample has to run without a confinement. */
static void
note_unconfined(struct driver *machine, const char *state)
{
	json_t *all = machine->ops->describe(machine);
	bool trusted = json_is_true(json_object_get(json_object_get(all, "confinement"),
						    "trusted"));
	char *path = xasprintf("%s/" DAEMON_UNCONFINED, state);
	int fd = trusted ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;

	if (fd >= 0)
		close(fd);
	else
		(void)unlink(path);
	free(path);
	json_decref(all);
}

/* Whatever tells or gives what a workload must not have; borrowed, but for the list. */
static const char **
list_hidden(const struct daemon *d)
{
	const struct settings *settings = d->settings;
	const char *const files[] = {settings->state, d->config_path, settings->token_file,
				     settings->key, settings->secret_key_file, settings->socket};
	const size_t max = sizeof(files) / sizeof(files[0]);
	const char **list = NULL;
	size_t count = 0;

	while (d->kubeconfigs[count])
		count++;
	list = xcalloc(max + count + 1, sizeof(*list));
	memcpy(list, d->kubeconfigs, count * sizeof(*list));
	for (size_t i = 0; i < max; i++)
		if (files[i])
			list[count++] = files[i];
	return list;
}

static int
open_platform(struct daemon *d, struct error *err)
{
	const struct settings *settings = d->settings;
	struct platform *platform = &d->platform;
	char *spaces = xasprintf("%s/spaces", settings->state);
	const char **hidden = list_hidden(d);
	struct driver *machine = NULL;
	struct driver_process_options options = {
		.hidden = hidden,
		.limits = {settings->environment_processes, settings->environment_memory,
			   disk_of_environment(settings)},
		.spaces_dir = spaces,
		.images_dir = settings->images,
		.templates = settings->named.items,
		.template_count = settings->named.count,
		.templates_dir = settings->templates,
		.ready_timeout_ms = (int)settings->ready_timeout_ms,
		.min_ready_ms = (int)settings->min_ready_ms,
		.confine = (enum driver_confine)settings->confine,
	};
	int ret = -1;

	platform->cluster_servers = settings->cluster_servers;
	platform->metrics = metrics_new();
	platform->response_cache = response_cache_new();
	platform->loop = loop_new(err);
	if (platform->loop && loop_take_signals(platform->loop, err) == 0)
		platform->repository = state_database_open(settings->state, err);
	if (platform->repository &&
	    state_secrets_open(platform, settings->secret_key_file, settings->state, err) == 0)
		machine = driver_process_new(platform->loop, &options, err);
	if (machine && settings->confine == DRIVER_CONFINE_SAMPLE)
		note_unconfined(machine, settings->state);
	if (machine) {
		platform->drivers = drivers_new();
		drivers_add(platform->drivers, machine);
		ret = clusters_open(&settings->clusters, platform, err);
		platform->engine = engine_new(platform);
		engine_on_deployed(platform->engine, count_deployment, platform->metrics);
		platform->automation = automation_new(platform);
		platform->follow = follow_new(platform);
	}
	free(hidden);
	free(spaces);
	return ret;
}

static int
start_http(struct daemon *d, struct error *err)
{
	const struct settings *settings = d->settings;
	struct limiter_options limits = limiter_defaults;
	struct http_options options = http_defaults;

	if (settings->certificate && settings->key) {
		d->tls = tls_new(d->platform.loop, settings->certificate, settings->key, err);
		if (!d->tls)
			return -1;
	}
	limits.limits[LIMIT_CALLER] = (struct limit){(double)settings->rate,
						     (double)settings->burst};
	d->platform.limiter = limiter_new(&limits);
	d->platform.withheld = EXTENSIONS_ALL & ~(unsigned)settings->extensions;
	options.connections = (unsigned)settings->connections;
	options.body_bytes = (size_t)settings->body_bytes;
	options.tls = d->tls != NULL;
	d->http = http_new_with(&d->platform, &options, dispatch_answer, err);
	return d->http ? 0 : -1;
}

static void stop(void *data);

static bool
is_deploying(const void *data)
{
	return engine_is_deploying(((const struct daemon *)data)->platform.engine);
}

static int
start_lease(struct daemon *d, struct error *err)
{
	int fd;

	if (!d->settings->lease)
		return 0;
	fd = listener_unix(d->settings->lease, 0600, err);
	if (fd < 0)
		return -1;
	d->lease = lease_new(d->platform.loop, fd, stop, d);
	/* What somebody else runs is not left in mid-rollout, with nobody to take it back. */
	if (d->settings->adopt_kubeconfig)
		lease_wait_for(d->lease, is_deploying);
	return 0;
}

/* First the secret: who connects reads it then. */
static int
listen_in_state(struct daemon *d, struct error *err)
{
	const char *state = d->settings->state;
	char secret[SOCKET_SECRET_SIZE];
	int fd;

	if (socket_secret_make(state, secret, err) != 0)
		return -1;
	d->platform.control_hash = xmalloc(IDS_SHA256_HEX_SIZE);
	ids_sha256_hex(d->platform.control_hash, secret, strlen(secret));
	fd = control_listen(state, err);
	if (fd >= 0 && http_listen_control(d->http, fd, err) == 0)
		d->maintenance = maintenance_new(&d->platform, state, secret, err);
	explicit_bzero(secret, sizeof(secret));
	return d->maintenance ? 0 : -1;
}

/* The order matters: the lock before the database, the import before anything is started or
 * served, the environments before the sockets, and the control socket after the API's. */
static int
start(struct daemon *d, struct error *err)
{
	const struct settings *settings = d->settings;

	if (paths_make(settings->state, err) != 0)
		return -1;
	d->lock = command_lock_state(settings->state, LOCK_LIMIT_MS, err);
	if (d->lock < 0 || check_templates(settings, err) != 0 ||
	    open_platform(d, err) != 0)
		return -1;
	if (settings->token_file && read_token(&d->platform, settings->token_file, err) != 0)
		return -1;
	if (settings->import && import_file(&d->platform, settings->import, err) != 0)
		return -1;
	if (start_http(d, err) != 0 || engine_resume(d->platform.engine, err) != 0 ||
	    adopt_start(&d->platform, settings, err) != 0 ||
	    follow_resume(d->platform.follow, err) != 0 ||
	    listening_start(&d->platform, d->http, settings, err) != 0)
		return -1;
	return listen_in_state(d, err) == 0 ? start_lease(d, err) : -1;
}

static void
feed_watchdog(void *data)
{
	struct daemon *d = data;

	systemd_notify("WATCHDOG=1");
	d->watchdog = loop_add_timer(d->platform.loop, d->watchdog_ms / 2, feed_watchdog, d);
}

static void
say_ready(struct daemon *d)
{
	int fd = d->settings->ready_fd ? (int)strtol(d->settings->ready_fd, NULL, 10) : -1;

	if (fd >= 0) {
		if (output_write(fd, "ready\n", 6) != 0)
			log_line(LOG_PRIORITY_WARNING, "nobody waits for us to be ready", NULL);
		close(fd);
	}
	if (!systemd_notify("READY=1\nSTATUS=Serving"))
		log_line(LOG_PRIORITY_WARNING, "systemd could not be told", NULL);
	d->watchdog_ms = systemd_watchdog_ms();
	if (d->watchdog_ms > 0)
		feed_watchdog(d);
	log_line(LOG_PRIORITY_NOTICE, "serving", "socket", d->settings->socket, "address",
		 d->settings->plain.items[0], "tls", d->settings->tls.items[0], NULL);
}

/* --- reloading --- */

static void
log_fault(void *data, const char *text)
{
	(void)data;
	log_line(LOG_PRIORITY_ERROR, "the configuration has a fault", "fault", text, NULL);
}

/* What can change while it runs: the level of the log.  The rest needs a restart. */
static void
reload_config(struct daemon *d)
{
	struct settings fresh;
	struct error err = {0};
	int faults;

	settings_init(&fresh);
	faults = settings_read(&fresh, d->config_path, log_fault, NULL, &err);
	if (faults < 0)
		log_line(LOG_PRIORITY_ERROR, "the configuration cannot be read", "error", err.text,
			 NULL);
	else if (faults == 0)
		log_set_level((enum log_priority)fresh.log_level);
	settings_clear(&fresh);
}

static void
reload(struct daemon *d)
{
	struct error err = {0};

	systemd_notify_reloading();
	if (d->config_path)
		reload_config(d);
	if (d->tls && tls_reload(d->tls, &err) != 0)
		log_line(LOG_PRIORITY_WARNING, "the certificate before stays", "error", err.text,
			 NULL);
	log_line(LOG_PRIORITY_NOTICE, "reloaded", NULL);
	systemd_notify("READY=1");
}

/* --- stopping --- */

/* Answers that are on their way may reach their readers. */
static void
end_when_answered(void *data)
{
	struct daemon *d = data;

	d->guard = NULL;
	if (http_is_idle(d->http) || clock_steady_ms() >= d->answer_until)
		loop_stop(d->platform.loop);
	else
		d->guard = loop_add_timer(d->platform.loop, ANSWER_PAUSE_MS, end_when_answered, d);
}

/* Every way of stopping comes through here; the lock goes when
 * the loop has stopped (clear()). */
static void
end(struct daemon *d)
{
	loop_remove_timer(d->guard);
	d->answer_until = clock_steady_ms() + ANSWER_LIMIT_MS;
	end_when_answered(d);
}

static void
stopped(void *data)
{
	end(data);
}

/* What did not end is left to the next daemon, which finds it by what it works in. */
static void
took_too_long(void *data)
{
	struct daemon *d = data;

	d->guard = NULL;
	log_line(LOG_PRIORITY_WARNING, "processes did not end in time", NULL);
	drivers_forget_detach(d->platform.drivers);
	end(d);
}

static void
hand_over(void *data)
{
	struct daemon *d = data;

	if (d->handing_over)
		return;
	d->handing_over = true;
	loop_remove_timer(d->guard);
	engine_stop(d->platform.engine);
	follow_stop(d->platform.follow);
	records_stop(d->platform.records);
	d->guard = loop_add_timer(d->platform.loop, STOP_LIMIT_MS, took_too_long, d);
	drivers_detach(d->platform.drivers, stopped, d);
}

static void
waited_enough(void *data)
{
	struct daemon *d = data;

	d->guard = NULL;
	log_line(LOG_PRIORITY_WARNING, "a deployment is interrupted: it did not end in time", NULL);
	hand_over(d);
}

static void
recorded_late(void *data)
{
	struct daemon *d = data;

	d->guard = NULL;
	hand_over(d);
}

static void
stop(void *data)
{
	struct daemon *d = data;

	if (d->stopping)
		return;
	d->stopping = true;
	log_line(LOG_PRIORITY_NOTICE, "stopping", NULL);
	systemd_notify("STOPPING=1\nSTATUS=Waiting for deployments to end");
	if (d->settings->lease)
		unlink(d->settings->lease);
	listening_unlink(d->settings);
	if (d->lease)
		lease_stop_listening(d->lease);
	maintenance_stop_listening(d->maintenance);
	control_unlink(d->settings->state);
	http_stop_listening(d->http);
	/* Nobody waits any more when the last client went away, but for what others are to find. */
	if (d->settings->lease || d->settings->stop_timeout_ms == 0) {
		d->guard = loop_add_timer(d->platform.loop, RECORD_LIMIT_MS, recorded_late, d);
		records_finish(d->platform.records, hand_over, d);
		return;
	}
	d->guard = loop_add_timer(d->platform.loop, d->settings->stop_timeout_ms, waited_enough, d);
	engine_drain(d->platform.engine, hand_over, d);
}

static void
take_signal(void *data, int signal_number)
{
	struct daemon *d = data;

	if (signal_number == SIGHUP)
		reload(d);
	else if (d->stopping)
		hand_over(d);	/* asked twice: at once */
	else
		stop(d);
}

/* In the reverse order of use: the engine forgets its waiters before the drivers end their
 * tasks, and the database closes when nobody can write to it any more. */
static void
clear(struct daemon *d)
{
	struct platform *platform = &d->platform;

	maintenance_free(d->maintenance);
	http_free(d->http);
	tls_free(d->tls);
	loop_remove_timer(d->guard);
	loop_remove_timer(d->watchdog);
	if (platform->engine)
		engine_stop(platform->engine);
	follow_stop(platform->follow);
	records_stop(platform->records);
	drivers_free(platform->drivers);
	automation_free(platform->automation);
	follow_free(platform->follow);
	records_free(platform->records);
	engine_free(platform->engine);
	response_cache_free(platform->response_cache);
	repository_close(platform->repository);
	secrets_free(platform->secrets);
	if (d->lock >= 0)
		close(d->lock);
	/* Last: the client that waits for its lease may start another daemon now. */
	lease_free(d->lease);
	if (platform->loop)
		loop_free(platform->loop);
	metrics_free(platform->metrics);
	limiter_free(platform->limiter);
	free(platform->control_hash);
	free(platform->owner_hash);
	free(platform->owner_file);
	free(platform->token_hash);
}

/* The lines of a turn's requests are one write.  The last of all that is done in a turn. */
static void
write_log(void *data)
{
	(void)data;
	log_flush();
}

int
daemon_run(const struct settings *settings, const char *config_path, struct error *err)
{
	struct daemon d = {
		.settings = settings,
		.config_path = config_path,
		.platform = {
			.driver_kinds = driver_kinds,
			.user = settings->user ? settings->user : "oncall",
			.started_at = clock_wall_ms(),
		},
		.kubeconfigs = clusters_files(&settings->clusters),
		.lock = -1,
	};
	int ret = -1;

	keep_secrets();
	log_set_level((enum log_priority)settings->log_level);
	if (start(&d, err) == 0) {
		loop_on_stop_signal(d.platform.loop, take_signal, &d);
		say_ready(&d);
		loop_on_turn(d.platform.loop, write_log, NULL);
		log_hold(true);
		ret = loop_run(d.platform.loop, err);
		log_hold(false);
	}
	clear(&d);
	clusters_free_files(d.kubeconfigs);
	return ret;
}
