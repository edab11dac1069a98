/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A scope is parsed into fields of a fixed size, so that none needs memory of its own. */
#include "config.h"

#include "model/grant.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/members.h"

#define SCOPE_MAX (4 * GRANT_ID_SIZE)

static const char *const roles[] = {
	[ROLE_VIEWER] = "viewer",
	[ROLE_DEVELOPER] = "developer",
	[ROLE_DEPLOYER] = "deployer",
	[ROLE_ADMINISTRATOR] = "administrator",
};
NOUN_WORDS(role, roles, ROLE_UNKNOWN)

/* --- scopes --- */

/* "/orgs/ID": the id, and what comes behind it; false when the prefix is another. */
static bool
take_id(const char **text, const char *prefix, char out[GRANT_ID_SIZE])
{
	size_t length = strlen(prefix), end;

	if (strncmp(*text, prefix, length) != 0)
		return false;
	end = strcspn(*text + length, "/");
	if (end >= GRANT_ID_SIZE)
		return false;
	memcpy(out, *text + length, end);
	out[end] = '\0';
	*text += length + end;
	return ids_is_name(out);
}

bool
grant_scope_parse(struct grant_scope *out, const char *text)
{
	*out = (struct grant_scope){0};
	if (strcmp(text, "/") == 0)
		return true;
	if (!take_id(&text, "/orgs/", out->org))
		return false;
	if (strncmp(text, "/apps/", 6) == 0 && !take_id(&text, "/apps/", out->app))
		return false;
	return !*text || (take_id(&text, "/env-types/", out->env_type) && !*text);
}

/* The whole platform has only administrators, a type of environment only deployers. */
bool
grant_scope_takes(const struct grant_scope *scope, enum role role)
{
	if (!scope->org[0])
		return role == ROLE_ADMINISTRATOR;
	if (scope->env_type[0])
		return role == ROLE_DEPLOYER;
	return role != ROLE_UNKNOWN;
}

static void
put_scope(struct buf *out, const struct grant_scope *scope)
{
	buf_printf(out, "/%s%s", scope->org[0] ? "orgs/" : "", scope->org);
	if (scope->app[0])
		buf_printf(out, "/apps/%s", scope->app);
	if (scope->env_type[0])
		buf_printf(out, "/env-types/%s", scope->env_type);
}

/* --- grants --- */

void
grants_add(struct grants *grants, const struct grant *grant)
{
	grants->items = xreallocarray(grants->items, grants->count + 1, sizeof(*grants->items));
	grants->items[grants->count++] = *grant;
}

bool
grants_are_equal(const struct grants *a, const struct grants *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->items[i].role != b->items[i].role ||
		    strcmp(a->items[i].scope.org, b->items[i].scope.org) != 0 ||
		    strcmp(a->items[i].scope.app, b->items[i].scope.app) != 0 ||
		    strcmp(a->items[i].scope.env_type, b->items[i].scope.env_type) != 0)
			return false;
	return true;
}

void
grants_clear(struct grants *grants)
{
	free(grants->items);
	*grants = (struct grants){0};
}

json_t *
grants_encode(const struct grants *grants)
{
	json_t *by_scope = json_object();

	for (size_t i = 0; i < grants->count; i++) {
		struct buf scope;

		buf_init(&scope, SCOPE_MAX);
		put_scope(&scope, &grants->items[i].scope);
		json_object_set_new(by_scope, buf_str(&scope),
				    json_string(role_word(grants->items[i].role)));
		buf_clear(&scope);
	}
	return by_scope;
}
