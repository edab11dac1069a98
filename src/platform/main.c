/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sidestaged: start, serve, stop.
 *
 * One daemon a state directory: a lock on a file in it is taken before anything else is
 * touched, and waited for, since the daemon before may still be stopping its processes.
 * On the way out the sockets go first and the lock last.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "platform/answers.h"
#include "platform/command-routes.h"
#include "platform/audit.h"
#include "platform/automation.h"
#include "platform/command-token.h"
#include "platform/control.h"
#include "platform/driver.h"
#include "platform/engine.h"
#include "platform/http.h"
#include "platform/import.h"
#include "platform/lease.h"
#include "platform/limit.h"
#include "platform/listener.h"
#include "platform/log.h"
#include "platform/loop.h"
#include "platform/platform.h"
#include "platform/repository.h"

#define LOCK_LIMIT_MS 10000
#define STOP_LIMIT_MS 5000
#define TOKEN_MAX 4096

struct options {
	const char *socket, *listen, *state, *images, *templates, *import, *lease, *token_file;
	const char *user, *ready_fd, *confine;
};

#define AT(member) offsetof(struct options, member)
static const struct {
	const char *name, *argument, *help;
	size_t at;
} option_table[] = {
	{"socket", "PATH", N_("Serve the API on this Unix socket (mode 0600)."), AT(socket)},
	{"listen", "ADDRESS:PORT", N_("Serve the API on this address, e.g. 127.0.0.1:8080."),
	 AT(listen)},
	{"state", "DIR", N_("Keep the database and the environments here."), AT(state)},
	{"images", "DIR", N_("Run executables below this directory, and no others."), AT(images)},
	{"templates", "DIR", N_("Read the templates of resources here."), AT(templates)},
	{"import", "FILE", N_("Fill an empty state from this file."), AT(import)},
	{"lease", "PATH", N_("End when no client holds a connection to this socket."), AT(lease)},
	{"token-file", "FILE", N_("Ask every request for the token in this file."),
	 AT(token_file)},
	{"user", "NAME", N_("Write changes down to this user (default: oncall)."), AT(user)},
	{"confine", "HOW", N_("Keep workloads to their files: best (default), landlock, limits."),
	 AT(confine)},
	{"ready-fd", "N", N_("Write \"ready\" to this descriptor once it listens."), AT(ready_fd)},
};

#define OPTION_COUNT (sizeof(option_table) / sizeof(option_table[0]))

struct daemon {
	struct options options;
	struct platform platform;
	struct http *http;
	struct lease *lease;
	struct loop_timer *guard;	/* while stopping */
	int lock;
	bool stopping;
};

static void
print_help(FILE *out)
{
	fprintf(out, _("Usage: sidestaged serve --state DIR --images DIR [OPTION]...\n"
		       "A platform that runs environments as processes of this machine.\n\n"));
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		char *left = xasprintf("--%s %s", option_table[i].name, option_table[i].argument);

		fprintf(out, "  %-24s %s\n", left, _(option_table[i].help));
		free(left);
	}
	fprintf(out, "  %-24s %s\n  %-24s %s\n", "--help", _("Show this help."), "--version",
		_("Show the version."));
}

/* 0 to go on, else the exit status plus 1. */
static int
read_options(struct options *options, int argc, char **argv)
{
	struct option longs[OPTION_COUNT + 3] = {0};
	int which, index = 0;

	for (size_t i = 0; i < OPTION_COUNT; i++)
		longs[i] = (struct option){option_table[i].name, required_argument, NULL, 1};
	longs[OPTION_COUNT] = (struct option){"help", no_argument, NULL, 'h'};
	longs[OPTION_COUNT + 1] = (struct option){"version", no_argument, NULL, 'v'};
	while ((which = getopt_long(argc, argv, "h", longs, &index)) != -1) {
		if (which == 'h') {
			print_help(stdout);
			return 1;
		}
		if (which == 'v') {
			puts("sidestaged " PACKAGE_VERSION);
			return 1;
		}
		if (which != 1)
			return 3;
		*(const char **)((char *)options + option_table[index].at) = optarg;
	}
	if (optind != argc - 1 || strcmp(argv[optind], "serve") != 0 || !options->state ||
	    !options->images || (!options->socket && !options->listen)) {
		print_help(stderr);
		return 3;
	}
	return 0;
}

/* --- starting --- */

static int
lock_state(const char *state, struct error *err)
{
	char *path = xasprintf("%s/platform.lock", state);
	int64_t until = clock_steady_ms() + LOCK_LIMIT_MS;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		error_errno(err, _("%s: cannot be opened"), path);
	} else {
		while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
			if (clock_steady_ms() > until) {
				error_set(err, ERROR_CONFLICT, _("%s: another sidestaged uses this "
								 "state.  Stop it first."), state);
				close(fd);
				fd = -1;
				break;
			}
			poll(NULL, 0, 20);
		}
	}
	free(path);
	return fd;
}

/* One line, not empty; kept only as its hash. */
static int
read_token(struct platform *platform, const char *path, struct error *err)
{
	char token[TOKEN_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return error_errno(err, _("%s: the token cannot be read"), path);
	n = read(fd, token, sizeof(token) - 1);
	close(fd);
	token[n > 0 ? n : 0] = '\0';
	token[strcspn(token, "\r\n")] = '\0';
	if (!token[0])
		return error_set(err, ERROR_INPUT, _("%s: holds no token"), path);
	platform->token_hash = xmalloc(IDS_SHA256_HEX_SIZE);
	ids_sha256_hex(platform->token_hash, token, strlen(token));
	explicit_bzero(token, sizeof(token));
	return 0;
}

/* -1 with err: no such word. */
static int
read_confine(const char *word, enum driver_confine *out, struct error *err)
{
	static const char *const words[] = {
		[DRIVER_CONFINE_BEST] = "best", [DRIVER_CONFINE_LANDLOCK] = "landlock",
		[DRIVER_CONFINE_LIMITS] = "limits",
	};

	*out = DRIVER_CONFINE_BEST;
	for (int i = DRIVER_CONFINE_BEST; word && i <= DRIVER_CONFINE_LIMITS; i++) {
		*out = (enum driver_confine)i;
		if (strcmp(word, words[i]) == 0)
			return 0;
	}
	return word ? error_set(err, ERROR_INPUT, _("--confine takes best, landlock or limits, not "
						    "\"%.50s\"."), word)
		    : 0;
}

static int
open_platform(struct daemon *d, struct error *err)
{
	struct platform *platform = &d->platform;
	char *database = xasprintf("%s/platform.db", d->options.state);
	char *spaces = xasprintf("%s/spaces", d->options.state);
	struct driver_process_options driver = {
		.spaces_dir = spaces,
		.images_dir = d->options.images,
		.templates_dir = d->options.templates ? d->options.templates : d->options.images,
	};
	int ret = -1;

	platform->answers = answers_new();
	if (read_confine(d->options.confine, &driver.confine, err) == 0)
		platform->loop = loop_new(err);
	if (platform->loop)
		platform->repository = repository_open(database, err);
	if (platform->repository)
		platform->driver = driver_process_new(platform->loop, &driver, err);
	if (platform->driver) {
		platform->engine = engine_new(platform);
		platform->automation = automation_new(platform);
		ret = 0;
	}
	free(database);
	free(spaces);
	return ret;
}

static int
listen_on(struct daemon *d, const char *where, int (*listener)(const char *, struct error *),
	  struct error *err)
{
	int fd;

	if (!where)
		return 0;
	fd = listener(where, err);
	return fd < 0 ? -1 : http_listen(d->http, fd, err);
}

static int
listen_for_commands(struct daemon *d, struct error *err)
{
	int fd = control_listen(d->options.state, err);

	return fd < 0 ? -1 : http_listen_control(d->http, fd, err);
}

static void stop(void *data);

static int
start_lease(struct daemon *d, struct error *err)
{
	int fd;

	if (!d->options.lease)
		return 0;
	fd = listener_unix(d->options.lease, err);
	if (fd < 0)
		return -1;
	d->lease = lease_new(d->platform.loop, fd, stop, d);
	return 0;
}

static int
start(struct daemon *d, struct error *err)
{
	if (paths_make(d->options.state, err) != 0)
		return -1;
	d->lock = lock_state(d->options.state, err);
	if (d->lock < 0 || open_platform(d, err) != 0)
		return -1;
	if (d->options.token_file && read_token(&d->platform, d->options.token_file, err) != 0)
		return -1;
	if (d->options.import && import_file(&d->platform, d->options.import, err) != 0)
		return -1;
	if (audit_prune(&d->platform, err) != 0)
		return -1;
	d->platform.limiter = limiter_new(&limiter_defaults);
	d->http = http_new(&d->platform, err);
	if (!d->http || engine_resume(d->platform.engine, err) != 0)
		return -1;
	if (listen_on(d, d->options.socket, listener_unix, err) != 0 ||
	    listen_on(d, d->options.listen, listener_tcp, err) != 0 ||
	    listen_for_commands(d, err) != 0)
		return -1;
	return start_lease(d, err);
}

static void
say_ready(const char *number)
{
	int fd = number ? (int)strtol(number, NULL, 10) : -1;

	if (fd < 0)
		return;
	if (write(fd, "ready\n", 6) != 6)
		log_line(LOG_PRIORITY_WARNING, "nobody waits for us to be ready", NULL);
	close(fd);
}

/* --- stopping --- */

static void
stopped(void *data)
{
	struct daemon *d = data;

	loop_stop(d->platform.loop);
}

static void
took_too_long(void *data)
{
	struct daemon *d = data;

	d->guard = NULL;
	log_line(LOG_PRIORITY_WARNING, "processes did not end in time", NULL);
	loop_stop(d->platform.loop);
}

static void
stop(void *data)
{
	struct daemon *d = data;

	if (d->stopping)
		return;
	d->stopping = true;
	log_line(LOG_PRIORITY_NOTICE, "stopping", NULL);
	if (d->options.lease)
		unlink(d->options.lease);
	if (d->options.socket)
		unlink(d->options.socket);
	control_unlink(d->options.state);
	if (d->lease)
		lease_stop_listening(d->lease);
	http_stop_listening(d->http);
	engine_stop(d->platform.engine);
	d->guard = loop_add_timer(d->platform.loop, STOP_LIMIT_MS, took_too_long, d);
	d->platform.driver->ops->stop_all(d->platform.driver, stopped, d);
}

static void
stop_by_signal(void *data, int signal_number)
{
	(void)signal_number;
	stop(data);
}

static void
clear(struct daemon *d)
{
	struct platform *platform = &d->platform;

	http_free(d->http);
	loop_remove_timer(d->guard);
	if (platform->driver)
		platform->driver->ops->free(platform->driver);
	automation_free(platform->automation);
	engine_free(platform->engine);
	answers_free(platform->answers);
	repository_close(platform->repository);
	if (d->lock >= 0)
		close(d->lock);
	/* Last: the client that waits for its lease may start another daemon now. */
	lease_free(d->lease);
	if (platform->loop)
		loop_free(platform->loop);
	limiter_free(platform->limiter);
	free(platform->token_hash);
}

int
main(int argc, char **argv)
{
	struct daemon d = {.lock = -1};
	struct error err = {0};
	int status;

	setlocale(LC_ALL, "");
	bindtextdomain(PACKAGE, LOCALEDIR);
	textdomain(PACKAGE);
	if (argc > 1 && strcmp(argv[1], "routes") == 0)
		return command_routes(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "token") == 0)
		return command_token(argc - 1, argv + 1);
	status = read_options(&d.options, argc, argv);
	if (status != 0)
		return status - 1;
	signal(SIGPIPE, SIG_IGN);
	d.platform.user = d.options.user ? d.options.user : "oncall";
	d.platform.started_at = clock_wall_ms();
	status = 1;
	if (start(&d, &err) == 0) {
		loop_on_stop_signal(d.platform.loop, stop_by_signal, &d);
		say_ready(d.options.ready_fd);
		log_line(LOG_PRIORITY_NOTICE, "serving", "socket", d.options.socket, "address",
			 d.options.listen, NULL);
		if (loop_run(d.platform.loop, &err) == 0)
			status = 0;
	}
	if (status != 0)
		log_line(LOG_PRIORITY_ERROR, err.text, NULL);
	clear(&d);
	return status;
}
