/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One line of text that is asked for. */
#ifndef SIDESTAGE_UI_VIEWS_PROMPT_H
#define SIDESTAGE_UI_VIEWS_PROMPT_H

#include <stdbool.h>

struct ui;
struct view;

/* Asks for one line of text; `check` says what is wrong with it (NULL: fine); `done` gets it. */
struct prompt {
	const char *title, *label, *note;
	const char *subject;		/* foreign: what it is about; NULL: the title says it */
	bool is_secret;			/* what is typed is shown as stars */
	char *initial;			/* offered: typing replaces it; the caller's; NULL: none */
	const char *(*check)(void *data, const char *text);
	void (*done)(void *data, struct ui *ui, const char *text);
	void (*drop)(void *data);	/* frees data; NULL: it is of the view below */
	void *data;
};
/* Copies the struct; `data` is freed by `drop` when the view closes. */
struct view *prompt_view_new(const struct prompt *prompt);

#endif
