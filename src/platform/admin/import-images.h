/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Images that a file deploys and that are not there: they may come later, so this is no fault. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_IMPORT_IMAGES_H
#define SIDESTAGE_PLATFORM_ADMIN_IMPORT_IMAGES_H

#include <jansson.h>

#include "platform/admin/import-check.h"

/* Of a file that import_check() took; `directory` is that of the images. */
void import_images_check(const json_t *file, const char *directory, import_fault *warning,
			 void *data);

#endif
