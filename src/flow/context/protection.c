/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What cannot be read, or is of another version, waives nothing. */
#include "config.h"

#include "flow/context/protection.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "flow/context/context.h"
#include "flow/context/session-state.h"
#include "model/json.h"
#include "store/settings.h"

#define SETTING "unprotected"

void
protection_load(struct session *session)
{
	char *text = store_get_setting(session->store, session->platform, "", "", SETTING, NULL);
	json_t *value = text ? json_decode(text, strlen(text), NULL) : NULL;

	json_decref(session->waived);
	session->waived = json_is_object(value) ? value : json_object();
	if (value != session->waived)
		json_decref(value);
	free(text);
}

bool
protection_is_waived(const struct session *session, const char *env)
{
	return env && json_is_true(json_object_get(session->waived, env));
}

int
protection_waive(struct session *session, const char *env, bool waived, struct error *err)
{
	json_t *next = json_copy(session->waived);
	char *text;
	int ret;

	if (waived)
		json_object_set_new(next, env, json_true());
	else
		json_object_del(next, env);
	text = json_canonical(next);
	ret = store_put_setting(session->store, session->platform, "", "", SETTING, text, err);
	free(text);
	if (ret != 0) {
		json_decref(next);
		return -1;
	}
	json_decref(session->waived);
	session->waived = next;
	session_look_again(session);
	return 0;
}
