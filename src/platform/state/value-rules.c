/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One place for what a value may be: the routes and the import must refuse the same. */
#include "config.h"

#include "platform/state/value-rules.h"

#include <string.h>

#include "base/error.h"
#include "model/json.h"
#include "platform/state/place.h"
#include "platform/state/repository-values.h"

bool
value_key_is_good(const char *key)
{
	static const char good[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
	size_t length = key ? strlen(key) : 0;

	return length > 0 && length <= VALUE_KEY_MAX && strspn(key, good) == length;
}

/* What an application keeps secret an environment cannot show by overriding it. */
int
value_inherits_secrecy(struct repository *repository, const struct place *place, const char *key,
		       struct error *err)
{
	const struct place app = {place->org, place->app, NULL};
	struct error why = {0};
	int secret;

	if (!place->env)
		return 0;
	secret = repository_value_is_secret(repository, &app, key, &why);
	if (secret < 0 && why.kind != ERROR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	return secret > 0;
}

char *
value_seal(const struct secrets *secrets, const struct place *place, const char *text,
	   char fingerprint[SECRET_FINGERPRINT_SIZE], struct value_content *content)
{
	char *sealed = secrets_seal(secrets, place, content->key, text);

	secrets_fingerprint(secrets, place, text, fingerprint);
	content->value = NULL;
	content->sealed = sealed;
	content->fingerprint = fingerprint;
	return sealed;
}
