/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Opens a session and the screen on it: what the commands that show a board share. */
#ifndef SIDESTAGE_CLI_SCREEN_H
#define SIDESTAGE_CLI_SCREEN_H

struct arguments;
struct error;
struct session_options;

struct ui_contexts;

/* An exit_code.  How long clones live is added from the configuration.  contexts: where the person
 * can go from here (contexts->next); NULL: nowhere. */
int screen_run(const struct arguments *arguments, const struct session_options *options,
	       struct ui_contexts *contexts, struct error *err);

#endif
