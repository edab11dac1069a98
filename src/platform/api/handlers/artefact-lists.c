/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * There may be any number of versions, so a list of them is read by pages, each from an index: by
 * the artefact where the filter names one, and else by the organization.
 */
#include "config.h"

#include "platform/api/handlers/artefact-lists.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/image.h"
#include "platform/api/handlers/artefact-images.h"
#include "platform/api/handlers/long-list.h"
#include "platform/api/handlers/parameters.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-artefacts.h"

/* What is wanted of them; NULL: whatever it is. */
struct version_filter {
	char *artefact_id, *name, *type, *reference;
	char *indexed_id;		/* the artefact that all of them are of; NULL: of several */
	bool with_archived;
};

static void
free_version_filter(void *data)
{
	struct version_filter *filter = data;

	free(filter->artefact_id);
	free(filter->name);
	free(filter->type);
	free(filter->reference);
	free(filter->indexed_id);
	free(filter);
}

static char *
id_of_reference(const char *reference)
{
	struct image image;
	char *id;

	image_parse(&image, reference);
	id = artefact_id_of_name(image.name);
	image_clear(&image);
	return id;
}

static char *
copy_query(const struct request *request, const char *key)
{
	const char *value = request_query(request, key);

	return value ? xstrdup(value) : NULL;
}

static struct version_filter *
version_filter_new(const struct request *request, const char *artefact_id)
{
	struct version_filter *filter = xcalloc(1, sizeof(*filter));
	const char *archived = request_query(request, "archived");

	filter->artefact_id = artefact_id ? xstrdup(artefact_id) : NULL;
	filter->name = copy_query(request, "name");
	filter->type = copy_query(request, "type");
	filter->reference = copy_query(request, "reference");
	filter->with_archived = archived && strcmp(archived, "true") == 0;
	if (artefact_id)
		filter->indexed_id = xstrdup(artefact_id);
	else if (filter->name)
		filter->indexed_id = artefact_id_of_name(filter->name);
	else if (filter->reference)
		filter->indexed_id = id_of_reference(filter->reference);
	return filter;
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
is_wanted(const struct version_filter *filter, const struct artefact_version *version)
{
	return (!filter->artefact_id || untrusted_is(&version->artefact_id, filter->artefact_id)) &&
	       (!filter->name || untrusted_is(&version->name, filter->name)) &&
	       (!filter->type || artefact_type_of(filter->type) == version->type) &&
	       (!filter->reference || is_reference(version, filter->reference)) &&
	       (!version->archived || filter->with_archived);
}

/* A page that is being made. */
struct version_page {
	const struct version_filter *filter;
	const char *org;
	bool of_artefacts;		/* each once, by its first version that is wanted */
	json_t *list, *shown;		/* shown: ids of those that the drivers have */
};

/* Whether a version stands for its artefact: 1, 0, or -1 with err. */
static int
is_first(struct platform *platform, const struct version_page *page,
	 const struct artefact_version *version, int64_t seq, struct error *err)
{
	const struct artefact_kind kind = {
		version->artefact_id.raw, artefact_type_of(page->filter->type),
		page->filter->with_archived,
	};
	int before = repository_has_artefact(platform->repository, page->org, &kind, seq, err);

	return before < 0 ? -1 : !before;
}

static void
add_to_page(struct version_page *page, const struct artefact_version *version)
{
	json_array_append_new(page->list, page->of_artefacts ? artefact_encode(version)
							     : artefact_version_encode(version));
}

static int
add_registered(struct platform *platform, struct version_page *page,
	       const struct artefact *artefact, struct error *err)
{
	int shown = is_wanted(page->filter, &artefact->version);

	if (shown && page->of_artefacts)
		shown = is_first(platform, page, &artefact->version, artefact->seq, err);
	if (shown > 0)
		add_to_page(page, &artefact->version);
	return shown < 0 ? -1 : 0;
}

static int
add_image(struct platform *platform, struct artefact *artefact, void *data, struct error *err)
{
	const struct artefact_version *version = &artefact->version;
	struct version_page *page = data;
	const char *id = page->of_artefacts ? version->artefact_id.raw : version->id.raw;
	int hidden;

	if (!is_wanted(page->filter, version) || json_object_get(page->shown, id))
		return 0;
	hidden = artefact_is_registered(platform, page->org, version->id.raw, err);
	if (hidden == 0 && page->of_artefacts) {
		hidden = is_first(platform, page, version, INT64_MAX, err);
		hidden = hidden < 0 ? -1 : !hidden;
	}
	if (hidden == 0) {
		json_object_set_new(page->shown, id, json_true());
		add_to_page(page, version);
	}
	return hidden < 0 ? -1 : 0;
}

/* What was registered comes first, and behind the last of it what the drivers have. */
static json_t *
make_page(struct platform *platform, struct version_page *page, int64_t from, int max,
	  int64_t *next, struct error *err)
{
	struct artefacts rows;
	int ret = repository_artefacts_after(platform->repository, page->org,
					     page->filter->indexed_id, from, max, next, &rows, err);

	page->list = json_array();
	page->shown = json_object();
	for (size_t i = 0; ret == 0 && i < rows.count; i++)
		ret = add_registered(platform, page, &rows.items[i], err);
	if (ret == 0 && *next == 0)
		ret = artefact_images(platform, add_image, page, err);
	artefacts_clear(&rows);
	json_decref(page->shown);
	if (ret == 0)
		return page->list;
	json_decref(page->list);
	return NULL;
}

static json_t *
versions_page(struct platform *platform, const struct place *place, const void *filter,
	      int64_t from, int max, int64_t *next, struct error *err)
{
	struct version_page page = {.filter = filter, .org = place->org};

	return make_page(platform, &page, from, max, next, err);
}

static json_t *
artefacts_page(struct platform *platform, const struct place *place, const void *filter,
	       int64_t from, int max, int64_t *next, struct error *err)
{
	struct version_page page = {.filter = filter, .org = place->org, .of_artefacts = true};

	return make_page(platform, &page, from, max, next, err);
}

static const struct long_list versions_list = {
	.page = versions_page, .free_filter = free_version_filter, .short_max = 500,
	.page_max = 100,
};
static const struct long_list artefacts_list = {
	.page = artefacts_page, .free_filter = free_version_filter, .short_max = 500,
	.page_max = 100,
};

/* GET /orgs/{orgId}/artefact-versions: versions by name or by reference. */
int
list_artefact_versions(struct platform *platform, const struct request *request,
		       struct response *response, struct error *err)
{
	if (request_query(request, "name") && request_query(request, "reference"))
		return error_set_code(err, CODE_NAME_AND_REFERENCE_GIVEN);
	return answer_long_list(platform, request, response, &versions_list,
				version_filter_new(request, NULL), 0, err);
}

static int
is_image_wanted(struct platform *platform, struct artefact *artefact, void *data, struct error *err)
{
	(void)platform;
	(void)err;
	return is_wanted(data, &artefact->version);
}

/* Whether the artefact has a version that is to be listed: 1, 0, or -1 with err. */
static int
has_versions(struct platform *platform, const char *org, struct version_filter *filter,
	     struct error *err)
{
	const struct artefact_kind kind = {
		filter->artefact_id, artefact_type_of(filter->type), filter->with_archived,
	};
	int ret = repository_has_artefact(platform->repository, org, &kind, INT64_MAX, err);

	return ret ? ret : artefact_images(platform, is_image_wanted, filter, err);
}

/* GET /orgs/{orgId}/artefacts/{artefactId}/versions: the versions of one artefact. */
int
list_versions_of_artefact(struct platform *platform, const struct request *request,
			  struct response *response, struct error *err)
{
	struct version_filter *filter;
	int limit = 0, found = 1;

	if (parameter_number(request, "limit", 1, INT_MAX, &limit, err) != 0)
		return -1;
	filter = version_filter_new(request, request->ids[0]);
	if (!filter->reference && !request_query(request, "archived"))
		found = has_versions(platform, request->place.org, filter, err);
	if (found > 0)
		return answer_long_list(platform, request, response, &versions_list, filter,
					(size_t)limit, err);
	free_version_filter(filter);
	if (found == 0)
		error_set_code(err, CODE_ARTEFACT_NOT_FOUND, .artefact = request->ids[0]);
	return -1;
}

/* GET /orgs/{orgId}/artefacts: what can be deployed, by name. */
int
list_artefacts(struct platform *platform, const struct request *request,
	       struct response *response, struct error *err)
{
	return answer_long_list(platform, request, response, &artefacts_list,
				version_filter_new(request, NULL), 0, err);
}
