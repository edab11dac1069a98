/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The certificate that new TLS connections get.  It can be read again at any time; those
 * that are open keep the one they began with.  One a process.
 */
#ifndef SIDESTAGE_PLATFORM_HTTP_TLS_H
#define SIDESTAGE_PLATFORM_HTTP_TLS_H

struct error;
struct loop;
struct tls;

/* Reads both files, and from then on reads them again when one of them changes; a pair that
 * is broken or does not fit is logged, and the one before stays. */
struct tls *tls_new(struct loop *loop, const char *certificate, const char *key,
		    struct error *err);
void tls_free(struct tls *tls);	/* NULL is fine; when no connection is left */
int tls_reload(struct tls *tls, struct error *err);
/* Whether the files can be read and fit together. */
int tls_check(const char *certificate, const char *key, struct error *err);

/* For MHD_OPTION_HTTPS_CERT_CALLBACK: a gnutls_certificate_retrieve_function2. */
void *tls_callback(void);

#endif
