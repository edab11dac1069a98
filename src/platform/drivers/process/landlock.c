/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Landlock (Linux 5.13, documentation: userspace-api/landlock): a process gives up access to
 * files for itself and for all that come from it.  No wrapper of libc's, and the numbers are
 * written here, so that an older <linux/landlock.h> does not make an older program.
 */
#include "config.h"

#include "platform/drivers/process/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CREATE_RULESET 444
#define ADD_RULE 445
#define RESTRICT_SELF 446
#define VERSION_FLAG 1
#define RULE_PATH_BENEATH 1

#define EXECUTE (1ULL << 0)
#define WRITE_FILE (1ULL << 1)
#define READ_FILE (1ULL << 2)
#define READ_DIR (1ULL << 3)
#define TRUNCATE (1ULL << 14)
#define READ (EXECUTE | READ_FILE | READ_DIR)
#define FILES_ONLY (EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE)

struct path_beneath {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

/* 0: the kernel has none, or it is switched off. */
static int
find_version(void)
{
	long version = syscall(CREATE_RULESET, NULL, 0, VERSION_FLAG);

	return version > 0 ? (int)version : 0;
}

/* All that this version can take away. */
static uint64_t
all_rights(int version)
{
	return version >= 3 ? (1ULL << 15) - 1 : version == 2 ? (1ULL << 14) - 1 : (1ULL << 13) - 1;
}

/* What is not there needs no rule. */
static int
allow(int ruleset, const char *path, uint64_t rights)
{
	struct path_beneath rule = {.allowed = rights, .fd = open(path, O_PATH | O_CLOEXEC)};
	struct stat st;
	int ret = 0;

	if (rule.fd < 0)
		return 0;
	if (fstat(rule.fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed &= FILES_ONLY;
	ret = (int)syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0);
	close(rule.fd);
	return ret;
}

int
landlock_enter(const char *writable, const char *images)
{
	static const char *const readable[] = {
		"/usr",	   "/bin", "/sbin", "/lib", "/lib32", "/lib64",
		"/libx32", "/etc", "/opt",  "/nix", "/gnu",   "/run/systemd/resolve",
		"/proc",
	};
	static const char *const devices[] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
	};
	int version = find_version();
	uint64_t all = all_rights(version);
	int ruleset = version > 0 ? (int)syscall(CREATE_RULESET, &all, sizeof(all), 0) : -1;
	int ret = 0;

	if (ruleset < 0)
		return -1;
	for (size_t i = 0; ret == 0 && i < sizeof(readable) / sizeof(readable[0]); i++)
		ret = allow(ruleset, readable[i], READ);
	for (size_t i = 0; ret == 0 && i < sizeof(devices) / sizeof(devices[0]); i++)
		ret = allow(ruleset, devices[i], (READ_FILE | WRITE_FILE | TRUNCATE) & all);
	if (ret == 0)
		ret = allow(ruleset, images, READ);
	if (ret == 0)
		ret = allow(ruleset, writable, all);
	if (ret == 0)
		ret = (int)syscall(RESTRICT_SELF, ruleset, 0);
	close(ruleset);
	return ret;
}
