/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ncurses tells sequences from keys by a list; what it does not know of itself is added to the
 * list with codes of our own.  The text between the two marks of a paste is gathered here and
 * handed on as one piece, so that no character of it is ever taken for a key.
 */
#include "config.h"

#include "ui/input.h"

#include <curses.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistr.h>

#include "base/buf.h"
#include "base/clock.h"
#include "ui/escapes.h"

#define PASTE_BYTES_MAX 65536
#define PASTE_IDLE_MS 2000	/* a paste whose end never came is over */
#define DROP_MAX 100000

/* Codes for define_key(): above all that ncurses gives out. */
enum { OWN_PASTE_BEGIN = 0x2000, OWN_PASTE_END, OWN_FOCUS_IN, OWN_FOCUS_OUT, OWN_FRAMES };

static const struct { const char *sequence; int code; } sequences[] = {
	{"\033[200~", OWN_PASTE_BEGIN}, {"\033[201~", OWN_PASTE_END},
	{"\033[I", OWN_FOCUS_IN}, {"\033[O", OWN_FOCUS_OUT},
	/* The answers to "is mode 2026 known": each digit is a code. */
	{"\033[?2026;0$y", OWN_FRAMES}, {"\033[?2026;1$y", OWN_FRAMES + 1},
	{"\033[?2026;2$y", OWN_FRAMES + 2}, {"\033[?2026;3$y", OWN_FRAMES + 3},
	{"\033[?2026;4$y", OWN_FRAMES + 4},
};

static struct {
	bool pasting, unwanted;
	int64_t heard_at;	/* of the last character of a paste */
	struct buf paste;
	int row, column;
} input;

void
input_start(bool mouse)
{
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
		define_key(sequences[i].sequence, sequences[i].code);
	mouseinterval(0);	/* a press is a click: nothing waits for a second one */
	/* A press and a release that come in one piece are a click for ncurses. */
	if (mouse)
		mousemask(BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON1_CLICKED | BUTTON4_PRESSED |
			  BUTTON5_PRESSED, NULL);
	input.pasting = false;
	buf_init(&input.paste, PASTE_BYTES_MAX);
}

void
input_stop(void)
{
	buf_clear(&input.paste);
}

/* Of a paste only characters count; what looks like a key in it is none. */
static void
gather(bool is_character, wint_t key)
{
	uint8_t bytes[6];
	int n;

	input.heard_at = clock_steady_ms();
	if (!is_character)
		return;
	n = u8_uctomb(bytes, (ucs4_t)key, sizeof(bytes));
	if (n > 0)
		(void)buf_append(&input.paste, bytes, (size_t)n);
}

/* -1: nothing that anybody wants. */
static int
take_mouse(void)
{
	MEVENT event;

	if (getmouse(&event) != OK)
		return -1;
	input.row = event.y;
	input.column = event.x;
	if (event.bstate & BUTTON4_PRESSED)
		return INPUT_WHEEL_UP;
	if (event.bstate & BUTTON5_PRESSED)
		return INPUT_WHEEL_DOWN;
	if (event.bstate & BUTTON1_RELEASED)
		return INPUT_RELEASE;
	return event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED) ? INPUT_CLICK : -1;
}

static int
take_code(int code)
{
	switch (code) {
	case OWN_PASTE_BEGIN:
		input.pasting = true;
		input.unwanted = false;
		input.heard_at = clock_steady_ms();
		buf_clear(&input.paste);
		return -1;
	case OWN_PASTE_END: return -1;
	case OWN_FOCUS_IN: return INPUT_FOCUS_IN;
	case OWN_FOCUS_OUT: return INPUT_FOCUS_OUT;
	case KEY_MOUSE: return take_mouse();
	default: break;
	}
	if (code >= OWN_FRAMES && code <= OWN_FRAMES + 4) {
		escapes_frames_known(code - OWN_FRAMES);
		return -1;
	}
	return KEY_BASE + code;
}

/* -1: it was dropped while it came. */
static int
end_paste(void)
{
	input.pasting = false;
	return input.unwanted ? -1 : INPUT_PASTE;
}

int
input_next(void)
{
	wint_t key;
	int kind, taken = -1;

	while (taken == -1 && (kind = get_wch(&key)) != ERR) {
		bool late = input.pasting && clock_steady_ms() - input.heard_at > PASTE_IDLE_MS;

		if (late && kind == OK)
			unget_wch((wchar_t)key);
		else if (late)
			ungetch((int)key);
		if (late || (input.pasting && kind == KEY_CODE_YES && key == OWN_PASTE_END))
			taken = end_paste();
		else if (input.pasting)
			gather(kind == OK, key);
		else
			taken = kind == OK ? (int)key : take_code((int)key);
	}
	return taken;
}

void
input_drop(void)
{
	int key, n = 0;

	while ((key = input_next()) != -1 && n < DROP_MAX)
		n++;
	if (n == DROP_MAX)
		flushinp();
	/* What is still to come of a paste belongs to what was dropped. */
	input.unwanted = input.pasting;
}

const char *
input_pasted(void)
{
	return buf_str(&input.paste);
}

void
input_place(int *row, int *column)
{
	*row = input.row;
	*column = input.column;
}
