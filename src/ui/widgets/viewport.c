/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists only move when what is selected would leave the screen. */
#include "config.h"

#include "ui/widgets/viewport.h"

size_t
viewport_first(size_t first, size_t at, size_t rows, size_t count)
{
	if (rows == 0 || count <= rows)
		return 0;
	if (first > count - rows)
		first = count - rows;
	if (at < first)
		return at;
	return at - first >= rows ? at - rows + 1 : first;
}
