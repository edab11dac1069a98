/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Sets, which never change, and deltas.
 *
 * A set is written once under its id, and writing it again is no error: two people may arrive
 * at the same content.  Deltas are drafts that anybody may edit, so they carry who did.
 */
#include "config.h"

#include "platform/state/repository-sets.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "db/statement.h"
#include "model/delta.h"
#include "model/draft.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/members.h"
#include "model/set.h"
#include "platform/state/place.h"
#include "platform/state/rows.h"
#include "platform/state/text-page.h"

#define DRAFT                                                                                      \
	"SELECT id, content, env, name, archived, contributers, created_at, created_by,"           \
	" modified_at, seq FROM deltas "
enum { ID, CONTENT, ENV, NAME, ARCHIVED, CONTRIBUTERS, CREATED_AT, CREATED_BY, MODIFIED_AT, SEQ };

/* The rows are found by the index alone and then read in their order: were they sorted, all of them
 * would be read for each page. */
#define SETS_BEHIND "WHERE rowid IN (SELECT rowid FROM sets WHERE org = ? AND app = ? AND rowid > ?)"
#define DRAFTS_BEHIND                                                                              \
	"WHERE seq IN (SELECT seq FROM deltas WHERE org = ?1 AND app = ?2 AND seq > ?5)"           \
	" AND (?3 IS NULL OR env = ?3) AND archived = ?4 ORDER BY seq LIMIT ?6"

static json_t *
encode_set(struct statement *row, void *data, struct error *err)
{
	(void)data;
	(void)err;
	return rows_json(row, 0);
}

static bool
add_set(struct statement *row, void *data)
{
	return text_page_add(data, row_text_or(row, 0, "{}"), NULL, row_int(row, 1));
}

static int
end_page(struct text_page *page, int ret)
{
	if (!text_page_is_full(page))
		page->next = 0;
	return ret;
}

int
repository_sets_page(struct repository *repository, const struct place *place,
		     struct text_page *page, struct error *err)
{
	return end_page(page, rows_while(repository, err, add_set, page,
					 "SELECT body, rowid FROM sets " SETS_BEHIND
					 " ORDER BY rowid LIMIT ?",
					 "ssii", place->org, place->app, page->next,
					 (int64_t)page->max));
}

char *
repository_set_text(struct repository *repository, const struct place *place, const char *id,
		    struct error *err)
{
	char *text = rows_text(repository, err,
			       "SELECT body FROM sets WHERE org = ? AND app = ? AND id = ?", "sss",
			       place->org, place->app, id);

	if (!text && err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_SET_NOT_FOUND, .app = place->app, .set = id);
	return text;
}

/* The empty set needs no row: everybody knows its content. */
struct set *
repository_set(struct repository *repository, const struct place *place, const char *id,
	       struct error *err)
{
	json_t *body;

	if (set_id_is_empty(id))
		return set_new();
	body = rows_encode_one(repository, err, encode_set, NULL,
			       "SELECT body FROM sets WHERE org = ? AND app = ? AND id = ?", "sss",
			       place->org, place->app, id);
	if (!body) {
		if (err->kind == ERROR_NOT_FOUND)
			error_set_code(err, CODE_SET_NOT_FOUND, .app = place->app, .set = id);
		return NULL;
	}
	return set_take(body, err);
}

int
repository_put_set(struct repository *repository, const struct place *place, const struct set *set,
		   struct error *err)
{
	json_t *body;
	int ret;

	if (set_id_is_empty(set_id(set)))
		return 0;
	body = set_encode(set);
	ret = rows_run(repository, err,
		       "INSERT INTO sets VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", "sssj",
		       place->org, place->app, set_id(set), body);
	json_decref(body);
	return ret;
}

/* All but what it changes. */
static void
read_head(struct statement *row, struct draft *draft)
{
	json_t *contributers = rows_json(row, CONTRIBUTERS);
	struct draft_metadata *metadata = &draft->metadata;

	*draft = (struct draft){0};
	untrusted_init(&draft->id, row_text(row, ID));
	untrusted_init(&metadata->env_id, row_text(row, ENV));
	untrusted_init(&metadata->name, row_text(row, NAME));
	untrusted_init(&metadata->created_by, row_text_or(row, CREATED_BY, ""));
	metadata->archived = row_int(row, ARCHIVED) != 0;
	metadata->created_at = row_int(row, CREATED_AT);
	metadata->last_modified_at = row_int(row, MODIFIED_AT);
	member_texts_read(&metadata->contributers, &metadata->contributer_count, contributers);
	json_decref(contributers);
}

static void
read_draft(struct statement *row, void *noun)
{
	json_t *content = rows_json(row, CONTENT);
	struct draft *draft = noun;

	read_head(row, draft);
	draft->modules = json_incref(json_object_get(content, "modules"));
	draft->shared = json_incref(json_object_get(content, "shared"));
	json_decref(content);
}

static json_t *
encode_draft(struct statement *row, void *data, struct error *err)
{
	struct draft draft;
	json_t *body;

	(void)data;
	(void)err;
	read_draft(row, &draft);
	body = draft_encode(&draft);
	draft_clear(&draft);
	return body;
}

/* What it changes is stored as the members that it has on the wire: {"modules", "shared"}. */
static bool
add_draft(struct statement *row, void *data)
{
	const char *content = row_text_or(row, CONTENT, "{}");
	bool has_content = content[0] == '{' && content[1] == '"', goes_on;
	struct draft draft;
	json_t *body;
	char *head;

	read_head(row, &draft);
	body = draft_encode(&draft);
	head = json_dumps(body, JSON_COMPACT);
	if (has_content)
		head[strlen(head) - 1] = ',';	/* its brace */
	goes_on = text_page_add(data, head, has_content ? content + 1 : NULL, row_int(row, SEQ));
	free(head);
	json_decref(body);
	draft_clear(&draft);
	return goes_on;
}

int
repository_drafts_page(struct repository *repository, const struct place *place, const char *env,
		       bool archived, struct text_page *page, struct error *err)
{
	return end_page(page, rows_while(repository, err, add_draft, page, DRAFT DRAFTS_BEHIND,
					 "sssiii", place->org, place->app, env, (int64_t)archived,
					 page->next, (int64_t)page->max));
}

json_t *
repository_drafts(struct repository *repository, const struct place *place, const char *env,
		  bool archived, struct error *err)
{
	return rows_encode(repository, err, encode_draft, NULL, DRAFT DRAFTS_BEHIND, "sssiii",
			   place->org, place->app, env, (int64_t)archived, (int64_t)0,
			   (int64_t)-1);
}

int
repository_read_draft(struct repository *repository, const struct place *place, const char *id,
		      struct draft *out, struct error *err)
{
	*out = (struct draft){0};
	if (rows_read(repository, err, read_draft, out,
		      DRAFT "WHERE org = ? AND app = ? AND id = ?", "sss", place->org, place->app,
		      id) == 0)
		return 0;
	draft_clear(out);
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_DELTA_NOT_FOUND, .app = place->app, .delta = id);
	return -1;
}

struct delta *
repository_delta(struct repository *repository, const struct place *place, const char *id,
		 struct error *err)
{
	struct delta *delta;
	struct draft draft;

	if (repository_read_draft(repository, place, id, &draft, err) != 0)
		return NULL;
	delta = draft_delta(&draft, err);
	draft_clear(&draft);
	return delta;
}

int
repository_delta_is_deployed(struct repository *repository, const struct place *place,
			     const char *id, struct error *err)
{
	struct error why = {0};

	if (rows_read(repository, &why, NULL, NULL,
		      "SELECT 1 FROM deployments WHERE org = ? AND app = ? AND delta_id = ? LIMIT 1",
		      "sss", place->org, place->app, id) == 0)
		return 1;
	if (why.kind == ERROR_NOT_FOUND)
		return 0;
	*err = why;
	return -1;
}

int
repository_put_delta(struct repository *repository, const struct place *place, const char *id,
		     const struct delta *delta, const char *env, const char *name,
		     const char *user, int64_t now, struct error *err)
{
	json_t *content = delta_encode(delta);
	json_t *contributers = json_pack("[s]", user);
	int ret = rows_run(repository, err,
			   "INSERT INTO deltas (org, app, id, content, env, name, archived,"
			   " contributers, created_at, created_by, modified_at)"
			   " VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
			   "sssjssjisi", place->org, place->app, id, content, env, name,
			   contributers, now, user, now);

	json_decref(content);
	json_decref(contributers);
	return ret;
}

/* What is put away can be read, and fetched back; nothing else. */
static int
read_changeable(struct repository *repository, const struct place *place, const char *id,
		struct draft *out, struct error *err)
{
	if (repository_read_draft(repository, place, id, out, err) != 0)
		return -1;
	if (!out->metadata.archived)
		return 0;
	draft_clear(out);
	return error_set_code(err, CODE_DELTA_IS_ARCHIVED, .delta = id);
}

static json_t *
contributers_with(struct draft *draft, const char *user)
{
	json_t *list = json_array();

	draft_add_contributer(draft, user);
	for (size_t i = 0; i < draft->metadata.contributer_count; i++)
		json_array_append_new(
			list, json_string(untrusted_raw(&draft->metadata.contributers[i])));
	return list;
}

int
repository_update_delta(struct repository *repository, const struct place *place, const char *id,
			const struct delta *delta, const char *user, int64_t now,
			struct error *err)
{
	json_t *content, *contributers;
	struct draft draft;
	int ret;

	if (read_changeable(repository, place, id, &draft, err) != 0)
		return -1;
	contributers = contributers_with(&draft, user);
	content = delta_encode(delta);
	ret = rows_change(repository, err,
			  "UPDATE deltas SET content = ?4, contributers = ?5,"
			  " modified_at = ?6 WHERE org = ?1 AND app = ?2 AND id = ?3",
			  "sssjji", place->org, place->app, id, content, contributers, now);
	json_decref(contributers);
	json_decref(content);
	draft_clear(&draft);
	return ret;
}

static int
set_of_delta(struct repository *repository, const struct place *place, const char *id,
	     const char *sql, const char *value, struct error *err)
{
	struct draft draft;

	if (read_changeable(repository, place, id, &draft, err) != 0)
		return -1;
	draft_clear(&draft);
	return rows_change(repository, err, sql, "ssss", place->org, place->app, id, value);
}

int
repository_set_delta_name(struct repository *repository, const struct place *place, const char *id,
			  const char *name, struct error *err)
{
	return set_of_delta(repository, place, id,
			    "UPDATE deltas SET name = ?4 WHERE org = ?1 AND app = ?2 AND id = ?3",
			    name, err);
}

int
repository_set_delta_env(struct repository *repository, const struct place *place, const char *id,
			 const char *env, struct error *err)
{
	return set_of_delta(repository, place, id,
			    "UPDATE deltas SET env = ?4 WHERE org = ?1 AND app = ?2 AND id = ?3",
			    env, err);
}

int
repository_set_delta_archived(struct repository *repository, const struct place *place,
			      const char *id, bool archived, struct error *err)
{
	return rows_change(
		repository, err,
		"UPDATE deltas SET archived = ?4 WHERE org = ?1 AND app = ?2 AND id = ?3", "sssi",
		place->org, place->app, id, (int64_t)archived);
}
