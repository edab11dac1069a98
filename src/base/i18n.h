/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The marks for text that people read. */
#ifndef SIDESTAGE_BASE_I18N_H
#define SIDESTAGE_BASE_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) (text)

/* Once, at the start of a program: the person's locale, and the texts in their language, from where
 * they were installed or from $SIDESTAGE_LOCALE. */
void i18n_start(void);
/* From now on all texts are as they stand in the source: for output that machines read. */
void i18n_stop(void);

#endif
