/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Addresses that can be clicked (OSC 8), written over the text that ncurses has drawn.
 *
 * ncurses knows no links, so their cells are written once more behind its update, with the
 * link around them.  There are two lists, of the frame that is drawn and of the one on the
 * screen: what is in neither is not touched, and a cell is only written twice where its line
 * changed.
 */
#include "config.h"

#include "ui/links.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "ui/escapes.h"

#define LINKS_MAX 16
#define ADDRESS_BYTES_MAX 2000
#define ROW_CELLS_MAX 512

struct link {
	int row, column;
	enum style style;
	char *address;
	bool due;		/* its cells are written anew by this update */
};

struct link_list {
	struct link items[LINKS_MAX];
	size_t count;
};

static struct link_list now, before;
static struct buf *collected;		/* where put_byte() puts; only within show() */

static void
clear_list(struct link_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].address);
	list->count = 0;
}

void
links_begin(void)
{
	clear_list(&before);
	before = now;
	now.count = 0;
}

void
links_stop(void)
{
	clear_list(&now);
	clear_list(&before);
}

/* What a platform says becomes part of an escape sequence here: plain
 * ASCII, and only the two schemes. */
static bool
is_safe(const char *address)
{
	size_t length = strlen(address);

	if (strncmp(address, "http://", 7) != 0 && strncmp(address, "https://", 8) != 0)
		return false;
	for (size_t i = 0; i < length; i++)
		if (address[i] <= ' ' || address[i] > '~')
			return false;
	return length < ADDRESS_BYTES_MAX;
}

void
links_add(int row, int column, enum style style, const char *address)
{
	if (now.count == LINKS_MAX || !escapes_has_links() || !is_safe(address))
		return;
	/* Cut text is no address. */
	if (column + (int)strlen(address) > COLS)
		return;
	now.items[now.count++] = (struct link){row, column, style, xstrdup(address), false};
}

static bool
was_there(const struct link *link)
{
	for (size_t i = 0; i < before.count; i++)
		if (before.items[i].row == link->row && before.items[i].column == link->column &&
		    strcmp(before.items[i].address, link->address) == 0)
			return true;
	return false;
}

/* Whether the terminal's line is as it will be.  Reading a window's cells moves
 * its cursor, which ncurses counts with. */
static bool
line_stays(int row)
{
	cchar_t is[ROW_CELLS_MAX + 1], will[ROW_CELLS_MAX + 1];
	int columns = COLS < ROW_CELLS_MAX ? COLS : ROW_CELLS_MAX, y, x;

	memset(is, 0, sizeof(is));
	memset(will, 0, sizeof(will));
	getyx(curscr, y, x);
	mvwin_wchnstr(curscr, row, 0, is, columns);
	wmove(curscr, y, x);
	getyx(newscr, y, x);
	mvwin_wchnstr(newscr, row, 0, will, columns);
	wmove(newscr, y, x);
	return memcmp(is, will, sizeof(is)) == 0;
}

void
links_before_update(void)
{
	for (size_t i = 0; i < now.count; i++)
		now.items[i].due = is_cleared(curscr) || !was_there(&now.items[i]) ||
				   !line_stays(now.items[i].row);
}

static int
put_byte(int byte)
{
	char c = (char)byte;

	return buf_append(collected, &c, 1) ? byte : EOF;
}

/* The cursor is put back where ncurses has left it (DECSC, DECRC). */
static void
show(const struct link *link, struct buf *out)
{
	collected = out;
	(void)buf_printf(out, "\0337\033[%d;%dH", link->row + 1, link->column + 1);
	vidputs((chtype)theme_attributes(link->style), put_byte);
	(void)buf_printf(out, "\033]8;;%s\033\\%s\033]8;;\033\\", link->address, link->address);
	vidputs(A_NORMAL, put_byte);
	(void)buf_puts(out, "\0338");
	collected = NULL;
}

void
links_after_update(void)
{
	struct buf out;

	buf_init(&out, LINKS_MAX * 3 * ADDRESS_BYTES_MAX);
	for (size_t i = 0; i < now.count; i++)
		if (now.items[i].due)
			show(&now.items[i], &out);
	if (out.length > 0)
		escapes_write(buf_str(&out), out.length);
	buf_clear(&out);
}
