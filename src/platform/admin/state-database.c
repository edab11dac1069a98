/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A database that was lost is told from a new one by the files of environments beside it. */
#include "config.h"

#include "platform/admin/state-database.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository.h"

static bool
is_empty_file(const char *path)
{
	struct stat st;

	return stat(path, &st) != 0 ? errno == ENOENT : S_ISREG(st.st_mode) && st.st_size == 0;
}

/* Some organization, of which a new platform would know nothing. */
static bool
has_environments(const char *spaces)
{
	DIR *directory = opendir(spaces);
	struct dirent *entry;
	struct stat st;
	bool found = false;

	/* Not by d_type, which not every file system fills. */
	while (directory && !found && (entry = readdir(directory)))
		found = entry->d_name[0] != '.' &&
			fstatat(dirfd(directory), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISDIR(st.st_mode);
	if (directory)
		closedir(directory);
	return found;
}

/* 1: one or more, 0: none, -1 with err.  No route removes one. */
static int
knows_an_organization(struct repository *repository, struct error *err)
{
	json_t *all = repository_organizations(repository, err);
	int ret = all ? json_array_size(all) > 0 : -1;

	json_decref(all);
	return ret;
}

/* A database that was lost is not a new platform: the next one of the same names would get the data
 * that lies there. */
static int
refuse(const char *database, const char *spaces, struct error *err)
{
	return error_set(err, ERROR_STORE,
			 _("%s is missing or empty, but %s holds environments.  Restore the database "
			   "from a backup, or move the directory away."), database, spaces);
}

struct repository *
state_database_open(const char *state, struct error *err)
{
	char *database = xasprintf("%s/platform.db", state);
	char *spaces = xasprintf("%s/spaces", state);
	bool has_files = has_environments(spaces);
	struct repository *repository = NULL;
	int known = 1;

	if (has_files && is_empty_file(database))
		refuse(database, spaces, err);
	else
		repository = repository_open(database, err);
	if (repository && has_files)
		known = knows_an_organization(repository, err);
	if (known == 0)
		refuse(database, spaces, err);
	if (known != 1) {
		repository_close(repository);
		repository = NULL;
	}
	free(spaces);
	free(database);
	return repository;
}
