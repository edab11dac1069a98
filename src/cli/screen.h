/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens a session and the screen on it: what the commands that show a board share. */
#ifndef SIDESTAGE_CLI_SCREEN_H
#define SIDESTAGE_CLI_SCREEN_H

struct arguments;
struct error;
struct session_options;

/* An exit_code.  How long clones live is added from the configuration. */
int screen_run(const struct arguments *arguments, const struct session_options *options,
	       struct error *err);

#endif
