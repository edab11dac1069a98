/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The screen on one platform after another: those of the configuration, the embedded one, and the
 * one that the command line names.
 */
#ifndef SIDESTAGE_CLI_PLATFORMS_H
#define SIDESTAGE_CLI_PLATFORMS_H

struct arguments;
struct context;
struct contexts;
struct error;

/* Opens `first` (NULL: the embedded platform) and, for as long as the person goes to others, those;
 * one that cannot be opened is said where the person was before.  An exit_code. */
int platforms_run(const struct arguments *arguments, const struct contexts *contexts,
		  const struct context *first, struct error *err);

#endif
