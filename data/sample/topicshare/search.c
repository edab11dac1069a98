/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TopicShare's search, new in 2.0: GET /search?q=WORDS answers with the topics whose title
 * holds what was asked for.  2.0.0-rc1 tells capital letters from small ones, 2.0.0-rc3 does
 * not (within ASCII).
 *
 * Variables: PORT, API_URL.
 */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "http.h"
#include "settings.h"
#include "stop.h"

#define API_LIMIT_MS 1500

struct search {
	const char *api_url;
};

static bool
holds(const char *title, const char *asked)
{
#if TOPICSHARE_RELEASE >= 20003
	return strcasestr(title, asked) != NULL;
#else
	return strstr(title, asked) != NULL;
#endif
}

/* Removes what does not match; false: these are not topics. */
static bool
keep_matches(json_t *topics, const char *asked)
{
	if (!json_is_array(topics))
		return false;
	for (size_t i = json_array_size(topics); i-- > 0;) {
		const char *title =
			json_string_value(json_object_get(json_array_get(topics, i), "title"));

		if (!title || !holds(title, asked))
			json_array_remove(topics, i);
	}
	return true;
}

static void
answer(struct http_reply *reply, const json_t *topics)
{
	char *encoded = json_dumps(topics, JSON_COMPACT);

	if (encoded) {
		text_puts(&reply->body, encoded);
		text_puts(&reply->body, "\n");
	} else {
		http_refuse(reply, 500, "the answer cannot be written");
	}
	free(encoded);
}

static void
find_topics(void *data, const struct http_request *request, struct http_reply *reply)
{
	const struct search *search = data;
	char *asked = text_query_field(request->query, "q");
	const char *why = "";
	json_t *topics = NULL;
	struct text body;

	if (!asked || !*asked) {
		http_refuse(reply, 400, "q must be what to search for");
		free(asked);
		return;
	}
	text_init(&body, HTTP_REPLY_MAX);
	if (client_get(search->api_url, "/topics", API_LIMIT_MS, &body, &why) == 200)
		topics = json_loadb(body.bytes ? body.bytes : "", body.length,
				    JSON_REJECT_DUPLICATES, NULL);
	if (keep_matches(topics, asked))
		answer(reply, topics);
	else
		http_refuse(reply, 502, "the topics cannot be read from api now");
	json_decref(topics);
	text_clear(&body);
	free(asked);
}

static const struct http_route routes[] = {
	{"GET", "/healthz", http_health},
	{"GET", "/search", find_topics},
	{0},
};

int
main(void)
{
	struct search search;
	struct http_server server = {
		.name = "topicshare-search/" TOPICSHARE_VERSION, .routes = routes, .data = &search,
	};

	stop_init();
	setvbuf(stdout, NULL, _IOLBF, 0);
	server.port = (int)settings_number("PORT", 1, 65535, 0);
	search.api_url = settings_text("API_URL", NULL);
	return http_serve(&server);
}
