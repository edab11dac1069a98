/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Takes secrets out of what a workload prints, before anything of it is kept.
 *
 * A workload that prints its environment must not put its secrets into logs and deployment
 * errors.  What is found is the text of a secret as it was given, each longer line of it, and the
 * forms of secret-forms.h (other line ends, JSON, base64, URL), also wrapped at any column;
 * nothing shorter than four bytes, which would be found everywhere.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_REDACT_H
#define SIDESTAGE_PLATFORM_DRIVERS_REDACT_H

#include <jansson.h>
#include <stddef.h>

struct redact;

#define REDACTED "[secret]"

/* An array of strings, copied; NULL when there is nothing to look for. */
struct redact *redact_new(const json_t *secrets);
void redact_free(struct redact *redact);	/* NULL is fine; wipes */

/* Gives on what is no secret.  Bytes that may be the beginning of one wait for the next
 * call, or for redact_end().  redact NULL: all is given on. */
void redact_take(struct redact *redact, const char *bytes, size_t length,
		 void (*give)(void *data, const char *bytes, size_t length), void *data);
/* The program has ended: what waited is given on. */
void redact_end(struct redact *redact,
		void (*give)(void *data, const char *bytes, size_t length), void *data);

#endif
