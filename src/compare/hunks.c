/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The longest common subsequence by its table.  Equal ends are cut off first, which leaves
 * little to compare; what is still too large for the table is replaced whole.
 *
 * Myers' algorithm would need less memory for long texts.  What is compared here is one
 * object of a set, mostly some dozen lines, and the table gives the same answer every time
 * for a fixed price.
 */
#include "config.h"

#include "compare/hunks.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

static void
add_hunk(struct hunks *hunks, size_t a_from, size_t a_to, size_t b_from, size_t b_to)
{
	if (a_from == a_to && b_from == b_to)
		return;
	hunks->items = xreallocarray(hunks->items, hunks->count + 1, sizeof(*hunks->items));
	hunks->items[hunks->count++] = (struct hunk){a_from, a_to, b_from, b_to};
}

/* table[i][j]: how much a[i..] and b[j..] have in common at most. */
static uint32_t *
make_table(char *const *a, size_t n, char *const *b, size_t m)
{
	uint32_t *table = xcalloc((n + 1) * (m + 1), sizeof(*table));

	for (size_t i = n; i-- > 0;) {
		for (size_t j = m; j-- > 0;) {
			uint32_t *cell = &table[i * (m + 1) + j];
			uint32_t down = cell[m + 1], right = cell[1];

			if (strcmp(a[i], b[j]) == 0)
				*cell = cell[m + 2] + 1;
			else
				*cell = down > right ? down : right;
		}
	}
	return table;
}

/* Both begin and end with something else; `head` is what was cut off before them. */
static void
compare_middle(struct hunks *hunks, char *const *a, size_t n, char *const *b, size_t m, size_t head,
	       size_t cells_max)
{
	size_t i = 0, j = 0;
	uint32_t *table;

	if (n == 0 || m == 0 || n >= cells_max / (m + 1)) {
		add_hunk(hunks, head, head + n, head, head + m);
		return;
	}
	table = make_table(a, n, b, m);
	while (i < n || j < m) {
		size_t i0 = i, j0 = j;

		while ((i < n || j < m) && (i == n || j == m || strcmp(a[i], b[j]) != 0)) {
			if (j == m ||
			    (i < n && table[(i + 1) * (m + 1) + j] >= table[i * (m + 1) + j + 1]))
				i++;
			else
				j++;
		}
		add_hunk(hunks, head + i0, head + i, head + j0, head + j);
		while (i < n && j < m && strcmp(a[i], b[j]) == 0)
			i++, j++;
	}
	free(table);
}

void
hunks_between(struct hunks *hunks, char *const *a, size_t a_count, char *const *b, size_t b_count,
	      size_t cells_max)
{
	size_t head = 0, tail = 0;

	*hunks = (struct hunks){0};
	if (a_count == 0 || b_count == 0) {	/* what is empty may be no array at all */
		add_hunk(hunks, 0, a_count, 0, b_count);
		return;
	}
	while (head < a_count && head < b_count && strcmp(a[head], b[head]) == 0)
		head++;
	while (tail < a_count - head && tail < b_count - head &&
	       strcmp(a[a_count - tail - 1], b[b_count - tail - 1]) == 0)
		tail++;
	compare_middle(hunks, a + head, a_count - tail - head, b + head, b_count - tail - head,
		       head, cells_max);
}

void
hunks_clear(struct hunks *hunks)
{
	free(hunks->items);
	*hunks = (struct hunks){0};
}
