/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The accessors of a session for the rooms that may not know its insides, and the two questions
 * that guard every change: is this session allowed to change anything, and is this environment
 * protected. */
#include "config.h"

#include "flow/context/context.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "flow/context/protection.h"
#include "flow/context/session-state.h"

struct loop *
session_loop(struct session *session)
{
	return session->loop;
}

void
session_changed(struct session *session)
{
	session->changed = true;
}

const struct world *
session_world(const struct session *session)
{
	return session->world;
}

struct store *
session_store(struct session *session)
{
	return session->store;
}

struct api *
session_api(struct session *session)
{
	return session->api;
}

const char *
session_context(const struct session *session)
{
	return session->context;
}

const char *
session_remark(const struct session *session)
{
	return session->remark;
}

const char *
session_address(const struct session *session)
{
	return session->address;
}

const char *
session_platform(const struct session *session)
{
	return session->platform;
}

bool
session_read_only(const struct session *session)
{
	return session->read_only;
}

const char *
session_history_problem(const struct session *session)
{
	return session->history_problem;
}

/* Every verb asks here before it writes, whatever the screen offered: an offer may be older
 * than the trouble with the history. */
int
session_check_changes(const struct session *session, struct error *err)
{
	if (session->read_only)
		return error_set(err, ERROR_ACCESS,
				 _("This is a read-only session: start without --read-only to "
				   "change anything."));
	if (session->history_problem)
		return error_set(err, ERROR_STORE, "%s", session->history_problem);
	return 0;
}

bool
session_all_protected(const struct session *session)
{
	return session->all_protected;
}

int64_t
session_clone_ttl(const struct session *session)
{
	return session->clone_ttl_ms;
}

/* By the id or by the type, so that "production" protects both an environment of that name
 * and all that are of that type. */
bool
session_is_protected(const struct session *session, const char *env_id, const char *env_type)
{
	if (protection_is_waived(session, env_id))
		return false;
	for (char **word = session->protect; *word; word++)
		if ((env_id && strcmp(*word, env_id) == 0) ||
		    (env_type && strcmp(*word, env_type) == 0))
			return true;
	return false;
}

void
session_look_again(struct session *session)
{
	session->look_again(session);
	session_changed(session);
}

void
session_refresh(struct session *session)
{
	session->refresh(session);
}
