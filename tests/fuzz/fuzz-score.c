/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A Score specification, as JSON: it is refused with a sentence, or becomes a set's module. */
#include "config.h"

#include "fuzz.h"

#include "base/error.h"
#include "model/json.h"
#include "platform/api/score.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	json_t *spec = json_decode((const char *)bytes, length, NULL), *made;
	struct error err = {0};

	if (!spec)
		return 0;
	made = score_convert(spec, "acme/web:1", &err);
	assert(made ? json_is_object(made) : err.kind != ERROR_NONE && *err.text);
	json_decref(made);
	json_decref(spec);
	return 0;
}
