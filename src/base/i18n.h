/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The marks for text that people read. */
#ifndef SIDESTAGE_BASE_I18N_H
#define SIDESTAGE_BASE_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) (text)

#endif
