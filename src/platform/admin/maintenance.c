/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The daemon's side.  A visitor is read until its line is whole, then worked for, then
 * written to; a backup is worked on a little in each turn, so that the API goes on meanwhile.
 *
 * Import and export are done in one go, since they are one transaction, or one look at the
 * state.  A visitor is told apart by the kernel (SO_PEERCRED), as the mode of a socket can be
 * changed by mistake.
 */
#include "config.h"

#include "platform/admin/maintenance.h"

#include <errno.h>
#include <nettle/memops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/peer.h"
#include "platform/admin/adopt-request.h"
#include "platform/admin/backup.h"
#include "platform/admin/export.h"
#include "platform/admin/import.h"
#include "platform/admin/maintenance-socket.h"
#include "platform/admin/socket-secret.h"
#include "platform/engine/follow.h"
#include "platform/state/platform.h"

#define VISITORS_MAX 8
#define VISIT_MS 60000		/* to ask, and to take the answer */
#define BACKUP_PAUSE_MS 2

struct visitor {
	struct maintenance *maintenance;
	struct visitor *next;
	struct loop_fd *watch;
	struct loop_timer *limit;	/* or, while a backup goes on, its next step */
	int fd;
	struct buf in, out;
	struct backup *backup;
	char *backup_path;
};

struct maintenance {
	struct platform *platform;
	char *state;
	char secret[SOCKET_SECRET_SIZE];
	int listener;
	struct loop_fd *watch;
	struct visitor *visitors;
	size_t count;
};

static void
drop(struct visitor *visitor)
{
	struct visitor **link = &visitor->maintenance->visitors;

	while (*link != visitor)
		link = &(*link)->next;
	*link = visitor->next;
	visitor->maintenance->count--;
	follow_forget(visitor->maintenance->platform->follow, visitor);
	loop_remove_fd(visitor->watch);
	loop_remove_timer(visitor->limit);
	close(visitor->fd);
	/* Whoever has not been told of the backup does not take it away. */
	if (visitor->backup_path && visitor->out.length > 0)
		unlink(visitor->backup_path);
	buf_clear(&visitor->in);
	buf_clear(&visitor->out);
	backup_free(visitor->backup);
	free(visitor->backup_path);
	free(visitor);
}

static void
took_too_long(void *data)
{
	struct visitor *visitor = data;

	visitor->limit = NULL;
	drop(visitor);
}

static void
set_limit(struct visitor *visitor)
{
	loop_remove_timer(visitor->limit);
	visitor->limit = loop_add_timer(visitor->maintenance->platform->loop, VISIT_MS,
					took_too_long, visitor);
}

/* Takes the result; NULL: err says why. */
static void
reply(struct visitor *visitor, json_t *result, const struct error *err)
{
	json_t *line = result ? json_pack("{s:o}", "result", result)
			      : json_pack("{s:s}", "error", err->text);
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;

	buf_puts(&visitor->out, text ? text : "{\"error\":\"\"}");
	buf_puts(&visitor->out, "\n");
	free(text);
	json_decref(line);
	set_limit(visitor);
	loop_set_events(visitor->watch, EPOLLOUT);
}

/* --- the commands --- */

static void
step_backup(void *data)
{
	struct visitor *visitor = data;
	struct error err = {0};
	int ret = backup_step(visitor->backup, &err);
	json_t *left_out;

	visitor->limit = NULL;
	if (ret == 1) {
		visitor->limit = loop_add_timer(visitor->maintenance->platform->loop,
						BACKUP_PAUSE_MS, step_backup, visitor);
		return;
	}
	left_out = backup_left_out(visitor->backup);
	backup_free(visitor->backup);
	visitor->backup = NULL;
	log_line(ret == 0 ? LOG_PRIORITY_NOTICE : LOG_PRIORITY_ERROR, "backup", "outcome",
		 ret == 0 ? "succeeded" : "failed", "error", ret == 0 ? NULL : err.text, NULL);
	reply(visitor,
	      ret == 0 ? json_pack("{s:s, s:o}", "path", visitor->backup_path, "left_out",
				   json_incref(left_out))
		       : NULL,
	      &err);
	json_decref(left_out);
}

static void
do_backup(struct visitor *visitor, const json_t *request)
{
	struct maintenance *m = visitor->maintenance;
	struct error err = {0};

	(void)request;
	visitor->backup_path = xasprintf("%s/backup-%d.tar", m->state, visitor->fd);
	visitor->backup = backup_new(m->platform->repository, m->state, visitor->backup_path, &err);
	if (visitor->backup)
		step_backup(visitor);
	else
		reply(visitor, NULL, &err);
}

static void
do_import(struct visitor *visitor, const json_t *request)
{
	struct error err = {0};
	json_t *result = import_apply(visitor->maintenance->platform,
				      json_object_get(request, "file"),
				      json_member_string(request, "user"), &err);

	log_line(LOG_PRIORITY_NOTICE, "import", "outcome", result ? "succeeded" : "failed", "error",
		 result ? NULL : err.text, NULL);
	reply(visitor, result, &err);
}

static void
do_export(struct visitor *visitor, const json_t *request)
{
	struct error err = {0};

	(void)request;
	reply(visitor, export_all(visitor->maintenance->platform->repository, &err), &err);
}

static void
end_adopt(void *data, const json_t *report, const struct error *err)
{
	reply(data, report ? json_deep_copy(report) : NULL, err);
}

static void
do_adopt(struct visitor *visitor, const json_t *request)
{
	struct error err = {0};

	if (adopt_request(visitor->maintenance->platform, request, end_adopt, visitor, &err) != 0)
		reply(visitor, NULL, &err);
}

static const struct {
	const char *name;
	void (*run)(struct visitor *visitor, const json_t *request);
} commands[] = {
	{"backup", do_backup},
	{"import", do_import},
	{"adopt", do_adopt},
	{"export", do_export},
};

static bool
knows_secret(const struct visitor *visitor, const json_t *request)
{
	const char *kept = visitor->maintenance->secret,
		   *told = json_member_string(request, "secret");

	return told && strlen(told) == strlen(kept) && memeql_sec(told, kept, strlen(kept)) != 0;
}

static void
obey(struct visitor *visitor)
{
	struct error err = {0};
	json_t *request = json_decode(buf_str(&visitor->in), visitor->in.length, &err);
	const char *name = request ? json_member_string(request, "command") : NULL;
	size_t i, count = sizeof(commands) / sizeof(commands[0]);

	loop_set_events(visitor->watch, 0);
	loop_remove_timer(visitor->limit);
	visitor->limit = NULL;
	for (i = 0; name && i < count && strcmp(commands[i].name, name) != 0; i++)
		;
	if (request && !knows_secret(visitor, request)) {
		error_set(&err, ERROR_ACCESS,
			  _("The secret of the sockets is missing or wrong."));
		log_line(LOG_PRIORITY_WARNING, "refused", "peer", "maintenance", "why",
			 "wrong secret", NULL);
		reply(visitor, NULL, &err);
	} else if (name && i < count) {
		commands[i].run(visitor, request);
	} else {
		if (request)
			error_set(&err, ERROR_INPUT,
				  _("This sidestaged does not know that command."));
		reply(visitor, NULL, &err);
	}
	json_decref(request);
}

/* --- visitors --- */

static void
write_some(struct visitor *visitor)
{
	ssize_t n = send(visitor->fd, visitor->out.data, visitor->out.length,
			 MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		buf_drop_front(&visitor->out, (size_t)n);
	if (n <= 0 || visitor->out.length == 0)
		drop(visitor);
}

static void
read_some(struct visitor *visitor)
{
	char bytes[65536];
	ssize_t n = recv(visitor->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || !buf_append(&visitor->in, bytes, (size_t)n))
		drop(visitor);
	else if (bytes[n - 1] == '\n')
		obey(visitor);
}

static void
visitor_ready(void *data, uint32_t events)
{
	struct visitor *visitor = data;

	if (visitor->out.length > 0)
		write_some(visitor);
	else if (events & (EPOLLIN | EPOLLOUT))
		read_some(visitor);
	else
		drop(visitor);	/* it went away */
}

static bool
may_visit(int fd)
{
	uid_t uid = peer_user(fd);

	return (uid == geteuid() || uid == 0) && !peer_is_confined(fd);
}

static void
visitor_comes(void *data, uint32_t events)
{
	struct maintenance *m = data;
	struct visitor *visitor;
	int fd = accept4(m->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	if (m->count == VISITORS_MAX || !may_visit(fd)) {
		close(fd);
		return;
	}
	visitor = xcalloc(1, sizeof(*visitor));
	visitor->maintenance = m;
	visitor->fd = fd;
	buf_init(&visitor->in, JSON_BYTES_MAX + 4096);
	buf_init(&visitor->out, 8 * (size_t)JSON_BYTES_MAX);
	visitor->next = m->visitors;
	m->visitors = visitor;
	m->count++;
	visitor->watch = loop_add_fd(m->platform->loop, fd, EPOLLIN, visitor_ready, visitor);
	set_limit(visitor);
}

struct maintenance *
maintenance_new(struct platform *platform, const char *state, const char *secret,
		struct error *err)
{
	struct maintenance *m;
	int fd = maintenance_listen(state, err);

	if (fd < 0)
		return NULL;
	m = xcalloc(1, sizeof(*m));
	m->platform = platform;
	m->state = xstrdup(state);
	snprintf(m->secret, sizeof(m->secret), "%s", secret);
	m->listener = fd;
	m->watch = loop_add_fd(platform->loop, fd, EPOLLIN, visitor_comes, m);
	return m;
}

void
maintenance_stop_listening(struct maintenance *maintenance)
{
	if (!maintenance || maintenance->listener < 0)
		return;
	loop_remove_fd(maintenance->watch);
	close(maintenance->listener);
	maintenance->listener = -1;
	maintenance_unlink(maintenance->state);
}

void
maintenance_free(struct maintenance *maintenance)
{
	if (!maintenance)
		return;
	maintenance_stop_listening(maintenance);
	while (maintenance->visitors)
		drop(maintenance->visitors);
	free(maintenance->state);
	free(maintenance);
}
