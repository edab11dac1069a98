/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Artefacts and their versions: what the driver has, and what was registered by POST.
 *
 * What the driver has is not stored: it is read from the driver each time, so a version
 * that appears in the image directory can be picked at once.  Its ids are made from its
 * name, so they are always the same.
 */
#include "config.h"

#include "platform/api/handlers/artefacts.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/image.h"
#include "model/json.h"
#include "model/members.h"
#include "platform/api/handlers/misfit.h"
#include "platform/api/handlers/parameters.h"
#include "platform/api/score.h"
#include "platform/api/score-overrides.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/registry.h"
#include "platform/engine/automation.h"
#include "platform/state/platform.h"
#include "platform/state/repository-artefacts.h"

/* A UUID (version 8: our own making) from a name. */
static void
id_of(char out[IDS_UUID_SIZE], const char *kind, const char *name)
{
	char *text = xasprintf("%s %s", kind, name);
	char hex[IDS_SHA256_HEX_SIZE];

	ids_sha256_hex(hex, text, strlen(text));
	snprintf(out, IDS_UUID_SIZE, "%.8s-%.4s-8%.3s-a%.3s-%.12s", hex, hex + 8, hex + 12,
		 hex + 15, hex + 18);
	free(text);
}

static void
set_if_absent(struct untrusted *text, const char *usual)
{
	if (!text->raw)
		untrusted_init(text, usual);
}

/* What the wire requires of one that this user makes at that time. */
static void
complete_version(struct artefact_version *version, const char *user, int64_t now)
{
	set_if_absent(&version->version, "");
	set_if_absent(&version->ref, "");
	set_if_absent(&version->commit, "");
	set_if_absent(&version->digest, "");
	untrusted_set(&version->created_by, user);
	untrusted_set(&version->updated_by, user);
	version->created_at = version->updated_at = now;
	version->archived = false;
}

/* By its name, version and digest. */
static void
set_ids(struct artefact_version *version)
{
	char *reference = xasprintf("%s:%s@%s", version->name.raw, version->version.raw,
				    version->digest.raw);
	char id[IDS_UUID_SIZE];

	id_of(id, "version", reference);
	untrusted_set(&version->id, id);
	id_of(id, "artefact", version->name.raw);
	untrusted_set(&version->artefact_id, id);
	free(reference);
}

static const struct artefact *
find_id(const struct artefacts *artefacts, const char *id)
{
	for (size_t i = 0; i < artefacts->count; i++)
		if (untrusted_is(&artefacts->items[i].version.id, id))
			return &artefacts->items[i];
	return NULL;
}

/* Those of a driver that are not in the list yet. */
static void
add_images(struct platform *platform, struct driver *driver, struct artefacts *artefacts)
{
	json_t *images = driver->ops->images(driver), *image;
	size_t i;

	json_array_foreach(images, i, image) {
		struct artefact artefact = {0};

		artefact_version_read(&artefact.version, image);
		artefact.version.type = ARTEFACT_CONTAINER;
		artefact.version.ref.raw =
			xasprintf("refs/tags/%s", untrusted_raw(&artefact.version.version));
		complete_version(&artefact.version, platform->user, platform->started_at);
		set_ids(&artefact.version);
		if (find_id(artefacts, artefact.version.id.raw))
			artefact_clear(&artefact);
		else
			artefacts_add(artefacts, &artefact);
	}
	json_decref(images);
}

/* All, those that were registered first. */
static int
all_artefacts(struct platform *platform, const char *org, struct artefacts *out, struct error *err)
{
	struct driver *driver;

	if (repository_artefacts(platform->repository, org, out, err) != 0)
		return -1;
	for (size_t i = 0; (driver = drivers_at(platform->drivers, i)); i++)
		add_images(platform, driver, out);
	return 0;
}

static bool
is_reference(const struct artefact_version *version, const char *reference)
{
	struct image image;
	bool same;

	image_parse(&image, reference);
	same = untrusted_is(&version->name, image.name) &&
	       untrusted_is(&version->version, image.version) &&
	       (!image.digest[0] || untrusted_is(&version->digest, image.digest));
	image_clear(&image);
	return same;
}

static bool
is_wanted(const struct artefact_version *version, const struct request *request,
	  const char *artefact_id)
{
	const char *name = request_query(request, "name");
	const char *type = request_query(request, "type");
	const char *reference = request_query(request, "reference");
	const char *archived = request_query(request, "archived");

	return (!name || untrusted_is(&version->name, name)) &&
	       (!type || artefact_type_of(type) == version->type) &&
	       (!artefact_id || untrusted_is(&version->artefact_id, artefact_id)) &&
	       (!reference || is_reference(version, reference)) &&
	       (!version->archived || (archived && strcmp(archived, "true") == 0));
}

static int
answer_versions(struct platform *platform, const struct request *request, const char *artefact_id,
		struct response *response, struct error *err)
{
	struct artefacts all;
	int most = INT_MAX;
	json_t *some;

	if (parameter_number(request, "limit", 1, INT_MAX, &most, err) != 0 ||
	    all_artefacts(platform, request->place.org, &all, err) != 0)
		return -1;
	some = json_array();
	for (size_t i = 0; i < all.count && json_array_size(some) < (size_t)most; i++)
		if (is_wanted(&all.items[i].version, request, artefact_id))
			json_array_append_new(some, artefact_version_encode(&all.items[i].version));
	artefacts_clear(&all);
	return answer(response, 200, some);
}

/* GET /orgs/{orgId}/artefact-versions: versions by name or by reference. */
int
list_artefact_versions(struct platform *platform, const struct request *request,
		       struct response *response, struct error *err)
{
	if (request_query(request, "name") && request_query(request, "reference"))
		return error_set_code(err, CODE_NAME_AND_REFERENCE_GIVEN);
	return answer_versions(platform, request, NULL, response, err);
}

/* GET /orgs/{orgId}/artefacts/{artefactId}/versions: the versions of one artefact. */
int
list_versions_of_artefact(struct platform *platform, const struct request *request,
			  struct response *response, struct error *err)
{
	if (answer_versions(platform, request, request->ids[0], response, err) != 0)
		return -1;
	if (json_array_size(response->body) == 0 && !request_query(request, "reference") &&
	    !request_query(request, "archived"))
		return error_set_code(err, CODE_ARTEFACT_NOT_FOUND, .artefact = request->ids[0]);
	return 0;
}

static bool
is_shown(const struct artefact_version *const *shown, size_t count, const struct untrusted *id)
{
	for (size_t i = 0; i < count; i++)
		if (untrusted_equal(&shown[i]->artefact_id, id))
			return true;
	return false;
}

/* GET /orgs/{orgId}/artefacts: what can be deployed, by name. */
int
list_artefacts(struct platform *platform, const struct request *request,
	       struct response *response, struct error *err)
{
	const struct artefact_version **shown;
	struct artefacts all;
	json_t *artefacts;
	size_t count = 0;

	if (all_artefacts(platform, request->place.org, &all, err) != 0)
		return -1;
	shown = xcalloc(all.count + 1, sizeof(*shown));
	artefacts = json_array();
	for (size_t i = 0; i < all.count; i++) {
		const struct artefact_version *version = &all.items[i].version;

		if (is_wanted(version, request, NULL) &&
		    !is_shown(shown, count, &version->artefact_id)) {
			shown[count++] = version;
			json_array_append_new(artefacts, artefact_encode(version));
		}
	}
	free(shown);
	artefacts_clear(&all);
	return answer(response, 200, artefacts);
}

/* One of `all`, which is filled also where it fails (NULL with err). */
static const struct artefact *
find_version(struct platform *platform, const char *org, const char *id, struct artefacts *all,
	     struct error *err)
{
	const struct artefact *found;

	if (all_artefacts(platform, org, all, err) != 0)
		return NULL;
	found = find_id(all, id);
	if (!found)
		error_set_code(err, CODE_ARTEFACT_VERSION_NOT_FOUND, .version = id);
	return found;
}

static int
answer_version(struct platform *platform, const char *org, const char *id,
	       struct response *response, struct error *err)
{
	struct artefacts all;
	const struct artefact *found = find_version(platform, org, id, &all, err);

	if (found)
		answer(response, 200, artefact_version_encode(&found->version));
	artefacts_clear(&all);
	return found ? 0 : -1;
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
static const struct artefact *
find_workload(struct platform *platform, const struct request *request, struct artefacts *all,
	      struct error *err)
{
	const struct artefact *found;

	*all = (struct artefacts){0};
	if (check_id(request->ids[0], err) != 0)
		return NULL;
	found = find_version(platform, request->place.org, request->ids[0], all, err);
	if (!found || found->version.type == ARTEFACT_WORKLOAD)
		return found;
	error_set_code(err, CODE_ARTEFACT_IS_CONTAINER,
		       .artefact = untrusted_raw(&found->version.name));
	return NULL;
}

/* GET /orgs/{orgId}/artefact-versions/{artefactVersionId}/workload-spec: the workload
 * specification a version carries. */
int
get_workload_spec(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	struct artefacts all;
	const struct artefact *found = find_workload(platform, request, &all, err);

	if (found)
		answer(response, 200, json_incref(found->source.spec));
	artefacts_clear(&all);
	return found ? 0 : -1;
}

/* GET /orgs/{orgId}/artefact-versions/{artefactVersionId}/workload-deployment-set: the set a
 * workload version stands for. */
int
get_workload_set(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	struct artefacts all;
	const struct artefact *found = find_workload(platform, request, &all, err);
	int ret = -1;

	if (found)
		ret = answer(response, 200, score_convert(found->source.spec,
							   found->source.image.raw, err));
	artefacts_clear(&all);
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
	complete_version(version, request_user(request), clock_wall_ms());
	set_ids(version);
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
	const struct artefact *found;
	struct artefacts all;
	int ret = 0;

	if (!json_is_boolean(archived))
		return error_set_code(err, CODE_MEMBER_NOT_BOOLEAN, .member = "archived");
	found = find_version(platform, org, id, &all, err);
	if (!found)
		ret = -1;
	else if (!untrusted_is(&found->version.artefact_id, request->ids[0]))
		ret = error_set_code(err, CODE_ARTEFACT_VERSION_NOT_FOUND, .version = id);
	else if (!found->is_registered)
		ret = error_set_code(err, CODE_ARTEFACT_IS_BUILT_IN,
				     .artefact = untrusted_raw(&found->version.name));
	artefacts_clear(&all);
	if (ret != 0)
		return ret;
	if (repository_archive_artefact_version(platform->repository, org, id,
						json_is_true(archived), err) != 0)
		return -1;
	return answer_version(platform, org, id, response, err);
}

/* What the platform's own executables are cannot be deleted here. */
int
delete_artefact(struct platform *platform, const struct request *request,
		struct response *response, struct error *err)
{
	const char *id = request->ids[0];
	struct artefacts all;
	int ret = 0;

	if (all_artefacts(platform, request->place.org, &all, err) != 0)
		return -1;
	response->status = 204;
	for (size_t i = 0; i < all.count && ret == 0; i++) {
		const struct artefact *artefact = &all.items[i];

		if (!artefact->is_registered && untrusted_is(&artefact->version.artefact_id, id))
			ret = error_set_code(err, CODE_ARTEFACT_IS_BUILT_IN,
					     .artefact = untrusted_raw(&artefact->version.name));
	}
	artefacts_clear(&all);
	if (ret != 0)
		return -1;
	if (repository_drop_artefact(platform->repository, request->place.org, id, err) == 0)
		return 0;
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_ARTEFACT_NOT_FOUND, .artefact = id);
	return -1;
}
