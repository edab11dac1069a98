/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The shared values and the secrets of definitions of a file that are kept elsewhere: "value_from":
 * {"file": PATH} or
 * {"variable": NAME} becomes "value".  Whoever reads the file does it, with its own rights
 * and its own environment; a daemon that is asked to import never opens what it is told.
 */
#ifndef SIDESTAGE_PLATFORM_ADMIN_IMPORT_SECRETS_H
#define SIDESTAGE_PLATFORM_ADMIN_IMPORT_SECRETS_H

#include <jansson.h>
#include <stddef.h>

#include "platform/admin/import-check.h"

/* Of a file that import_check() found good; a PATH that is relative begins where `path` (the
 * file's own) is.  One newline at the end of a file is not part of the value.  The number of
 * faults; none holds any of the text. */
size_t import_fetch(json_t *file, const char *path, import_fault *fault, void *data);

#endif
