/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Asks for the newest lines once a second; an answer takes the place of the one before.
 *
 * The wire has no "since", so what is new is found by comparing with what there was; a reader
 * who scrolled up is kept at the same lines by that count.  Where the two have nothing in
 * common, lines are missing, and the view says so.
 */
#include "config.h"

#include "flow/world/logs.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/operations.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/context/poll.h"

#define EVERY_MS 1000
#define LINES_MAX 5000		/* a platform may give more than it was asked for */
/* One equal line may be chance: programs repeat themselves. */
#define ALIKE_LINES 4		/* so many equal lines in a row are the same ones */

struct logs {
	struct session *session;
	char *org, *app, *env, *workload, *container;
	struct log_line *lines;
	size_t count;
	uint64_t revision, appended, gaps;
	bool previous, read, held;
	struct error error;
	char digest[IDS_SHA256_B64_SIZE];
	struct poll poll;
};

static void
free_lines(struct log_line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		log_line_clear(&lines[i]);
	free(lines);
}

static bool
is_same(const struct log_line *a, const struct log_line *b)
{
	return a->at == b->at && untrusted_equal(&a->payload, &b->payload) &&
	       untrusted_equal(&a->workload, &b->workload) &&
	       untrusted_equal(&a->container, &b->container);
}

/* Whether the last lines that there were, so many of them, end at line `end` - 1 now. */
static bool
ends_at(const struct logs *logs, const struct log_line *lines, size_t end, size_t alike)
{
	for (size_t i = 1; i <= alike && i <= end && i <= logs->count; i++)
		if (!is_same(&lines[end - i], &logs->lines[logs->count - i]))
			return false;
	return true;
}

/* There is no more than what was asked for, however much is written: so the lines that there
 * were are looked for in those that came; the last one alone when another workload's came late
 * between them.  Not there: all are new. */
static size_t
count_appended(const struct logs *logs, const struct log_line *lines, size_t count)
{
	static const size_t alike[] = {ALIKE_LINES, 1};

	/* Where there was none before, all are new. */
	for (size_t i = 0; logs->count > 0 && i < sizeof(alike) / sizeof(alike[0]); i++)
		for (size_t end = count; end > 0; end--)
			if (ends_at(logs, lines, end, alike[i]))
				return count - end;
	return count;
}

/* The wire has the newest first. */
static void
take_lines(struct logs *logs, const json_t *body)
{
	size_t count = json_array_size(body), appended;
	struct log_line *lines;

	if (count > LINES_MAX)
		count = LINES_MAX;
	lines = xcalloc(count + 1, sizeof(*lines));
	for (size_t i = 0; i < count; i++)
		log_line_read(&lines[i], json_array_get(body, count - 1 - i));
	appended = logs->read ? count_appended(logs, lines, count) : 0;
	logs->appended += appended;
	/* As many as were asked for, and none of them was there before: what came between was not
	 * read. */
	logs->gaps += count >= LOGS_LINES && appended == count;
	free_lines(logs->lines, logs->count);
	logs->lines = lines;
	logs->count = count;
}

static void
answered(void *data, const struct api_reply *reply)
{
	struct logs *logs = data;
	char digest[IDS_SHA256_B64_SIZE];

	poll_answered(&logs->poll, reply);
	logs->error = reply->error;
	if (reply->error.kind == ERROR_NONE && !json_is_array(reply->body))
		error_set(&logs->error, ERROR_PROTOCOL,
			  _("The logs of %s are not a list; this platform's "
			    "answer is not understood."),
			  logs->env);
	if (logs->error.kind == ERROR_NONE) {
		ids_sha256_b64(digest, reply->bytes, reply->length);
		if (!logs->read || strcmp(digest, logs->digest) != 0) {
			take_lines(logs, reply->body);
			logs->revision++;
		}
		memcpy(logs->digest, digest, sizeof(digest));
		logs->read = true;
	}
	session_changed(logs->session);
}

static struct api_call *
ask(void *data)
{
	struct logs *logs = data;

	if (logs->held)
		return NULL;
	return api_get_logs(session_api(logs->session), logs->org, logs->app, logs->env,
			    logs->workload, logs->container, logs->previous, LOGS_LINES,
			    answered, logs);
}

struct logs *
logs_open(struct session *session, const struct logs_wanted *wanted)
{
	struct logs *logs = xcalloc(1, sizeof(*logs));

	logs->session = session;
	logs->org = xstrdup(wanted->org);
	logs->app = xstrdup(wanted->app);
	logs->env = xstrdup(wanted->env);
	logs->workload = xstrdup_or_null(wanted->workload);
	logs->container = xstrdup_or_null(wanted->container);
	logs->previous = wanted->previous;
	poll_open(&logs->poll, session, EVERY_MS, ask, logs);
	return logs;
}

void
logs_close(struct logs *logs)
{
	if (!logs)
		return;
	poll_close(&logs->poll);
	free_lines(logs->lines, logs->count);
	free(logs->org);
	free(logs->app);
	free(logs->env);
	free(logs->workload);
	free(logs->container);
	free(logs);
}

size_t
logs_count(const struct logs *logs)
{
	return logs->count;
}

const struct log_line *
logs_line(const struct logs *logs, size_t i)
{
	return &logs->lines[i];
}

uint64_t
logs_appended(const struct logs *logs)
{
	return logs->appended;
}

uint64_t
logs_gaps(const struct logs *logs)
{
	return logs->gaps;
}

uint64_t
logs_revision(const struct logs *logs)
{
	return logs->revision;
}

bool
logs_was_read(const struct logs *logs)
{
	return logs->read;
}

const struct error *
logs_error(const struct logs *logs)
{
	return &logs->error;
}

/* An answer that is under way when it is held still comes; only the next question waits. */
void
logs_hold(struct logs *logs, bool held)
{
	logs->held = held;
	if (!held && !logs->poll.call && !logs->poll.timer)
		poll_ask(&logs->poll);
}
