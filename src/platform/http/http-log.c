/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The library's complaints, thinned out: any peer makes it complain as often as it likes, and
 * a full disk of "connection closed" would hide the lines that matter. */
#include "config.h"

#include "platform/http/http-log.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define LINES_A_MINUTE 20
#define MINUTE_MS 60000

/* It sets options of TCP on Unix sockets too, and says each time that they have no such thing.
 * Most of it is known by how it begins: it need not be written to be left out. */
static bool
is_noise(const char *text)
{
	static const char option[] = "Setting %s option to ";
	static const char *const parts[] = {"TCP_CORK", "TCP_NODELAY", "Failed to push the data"};

	if (strncmp(text, option, sizeof(option) - 1) == 0)
		return true;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(text, parts[i]))
			return true;
	return false;
}

static bool
has_room(struct http_log *log)
{
	int64_t now = clock_steady_ms();
	char count[16];

	if (log->minute == 0 || now - log->minute >= MINUTE_MS) {
		snprintf(count, sizeof(count), "%u", log->left_out);
		if (log->left_out > 0)
			log_line(LOG_PRIORITY_INFO, "http: lines left out", "count", count, NULL);
		*log = (struct http_log){.minute = now};
	}
	if (log->lines++ < LINES_A_MINUTE)
		return true;
	log->left_out++;
	return false;
}

void
http_log_line(void *data, const char *format, va_list args)
{
	char text[512];

	if (is_noise(format))
		return;
	vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\n")] = '\0';
	if (!is_noise(text) && has_room(data))
		log_line(LOG_PRIORITY_INFO, "http", "text", text, NULL);
}
