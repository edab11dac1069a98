/* SPDX-License-Identifier: GPL-3.0-or-later */

/* [document, other, patch]: any patch is applied or refused; the one between two is exact. */
#include "config.h"

#include "fuzz.h"

#include "base/error.h"
#include "model/json.h"
#include "model/patch.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	json_t *all = json_decode((const char *)bytes, length, NULL);
	json_t *from = json_array_get(all, 0), *to = json_array_get(all, 1);
	json_t *patch = json_array_get(all, 2), *before, *result;
	struct patch decoded;
	struct error err = {0};

	if (from && patch) {
		before = json_copy_deep(from);
		result = patch_apply_encoded(from, patch, &err);
		assert(result || err.kind != ERROR_NONE);
		assert(json_equal(from, before));
		if (result) {
			assert(patch_decode(&decoded, patch, &err) == 0);
			patch_clear(&decoded);
		}
		json_decref(result);
		json_decref(before);
	}
	if (from && to) {
		patch = patch_between_encoded(from, to);
		result = patch_apply_encoded(from, patch, &err);
		assert(result && json_equal(result, to));
		json_decref(result);
		json_decref(patch);
	}
	json_decref(all);
	return 0;
}
