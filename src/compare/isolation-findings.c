/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What was found.  The id is a hash of what and where, not a number: an acknowledgement that is
 * given to a command, or kept with a draft, must mean the same finding the next time.
 */
#include "config.h"

#include "compare/isolation-findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/xmalloc.h"
#include "compare/isolation-search.h"

#define EXCERPT_BYTES 240

bool
isolation_is_found(const struct isolation_search *search, const char *names)
{
	return json_object_get(search->found, names) != NULL;
}

/* What is around the name: whole characters, and not a whole file. */
static char *
excerpt(struct isolation_search *search, const char *name)
{
	const char *text = search->text, *at = strcasestr(text + search->looked_to, name);
	size_t length = strlen(text), start = 0, end = length;

	if (at)
		search->looked_to = (size_t)(at - text);
	if (length <= EXCERPT_BYTES)
		return xstrdup(text);
	if (at && (size_t)(at - text) > EXCERPT_BYTES / 2)
		start = (size_t)(at - text) - EXCERPT_BYTES / 2;
	if (end - start > EXCERPT_BYTES)
		end = start + EXCERPT_BYTES;
	while (start > 0 && ((unsigned char)text[start] & 0xc0) == 0x80)
		start--;
	while (end < length && ((unsigned char)text[end] & 0xc0) == 0x80)
		end++;
	return xasprintf("%s%.*s%s", start > 0 ? "…" : "", (int)(end - start), text + start,
			 end < length ? "…" : "");
}

void
isolation_add(struct isolation_search *search, enum isolation_kind kind, const char *names)
{
	struct isolation_findings *all = search->findings;
	struct isolation_finding *finding;
	char digest[IDS_SHA256_B64_SIZE], *identity;

	if (isolation_is_found(search, names))
		return;
	json_object_set_new_nocheck(search->found, names, json_true());
	all->items = xreallocarray(all->items, all->count + 1, sizeof(*all->items));
	finding = &all->items[all->count++];
	*finding = (struct isolation_finding){
		.kind = kind, .where = xstrdup(search->where), .text = excerpt(search, names),
		.names = xstrdup(names), .places = 1,
	};
	identity = xasprintf("%d\n%s\n%s", (int)kind, search->where, names);
	ids_sha256_b64(digest, identity, strlen(identity));
	snprintf(finding->id, sizeof(finding->id), "%.12s", digest);
	for (char *c = finding->id; *c; c++)	/* so that it is no option, and can be typed */
		*c = *c == '-' || *c == '_' ? 'x' : *c;
	free(identity);
}

void
isolation_drop_last(struct isolation_findings *findings)
{
	struct isolation_finding *finding = &findings->items[--findings->count];

	free(finding->where);
	free(finding->text);
	free(finding->names);
}

void
isolation_group(struct isolation_findings *findings)
{
	json_t *seen = json_object();
	size_t kept = 0;

	for (size_t i = 0; i < findings->count; i++) {
		struct isolation_finding *f = &findings->items[i];
		char *identity = xasprintf("%d %s", (int)f->kind, f->names);
		json_t *at = json_object_get(seen, identity);

		if (at) {
			findings->items[json_integer_value(at)].places++;
			free(f->where);
			free(f->text);
			free(f->names);
		} else {
			json_object_set_new(seen, identity, json_integer((json_int_t)kept));
			findings->items[kept++] = *f;
		}
		free(identity);
	}
	findings->count = kept;
	json_decref(seen);
}

void
isolation_clear(struct isolation_findings *findings)
{
	while (findings->count > 0)
		isolation_drop_last(findings);
	free(findings->items);
	*findings = (struct isolation_findings){0};
}
