/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Who holds the lock decides: it is taken, or the daemon that has it is asked.
 *
 * The work is given as a function and as a request that says the same, so a command does not
 * know which of the two happens.  Nothing is asked of a daemon before the lock was found
 * taken: there is no moment in which neither works on the state, or both do.
 */
#include "config.h"

#include "platform/admin/offline.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "platform/admin/command.h"
#include "platform/admin/driver-kinds.h"
#include "platform/admin/maintenance.h"
#include "platform/admin/state-database.h"
#include "platform/state/platform.h"
#include "platform/state/repository.h"
#include "platform/state/secret.h"

int
offline_find(const char *state, struct error *err)
{
	char *path = xasprintf("%s/platform.db", state);
	/* What may not be looked into is another user's, whose daemon is asked. */
	bool is_missing = access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);

	free(path);
	return is_missing ? error_set(err, ERROR_NOT_FOUND,
				      _("%s: this is not a state directory of sidestaged."), state)
			  : 0;
}

json_t *
offline_run(const struct command_arguments *arguments, const json_t *request, offline_work *here,
	    struct error *err)
{
	const char *state = arguments->state;
	struct platform platform = {.user = "oncall", .started_at = clock_wall_ms(),
				    .driver_kinds = driver_kinds};
	json_t *result = NULL;
	struct stat st;
	int lock;

	if (paths_make(state, err) != 0)
		return NULL;
	/* Files that another user makes here would keep the daemon from its own state. */
	if (stat(state, &st) == 0 && st.st_uid != geteuid())
		return maintenance_ask(state, request, err);
	lock = command_lock_state(state, 0, err);
	if (lock < 0)
		return err->kind == ERROR_CONFLICT ? maintenance_ask(state, request, err) : NULL;
	platform.repository = state_database_open(state, err);
	if (platform.repository)
		result = here(&platform, arguments, request, err);
	secrets_free(platform.secrets);
	repository_close(platform.repository);
	close(lock);
	return result;
}
