/* SPDX-License-Identifier: GPL-3.0-or-later */

/* yaml-json: one document of YAML from standard input, as JSON.  For tests that have no YAML. */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "model/yaml.h"

int
main(void)
{
	static char bytes[YAML_BYTES_MAX + 1];
	size_t length = fread(bytes, 1, sizeof(bytes), stdin);
	struct error err;
	json_t *value = yaml_decode(bytes, length, NULL, &err);

	if (!value) {
		fprintf(stderr, "yaml-json: %s\n", err.text);
		return 1;
	}
	json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	putchar('\n');
	json_decref(value);
	return ferror(stdout) ? 1 : 0;
}
