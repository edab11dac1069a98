/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Reviews of deployments: what a deployment would be is recorded as every other, read, and taken
 * back in the same transaction; then whoever would carry it out is asked.
 *
 * The answer comes in pieces, like a log that has to be asked for: the first is the whole of it,
 * when it is there.  Whoever goes away before cancels the question.
 */
#include "config.h"

#include "platform/api/handlers/deploy-reviews.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/requests.h"
#include "model/nouns.h"
#include "platform/api/handlers/deployments.h"
#include "platform/api/handlers/environments.h"
#include "platform/auth/access.h"
#include "platform/engine/deploy-review.h"
#include "platform/http/stream.h"
#include "platform/state/platform.h"
#include "platform/state/repository.h"

#define LOOK_MS 50

struct review_stream {
	struct stream stream;
	struct review_run *run;
	char *text;			/* NULL: still not */
	size_t sent;
};

static void
free_stream(struct stream *stream)
{
	struct review_stream *s = (struct review_stream *)stream;

	review_run_free(s->run);
	free(s->text);
	free(s);
}

static bool
more_of_review(struct stream *stream, struct buf *out)
{
	struct review_stream *s = (struct review_stream *)stream;

	if (!s->text && review_run_answer(s->run))
		s->text = json_text(review_run_answer(s->run), 0);
	return !s->text || stream_put(out, s->text, &s->sent);
}

/* Takes the run. */
static int
answer_later(struct review_run *run, const struct request *request, struct response *response,
	     struct error *err)
{
	struct review_stream *s;

	if (review_run_answer(run)) {
		int ret = answer(response, 200, json_deep_copy(review_run_answer(run)));

		review_run_free(run);
		return ret;
	}
	if (!request->may_wait) {
		review_run_free(run);
		return error_set_code(err, CODE_TOO_MANY_WAIT);
	}
	s = xcalloc(1, sizeof(*s));
	s->stream = (struct stream){
		.more = more_of_review, .free = free_stream, .look_ms = LOOK_MS};
	s->run = run;
	response->content_type = xstrdup("application/json");
	response->stream = &s->stream;
	return 0;
}

/* What the deployment would be, within a transaction that is taken back. */
static struct review_run *
look(struct platform *platform, const struct request *request, const json_t *body,
     struct response *response, struct error *err)
{
	struct review_run *run = NULL;
	struct deployment made;

	if (deployments_record(platform, request, body, response, &made, err) == 0)
		run = review_run_new(platform, &request->place, untrusted_raw(&made.id), err);
	deployment_clear(&made);
	return run;
}

/* POST .../envs/{envId}/deploy-review: what would come of a deployment, which is not made. */
int
review_deployment(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	struct review_run *run;

	if (repository_begin(platform->repository, err) != 0)
		return -1;
	run = look(platform, request, request->body, response, err);
	repository_rollback(platform->repository);
	return run ? answer_later(run, request, response, err) : -1;
}

/* As create_environment() would make it, and for whoever may deploy there then. */
static struct review_run *
look_at_new(struct platform *platform, const struct request *request,
	    const struct review_request *asked, struct response *response, struct error *err)
{
	struct request there = *request;
	struct response made = {0};
	struct review_run *run = NULL;

	there.body = asked->environment;
	if (create_environment(platform, &there, &made, err) == 0) {
		there.place.env = json_member_string(there.body, "id");
		there.body = request->body;
		if (access_check(platform, request->caller, PERMISSION_DEPLOY, &there.place, NULL,
				 err) == 0)
			run = look(platform, &there, asked->deployment, response, err);
	}
	json_decref(made.body);
	return run;
}

static int
check_parts(const struct review_request *asked, struct error *err)
{
	const char *missing = !asked->environment  ? "environment"
			      : !asked->deployment ? "deployment" : NULL;

	return missing ? error_set_code(err, CODE_MEMBER_NOT_OBJECT, .member = missing) : 0;
}

/* POST .../apps/{appId}/deploy-review: the same of an environment that is not there yet. */
int
review_environment(struct platform *platform, const struct request *request,
		   struct response *response, struct error *err)
{
	struct review_run *run = NULL;
	struct review_request asked;

	review_request_read(&asked, request->body);
	if (check_parts(&asked, err) == 0 && repository_begin(platform->repository, err) == 0) {
		run = look_at_new(platform, request, &asked, response, err);
		repository_rollback(platform->repository);
	}
	review_request_clear(&asked);
	return run ? answer_later(run, request, response, err) : -1;
}
