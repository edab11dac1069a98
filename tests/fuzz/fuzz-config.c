/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A configuration file, of either program. */
#include "config.h"

#include "fuzz.h"

#include "base/config-file.h"
#include "base/error.h"

static void
take_fault(void *data, const char *text)
{
	size_t *faults = data;

	assert(strncmp(text, "config:", 7) == 0);
	(*faults)++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct config_file file = {0};
	size_t told = 0, faults;

	if (length > CONFIG_FILE_BYTES_MAX)
		return 0;
	faults = config_file_parse(&file, "config", (const char *)bytes, length, take_fault, &told);
	assert(faults >= told);
	assert(file.count <= CONFIG_FILE_ENTRIES_MAX);
	for (size_t i = 0; i < file.count; i++) {
		const struct config_entry *entry = &file.entries[i];

		assert(entry->section && entry->name && entry->key && entry->value);
		assert(entry->line > 0 && entry->column > 0);
	}
	config_file_clear(&file);
	return 0;
}
