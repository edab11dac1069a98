/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A real sidestaged with one organization "acme" (type development, production; resources sqlite
 * and dns) whose images are tests/unit/helper-server under several names, asked over its socket.
 */
#ifndef SIDESTAGE_TESTS_WIRE_SERVE_H
#define SIDESTAGE_TESTS_WIRE_SERVE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ORG "/orgs/acme"
#define APP ORG "/apps/shop"
#define ENV APP "/envs/development"

struct serve {
	char *folder;
	char *socket;
	pid_t pid;
	const char *extensions;	/* set before serve_make(); NULL: all */
	const char *min_ready;	/* the same; NULL: a moment */
	char link[1024];	/* the Link of the last answer; "": none */
};

/* Starts it; aborts when it does not serve. */
void serve_make(struct serve *serve);
void serve_stop(struct serve *serve);
void serve_start(struct serve *serve);	/* after serve_stop(): the same state */
void serve_clear(struct serve *serve);

/* `body` is JSON in which ' stands for ", or NULL.  The status; *answer, when not NULL, is the
 * body for json_decref(), or NULL when there is none. */
int serve_ask(struct serve *serve, const char *method, const char *path, const char *body,
	      json_t **answer);
/* The same with an Accept; the answer's media type goes to *type (free() it). */
int serve_ask_as(struct serve *serve, const char *method, const char *path, const char *accept,
		 const char *body, json_t **answer, char **type);

/* A deployment from this delta ("{'modules': ...}") or, NULL, of what is there; waits for its
 * end.  Its id, free() it; asserts that it succeeded. */
char *serve_deploy(struct serve *serve, const char *env, const char *delta);
/* The modules of an environment, as V2; a new reference. */
json_t *serve_runtime(struct serve *serve, const char *env);
/* Waits until the module has this many ready replicas. */
void serve_wait_replicas(struct serve *serve, const char *env, const char *module, size_t count);
/* Waits until GET of the path answers this. */
void serve_wait_status(struct serve *serve, const char *path, int status);
/* The module's address. */
int serve_port(struct serve *serve, const char *env, const char *res_id);
/* What it answers to GET /about there, NULL: nothing.  free() it. */
char *serve_fetch(int port);

/* A module that answers HTTP, for a delta: NAME, IMAGE, more variables ("" or ", 'A': 'b'"). */
#define WEB(name, image, more)                                                                     \
	"'" name "': {'profile': 'humanitec/default-module', 'externals': {'dns': {'type': "       \
	"'dns'}}, 'spec': {'containers': {'main': {'id': 'main', 'image': '" image "', "           \
	"'variables': {'PORT': '${externals.dns.listen}'" more "}, 'readiness_probe': {'type': "  \
	"'http', 'path': '/', 'port': '${externals.dns.listen}'}}}}}"
#define WORKER(name, image, more)                                                                  \
	"'" name "': {'profile': 'humanitec/default-module', 'externals': {}, 'spec': "            \
	"{'containers': {'main': {'id': 'main', 'image': '" image "', 'variables': {'A': 'b'" more \
	"}}}}}"
#define ADD(modules) "{'modules': {'add': {" modules "}}}"

#endif
