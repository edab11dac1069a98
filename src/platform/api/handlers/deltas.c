/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Deltas.
 *
 * Somebody may be looking at one while it is changed, and deploys it afterwards.  So one that
 * names an environment is changed by its author and by those who may deploy there, and by
 * nobody else; and one that was deployed stays what it was.
 */
#include "config.h"

#include "platform/api/handlers/long-list.h"
#include "platform/api/handlers/deltas.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/delta.h"
#include "model/draft.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/auth/access.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-sets.h"

#define ID_DIGITS 40

struct drafts_filter {
	char *env;			/* NULL: of any */
	bool archived;
};

static void
free_drafts_filter(void *filter)
{
	free(((struct drafts_filter *)filter)->env);
	free(filter);
}

static int
drafts_page(struct platform *platform, const struct place *place, const void *filter,
	    struct text_page *page, struct error *err)
{
	const struct drafts_filter *wanted = filter;

	return repository_drafts_page(platform->repository, place, wanted->env, wanted->archived,
				      page, err);
}

/* GET .../deltas: the drafts of an application. */
int
list_deltas(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	static const struct long_list list = {
		.text = drafts_page, .free_filter = free_drafts_filter, .short_max = 1000,
		.page_max = 100,
	};
	const char *archived = request_query(request, "archived");
	const char *env = request_query(request, "env");
	struct drafts_filter *wanted = xcalloc(1, sizeof(*wanted));

	wanted->env = env ? xstrdup(env) : NULL;
	wanted->archived = archived && strcmp(archived, "true") == 0;
	return answer_long_list(platform, request, response, &list, wanted, 0, err);
}

static int
answer_draft(struct platform *platform, const struct request *request, const char *id,
	     struct response *response, struct error *err)
{
	struct draft draft;

	if (repository_read_draft(platform->repository, &request->place, id, &draft, err) != 0)
		return -1;
	answer(response, 200, draft_encode(&draft));
	draft_clear(&draft);
	return 0;
}

/* GET .../deltas/{deltaId}: one draft. */
int
get_delta(struct platform *platform, const struct request *request, struct response *response,
	  struct error *err)
{
	return answer_draft(platform, request, request->ids[0], response, err);
}

/* POST .../deltas: store a draft. */
int
create_delta(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	struct delta *delta = delta_decode_sent(request->body, err);
	char id[ID_DIGITS + 1];
	struct draft asked;
	int ret;

	if (!delta)
		return -1;
	ids_random_hex(id, ID_DIGITS);
	draft_read(&asked, request->body);
	ret = repository_put_delta(platform->repository, &request->place, id, delta,
				   asked.metadata.env_id.raw, asked.metadata.name.raw,
				   request_user(request), clock_wall_ms(), err);
	draft_clear(&asked);
	delta_free(delta);
	return ret == 0 ? answer_draft(platform, request, id, response, err) : -1;
}

static int
check_author(struct platform *platform, const struct request *request, const struct draft *draft,
	     struct error *err)
{
	const char *env = draft->metadata.env_id.raw;
	const char *author = untrusted_raw(&draft->metadata.created_by);
	struct place place = {request->place.org, request->place.app, env};
	struct error why = {0};

	if (!env || !*env || strcmp(author, request_user(request)) == 0)
		return 0;
	/* Of an environment that is gone: who may deploy to all of them. */
	if (repository_has(platform->repository, &place, &why) != 0) {
		if (why.kind != ERROR_NOT_FOUND) {
			*err = why;
			return -1;
		}
		place.env = NULL;
	}
	why = (struct error){0};
	if (access_check(platform, request->caller, PERMISSION_DEPLOY, &place, NULL, &why) == 0)
		return 0;
	if (why.kind != ERROR_ACCESS) {
		*err = why;
		return -1;
	}
	return error_set_code(err, CODE_DELTA_IS_OF_AUTHOR, .delta = request->ids[0], .env = env,
			      .user = author);
}

static int
check_not_deployed(struct platform *platform, const struct request *request, struct error *err)
{
	int deployed = repository_delta_is_deployed(platform->repository, &request->place,
						    request->ids[0], err);

	if (deployed <= 0)
		return deployed;
	return error_set_code(err, CODE_DELTA_WAS_DEPLOYED, .delta = request->ids[0]);
}

/* The delta as it is, when the caller may change it now.  Asked at each change and not only at
 * deploying: a delta that is under review must not become another one meanwhile. */
static int
read_changeable(struct platform *platform, const struct request *request, struct draft *out,
		struct error *err)
{
	if (repository_read_draft(platform->repository, &request->place, request->ids[0], out,
				  err) != 0)
		return -1;
	if (check_author(platform, request, out, err) == 0 &&
	    check_not_deployed(platform, request, err) == 0)
		return 0;
	draft_clear(out);
	return -1;
}

static int
replace(struct platform *platform, const struct request *request, const struct delta *delta,
	struct error *err)
{
	return repository_update_delta(platform->repository, &request->place, request->ids[0],
				       delta, request_user(request), clock_wall_ms(), err);
}

/* PUT .../deltas/{deltaId}: replace the content of a draft. */
int
put_delta(struct platform *platform, const struct request *request, struct response *response,
	  struct error *err)
{
	struct draft known;
	struct delta *delta;
	int ret;

	response->status = 204;
	if (read_changeable(platform, request, &known, err) != 0)
		return -1;
	draft_clear(&known);
	delta = delta_decode_sent(request->body, err);
	ret = delta ? replace(platform, request, delta, err) : -1;
	delta_free(delta);
	return ret;
}

/* Each of the array is merged into what came before; nothing is stored when one fails. */
static struct delta *
compose_all(const struct delta *delta, const json_t *changes, struct error *err)
{
	const size_t count = json_array_size(changes);
	struct delta **later = xcalloc(count + 1, sizeof(*later)), *merged = NULL;
	size_t read = 0;

	while (read < count &&
	       (later[read] = delta_decode_sent(json_array_get(changes, read), err)))
		read++;
	if (read == count)
		merged = delta_compose_all(delta, later, count, err);
	else
		error_prefix_code(err, CODE_IN_CHANGE, .index = read);
	for (size_t i = 0; i < read; i++)
		delta_free(later[i]);
	free(later);
	return merged;
}

/* PATCH .../deltas/{deltaId}: merge further changes into a draft, in order. */
int
patch_delta(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	struct draft known;
	struct delta *delta, *merged;
	int ret;

	if (read_changeable(platform, request, &known, err) != 0)
		return -1;
	delta = draft_delta(&known, err);
	draft_clear(&known);
	merged = delta ? compose_all(delta, request->body, err) : NULL;
	ret = merged ? replace(platform, request, merged, err) : -1;
	delta_free(merged);
	delta_free(delta);
	if (ret != 0)
		return -1;
	return get_delta(platform, request, response, err);
}

/* Put away or fetched back, it is what it was: one that was deployed may be. */
int
archive_delta(struct platform *platform, const struct request *request, struct response *response,
	      struct error *err)
{
	struct draft known;
	int ret;

	response->status = 204;
	if (repository_read_draft(platform->repository, &request->place, request->ids[0], &known,
				  err) != 0)
		return -1;
	ret = check_author(platform, request, &known, err);
	draft_clear(&known);
	if (ret != 0)
		return -1;
	return repository_set_delta_archived(platform->repository, &request->place,
					     request->ids[0], json_is_true(request->body), err);
}

typedef int setter(struct repository *repository, const struct place *place, const char *id,
		   const char *value, struct error *err);

static int
change_metadata(struct platform *platform, const struct request *request,
		struct response *response, setter *set, struct error *err)
{
	struct draft known;

	response->status = 204;
	if (read_changeable(platform, request, &known, err) != 0)
		return -1;
	draft_clear(&known);
	return set(platform->repository, &request->place, request->ids[0],
		   json_string_value(request->body), err);
}

/* PUT .../deltas/{deltaId}/metadata/env_id: say which environment a draft is for. */
int
change_env_of_delta(struct platform *platform, const struct request *request,
		    struct response *response, struct error *err)
{
	return change_metadata(platform, request, response, repository_set_delta_env, err);
}

/* PUT .../deltas/{deltaId}/metadata/name: name a draft. */
int
change_name_of_delta(struct platform *platform, const struct request *request,
		     struct response *response, struct error *err)
{
	return change_metadata(platform, request, response, repository_set_delta_name, err);
}
