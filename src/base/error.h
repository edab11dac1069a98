/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An error is a value: a kind that callers decide by, a sentence that people read. */
#ifndef SIDESTAGE_BASE_ERROR_H
#define SIDESTAGE_BASE_ERROR_H

#include <stdarg.h>

enum error_kind {
	ERROR_NONE,
	ERROR_INPUT,	   /* what a person or a caller gave does not fit (HTTP 400, 422) */
	ERROR_NOT_FOUND,   /* it is not there (404) */
	ERROR_CONFLICT,	   /* it is there already, busy, or has nothing of what is asked (409) */
	ERROR_STALE,	   /* it moved since it was read (412) */
	ERROR_ACCESS,	   /* the token is missing, refused or not enough (401, 403) */
	ERROR_UNREACHABLE, /* nothing was sent: no such host, refused, no route */
	ERROR_NO_REPLY,	   /* sent, but no answer: it may have been carried out */
	ERROR_PROTOCOL,	   /* an answer came that makes no sense */
	ERROR_LIMIT,	   /* larger, deeper or more than we take; also 429 */
	ERROR_REMOTE,	   /* the platform failed (5xx) */
	ERROR_STORE,	   /* the local database failed */
	ERROR_SYSTEM,	   /* a system call failed */
	ERROR_FULL,	   /* the disk has no room (507) */
	ERROR_UNAVAILABLE  /* it cannot be done now; later it may (503) */
};

#define ERROR_PARTS_MAX 5
#define ERROR_PARAMETERS_MAX 6

/* A sentence of the text that has a code (model/error-codes.h), with the places in the text of what
 * it was said with. */
struct error_part {
	unsigned short code;	/* enum error_code */
	struct {
		unsigned short at, length;
	} parameters[ERROR_PARAMETERS_MAX];	/* in the order of the English sentence */
};

struct error {
	enum error_kind kind;
	char text[768];		/* UTF-8; holds foreign text: sanitise before showing */
	/* 0, or all sentences of the text, "workload web: there is no ...", in this order. */
	unsigned short part_count;
	struct error_part parts[ERROR_PARTS_MAX];
};

/* Fills err (NULL is fine) and returns -1, so that callers can write `return error_set(...)`.
 * A text that is too long is cut at a character.  The text has no code. */
int error_set(struct error *err, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Puts "prefix: " before the text that is there; the kind stays, its codes go.  Returns -1. */
int error_prefix(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Like error_set with ERROR_SYSTEM, and ": " and the words for errno behind it. */
int error_errno(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "input", "not-found", ...: for machines (--json, logs), never translated. */
const char *error_kind_name(enum error_kind kind);

#endif
