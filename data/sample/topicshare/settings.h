/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a program is told by its variables.  A wrong one ends it with a line that says why. */
#ifndef TOPICSHARE_SETTINGS_H
#define TOPICSHARE_SETTINGS_H

/* The value, or what to take without one (NULL: it must be set). */
const char *settings_text(const char *name, const char *otherwise);
/* The same for a whole number within bounds; otherwise < least: it must be set. */
long settings_number(const char *name, long least, long most, long otherwise);

#endif
