/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/drivers/process/signals.h"

#include <signal.h>

void
signals_reset(void)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};

	for (int i = 1; i < NSIG; i++)
		sigaction(i, &standard, NULL);
}
