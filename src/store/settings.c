/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a person has arranged, as a text by name.  The store does not know what is in it:
 * whoever puts a setting reads it, and takes for none what is of another version. */
#include "config.h"

#include "store/settings.h"

#include "store/private.h"

int
store_put_setting(struct store *store, const char *url, const char *org, const char *app,
		  const char *name, const char *value, struct error *err)
{
	return history_run(history_statement(
		store, "INSERT OR REPLACE INTO setting VALUES (?1,?2,?3,?4,?5)",
		TEXTS(url, org, app, name, value)), err);
}

char *
store_get_setting(struct store *store, const char *url, const char *org, const char *app,
		  const char *name, struct error *err)
{
	struct statement *row = history_statement(
		store, "SELECT value FROM setting WHERE url=?1 AND org=?2 AND app=?3 AND name=?4",
		TEXTS(url, org, app, name));
	char *value = statement_row(row) ? row_copy(row, 0) : NULL;

	(void)history_end(row, err);
	return value;
}

int
store_drop_setting(struct store *store, const char *url, const char *org, const char *app,
		   const char *name, const char *value, struct error *err)
{
	return history_run(history_statement(store, "DELETE FROM setting WHERE url=?1 AND org=?2"
					     " AND app=?3 AND name=?4 AND value=?5",
					     TEXTS(url, org, app, name, value)), err);
}

int
store_each_setting(struct store *store, const char *url, const char *prefix,
		   size_t most, store_setting_each *each, void *data, struct error *err)
{
	/* No text that begins so is above it with the last of all characters. */
	struct statement *row = history_statement(
		store, "SELECT org, app, name, value FROM setting"
		" WHERE url=?1 AND name>=?2 AND name<?2 || char(1114111)"
		" ORDER BY name, org, app LIMIT ?3",
		TEXTS(url, prefix));

	statement_int(row, (int64_t)most);
	while (statement_row(row))
		each(data, row_text_or(row, 0, ""), row_text_or(row, 1, ""),
		     row_text_or(row, 2, ""), row_text_or(row, 3, ""));
	return history_end(row, err);
}
