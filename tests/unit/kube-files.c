/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "kube-files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/paths.h"
#include "base/xmalloc.h"

static char path[] = "/tmp/kube-files-XXXXXX";

const char *
folder(void)
{
	return path;
}

int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(path) ? 0 : -1;
}

int
remove_folder(void **state)
{
	(void)state;
	return paths_remove_tree(path, NULL);
}

char *
file_of(const char *name)
{
	return xasprintf("%s/%s", path, name);
}

void
write_file(const char *name, const char *text, mode_t mode)
{
	char *file_path = file_of(name), *beside = xasprintf("%s.new", file_path);
	FILE *file = fopen(beside, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(beside, mode), 0);
	assert_int_equal(rename(beside, file_path), 0);
	free(file_path);
	free(beside);
}
