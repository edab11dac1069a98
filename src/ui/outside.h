/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Programs of the person's own: the editor, which takes the terminal, and the browser beside it. */
#ifndef SIDESTAGE_UI_OUTSIDE_H
#define SIDESTAGE_UI_OUTSIDE_H

struct error;

#define OUTSIDE_TEXT_MAX (1u << 20)

/*
 * Gives the text to the person's editor ($VISUAL, $EDITOR, or vi) as a file `name`, in a directory
 * that only they may enter and that is gone afterwards.  *text is freed and becomes what was saved,
 * which may be anything.  Waits as long as the editor runs.  -1 with err, and *text as it was: the
 * file cannot be made or read, the editor did not run or ended badly, what it left is longer than
 * OUTSIDE_TEXT_MAX or no text.
 */
int outside_edit(const char *name, char **text, struct error *err)
	__attribute__((warn_unused_result));

/* Opens an http or https address in the person's browser ($BROWSER, or xdg-open where there is a
 * desktop), without waiting for it.  -1 with err: it is no such address, or there is no browser. */
int outside_browse(const char *address, struct error *err) __attribute__((warn_unused_result));

#endif
