/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The pieces between the finds are drawn as ranges of the one text, so that the canvas may cut
 * at its edge in any of them without the text being taken apart. */
#include "config.h"

#include "ui/widgets/found.h"

#include <string.h>

#include "ui/canvas.h"

void
found_draw(struct canvas *canvas, enum style plain, enum style found, const char *text, size_t from,
	   size_t end, const char *wanted)
{
	const char *hit = *wanted ? strcasestr(text, wanted) : NULL;
	size_t length = strlen(wanted);

	for (; hit && hit < text + end; hit = strcasestr(hit + length, wanted)) {
		size_t start = (size_t)(hit - text),
		       stop = start + length < end ? start + length : end;

		if (stop <= from)
			continue;
		start = start > from ? start : from;
		canvas_range(canvas, plain, text, from, start);
		canvas_range(canvas, found, text, start, stop);
		from = stop;
	}
	canvas_range(canvas, plain, text, from, end);
}
