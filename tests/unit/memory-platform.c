/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Put together and taken apart in the order of a daemon (platform/admin/daemon.c): what is
 * made first is what the others hold. */
#include "config.h"

#include "memory-platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "net/loop.h"
#include "platform/admin/driver-kinds.h"
#include "platform/admin/import.h"
#include "platform/drivers/registry.h"
#include "platform/engine/automation.h"
#include "platform/engine/engine.h"
#include "platform/http/metrics.h"
#include "platform/http/response-cache.h"
#include "platform/state/platform.h"
#include "platform/state/repository.h"
#include "platform/state/secret.h"
#include "platform/state/state-secrets.h"

void
memory_platform_open(struct platform *p, const char *folder, struct memory_driver *memory,
		     const struct driver_ops *ops, struct memory_cluster *cluster)
{
	char *path = xasprintf("%s/platform.db", folder);
	struct error err = {0};

	p->user = "owner";
	p->loop = loop_new(&err);
	assert_int_equal(loop_take_signals(p->loop, &err), 0);
	p->repository = repository_open(path, &err);
	free(path);
	if (!p->repository || state_secrets_open(p, NULL, folder, &err) != 0)
		fail_msg("%s", err.text);
	memory_driver_init(memory, ops, p->loop, cluster);
	p->driver_kinds = driver_kinds;
	p->drivers = drivers_new();
	drivers_add(p->drivers, &memory->base);
	p->metrics = metrics_new();
	p->response_cache = response_cache_new();
	p->engine = engine_new(p);
	p->automation = automation_new(p);
}

void
memory_platform_close(struct platform *p)
{
	engine_stop(p->engine);
	drivers_free(p->drivers);
	automation_free(p->automation);
	engine_free(p->engine);
	response_cache_free(p->response_cache);
	metrics_free(p->metrics);
	secrets_free(p->secrets);
	repository_close(p->repository);
	loop_free(p->loop);
	*p = (struct platform){0};
}

void
memory_platform_import(struct platform *p, const char *text)
{
	struct error err = {0};
	json_t *file = json_decode(text, strlen(text), &err);
	json_t *report = file ? import_apply(p, file, NULL, &err) : NULL;

	if (!report)
		fail_msg("%s", err.text);
	json_decref(report);
	json_decref(file);
}
