/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a shared value may be, whether it comes over the wire or from a file. */
#ifndef SIDESTAGE_PLATFORM_STATE_VALUE_RULES_H
#define SIDESTAGE_PLATFORM_STATE_VALUE_RULES_H

#include <stdbool.h>

#include "platform/state/secret.h"

struct error;
struct repository;
struct value_content;

#define VALUE_KEY_MAX 200
#define VALUE_TEXT_MAX (64 * 1024)	/* the system's limit of one variable is twice that */
#define VALUE_DESCRIPTION_MAX 4096

/* ^[A-Za-z0-9_.-]+$, the pattern of createValue's "key", with a limit. */
bool value_key_is_good(const char *key);
/* What stands in the place of an application's secret is one, also when nobody says so:
 * 1 or 0, or -1 with err. */
int value_inherits_secrecy(struct repository *repository, const struct place *place,
			   const char *key, struct error *err);
/* Gives the content (which has its key) the text as a sealed value.  The sealed text is
 * returned: free() it when the content was used; fingerprint is borrowed by the content. */
char *value_seal(const struct secrets *secrets, const struct place *place, const char *text,
		 char fingerprint[SECRET_FINGERPRINT_SIZE], struct value_content *content);

#endif
