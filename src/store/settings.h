/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How a person likes an application to be shown. */
#ifndef SIDESTAGE_STORE_SETTINGS_H
#define SIDESTAGE_STORE_SETTINGS_H

#include <stddef.h>

struct error;
struct store;

/* name is for machines: "board".  Replaces what there is. */
int store_put_setting(struct store *store, const char *url, const char *org, const char *app,
		      const char *name, const char *value, struct error *err)
	__attribute__((warn_unused_result));
/* free() it.  NULL: there is none, or, with err set (ERROR_STORE), it cannot be read. */
char *store_get_setting(struct store *store, const char *url, const char *org, const char *app,
			const char *name, struct error *err);
/* Only while it has this value: what another program has put meanwhile stays. */
int store_drop_setting(struct store *store, const char *url, const char *org, const char *app,
		       const char *name, const char *value, struct error *err)
	__attribute__((warn_unused_result));
/* Calls `each` with those of the platform whose name begins so, at most so many; the texts are
 * borrowed for the call.  0, or -1 with err (ERROR_STORE). */
typedef void store_setting_each(void *data, const char *org, const char *app, const char *name,
				const char *value);
int store_each_setting(struct store *store, const char *url, const char *prefix,
		       size_t most, store_setting_each *each, void *data, struct error *err)
	__attribute__((warn_unused_result));

#endif
