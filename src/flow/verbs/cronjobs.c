/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A job that sends mail each night sends it twice once there is a clone.  Whoever clones is told
 * which workloads those are and when they run; a suspended one, and one whose day does not exist,
 * does not run by itself.
 */
#include "config.h"

#include "flow/verbs/cronjobs.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/review.h"
#include "model/json.h"
#include "model/schedule.h"
#include "model/set.h"
#include "model/workload-fields.h"

#define LIST_BYTES_MAX 16384

/* A new reference; of a set that was not checked anything may be missing. */
static json_t *
schedules_of(const json_t *module)
{
	const json_t *spec = json_object_get(module, "spec");
	const json_t *cronjob = json_object_get(spec, "cronjob");
	json_t *list = json_array(), *schedule;
	const char *name;

	if (workload_profile_of(json_member_string(module, "profile")) != PROFILE_CRONJOB ||
	    json_is_true(json_object_get(cronjob, "suspend")))
		return list;
	json_object_foreach(json_object_get(spec, "schedules"), name, schedule) {
		json_t *text = json_object_get(schedule, "schedule");
		struct schedule when;

		if (json_is_string(text) &&
		    !(schedule_parse(&when, json_string_value(text)) && !schedule_has_a_day(&when)))
			json_array_append(list, text);
	}
	return list;
}

/* "mail (0 3 * * *, @weekly), report (@daily)" */
static void
put_list(struct buf *out, const json_t *cronjobs)
{
	const json_t *cronjob, *schedule;
	size_t i, k;

	json_array_foreach(cronjobs, i, cronjob) {
		buf_printf(out, "%s%s (", i > 0 ? ", " : "",
			   json_member_string(cronjob, "workload"));
		json_array_foreach(json_object_get(cronjob, "schedules"), k, schedule)
			buf_printf(out, "%s%s", k > 0 ? ", " : "", json_string_value(schedule));
		buf_puts(out, ")");
	}
}

void
review_cronjobs(struct flow *flow)
{
	struct review *review = &flow->review;
	struct buf list;
	const char *name;
	json_t *module;

	json_decref(review->cronjobs);
	review->cronjobs = json_array();
	json_object_foreach(set_modules(flow->result), name, module) {
		json_t *schedules = schedules_of(module);

		if (json_array_size(schedules) > 0)
			json_array_append_new(review->cronjobs,
					      json_pack("{s:s, s:O}", "workload", name,
							"schedules", schedules));
		json_decref(schedules);
	}
	if (json_array_size(review->cronjobs) == 0)
		return;
	buf_init(&list, LIST_BYTES_MAX);
	put_list(&list, review->cronjobs);
	review_caution(review,
		       ngettext("This cronjob runs in %s as well as in %s: %s",
				"These cronjobs run in %s as well as in %s: %s",
				json_array_size(review->cronjobs)),
		       flow->request.env, flow->request.source, buf_str(&list));
	buf_clear(&list);
}
