/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A series is a row of a list: few enough to look through, since its labels are routes of our
 * table, methods that we know and the statuses that we give.
 *
 * That is the rule for labels here: nothing that a peer or a person can choose (paths, users,
 * names of environments) becomes one, or the list would grow without end.
 */
#include "config.h"

#include "platform/http/metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/nouns.h"
#include "platform/drivers/driver.h"
#include "platform/engine/env-driver.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"

#define TEXT_MAX (4u * 1024 * 1024)

static const int64_t request_bounds[] = {5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10000};
static const int64_t deployment_bounds[] = {500, 1000, 2500, 5000, 10000, 20000, 30000, 60000,
					    120000, 300000};
#define BOUNDS 10

struct histogram {
	uint64_t buckets[BOUNDS];	/* not cumulative */
	uint64_t count;
	int64_t sum_ms;
};

struct series {
	struct series *next;
	const char *route, *method;
	int status;
	uint64_t count;
};

struct duration {
	struct duration *next;
	const char *route, *method;
	struct histogram histogram;
};

struct metrics {
	struct series *requests;
	struct duration *durations;
	uint64_t succeeded, failed;
	struct histogram deployments;
};

struct metrics *
metrics_new(void)
{
	return xcalloc(1, sizeof(struct metrics));
}

void
metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	for (struct series *s = metrics->requests, *next; s; s = next) {
		next = s->next;
		free(s);
	}
	for (struct duration *d = metrics->durations, *next; d; d = next) {
		next = d->next;
		free(d);
	}
	free(metrics);
}

static void
observe(struct histogram *histogram, const int64_t *bounds, int64_t ms)
{
	histogram->count++;
	histogram->sum_ms += ms;
	for (int i = 0; i < BOUNDS; i++) {
		if (ms <= bounds[i]) {
			histogram->buckets[i]++;
			return;
		}
	}
}

/* A peer may send any word as a method; it must not become a label. */
static const char *
known_method(const char *method)
{
	static const char *const methods[] = {"GET",   "HEAD",	 "POST",   "PUT",
					      "PATCH", "DELETE", "OPTIONS"};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i], method) == 0)
			return methods[i];
	return "other";
}

void
metrics_request(struct metrics *metrics, const char *route, const char *method, int status,
		int64_t ms)
{
	struct series **s;
	struct duration **d;

	if (!metrics)
		return;
	s = &metrics->requests;
	d = &metrics->durations;
	route = route ? route : "none";
	method = known_method(method);
	while (*s && !(strcmp((*s)->route, route) == 0 && (*s)->method == method &&
		       (*s)->status == status))
		s = &(*s)->next;
	if (!*s) {
		*s = xcalloc(1, sizeof(**s));
		**s = (struct series){NULL, route, method, status, 0};
	}
	(*s)->count++;
	while (*d && !(strcmp((*d)->route, route) == 0 && (*d)->method == method))
		d = &(*d)->next;
	if (!*d) {
		*d = xcalloc(1, sizeof(**d));
		(*d)->route = route;
		(*d)->method = method;
	}
	observe(&(*d)->histogram, request_bounds, ms);
}

void
metrics_deployment(struct metrics *metrics, bool succeeded, int64_t ms)
{
	if (!metrics)
		return;
	if (succeeded)
		metrics->succeeded++;
	else
		metrics->failed++;
	observe(&metrics->deployments, deployment_bounds, ms);
}

/* --- writing --- */

static void
head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
put_number(struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
	head(out, name, type, help);
	buf_printf(out, "%s %llu\n", name, (unsigned long long)value);
}

/* Without the locale's comma. */
static void
put_seconds(struct buf *out, int64_t ms)
{
	buf_printf(out, "%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
}

/* labels: "" or "a=\"b\",". */
static void
put_histogram(struct buf *out, const char *name, const char *labels, const int64_t *bounds,
	      const struct histogram *histogram)
{
	size_t length = strlen(labels);
	char *bare = *labels ? xasprintf("{%.*s}", (int)length - 1, labels) : xstrdup("");
	uint64_t sum = 0;

	for (int i = 0; i < BOUNDS; i++) {
		sum += histogram->buckets[i];
		buf_printf(out, "%s_bucket{%sle=\"", name, labels);
		put_seconds(out, bounds[i]);
		buf_printf(out, "\"} %llu\n", (unsigned long long)sum);
	}
	buf_printf(out, "%s_bucket{%sle=\"+Inf\"} %llu\n%s_sum%s ", name, labels,
		   (unsigned long long)histogram->count, name, bare);
	put_seconds(out, histogram->sum_ms);
	buf_printf(out, "\n%s_count%s %llu\n", name, bare, (unsigned long long)histogram->count);
	free(bare);
}

static void
put_requests(struct buf *out, const struct metrics *metrics)
{
	static const char duration[] = "sidestaged_http_request_duration_seconds";

	head(out, "sidestaged_http_requests_total", "counter",
	     "Requests that ended, by their route.");
	for (const struct series *s = metrics->requests; s; s = s->next)
		buf_printf(
			out,
			"sidestaged_http_requests_total{route=\"%s\",method=\"%s\",status=\"%d\"}"
			" %llu\n",
			s->route, s->method, s->status, (unsigned long long)s->count);
	head(out, duration, "histogram",
	     "From the first line of a request to the end of its answer.");
	for (const struct duration *d = metrics->durations; d; d = d->next) {
		char *labels = xasprintf("route=\"%s\",method=\"%s\",", d->route, d->method);

		put_histogram(out, duration, labels, request_bounds, &d->histogram);
		free(labels);
	}
}

static void
put_deployments(struct buf *out, const struct metrics *metrics)
{
	head(out, "sidestaged_deployments_total", "counter", "Deployments that ended.");
	buf_printf(out, "sidestaged_deployments_total{outcome=\"succeeded\"} %llu\n"
			"sidestaged_deployments_total{outcome=\"failed\"} %llu\n",
		   (unsigned long long)metrics->succeeded, (unsigned long long)metrics->failed);
	head(out, "sidestaged_deployment_duration_seconds", "histogram",
	     "How long deployments took.");
	put_histogram(out, "sidestaged_deployment_duration_seconds", "", deployment_bounds,
		      &metrics->deployments);
}

/* Asked of the drivers when somebody looks; a counter of our own
 * would miss what died by itself. */
static uint64_t
count_processes(struct platform *platform, const struct placed_environment *env)
{
	const struct place place = {env->org, env->app, env->env};
	struct error err = {0};
	struct driver *driver = env_driver_made(platform, &place, &err);
	char *space = place_space(&place);
	struct driver_status status = {0};
	uint64_t count = 0;

	if (driver)
		driver->ops->observe(driver, space, &status);
	for (size_t i = 0; i < status.count; i++)
		count += status.items[i].pid > 0;
	driver_status_clear(&status);
	free(space);
	return count;
}

static void
put_environments(struct buf *out, struct platform *platform)
{
	struct error err = {0};
	uint64_t active = 0, deleting = 0, processes = 0;
	struct placed_environments envs;

	(void)!repository_all_environments(platform->repository, &envs, &err);
	for (size_t i = 0; i < envs.count; i++) {
		if (envs.items[i].status == ENVIRONMENT_DELETING)
			deleting++;
		else
			active++;
		processes += count_processes(platform, &envs.items[i]);
	}
	placed_environments_clear(&envs);
	head(out, "sidestaged_environments", "gauge", "Environments there are.");
	buf_printf(out, "sidestaged_environments{status=\"active\"} %llu\n"
			"sidestaged_environments{status=\"deleting\"} %llu\n",
		   (unsigned long long)active, (unsigned long long)deleting);
	put_number(out, "sidestaged_workload_processes", "gauge",
		   "Processes of workloads that run.", processes);
}

static uint64_t
count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	uint64_t count = 0;

	while (directory && readdir(directory))
		count++;
	if (directory)
		closedir(directory);
	return count > 3 ? count - 3 : 0;	/* ".", ".." and the directory's own */
}

static uint64_t
resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long long total = 0, resident = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%llu %llu", &total, &resident) != 2)
		resident = 0;
	fclose(file);
	return resident * (unsigned long long)sysconf(_SC_PAGESIZE);
}

char *
metrics_text(struct platform *platform)
{
	struct buf out;

	buf_init(&out, TEXT_MAX);
	head(&out, "sidestaged_build_info", "gauge", "The version that runs; always 1.");
	buf_printf(&out, "sidestaged_build_info{version=\"%s\"} 1\n", PACKAGE_VERSION);
	put_requests(&out, platform->metrics);
	put_deployments(&out, platform->metrics);
	put_environments(&out, platform);
	put_number(&out, "process_open_fds", "gauge", "Open file descriptors.",
		   count_descriptors());
	put_number(&out, "process_resident_memory_bytes", "gauge", "Resident memory.",
		   resident_bytes());
	put_number(&out, "process_start_time_seconds", "gauge",
		   "When the daemon began, since 1970.", (uint64_t)(platform->started_at / 1000));
	return buf_take(&out);
}
