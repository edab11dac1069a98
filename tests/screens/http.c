/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Ids of requests are told apart where they are made (still.c). */
#include "config.h"

#include "still.h"

struct MHD_Connection;

void *__wrap_http_exchange_new(void *data, const char *uri, struct MHD_Connection *mhd);
void *__real_http_exchange_new(void *data, const char *uri, struct MHD_Connection *mhd);

void *
__wrap_http_exchange_new(void *data, const char *uri, struct MHD_Connection *mhd)
{
	void *exchange;

	still_in_request = true;
	exchange = __real_http_exchange_new(data, uri, mhd);
	still_in_request = false;
	return exchange;
}
