/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One version of an artefact: what a driver has (artefact-images.h), or what was registered. */
#include "config.h"

#include "platform/api/handlers/artefacts.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/text.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/members.h"
#include "platform/api/handlers/artefact-images.h"
#include "platform/api/handlers/misfit.h"
#include "platform/api/score.h"
#include "platform/api/score-overrides.h"
#include "platform/engine/automation.h"
#include "platform/engine/engine.h"
#include "platform/state/platform.h"
#include "platform/state/repository-artefacts.h"

struct image_by_id {
	const char *id;
	struct artefact *out;
};

static int
take_if_named(struct platform *platform, struct artefact *artefact, void *data, struct error *err)
{
	const struct image_by_id *wanted = data;

	(void)platform;
	(void)err;
	if (!untrusted_is(&artefact->version.id, wanted->id))
		return 0;
	*wanted->out = *artefact;
	*artefact = (struct artefact){0};
	return 1;
}

/* 0 with `out` filled, or -1 with err and a zero `out`. */
static int
find_version(struct platform *platform, const char *org, const char *id, struct artefact *out,
	     struct error *err)
{
	struct image_by_id wanted = {id, out};
	struct error why = {0};

	if (repository_artefact(platform->repository, org, id, out, &why) == 0)
		return 0;
	if (why.kind != ERROR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	if (artefact_images(platform, take_if_named, &wanted, err) > 0)
		return 0;
	return error_set_code(err, CODE_ARTEFACT_VERSION_NOT_FOUND, .version = id);
}

static int
answer_version(struct platform *platform, const char *org, const char *id,
	       struct response *response, struct error *err)
{
	struct artefact found = {0};

	if (find_version(platform, org, id, &found, err) != 0)
		return -1;
	answer(response, 200, artefact_version_encode(&found.version));
	artefact_clear(&found);
	return 0;
}

static bool
is_uuid(const char *id)
{
	if (strlen(id) != IDS_UUID_SIZE - 1)
		return false;
	for (size_t i = 0; id[i]; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23
			    ? id[i] != '-'
			    : !strchr("0123456789abcdefABCDEF", id[i]))
			return false;
	return true;
}

static int
check_id(const char *id, struct error *err)
{
	return is_uuid(id) ? 0
			   : error_set_code(err, CODE_ARTEFACT_VERSION_ID_INVALID, .version = id);
}

/* GET /orgs/{orgId}/artefact-versions/{artefactVersionId}: one version. */
int
get_artefact_version(struct platform *platform, const struct request *request,
		     struct response *response, struct error *err)
{
	if (check_id(request->ids[0], err) != 0)
		return -1;
	return answer_version(platform, request->place.org, request->ids[0], response, err);
}

/* As find_version(), for what only a workload has. */
static int
find_workload(struct platform *platform, const struct request *request, struct artefact *out,
	      struct error *err)
{
	if (check_id(request->ids[0], err) != 0 ||
	    find_version(platform, request->place.org, request->ids[0], out, err) != 0)
		return -1;
	if (out->version.type == ARTEFACT_WORKLOAD)
		return 0;
	error_set_code(err, CODE_ARTEFACT_IS_CONTAINER,
		       .artefact = untrusted_raw(&out->version.name));
	artefact_clear(out);
	return -1;
}

/* GET /orgs/{orgId}/artefact-versions/{artefactVersionId}/workload-spec: the workload
 * specification a version carries. */
int
get_workload_spec(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	struct artefact found = {0};

	if (find_workload(platform, request, &found, err) != 0)
		return -1;
	answer(response, 200, json_incref(found.source.spec));
	artefact_clear(&found);
	return 0;
}

/* GET /orgs/{orgId}/artefact-versions/{artefactVersionId}/workload-deployment-set: the set a
 * workload version stands for. */
int
get_workload_set(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	struct artefact found = {0};
	int ret;

	if (find_workload(platform, request, &found, err) != 0)
		return -1;
	ret = answer(response, 200, score_convert(found.source.spec, found.source.image.raw, err));
	artefact_clear(&found);
	return ret;
}

static bool
is_commit(const char *commit)
{
	size_t length = strlen(commit);

	return length >= 5 && length <= 40 && commit[strspn(commit, "0123456789abcdef")] == '\0';
}

/* What a workload is made of: fits when it converts. */
static int
take_workload(struct artefact *artefact, const json_t *body, struct error *err)
{
	struct workload_source asked;
	struct workload_source *kept = &artefact->source;
	json_t *set = NULL;

	workload_source_read(&asked, body);
	if (!asked.spec) {
		error_set_code(err, CODE_WORKLOAD_WITHOUT_SPEC);
	} else if (json_object_size(asked.extensions) > 0) {
		error_set_code(err, CODE_WORKLOAD_EXTENSIONS_NOT_TAKEN);
	} else if (refuse_misfit(workload_source_misfit(body), err) == 0) {
		kept->spec = json_deep_copy(asked.spec);
		if (*untrusted_raw(&asked.image))
			untrusted_set(&kept->image, asked.image.raw);
		if (score_override(kept->spec, &asked, err) == 0)
			set = score_convert(kept->spec, kept->image.raw, err);
	}
	untrusted_clear(&artefact->version.digest);	/* that of a container alone */
	workload_source_clear(&asked);
	json_decref(set);
	return set ? 0 : -1;
}

static int
check_version(const struct request *request, const struct artefact_version *version,
	      struct error *err)
{
	const char *ref = untrusted_raw(&version->ref), *commit = untrusted_raw(&version->commit);
	const char *vcs = request_query(request, "vcs");

	if (version->type == ARTEFACT_UNKNOWN)
		return error_set_code(err, CODE_ARTEFACT_TYPE_INVALID);
	if (!*untrusted_raw(&version->name))
		return error_set_code(err, CODE_ARTEFACT_WITHOUT_NAME);
	if (refuse_misfit(artefact_version_misfit(request->body), err) != 0)
		return -1;
	if (*ref && (!vcs || strcmp(vcs, "git") == 0) && strncmp(ref, "refs/", 5) != 0)
		return error_set_code(err, CODE_REF_INVALID);
	if (*commit && !is_commit(commit))
		return error_set_code(err, CODE_COMMIT_INVALID);
	return 0;
}

/* What the request registers; 0, or -1 with an artefact that is to be cleared all the same. */
static int
take_artefact(const struct request *request, struct artefact *out, struct error *err)
{
	struct artefact_version *version = &out->version;

	*out = (struct artefact){0};
	artefact_version_read(version, request->body);
	if (check_version(request, version, err) != 0)
		return -1;
	artefact_complete(version, request_user(request), clock_wall_ms());
	artefact_set_ids(version);
	return version->type == ARTEFACT_WORKLOAD ? take_workload(out, request->body, err) : 0;
}

/* POST /orgs/{orgId}/artefact-versions: register a version that was built. */
int
create_artefact_version(struct platform *platform, const struct request *request,
			struct response *response, struct error *err)
{
	const char *dry_run = request_query(request, "dry_run");
	const char *org = request->place.org;
	struct artefact artefact;
	int ret = take_artefact(request, &artefact, err);

	if (ret == 0 && dry_run && strcmp(dry_run, "true") == 0) {
		artefact_clear(&artefact);
		response->status = 204;
		return 0;
	}
	if (ret == 0)
		ret = repository_put_artefact(platform->repository, org, &artefact, err);
	if (ret == 0)
		ret = automation_take_version(platform->automation, org, &artefact.version,
					      request_user(request), err);
	if (ret == 0)
		ret = answer(response, 200, artefact_version_encode(&artefact.version));
	artefact_clear(&artefact);
	return ret;
}

/* PATCH /orgs/{orgId}/artefacts/{artefactId}/versions/{versionId}: hide a version from lists, or
 * show it again. */
int
patch_artefact_version(struct platform *platform, const struct request *request,
		       struct response *response, struct error *err)
{
	const json_t *archived = json_object_get(request->body, "archived");
	const char *org = request->place.org, *id = request->ids[1];
	struct artefact found = {0};
	int ret = 0;

	if (!json_is_boolean(archived))
		return error_set_code(err, CODE_MEMBER_NOT_BOOLEAN, .member = "archived");
	if (find_version(platform, org, id, &found, err) != 0)
		return -1;
	if (!untrusted_is(&found.version.artefact_id, request->ids[0]))
		ret = error_set_code(err, CODE_ARTEFACT_VERSION_NOT_FOUND, .version = id);
	else if (!found.is_registered)
		ret = error_set_code(err, CODE_ARTEFACT_IS_BUILT_IN,
				     .artefact = untrusted_raw(&found.version.name));
	artefact_clear(&found);
	if (ret != 0)
		return ret;
	if (repository_archive_artefact_version(platform->repository, org, id,
						json_is_true(archived), err) != 0)
		return -1;
	return answer_version(platform, org, id, response, err);
}

/* An executable of the artefact that is to be deleted: its request, as data. */
static int
refuse_built_in(struct platform *platform, struct artefact *artefact, void *data, struct error *err)
{
	const struct request *request = data;
	const struct artefact_version *version = &artefact->version;
	int hidden;

	if (!untrusted_is(&version->artefact_id, request->ids[0]))
		return 0;
	hidden = artefact_is_registered(platform, request->place.org, version->id.raw, err);
	return hidden == 0 ? error_set_code(err, CODE_ARTEFACT_IS_BUILT_IN,
					    .artefact = untrusted_raw(&version->name))
			   : hidden < 0 ? -1 : 0;
}

/* What the platform's own executables are cannot be deleted here. */
int
delete_artefact(struct platform *platform, const struct request *request,
		struct response *response, struct error *err)
{
	const char *id = request->ids[0];
	struct request asked = *request;

	if (artefact_images(platform, refuse_built_in, &asked, err) != 0)
		return -1;
	response->status = 204;
	if (repository_drop_artefact(platform->repository, request->place.org, id, err) == 0) {
		engine_drop_deleted(platform->engine);
		return 0;
	}
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_ARTEFACT_NOT_FOUND, .artefact = id);
	return -1;
}
