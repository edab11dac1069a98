/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TopicShare's api: the topics, kept in a SQLite file, as JSON over HTTP.
 *
 *   GET  /topics      [{"id", "title", "author", "created_at"}], newest first
 *   POST /topics      {"title", "author"}; 201 with the topic
 *   GET  /healthz
 *
 * 2.0 also counts likes (POST /likes?id=N): it adds a column to the table when it starts, which
 * is why one does not simply go back from 2.0.
 *
 * Variables: PORT, DB_PATH; 2.0: PAGE_SIZE (topics in one answer).
 */
#include "config.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "settings.h"
#include "stop.h"

#define TITLE_BYTES_MAX 300
#define AUTHOR_BYTES_MAX 60
#define TOPICS_MAX 1000
#define ANSWER_TOPICS_MAX 200
#define BUSY_LIMIT_MS 3000

#if TOPICSHARE_RELEASE >= 20000
#define COLUMNS "id, title, author, created_at, likes"
#else
#define COLUMNS "id, title, author, created_at"
#endif

struct api {
	sqlite3 *db;
	long page_size;
};

/* The file is shared with the worker and, for a moment, with our successor. */
static int
on_busy(void *data, int tries)
{
	(void)data;
	if (tries >= BUSY_LIMIT_MS / 10 || stop_requested())
		return 0;
	stop_poll(NULL, 0, 10);
	return 1;
}

static json_t *
topic_of_row(sqlite3_stmt *row)
{
	json_t *topic = json_object();

	for (int i = 0; i < sqlite3_column_count(row); i++) {
		const char *name = sqlite3_column_name(row, i);

		if (sqlite3_column_type(row, i) == SQLITE_INTEGER)
			json_object_set_new(topic, name,
					    json_integer(sqlite3_column_int64(row, i)));
		else
			json_object_set_new(topic, name,
					    json_string((const char *)sqlite3_column_text(row, i)));
	}
	return topic;
}

static void
answer_json(struct http_reply *reply, int status, json_t *value)
{
	char *encoded = json_dumps(value, JSON_COMPACT);

	if (encoded) {
		reply->status = status;
		text_puts(&reply->body, encoded);
		text_puts(&reply->body, "\n");
	} else {
		http_refuse(reply, 500, "the answer cannot be written");
	}
	free(encoded);
	json_decref(value);
}

static void
refuse_database(struct api *api, struct http_reply *reply)
{
	fprintf(stderr, "error: the database: %s\n", sqlite3_errmsg(api->db));
	http_refuse(reply, 503, "the database does not answer now; try again");
}

static void
list_topics(void *data, const struct http_request *request, struct http_reply *reply)
{
	struct api *api = data;
	sqlite3_stmt *rows = NULL;
	json_t *topics = json_array();
	int result;

	(void)request;
	if (sqlite3_prepare_v2(api->db, "SELECT " COLUMNS " FROM topics ORDER BY id DESC LIMIT ?1",
			       -1, &rows, NULL) == SQLITE_OK)
		sqlite3_bind_int64(rows, 1, api->page_size);
	while ((result = sqlite3_step(rows)) == SQLITE_ROW)
		json_array_append_new(topics, topic_of_row(rows));
	sqlite3_finalize(rows);
	if (result == SQLITE_DONE) {
		answer_json(reply, 200, topics);
	} else {
		json_decref(topics);
		refuse_database(api, reply);
	}
}

/* NULL when it is as it should be, else the sentence to refuse with. */
static const char *
check_topic(const json_t *body)
{
	const char *title = json_string_value(json_object_get(body, "title"));
	const char *author = json_string_value(json_object_get(body, "author"));

	if (!json_is_object(body))
		return "the body must be a JSON object with title and author";
	if (!title || !*title || !text_is_clean(title))
		return "title must be a text of one line";
	if (!author || !*author || !text_is_clean(author))
		return "author must be a text of one line";
	if (strlen(title) > TITLE_BYTES_MAX)
		return "title is too long: at most 300 bytes";
	if (strlen(author) > AUTHOR_BYTES_MAX)
		return "author is too long: at most 60 bytes";
	return NULL;
}

/* SQLITE_DONE is: there are too many topics already. */
static int
insert_topic(struct api *api, const json_t *body, json_t **topic)
{
	static const char sql[] =
		"INSERT INTO topics (title, author, created_at)"
		" SELECT ?1, ?2, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
		" WHERE (SELECT count(*) FROM topics) < ?3 RETURNING " COLUMNS;
	sqlite3_stmt *row = NULL;
	int result = sqlite3_prepare_v2(api->db, sql, -1, &row, NULL);

	if (result != SQLITE_OK)
		return result;
	sqlite3_bind_text(row, 1, json_string_value(json_object_get(body, "title")), -1,
			  SQLITE_TRANSIENT);
	sqlite3_bind_text(row, 2, json_string_value(json_object_get(body, "author")), -1,
			  SQLITE_TRANSIENT);
	sqlite3_bind_int(row, 3, TOPICS_MAX);
	result = sqlite3_step(row);
	if (result == SQLITE_ROW) {
		*topic = topic_of_row(row);
		/* The statement is only over, and the row only kept, once it has been stepped
		 * on. */
		if (sqlite3_step(row) != SQLITE_DONE) {
			json_decref(*topic);
			result = SQLITE_ERROR;
		}
	}
	sqlite3_finalize(row);
	return result;
}

static void
add_topic(void *data, const struct http_request *request, struct http_reply *reply)
{
	struct api *api = data;
	json_t *body = json_loadb(request->body, request->body_length, JSON_REJECT_DUPLICATES,
				  NULL);
	const char *refusal = body ? check_topic(body) : "the body is not JSON";
	json_t *topic = NULL;
	int result;

	if (refusal) {
		http_refuse(reply, 400, refusal);
		json_decref(body);
		return;
	}
	result = insert_topic(api, body, &topic);
	json_decref(body);
	if (result == SQLITE_ROW) {
		printf("topic %lld added\n",
		       (long long)json_integer_value(json_object_get(topic, "id")));
		answer_json(reply, 201, topic);
	} else if (result == SQLITE_DONE) {
		http_refuse(reply, 507, "there is no room for more topics");
	} else {
		refuse_database(api, reply);
	}
}

#if TOPICSHARE_RELEASE >= 20000
static void
add_like(void *data, const struct http_request *request, struct http_reply *reply)
{
	static const char sql[] = "UPDATE topics SET likes = likes + 1 WHERE id = ?1";
	struct api *api = data;
	sqlite3_stmt *update = NULL;
	char *id = text_query_field(request->query, "id");
	int result = SQLITE_ERROR;

	if (!id || strspn(id, "0123456789") != strlen(id) || strlen(id) > 9) {
		http_refuse(reply, 400, "id must be the number of a topic");
		free(id);
		return;
	}
	if (sqlite3_prepare_v2(api->db, sql, -1, &update, NULL) == SQLITE_OK) {
		sqlite3_bind_int(update, 1, atoi(id));
		result = sqlite3_step(update);
	}
	sqlite3_finalize(update);
	free(id);
	if (result != SQLITE_DONE)
		refuse_database(api, reply);
	else if (sqlite3_changes(api->db) == 0)
		http_refuse(reply, 404, "there is no topic of that number");
	else
		text_puts(&reply->body, "{\"liked\":true}\n");
}

/* Two instances may start at once: look and change happen under one lock. */
static int
migrate(sqlite3 *db)
{
	sqlite3_stmt *look = NULL;
	bool has = false;

	if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_prepare_v2(db, "SELECT 1 FROM pragma_table_info('topics') WHERE name = 'likes'",
			       -1, &look, NULL) == SQLITE_OK)
		has = sqlite3_step(look) == SQLITE_ROW;
	sqlite3_finalize(look);
	if (!has) {
		if (sqlite3_exec(db,
				 "ALTER TABLE topics ADD COLUMN likes INTEGER NOT NULL DEFAULT 0",
				 NULL, NULL, NULL) != SQLITE_OK)
			return -1;
		puts("the table of topics has likes now");
	}
	return sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}
#else
static int
migrate(sqlite3 *db)
{
	return sqlite3_exec(db, "SELECT " COLUMNS " FROM topics LIMIT 1", NULL, NULL, NULL) ==
	       SQLITE_OK ? 0 : -1;
}
#endif

static const struct http_route routes[] = {
	{"GET", "/healthz", http_health},
	{"GET", "/topics", list_topics},
	{"POST", "/topics", add_topic},
#if TOPICSHARE_RELEASE >= 20000
	{"POST", "/likes", add_like},
#endif
	{0},
};

int
main(void)
{
	struct api api = {.page_size = ANSWER_TOPICS_MAX};
	struct http_server server = {
		.name = "topicshare-api/" TOPICSHARE_VERSION, .routes = routes, .data = &api,
	};
	const char *path;
	int code;

	stop_init();
	setvbuf(stdout, NULL, _IOLBF, 0);
	path = settings_text("DB_PATH", NULL);
	server.port = (int)settings_number("PORT", 1, 65535, 0);
#if TOPICSHARE_RELEASE >= 20000
	api.page_size = settings_number("PAGE_SIZE", 1, ANSWER_TOPICS_MAX, ANSWER_TOPICS_MAX);
#endif
	if (sqlite3_open_v2(path, &api.db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
	    sqlite3_busy_handler(api.db, on_busy, NULL) != SQLITE_OK || migrate(api.db) != 0) {
		/* A stop while the database was busy is no failure. */
		code = stop_requested() ? 0 : 1;
		if (code != 0)
			fprintf(stderr, "error: %s: %s\n", path, sqlite3_errmsg(api.db));
	} else {
		code = http_serve(&server);
	}
	sqlite3_close(api.db);
	return code;
}
