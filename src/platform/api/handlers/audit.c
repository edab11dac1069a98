/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The audit log, a page at a time.
 *
 * A page goes on behind the last entry of the one before, by that entry's time and number,
 * so that entries written meanwhile shift nothing.  It holds 32 days at most, counted from its
 * newest entry: so no page is empty but the last.
 */
#include "config.h"

#include "platform/api/handlers/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/nouns.h"
#include "net/url.h"
#include "platform/api/handlers/parameters.h"
#include "platform/state/platform.h"
#include "platform/state/repository-users.h"

#define PAGE_MS (32 * 24 * 60 * 60 * 1000LL)
#define PER_PAGE_MAX 100
#define PER_PAGE 50
#define LINK_MAX 1024

static const struct outcome {
	const char *name;
	int from, to;
} outcomes[] = {
	{"succeeded", 200, 299},
	{"refused", 400, 599},
	{"all", 100, 599},
};

#define OUTCOME_COUNT (sizeof(outcomes) / sizeof(outcomes[0]))

/* "TIME-NUMBER" of the last entry of the page before, in hexadecimal. */
static int
read_page(const struct request *request, struct audit_query *query, struct error *err)
{
	const char *text = request_query(request, "page");
	unsigned long long at, seq;
	int end = 0;

	if (!text)
		return 0;
	if (strspn(text, "0123456789abcdef-") != strlen(text) || strlen(text) > 33 ||
	    sscanf(text, "%16llx-%16llx%n", &at, &seq, &end) != 2 || text[end] || at > INT64_MAX ||
	    seq > INT64_MAX)
		return error_set_code(err, CODE_PAGE_NOT_FROM_LINK);
	if ((int64_t)at < query->before) {
		query->before = (int64_t)at;
		query->before_seq = (int64_t)seq;
	}
	return 0;
}

static int
read_outcome(const struct request *request, struct audit_query *query, struct error *err)
{
	const char *text = request_query(request, "outcome");

	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		if (strcmp(outcomes[i].name, text ? text : "succeeded") == 0) {
			query->status_from = outcomes[i].from;
			query->status_to = outcomes[i].to;
			return 0;
		}
	}
	return error_set_code(err, CODE_OUTCOME_INVALID);
}

/* How many make a page.  One entry more than a page was read, so the last page is known to be
 * the last. */
static size_t
count_page(const struct audit_entries *entries, int count)
{
	int64_t oldest = entries->count > 0 ? entries->items[0].entry.at - PAGE_MS : 0;
	size_t keep = 0;

	while (keep < entries->count && keep < (size_t)count &&
	       entries->items[keep].entry.at > oldest)
		keep++;
	return keep;
}

static char *
link_to_next(const struct request *request, const struct numbered_entry *last)
{
	static const char *const kept[] = {"from", "to", "per_page", "outcome"};
	struct buf link;

	buf_init(&link, LINK_MAX);
	if (request->place.org)
		buf_printf(&link, "</orgs/%s", request->place.org);
	else
		buf_puts(&link, "<");
	buf_printf(&link, "/audit-logs?page=%llx-%llx", (unsigned long long)last->entry.at,
		   (unsigned long long)last->seq);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const char *value = request_query(request, kept[i]);

		if (!value)
			continue;
		buf_printf(&link, "&%s=", kept[i]);
		url_append_escaped(&link, value);	/* the offset of a time may have a plus */
	}
	buf_puts(&link, ">; rel=\"next\"");
	return buf_take(&link);
}

/* GET /audit-logs: writes that succeeded anywhere, newest first.  Also GET
 * /orgs/{orgId}/audit-logs: writes that succeeded in an organization, newest first. */
int
list_audit_log(struct platform *platform, const struct request *request,
	       struct response *response, struct error *err)
{
	struct audit_query query = {.org = request->place.org, .after = 0, .before = INT64_MAX};
	struct audit_entries entries;
	int count = PER_PAGE;
	json_t *list;
	size_t page;

	if (parameter_time(request, "from", &query.after, err) != 0 ||
	    parameter_time(request, "to", &query.before, err) != 0 ||
	    parameter_number(request, "per_page", 1, PER_PAGE_MAX, &count, err) != 0 ||
	    read_page(request, &query, err) != 0 ||
	    read_outcome(request, &query, err) != 0)
		return -1;
	query.count = count + 1;
	if (repository_audit(platform->repository, &query, &entries, err) != 0)
		return -1;
	page = count_page(&entries, count);
	if (page > 0 && page < entries.count)
		response->link = link_to_next(request, &entries.items[page - 1]);
	list = json_array();
	for (size_t i = 0; i < page; i++)
		json_array_append_new(list, audit_entry_encode(&entries.items[i].entry));
	audit_entries_clear(&entries);
	return answer(response, 200, list);
}
