/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/plain-repository.h"

#include "base/error.h"
#include "base/i18n.h"
#include "cli/command.h"
#include "cli/output-json.h"
#include "cli/output-text.h"
#include "cli/plain-fail.h"
#include "cli/plain-state.h"
#include "cli/repository-files.h"
#include "flow/verbs/flow.h"
#include "model/json.h"

/* NULL: nobody asked, or it cannot be read, which was said. */
static json_t *
find_lines(struct plain *p, const struct review *review)
{
	struct error err = {0};
	json_t *found;

	if (!p->once || !p->once->repository || !review)
		return NULL;
	found = repository_files_find(p->once->repository, review, &err);
	if (!found)
		plain_note(p, "%s", err.text);
	return found;
}

void
plain_tell_repository(struct plain *p, const struct review *review)
{
	json_t *found = find_lines(p, review), *line;
	size_t i;

	if (found && json_array_size(found) == 0)
		output_text_line(_("  No line of %s holds what changes."), p->once->repository);
	else if (found)
		output_text_line(_("  In %s:"), p->once->repository);
	json_array_foreach(found, i, line)
		output_text_line("    %s:%d: %s → %s", json_member_string(line, "file"),
				 (int)json_integer_value(json_object_get(line, "line")),
				 json_member_string(line, "was"),
				 json_member_string(line, "becomes"));
	json_decref(found);
}

json_t *
plain_operation_json(struct plain *p, const struct flow *flow)
{
	json_t *object = output_json_operation(flow), *found = find_lines(p, flow_review(flow));

	if (found && !json_object_get(object, "repository"))
		json_object_set_new(object, "repository", json_object());
	if (found)
		json_object_set_new(json_object_get(object, "repository"), "lines", found);
	return object;
}
