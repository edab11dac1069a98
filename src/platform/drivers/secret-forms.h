/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The forms in which programs print a secret that they were given: other line ends, indented, as a
 * JSON string, in base64 (also in the midst of more, as in "user:secret"), or in a URL.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_SECRET_FORMS_H
#define SIDESTAGE_PLATFORM_DRIVERS_SECRET_FORMS_H

#include <stdbool.h>
#include <stddef.h>

/* is_wrapped: these are the bytes without blanks, wherever those stand in what is printed. */
typedef void secret_form_add(void *data, const char *bytes, size_t length, bool is_wrapped);

/* Calls add() for each of them, the text itself first; some may be equal.  Nothing of them is left
 * in memory by this module. */
void secret_forms(const char *text, secret_form_add *add, void *data);

#endif
