/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * libmicrohttpd takes a certificate when it starts, and then never again; but it lets us
 * answer GnuTLS's question for one at each handshake.  GnuTLS borrows what we answer until
 * the handshake is over, so a certificate that was replaced is kept until no handshake can
 * have it any more: the HTTP half shuts a connection down after less than RETIRED_MS.
 *
 * Files are watched by their directories, since they are mostly replaced by renaming, and
 * read a little later, since two of them change.
 */
#include "config.h"

#include "platform/http/tls.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/input.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "net/loop.h"

#define CHAIN_MAX 16
#define RETIRED_MS 300000
#define SETTLE_MS 200

struct pair {
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned count;
	gnutls_privkey_t key;
	int64_t retired_at;
	struct pair *next;		/* retired before */
};

struct tls {
	struct loop *loop;
	char *certificate, *key;
	struct pair *current, *retired;
	int inotify;
	struct loop_fd *watch;
	struct loop_timer *settle;
	struct stat seen[2];
};

/* GnuTLS's callback has no room for a pointer of ours. */
static struct tls *the_tls;

static void
free_pair(struct pair *pair)
{
	if (!pair)
		return;
	for (unsigned i = 0; i < pair->count; i++)
		gnutls_pcert_deinit(&pair->chain[i]);
	if (pair->key)
		gnutls_privkey_deinit(pair->key);
	free(pair);
}

static int
load_chain(struct pair *pair, const char *path, struct error *err)
{
	gnutls_datum_t bytes;
	int code;

	if (input_check_regular(path, err) != 0)
		return -1;
	code = gnutls_load_file(path, &bytes);
	if (code < 0)
		return error_set(err, ERROR_INPUT, _("%s: the certificate cannot be read: %s"),
				 path, gnutls_strerror(code));
	pair->count = CHAIN_MAX;
	code = gnutls_pcert_list_import_x509_raw(pair->chain, &pair->count, &bytes,
						 GNUTLS_X509_FMT_PEM,
						 GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
	gnutls_free(bytes.data);
	if (code < 0 || pair->count == 0) {
		pair->count = 0;
		return error_set(err, ERROR_INPUT, _("%s: no certificate in PEM: %s"), path,
				 gnutls_strerror(code));
	}
	return 0;
}

static int
load_key(struct pair *pair, const char *path, struct error *err)
{
	gnutls_datum_t bytes;
	int code;

	if (input_check_regular(path, err) != 0)
		return -1;
	code = gnutls_load_file(path, &bytes);
	if (code < 0)
		return error_set(err, ERROR_INPUT, _("%s: the key cannot be read: %s"), path,
				 gnutls_strerror(code));
	code = gnutls_privkey_init(&pair->key);
	if (code >= 0)
		code = gnutls_privkey_import_x509_raw(pair->key, &bytes, GNUTLS_X509_FMT_PEM, NULL,
						      0);
	gnutls_memset(bytes.data, 0, bytes.size);
	gnutls_free(bytes.data);
	if (code < 0)
		return error_set(err, ERROR_INPUT, _("%s: no private key in PEM: %s"), path,
				 gnutls_strerror(code));
	return 0;
}

/* By the public key's id: a pair that does not fit would fail at each
 * handshake instead of here, once. */
static bool
fits(const struct pair *pair)
{
	unsigned char ours[64], theirs[64];
	size_t size = sizeof(ours), other = sizeof(theirs);
	gnutls_pubkey_t public;
	bool same = false;

	if (gnutls_pubkey_init(&public) < 0)
		return false;
	if (gnutls_pubkey_import_privkey(public, pair->key, 0, 0) >= 0 &&
	    gnutls_pubkey_get_key_id(public, 0, ours, &size) >= 0 &&
	    gnutls_pubkey_get_key_id(pair->chain[0].pubkey, 0, theirs, &other) >= 0)
		same = size == other && memcmp(ours, theirs, size) == 0;
	gnutls_pubkey_deinit(public);
	return same;
}

static struct pair *
load(const char *certificate, const char *key, struct error *err)
{
	struct pair *pair = xcalloc(1, sizeof(*pair));

	if (load_chain(pair, certificate, err) == 0 && load_key(pair, key, err) == 0) {
		if (fits(pair))
			return pair;
		error_set(err, ERROR_INPUT, _("%s: is not the key of the certificate %s"), key,
			  certificate);
	}
	free_pair(pair);
	return NULL;
}

/* There is one certificate; which name the client asked for (SNI) does not matter. */
static int
answer(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
       const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **chain,
       unsigned *count, gnutls_privkey_t *key)
{
	(void)session;
	(void)names;
	(void)name_count;
	(void)algorithms;
	(void)algorithm_count;
	if (!the_tls)
		return -1;
	*chain = the_tls->current->chain;
	*count = the_tls->current->count;
	*key = the_tls->current->key;
	return 0;
}

void *
tls_callback(void)
{
	return (void *)answer;
}

static void
free_retired(struct tls *tls, int64_t before)
{
	struct pair **link = &tls->retired;

	while (*link) {
		struct pair *pair = *link;

		if (pair->retired_at < before) {
			*link = pair->next;
			free_pair(pair);
		} else {
			link = &pair->next;
		}
	}
}

/* The times first: a change while we read is then seen as one more. */
static void
look(struct tls *tls, struct stat seen[2])
{
	memset(seen, 0, 2 * sizeof(seen[0]));
	(void)stat(tls->certificate, &seen[0]);
	(void)stat(tls->key, &seen[1]);
}

/* What the files are is noted before they are read: a change in
 * between is then seen as another one. */
int
tls_reload(struct tls *tls, struct error *err)
{
	int64_t now = clock_steady_ms();
	struct pair *pair;

	look(tls, tls->seen);
	pair = load(tls->certificate, tls->key, err);
	if (!pair)
		return -1;
	if (tls->current) {
		tls->current->retired_at = now;
		tls->current->next = tls->retired;
		tls->retired = tls->current;
	}
	tls->current = pair;
	free_retired(tls, now - RETIRED_MS);
	return 0;
}

int
tls_check(const char *certificate, const char *key, struct error *err)
{
	struct pair *pair = load(certificate, key, err);

	free_pair(pair);
	return pair ? 0 : -1;
}

/* --- watching --- */

/* A directory changes for other reasons as well, and one
 * replacement is told several times. */
static void
settled(void *data)
{
	struct tls *tls = data;
	struct error err = {0};
	struct stat seen[2];

	tls->settle = NULL;
	look(tls, seen);
	for (int i = 0; i < 2; i++) {
		if (seen[i].st_mtim.tv_sec == tls->seen[i].st_mtim.tv_sec &&
		    seen[i].st_mtim.tv_nsec == tls->seen[i].st_mtim.tv_nsec &&
		    seen[i].st_ino == tls->seen[i].st_ino &&
		    seen[i].st_size == tls->seen[i].st_size)
			continue;
		if (tls_reload(tls, &err) == 0)
			log_line(LOG_PRIORITY_NOTICE, "the certificate was read again", NULL);
		else
			log_line(LOG_PRIORITY_WARNING, "the certificate before stays", "error",
				 err.text, NULL);
		return;
	}
}

static void
changed(void *data, uint32_t events)
{
	struct tls *tls = data;
	char bytes[4096];

	(void)events;
	while (read(tls->inotify, bytes, sizeof(bytes)) > 0)
		;
	if (!tls->settle)	/* a busy directory must not put it off for ever */
		tls->settle = loop_add_timer(tls->loop, SETTLE_MS, settled, tls);
}

/* Without it SIGHUP still works. */
static void
watch(struct tls *tls)
{
	const char *paths[] = {tls->certificate, tls->key};

	tls->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	for (int i = 0; i < 2 && tls->inotify >= 0; i++) {
		const char *slash = strrchr(paths[i], '/');
		char *directory = slash ? xstrndup(paths[i], (size_t)(slash - paths[i]) + 1)
					: xstrdup(".");

		if (inotify_add_watch(tls->inotify, directory,
				      IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ATTRIB) < 0)
			log_line(LOG_PRIORITY_WARNING, "changes of the certificate are not noticed",
				 "directory", directory, "error", strerror(errno), NULL);
		free(directory);
	}
	if (tls->inotify >= 0)
		tls->watch = loop_add_fd(tls->loop, tls->inotify, EPOLLIN, changed, tls);
}

struct tls *
tls_new(struct loop *loop, const char *certificate, const char *key, struct error *err)
{
	struct tls *tls = xcalloc(1, sizeof(*tls));

	tls->loop = loop;
	tls->certificate = xstrdup(certificate);
	tls->key = xstrdup(key);
	tls->inotify = -1;
	if (tls_reload(tls, err) != 0) {
		tls_free(tls);
		return NULL;
	}
	the_tls = tls;
	watch(tls);
	return tls;
}

void
tls_free(struct tls *tls)
{
	if (!tls)
		return;
	if (the_tls == tls)
		the_tls = NULL;
	loop_remove_fd(tls->watch);
	loop_remove_timer(tls->settle);
	if (tls->inotify >= 0)
		close(tls->inotify);
	free_retired(tls, INT64_MAX);
	free_pair(tls->current);
	free(tls->certificate);
	free(tls->key);
	free(tls);
}
