/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TopicShare's web: the page of topics, read from api over HTTP.
 *
 *   1.4.2       shortens a title to TITLE_MAX bytes.  That is its bug: a title in an alphabet
 *               whose letters take several bytes is cut inside a letter, and the page is no
 *               longer valid UTF-8.
 *   1.4.3       shortens it to TITLE_MAX whole characters.
 *   1.4.4-rc1   also asks FEATURE_FLAGS_URL whether to show authors, and refuses to start
 *               where that variable is not set.
 *   2.0.0-rc1   another page: whole titles, likes, THEME, a page of PAGE_SIZE topics.
 *   2.0.0-rc3   also a box to search in, answered by the search workload at SEARCH_URL.
 *
 * Variables: PORT, API_URL, and those named above.
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

#define API_LIMIT_MS 2000
#define FLAGS_LIMIT_MS 500
#define TITLE_MAX_DEFAULT 48

#define HAS_FLAGS (TOPICSHARE_RELEASE == 10404)
#define IS_2_0 (TOPICSHARE_RELEASE >= 20000)
#define HAS_SEARCH (TOPICSHARE_RELEASE >= 20003)	/* since 2.0.0-rc3 */

struct web {
	const char *api_url;
#if IS_2_0
	const char *theme;
	long page_size;
	const char *search_url;		/* "": there is no search here */
#else
	long title_max;
#endif
#if HAS_FLAGS
	const char *flags_url;
#endif
	bool show_authors;
};

/* What a JSON array of topics at base + path holds; NULL with *why. */
static json_t *
read_topics(const char *base, const char *path, const char **why)
{
	struct text body;
	json_t *topics = NULL;
	int status;

	text_init(&body, HTTP_REPLY_MAX);
	status = client_get(base, path, API_LIMIT_MS, &body, why);
	if (status == 200) {
		*why = "its answer is not a list of topics";
		topics = json_loadb(body.bytes ? body.bytes : "", body.length,
				    JSON_REJECT_DUPLICATES, NULL);
	} else if (status > 0) {
		*why = "it answered with an error";
	}
	text_clear(&body);
	if (topics && !json_is_array(topics)) {
		json_decref(topics);
		return NULL;
	}
	return topics;
}

static const char *
field(const json_t *topic, const char *name)
{
	const char *value = json_string_value(json_object_get(topic, name));

	return value ? value : "";
}

static void
put(struct text *page, const char *string)
{
	text_html(page, string, strlen(string));
}

static void
page_end(struct text *page)
{
	text_puts(page,
		  "<footer>TopicShare web " TOPICSHARE_VERSION "</footer>\n</body>\n</html>\n");
}

#if IS_2_0

static const char style_light[] = "body{background:#fff;color:#222}";
static const char style_dark[] = "body{background:#16181d;color:#e6e6e6}a{color:#8ab4f8}";

static void
page_begin(struct text *page, const struct web *web)
{
	text_printf(
		page,
		"<!doctype html>\n<html lang=\"en\" data-theme=\"%s\">\n<head>\n"
		"<meta charset=\"utf-8\">\n<title>TopicShare 2.0</title>\n"
		"<style>%smain{display:grid;gap:1em}article{border:1px solid;padding:1em}</style>\n"
		"</head>\n<body>\n<header><h1>TopicShare <small>2.0 preview</small></h1></header>\n",
		web->theme, strcmp(web->theme, "dark") == 0 ? style_dark : style_light);
	if (web->search_url[0])
		text_puts(page, "<form action=\"/search\"><input name=\"q\" maxlength=\"80\">"
				"<button>Search</button></form>\n");
}

static void
page_topics(struct text *page, const struct web *web, const json_t *topics, size_t first)
{
	size_t last = first + (size_t)web->page_size;

	if (last > json_array_size(topics))
		last = json_array_size(topics);
	text_puts(page, "<main>\n");
	for (size_t i = first; i < last; i++) {
		const json_t *topic = json_array_get(topics, i);

		text_puts(page, "<article><h2 dir=\"auto\">");
		put(page, field(topic, "title"));
		text_puts(page, "</h2><p>");
		put(page, field(topic, "author"));
		text_printf(page, " · %lld likes</p></article>\n",
			    (long long)json_integer_value(json_object_get(topic, "likes")));
	}
	text_puts(page, "</main>\n");
}

/* Pages count from 1; a wrong number is the first page. */
static size_t
page_number(const struct http_request *request)
{
	char *value = text_query_field(request->query, "page");
	long number = value && strlen(value) < 6 ? strtol(value, NULL, 10) : 1;

	free(value);
	return number > 0 ? (size_t)number : 1;
}

static void
page_body(struct text *page, const struct web *web, const json_t *topics,
	  const struct http_request *request)
{
	size_t number = page_number(request);
	size_t first = (number - 1) * (size_t)web->page_size;

	page_topics(page, web, topics, first);
	if (first + (size_t)web->page_size < json_array_size(topics))
		text_printf(page, "<nav><a href=\"/?page=%zu\">older</a></nav>\n", number + 1);
}

#else

static void
page_begin(struct text *page, const struct web *web)
{
	(void)web;
	text_puts(page, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			"<title>TopicShare</title>\n</head>\n<body>\n<h1>TopicShare</h1>\n");
}

static size_t
shorten(const char *title, size_t max)
{
#if TOPICSHARE_RELEASE >= 10403
	return text_cut_characters(title, max);
#else
	return text_cut_bytes(title, max);
#endif
}

static void
page_body(struct text *page, const struct web *web, const json_t *topics,
	  const struct http_request *request)
{
	size_t i;
	json_t *topic;

	(void)request;
	text_puts(page, "<ul>\n");
	json_array_foreach(topics, i, topic) {
		const char *title = field(topic, "title");
		size_t kept = shorten(title, (size_t)web->title_max);

		text_puts(page, "<li dir=\"auto\"><b>");
		text_html(page, title, kept);
		text_puts(page, title[kept] ? "…</b>" : "</b>");
		if (web->show_authors) {
			text_puts(page, " <i>");
			put(page, field(topic, "author"));
			text_puts(page, "</i>");
		}
		text_puts(page, "</li>\n");
	}
	text_puts(page, "</ul>\n");
}

#endif

#if HAS_FLAGS
/* Flags that cannot be read leave things as they were. */
static void
read_flags(struct web *web)
{
	struct text body;
	const char *why;

	text_init(&body, HTTP_BODY_MAX);
	if (client_get(web->flags_url, "", FLAGS_LIMIT_MS, &body, &why) == 200) {
		json_t *flags = json_loadb(body.bytes ? body.bytes : "", body.length,
					   JSON_REJECT_DUPLICATES, NULL);

		web->show_authors = !json_is_false(json_object_get(flags, "show_authors"));
		json_decref(flags);
	}
	text_clear(&body);
}
#endif

static void
show_away(struct web *web, struct http_reply *reply, const char *who, const char *why)
{
	fprintf(stderr, "error: %s cannot be read: %s\n", who, why);
	reply->status = 502;
	page_begin(&reply->body, web);
	text_printf(&reply->body, "<p>The topics cannot be shown now: %s is away (%s).</p>\n",
		    who, why);
	page_end(&reply->body);
}

static void
show_topics(void *data, const struct http_request *request, struct http_reply *reply)
{
	struct web *web = data;
	const char *why = "";
	json_t *topics;

#if HAS_FLAGS
	read_flags(web);
#endif
	reply->type = "text/html; charset=utf-8";
	topics = read_topics(web->api_url, "/topics", &why);
	if (!topics) {
		show_away(web, reply, "api", why);
		return;
	}
	page_begin(&reply->body, web);
	page_body(&reply->body, web, topics, request);
	page_end(&reply->body);
	json_decref(topics);
}

#if HAS_SEARCH
static void
show_found(void *data, const struct http_request *request, struct http_reply *reply)
{
	struct web *web = data;
	char *asked = text_query_field(request->query, "q");
	const char *why = "SEARCH_URL is not set";
	json_t *topics = NULL;
	struct text path;

	if (!asked) {
		http_refuse(reply, 400, "q must be what to search for");
		return;
	}
	text_init(&path, HTTP_HEAD_MAX);
	text_printf(&path, "/search?%s", request->query); /* printable ASCII, http.c saw to it */
	reply->type = "text/html; charset=utf-8";
	if (web->search_url[0])
		topics = read_topics(web->search_url, path.bytes, &why);
	if (topics) {
		page_begin(&reply->body, web);
		text_puts(&reply->body, "<p>Found for <q>");
		put(&reply->body, asked);
		text_puts(&reply->body, "</q>:</p>\n");
		page_topics(&reply->body, web, topics, 0);
		page_end(&reply->body);
	} else {
		show_away(web, reply, "search", why);
	}
	json_decref(topics);
	text_clear(&path);
	free(asked);
}
#endif

static const struct http_route routes[] = {
	{"GET", "/healthz", http_health},
	{"GET", "/", show_topics},
#if HAS_SEARCH
	{"GET", "/search", show_found},
#endif
	{0},
};

#if IS_2_0
static const char *
optional_text(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}
#endif

static void
read_settings(struct web *web)
{
	web->api_url = settings_text("API_URL", NULL);
#if HAS_FLAGS
	web->flags_url = settings_text("FEATURE_FLAGS_URL", NULL);
#endif
#if IS_2_0
	web->page_size = settings_number("PAGE_SIZE", 1, 200, 20);
	web->theme = strcmp(settings_text("THEME", "light"), "dark") == 0 ? "dark" : "light";
	web->search_url = HAS_SEARCH ? optional_text("SEARCH_URL") : "";
#else
	web->title_max = settings_number("TITLE_MAX", 1, 300, TITLE_MAX_DEFAULT);
#endif
}

int
main(void)
{
	struct web web = {.show_authors = true};
	struct http_server server = {
		.name = "topicshare-web/" TOPICSHARE_VERSION, .routes = routes, .data = &web,
	};

	stop_init();
	setvbuf(stdout, NULL, _IOLBF, 0);
	server.port = (int)settings_number("PORT", 1, 65535, 0);
	read_settings(&web);
	return http_serve(&server);
}
