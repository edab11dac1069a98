/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Written beside and renamed: a daemon that ends in between leaves the file of before. */
#include "config.h"

#include "platform/drivers/process/record-file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/xmalloc.h"

static char *
path_of(const char *space_dir, const char *name)
{
	return xasprintf("%s/records/%s.json", space_dir, name);
}

json_t *
record_file_read(const char *space_dir, const char *name)
{
	char *path = path_of(space_dir, name);
	json_t *all = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);

	free(path);
	if (json_is_object(all))
		return all;
	json_decref(all);
	return json_object();
}

void
record_file_write(const char *space_dir, const char *name, const json_t *all, const char *failure)
{
	char *path = path_of(space_dir, name), *new = xasprintf("%s.new", path);

	if (json_dump_file(all, new, JSON_COMPACT) != 0 || rename(new, path) != 0) {
		log_line(LOG_PRIORITY_ERROR, failure, "file", path, NULL);
		unlink(new);
	}
	free(new);
	free(path);
}
