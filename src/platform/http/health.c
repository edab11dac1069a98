/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Alive: it answers.  Ready: what should run was started (or has failed once, which a
 * restart of the daemon would not mend), deployments are taken, and the database can be
 * written.
 */
#include "config.h"

#include "platform/http/health.h"

#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/engine/engine.h"
#include "platform/http/metrics.h"
#include "platform/state/platform.h"
#include "platform/state/repository.h"

#define RETRY_S 1	/* when to ask again whether it is ready */

static void
answer_health(struct platform *platform, struct response *response)
{
	(void)platform;
	response->body = json_pack("{s:s}", "status", "ok");
}

static void
answer_ready(struct platform *platform, struct response *response)
{
	const char *reason = NULL;
	struct error err = {0};

	if (engine_is_stopping(platform->engine))
		reason = "stopping";
	else if (!engine_is_resumed(platform->engine))
		reason = "environments are being started";
	else if (repository_check_writable(platform->repository, &err) != 0)
		reason = "the database cannot be written";
	response->status = reason ? 503 : 200;
	response->retry_after = reason ? RETRY_S : 0;
	response->body = reason ? json_pack("{s:s, s:s}", "status", "not-ready", "reason", reason)
				: json_pack("{s:s}", "status", "ready");
}

static void
answer_metrics(struct platform *platform, struct response *response)
{
	response->text = metrics_text(platform);
	response->content_type = xstrdup(METRICS_CONTENT_TYPE);
}

static const struct {
	const char *path;
	void (*answer)(struct platform *platform, struct response *response);
	bool guarded;
} pages[] = {
	/* The first two are for whoever starts and stops the daemon and has no token; the
	 * third tells how much is done here, so from another machine it takes one. */
	{"/healthz", answer_health, false},
	{"/readyz", answer_ready, false},
	{"/metrics", answer_metrics, true},
};

bool
health_is_open(const char *path, bool local)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (strcmp(pages[i].path, path) == 0)
			return local || !pages[i].guarded;
	return false;
}

bool
health_answer(struct platform *platform, const struct request *request,
	      struct response *response)
{
	struct error err = {0};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (strcmp(pages[i].path, request->path) != 0)
			continue;
		*response = (struct response){.status = 200, .route = pages[i].path};
		if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0) {
			strcpy(response->allow, "GET, HEAD");
			error_set_code(&err, CODE_METHOD_NOT_ALLOWED);
			response_refuse(response, platform, &err);
		} else {
			pages[i].answer(platform, response);
		}
		return true;
	}
	return false;
}
