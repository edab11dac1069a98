/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What libmicrohttpd has to say, in our log, and not more than a few lines a minute of it: any
 * peer makes it complain as often as it likes.
 */
#ifndef SIDESTAGE_PLATFORM_HTTP_HTTP_LOG_H
#define SIDESTAGE_PLATFORM_HTTP_HTTP_LOG_H

#include <stdarg.h>
#include <stdint.h>

struct http_log {		/* zero-initialised */
	int64_t minute;		/* steady ms when it began */
	unsigned lines, left_out;
};

/* An MHD_LogCallback; data is a struct http_log. */
void http_log_line(void *data, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

#endif
