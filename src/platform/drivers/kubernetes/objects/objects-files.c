/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The ConfigMap of a workload's files, and the Secret of whatever of it is secret.  Both are
 * immutable, and a hash of what is in them is in their names; so another content is another object,
 * which the pods of the next revision use while those of this one still have theirs.
 *
 * Each text has a key by the place where it stands in the spec.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/base64.h>
#include <nettle/hmac.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"

#define HASH_DIGITS 8
#define KEY_NAME_MAX 200
#define MODE 0644
#define CONFIG_VOLUME "sidestage-files"
#define SECRET_VOLUME "sidestage-secrets"

static void
wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

static bool
is_secret(const struct kube_workload *w, const char *place)
{
	return json_object_get(w->secret_places, place) != NULL;
}

static char *
data_key(const char *place, const char *name)
{
	static const char fits[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	const char *slash = strrchr(name, '/');
	char hash[IDS_SHA256_HEX_SIZE];
	char *key;

	ids_sha256_hex(hash, place, strlen(place));
	key = xasprintf("%.*s-%.*s", KEY_NAME_MAX, slash ? slash + 1 : name, HASH_DIGITS, hash);
	for (char *c = key; *c; c++)
		if (!strchr(fits, *c) || (c == key && *c == '.'))
			*c = '_';
	return key;
}

/* --- what is in them --- */

static void
keep(json_t *data, const char *place, const char *name, const char *text)
{
	char *key = data_key(place, name);

	json_object_set_new(data, key, json_string(text));
	free(key);
}

static void
collect_secret(struct kube_workload *w, const char *name, const json_t *value, const char *place)
{
	char *text = is_secret(w, place) ? kube_text(value) : NULL;

	if (text) {
		keep(w->secret, place, name, text);
		json_object_del(w->unplaced, place);
	}
	wipe(text);
}

static int
collect_files(struct kube_workload *w, const char *container, const json_t *files,
	      struct error *err)
{
	const char *path;
	json_t *file;

	json_object_foreach((json_t *)files, path, file) {
		char *place = kube_place("spec", "containers", container, "files", path, "value",
					 NULL);
		char *text = kube_text(json_object_get(file, "value"));
		int ret = 0;

		if (path[0] != '/' || !paths_is_inside(path + 1))
			ret = error_set_code(err, CODE_FILE_PATH_INVALID, .file = path,
					     .workload = w->declared->module);
		else if (!text)
			ret = error_set_code(err, CODE_FILE_INVALID, .file = path,
					     .workload = w->declared->module);
		else
			keep(is_secret(w, place) ? w->secret : w->config, place, path, text);
		json_object_del(w->unplaced, place);
		free(place);
		wipe(text);
		if (ret != 0)
			return -1;
	}
	return 0;
}

static int
collect_containers(struct kube_workload *w, struct error *err)
{
	const char *container, *name;
	json_t *declared, *value;

	json_object_foreach(json_object_get(w->spec, "containers"), container, declared) {
		json_object_foreach(json_object_get(declared, "variables"), name, value) {
			char *place = kube_place("spec", "containers", container, "variables", name,
						 NULL);

			collect_secret(w, name, value, place);
			free(place);
		}
		if (collect_files(w, container, json_object_get(declared, "files"), err) != 0)
			return -1;
	}
	return 0;
}

static void
collect_schedules(struct kube_workload *w)
{
	const char *schedule, *container, *name;
	json_t *declared, *changes, *value;

	json_object_foreach(json_object_get(w->spec, "schedules"), schedule, declared)
		json_object_foreach(json_object_get(declared, "containers"), container, changes)
			json_object_foreach(json_object_get(changes, "variables"), name, value) {
				char *place = kube_place("spec", "schedules", schedule,
							 "containers", container, "variables",
							 name, NULL);

				collect_secret(w, name, value, place);
				free(place);
			}
}

static void
collect_inits(struct kube_workload *w)
{
	const json_t *inits = json_object_get(json_object_get(w->spec, "pod"), "initContainers");
	const json_t *container, *variable;
	size_t i, k;

	json_array_foreach(inits, i, container)
		json_array_foreach(json_object_get(container, "env"), k, variable) {
			const char *name = json_member_string(variable, "name");
			char *place = kube_init_place(i, k);

			collect_secret(w, name ? name : "", json_object_get(variable, "value"),
				       place);
			free(place);
		}
}

/* The platform lets secrets stand in these places alone; a text of another one would be shown. */
static int
check_places(const struct kube_workload *w, struct error *err)
{
	const char *place;
	json_t *value;

	json_object_foreach(w->unplaced, place, value)
		return error_set_code(err, CODE_SECRET_NOT_IN_VARIABLE_OR_FILE, .path = place);
	return 0;
}

static void
plain_hash(const struct kube_workload *w, const char *text, char out[IDS_SHA256_HEX_SIZE])
{
	(void)w;
	ids_sha256_hex(out, text, strlen(text));
}

/* Names are read by more people than secrets are. */
static void
keyed_hash(const struct kube_workload *w, const char *text, char out[IDS_SHA256_HEX_SIZE])
{
	struct hmac_sha256_ctx context;
	uint8_t digest[SHA256_DIGEST_SIZE];

	hmac_sha256_set_key(&context, KUBE_NAME_KEY_SIZE, w->name_key);
	hmac_sha256_update(&context, strlen(w->namespace) + 1, (const uint8_t *)w->namespace);
	hmac_sha256_update(&context, strlen(text), (const uint8_t *)text);
	hmac_sha256_digest(&context, sizeof(digest), digest);
	explicit_bzero(&context, sizeof(context));
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* "web-files-1a2b3c4d"; NULL: there is nothing to be called so. */
static char *
name_of(const struct kube_workload *w, const char *what, const json_t *data,
	void (*hash_of)(const struct kube_workload *w, const char *text, char *out))
{
	char hash[IDS_SHA256_HEX_SIZE], *text, *whole, *name;

	if (json_object_size(data) == 0)
		return NULL;
	text = json_canonical(data);
	whole = xasprintf("\n%s\n%s", w->name, text);
	hash_of(w, whole, hash);
	wipe(text);
	wipe(whole);
	text = xasprintf("%s-%s-%.*s", w->name, what, HASH_DIGITS, hash);
	name = kube_name(text, NULL, KUBE_NAME_MAX);
	free(text);
	return name;
}

int
kube_collect_data(struct kube_workload *w, struct error *err)
{
	w->unplaced = json_copy(w->secret_places);
	if (collect_containers(w, err) != 0)
		return -1;
	collect_schedules(w);
	collect_inits(w);
	w->config_name = name_of(w, "files", w->config, plain_hash);
	w->secret_name = name_of(w, "secrets", w->secret, keyed_hash);
	return check_places(w, err);
}

/* --- the objects --- */

static json_t *
encode(const json_t *data)
{
	const char **keys = kube_sorted_keys(data);
	json_t *out = json_object();

	for (size_t i = 0; keys[i]; i++) {
		const json_t *text = json_object_get(data, keys[i]);
		size_t length = json_string_length(text);
		char *base64 = xcalloc(BASE64_ENCODE_RAW_LENGTH(length) + 1, 1);

		base64_encode_raw(base64, length, (const uint8_t *)json_string_value(text));
		json_object_set_new(out, keys[i], json_string(base64));
		wipe(base64);
	}
	free(keys);
	return out;
}

static json_t *
sorted(const json_t *data)
{
	const char **keys = kube_sorted_keys(data);
	json_t *out = json_object();

	for (size_t i = 0; keys[i]; i++)
		json_object_set(out, keys[i], json_object_get(data, keys[i]));
	free(keys);
	return out;
}

int
kube_add_data(struct kube_workload *w, struct error *err)
{
	json_t *object;

	if (w->config_name) {
		object = kube_object_new(w, "v1", "ConfigMap", w->config_name, NULL, err);
		json_object_set_new(object, "immutable", json_true());
		json_object_set_new(object, "data", sorted(w->config));
		kube_objects_add(w, KUBE_STAGE_PARTS, object);
	}
	if (w->secret_name) {
		object = kube_object_new(w, "v1", "Secret", w->secret_name, NULL, err);
		json_object_set_new(object, "type", json_string("Opaque"));
		json_object_set_new(object, "immutable", json_true());
		json_object_set_new(object, "data", encode(w->secret));
		kube_objects_add(w, KUBE_STAGE_PARTS, object)->has_secret = true;
	}
	return 0;
}

/* --- who uses them --- */

/* Kubernetes puts variables into "$(NAME)" and makes "$$" a '$'; a variable is what it was given,
 * as a secret one is. */
static char *
escape(char *text)
{
	struct buf out;

	if (!strstr(text, "$(") && !strstr(text, "$$"))
		return text;
	buf_init(&out, 2 * strlen(text) + 1);
	for (const char *c = text; *c; c++)
		buf_append(&out, *c == '$' ? "$$" : c, *c == '$' ? 2 : 1);
	free(text);
	return buf_take(&out);
}

json_t *
kube_variable(const struct kube_workload *w, const char *name, const json_t *value,
	      const char *place, struct error *err)
{
	char *text = kube_text(value), *key;
	json_t *variable;

	if (!text || !*name || strchr(name, '=')) {
		wipe(text);
		error_set_code(err, CODE_VARIABLE_INVALID, .name = name,
			       .workload = w->declared->module);
		return NULL;
	}
	if (is_secret(w, place)) {
		wipe(text);
		key = data_key(place, name);
		variable = json_pack("{s:s, s:{s:{s:s, s:s}}}", "name", name, "valueFrom",
				     "secretKeyRef", "name", w->secret_name, "key", key);
		free(key);
		return variable;
	}
	text = escape(text);
	variable = json_pack("{s:s, s:s}", "name", name, "value", text);
	free(text);
	return variable;
}

void
kube_mount_files(const struct kube_workload *w, const char *container, json_t *mounts)
{
	const json_t *declared = json_object_get(json_object_get(w->spec, "containers"), container);
	const char *path;
	json_t *file;

	json_object_foreach(json_object_get(declared, "files"), path, file) {
		char *place = kube_place("spec", "containers", container, "files", path, "value",
					 NULL);
		char *key = data_key(place, path);

		json_object_set_new(mounts, path,
				    json_pack("{s:s, s:s, s:s, s:b}", "name",
					      is_secret(w, place) ? SECRET_VOLUME
								       : CONFIG_VOLUME,
					      "mountPath", path, "subPath", key, "readOnly", true));
		free(key);
		free(place);
	}
}

/* "0644", 644 as written in YAML, or nothing. */
static bool
read_mode(const json_t *mode, int *out)
{
	char *text = mode ? kube_text(mode) : NULL, *end;
	long number;
	bool fits;

	*out = MODE;
	if (!text)
		return !mode;
	number = strtol(text, &end, 8);
	fits = text[0] && !*end && number >= 0 && number <= 0777;
	*out = (int)number;
	free(text);
	return fits;
}

/* The keys that are files, and with which permissions: by key. */
static int
list_items(const struct kube_workload *w, bool secret, json_t *items, struct error *err)
{
	const char *container, *path;
	json_t *declared, *file;
	int mode;

	json_object_foreach(json_object_get(w->spec, "containers"), container, declared)
		json_object_foreach(json_object_get(declared, "files"), path, file) {
			char *place = kube_place("spec", "containers", container, "files", path,
						 "value", NULL);
			char *key = data_key(place, path);
			bool is_ours = is_secret(w, place) == secret;
			bool fits = read_mode(kube_member(file, "mode"), &mode);

			if (is_ours && fits)
				json_object_set_new(items, key,
						    json_pack("{s:s, s:s, s:i}", "key", key, "path",
							      key, "mode", mode));
			free(key);
			free(place);
			if (!fits)
				return error_set_code(err, CODE_FILE_INVALID, .file = path,
						      .workload = w->declared->module);
		}
	return 0;
}

int
kube_add_file_volumes(const struct kube_workload *w, json_t *volumes, struct error *err)
{
	json_t *config = json_object(), *secret = json_object();
	int ret = 0;

	if (list_items(w, false, config, err) != 0 || list_items(w, true, secret, err) != 0)
		ret = -1;
	if (ret == 0 && json_object_size(config) > 0)
		json_array_append_new(volumes,
				      json_pack("{s:s, s:{s:s, s:o}}", "name", CONFIG_VOLUME,
						"configMap", "name", w->config_name, "items",
						kube_sorted_values(config)));
	if (ret == 0 && json_object_size(secret) > 0)
		json_array_append_new(volumes,
				      json_pack("{s:s, s:{s:s, s:o}}", "name", SECRET_VOLUME,
						"secret", "secretName", w->secret_name, "items",
						kube_sorted_values(secret)));
	json_decref(config);
	json_decref(secret);
	return ret;
}
