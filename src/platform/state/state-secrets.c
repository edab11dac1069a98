/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A key that does not fit is found when the state is opened, and not when the first secret is
 * needed.
 *
 * A new key is only made for a state that has no secrets.  With secrets, a missing key is an
 * error: a new one would open none of them, and the old one may still be found.
 */
#include "config.h"

#include "platform/state/state-secrets.h"

#include "platform/state/platform.h"
#include "platform/state/repository-values.h"
#include "platform/state/secret.h"

int
state_secrets_open(struct platform *platform, const char *key_file, const char *state,
		   struct error *err)
{
	int sealed = repository_has_secrets(platform->repository, err);
	char check[SECRET_FINGERPRINT_SIZE];

	if (sealed < 0)
		return -1;
	platform->secrets = secrets_open(key_file, state, sealed == 0, err);
	if (!platform->secrets)
		return -1;
	secrets_key_check(platform->secrets, check);
	return repository_check_key(platform->repository, check, err);
}
