/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A socket that was handed over is held to what the settings would refuse: whoever wrote the unit
 * may not have known.  Each passes listen_by(), where a Unix socket gets the file with the secret
 * before the first connection on it is accepted; all of them have the same secret, which only its
 * hash outlives.
 */
#include "config.h"

#include "platform/admin/listening.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/owner-secret.h"
#include "base/xmalloc.h"
#include "net/listener.h"
#include "platform/admin/settings.h"
#include "platform/admin/socket-secret.h"
#include "platform/admin/systemd.h"
#include "platform/drivers/process/process.h"
#include "platform/http/server.h"
#include "platform/state/platform.h"

struct listening {
	struct platform *platform;
	struct http *http;
	const struct settings *settings;
	char secret[OWNER_SECRET_SIZE];
};

/* Before anybody is heard there: the file beside it says how its owner is known. */
static int
publish_secret(const struct listening *l, int fd, struct error *err)
{
	struct sockaddr_un address = {0};
	socklen_t length = sizeof(address) - 1;
	char *path;

	if (getsockname(fd, (struct sockaddr *)&address, &length) != 0 ||
	    address.sun_family != AF_UNIX || !address.sun_path[0])
		return 0;
	if (l->settings->confine != DRIVER_CONFINE_NONE &&
	    driver_process_shows(l->settings->images, address.sun_path))
		return error_set(err, ERROR_INPUT,
				 _("%s: workloads see this directory, and so would the secret of "
				   "the socket.  Put the socket elsewhere."), address.sun_path);
	path = socket_secret_publish(l->settings->state, address.sun_path, l->secret, err);
	if (!path)
		return -1;
	free(l->platform->owner_file);
	l->platform->owner_file = path;
	return 0;
}

static int
listen_by(const struct listening *l, int fd, bool tls, struct error *err)
{
	if (publish_secret(l, fd, err) != 0)
		return -1;
	return tls ? http_listen_tls(l->http, fd, err) : http_listen(l->http, fd, err);
}

static int
listen_tcp(const struct listening *l, const struct settings_addresses *addresses, bool tls,
	   struct error *err)
{
	for (size_t i = 0; i < addresses->count; i++) {
		int fd = listener_tcp(addresses->items[i], err);

		if (fd < 0 || listen_by(l, fd, tls, err) != 0)
			return -1;
	}
	return 0;
}

/* What [listen] would refuse is refused here too. */
static int
check_handed_over(const struct listening *l, int fd, bool tls, struct error *err)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof(address), size = sizeof(int);
	int listening = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || !listening ||
	    getsockname(fd, (struct sockaddr *)&address, &length) != 0)
		return error_set(err, ERROR_INPUT,
				 _("Descriptor %d was handed over, but is not a listening "
				   "socket."),
				 fd);
	if (tls || l->settings->allow_plain || listener_is_local((struct sockaddr *)&address))
		return 0;
	return error_set(err, ERROR_INPUT,
			 _("Other machines can reach the socket on descriptor %d: name it \"tls\", or set allow-plain = true."),
			 fd);
}

/* A socket of a name that begins with "tls" speaks TLS. */
static int
listen_handed_over(const struct listening *l, struct error *err)
{
	size_t count = systemd_listen_count();

	for (size_t i = 0; i < count; i++) {
		char *name = systemd_listen_name(i);
		bool tls = strncmp(name, "tls", 3) == 0;

		free(name);
		if (check_handed_over(l, SYSTEMD_LISTEN_FIRST + (int)i, tls, err) != 0 ||
		    listen_by(l, SYSTEMD_LISTEN_FIRST + (int)i, tls, err) != 0)
			return -1;
	}
	return 0;
}

static int
listen_all(const struct listening *l, struct error *err)
{
	const struct settings *settings = l->settings;
	int fd;

	if (listen_handed_over(l, err) != 0)
		return -1;
	if (settings->socket) {
		fd = listener_unix(settings->socket, (unsigned)settings->socket_mode, err);
		if (fd < 0 || listen_by(l, fd, false, err) != 0)
			return -1;
	}
	if (listen_tcp(l, &settings->plain, false, err) != 0)
		return -1;
	return listen_tcp(l, &settings->tls, true, err);
}

int
listening_start(struct platform *platform, struct http *http, const struct settings *settings,
		struct error *err)
{
	struct listening l = {.platform = platform, .http = http, .settings = settings};
	int ret;

	ids_random_hex(l.secret, OWNER_SECRET_SIZE - 1);
	platform->owner_hash = xmalloc(IDS_SHA256_HEX_SIZE);
	ids_sha256_hex(platform->owner_hash, l.secret, strlen(l.secret));
	ret = listen_all(&l, err);
	explicit_bzero(l.secret, sizeof(l.secret));
	return ret;
}

void
listening_unlink(const struct settings *settings)
{
	char *secret;

	if (!settings->socket)
		return;
	secret = owner_secret_path(settings->socket);
	unlink(settings->socket);
	unlink(secret);
	free(secret);
}
