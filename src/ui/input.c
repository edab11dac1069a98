/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * ncurses tells sequences from keys by a list; what it does not know of itself is added to the
 * list with codes of our own.  The text between the two marks of a paste is gathered here and
 * handed on as one piece, so that no character of it is ever taken for a key.
 *
 * Reports of the mouse in SGR form (xterm's mode 1006) are read here as well: ncurses makes one
 * event of a press and the release behind it, and loses clicks that follow each other.
 */
#include "config.h"

#include "ui/input.h"

#include <curses.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <term.h>
#include <unistr.h>

#include "base/buf.h"
#include "base/clock.h"
#include "ui/escapes.h"

#define PASTE_BYTES_MAX 65536
#define PASTE_IDLE_MS 2000 /* what comes later may be a person who waits for the end of a paste */
#define ESC 27
/* A terminal can send faster than it is read; then even dropping must come to an end. */
#define DROP_MAX 100000
#define SEQUENCE_IDLE_MS 500	/* a sequence that is cut in two comes within this */
#define SEQUENCE_MAX 65536

/* Codes for define_key(): above all that ncurses gives out. */
enum {
	OWN_PASTE_BEGIN = 0x2000, OWN_PASTE_END, OWN_FOCUS_IN, OWN_FOCUS_OUT, OWN_MOUSE,
	OWN_FRAMES	/* and the four behind it */
};

#define SGR_MOUSE "\033[<"
#define REPORT_MAX 24

/* The buttons of a report; what is added for Shift, Alt and Ctrl is cut off. */
enum { BUTTON_LEFT = 0, BUTTON_WHEEL_UP = 64, BUTTON_WHEEL_DOWN = 65, BUTTON_BITS = 0xe3 };

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
	bool reporting;		/* within a report of the mouse */
	char report[REPORT_MAX];
	size_t report_length;
	int row, column;
	enum {
		SEQUENCE_NONE,
		SEQUENCE_CSI,
		SEQUENCE_SS3,
		SEQUENCE_TEXT
	} sequence; /* that is swallowed */
	size_t sequence_length;
	bool sequence_ends;	/* SEQUENCE_TEXT: an ESC came, a backslash ends it */
	int64_t sequence_at;	/* when its last character came */
} input;

/* Terminals that report it in the old form are left to ncurses, and have no drags. */
static void
start_mouse(void)
{
	char name[] = "kmous";
	const char *begin = tigetstr(name);

	if (begin && begin != (char *)-1 && strcmp(begin, SGR_MOUSE) == 0) {
		define_key(SGR_MOUSE, OWN_MOUSE);
		escapes_mouse();
		return;
	}
	mouseinterval(0);	/* a press is a click: nothing waits for a second one */
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
}

void
input_start(bool mouse)
{
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
		define_key(sequences[i].sequence, sequences[i].code);
	if (mouse)
		start_mouse();
	input.pasting = input.reporting = false;
	input.sequence = SEQUENCE_NONE;
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

/* "0;30;5M": button; column; row, from 1; M pressed, m released.  -1: nothing that anybody
 * wants. */
static int
end_report(char end)
{
	int button, row, column;

	input.report[input.report_length] = '\0';
	if (sscanf(input.report, "%3d;%5d;%5d", &button, &column, &row) != 3)
		return -1;
	input.row = row - 1;
	input.column = column - 1;
	switch (button & BUTTON_BITS) {
	case BUTTON_LEFT: return end == 'M' ? INPUT_CLICK : INPUT_RELEASE;
	case BUTTON_WHEEL_UP: return INPUT_WHEEL_UP;
	case BUTTON_WHEEL_DOWN: return INPUT_WHEEL_DOWN;
	default: return -1;
	}
}

/* A character within a report.  -1: it is not over, or it was none. */
static int
take_report(wint_t key)
{
	if ((key >= '0' && key <= '9') || key == ';') {
		if (input.report_length + 1 < REPORT_MAX)
			input.report[input.report_length++] = (char)key;
		return -1;
	}
	input.reporting = false;
	return key == 'M' || key == 'm' ? end_report((char)key) : -1;
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
	return event.bstate & BUTTON1_PRESSED ? INPUT_CLICK : -1;
}

static int
take_code(int code)
{
	input.reporting = false;
	input.sequence = SEQUENCE_NONE;
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
	case OWN_MOUSE:
		input.reporting = true;
		input.report_length = 0;
		return -1;
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

/*
 * A line may stall in the middle of a paste, and the rest must not be taken for keys however late
 * it comes.  The end may never come, too: then a person presses a key, is told, and ends it.
 */
static int
take_pasted(bool is_character, wint_t key)
{
	bool late = clock_steady_ms() - input.heard_at > PASTE_IDLE_MS;

	if ((!is_character && key == OWN_PASTE_END) || (late && is_character && key == ESC))
		return end_paste();
	gather(is_character, key);
	return late ? INPUT_STALLED : -1;
}

/*
 * A sequence that ncurses has no key for comes as ESC and its characters.  None of them is a key:
 * CSI ends with a letter or the like, SS3 with one character, the answers to questions (OSC, DCS,
 * APC) with BEL or ST.  A person who presses Esc and then a key is slower than a terminal.
 */
static bool
sequence_take(wint_t key)
{
	bool late = clock_steady_ms() - input.sequence_at > SEQUENCE_IDLE_MS;

	if (input.sequence == SEQUENCE_NONE)
		return false;
	if (late || input.sequence_length++ > SEQUENCE_MAX) {
		input.sequence = SEQUENCE_NONE;
		return false;
	}
	input.sequence_at = clock_steady_ms();
	if (input.sequence == SEQUENCE_TEXT) {
		if (key == '\a' || (input.sequence_ends && key == '\\'))
			input.sequence = SEQUENCE_NONE;
		input.sequence_ends = key == ESC;
		return true;
	}
	if (key < ' ') {	/* it was broken off */
		input.sequence = SEQUENCE_NONE;
		return false;
	}
	if (input.sequence == SEQUENCE_CSI ? key >= '@' && (key != '[' || input.sequence_length > 1)
					   : key < '0' || key > '9')
		input.sequence = SEQUENCE_NONE;
	return true;
}

static void
sequence_begin(int kind)
{
	input.sequence = kind;
	input.sequence_length = 0;
	input.sequence_ends = false;
	input.sequence_at = clock_steady_ms();
}

/* Puts back what was only looked at. */
static void
put_back(int kind, wint_t key)
{
	if (kind == OK)
		unget_wch((wchar_t)key);
	else if (kind != ERR)
		ungetch((int)key);
}

/* Behind an ESC: whether a sequence begins with what has come together with it. */
static bool
sequence_follows(void)
{
	wint_t first, second = 0;
	int kind = get_wch(&first), second_kind;

	if (kind != OK || !strchr("[O]P_", (int)(first < 0x80 ? first : ' '))) {
		put_back(kind, first);
		return false;
	}
	second_kind = get_wch(&second);
	put_back(second_kind, second);
	if (first == '[' && (second_kind == OK || second_kind == ERR))
		sequence_begin(SEQUENCE_CSI);
	else if (first == 'O' && second_kind == OK && second > ' ' && second < 0x7f)
		sequence_begin(SEQUENCE_SS3);
	else if (second_kind == OK &&
		 ((first == ']' && second >= '0' && second <= '9') ||
		  (first == 'P' && second < 0x80 && strchr("0123456789>!|$;+=", (int)second)) ||
		  (first == '_' && second == 'G')))
		sequence_begin(SEQUENCE_TEXT);
	else {
		put_back(kind, first);
		return false;
	}
	return true;
}

/* A character that is no part of a paste or a report.  -1: of a sequence. */
static int
take_character(wint_t key)
{
	if (sequence_take(key) || (key == ESC && sequence_follows()))
		return -1;
	return (int)key;
}

int
input_next(void)
{
	wint_t key;
	int kind, taken = -1;

	while (taken == -1 && (kind = get_wch(&key)) != ERR) {
		if (input.pasting)
			taken = take_pasted(kind == OK, key);
		else if (input.reporting && kind == OK)
			taken = take_report(key);
		else
			taken = kind == OK ? take_character(key) : take_code((int)key);
	}
	return taken;
}

/* For a view that must not be answered by keys which were pressed before it was seen. */
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
