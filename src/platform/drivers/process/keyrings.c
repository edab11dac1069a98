/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A session keyring is inherited, and whoever has it reads and changes the keys in it, whatever
 * user and namespaces he has.  So a workload gets one of its own, and a filter of system calls says
 * that there are no keys at all: all keyrings of a user share a quota, which one workload could use
 * up, and then no other would get a keyring.
 *
 * Either alone keeps the daemon's keys from it.  Where the quota is used up the filter is enough,
 * and where filters are refused the keyring is.
 */
#include "config.h"

#include "platform/drivers/process/keyrings.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#define JOIN_SESSION_KEYRING 1	/* of <linux/keyctl.h> */

/* The three calls have numbers in a row; a 32-bit program has others. */
#ifdef __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define ARCHITECTURE_32 AUDIT_ARCH_I386
#define FIRST_32 286
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define ARCHITECTURE_32 AUDIT_ARCH_ARM
#define FIRST_32 309
#endif
#define NUMBER_MASK 0xbfffffffU /* x32 sets a bit */

#ifdef ARCHITECTURE
static int
refuse_calls(void)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, NUMBER_MASK),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, SYS_add_key, 0, 5),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, SYS_keyctl, 4, 5),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE_32, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_32, 0, 1),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, FIRST_32 + 2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};
	struct sock_fprog program = {sizeof(steps) / sizeof(steps[0]), steps};

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
			    &program);
}
#else
static int
refuse_calls(void)
{
	return -1;
}
#endif

int
keyrings_enter(void)
{
	int error = 0;

	if (syscall(SYS_keyctl, JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
		error = errno;
	if (refuse_calls() == 0 || error == 0)
		return 0;
	errno = error;
	return -1;
}
