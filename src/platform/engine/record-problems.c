/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Two kinds: what is wrong with the record of a space, which is set and dropped as that is read,
 * and the strays, namespaces that say they are of a space and are not.  Those are given whole each
 * time, so that one that is gone is told no more.  Of each there is room for some.
 */
#include "config.h"

#include "platform/engine/record-problems.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/adoption-report.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/members.h"
#include "platform/state/place.h"
#include "platform/state/repository-apps.h"

#define PROBLEMS_MAX 20
#define GONE_MS (10 * 60 * 1000)	/* so long who looks for a clone is told that it is gone */

struct record_problems {
	struct repository *repository;
	const char *org;
	/* {space: {"text", "reason", "is_here", "until": steady ms}} */
	json_t *items;
	json_t *strays;			/* {NAMESPACE: {"text", "reason"}} */
};

struct record_problems *
record_problems_new(struct repository *repository, const char *org)
{
	struct record_problems *problems = xcalloc(1, sizeof(*problems));

	*problems = (struct record_problems){repository, org, json_object(), json_object()};
	return problems;
}

void
record_problems_free(struct record_problems *problems)
{
	if (!problems)
		return;
	json_decref(problems->items);
	json_decref(problems->strays);
	free(problems);
}

bool
record_place(const char *org, const char *space, char **app, struct place *place)
{
	const char *slash = strchr(space, '/');

	*app = slash ? xstrndup(space, (size_t)(slash - space)) : NULL;
	*place = (struct place){org, *app, slash ? slash + 1 : NULL};
	return slash != NULL;
}

static bool
is_here(const struct record_problems *problems, const char *space)
{
	struct place place;
	struct error none = {0};
	char *app;
	bool is = record_place(problems->org, space, &app, &place) &&
		  repository_has(problems->repository, &place, &none) == 0;

	free(app);
	return is;
}

static bool
is_over(const json_t *item)
{
	json_int_t until = json_integer_value(json_object_get(item, "until"));

	return until > 0 && clock_steady_ms() >= until;
}

static void
drop_gone(struct record_problems *problems)
{
	const char *space;
	json_t *item;
	void *next;

	json_object_foreach_safe(problems->items, next, space, item)
		if (is_over(item) ||
		    (json_is_true(json_object_get(item, "is_here")) && !is_here(problems, space)))
			json_object_del(problems->items, space);
}

/* {"text", "reason": code and parameters}, with what else is to be known of it; takes `more`. */
static json_t *
problem_item(const struct error *err, json_t *more)
{
	char *text = error_codes_text(err);
	json_t *reason = json_object();

	error_codes_write(err, reason);
	json_object_set_new(more, "text", json_string(text));
	json_object_set_new(more, "reason", reason);
	free(text);
	return more;
}

void
record_problems_set(struct record_problems *problems, const char *space, bool is_ours,
		    const struct error *err)
{
	bool is_now_here = is_here(problems, space);

	drop_gone(problems);
	json_object_del(problems->items, space);
	if ((is_ours && !is_now_here) || json_object_size(problems->items) >= PROBLEMS_MAX)
		return;
	json_object_set_new(problems->items, space,
			    problem_item(err, json_pack("{s:b}", "is_here", (int)is_now_here)));
}

void
record_problems_set_gone(struct record_problems *problems, const char *space,
			 const char *namespace)
{
	const char *slash = strchr(space, '/');
	struct error err;

	drop_gone(problems);
	if (json_object_size(problems->items) >= PROBLEMS_MAX)
		return;
	error_set_code(&err, CODE_CLONE_GONE, .env = slash ? slash + 1 : space,
		       .namespace = namespace);
	json_object_set_new(problems->items, space,
			    problem_item(&err, json_pack("{s:I}", "until",
							 (json_int_t)clock_steady_ms() + GONE_MS)));
}

void
record_problems_drop(struct record_problems *problems, const char *space)
{
	json_object_del(problems->items, space);
}

/* What is wrong within it is nothing that people could mend one by one. */
static void
set_unusable(struct error *err, const char *space, const char *namespace,
	     const struct error *reason)
{
	const char *slash = strchr(space, '/');

	*err = *reason;
	if (reason->part_count == 0) {
		log_line(LOG_PRIORITY_INFO, "a record is damaged", "space", space, "reason",
			 reason->text, NULL);
		error_set_code(err, CODE_RECORD_DAMAGED);
	}
	error_prefix_code(err, CODE_RECORD_NOT_USED, .env = slash ? slash + 1 : space,
			  .namespace = namespace ? namespace : "?");
}

void
record_problems_refuse(struct record_problems *problems, const char *space, const char *namespace,
		       const struct error *reason, struct error *err)
{
	set_unusable(err, space, namespace, reason);
	record_problems_set(problems, space, false, err);
}

void
record_problems_set_strays(struct record_problems *problems, const json_t *strays)
{
	json_t *items = json_object(), *stray, *item;
	const char *namespace;
	struct error err, reason;

	json_object_foreach((json_t *)(uintptr_t)strays, namespace, stray) {
		if (json_object_size(items) == PROBLEMS_MAX)
			break;
		error_set_code(&reason, CODE_RECORD_OF_OTHER_PLACE,
			       .space = json_member_string(stray, "space"),
			       .other = json_member_string(stray, "expected"));
		set_unusable(&err, json_member_string(stray, "space"), namespace, &reason);
		item = problem_item(&err, json_object());
		json_object_set_new(items, namespace, item);
		if (!json_object_get(problems->strays, namespace))
			log_line(LOG_PRIORITY_WARNING, "a namespace is not that of a clone",
				 "namespace", namespace, "error", json_member_string(item, "text"),
				 NULL);
	}
	json_decref(problems->strays);
	problems->strays = items;
}

static void
add_warning(struct adoption_report *told, const json_t *item)
{
	adoption_report_warn(told, json_member_string(item, "text"),
			     json_object_get(item, "reason"));
}

void
record_problems_tell(struct record_problems *problems, struct adoption_report *told)
{
	const char *space;
	json_t *item;

	drop_gone(problems);
	json_object_foreach(problems->items, space, item)
		add_warning(told, item);
	json_object_foreach(problems->strays, space, item)
		add_warning(told, item);
}
