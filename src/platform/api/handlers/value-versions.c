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

#include "base/clock.h"
#include "base/error.h"
#include "model/requests.h"
#include "platform/api/handlers/misfit.h"
#include "platform/state/platform.h"
#include "platform/state/repository-value-versions.h"
#include "platform/state/repository-values.h"
#include "platform/state/repository.h"


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

/* The change borrows what was said, which is to be cleared in any case. */
static int
read_change(const struct request *request, struct comment_request *said,
	    struct value_set_change *change, struct error *err)
{
	comment_request_read(said, request->body);
	*change = (struct value_set_change){
		.user = request_user(request),
		.comment = said->comment.raw,
		.now = clock_wall_ms(),
	};
	return refuse_misfit(comment_request_misfit(request->body), err);
}

/* With a key in the address, that key alone. */
int
restore_value_version(struct platform *platform, const struct request *request,
		      struct response *response, struct error *err)
{
	struct value_set_change change;
	struct comment_request said;
	char made[IDS_UUID_SIZE];
	int ret = read_change(request, &said, &change, err);

	if (ret == 0)
		ret = repository_restore_values(platform->repository, &request->place,
						request->ids[0], request->ids[1], &change, made,
						err);
	comment_request_clear(&said);
	if (ret != 0)
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
	struct comment_request said;
	int ret = read_change(request, &said, &change, err);

	response->status = 204;
	if (ret == 0)
		ret = repository_purge_value(platform->repository, &request->place,
					     request->ids[0], request->ids[1], &change, err);
	comment_request_clear(&said);
	if (ret != 0)
		return -1;
	repository_after_commit(platform->repository, scrub, NULL, platform);
	return 0;
}
