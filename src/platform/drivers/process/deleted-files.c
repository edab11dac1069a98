/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/drivers/process/deleted-files.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/paths.h"
#include "base/xmalloc.h"
#include "platform/drivers/process/cgroups.h"

#define FILES_MAX 100000	/* more descriptors than an environment can have */

struct search {
	dev_t device;
	ino_t *found;
	size_t count;
	int64_t bytes;
};

static void
take_file(struct search *search, const struct stat *st)
{
	if (!S_ISREG(st->st_mode) || st->st_nlink > 0 || st->st_dev != search->device ||
	    search->count >= FILES_MAX)
		return;
	for (size_t i = 0; i < search->count; i++)
		if (search->found[i] == st->st_ino)
			return;
	search->found = xreallocarray(search->found, search->count + 1, sizeof(*search->found));
	search->found[search->count++] = st->st_ino;
	search->bytes += (int64_t)st->st_blocks * 512 + PATHS_ENTRY_BYTES;
}

/* The links of /proc are looked through by the kernel: nothing is opened. */
static void
look_at_process(void *data, long pid)
{
	char *path = xasprintf("/proc/%ld/fd", pid);
	DIR *directory = opendir(path);
	struct dirent *entry;
	struct stat st;

	while (directory && (entry = readdir(directory)))
		if (entry->d_name[0] != '.' &&
		    fstatat(dirfd(directory), entry->d_name, &st, 0) == 0)
			take_file(data, &st);
	if (directory)
		closedir(directory);
	free(path);
}

int64_t
deleted_files_size(const struct cgroups *cgroups, const char *space, dev_t device)
{
	struct search search = {.device = device};

	cgroups_for_each_process(cgroups, space, look_at_process, &search);
	free(search.found);
	return search.bytes;
}
