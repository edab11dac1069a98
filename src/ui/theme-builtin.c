/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The default theme, for when no file is found: what
 * data/themes/colour-blind.theme says, as test-theme.c checks. */
#include "config.h"

#include "ui/theme-builtin.h"

const char theme_builtin[] =
	"normal #d0d0d0 on #121212 | white on black\n"
	"dim #8a8a8a on #121212 | white on black\n"
	"faint #626262 on #121212 | white on black dim\n"
	"strong #eeeeee on #121212 bold | bright-white on black bold\n"
	"key #5fafff on #121212 bold | cyan on black bold\n"
	"bar #bcbcbc on #303030 | black on white\n"
	"bar-strong #eeeeee on #303030 bold | black on white bold\n"
	"selected #ffffff on #005f87 bold | bright-white on blue bold\n"
	"selected-found #ffd75f on #005f87 bold underline | bright-yellow on blue bold underline\n"
	"ahead #5fafff on #121212 | cyan on black\n"
	"other #d787ff on #121212 | bright-magenta on black\n"
	"ok #87d787 on #121212 | green on black\n"
	"warn #ffaf5f on #121212 | yellow on black\n"
	"danger #ff875f on #121212 bold | bright-red on black bold\n"
	"old #ffaf5f on #5f0000 | yellow on black\n"
	"new #87d7ff on #00005f | cyan on black\n"
	"old-mark #ffffff on #af5f00 bold | black on yellow bold\n"
	"new-mark #ffffff on #005fd7 bold | black on cyan bold\n"
	"field #ffffff on #303030 | bright-white on black underline\n";
