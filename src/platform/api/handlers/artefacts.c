/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Artefacts and their versions: what the driver has, and what was registered by POST.
 *
 * What the driver has is not stored: it is read from the driver each time, so a version
 * that appears in the image directory can be picked at once.  Its ids are made from its
 * name, so they are always the same.
 */
#include "config.h"

#include "platform/api/handlers/handlers.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/image.h"
#include "model/json.h"
#include "platform/api/score.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/registry.h"
#include "platform/engine/automation.h"
#include "platform/state/repository.h"

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

static json_t *
version_of(const char *user, const char *name, const char *version, const char *ref,
	   const char *commit, const char *digest, int64_t created_at)
{
	char *reference = xasprintf("%s:%s@%s", name, version, digest);
	char id[IDS_UUID_SIZE], artefact_id[IDS_UUID_SIZE], stamp[CLOCK_STAMP_SIZE];

	id_of(id, "version", reference);
	id_of(artefact_id, "artefact", name);
	clock_stamp(stamp, created_at);
	free(reference);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:s}", "id",
			 id, "type", "container", "name", name, "version", version, "ref", ref,
			 "commit", commit, "digest", digest, "artefact_id", artefact_id, "archived",
			 0, "created_at", stamp, "created_by", user, "updated_at", stamp,
			 "updated_by", user);
}

static bool
has_id(const json_t *versions, const char *id)
{
	const json_t *version;
	size_t i;

	json_array_foreach(versions, i, version)
		if (strcmp(json_member_string(version, "id"), id) == 0)
			return true;
	return false;
}

/* What was posted of a workload stays here: the wire has addresses of its own for it. */
static const char *const hidden[] = {"spec", "image"};

static bool
is_posted(const json_t *version)
{
	return json_object_get(version, "posted") != NULL;
}

/* As the wire has it. */
static json_t *
shown(const json_t *version)
{
	json_t *copy = json_copy((json_t *)version);

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		json_object_del(copy, hidden[i]);
	json_object_del(copy, "posted");
	return copy;
}

/* Those of a driver that are not in the list yet. */
static void
add_images(struct platform *platform, struct driver *driver, json_t *versions)
{
	json_t *images = driver->ops->images(driver), *image;
	size_t i;

	json_array_foreach(images, i, image) {
		const char *name = json_member_string(image, "name");
		const char *number = json_member_string(image, "version");
		char *ref = xasprintf("refs/tags/%s", number);
		json_t *version = version_of(platform->user, name, number, ref, "", "",
					     platform->started_at);

		free(ref);
		if (!has_id(versions, json_member_string(version, "id")))
			json_array_append(versions, version);
		json_decref(version);
	}
	json_decref(images);
}

/* All, those that were posted first; these are marked. */
static json_t *
all_versions(struct platform *platform, const char *org, struct error *err)
{
	json_t *versions = repository_artefact_versions(platform->repository, org, err), *version;
	struct driver *driver;
	size_t i;

	if (!versions)
		return NULL;
	json_array_foreach(versions, i, version)
		json_object_set_new(version, "posted", json_true());
	for (i = 0; (driver = drivers_at(platform->drivers, i)); i++)
		add_images(platform, driver, versions);
	return versions;
}

/* A reference without a digest means whichever content the version has. */
static bool
is_reference(const json_t *version, const char *reference)
{
	const char *digest = json_member_string(version, "digest");
	struct image image;
	bool same;

	if (!digest)
		digest = "";
	image_parse(&image, reference);
	same = strcmp(image.name, json_member_string(version, "name")) == 0 &&
	       strcmp(image.version, json_member_string(version, "version")) == 0 &&
	       (!image.digest[0] || strcmp(image.digest, digest) == 0);
	image_clear(&image);
	return same;
}

static bool
is_wanted(const json_t *version, const struct request *request, const char *artefact_id)
{
	const char *name = request_query(request, "name");
	const char *type = request_query(request, "type");
	const char *reference = request_query(request, "reference");
	const char *archived = request_query(request, "archived");

	return (!name || strcmp(name, json_member_string(version, "name")) == 0) &&
	       (!type || strcmp(type, json_member_string(version, "type")) == 0) &&
	       (!artefact_id ||
		strcmp(artefact_id, json_member_string(version, "artefact_id")) == 0) &&
	       (!reference || is_reference(version, reference)) &&
	       (!json_is_true(json_object_get(version, "archived")) ||
		(archived && strcmp(archived, "true") == 0));
}

static int
answer_versions(struct platform *platform, const struct request *request, const char *artefact_id,
		struct response *response, struct error *err)
{
	json_t *all = all_versions(platform, request->place.org, err);
	json_t *some, *version;
	int most = INT_MAX;
	size_t i;

	if (!all)
		return -1;
	if (parameter_number(request, "limit", 1, INT_MAX, &most, err) != 0) {
		json_decref(all);
		return -1;
	}
	some = json_array();
	json_array_foreach(all, i, version)
		if (json_array_size(some) < (size_t)most &&
		    is_wanted(version, request, artefact_id))
			json_array_append_new(some, shown(version));
	json_decref(all);
	return answer(response, 200, some);
}

/* GET /orgs/{orgId}/artefact-versions: versions by name or by reference. */
int
list_artefact_versions(struct platform *platform, const struct request *request,
		       struct response *response, struct error *err)
{
	if (request_query(request, "name") && request_query(request, "reference"))
		return error_set(err, ERROR_INPUT, _("Give \"name\" or \"reference\", not both."));
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
		return error_set(err, ERROR_NOT_FOUND, _("There is no artefact \"%s\"."),
				 request->ids[0]);
	return 0;
}

/* GET /orgs/{orgId}/artefacts: what can be deployed, by name. */
int
list_artefacts(struct platform *platform, const struct request *request,
	       struct response *response, struct error *err)
{
	json_t *all = all_versions(platform, request->place.org, err);
	json_t *artefacts, *version;
	size_t i;

	if (!all)
		return -1;
	artefacts = json_array();
	json_array_foreach(all, i, version) {
		const char *id = json_member_string(version, "artefact_id");

		if (is_wanted(version, request, NULL) && !has_id(artefacts, id))
			json_array_append_new(
				artefacts,
				json_pack("{s:s, s:O, s:s, s:O, s:O}", "id", id, "name",
					  json_object_get(version, "name"), "type",
					  json_member_string(version, "type"),
					  "created_at", json_object_get(version, "created_at"),
					  "created_by", json_object_get(version, "created_by")));
	}
	json_decref(all);
	return answer(response, 200, artefacts);
}

/* A new reference, as it is kept; NULL with err. */
static json_t *
find_version(struct platform *platform, const char *org, const char *id, struct error *err)
{
	json_t *all = all_versions(platform, org, err);
	json_t *version, *found = NULL;
	size_t i;

	if (!all)
		return NULL;
	json_array_foreach(all, i, version)
		if (!found && strcmp(json_member_string(version, "id"), id) == 0)
			found = json_incref(version);
	json_decref(all);
	if (!found)
		error_set(err, ERROR_NOT_FOUND, _("There is no artefact version \"%s\"."), id);
	return found;
}

static int
answer_version(struct platform *platform, const char *org, const char *id,
	       struct response *response, struct error *err)
{
	json_t *version = find_version(platform, org, id, err);

	if (!version)
		return -1;
	answer(response, 200, shown(version));
	json_decref(version);
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
			   : error_set(err, ERROR_INPUT,
				       _("Invalid id \"%.100s\" of an artefact "
					 "version: it must be a UUID."),
				       id);
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

/* The version when it is a workload's; NULL with err. */
static json_t *
find_workload(struct platform *platform, const struct request *request, struct error *err)
{
	json_t *version = check_id(request->ids[0], err) == 0
				  ? find_version(platform, request->place.org, request->ids[0], err)
				  : NULL;

	if (version && strcmp(json_member_string(version, "type"), "workload") != 0) {
		error_set(err, ERROR_INPUT, _("%s is a container, and only a workload has that."),
			  json_member_string(version, "name"));
		json_decref(version);
		version = NULL;
	}
	return version;
}

/* GET /orgs/{orgId}/artefact-versions/{artefactVersionId}/workload-spec: the workload
 * specification a version carries. */
int
get_workload_spec(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	json_t *version = find_workload(platform, request, err);

	if (!version)
		return -1;
	answer(response, 200, json_incref(json_object_get(version, "spec")));
	json_decref(version);
	return 0;
}

/* GET /orgs/{orgId}/artefact-versions/{artefactVersionId}/workload-deployment-set: the set a
 * workload version stands for. */
int
get_workload_set(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	json_t *version = find_workload(platform, request, err);
	int ret;

	if (!version)
		return -1;
	ret = answer(response, 200,
		     score_convert(json_object_get(version, "spec"),
				   json_member_string(version, "image"), err));
	json_decref(version);
	return ret;
}

static const char *
text_of(const json_t *body, const char *key)
{
	const char *text = json_member_string(body, key);

	return text ? text : "";
}

static bool
is_commit(const char *commit)
{
	size_t length = strlen(commit);

	return length >= 5 && length <= 40 && commit[strspn(commit, "0123456789abcdef")] == '\0';
}

/* What a workload is made of: fits when it converts.  Converted now, and the result thrown
 * away: who posts it hears of a mistake, and not whoever asks for its set weeks later. */
static int
take_workload(json_t *version, const json_t *body, struct error *err)
{
	json_t *spec = json_object_get(body, "spec");
	const json_t *overrides = json_object_get(body, "overrides");
	json_t *set;

	if (!json_is_object(spec))
		return error_set(err, ERROR_INPUT, _("A workload needs a \"spec\"."));
	spec = json_deep_copy(spec);
	if (json_is_object(overrides))
		json_object_update_recursive(spec, (json_t *)overrides);
	json_object_set_new(version, "spec", spec);
	json_object_set_new(version, "type", json_string("workload"));
	json_object_del(version, "digest");	/* that of a container alone */
	if (*text_of(body, "image"))
		json_object_set(version, "image", json_object_get(body, "image"));
	set = score_convert(spec, json_member_string(version, "image"), err);
	json_decref(set);
	return set ? 0 : -1;
}

static int
check_container(const struct request *request, struct error *err)
{
	const json_t *body = request->body;
	const char *type = text_of(body, "type");
	const char *vcs = request_query(request, "vcs");

	if (strcmp(type, "container") != 0 && strcmp(type, "workload") != 0)
		return error_set(err, ERROR_INPUT,
				 _("\"type\" must be \"container\" or \"workload\"."));
	if (!*text_of(body, "name"))
		return error_set(err, ERROR_INPUT, _("An artefact version needs a \"name\"."));
	if (*text_of(body, "ref") && (!vcs || strcmp(vcs, "git") == 0) &&
	    strncmp(text_of(body, "ref"), "refs/", 5) != 0)
		return error_set(err, ERROR_INPUT, _("A \"ref\" of git begins with \"refs/\"."));
	if (*text_of(body, "commit") && !is_commit(text_of(body, "commit")))
		return error_set(err, ERROR_INPUT,
				 _("\"commit\" must be 5 to 40 lower-case hexadecimal "
				   "digits."));
	return 0;
}

/* POST /orgs/{orgId}/artefact-versions: register a version that was built. */
int
create_artefact_version(struct platform *platform, const struct request *request,
			struct response *response, struct error *err)
{
	const char *dry_run = request_query(request, "dry_run");
	const json_t *body = request->body;
	const char *org = request->place.org;
	json_t *version;
	int ret = 0;

	if (check_container(request, err) != 0)
		return -1;
	version = version_of(request_user(request), text_of(body, "name"), text_of(body, "version"),
			     text_of(body, "ref"), text_of(body, "commit"), text_of(body, "digest"),
			     clock_wall_ms());
	if (strcmp(text_of(body, "type"), "workload") == 0)
		ret = take_workload(version, body, err);
	if (ret == 0 && dry_run && strcmp(dry_run, "true") == 0) {
		json_decref(version);
		response->status = 204;
		return 0;
	}
	if (ret == 0)
		ret = repository_put_artefact_version(platform->repository, org, version, err);
	if (ret == 0)
		ret = automation_take_version(platform->automation, org, version, err);
	if (ret == 0)
		ret = answer(response, 200, shown(version));
	json_decref(version);
	return ret;
}

static int
refuse_built_in(struct response *response, const char *name)
{
	struct error why;

	error_set(&why, ERROR_ACCESS,
		  _("%s lies among the executables of this platform: it is built in "
		    "and cannot be changed."),
		  name);
	response_refuse(response, 403, why.text);
	return 0;
}

/* PATCH /orgs/{orgId}/artefacts/{artefactId}/versions/{versionId}: hide a version from lists, or
 * show it again. */
int
patch_artefact_version(struct platform *platform, const struct request *request,
		       struct response *response, struct error *err)
{
	const json_t *archived = json_object_get(request->body, "archived");
	const char *org = request->place.org, *id = request->ids[1];
	json_t *version;
	bool posted;
	int ret = 0;

	if (!json_is_boolean(archived))
		return error_set(err, ERROR_INPUT, _("\"archived\" must be true or false."));
	version = find_version(platform, org, id, err);
	if (!version)
		return -1;
	posted = is_posted(version);
	if (strcmp(json_member_string(version, "artefact_id"), request->ids[0]) != 0)
		ret = error_set(err, ERROR_NOT_FOUND, _("There is no artefact version \"%s\"."),
				id);
	else if (!posted)
		refuse_built_in(response, json_member_string(version, "name"));
	json_decref(version);
	if (ret != 0 || !posted)
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
	json_t *all = all_versions(platform, request->place.org, err), *version;
	const char *id = request->ids[0];
	bool built_in = false;
	size_t i;

	if (!all)
		return -1;
	response->status = 204;
	json_array_foreach(all, i, version)
		if (!built_in && !is_posted(version) &&
		    strcmp(json_member_string(version, "artefact_id"), id) == 0) {
			built_in = true;
			refuse_built_in(response, json_member_string(version, "name"));
		}
	json_decref(all);
	if (built_in)
		return 0;
	if (repository_drop_artefact(platform->repository, request->place.org, id, err) == 0)
		return 0;
	if (err->kind == ERROR_NOT_FOUND)
		error_set(err, ERROR_NOT_FOUND, _("There is no artefact \"%s\"."), id);
	return -1;
}
