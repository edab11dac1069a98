/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Blanks around each name make a list of words of one text, which others may put together. */
#include "config.h"

#include "model/clone-kinds.h"

#include <string.h>

bool
clone_kinds_have(const char *kinds, const char *kind)
{
	size_t length = strlen(kind);

	for (const char *at = kinds; length > 0 && (at = strstr(at, kind)); at++)
		if (at > kinds && at[-1] == ' ' && at[length] == ' ')
			return true;
	return false;
}

bool
clone_kind_stays(const char *kind)
{
	return clone_kinds_have(CLONE_KINDS_CLUSTER_WIDE CLONE_KINDS_ACTORS CLONE_KIND_AUTOSCALER
					CLONE_KIND_BUDGET CLONE_KIND_JOB, kind);
}
