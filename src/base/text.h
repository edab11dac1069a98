/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Text from elsewhere, and the one place that makes it fit to be shown.
 *
 * What comes from a platform, a file or a log is `struct untrusted`.  It can be
 * compared and sent back, but nothing that draws takes it: only text_sanitise()
 * turns it into a `struct drawable`, in which every character is printable and of a
 * width that the C library knows, and everything else is a visible escape
 * (promise 6 of the design).  The sanitiser never fails and never drops a byte silently.
 */
#ifndef SIDESTAGE_BASE_TEXT_H
#define SIDESTAGE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

struct untrusted {
	char *raw;		/* owned, NUL-terminated, any bytes; NULL means "absent" */
};

void untrusted_init(struct untrusted *text, const char *bytes);	/* copies; NULL is absent */
void untrusted_clear(struct untrusted *text);
void untrusted_set(struct untrusted *text, const char *bytes);	/* frees what was there */
bool untrusted_equal(const struct untrusted *a, const struct untrusted *b);
bool untrusted_is(const struct untrusted *text, const char *ours);
/* For the wire, the store and comparing; never for a screen.  "" when absent. */
const char *untrusted_raw(const struct untrusted *text);

struct drawable {
	char *utf8;		/* owned; printable characters only */
	int columns;		/* terminal cells */
};

/*
 * At most `max_columns` cells (0: no limit); what does not fit ends in "…" (or "~" in a
 * locale that has no such character).  Controls become ^X, bad bytes \xNN, invisible and
 * direction-changing characters U+NNNN in angle brackets, newlines and tabs their escapes.
 * A grapheme cluster is never split.
 */
void text_sanitise(struct drawable *out, const char *bytes, int max_columns);
/* Frees the text; the struct can be used again. */
void drawable_clear(struct drawable *drawable);
/* The same, as a string for stdout, stderr and logs (no width limit).  free() it. */
char *text_printable(const char *bytes);

/* Where the character at byte `from` ends, with the marks that combine with it. */
size_t text_cluster_end(const char *bytes, size_t from);
/* Columns that the sanitised form of bytes takes. */
int text_columns(const char *bytes);
/* How many of the first `length` bytes fit into so many columns in their sanitised form; never
 * none of them, and never a part of a cluster. */
size_t text_fitting(const char *bytes, size_t length, int columns);
/* Strict UTF-8 (RFC 3629). */
bool text_is_utf8(const char *bytes, size_t length);
/* Whether the locale's character set can show non-ASCII characters; decided by setlocale(). */
bool text_locale_is_utf8(void);
/* From now on as in a locale without other characters, whatever the locale says (--ascii). */
void text_use_ascii_only(void);

#endif
