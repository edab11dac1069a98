/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The session owns its flows, newest first, in one small array; they are identified by the id of
 * their operation, since indices change whenever one begins or goes. */
#include "config.h"

#include "flow/verbs/flows.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "flow/context/session-state.h"
#include "flow/verbs/flow.h"

void
session_add_flow(struct session *session, struct flow *flow)
{
	session->flows = xreallocarray(session->flows, session->flow_count + 1,
				       sizeof(*session->flows));
	memmove(session->flows + 1, session->flows,
		session->flow_count * sizeof(*session->flows));
	session->flows[0] = flow;
	session->flow_count++;
	session_changed(session);
}

void
session_drop_flow(struct session *session, struct flow *flow)
{
	for (size_t i = 0; i < session->flow_count; i++) {
		if (session->flows[i] != flow)
			continue;
		session->flow_count--;
		memmove(session->flows + i, session->flows + i + 1,
			(session->flow_count - i) * sizeof(*session->flows));
		session_changed(session);
		return;
	}
}

size_t
session_flow_count(const struct session *session)
{
	return session->flow_count;
}

struct flow *
session_flow(const struct session *session, size_t i)
{
	return i < session->flow_count ? session->flows[i] : NULL;
}

struct flow *
session_flow_by_id(const struct session *session, const char *operation_id)
{
	for (size_t i = 0; i < session->flow_count; i++) {
		const char *id = flow_operation_id(session->flows[i]);

		if (id && strcmp(id, operation_id) == 0)
			return session->flows[i];
	}
	return NULL;
}

void
session_free_flows(struct session *session)
{
	for (size_t i = 0; i < session->flow_count; i++)
		flow_free(session->flows[i]);
	free(session->flows);
}
