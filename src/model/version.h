/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The order of versions, each compared by what it is: semver, calendar versions, dates, build
 * numbers, `git describe`, the forms of Python and Java.  The order is strict and partial:
 * what cannot be known from the two texts is unknown, never guessed.
 */
#ifndef SIDESTAGE_MODEL_VERSION_H
#define SIDESTAGE_MODEL_VERSION_H

enum version_order { VERSION_SAME, VERSION_OLDER, VERSION_NEWER, VERSION_UNKNOWN };

/* How `a` stands to `b`.  OLDER is irreflexive and transitive.  SAME: equal by the rules, though
 * perhaps not by bytes ("v1.2" and "1.2.0"). */
enum version_order version_compare(const char *a, const char *b);
/* For sorted lists: a total order that agrees with version_compare() wherever that knows. */
int version_sort(const char *a, const char *b);
/* "major", "minor", "patch", "pre-release" or "other": for a change's words (untranslated). */
const char *version_step(const char *from, const char *to);

#endif
