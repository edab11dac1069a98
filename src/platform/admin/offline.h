/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A command's work on a state: by the daemon that has it, or here when none runs. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_OFFLINE_H
#define SIDESTAGE_PLATFORM_ADMIN_OFFLINE_H

#include <jansson.h>

struct command_arguments;
struct error;
struct platform;

/* For what only reads: a mistyped directory is told, and neither made nor taken for an empty
 * state. */
int offline_find(const char *state, struct error *err) __attribute__((warn_unused_result));

/* With a platform that has a repository and nothing else; secrets that it opens are freed. */
typedef json_t *offline_work(struct platform *platform, const struct command_arguments *arguments,
			     const json_t *request, struct error *err);

/* request is for maintenance_ask(); `here` does the same.  The result, a new reference; NULL
 * with err. */
json_t *offline_run(const struct command_arguments *arguments, const json_t *request,
		    offline_work *here, struct error *err);

#endif
