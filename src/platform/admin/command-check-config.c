/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * sidestaged check-config: every fault of a configuration file, before a daemon meets it.
 *
 * The same functions that the daemon starts with, and no others: what passes here is not
 * refused there.  Certificate and key are read as well, since that they do not belong
 * together is the usual mistake.
 */
#include "config.h"

#include "platform/admin/command-check-config.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/admin/clusters.h"
#include "platform/admin/command.h"
#include "platform/admin/settings.h"
#include "platform/http/tls.h"

int
command_check_config(int argc, char **argv)
{
	struct settings settings;
	struct error err = {0};
	int faults;

	if (argc != 2 || argv[1][0] == '-') {
		bool asked = argc == 2 && strcmp(argv[1], "--help") == 0;

		fprintf(asked ? stdout : stderr, "%s\n", _("Usage: sidestaged check-config FILE"));
		if (asked)
			puts(_("Check a configuration file and list all errors"));
		return asked ? STATUS_FINE : STATUS_USAGE;
	}
	settings_init(&settings);
	faults = settings_read(&settings, argv[1], command_print_fault, NULL, &err);
	if (faults >= 0)
		faults += (int)settings_check(&settings, argv[1], command_print_fault, NULL);
	if (faults == 0)
		faults = (int)clusters_check(&settings.clusters, argv[1], command_print_fault,
					     NULL);
	if (faults == 0 && settings.certificate && settings.key &&
	    tls_check(settings.certificate, settings.key, &err) != 0)
		faults = -1;
	settings_clear(&settings);
	if (faults < 0)
		return command_fail(&err);
	if (faults > 0) {
		fprintf(stderr, ngettext("%s: %d error\n", "%s: %d errors\n", (unsigned)faults),
			argv[1], faults);
		return STATUS_FAILED;
	}
	return STATUS_FINE;
}
