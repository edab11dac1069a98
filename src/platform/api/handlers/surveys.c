/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * GET .../envs/{envId}?survey=true: who reviews a change of what somebody else made, or clones it,
 * is not to do so by what was there a minute ago.  So the namespace is read first; where that takes
 * too long, or fails, the answer has what is known, and says so.
 */
#include "config.h"

#include "platform/api/handlers/surveys.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/adoption-report.h"
#include "model/error-codes.h"
#include "model/json-text.h"
#include "platform/api/withheld.h"
#include "platform/engine/follow.h"
#include "platform/http/stream.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"

#define LOOK_MS 20
#define SURVEY_MAX_MS 8000	/* a client waits 10 s for a byte */

struct survey_stream {
	struct stream stream;
	struct platform *platform;
	struct place place;		/* its texts are owned */
	int64_t until;			/* steady ms */
	bool is_done;
	struct error why;		/* it was not read; kind NONE: it was */
	char *text;			/* NULL: still not */
	size_t sent;
};

static void
free_stream(struct stream *stream)
{
	struct survey_stream *s = (struct survey_stream *)stream;

	follow_forget(s->platform->follow, s);
	free((char *)s->place.org);
	free((char *)s->place.app);
	free((char *)s->place.env);
	free(s->text);
	free(s);
}

static void
note_done(void *data, const json_t *report, const struct error *err)
{
	struct survey_stream *s = data;

	(void)report;
	s->is_done = true;
	s->why = err ? *err : (struct error){0};
}

static json_t *
tell_survey(const struct error *why)
{
	struct survey_report report = {.state = ADOPTION_DONE};
	json_t *told;

	if (why->kind != ERROR_NONE) {
		report.state = ADOPTION_FAILED;
		read_failure_set(&report.error, why);
	}
	told = survey_report_encode(&report);
	survey_report_clear(&report);
	return told;
}

/* The environment may be gone by now: the answer has begun, and is none. */
static char *
compose(const struct survey_stream *s)
{
	struct error err = {0};
	json_t *body = repository_environment(s->platform->repository, &s->place, &err);
	char *text;

	if (!body)
		return xstrdup("null");
	json_object_set_new(body, "survey", tell_survey(&s->why));
	withheld_from_answer(s->platform, "getEnvironment", &(struct response){.body = body});
	text = json_text(body, 0);
	json_decref(body);
	return text;
}

static bool
more_of_survey(struct stream *stream, struct buf *out)
{
	struct survey_stream *s = (struct survey_stream *)stream;

	if (!s->is_done && clock_steady_ms() >= s->until) {
		follow_forget(s->platform->follow, s);
		s->is_done = true;
		error_set_code(&s->why, CODE_CLUSTER_REVIEW_LATE, .seconds = SURVEY_MAX_MS / 1000);
	}
	if (s->is_done && !s->text)
		s->text = compose(s);
	return !s->text || stream_put(out, s->text, &s->sent);
}

bool
survey_answers(struct platform *platform, const struct request *request, struct response *response)
{
	const char *asked = request_query(request, "survey");
	const struct place *place = &request->place;
	struct survey_stream *s;

	if (!asked || strcmp(asked, "true") != 0 || !request->may_wait)
		return false;
	s = xcalloc(1, sizeof(*s));
	s->stream = (struct stream){
		.more = more_of_survey, .free = free_stream, .look_ms = LOOK_MS};
	s->platform = platform;
	s->place = (struct place){xstrdup(place->org), xstrdup(place->app), xstrdup(place->env)};
	s->until = clock_steady_ms() + SURVEY_MAX_MS;
	if (!follow_survey(platform->follow, place, note_done, s)) {
		free_stream(&s->stream);
		return false;
	}
	response->content_type = xstrdup("application/json");
	response->stream = &s->stream;
	return true;
}
