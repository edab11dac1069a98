/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Each source of a cluster's address and credentials fills one struct and is judged by the same
 * checks, so whatever is asked later need not know where it came from.  Nothing leaves this machine
 * unencrypted: a server is https, but for a loopback address where the source may give one.
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/url.h"
#include "platform/drivers/kubernetes/cluster/credential-file.h"

/* --- what is given must be --- */

int
kube_check_certificate(const char *member, const char *pem, struct error *err)
{
	if (strstr(pem, "-----BEGIN CERTIFICATE-----"))
		return 0;
	return error_set_code(err, CODE_CLUSTER_CERTIFICATE_INVALID, .member = member);
}

/* "BEGIN PRIVATE KEY", "BEGIN EC PRIVATE KEY", "BEGIN RSA PRIVATE KEY"; one with a password says
 * ENCRYPTED in that line or in a header below. */
int
kube_check_key(const char *member, const char *pem, struct error *err)
{
	if (strstr(pem, "-----BEGIN ") && strstr(pem, "PRIVATE KEY-----") &&
	    !strstr(pem, "ENCRYPTED"))
		return 0;
	return error_set_code(err, CODE_CLUSTER_KEY_INVALID, .member = member);
}

/* A line end within it would begin a header of its own. */
int
kube_check_token(const char *token, struct error *err)
{
	size_t length = 0;

	while (token[length] > ' ' && token[length] < 0x7f)
		length++;
	return length > 0 && token[length] == '\0' && length <= KUBE_TOKEN_MAX
		       ? 0 : error_set_code(err, CODE_CLUSTER_TOKEN_INVALID);
}

char *
kube_check_server(const char *server, bool loopback_too, struct error *err)
{
	char *base = url_base(server, NULL);

	if (!base || (!url_is_https(base) && !(loopback_too && url_is_loopback(base)))) {
		error_set_code(err, CODE_CLUSTER_SERVER_INVALID);
		free(base);
		base = NULL;
	}
	return base;
}

/* --- where it comes from --- */

/* The folder that every pod finds unless it asked for none; the token in it changes. */
int
kube_settings_in_cluster(struct kube_settings *out, const char *folder, struct error *err)
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST");
	const char *port = getenv("KUBERNETES_SERVICE_PORT");
	char *ca = xasprintf("%s/ca.crt", folder), *namespace = xasprintf("%s/namespace", folder);
	char *server = NULL;
	int ret = -1;

	*out = (struct kube_settings){.token_file = xasprintf("%s/token", folder)};
	if (!host || !*host || !port || !*port) {
		error_set_code(err, CODE_CLUSTER_NOT_INSIDE);
		goto out;
	}
	server = xasprintf(strchr(host, ':') ? "https://[%s]:%s" : "https://%s:%s", host, port);
	out->target.server = kube_check_server(server, false, err);
	if (!out->target.server || !(out->target.ca = kube_file_text(ca, KUBE_PEM_MAX, err)) ||
	    kube_check_certificate(ca, out->target.ca, err) != 0)
		goto out;
	out->target.namespace = kube_file_text(namespace, 256, NULL);
	if (out->target.namespace)
		out->target.namespace[strcspn(out->target.namespace, " \t\r\n")] = '\0';
	ret = 0;
out:
	free(ca);
	free(namespace);
	free(server);
	return ret;
}

/* As a definition holds it: nothing in it leads to a file or a program.  Whether the daemon may go
 * to the server is for the operator to decide (engine/cluster-definition.c). */
int
kube_settings_inline(struct kube_settings *out, const struct kube_access_options *options,
		     struct error *err)
{
	*out = (struct kube_settings){
		.token = xstrdup_or_null(options->token),
		.certificate = xstrdup_or_null(options->certificate),
		.key = xstrdup_or_null(options->key),
	};
	out->target.ca = xstrdup_or_null(options->ca);
	out->target.server = kube_check_server(options->server, false, err);
	if (!out->target.server)
		return -1;
	if (!options->certificate != !options->key)
		return error_set_code(err, CODE_CLUSTER_CERTIFICATE_ALONE);
	if ((options->ca && kube_check_certificate("ca", options->ca, err) != 0) ||
	    (options->token && kube_check_token(options->token, err) != 0) ||
	    (options->certificate &&
	     kube_check_certificate("certificate", options->certificate, err) != 0) ||
	    (options->key && kube_check_key("key", options->key, err) != 0))
		return -1;
	return 0;
}

/* --- the end --- */

void
kube_free_secret(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

static void
free_list(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		kube_free_secret(list[i]);
	free(list);
}

void
kube_settings_clear(struct kube_settings *settings)
{
	free(settings->target.server);
	free(settings->target.ca);
	free(settings->target.tls_server_name);
	kube_free_secret(settings->target.proxy);
	free(settings->target.namespace);
	free(settings->target.context);
	free(settings->target.user);
	kube_free_secret(settings->token);
	free(settings->token_file);
	free(settings->certificate);
	free(settings->certificate_file);
	kube_free_secret(settings->key);
	free(settings->key_file);
	if (settings->exec) {
		free(settings->exec->command);
		free_list(settings->exec->arguments);
		free_list(settings->exec->environment);
		free(settings->exec->api_version);
		free(settings->exec->info);
		free(settings->exec->install_hint);
		free(settings->exec);
	}
	*settings = (struct kube_settings){0};
}
