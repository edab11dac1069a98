/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Shared values of an application and of an environment.
 *
 * A secret is given with "is_secret" or as "secret_ref" (secret-reference.h), is sealed here,
 * and never goes out again.  A value that is one stays one, and so does what an environment puts in
 * its place; a value that is none can become one.
 *
 * A request that deploys may bring changes of the environment's values with it; the same rules
 * hold for them.
 */
#include "config.h"

#include "platform/api/handlers/values.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/api/secret-reference.h"
#include "platform/state/platform.h"
#include "platform/state/precondition.h"
#include "platform/state/repository-values.h"
#include "platform/state/value-rules.h"

/* What the body says; borrowed from it, but for a secret that was referred to. */
struct asked {
	const char *description;	/* NULL: null, or not there */
	const char *value;		/* also from secret_ref; NULL: null, or not there */
	char *opened;			/* owned; NULL: none was referred to */
	bool has_description;		/* null counts */
	bool is_secret;
};

static struct value_set_change
change_by(const struct request *request)
{
	return (struct value_set_change){.user = request_user(request), .now = clock_wall_ms()};
}

static int
check_key(const char *key, struct error *err)
{
	if (value_key_is_good(key))
		return 0;
	return error_set_code(err, CODE_VALUE_KEY_INVALID, .max = VALUE_KEY_MAX);
}

/* A string, null or nothing; the text itself is in no error. */
static int
read_text(const json_t *body, const char *key, size_t max, const char **out, struct error *err)
{
	const json_t *value = json_object_get(body, key);

	*out = json_string_value(value);
	if (value && !json_is_null(value) && !*out)
		return error_set_code(err, CODE_MEMBER_NOT_STRING_OR_NULL, .member = key);
	if (*out && json_string_length(value) > max)
		return error_set_code(err, CODE_MEMBER_TOO_LONG, .member = key, .max = max);
	return 0;
}

static void
asked_clear(struct asked *asked)
{
	secrets_wipe(asked->opened);
	asked->opened = NULL;
	asked->value = NULL;
}

static int
read_reference(struct platform *platform, const struct request *request, const json_t *body,
	       struct asked *asked, struct error *err)
{
	const json_t *reference = json_object_get(body, "secret_ref");
	const char *value;

	if (!reference || json_is_null(reference))
		return 0;
	if (!json_is_object(reference))
		return error_set_code(err, CODE_MEMBER_NOT_OBJECT_OR_NULL, .member = "secret_ref");
	if (read_text(reference, "value", VALUE_TEXT_MAX, &value, err) != 0)
		return error_prefix_code(err, CODE_IN_MEMBER, .member = "secret_ref");
	if (!value && !asked->value &&
	    (json_object_get(reference, "ref") || json_object_get(reference, "store"))) {
		asked->opened = secret_reference_open(platform, request->caller, &request->place,
						      reference, err);
		value = asked->opened;
		if (!value)
			return -1;
	}
	if (!value || asked->value || (!asked->opened && json_object_get(reference, "ref")))
		return error_set_code(err, CODE_VALUE_AND_SECRET_GIVEN);
	asked->value = value;
	asked->is_secret = true;
	return 0;
}

/* asked_clear() it when it was read. */
static int
read_asked(struct platform *platform, const struct request *request, const json_t *body,
	   struct asked *asked, struct error *err)
{
	const json_t *secret = json_object_get(body, "is_secret");

	*asked = (struct asked){
		.has_description = json_object_get(body, "description") != NULL,
		.is_secret = json_is_true(secret),
	};
	if (secret && !json_is_boolean(secret))
		return error_set_code(err, CODE_MEMBER_NOT_BOOLEAN, .member = "is_secret");
	if (read_text(body, "description", VALUE_DESCRIPTION_MAX, &asked->description, err) != 0 ||
	    read_text(body, "value", VALUE_TEXT_MAX, &asked->value, err) != 0)
		return -1;
	return read_reference(platform, request, body, asked, err);
}

/* Gives the content its value, sealed when it is a secret; the sealed text is to be freed. */
static char *
put_value(const struct platform *platform, const struct place *place, const struct asked *asked,
	  char fingerprint[SECRET_FINGERPRINT_SIZE], struct value_content *content)
{
	if (asked->value && asked->is_secret)
		return value_seal(platform->secrets, place, asked->value, fingerprint, content);
	content->value = asked->value;
	return NULL;
}

static int
inherit_secrecy(struct platform *platform, const struct place *place, const char *key,
		struct asked *asked, struct error *err)
{
	int secret = value_inherits_secrecy(platform->repository, place, key, err);

	if (secret > 0)
		asked->is_secret = true;
	return secret < 0 ? -1 : 0;
}

/* GET .../values: the shared values of an application.  Also GET .../envs/{envId}/values: the
 * shared values of an environment. */
int
list_values(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	return answer(response, 200, repository_values(platform->repository, &request->place, err));
}

static int
create(struct platform *platform, const struct request *request, struct asked *asked,
       struct error *err)
{
	struct value_content content = {.key = json_member_string(request->body, "key")};
	struct value_set_change change = change_by(request);
	char fingerprint[SECRET_FINGERPRINT_SIZE], *sealed;
	int ret;

	if (!asked->has_description)
		return error_set_code(err, CODE_VALUE_WITHOUT_DESCRIPTION);
	if (!asked->value)
		return error_set_code(err, CODE_VALUE_MISSING);
	if (inherit_secrecy(platform, &request->place, content.key, asked, err) != 0)
		return -1;
	content.description = asked->description;
	sealed = put_value(platform, &request->place, asked, fingerprint, &content);
	ret = repository_create_value(platform->repository, &request->place, &content, &change,
				      err);
	free(sealed);
	return ret;
}

/* POST .../values: add a shared value to an application.  Also POST .../envs/{envId}/values: add
 * a shared value to an environment. */
int
create_value(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	const char *key = json_member_string(request->body, "key");
	struct asked asked;
	int ret;

	if (check_key(key, err) != 0 ||
	    read_asked(platform, request, request->body, &asked, err) != 0)
		return -1;
	ret = create(platform, request, &asked, err);
	asked_clear(&asked);
	if (ret != 0)
		return -1;
	return answer(response, 201,
		      repository_value(platform->repository, &request->place, key, err));
}

/* Clears what was asked. */
static int
update(struct platform *platform, const struct request *request, struct asked *asked,
       struct response *response, struct error *err)
{
	const struct place *place = &request->place;
	struct value_content content = {.key = request->ids[0], .description = asked->description};
	struct value_set_change change = change_by(request);
	json_t *old = repository_value(platform->repository, place, content.key, err);
	char fingerprint[SECRET_FINGERPRINT_SIZE], *sealed;
	int ret = -1;

	if (old) {
		/* Without "is_secret" a secret stays one: nobody publishes a
		 * secret by leaving a member out. */
		if (json_is_true(json_object_get(old, "is_secret")))
			asked->is_secret = true;
		sealed = put_value(platform, place, asked, fingerprint, &content);
		ret = repository_update_value(platform->repository, place, &content, &change, err);
		free(sealed);
	}
	json_decref(old);
	asked_clear(asked);
	if (ret != 0)
		return -1;
	return answer(response, 200,
		      repository_value(platform->repository, place, content.key, err));
}

/* Value and description must be given; a description may be null. */
int
put_value_by_key(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	struct asked asked;

	if (read_asked(platform, request, request->body, &asked, err) != 0)
		return -1;
	if (!asked.value || !asked.has_description) {
		asked_clear(&asked);
		return error_set_code(err, CODE_VALUE_NOT_WHOLE);
	}
	if (!asked.description)
		asked.description = "";
	return update(platform, request, &asked, response, err);
}

/* PATCH .../values/{key}: change members of a shared value of an application.  Also PATCH
 * .../envs/{envId}/values/{key}: change members of a shared value of an environment. */
int
patch_value(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	struct asked asked;

	if (read_asked(platform, request, request->body, &asked, err) != 0)
		return -1;
	if (!asked.value && !asked.description)
		return error_set_code(err, CODE_VALUE_CHANGE_EMPTY);
	return update(platform, request, &asked, response, err);
}

/* DELETE .../values/{key}: delete a shared value of an application.  Also DELETE
 * .../envs/{envId}/values/{key}: delete a shared value of an environment. */
int
delete_value(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	struct value_set_change change = change_by(request);

	response->status = 204;
	return repository_delete_values(platform->repository, &request->place, request->ids[0],
					&change, err);
}

/* DELETE .../values: delete all shared values of an application.  Also DELETE
 * .../envs/{envId}/values: delete all shared values of an environment. */
int
delete_values(struct platform *platform, const struct request *request, struct response *response,
	      struct error *err)
{
	struct value_set_change change = change_by(request);

	response->status = 204;
	return repository_delete_values(platform->repository, &request->place, NULL, &change, err);
}

/* --- with a deployment --- */

static int
check_members(const json_t *values, struct error *err)
{
	static const char *const known[] = {"base", "set", "delete"};
	const json_t *base = json_object_get(values, "base");
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)values, name, member) {
		size_t i = 0;

		while (i < 3 && strcmp(known[i], name) != 0)
			i++;
		if (i == 3)
			return error_set_code(err, CODE_VALUES_MEMBER_UNKNOWN, .name = name);
		if (i > 0 && !json_is_array(member))
			return error_set_code(err, CODE_MEMBER_NOT_ARRAY, .member = name);
		if (json_array_size(member) > VALUES_MAX)
			return error_set_code(err, CODE_TOO_MANY_VALUES, .max = VALUES_MAX);
	}
	if (base && !json_is_string(base) && !json_is_null(base))
		return error_set_code(err, CODE_MEMBER_NOT_STRING_OR_NULL, .member = "base");
	return 0;
}

/* A key is named once. */
static int
note_key(json_t *seen, const char *key, struct error *err)
{
	if (check_key(key, err) != 0)
		return -1;
	if (json_object_get(seen, key))
		return error_set_code(err, CODE_VALUE_NAMED_TWICE, .key = key);
	return json_object_set_new(seen, key, json_true());
}

/* What one environment-level value is to become, complete. */
struct prepared {
	char fingerprint[SECRET_FINGERPRINT_SIZE];
	char *sealed;
};

static int
fill_one(struct platform *platform, const struct place *place, struct asked *asked,
	 struct value_content *content, struct prepared *prepared, struct error *err)
{
	struct error why = {0};
	json_t *old;

	if (!asked->value)
		return error_set_code(err, CODE_VALUE_OF_KEY_MISSING, .key = content->key);
	old = repository_value(platform->repository, place, content->key, &why);
	if (!old && why.kind != ERROR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	if (json_is_true(json_object_get(old, "is_secret")))
		asked->is_secret = true;
	json_decref(old);
	if (inherit_secrecy(platform, place, content->key, asked, err) != 0)
		return -1;
	content->description = asked->description;
	prepared->sealed = put_value(platform, place, asked, prepared->fingerprint, content);
	return 0;
}

static int
prepare_one(struct platform *platform, const struct request *request, const json_t *item,
	    json_t *seen, struct value_content *content, struct prepared *prepared,
	    struct error *err)
{
	struct asked asked;
	int ret;

	*content = (struct value_content){.key = json_member_string(item, "key")};
	if (!json_is_object(item))
		return error_set_code(err, CODE_VALUE_ITEM_NOT_OBJECT);
	if (note_key(seen, content->key, err) != 0)
		return -1;
	if (read_asked(platform, request, item, &asked, err) != 0)
		return error_prefix_code(err, CODE_IN_KEY, .key = content->key);
	ret = fill_one(platform, &request->place, &asked, content, prepared, err);
	asked_clear(&asked);
	return ret;
}

static int
check_deleted(const json_t *deleted, json_t *seen, struct error *err)
{
	const json_t *key;
	size_t i;

	json_array_foreach(deleted, i, key)
		if (note_key(seen, json_string_value(key), err) != 0)
			return -1;
	return 0;
}

/* All are read and sealed before the first is written, so that the error of the last one is
 * told before there is anything to take back. */
int
values_change(struct platform *platform, const struct request *request, const json_t *values,
	      json_t **details, struct error *err)
{
	const json_t *set = json_object_get(values, "set"),
		     *deleted = json_object_get(values, "delete");
	const json_t *base = json_object_get(values, "base");
	const struct place *place = &request->place;
	struct value_set_change change = change_by(request);
	size_t count = json_array_size(set);
	struct value_content *contents;
	struct prepared *prepared;
	json_t *seen;
	int ret = 0;

	if (!json_is_object(values))
		return error_set_code(err, CODE_MEMBER_NOT_OBJECT_OR_NULL, .member = "values");
	if (check_members(values, err) != 0 ||
	    (base && precondition_check_base(platform->repository, place, json_string_value(base),
					     details, err) != 0))
		return -1;
	contents = xcalloc(count + 1, sizeof(*contents));
	prepared = xcalloc(count + 1, sizeof(*prepared));
	seen = json_object();
	change.comment = json_member_string(request->body, "comment");
	for (size_t i = 0; ret == 0 && i < count; i++)
		ret = prepare_one(platform, request, json_array_get(set, i), seen, &contents[i],
				  &prepared[i], err);
	if (ret == 0)
		ret = check_deleted(deleted, seen, err);
	if (ret == 0 && json_object_size(seen) > 0)
		ret = repository_change_values(platform->repository, place, contents, count,
					       deleted, &change, err);
	for (size_t i = 0; i < count; i++)
		free(prepared[i].sealed);
	json_decref(seen);
	free(prepared);
	free(contents);
	return ret;
}
