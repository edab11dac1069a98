/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The network is shared, and with it the abstract Unix sockets of the whole machine, which have no
 * mode and of which some programs think that only friends find them.  Landlock keeps a process to
 * those that it and its children made (Linux 6.12, documentation: userspace-api/landlock).  libc
 * has no wrapper, and the numbers are written here, so that an older <linux/landlock.h> does not
 * make an older program.
 */
#include "config.h"

#include "platform/drivers/process/landlock.h"

#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CREATE_RULESET 444
#define RESTRICT_SELF 446
#define VERSION_FLAG 1
#define VERSION_WITH_SCOPES 6
#define SCOPE_ABSTRACT_SOCKETS (1ULL << 0)
#define SCOPE_SIGNALS (1ULL << 1)

struct landlock_ruleset {
	uint64_t files, network, scopes;
};

int
landlock_enter(void)
{
	const struct landlock_ruleset wanted = {
		.scopes = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS};
	int ruleset, ret;

	if (syscall(CREATE_RULESET, NULL, 0, VERSION_FLAG) < VERSION_WITH_SCOPES)
		return 0;
	ruleset = (int)syscall(CREATE_RULESET, &wanted, sizeof(wanted), 0);
	if (ruleset < 0)
		return -1;
	ret = (int)syscall(RESTRICT_SELF, ruleset, 0);
	close(ruleset);
	return ret;
}
