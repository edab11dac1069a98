/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether a value is what import takes: every fault, each with its JSON pointer. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_IMPORT_CHECK_H
#define SIDESTAGE_PLATFORM_ADMIN_IMPORT_CHECK_H

#include <jansson.h>
#include <stddef.h>

#define IMPORT_FAULTS_MAX 100	/* more are counted, not told */

typedef void import_fault(void *data, const char *pointer, const char *text);

struct platform;

/* The number of faults.  `warning` (NULL: nobody) hears of what is taken and will have no
 * effect.  platform NULL, or without drivers: it is taken for one with those of this program.
 * Where there are others as well, what they run is not looked at with the eyes of one. */
size_t import_check(const json_t *file, const struct platform *platform, import_fault *fault,
		    import_fault *warning, void *data);

#endif
