/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Canonical JSON, gzip, base64; each step back has a limit of its own. */
#include "config.h"

#include "platform/drivers/kubernetes/record/kube-record-text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/base64.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/gzip.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/driver.h"

#define MEMBER "environment.json.gz"
#define MEMBER_BEFORE "environment.json"	/* as plain text, of the first version */
#define TEXT_MAX (8 * 1024 * 1024)		/* before it is compressed */

/* --- writing --- */

static char *
encode_base64(const struct buf *bytes)
{
	char *text = xmalloc(BASE64_ENCODE_RAW_LENGTH(bytes->length) + 1);

	base64_encode_raw(text, bytes->length, (const uint8_t *)bytes->data);
	text[BASE64_ENCODE_RAW_LENGTH(bytes->length)] = '\0';
	return text;
}

json_t *
kube_record_pack(const json_t *record, const char *env, char digest[IDS_SHA256_HEX_SIZE],
		 struct error *err)
{
	char *text = json_canonical(record), *packed;
	size_t length = strlen(text);
	json_t *members = NULL;
	struct buf bytes;

	buf_init(&bytes, DRIVER_RECORD_MAX);
	ids_sha256_hex(digest, text, length);
	if (length > TEXT_MAX) {
		error_set_code(err, CODE_RECORD_TEXT_TOO_LARGE, .env = env,
			       .max = TEXT_MAX / (1024 * 1024));
		err->kind = ERROR_LIMIT;
	} else if (gzip_append(&bytes, text, length)) {
		packed = encode_base64(&bytes);
		members = json_pack("{s:{s:s}}", "binaryData", MEMBER, packed);
		free(packed);
	} else {
		error_set_code(err, CODE_RECORD_TOO_LARGE, .env = env,
			       .max = DRIVER_RECORD_MAX / 1024);
		err->kind = ERROR_LIMIT;
	}
	buf_clear(&bytes);
	free(text);
	return members;
}

/* --- reading --- */

/* Whatever its limits find is a fault of who wrote it. */
static json_t *
decode_text(const char *text, size_t length, struct error *err)
{
	json_t *record = json_decode(text, length, err);

	if (!record)
		err->kind = ERROR_INPUT;
	return record;
}

/* NULL with err.  An object of a cluster has at most some MiB (answer.h), and so has this. */
static json_t *
decode_packed(const char *text, struct error *err)
{
	size_t length = strlen(text), size = BASE64_DECODE_LENGTH(length);
	uint8_t *bytes = xmalloc(size + 1);
	struct base64_decode_ctx context;
	enum gunzip_result result = GUNZIP_DAMAGED;
	json_t *record = NULL;
	struct buf out;

	buf_init(&out, TEXT_MAX);
	base64_decode_init(&context);
	if (base64_decode_update(&context, &size, bytes, length, text) &&
	    base64_decode_final(&context))
		result = gunzip_append(&out, bytes, size);
	if (result == GUNZIP_TOO_LARGE)
		error_set(err, ERROR_INPUT, "it is too large");
	else if (result == GUNZIP_DAMAGED)
		error_set(err, ERROR_INPUT, "it is damaged");
	else
		record = decode_text(buf_str(&out), out.length, err);
	buf_clear(&out);
	free(bytes);
	return record;
}

json_t *
kube_record_unpack(const json_t *object, struct error *err)
{
	const char *packed = json_member_string(json_object_get(object, "binaryData"), MEMBER);
	const char *text = json_member_string(json_object_get(object, "data"), MEMBER_BEFORE);
	json_t *record = NULL;

	if (packed)
		record = decode_packed(packed, err);
	else if (text)
		record = decode_text(text, strlen(text), err);
	else
		error_set(err, ERROR_INPUT, "it is empty");
	if (!record || json_is_object(record))
		return record;
	json_decref(record);
	error_set(err, ERROR_INPUT, "it is not a JSON object");
	return NULL;
}
