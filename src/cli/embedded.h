/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * An embedded platform: a `sidestaged` of our own on a Unix socket in a private directory.
 * The first client starts it, others join; each holds a lease (an open connection).  When the
 * last lease is gone, however that client ended, the platform stops what it runs and ends.
 */
#ifndef SIDESTAGE_CLI_EMBEDDED_H
#define SIDESTAGE_CLI_EMBEDDED_H

#include <stdbool.h>

struct error;

struct embedded {
	char *directory;	/* state: platform.db, spaces/, history.db, cache.db */
	char *socket;		/* of the API */
	char *lease_path;
	bool unconfined;	/* the sample runs with our rights, since namespaces are refused */
	int lease;		/* the connection that keeps the platform alive */
};

/* What differs from one to the other; borrowed. */
struct embedded_options {
	const char *command;		/* for sentences: "sidestage demo" */
	const char *directory;		/* of its state; made when it is not there */
	const char *name;		/* of its sockets: short, and of no other directory */
	const char *const *arguments;	/* of `sidestaged serve`, besides; NULL-terminated */
	const char *user;		/* whom the platform takes us for; NULL: "oncall" */
	bool is_fresh;			/* the old state is forgotten first */
	bool is_alone;			/* none is joined */
	bool is_again;			/* with the arguments of the last one, if it is not there */
	/* Whether one may be joined that was started with these, a line each; NULL: any. */
	bool (*may_join)(const void *data, const char *arguments);
	const void *data;		/* for it */
};

/* Joins the running platform or starts one and waits until it listens.  ERROR_CONFLICT when one
 * runs that is to be forgotten or not to be joined.  0, or -1 with nothing left open. */
int embedded_start(struct embedded *embedded, const struct embedded_options *options,
		   struct error *err) __attribute__((warn_unused_result));

/* One that has ended is started again in a process of its own, since it may take as long as all
 * limits of embedded_start() together.  Where it fails, its log says why. */
typedef int embedded_starter(struct embedded *embedded, const void *data);	/* 0 or -1 */
/* A descriptor that can be read once that has ended, well or not; -1: it could not begin. */
int embedded_start_apart(embedded_starter *start, const void *data);
/* Takes the new lease from that descriptor, which is closed: the lease, or -1, and nothing is
 * changed. */
int embedded_take_lease(struct embedded *embedded, int fd);

/* Gives the lease back; when it was the last, waits (at most 6 s) until the platform ended. */
void embedded_stop(struct embedded *embedded);

#endif
