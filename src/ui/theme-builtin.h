/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The default theme, which is in the program so that it runs without files. */
#ifndef SIDESTAGE_UI_THEME_BUILTIN_H
#define SIDESTAGE_UI_THEME_BUILTIN_H

/* Its text, as in a file. */
extern const char theme_builtin[];

#endif
