/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/views/review-patch.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/patch-file.h"
#include "model/manifest-patch.h"
#include "ui/view.h"
#include "ui/views/changes.h"
#include "ui/views/prompt.h"
#include "ui/views/review-state.h"
#include "ui/views/review.h"

/* Of objects of a cluster: as whoever keeps them in a repository would write it. */
void
review_run_copy(struct view *view, struct ui *ui)
{
	const struct review *review = review_of((struct review_view *)view, ui);
	json_t *patches = review_repository_patches(review);
	struct error err = {0};
	char *text = manifests_patches_text(patches, &err);
	char *words = text && !*text ? changes_words(&review->changes) : NULL;

	if (!text)
		ui_say_error(ui, &err);
	else
		ui_copy(ui, words ? _("the changes") : _("the changes as a patch for a repository"),
			words ? words : text);
	free(words);
	free(text);
	json_decref(patches);
}

/* --- to a file --- */

static const char *
check_path(void *data, const char *path)
{
	(void)data;
	return *path ? NULL : _("Give the file a name.");
}

static void
path_typed(void *data, struct ui *ui, const char *path)
{
	const struct review *review = review_of(data, ui);
	struct error err = {0};
	char *whole = review ? patch_file_save(review, path, &err) : NULL;

	if (!review)
		ui_say(ui, _("The review was made again meanwhile; save it there."));
	else if (!whole)
		ui_say_error(ui, &err);
	if (review && !whole)
		return;			/* another name may do */
	ui_pop(ui);
	if (whole)
		ui_say(ui, _("Saved the patch to %s."), whole);
	free(whole);
}

void
review_run_save(struct view *view, struct ui *ui)
{
	struct review_view *r = (struct review_view *)view;
	char *name = patch_file_name(review_of(r, ui));

	ui_push(ui, prompt_view_new(&(struct prompt){
		.title = N_("Save the patch"),
		.label = N_("File"),
		.note = N_("For the repository of whoever owns these objects: a name that ends in "
			   ".json gets JSON Patch, every other one a patch for kustomize."),
		.initial = name,
		.check = check_path,
		.done = path_typed,
		.data = r,
	}));
	free(name);
}

static bool
has_patch(const struct view *view, struct ui *ui)
{
	return patch_file_is_useful(review_of((const struct review_view *)view, ui));
}

const struct need review_a_patch = {
	has_patch, N_("Nothing to save: this change affects no cluster object."), NULL,
};
