/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/i18n.h"

#include <locale.h>
#include <stdlib.h>

void
i18n_start(void)
{
	const char *folder = getenv("SIDESTAGE_LOCALE");

	setlocale(LC_ALL, "");
#if ENABLE_NLS
	bindtextdomain(PACKAGE, folder && *folder ? folder : LOCALEDIR);
	textdomain(PACKAGE);
#else
	(void)folder;
#endif
}
