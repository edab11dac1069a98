/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A real sidestaged for the tests of its wire: started in a folder of its own with programs
 * that are scripts, asked over its socket, stopped.  Everything that it answers is kept.
 */
#ifndef SIDESTAGE_TESTS_WIRE_DAEMON_H
#define SIDESTAGE_TESTS_WIRE_DAEMON_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#define DAEMON_ARGUMENTS_MAX 8

struct daemon {
	char *folder;		/* everything is below it */
	char *state;		/* --state */
	char *errors;		/* what it writes to stderr */
	char *answers;		/* file: every body that it answered */
	char *socket;
	pid_t pid;
	const char *arguments[DAEMON_ARGUMENTS_MAX];	/* more of them; NULL at the end */
	const char *variables[DAEMON_ARGUMENTS_MAX];	/* NAME=VALUE for it; NULL at the end */
};

/* Makes the folder, and an import file of this text.  0 or -1. */
int daemon_prepare(struct daemon *daemon, const char *import);
/* A script as the image "local/NAME:1.0.0". */
void daemon_add_image(struct daemon *daemon, const char *name, const char *script);
/* A template that this daemon's definitions may name. */
void daemon_add_template(struct daemon *daemon, const char *name, const char *sql);
/* true once it serves; false: it ended. */
bool daemon_start(struct daemon *daemon);
/* Its exit status. */
int daemon_stop(struct daemon *daemon);
void daemon_clear(struct daemon *daemon);	/* stops, removes */

/* `body` is JSON with single quotes for double ones, or NULL.  The answer's status, and its
 * body (NULL: none) for json_decref(). */
int daemon_ask(struct daemon *daemon, const char *method, const char *path, const char *body,
	       json_t **answer);
/* The same with the bytes as they are. */
int daemon_send(struct daemon *daemon, const char *method, const char *path, const char *bytes,
		json_t **answer);
/* A file in the folder; "" when it is not there.  free() it. */
char *daemon_read(const struct daemon *daemon, const char *name);

#endif
