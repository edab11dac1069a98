/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The marks of a list. */
#include "config.h"

#include "ui/widgets/row-marks.h"

bool
row_marks_has(const struct row_marks *marks, const char *name)
{
	return json_object_get(marks->names, name) != NULL;
}

bool
row_marks_any(const struct row_marks *marks)
{
	return json_object_size(marks->names) > 0;
}

void
row_marks_toggle(struct row_marks *marks, const char *name)
{
	if (!marks->names)
		marks->names = json_object();
	if (row_marks_has(marks, name))
		json_object_del(marks->names, name);
	else
		json_object_set_new(marks->names, name, json_true());
}

bool
row_marks_clear(struct row_marks *marks)
{
	const bool any = row_marks_any(marks);

	json_decref(marks->names);
	marks->names = NULL;
	return any;
}
