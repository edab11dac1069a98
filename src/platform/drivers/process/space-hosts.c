/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The /etc/hosts of an environment: the machine's, and before it the names of its workloads that
 * have a service.  Each program of the environment sees this one file, which is written over in its
 * place; so what goes on running sees what was added, too.
 */
#include "config.h"

#include "platform/drivers/process/space-hosts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/output.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/process/addresses.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/private.h"
#include "platform/drivers/process/space-private.h"
#include "platform/drivers/process/workload.h"

#define HOSTS_MAX (256u * 1024)
#define NAME_MAX_BYTES 63

bool
space_is_host_name(const char *module)
{
	size_t length = strlen(module);

	if (length == 0 || length > NAME_MAX_BYTES || strcmp(module, "localhost") == 0)
		return false;
	for (const char *c = module; *c; c++)
		if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') &&
		    !(*c >= '0' && *c <= '9') && *c != '-' && *c != '_')
			return false;
	return module[0] != '-' && module[length - 1] != '-';
}

/* Of several replicas, one says it. */
static void
add_name(const struct space *space, struct buf *out, const struct plan *plan)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr address;

	if (!plan || plan->service_count == 0 || plan->replica != 0 ||
	    !space_is_host_name(plan->module))
		return;
	address = addresses_of(space->driver->addresses, space->name, plan->module);
	inet_ntop(AF_INET, &address, text, sizeof(text));
	buf_printf(out, "%s\t%s\n", text, plan->module);
}

static void
add_system(struct buf *out)
{
	int fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char bytes[4096];
	ssize_t n;

	while (fd >= 0 && (n = read(fd, bytes, sizeof(bytes))) > 0 &&
	       buf_append(out, bytes, (size_t)n))
		;
	if (fd >= 0)
		close(fd);
}

int
space_write_hosts(const struct space *space, struct error *err)
{
	char *path = xasprintf("%s/hosts", space->directory);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644), ret = 0;
	struct buf out;

	buf_init(&out, HOSTS_MAX);
	for (size_t i = 0; i < space->planned_count; i++)
		add_name(space, &out, space->planned[i]);
	for (size_t i = 0; i < space->running.count; i++)
		add_name(space, &out, workload_plan(space->running.items[i]));
	add_system(&out);
	/* Never empty for a moment: what runs may be reading it. */
	if (fd < 0 || output_write(fd, buf_str(&out), out.length) != 0 ||
	    ftruncate(fd, (off_t)out.length) != 0)
		ret = error_set_code(err, CODE_WORKLOAD_FILE_NOT_WRITTEN, .file = path,
				     .reason = strerror(errno));
	if (fd >= 0)
		close(fd);
	buf_clear(&out);
	free(path);
	return ret;
}
