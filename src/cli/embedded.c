/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Starting and joining an embedded platform.
 *
 * Two clients that start at once would both find nobody there, so the look and the start
 * happen under a file lock.  The daemon greets each lease with one byte: a connection that is
 * made while the daemon is on its way out gets none, and we wait for it to be gone and start
 * another.  The daemon is nobody's child (forked twice), so that it can outlive the client
 * that started it while another still holds a lease.
 */
#include "config.h"

#include "cli/embedded.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/pass-fd.h"
#include "base/paths.h"
#include "base/secret-file.h"
#include "base/xmalloc.h"

#define START_LIMIT_MS 60000		/* for what hangs: an end is seen at once */
#define STOP_LIMIT_MS 6000
#define PAUSE_MS 10
#define TURN_MS 100
#define FORK_FAILED 1
#define ARGUMENTS_FILE "arguments"
#define ARGUMENTS_MAX 65536
#define WHY_SIZE 512
#define LOG_NAME "sidestaged: "

/* A lock file has no descriptor that could be waited for. */
static void
pause_a_little(void)
{
	poll(NULL, 0, PAUSE_MS);
}

/* true: fd became readable (or ended) within the time.  Turns are counted and no clock is read: a
 * daemon cannot have answered while the whole machine stood still. */
static bool
wait_readable(int fd, int64_t limit_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int n = 0;

	for (int64_t waited = 0; waited < limit_ms && n == 0; waited += TURN_MS) {
		n = poll(&p, 1, TURN_MS);
		if (n < 0 && errno == EINTR)
			n = 0;
	}
	return n > 0;
}

/* Beside the directory and not in it: --fresh removes the directory under the lock. */
static int
lock_directory(const char *directory, const char *command, struct error *err)
{
	char *path = xasprintf("%s.lock", directory);
	int64_t until = clock_steady_ms() + START_LIMIT_MS;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		error_errno(err, _("%s: cannot make the lock file"), path);
		free(path);
		return -1;
	}
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			error_errno(err, _("%s: cannot lock"), path);
			goto failed;
		}
		if (clock_steady_ms() > until) {
			error_set(err, ERROR_SYSTEM,
				  _("%s: another `%s` has been starting for too long.  End it, then "
				    "try again."),
				  path, command);
			goto failed;
		}
		pause_a_little();
	}
	free(path);
	return fd;
failed:
	free(path);
	close(fd);
	return -1;
}

/* -1 without an error when nobody listens there, or who did has ended: both are seen at once.  One
 * that has just started, or is about to end, greets or ends when it gets to it. */
static int
connect_lease(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char greeting;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    wait_readable(fd, START_LIMIT_MS) && read(fd, &greeting, 1) == 1)
		return fd;
	close(fd);
	return -1;
}

/* Between fork and exec: only what is safe there. */
static void __attribute__((noreturn))
become_daemon(char *const argv[], int ready, const char *log)
{
	int null = open("/dev/null", O_RDWR);
	int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);

	setsid();
	if (null < 0 || out < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
	    dup2(ready, 3) < 0)
		_exit(127);
	if (close_range(4, ~0U, 0) != 0)
		_exit(127);
	execv(argv[0], argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Forks twice, so that the new process is nobody's child: 1 in it, 0 here, or -1 with errno.  Of
 * the child between, only that it could not fork counts (another status may be a tool's that
 * watches the memory of what ends). */
static int
fork_apart(void)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -1;
	if (pid == 0) {
		pid_t second = fork();

		if (second == 0)
			return 1;
		_exit(second < 0 ? FORK_FAILED : 0);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	if (WIFEXITED(status) && WEXITSTATUS(status) == FORK_FAILED) {
		errno = EAGAIN;
		return -1;
	}
	return 0;
}

/* 0, or -1 with errno.  Whether the daemon runs is learned from what it says. */
static int
spawn(char *const argv[], int ready, const char *log)
{
	int which = fork_apart();

	if (which == 1)
		become_daemon(argv, ready, log);
	return which;
}

/* What a line of the log says to people: its msg="...", or all of it when it has none; without the
 * name of the program, and as a part of a sentence. */
static void
take_message(const char *line, char out[WHY_SIZE])
{
	const char *message = strstr(line, " msg=\"");
	size_t length = 0;

	if (!message) {
		if (strncmp(line, LOG_NAME, strlen(LOG_NAME)) == 0)
			line += strlen(LOG_NAME);
		snprintf(out, WHY_SIZE, "%.*s", WHY_SIZE - 1, line);
		length = strlen(out);
		if (length > 0 && out[length - 1] == '.')
			out[length - 1] = '\0';
		return;
	}
	for (const char *c = message + strlen(" msg=\""); *c && *c != '"' && length < WHY_SIZE - 1;
	     c++) {
		if (*c == '\\' && c[1])
			c++;
		out[length++] = *c;
	}
	out[length] = '\0';
}

/* The last line of the daemon's log: why it did not start. */
static void
last_line(const char *log, char out[WHY_SIZE])
{
	char bytes[2048];
	ssize_t n;
	char *end;
	int fd = open(log, O_RDONLY | O_CLOEXEC);

	out[0] = '\0';
	if (fd < 0)
		return;
	if (lseek(fd, -(off_t)(sizeof(bytes) - 1), SEEK_END) < 0)
		lseek(fd, 0, SEEK_SET);
	n = read(fd, bytes, sizeof(bytes) - 1);
	close(fd);
	if (n <= 0)
		return;
	bytes[n] = '\0';
	while (n > 0 && bytes[n - 1] == '\n')
		bytes[--n] = '\0';
	end = strrchr(bytes, '\n');
	take_message(end ? end + 1 : bytes, out);
}

/* The pipe's end without a word means that it has ended: its log says why. */
static int
wait_ready(int fd, const char *command, const char *log, struct error *err)
{
	char word[8] = "";
	char why[WHY_SIZE];

	if (wait_readable(fd, START_LIMIT_MS) && read(fd, word, 6) == 6 &&
	    strncmp(word, "ready\n", 6) == 0)
		return 0;
	last_line(log, why);
	return error_set(err, ERROR_SYSTEM,
			 _("`%s` did not start: %s. See its log, %s."), command,
			 why[0] ? why : _("it said nothing"), log);
}

/* What every one is told, and what this one is told besides; NULL at the end.  The texts are
 * borrowed. */
static char **
list_arguments(const struct embedded *e, const struct embedded_options *options, char *program)
{
	char *const common[] = {
		program, (char *)"serve", (char *)"--socket", e->socket,
		(char *)"--state", e->directory, (char *)"--lease", e->lease_path,
		(char *)"--user", (char *)(uintptr_t)(options->user ? options->user : "oncall"),
		(char *)"--ready-fd", (char *)"3",
		/* A board asks every second: a line for each request would fill the disk. */
		(char *)"--log-level", (char *)"notice",
	};
	const size_t count = sizeof(common) / sizeof(common[0]);
	size_t more = 0;
	char **list;

	while (options->arguments[more])
		more++;
	list = xcalloc(count + more + 1, sizeof(*list));
	memcpy(list, common, sizeof(common));
	for (size_t i = 0; i < more; i++)
		list[count + i] = (char *)(uintptr_t)options->arguments[i];
	return list;
}

/* The write end is closed here in each case: else the end of a daemon that failed would never be
 * seen. */
static int
start_daemon(const struct embedded *e, const struct embedded_options *options, struct error *err)
{
	char *program = paths_program("SIDESTAGED", "sidestaged", BINDIR "/sidestaged");
	char *log = xasprintf("%s/sidestaged.log", e->directory);
	char **argv = list_arguments(e, options, program);
	int pipes[2];
	int ret = -1;

	if (pipe2(pipes, O_CLOEXEC) != 0) {
		error_errno(err, _("Cannot make a pipe"));
		goto out;
	}
	unlink(log);
	if (spawn(argv, pipes[1], log) != 0) {
		error_errno(err, _("%s: cannot be started"), program);
		close(pipes[1]);
	} else {
		close(pipes[1]);
		ret = wait_ready(pipes[0], options->command, log, err);
	}
	close(pipes[0]);
out:
	free(argv);
	free(program);
	free(log);
	return ret;
}

/* --- what it was started with --- */

/* One argument a line. */
static void
join_arguments(const struct embedded_options *options, struct buf *out)
{
	buf_init(out, ARGUMENTS_MAX);
	for (size_t i = 0; options->arguments[i]; i++)
		(void)buf_printf(out, "%s\n", options->arguments[i]);
}

/* Nothing where it is not known. */
static void
read_arguments(const struct embedded *e, char out[ARGUMENTS_MAX])
{
	int directory = open(e->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0 ||
	    secret_file_read(directory, ARGUMENTS_FILE, out, ARGUMENTS_MAX) != 0)
		*out = '\0';
	if (directory >= 0)
		close(directory);
}

/* Whoever joins one that was told something else would look at another part of the cluster than
 * they asked for. */
static int
check_arguments(const struct embedded *e, const struct embedded_options *options, struct error *err)
{
	char there[ARGUMENTS_MAX];

	read_arguments(e, there);
	if (!*there || options->may_join(options->data, there))
		return 0;
	return error_set(err, ERROR_CONFLICT,
			 _("`%s` is already open with other options. Leave the options out "
			   "to join it, or quit it first."), options->command);
}

static int
keep_arguments(const struct embedded *e, const struct embedded_options *options, struct error *err)
{
	int directory = open(e->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = -1;
	struct buf told;

	join_arguments(options, &told);
	if (directory < 0 || secret_file_write(directory, ARGUMENTS_FILE, buf_str(&told)) != 0)
		error_errno(err, _("%s: cannot be written"), e->directory);
	else
		ret = 0;
	buf_clear(&told);
	if (directory >= 0)
		close(directory);
	return ret;
}

static int
start_and_keep(const struct embedded *e, const struct embedded_options *options, struct error *err)
{
	return start_daemon(e, options, err) != 0 || keep_arguments(e, options, err) != 0 ? -1 : 0;
}

/* Of those who have joined it each would start another one, of what they see: so as it was. */
static int
start_as_told(const struct embedded *e, const struct embedded_options *options, struct error *err)
{
	struct embedded_options again = *options;
	char there[ARGUMENTS_MAX], *rest = there;
	const char **list;
	size_t count = 0;
	int ret;

	if (options->is_again)
		read_arguments(e, there);
	if (!options->is_again || !*there)
		return start_and_keep(e, options, err);
	list = xcalloc(strlen(there) + 1, sizeof(*list));
	for (char *line; (line = strsep(&rest, "\n")) && *line;)
		list[count++] = line;
	again.arguments = list;
	ret = start_and_keep(e, &again, err);
	free(list);
	return ret;
}

/* The runtime directory is private and short-lived; without one the state directory serves. */
static int
choose_sockets(struct embedded *e, const char *name, struct error *err)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	struct sockaddr_un address;
	char *directory;

	if (runtime && runtime[0] == '/')
		directory = xasprintf("%s/sidestage", runtime);
	else
		directory = xasprintf("%s/run", e->directory);
	e->socket = xasprintf("%s/%s.sock", directory, name);
	e->lease_path = xasprintf("%s/%s.lease", directory, name);
	if (paths_make(directory, err) != 0) {
		free(directory);
		return -1;
	}
	free(directory);
	if (strlen(e->lease_path) >= sizeof(address.sun_path))
		return error_set(err, ERROR_INPUT, _("%s: too long for the name of a socket.  Set "
						     "XDG_RUNTIME_DIR to a shorter directory."),
				 e->lease_path);
	return 0;
}

/* Refused while anybody else has it open: it would take their platform away. */
static int
forget_state(const struct embedded *e, struct error *err)
{
	if (paths_remove_tree(e->directory, err) != 0)
		return -1;
	return paths_make(e->directory, err);
}

/* Under the lock: between looking and starting nobody else can start one. */
static int
join_or_start(struct embedded *e, const struct embedded_options *options, struct error *err)
{
	char *parent;

	e->lease = connect_lease(e->lease_path);
	if (e->lease >= 0 && (options->is_fresh || options->is_alone))
		return error_set(err, ERROR_CONFLICT,
				 _("`%s` is running, and its state would be forgotten.  Quit it "
				   "first."), options->command);
	if (options->is_fresh && forget_state(e, err) != 0)
		return -1;
	if (e->lease >= 0)
		return options->may_join && !options->is_again ? check_arguments(e, options, err)
							       : 0;
	/* The forgotten state may have held the directory of the sockets. */
	parent = xstrndup(e->socket, (size_t)(strrchr(e->socket, '/') - e->socket));
	if (paths_make(parent, err) != 0) {
		free(parent);
		return -1;
	}
	free(parent);
	if (start_as_told(e, options, err) != 0)
		return -1;
	e->lease = connect_lease(e->lease_path);
	if (e->lease < 0)
		return error_set(err, ERROR_SYSTEM, _("`%s` ended right after its start.  See its log, %s/sidestaged.log."),
				 options->command, e->directory);
	return 0;
}

static void
clear(struct embedded *e)
{
	if (e->lease >= 0)
		close(e->lease);
	free(e->directory);
	free(e->socket);
	free(e->lease_path);
	*e = (struct embedded){.lease = -1};
}

int
embedded_start(struct embedded *embedded, const struct embedded_options *options, struct error *err)
{
	char *unconfined;
	int lock, ret;

	*embedded = (struct embedded){.directory = xstrdup(options->directory), .lease = -1};
	if (paths_make(embedded->directory, err) != 0 ||
	    choose_sockets(embedded, options->name, err) != 0) {
		clear(embedded);
		return -1;
	}
	lock = lock_directory(embedded->directory, options->command, err);
	if (lock < 0) {
		clear(embedded);
		return -1;
	}
	ret = join_or_start(embedded, options, err);
	unconfined = xasprintf("%s/unconfined", embedded->directory);	/* the daemon's word */
	embedded->unconfined = access(unconfined, F_OK) == 0;
	free(unconfined);
	close(lock);
	if (ret != 0)
		clear(embedded);
	return ret;
}

#define CHANNEL 3		/* behind the three that each process has */

/* Away from the terminal, whose keys are none of its affair, and without any file of whoever asked:
 * that one may end meanwhile, and its locks have to end with it. */
static bool
leave_files(int channel)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	return null >= 0 && dup2(null, 0) >= 0 && dup2(null, 1) >= 0 && dup2(null, 2) >= 0 &&
	       dup2(channel, CHANNEL) >= 0 && close_range(CHANNEL + 1, ~0U, 0) == 0;
}

/* Only the lease leaves it. */
static void __attribute__((noreturn))
start_and_pass(embedded_starter *start, const void *data, int channel)
{
	struct embedded embedded;

	_exit(leave_files(channel) && start(&embedded, data) == 0 &&
	      pass_fd(CHANNEL, embedded.lease) == 0 ? 0 : 1);
}

int
embedded_start_apart(embedded_starter *start, const void *data)
{
	int ends[2], which;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return -1;
	which = fork_apart();
	if (which == 1)
		start_and_pass(start, data, ends[1]);
	close(ends[1]);
	if (which == 0)
		return ends[0];
	close(ends[0]);
	return -1;
}

int
embedded_take_lease(struct embedded *embedded, int fd)
{
	int lease = receive_fd(fd);

	close(fd);
	if (lease < 0)
		return -1;
	if (embedded->lease >= 0)
		close(embedded->lease);
	embedded->lease = lease;
	return lease;
}

void
embedded_stop(struct embedded *embedded)
{
	char byte;

	if (embedded->lease >= 0) {
		/* The daemon closes its half at once when others remain, else when all is gone. */
		shutdown(embedded->lease, SHUT_WR);
		while (wait_readable(embedded->lease, STOP_LIMIT_MS) &&
		       read(embedded->lease, &byte, 1) > 0)
			;
	}
	clear(embedded);
}
