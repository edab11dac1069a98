/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "flow/verbs/patch-file.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/new-file.h"
#include "base/xmalloc.h"
#include "flow/verbs/flow.h"
#include "model/manifest-patch.h"

#define JSON_END ".json"

bool
patch_file_is_useful(const struct review *review)
{
	json_t *patches = review_repository_patches(review);
	bool is_useful = json_array_size(patches) > 0;

	json_decref(patches);
	return is_useful;
}

char *
patch_file_name(const struct review *review)
{
	return xasprintf("%s-patch.yaml", review->env);
}

static bool
is_json(const char *path)
{
	size_t length = strlen(path);

	return length > strlen(JSON_END) &&
	       strcmp(path + length - strlen(JSON_END), JSON_END) == 0;
}

/* As it was given, where its folder may not be looked into. */
static char *
whole_path(const char *path)
{
	char *whole = realpath(path, NULL);

	return whole ? whole : xstrdup(path);
}

static char *
save_text(const char *text, const char *path, struct error *err)
{
	if (!*text)
		error_set(err, ERROR_INPUT, _("This change affects no cluster object."));
	else if (new_file_write(path, text) == 0)
		return whole_path(path);
	else if (errno == EEXIST)
		error_set(err, ERROR_INPUT, _("%s exists already; choose another name."), path);
	else
		error_set(err, ERROR_INPUT, _("%s: cannot be written: %s"), path, strerror(errno));
	return NULL;
}

char *
patch_file_save(const struct review *review, const char *path, struct error *err)
{
	json_t *patches = review_repository_patches(review);
	char *text = is_json(path) ? manifests_json_patch_text(patches, err)
				   : manifests_patches_text(patches, err);
	char *whole = text ? save_text(text, path, err) : NULL;

	free(text);
	json_decref(patches);
	return whole;
}
