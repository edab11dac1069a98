/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The forms in which programs print a secret that they were given: other line ends, indented, as a
 * JSON string, in base64 (also in the midst of more, as in "user:secret"), or in a URL.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_SECRET_FORMS_H
#define SIDESTAGE_PLATFORM_DRIVERS_SECRET_FORMS_H

#include <stddef.h>

/* Calls add() for each of them, the text itself first; some may be equal.  Nothing of them is left
 * in memory by this module. */
void secret_forms(const char *text, void (*add)(void *data, const char *bytes, size_t length), void *data);

#endif
