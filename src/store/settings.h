/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How a person likes an application to be shown. */
#ifndef SIDESTAGE_STORE_SETTINGS_H
#define SIDESTAGE_STORE_SETTINGS_H

struct error;
struct store;

/* name is for machines: "board".  Replaces what there is. */
int store_put_setting(struct store *store, const char *url, const char *org, const char *app,
		      const char *name, const char *value, struct error *err)
	__attribute__((warn_unused_result));
/* free() it.  NULL: there is none, or, with err set (ERROR_STORE), it cannot be read. */
char *store_get_setting(struct store *store, const char *url, const char *org, const char *app,
			const char *name, struct error *err);

#endif
