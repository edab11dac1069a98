/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * libcurl, loaded when the first call is made.
 *
 * It and the thirty libraries behind it take as long to load as everything else that the first
 * picture needs, and that picture comes from the cache.  Linked, the picture would be later than
 * 0.6 of tig's (doc/performance); that is the only reason for this file, and only net/ includes it.
 */
#ifndef SIDESTAGE_NET_CURL_H
#define SIDESTAGE_NET_CURL_H

#include <curl/curl.h>
#include <stdint.h>

struct error;

/* The functions of it that we use: curl_easy_init() is easy_init. */
#define CURL_FUNCTIONS(F)                                                                         \
	F(easy_cleanup)                                                                           \
	F(easy_getinfo) F(easy_init) F(easy_pause) F(easy_setopt) F(easy_strerror) F(getdate)     \
		F(global_cleanup) F(global_init_mem) F(multi_add_handle) F(multi_assign)          \
			F(multi_cleanup) F(multi_info_read) F(multi_init)                         \
				F(multi_remove_handle) F(multi_setopt) F(multi_socket_action)     \
					F(slist_append) F(slist_free_all) F(version_info)

struct curl_library {
#define F(name) __typeof__(&curl_##name) name;
	CURL_FUNCTIONS(F)
#undef F
	/* OpenSSL's SSL_CTX_set_options(); NULL: libcurl has its TLS from another library. */
	uint64_t (*set_tls_options)(void *context, uint64_t options);
};

/* The same for all; never freed.  NULL with err (ERROR_SYSTEM): libcurl is not installed, or is
 * another one. */
const struct curl_library *curl_load(struct error *err) __attribute__((warn_unused_result));
/* Before each multi_init(), with a global_cleanup() for each.  What the library frees is wiped:
 * tokens and bodies have been there. */
void curl_begin(const struct curl_library *curl);

#endif
