/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A program in a real pseudo-terminal, and the screen that a person would see.
 *
 * The bytes of the program are read by libvterm; what the program writes is only ever looked
 * at through this screen.  We keep the terminal's other end open as well, so that its modes
 * can still be asked after the program is gone.
 */
#ifndef SIDESTAGE_TESTS_TTY_TERMINAL_H
#define SIDESTAGE_TESTS_TTY_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct terminal;

/* How a piece of text looks; a colour is -1 for the default, an index below 256, or 0x1rrggbb. */
struct look {
	bool bold, underline, reverse, italic;
	int32_t foreground, background;
};

struct terminal *terminal_new(const char *name, int rows, int columns);
/* Hangs up: a program that still runs gets SIGHUP. */
void terminal_free(struct terminal *terminal);
const char *terminal_name(const struct terminal *terminal);

/* Starts argv (searched in PATH) on a cleared screen.  false with a message on what failed. */
bool terminal_run(struct terminal *terminal, char *const argv[], const char **why);
bool terminal_was_run(const struct terminal *terminal);
bool terminal_is_running(const struct terminal *terminal);
pid_t terminal_pid(const struct terminal *terminal);
/* As waitpid() gives it; only when the program has ended. */
int terminal_status(const struct terminal *terminal);
/* Told by whoever reaps the children. */
void terminal_set_ended(struct terminal *terminal, int status);

/* Reads what all of them have written; waits at most so long for the first byte. */
bool terminal_pump(struct terminal *const *terminals, size_t count, int wait_ms);
bool terminal_send(struct terminal *terminal, const char *bytes, size_t length);
/* What the program has written since it was started, the last MiB of it. */
const char *terminal_written(const struct terminal *terminal);
/* "Enter", "Ctrl-L", "F5", "x", ...; false when there is no such key. */
bool terminal_key(struct terminal *terminal, const char *key);
/*
 * Whether the program has read what was typed and sleeps: what it does about it is written.
 * Of a program behind a shell only the first is known.
 */
bool terminal_is_at_rest(const struct terminal *terminal);
void terminal_resize(struct terminal *terminal, int rows, int columns);

int terminal_rows(const struct terminal *terminal);
/* The row as UTF-8 without the blanks at its end; free() it. */
char *terminal_row(const struct terminal *terminal, int row);
/* The look of the character at a byte of terminal_row()'s text. */
struct look terminal_look(const struct terminal *terminal, int row, size_t byte);
void terminal_cursor(const struct terminal *terminal, int *row, int *column, bool *visible);

/* What the program left changed (modes, other screen, hidden cursor); free() it; NULL: nothing. */
char *terminal_not_restored(const struct terminal *terminal);

#endif
