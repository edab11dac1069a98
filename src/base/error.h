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

struct error {
	enum error_kind kind;
	char text[768];		/* UTF-8; holds foreign text: sanitise before showing */
};

/* Fills err (NULL is fine) and returns -1, so that callers can write `return error_set(...)`.
 * A text that is too long is cut at a character. */
int error_set(struct error *err, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Puts "prefix: " before the text that is there; the kind stays.  Returns -1. */
int error_prefix(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Like error_set with ERROR_SYSTEM, and ": " and the words for errno behind it. */
int error_errno(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "input", "not-found", ...: for machines (--json, logs), never translated. */
const char *error_kind_name(enum error_kind kind);

#endif
