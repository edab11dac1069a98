/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From a connection to an exchange: what libmicrohttpd calls, `data` being the struct http of
 * private.h.  server.c hands it to the library.
 */
#ifndef SIDESTAGE_PLATFORM_HTTP_HTTP_H
#define SIDESTAGE_PLATFORM_HTTP_HTTP_H

#include <microhttpd.h>
#include <stddef.h>

/* A connection began or ended. */
void http_connection_changed(void *data, struct MHD_Connection *mhd, void **context,
			     enum MHD_ConnectionNotificationCode code);
/* The first that is called for a request, with the first line as it was sent. */
void *http_exchange_new(void *data, const char *uri, struct MHD_Connection *mhd);
/* Called with the headers, then with each piece of the body, then at its end, and then again
 * whenever the connection has stood still. */
enum MHD_Result http_handle(void *data, struct MHD_Connection *mhd, const char *path,
			    const char *method, const char *version, const char *bytes,
			    size_t *length, void **context);
void http_exchange_ended(void *data, struct MHD_Connection *mhd, void **context,
			 enum MHD_RequestTerminationCode code);

#endif
