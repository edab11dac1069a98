/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Value set versions: the history of shared values, and back in it.
 *
 * Restoring makes a new version and never takes one away.  Only a purge erases, which is what
 * it is for: a secret that got into a value is to be nowhere, not in the write-ahead log
 * either.
 */
#include "config.h"

#include "platform/api/handlers/value-versions.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/state/platform.h"
#include "platform/state/repository-value-versions.h"
#include "platform/state/repository-values.h"
#include "platform/state/repository.h"

#define COMMENT_MAX 4096

/* GET .../value-set-versions: how the shared values of an application changed.  Also GET
 * .../envs/{envId}/value-set-versions: how the shared values of an environment changed. */
int
list_value_versions(struct platform *platform, const struct request *request,
		    struct response *response, struct error *err)
{
	return answer(response, 200,
		      repository_value_versions(platform->repository, &request->place,
						request_query(request, "key_changed"), err));
}

/* GET .../value-set-versions/{versionId}: the shared values of an application at one moment; the
 * UUID of zeros is now.  Also GET .../envs/{envId}/value-set-versions/{versionId}: the shared
 * values of an environment at one moment; the UUID of zeros is now. */
int
get_value_version(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	return answer(response, 200,
		      repository_value_version(platform->repository, &request->place,
					       request->ids[0], err));
}

static int
read_change(const struct request *request, struct value_set_change *change, struct error *err)
{
	const json_t *comment = json_object_get(request->body, "comment");

	*change = (struct value_set_change){
		.user = request_user(request),
		.comment = json_string_value(comment),
		.now = clock_wall_ms(),
	};
	if (comment && !json_is_null(comment) && !change->comment)
		return error_set_code(err, CODE_MEMBER_NOT_STRING, .member = "comment");
	if (change->comment && strlen(change->comment) > COMMENT_MAX)
		return error_set_code(err, CODE_MEMBER_TOO_LONG, .member = "comment",
				      .max = COMMENT_MAX);
	return 0;
}

/* With a key in the address, that key alone. */
int
restore_value_version(struct platform *platform, const struct request *request,
		      struct response *response, struct error *err)
{
	struct value_set_change change;
	char made[IDS_UUID_SIZE];

	if (read_change(request, &change, err) != 0 ||
	    repository_restore_values(platform->repository, &request->place, request->ids[0],
				      request->ids[1], &change, made, err) != 0)
		return -1;
	return answer(response, 200,
		      repository_value_version(platform->repository, &request->place, made, err));
}

/* Only after the commit: until then the log must be able to take the purge back. */
static void
scrub(void *data)
{
	struct platform *platform = data;

	repository_scrub(platform->repository);
}

/* POST .../value-set-versions/{versionId}/purge/{key}: erase a value from the history of an
 * application.  Also POST .../envs/{envId}/value-set-versions/{versionId}/purge/{key}: erase a
 * value from the history of an environment. */
int
purge_value(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	struct value_set_change change;

	response->status = 204;
	if (read_change(request, &change, err) != 0)
		return -1;
	if (repository_purge_value(platform->repository, &request->place, request->ids[0],
				   request->ids[1], &change, err) != 0)
		return -1;
	repository_after_commit(platform->repository, scrub, NULL, platform);
	return 0;
}
