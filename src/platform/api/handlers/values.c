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
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/members.h"
#include "model/shared-value.h"
#include "platform/api/handlers/misfit.h"
#include "platform/api/secret-reference.h"
#include "platform/state/platform.h"
#include "platform/state/precondition.h"
#include "platform/state/repository-values.h"
#include "platform/state/value-rules.h"

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

/* What the texts may be; the text itself is in no error. */
static int
check_lengths(const struct value_request *asked, struct error *err)
{
	const struct {
		const char *key;
		const struct untrusted *text;
		size_t max;
	} texts[] = {
		{"description", &asked->description, VALUE_DESCRIPTION_MAX},
		{"value", &asked->value, VALUE_TEXT_MAX},
		{"value", &asked->secret_ref.value, VALUE_TEXT_MAX},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strlen(untrusted_raw(texts[i].text)) > texts[i].max)
			return error_set_code(err, CODE_MEMBER_TOO_LONG, .member = texts[i].key,
					      .max = texts[i].max);
	return 0;
}

static void
wipe(struct untrusted *text)
{
	secrets_wipe(text->raw);
	text->raw = NULL;
}

/* As value_request_clear(); no text of a secret stays in memory. */
static void
wipe_asked(struct value_request *asked)
{
	wipe(&asked->value);
	wipe(&asked->secret_ref.value);
	value_request_clear(asked);
}

/* A secret that is referred to becomes the value. */
static int
read_reference(struct platform *platform, const struct request *request,
	       struct value_request *asked, struct error *err)
{
	struct secret_source *given = &asked->secret_ref;
	bool is_place = given->key.raw || given->store.raw;

	if (!asked->has_secret_ref)
		return 0;
	if (!given->value.raw && !asked->value.raw && is_place) {
		asked->value.raw = secret_reference_open(platform, request->caller,
							 &request->place, given, err);
		if (!asked->value.raw)
			return -1;
	} else if (!given->value.raw || asked->value.raw || given->key.raw) {
		return error_set_code(err, CODE_VALUE_AND_SECRET_GIVEN);
	} else {
		asked->value = given->value;
		given->value.raw = NULL;
	}
	asked->is_secret = true;
	return 0;
}

static int
check_members(const json_t *body, struct error *err)
{
	const json_t *reference = json_object_get(body, "secret_ref");

	if (refuse_misfit(value_request_misfit(body), err) != 0)
		return -1;
	if (refuse_misfit(secret_source_misfit(reference), err) != 0)
		return error_prefix_code(err, CODE_IN_MEMBER, .member = "secret_ref");
	return 0;
}

static int
take_asked(struct platform *platform, const struct request *request, struct value_request *asked,
	   struct error *err)
{
	if (check_lengths(asked, err) != 0)
		return -1;
	return read_reference(platform, request, asked, err);
}

/* wipe_asked() it when it was read. */
static int
read_asked(struct platform *platform, const struct request *request, struct value_request *asked,
	   struct error *err)
{
	if (check_members(request->body, err) != 0)
		return -1;
	value_request_read(asked, request->body);
	if (take_asked(platform, request, asked, err) == 0)
		return 0;
	wipe_asked(asked);
	return -1;
}

/* Gives the content its value, sealed when it is a secret; the sealed text is to be freed. */
static char *
put_value(const struct platform *platform, const struct place *place,
	  const struct value_request *asked, char fingerprint[SECRET_FINGERPRINT_SIZE],
	  struct value_content *content)
{
	content->description = asked->description.raw;
	if (asked->value.raw && asked->is_secret)
		return value_seal(platform->secrets, place, asked->value.raw, fingerprint,
				  content);
	content->value = asked->value.raw;
	return NULL;
}

static int
inherit_secrecy(struct platform *platform, const struct place *place, const char *key,
		struct value_request *asked, struct error *err)
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
create(struct platform *platform, const struct request *request, struct value_request *asked,
       struct error *err)
{
	struct value_content content = {.key = asked->key.raw};
	struct value_set_change change = change_by(request);
	char fingerprint[SECRET_FINGERPRINT_SIZE], *sealed;
	int ret;

	if (!asked->has_description)
		return error_set_code(err, CODE_VALUE_WITHOUT_DESCRIPTION);
	if (!asked->value.raw)
		return error_set_code(err, CODE_VALUE_MISSING);
	if (inherit_secrecy(platform, &request->place, content.key, asked, err) != 0)
		return -1;
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
	struct value_request asked;
	int ret;

	if (check_key(key, err) != 0 ||
	    read_asked(platform, request, &asked, err) != 0)
		return -1;
	ret = create(platform, request, &asked, err);
	wipe_asked(&asked);
	if (ret != 0)
		return -1;
	return answer(response, 201,
		      repository_value(platform->repository, &request->place, key, err));
}

/* Clears what was asked. */
static int
update(struct platform *platform, const struct request *request, struct value_request *asked,
       struct response *response, struct error *err)
{
	const struct place *place = &request->place;
	struct value_content content = {.key = request->ids[0]};
	struct value_set_change change = change_by(request);
	char fingerprint[SECRET_FINGERPRINT_SIZE], *sealed;
	int ret = -1, old;

	old = repository_value_is_secret(platform->repository, place, content.key, err);
	if (old >= 0) {
		/* Without "is_secret" a secret stays one: nobody publishes a
		 * secret by leaving a member out. */
		asked->is_secret |= old > 0;
		sealed = put_value(platform, place, asked, fingerprint, &content);
		ret = repository_update_value(platform->repository, place, &content, &change, err);
		free(sealed);
	}
	wipe_asked(asked);
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
	struct value_request asked;

	if (read_asked(platform, request, &asked, err) != 0)
		return -1;
	if (!asked.value.raw || !asked.has_description) {
		wipe_asked(&asked);
		return error_set_code(err, CODE_VALUE_NOT_WHOLE);
	}
	if (!asked.description.raw)
		untrusted_set(&asked.description, "");
	return update(platform, request, &asked, response, err);
}

/* PATCH .../values/{key}: change members of a shared value of an application.  Also PATCH
 * .../envs/{envId}/values/{key}: change members of a shared value of an environment. */
int
patch_value(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	struct value_request asked;

	if (read_asked(platform, request, &asked, err) != 0)
		return -1;
	if (!asked.value.raw && !asked.description.raw) {
		wipe_asked(&asked);
		return error_set_code(err, CODE_VALUE_CHANGE_EMPTY);
	}
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
check_values(const json_t *values, struct error *err)
{
	const char *stranger = values_request_stranger(values);
	const struct member *misfit = values_request_misfit(values);

	if (!json_is_object(values))
		return error_set_code(err, CODE_MEMBER_NOT_OBJECT_OR_NULL, .member = "values");
	if (stranger)
		return error_set_code(err, CODE_MEMBER_UNKNOWN, .name = stranger,
				      .member = "values", .tried = "base, set, delete");
	if (misfit && misfit->kind == MEMBER_TEXT)
		return error_set_code(err, CODE_MEMBER_NOT_STRING_OR_NULL, .member = misfit->key);
	/* What is no text among keys is no key; that is said of it. */
	if (misfit && !json_is_array(json_object_get(values, misfit->key)))
		return error_set_code(err, CODE_MEMBER_NOT_ARRAY, .member = misfit->key);
	if (json_array_size(json_object_get(values, "set")) > VALUES_MAX ||
	    json_array_size(json_object_get(values, "delete")) > VALUES_MAX)
		return error_set_code(err, CODE_TOO_MANY_VALUES, .max = VALUES_MAX);
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

/* What environment-level values are to become, complete, beside what was asked. */
struct prepared {
	char fingerprint[SECRET_FINGERPRINT_SIZE];
	char *sealed;
};
struct changed_values {
	struct values_request asked;
	struct prepared *prepared;
	struct value_content *contents;
	json_t *seen;			/* {key: true} */
};

static void
changed_values_read(struct changed_values *out, const json_t *values)
{
	values_request_read(&out->asked, values);
	out->prepared = xcalloc(out->asked.set_count + 1, sizeof(*out->prepared));
	out->contents = xcalloc(out->asked.set_count + 1, sizeof(*out->contents));
	out->seen = json_object();
}

static void
changed_values_clear(struct changed_values *changed)
{
	for (size_t i = 0; i < changed->asked.set_count; i++) {
		free(changed->prepared[i].sealed);
		wipe_asked(&changed->asked.set[i]);
	}
	values_request_clear(&changed->asked);
	free(changed->prepared);
	free(changed->contents);
	json_decref(changed->seen);
}

static int
prepare_content(struct platform *platform, const struct place *place, struct value_request *asked,
		struct prepared *prepared, struct value_content *content, struct error *err)
{
	struct error why = {0};
	int old;

	content->key = asked->key.raw;
	if (!asked->value.raw)
		return error_set_code(err, CODE_VALUE_OF_KEY_MISSING, .key = content->key);
	old = repository_value_is_secret(platform->repository, place, content->key, &why);
	if (old < 0 && why.kind != ERROR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	asked->is_secret |= old > 0;
	if (inherit_secrecy(platform, place, content->key, asked, err) != 0)
		return -1;
	prepared->sealed = put_value(platform, place, asked, prepared->fingerprint, content);
	return 0;
}

/* `item`: as it came. */
static int
prepare_one(struct platform *platform, const struct request *request, const json_t *item,
	    struct changed_values *changed, size_t i, struct error *err)
{
	struct value_request *asked = &changed->asked.set[i];

	if (!json_is_object(item))
		return error_set_code(err, CODE_VALUE_ITEM_NOT_OBJECT);
	if (note_key(changed->seen, asked->key.raw, err) != 0)
		return -1;
	if (check_members(item, err) != 0 || take_asked(platform, request, asked, err) != 0)
		return error_prefix_code(err, CODE_IN_KEY, .key = asked->key.raw);
	return prepare_content(platform, &request->place, asked, &changed->prepared[i],
			       &changed->contents[i], err);
}

/* All are read and sealed before the first is written, so that the error of the last one is
 * told before there is anything to take back. */
static int
prepare_values(struct platform *platform, const struct request *request, const json_t *values,
	       struct changed_values *changed, struct error *err)
{
	const struct values_request *asked = &changed->asked;
	const json_t *items = json_object_get(values, "set");

	for (size_t i = 0; i < asked->set_count; i++)
		if (prepare_one(platform, request, json_array_get(items, i), changed, i, err) != 0)
			return -1;
	for (size_t i = 0; i < asked->deleted_count; i++)
		if (note_key(changed->seen, asked->deleted[i].raw, err) != 0)
			return -1;
	return 0;
}

static int
write_values(struct platform *platform, const struct request *request,
	     const struct changed_values *changed, struct error *err)
{
	const struct values_request *asked = &changed->asked;
	struct value_set_change change = change_by(request);

	if (json_object_size(changed->seen) == 0)
		return 0;
	change.comment = json_member_string(request->body, "comment");
	return repository_change_values(platform->repository, &request->place, changed->contents,
					asked->set_count, asked->deleted, asked->deleted_count,
					&change, err);
}

int
values_change(struct platform *platform, const struct request *request, const json_t *values,
	      json_t **details, struct error *err)
{
	struct changed_values changed;
	int ret = 0;

	if (check_values(values, err) != 0)
		return -1;
	changed_values_read(&changed, values);
	if (changed.asked.has_base)
		ret = precondition_check_base(platform->repository, &request->place,
					      changed.asked.base.raw, details, err);
	if (ret == 0)
		ret = prepare_values(platform, request, values, &changed, err);
	if (ret == 0)
		ret = write_values(platform, request, &changed, err);
	changed_values_clear(&changed);
	return ret;
}
