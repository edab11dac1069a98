/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * dlopen() by soname, so that only the ABI of libcurl 4 is taken, and every function that we
 * use is looked for at once: what is missing is said before the first request and not in the
 * middle.
 *
 * The table is the one exception to "no variables of a file": a library is loaded once for a
 * process, whoever asks; curl.h says why it is loaded by hand at all.
 */
#include "config.h"

#include "net/curl.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"

/* The interface that <curl/curl.h> of libcurl 7 and 8 describes. */
#define LIBRARY "libcurl.so.4"

static struct curl_library curl;

static const struct function {
	const char *name;
	size_t offset;
} functions[] = {
#define F(name) {"curl_" #name, offsetof(struct curl_library, name)},
	CURL_FUNCTIONS(F)
#undef F
};

static void
wipe_and_free(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

/* Never in place, as realloc() would not always be: it leaves nothing where it moves from. */
static void *
move_wiping(void *memory, size_t size)
{
	size_t had = memory ? malloc_usable_size(memory) : 0;
	void *moved = malloc(size);

	if (!moved)
		return NULL;
	if (memory)
		memcpy(moved, memory, had < size ? had : size);
	wipe_and_free(memory);
	return moved;
}

void
curl_begin(const struct curl_library *library)
{
	library->global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_and_free, move_wiping, strdup,
				 calloc);
}

/* A callback for a TLS context is called with that of whatever library does TLS, and OpenSSL may be
 * there for something else. */
static void
find_tls_options(void *library)
{
	const char *tls = curl.version_info(CURLVERSION_NOW)->ssl_version;

	if (tls && strncmp(tls, "OpenSSL/", strlen("OpenSSL/")) == 0)
		*(void **)&curl.set_tls_options = dlsym(library, "SSL_CTX_set_options");
}

const struct curl_library *
curl_load(struct error *err)
{
	static bool is_loaded;
	void *library;

	if (is_loaded)
		return &curl;
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		error_set(
			err, ERROR_SYSTEM,
			_("No platform can be reached: libcurl, which is needed for it, cannot be "
			  "loaded (%.300s).  Install it and try again."),
			dlerror());
		return NULL;
	}
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *function = dlsym(library, functions[i].name);

		if (!function) {
			error_set(
				err, ERROR_SYSTEM,
				_("No platform can be reached: the installed libcurl has no %s().  "
				  "Install a newer one and try again."),
				functions[i].name);
			dlclose(library);
			return NULL;
		}
		/* POSIX lets a pointer of dlsym() be that of a function. */
		*(void **)((char *)&curl + functions[i].offset) = function;
	}
	find_tls_options(library);
	/* It stays loaded: unloading libraries with threads and handlers of their own is not
	 * safe. */
	is_loaded = true;
	return &curl;
}
