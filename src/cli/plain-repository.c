/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/plain-repository.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "cli/command.h"
#include "cli/output-json.h"
#include "cli/output-text.h"
#include "cli/plain-fail.h"
#include "cli/plain-state.h"
#include "cli/repository-files.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/patch-file.h"
#include "model/json.h"

/* NULL: nobody asked, or it cannot be read, which was said. */
static json_t *
find_lines(struct plain *p, const struct review *review, size_t *skipped)
{
	struct error err = {0};
	json_t *found;

	if (!p->once || !p->once->repository || !review)
		return NULL;
	found = repository_files_find(p->once->repository, review, skipped, &err);
	if (!found)
		plain_note(p, "%s", err.text);
	return found;
}

int
plain_check_repository(struct plain *p)
{
	DIR *folder = p->once->repository ? opendir(p->once->repository) : NULL;

	if (p->once->repository && !folder) {
		plain_fail(p, EXIT_USAGE, _("--repository=%s: cannot be read: %s.  Nothing was done."),
			   p->once->repository, strerror(errno));
		return -1;
	}
	if (folder)
		closedir(folder);
	return 0;
}

int
plain_check_patch_file(struct plain *p)
{
	const char *path = p->once->save_patch;

	if (!path || access(path, F_OK) != 0)
		return 0;
	plain_fail(p, EXIT_USAGE, _("--save-patch=%s: it exists already.  Nothing was done."), path);
	return -1;
}

int
plain_save_patch(struct plain *p, const struct review *review)
{
	const char *path = p->once->save_patch;
	struct error err = {0};
	char *whole = path ? patch_file_save(review, path, &err) : NULL;

	if (path && !whole)
		plain_fail(p, EXIT_FAILED, "--save-patch=%s: %s", path, err.text);
	else if (whole && plain_wants_json(p))
		plain_note(p, _("Saved the patch to %s."), whole);
	else if (whole)
		output_text_line(_("Saved the patch to %s."), whole);
	free(whole);
	return err.kind == ERROR_NONE ? 0 : -1;
}

void
plain_tell_repository(struct plain *p, const struct review *review)
{
	size_t skipped = 0, i;
	json_t *found = find_lines(p, review, &skipped), *line;

	if (found && json_array_size(found) == 0)
		output_text_line(_("  The change affects no line in %s."), p->once->repository);
	else if (found)
		output_text_line(_("  In %s:"), p->once->repository);
	json_array_foreach(found, i, line)
		output_text_line("    %s:%d: %s → %s", json_member_string(line, "file"),
				 (int)json_integer_value(json_object_get(line, "line")),
				 json_member_string(line, "was"),
				 json_member_string(line, "becomes"));
	if (skipped > 0)
		output_text_line(ngettext("  %zu file or folder was not searched: it cannot be read, "
					  "is too large, or is not UTF-8.",
					  "  %zu files or folders were not searched: they cannot be "
					  "read, are too large, or are not UTF-8.", skipped),
				 skipped);
	json_decref(found);
}

json_t *
plain_operation_json(struct plain *p, const struct flow *flow)
{
	size_t skipped = 0;
	json_t *object = output_json_operation(flow);
	json_t *found = find_lines(p, flow_review(flow), &skipped), *repository;

	if (found && !json_object_get(object, "repository"))
		json_object_set_new(object, "repository", json_object());
	repository = json_object_get(object, "repository");
	if (found) {
		json_object_set_new(repository, "lines", found);
		json_object_set_new(repository, "skipped", json_integer((json_int_t)skipped));
	}
	return object;
}
