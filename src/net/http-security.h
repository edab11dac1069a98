/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who the other end must be, who we are to it, and by which way it is reached. */
#ifndef SIDESTAGE_NET_HTTP_SECURITY_H
#define SIDESTAGE_NET_HTTP_SECURITY_H

struct http_client_options;
struct http_request;

struct http_security {
	char *socket;			/* NULL: TCP */
	char *ca_file, *ca_directory;	/* NULL: the system's */
	char *ca;			/* PEM, then the two above are not looked at; NULL: none */
	char *certificate, *key;	/* PEM; NULL: none */
	char *server_name;		/* NULL: the host of the address */
	char *proxy;			/* "": none; NULL: that of the environment */
};

/* Copies; http_security_clear() it. */
void http_security_init(struct http_security *security, const struct http_client_options *options);
void http_security_clear(struct http_security *security);
/* Tells libcurl, which has the request. */
void http_security_apply(struct http_request *request);

#endif
