/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A secret that is named instead of given: where the name leads, whether the caller may use
 * it, and its text for the moment of sealing it again.
 *
 * The right that is asked for is to deploy to the environment that the secret is from, not to
 * read it: nobody can read a secret, and who deploys there could have any workload print it.
 */
#include "config.h"

#include "platform/api/secret-reference.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/shared-value.h"
#include "platform/auth/access.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-values.h"
#include "platform/state/secret.h"

/* "orgs/O/apps/A/values/K" or "orgs/O/apps/A/envs/E/values/K", split in place. */
struct address {
	char *copy;
	const char *org, *app, *env, *key;	/* env NULL: of the application */
};

static bool
take(char **rest, const char *word, const char **name)
{
	const char *found = strsep(rest, "/");

	if (!found || strcmp(found, word) != 0)
		return false;
	*name = strsep(rest, "/");
	return *name && **name;
}

static bool
read_address(struct address *address, const char *text)
{
	char *rest;

	*address = (struct address){.copy = xstrdup(text)};
	rest = address->copy;
	if (!take(&rest, "orgs", &address->org) || !take(&rest, "apps", &address->app))
		return false;
	if (rest && strncmp(rest, "envs/", 5) == 0 && !take(&rest, "envs", &address->env))
		return false;
	return take(&rest, "values", &address->key) && !rest;
}

/* An application's secrets are its environments' anyway. */
static int
check_right(struct platform *platform, const struct caller *caller, const struct place *from,
	    struct error *err)
{
	if (!from->env)
		return 0;
	if (repository_has(platform->repository, from, err) == 0)
		return access_check(platform, caller, PERMISSION_DEPLOY, from, NULL, err);
	if (err->kind == ERROR_NOT_FOUND)
		err->kind = ERROR_INPUT;
	return -1;
}

static char *
open_at(struct platform *platform, const struct caller *caller, const struct address *address,
	const char *version, struct error *err)
{
	const struct place from = {address->org, address->app, address->env};
	char *sealed, *text;

	if (check_right(platform, caller, &from, err) != 0)
		return NULL;
	sealed = repository_sealed_value(platform->repository, &from, address->key, version, err);
	if (!sealed) {
		if (err->kind == ERROR_NOT_FOUND)
			error_set_code(err, CODE_SECRET_NOT_FOUND, .key = address->key);
		return NULL;
	}
	text = secrets_unseal(platform->secrets, &from, address->key, sealed, err);
	free(sealed);
	return text;
}

char *
secret_reference_open(struct platform *platform, const struct caller *caller,
		      const struct place *place, const struct secret_source *reference,
		      struct error *err)
{
	struct address address;
	char *text = NULL;

	if (!untrusted_is(&reference->store, SECRET_STORE) || !reference->key.raw) {
		error_set_code(err, CODE_SECRET_STORE_UNKNOWN, .store = SECRET_STORE);
		return NULL;
	}
	if (!read_address(&address, reference->key.raw) || strcmp(address.org, place->org) != 0 ||
	    strcmp(address.app, place->app) != 0)
		error_set_code(err, CODE_SECRET_REF_INVALID);
	else
		text = open_at(platform, caller, &address, reference->version.raw, err);
	free(address.copy);
	return text;
}
