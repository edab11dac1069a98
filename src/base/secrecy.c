/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The two ways out of a process's memory that its own user has: a core file, and looking into
 * it by ptrace(2) or /proc.  Both are shut before the first secret is read.
 *
 * Until it runs another program, a child inherits that it cannot be looked at.  One that has
 * to be found in /proc, or reads its own entries there, undoes that (secrecy_allow_looks()).
 */
#include "config.h"

#include "base/secrecy.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void
secrecy_forbid_cores(void)
{
	struct rlimit core;

	/* The soft limit alone: a shell that is started from here may have its own again. */
	if (getrlimit(RLIMIT_CORE, &core) == 0) {
		core.rlim_cur = 0;
		(void)setrlimit(RLIMIT_CORE, &core);
	}
	/* A handler that the kernel pipes cores to is not asked for that limit. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void
secrecy_allow_looks(void)
{
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}
