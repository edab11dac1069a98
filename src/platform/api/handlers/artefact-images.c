/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Versions that a driver has are no rows of the database, and are never many: its own list of them
 * has a bound. */
#include "config.h"

#include "platform/api/handlers/artefact-images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/registry.h"
#include "platform/state/platform.h"
#include "platform/state/repository-artefacts.h"

/* A UUID (version 8: our own making) from a name. */
static void
id_of(char out[IDS_UUID_SIZE], const char *kind, const char *name)
{
	char *text = xasprintf("%s %s", kind, name);
	char hex[IDS_SHA256_HEX_SIZE];

	ids_sha256_hex(hex, text, strlen(text));
	snprintf(out, IDS_UUID_SIZE, "%.8s-%.4s-8%.3s-a%.3s-%.12s", hex, hex + 8, hex + 12,
		 hex + 15, hex + 18);
	free(text);
}

static void
set_if_absent(struct untrusted *text, const char *usual)
{
	if (!text->raw)
		untrusted_init(text, usual);
}

void
artefact_complete(struct artefact_version *version, const char *user, int64_t now)
{
	set_if_absent(&version->version, "");
	set_if_absent(&version->ref, "");
	set_if_absent(&version->commit, "");
	set_if_absent(&version->digest, "");
	untrusted_set(&version->created_by, user);
	untrusted_set(&version->updated_by, user);
	version->created_at = version->updated_at = now;
	version->archived = false;
}

void
artefact_set_ids(struct artefact_version *version)
{
	char *reference = xasprintf("%s:%s@%s", version->name.raw, version->version.raw,
				    version->digest.raw);
	char id[IDS_UUID_SIZE];

	id_of(id, "version", reference);
	untrusted_set(&version->id, id);
	id_of(id, "artefact", version->name.raw);
	untrusted_set(&version->artefact_id, id);
	free(reference);
}

char *
artefact_id_of_name(const char *name)
{
	char id[IDS_UUID_SIZE];

	id_of(id, "artefact", name);
	return xstrdup(id);
}

static void
read_image(struct artefact *artefact, struct platform *platform, const json_t *image)
{
	*artefact = (struct artefact){0};
	artefact_version_read(&artefact->version, image);
	artefact->version.type = ARTEFACT_CONTAINER;
	artefact->version.ref.raw =
		xasprintf("refs/tags/%s", untrusted_raw(&artefact->version.version));
	artefact_complete(&artefact->version, platform->user, platform->started_at);
	artefact_set_ids(&artefact->version);
}

int
artefact_images(struct platform *platform, artefact_image *use, void *data, struct error *err)
{
	struct driver *driver;
	int ret = 0;

	for (size_t i = 0; ret == 0 && (driver = drivers_at(platform->drivers, i)); i++) {
		json_t *images = driver->ops->images(driver), *image;
		size_t j;

		json_array_foreach(images, j, image) {
			struct artefact artefact;

			if (ret != 0)
				break;
			read_image(&artefact, platform, image);
			ret = use(platform, &artefact, data, err);
			artefact_clear(&artefact);
		}
		json_decref(images);
	}
	return ret;
}

int
artefact_is_registered(struct platform *platform, const char *org, const char *id,
		       struct error *err)
{
	struct error why = {0};
	struct artefact artefact;
	int ret = repository_artefact(platform->repository, org, id, &artefact, &why);

	artefact_clear(&artefact);
	if (ret == 0 || why.kind == ERROR_NOT_FOUND)
		return ret == 0;
	*err = why;
	return -1;
}
