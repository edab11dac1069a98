/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Jobs, which run once in each deployment, and CronJobs, one for each schedule.
 *
 * A Job cannot be changed, and one that has run does not run again; so one of another deployment
 * has another name.  What is said of neither is as the process driver has it: a run that failed is
 * tried once more, and one that could not begin is made up for if it is not too late, so that an
 * environment that is resumed after a pause does not run what it missed.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/schedule.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"

#define HASH_DIGITS 8
#define BACK_OFFS 1
#define LATE_SECONDS 100
#define WEEKDAY 4		/* which of a schedule's fields */

static json_t *
job_spec(const struct kube_workload *w, const char *schedule, struct error *err)
{
	static const char *const numbers[] = {"activeDeadlineSeconds", "completions", "parallelism",
					      "ttlSecondsAfterFinished", "backoffLimit"};
	const json_t *declared = json_object_get(w->spec, "job");
	json_t *template = kube_pod_template(w, schedule, err), *spec;

	if (!template)
		return NULL;
	spec = json_pack("{s:i, s:o}", "backoffLimit", BACK_OFFS, "template", template);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		kube_copy_number(spec, declared, numbers[i]);
	return spec;
}

static bool
is_suspended(const struct kube_workload *w)
{
	return w->declared->replicas == 0 ||
	       json_is_true(json_object_get(json_object_get(w->spec, "job"), "suspend"));
}

/* --- once --- */

char *
kube_job_name(const struct kube_workload *w, const char *called, const json_t *spec)
{
	char *canonical = json_canonical(spec), hash[IDS_SHA256_HEX_SIZE], *text, *name;

	text = xasprintf("%s\n%s", w->deployment ? w->deployment : "", canonical);
	ids_sha256_hex(hash, text, strlen(text));
	free(canonical);
	free(text);
	text = xasprintf("%s-%.*s", called, HASH_DIGITS, hash);
	name = kube_name(text, NULL, KUBE_NAME_MAX);
	free(text);
	return name;
}

int
kube_add_job(struct kube_workload *w, struct error *err)
{
	static const char *const parts[] = {"", "job", NULL};
	json_t *spec = job_spec(w, NULL, err), *object;
	char *name;

	if (!spec)
		return -1;
	name = kube_job_name(w, w->name, spec);
	object = kube_object_new(w, "batch/v1", "Job", name, parts, err);
	free(name);
	if (!object) {
		json_decref(spec);
		return -1;
	}
	/* The name is the same when it may run again. */
	json_object_set_new(spec, "suspend", json_boolean(is_suspended(w)));
	json_object_set_new(object, "spec", spec);
	if (kube_add_workload(w, object, err) != 0)
		return -1;
	/* It waits for somebody, so nobody waits for it. */
	if (is_suspended(w))
		w->out->items[w->out->count - 1].success = KUBE_SUCCESS_STARTED;
	return 0;
}

/* --- again and again --- */

/* Sunday is 7 for us as for crontab(5), and never for Kubernetes. */
static char *
weekdays_of(const struct schedule *schedule, const char *field)
{
	char list[2 * 7 + 1];
	size_t length = 0;

	if (!strchr(field, '7') || schedule->any_weekday)
		return xstrdup(schedule->any_weekday ? "*" : field);
	for (int day = 0; day < 7; day++)
		if (schedule->weekdays >> day & 1) {
			list[length++] = (char)('0' + day);
			list[length++] = ',';
		}
	list[length > 0 ? length - 1 : 0] = '\0';
	return xstrdup(list);
}

/* As Kubernetes reads it; free() it.  NULL: it is none. */
static char *
schedule_text(const char *declared)
{
	struct schedule schedule;
	char *copy, *field, *rest, *weekdays, *text;

	if (!declared || !schedule_parse(&schedule, declared))
		return NULL;
	copy = xstrdup(declared);
	if (*copy == '@') {
		for (char *c = copy; *c; c++)
			*c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
		return copy;
	}
	text = xstrdup("");
	field = strtok_r(copy, " \t", &rest);
	for (int i = 0; field; i++, field = strtok_r(NULL, " \t", &rest)) {
		char *longer;

		weekdays = i == WEEKDAY ? weekdays_of(&schedule, field) : xstrdup(field);
		longer = xasprintf("%s%s%s", text, i > 0 ? " " : "", weekdays);
		free(weekdays);
		free(text);
		text = longer;
	}
	free(copy);
	return text;
}

static json_t *
cron_spec(const struct kube_workload *w, const char *id, const char *text, struct error *err)
{
	static const char *const parts[] = {"", "job", NULL};
	static const char *const numbers[] = {"startingDeadlineSeconds", "failedJobsHistoryLimit",
					      "successfulJobsHistoryLimit"};
	const json_t *declared = json_object_get(w->spec, "cronjob");
	json_t *job = job_spec(w, id, err), *metadata = job ? kube_metadata(w, parts, err) : NULL;
	bool suspended = is_suspended(w) || json_is_true(json_object_get(declared, "suspend"));
	json_t *spec;

	if (!metadata) {
		json_decref(job);
		return NULL;
	}
	spec = json_pack("{s:s, s:b, s:i, s:{s:o, s:o}}", "schedule", text, "suspend", suspended,
			 "startingDeadlineSeconds", LATE_SECONDS, "jobTemplate", "metadata",
			 metadata, "spec", job);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		kube_copy_number(spec, declared, numbers[i]);
	kube_copy(spec, "timeZone", declared, "timeZone");
	kube_copy(spec, "concurrencyPolicy", declared, "concurrencyPolicy");
	return spec;
}

static int
add_cron_job(struct kube_workload *w, const char *id, const json_t *declared, struct error *err)
{
	static const char *const parts[] = {"", "cronjob", NULL};
	const char *when = json_member_string(declared, "schedule");
	char *text = schedule_text(when), *label, *whole, *called;
	json_t *spec, *object;

	if (!text)
		return error_set_code(err, CODE_SCHEDULE_INVALID, .name = when ? when : "",
				      .workload = w->declared->module);
	spec = cron_spec(w, id, text, err);
	free(text);
	if (!spec)
		return -1;
	label = xasprintf("%s-%s", w->name, id);
	whole = xasprintf("%s/%s", w->declared->module, id);
	called = kube_name(label, whole, KUBE_CRONJOB_NAME_MAX);
	object = kube_object_new(w, "batch/v1", "CronJob", called, parts, err);
	free(called);
	free(whole);
	free(label);
	if (!object) {
		json_decref(spec);
		return -1;
	}
	json_object_set_new(object, "spec", spec);
	return kube_add_workload(w, object, err);
}

int
kube_add_cron_jobs(struct kube_workload *w, struct error *err)
{
	const json_t *schedules = json_object_get(w->spec, "schedules");
	size_t count = json_object_size(schedules);
	const char **ids;
	int ret = 0;

	if (count == 0 || count > WORKLOAD_REPLICAS_MAX)
		return error_set_code(err, CODE_SCHEDULES_INVALID, .workload = w->declared->module,
				      .max = WORKLOAD_REPLICAS_MAX);
	ids = kube_sorted_keys(schedules);
	for (size_t i = 0; ret == 0 && ids[i]; i++)
		ret = add_cron_job(w, ids[i], json_object_get(schedules, ids[i]), err);
	free(ids);
	return ret;
}
