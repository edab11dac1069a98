/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is said to the terminal beside ncurses: the window's title, pastes that are marked as
 * such, focus, the clipboard, a bell with words, and frames that are shown whole.  Only
 * terminals of a kind that is known to swallow what they do not know are spoken to; for the
 * others every call does nothing.  Sources: xterm's ctlseqs, the bracketed-paste and
 * synchronised-output specifications (modes 2004 and 2026).
 */
#ifndef SIDESTAGE_UI_ESCAPES_H
#define SIDESTAGE_UI_ESCAPES_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/* Bytes of text that may be copied: more than xterm takes is cut there without a word. */
#define ESCAPES_COPY_MAX 74994

/* Gives the terminal back whole, in bytes that a signal handler may write. */
extern const char escapes_back[];
extern const size_t escapes_back_length;

/* After ncurses took the terminal; the first time asks whether frames are known. */
void escapes_on(void);
/* Before ncurses gives it back. */
void escapes_off(void);
/* The same modes once more: somebody else may have had the terminal. */
void escapes_again(void);
/* From now on, and again after a suspension: the mouse is reported (modes 1006 and 1000). */
void escapes_mouse(void);
/* The answer to what escapes_on() asked: 0 to 4 (DECRPM). */
void escapes_frames_known(int answer);
/* The answer may still come: who gives the terminal away now would leave it to the shell. */
bool escapes_expects_answer(void);
void escapes_frame_begin(void);
void escapes_frame_end(void);
/* Any text; shown sanitised, and only sent when it differs from the last. */
void escapes_title(const char *text);
/* To the clipboard of the person's terminal, through tmux and screen too.  0, or -1 when it is
 * too long or the terminal has no way. */
int escapes_copy(const char *text, struct error *err) __attribute__((warn_unused_result));
/* Rings, and says why where that is known. */
void escapes_bell(const char *text);
/* Whether addresses may be marked as links (OSC 8). */
bool escapes_has_links(void);
/* Straight to the terminal, all of it; nothing that came from elsewhere. */
void escapes_write(const char *bytes, size_t length);

#endif
