/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Leaving an extension out, before and behind every handler: what it adds to a request is
 * taken away, and what it adds to an answer is removed.  It exists for tests, and for a
 * platform that is to be exactly the public API.
 */
#include "config.h"

#include "platform/api/withheld.h"

#include <string.h>

#include "platform/state/platform.h"

/* The next row at *i that is withheld and concerns the operation; NULL behind the last. */
static const struct extension_addition *
next(const struct platform *platform, const char *operation, size_t *i)
{
	const struct extension_addition *row = NULL;

	while (platform->withheld && (row = extension_addition((*i)++)) != NULL)
		if ((platform->withheld & EXTENSION_BIT(row->extension)) &&
		    extension_addition_is_of(row, operation))
			return row;
	return row;
}

enum extension
withheld_route(const struct platform *platform, const char *operation)
{
	const struct extension_addition *row;
	size_t i = 0;

	while ((row = next(platform, operation, &i)) != NULL)
		if (row->kind == ADDS_ROUTE)
			return row->extension;
	return EXTENSION_COUNT;
}

static void
hide_header(struct request *request, const char *name)
{
	if (strcmp(name, "If-Match") == 0)
		request->if_match = NULL;
	else if (strcmp(name, "Idempotency-Key") == 0)
		request->idempotency_key = NULL;
}

static void
hide_parameter(struct request *request, const char *name)
{
	size_t i = 0;

	while (i < REQUEST_HIDDEN_MAX && request->hidden[i])
		i++;
	if (i < REQUEST_HIDDEN_MAX)
		request->hidden[i] = name;
}

static void
hide_member(json_t *body, const char *name)
{
	const char *slash = strchr(name, '/');

	if (slash)
		json_object_del(json_object_getn(body, name, (size_t)(slash - name)), slash + 1);
	else
		json_object_del(body, name);
}

void
withheld_from_request(const struct platform *platform, const char *operation,
		      struct request *request)
{
	const struct extension_addition *row;
	size_t i = 0;

	while ((row = next(platform, operation, &i)) != NULL) {
		if (row->kind == ADDS_HEADER)
			hide_header(request, row->name);
		else if (row->kind == ADDS_PARAMETER)
			hide_parameter(request, row->name);
		else if (row->kind == ADDS_MEMBER_ASKED)
			hide_member(request->body, row->name);
	}
}

/* Texts and lists alone: what people named like the member is an object. */
static void
hide_told(json_t *body, const char *name, bool stays)
{
	const char *key;
	json_t *member;
	void *next_one;
	size_t i;

	json_array_foreach(body, i, member)
		hide_told(member, name, stays);
	json_object_foreach_safe(body, next_one, key, member) {
		if (json_is_object(member) || strcmp(key, name) != 0)
			hide_told(member, name, stays);
		else if (stays)
			json_object_set_new(body, key, json_null());
		else
			json_object_del(body, key);
	}
}

static void
hide_object(json_t *body, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach(body, i, item)
		json_object_del(item, name);
	json_object_del(body, name);
}

void
withheld_from_answer(const struct platform *platform, const char *operation,
		     struct response *response)
{
	const struct extension_addition *row;
	size_t i = 0;

	while ((row = next(platform, operation, &i)) != NULL)
		if (row->kind == ADDS_MEMBER_TOLD || row->kind == ADDS_TEXT_TOLD)
			hide_told(response->body, row->name, row->kind == ADDS_TEXT_TOLD);
		else if (row->kind == ADDS_OBJECT_TOLD)
			hide_object(response->body, row->name);
}
