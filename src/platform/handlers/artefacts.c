/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Artefacts and their versions: what the driver has, and what was registered by POST.
 *
 * What the driver has is not stored: it is read from the driver each time, so a version
 * that appears in the image directory can be picked at once.  Its ids are made from its
 * name, so they are always the same.
 */
#include "config.h"

#include "platform/handlers/handlers.h"

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
#include "platform/driver.h"
#include "platform/repository.h"

/* A UUID (version 8: our own making) from a name. */
static void
id_of(char out[IDS_UUID_SIZE], const char *kind, const char *name)
{
	char *text = xasprintf("%s %s", kind, name);
	char hex[IDS_SHA256_HEX_SIZE];

	ids_sha256_hex(hex, text, strlen(text));
	snprintf(out, IDS_UUID_SIZE, "%.8s-%.4s-8%.3s-a%.3s-%.12s", hex, hex + 8, hex + 12, hex + 15,
		 hex + 18);
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
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:s}", "id", id,
			 "type", "container", "name", name, "version", version, "ref", ref, "commit",
			 commit, "digest", digest, "artefact_id", artefact_id, "archived", 0,
			 "created_at", stamp, "created_by", user, "updated_at", stamp, "updated_by",
			 user);
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

/* All, those that were posted first. */
static json_t *
all_versions(struct platform *platform, const char *org, struct error *err)
{
	json_t *versions = repository_artefact_versions(platform->repository, org, err);
	json_t *images, *image;
	size_t i;

	if (!versions)
		return NULL;
	images = platform->driver->ops->images(platform->driver);
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
	return versions;
}

static bool
is_reference(const json_t *version, const char *reference)
{
	struct image image;
	bool same;

	image_parse(&image, reference);
	same = strcmp(image.name, json_member_string(version, "name")) == 0 &&
	       strcmp(image.version, json_member_string(version, "version")) == 0 &&
	       (!image.digest[0] ||
		strcmp(image.digest, json_member_string(version, "digest")) == 0);
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
	       (!type || strcmp(type, "container") == 0) &&
	       (!artefact_id ||
		strcmp(artefact_id, json_member_string(version, "artefact_id")) == 0) &&
	       (!reference || is_reference(version, reference)) &&
	       json_is_true(json_object_get(version, "archived")) ==
		       (archived && strcmp(archived, "true") == 0);
}

static int
answer_versions(struct platform *platform, const struct request *request, const char *artefact_id,
		struct response *response, struct error *err)
{
	json_t *all = all_versions(platform, request->place.org, err);
	const char *limit = request_query(request, "limit");
	size_t most = limit ? strtoul(limit, NULL, 10) : SIZE_MAX;
	json_t *some, *version;
	size_t i;

	if (!all)
		return -1;
	some = json_array();
	json_array_foreach(all, i, version)
		if (json_array_size(some) < most && is_wanted(version, request, artefact_id))
			json_array_append(some, version);
	json_decref(all);
	return answer(response, 200, some);
}

int
list_artefact_versions(struct platform *platform, const struct request *request,
		       struct response *response, struct error *err)
{
	if (request_query(request, "name") && request_query(request, "reference"))
		return error_set(err, ERROR_INPUT, _("Give \"name\" or \"reference\", not both."));
	return answer_versions(platform, request, NULL, response, err);
}

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
					  json_object_get(version, "name"), "type", "container",
					  "created_at", json_object_get(version, "created_at"),
					  "created_by", json_object_get(version, "created_by")));
	}
	json_decref(all);
	return answer(response, 200, artefacts);
}

static int
answer_version(struct platform *platform, const char *org, const char *id,
	       struct response *response, struct error *err)
{
	json_t *all = all_versions(platform, org, err);
	json_t *version, *found = NULL;
	size_t i;

	if (!all)
		return -1;
	json_array_foreach(all, i, version)
		if (!found && strcmp(json_member_string(version, "id"), id) == 0)
			found = json_incref(version);
	json_decref(all);
	if (!found)
		return error_set(err, ERROR_NOT_FOUND, _("There is no artefact version \"%s\"."), id);
	return answer(response, 200, found);
}

int
get_artefact_version(struct platform *platform, const struct request *request,
		     struct response *response, struct error *err)
{
	return answer_version(platform, request->place.org, request->ids[0], response, err);
}

static const char *
text_of(const json_t *body, const char *key)
{
	const char *text = json_member_string(body, key);

	return text ? text : "";
}

int
create_artefact_version(struct platform *platform, const struct request *request,
			struct response *response, struct error *err)
{
	const json_t *body = request->body;
	json_t *version;

	if (strcmp(text_of(body, "type"), "container") != 0)
		return error_set(err, ERROR_INPUT, _("\"type\" must be \"container\"."));
	if (!*text_of(body, "name"))
		return error_set(err, ERROR_INPUT, _("An artefact version needs a \"name\"."));
	version = version_of(request_user(request), text_of(body, "name"), text_of(body, "version"),
			     text_of(body, "ref"), text_of(body, "commit"), text_of(body, "digest"),
			     clock_wall_ms());
	if (repository_put_artefact_version(platform->repository, request->place.org, version,
					    err) != 0) {
		json_decref(version);
		return -1;
	}
	return answer(response, 200, version);
}

int
patch_artefact_version(struct platform *platform, const struct request *request,
		       struct response *response, struct error *err)
{
	const json_t *archived = json_object_get(request->body, "archived");
	const char *org = request->place.org, *id = request->ids[1];

	if (!json_is_boolean(archived))
		return error_set(err, ERROR_INPUT, _("\"archived\" must be true or false."));
	if (repository_archive_artefact_version(platform->repository, org, id,
						json_is_true(archived), err) != 0)
		return -1;
	return answer_version(platform, org, id, response, err);
}
