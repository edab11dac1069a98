/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Everything is written straight to the terminal, between two updates of ncurses, whose buffer
 * is empty then.  What a program cannot ask is taken from TERM and a few variables.
 */
#include "config.h"

#include "ui/escapes.h"

#include <errno.h>
#include <nettle/base64.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"

#define TITLE_COLUMNS_MAX 120
#define BELL_COLUMNS_MAX 100
#define ANSWER_LIMIT_MS 500		/* terminals that answer do it within a round trip */
#define SCREEN_PIECE 240		/* screen takes strings of at most 256 bytes */

const char escapes_back[] =
	"\033[?2026l\033[?2004l\033[?1004l\033[?1006;1000l"	/* frames, paste, focus, mouse */
	"\033[?1049l\033[?1l\033>\033[?25h\033[0m"		/* screen, keys, cursor, colours */
	"\033[23;2t\r\n";					/* the title that was there */
const size_t escapes_back_length = sizeof(escapes_back) - 1;

static struct {
	bool on, frames, mouse;
	bool asked, answered;
	int64_t asked_at;
	char *title;
} state;

/* TERM begins with one of these: the whole family of xterm, which swallows what it does not
 * know. */
static const char *const families[] = {
	"xterm", "tmux",  "screen", "rxvt",   "foot",	 "alacritty", "kitty", "wezterm", "konsole",
	"vte",	 "gnome", "st-",    "stterm", "contour", "ghostty",   "iterm", "mintty",
};

static bool
is_of_the_family(void)
{
	const char *kind = getenv("TERM");

	for (size_t i = 0; kind && i < sizeof(families) / sizeof(families[0]); i++)
		if (strncmp(kind, families[i], strlen(families[i])) == 0)
			return true;
	return false;
}

static bool
is_set(const char *variable, const char *value)
{
	const char *found = getenv(variable);

	return found && (!value || strcmp(found, value) == 0);
}

static bool
kind_begins(const char *word)
{
	const char *kind = getenv("TERM");

	return kind && strncmp(kind, word, strlen(word)) == 0;
}

/* No stdio: a crash handler writes by this as well.  A terminal that takes
 * nothing for a second is given up. */
void
escapes_write(const char *bytes, size_t length)
{
	struct pollfd terminal = {.fd = STDOUT_FILENO, .events = POLLOUT};

	while (length > 0) {
		ssize_t n = write(STDOUT_FILENO, bytes, length);

		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
		} else if (n == 0 || (errno != EINTR && errno != EAGAIN) ||
			   (errno == EAGAIN && poll(&terminal, 1, 1000) <= 0)) {
			return;
		}
	}
}

static void
say(const char *bytes)
{
	if (state.on)
		escapes_write(bytes, strlen(bytes));
}

/* --- modes ----------------------------------------------------------------------------- */

void
escapes_again(void)
{
	say("\033[?2004h\033[?1004h");
	if (state.mouse)
		say("\033[?1006;1000h");
}

void
escapes_mouse(void)
{
	state.mouse = true;
}

/* The title that was there is pushed on the terminal's own
 * stack, to be put back at the end. */
void
escapes_on(void)
{
	state.on = is_of_the_family();
	say("\033[22;2t");
	escapes_again();
	/* Terminal.app shows the end of a question that it does not know. */
	if (!state.on || state.asked || is_set("TERM_PROGRAM", "Apple_Terminal"))
		return;
	say("\033[?2026$p");
	state.asked = true;
	state.asked_at = clock_steady_ms();
}

bool
escapes_expects_answer(void)
{
	return state.asked && !state.answered &&
	       clock_steady_ms() - state.asked_at < ANSWER_LIMIT_MS;
}

void
escapes_off(void)
{
	if (state.mouse)
		say("\033[?1006;1000l");
	say("\033[?2004l\033[?1004l\033[23;2t");
	state.on = false;
	free(state.title);
	state.title = NULL;
}

void
escapes_frames_known(int answer)
{
	state.answered = true;
	/* 1 and 2: it is known, and set or not; 3 and 4 can never change; 0: not known. */
	state.frames = answer == 1 || answer == 2;
}

/* Between the two the terminal holds its picture back: nobody sees
 * half of a frame (mode 2026). */
void
escapes_frame_begin(void)
{
	if (state.frames)
		say("\033[?2026h");
}

void
escapes_frame_end(void)
{
	if (state.frames)
		say("\033[?2026l");
}

/* --- words ----------------------------------------------------------------------------- */

/* An operating system command: OSC number ; text ST.  The text is sanitised. */
static void
say_words(const char *number, const char *text, int columns)
{
	struct drawable drawable;
	char *whole;

	text_sanitise(&drawable, text, columns);
	whole = xasprintf("\033]%s;%s\033\\", number, drawable.utf8);
	say(whole);
	free(whole);
	drawable_clear(&drawable);
}

void
escapes_title(const char *text)
{
	if (!state.on || (state.title && strcmp(state.title, text) == 0))
		return;
	free(state.title);
	state.title = xstrdup(text);
	say_words("2", text, TITLE_COLUMNS_MAX);
}

/* Terminals that show the words of OSC 9; others take the number for something else. */
static bool
has_notifications(void)
{
	return is_set("TERM_PROGRAM", "iTerm.app") || is_set("TERM_PROGRAM", "WezTerm") ||
	       is_set("TERM_PROGRAM", "ghostty") || kind_begins("xterm-kitty") ||
	       kind_begins("xterm-ghostty") || kind_begins("foot");
}

void
escapes_bell(const char *text)
{
	escapes_write("\a", 1);
	if (has_notifications())
		say_words("9", text, BELL_COLUMNS_MAX);
}

bool
escapes_has_links(void)
{
	const char *vte = getenv("VTE_VERSION");

	if (!state.on)
		return false;
	return (vte && atoi(vte) >= 5000) || is_set("KONSOLE_VERSION", NULL) ||
	       is_set("WT_SESSION", NULL) || has_notifications() || kind_begins("alacritty") ||
	       kind_begins("contour") || kind_begins("wezterm");
}

/* --- the clipboard --------------------------------------------------------------------- */

/* tmux hands on what is wrapped, each ESC doubled (allow-passthrough); it also takes it bare
 * (set-clipboard on), so it gets both. */
static void
add_for_tmux(struct buf *out, const char *sequence)
{
	(void)buf_puts(out, sequence);
	(void)buf_puts(out, "\033Ptmux;");
	for (const char *s = sequence; *s; s++)
		(void)buf_append(out, *s == '\033' ? "\033\033" : s, *s == '\033' ? 2 : 1);
	(void)buf_puts(out, "\033\\");
}

/* screen hands on what is wrapped, in pieces. */
static void
add_for_screen(struct buf *out, const char *sequence)
{
	size_t length = strlen(sequence);

	for (size_t i = 0; i < length; i += SCREEN_PIECE) {
		size_t n = length - i < SCREEN_PIECE ? length - i : SCREEN_PIECE;

		(void)buf_puts(out, "\033P");
		(void)buf_append(out, sequence + i, n);
		(void)buf_puts(out, "\033\\");
	}
}

int
escapes_copy(const char *text, struct error *err)
{
	size_t length = strlen(text);
	char *base64, *sequence;
	struct buf out;

	if (!state.on)
		return error_set(
			err, ERROR_INPUT,
			_("This terminal does not let programs copy; select the text with the mouse."));
	if (length > ESCAPES_COPY_MAX)
		return error_set(err, ERROR_LIMIT,
				 _("This is too long to copy: %zu bytes, and terminals take %d."),
				 length, ESCAPES_COPY_MAX);
	base64 = xcalloc(1, BASE64_ENCODE_RAW_LENGTH(length) + 1);
	base64_encode_raw(base64, length, (const uint8_t *)text);
	/* Ended by BEL: inside screen's wrapping an ESC \ would end the wrapping. */
	sequence = xasprintf("\033]52;c;%s\a", base64);
	buf_init(&out, 4 * ESCAPES_COPY_MAX);
	if (is_set("TMUX", NULL))
		add_for_tmux(&out, sequence);
	else if (kind_begins("screen"))
		add_for_screen(&out, sequence);
	else
		(void)buf_puts(&out, sequence);
	say(buf_str(&out));
	buf_clear(&out);
	free(sequence);
	free(base64);
	return 0;
}
