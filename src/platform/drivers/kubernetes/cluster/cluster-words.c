/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A message of Kubernetes is a chain: who failed at what, ": ", and why.  The links at its front
 * only repeat what a sentence of ours says already, often with the image's name three times, and
 * would push the reason out of it.  What is not known stays.
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/cluster-words.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/xmalloc.h"

#define WORDS_MAX 2000			/* bytes of a message that are looked at */

char *
kube_words(const char *message)
{
	struct buf text;
	bool blank = false;

	buf_init(&text, WORDS_MAX);
	for (; *message; message++) {
		unsigned char byte = (unsigned char)*message;

		if (byte <= ' ' || byte == 0x7f) {
			blank = text.length > 0;
			continue;
		}
		if (blank)
			buf_puts(&text, " ");
		blank = false;
		if (!buf_append(&text, message, 1))
			break;
	}
	/* No half of a character at the end of what was cut. */
	if (*message) {
		while (text.length > 0 && (text.data[text.length - 1] & 0xc0) == 0x80)
			buf_truncate(&text, text.length - 1);
		if (text.length > 0 && (text.data[text.length - 1] & 0xc0) == 0xc0)
			buf_truncate(&text, text.length - 1);
	}
	return buf_take(&text);
}

/* Behind the link that the text begins with: '*' stands for anything.  NULL: it does not begin
 * with it. */
static const char *
behind_link(const char *text, const char *link)
{
	for (;;) {
		size_t length = strcspn(link, "*");
		char *part;

		if (strncmp(text, link, length) != 0)
			return NULL;
		text += length;
		link += length;
		if (*link == '\0')
			return text;
		link++;
		part = xstrndup(link, strcspn(link, "*"));
		text = strstr(text, part);
		free(part);
		if (!text)
			return NULL;
	}
}

/* The words of the message without the links of the list at its front. */
static char *
without_links(const char *message, const char *const *links)
{
	char *words = kube_words(message), *rest;
	const char *at = words, *next;

	for (size_t i = 0; links[i]; i++) {
		next = behind_link(at, links[i]);
		if (next) {
			at = next;
			i = (size_t)-1;	/* from the first again: they come in any order */
		}
	}
	rest = xstrdup(at);
	free(words);
	return rest;
}

char *
kube_words_of_pull(const char *message)
{
	static const char *const links[] = {
		"Back-off pulling image \"*\": ", "Back-off pulling image \"*\"", "ErrImagePull: ",
		"Error: ErrImagePull", "Error: ImagePullBackOff", "Failed to pull image \"*\": ",
		"rpc error: code = * desc = ", "failed to pull and unpack image \"*\": ",
		"failed to resolve reference \"*\": ", "failed to pull image \"*\": ",
		"failed to do request: ", "failed to copy: ",
		"pulling from host * failed with status code [*]: ",
		"Failed to apply default image tag \"*\": ", "couldn't parse image name \"*\": ", NULL,
	};

	return without_links(message, links);
}

char *
kube_words_of_scheduler(const char *message)
{
	static const char *const ends[] = {" no new claims to deallocate", " preemption: ", NULL};
	char *words = kube_words(message);

	for (size_t i = 0; ends[i]; i++) {
		char *end = strstr(words, ends[i]);

		if (end)
			*end = '\0';
	}
	if (*words && words[strlen(words) - 1] == '.')
		words[strlen(words) - 1] = '\0';
	return words;
}

char *
kube_words_of_refusal(const char *message)
{
	static const char *const links[] = {
		"Error creating: ", "Internal error occurred: ", "pods \"*\" is forbidden: ",
		"pods * is forbidden: ", NULL,
	};

	return without_links(message, links);
}

char *
kube_words_of_start(const char *message)
{
	static const char *const links[] = {
		"failed to create containerd task: ", "failed to create shim task: ",
		"failed to start containerd task \"*\": ", "OCI runtime create failed: ",
		"runc create failed: ", "unable to start container process: ",
		"error during container init: ", NULL,
	};
	char *words = without_links(message, links);
	size_t length = strlen(words), end = strlen(": unknown");

	if (length > end && strcmp(words + length - end, ": unknown") == 0)
		words[length - end] = '\0';
	return words;
}

char *
kube_words_of_mount(const char *message)
{
	static const char *const links[] = {"MountVolume.SetUp failed for volume \"*\" : ", NULL};

	return without_links(message, links);
}

bool
kube_words_have(const char *text, const char *const *parts)
{
	for (size_t i = 0; parts[i]; i++)
		if (strcasestr(text, parts[i]))
			return true;
	return false;
}

/* Without names, which may hold any word: what is quoted, in brackets, or has a slash in it. */
static char *
without_names(const char *words)
{
	struct buf out;

	buf_init(&out, WORDS_MAX);
	while (*words) {
		size_t length = strcspn(words, " ");
		const char *quote = *words == '"' ? strchr(words + 1, '"')
				    : *words == '[' ? strchr(words + 1, ']')
						    : NULL;

		if (quote)
			length = (size_t)(quote + 1 - words);
		else if (!memchr(words, '/', length))
			buf_append(&out, words, length);
		words += length;
		while (*words == ' ')
			words++;
		buf_puts(&out, " ");
	}
	return buf_take(&out);
}

bool
kube_pull_is_hopeless(const char *words)
{
	/* These may pass, whatever else is said beside them. */
	static const char *const passing[] = {
		"no such host", "server misbehaving", "timeout", "timed out", "deadline exceeded",
		"connection re", "no route to host", "unreachable", "too many requests",
		"toomanyrequests", "internal server error", "bad gateway", "service unavailable",
		"gateway timeout", "unexpected eof", NULL,
	};
	static const char *const hopeless[] = {
		"not found", "manifest unknown", "name unknown", "does not exist", "unauthorized",
		"authentication required", "authorization failed", "denied", "forbidden",
		"no basic auth credentials", "invalid reference format", "no match for platform",
		"certificate", "HTTP response to HTTPS client", NULL,
	};
	char *plain = without_names(words);
	bool is_hopeless = !kube_words_have(plain, passing) && kube_words_have(plain, hopeless);

	free(plain);
	return is_hopeless;
}
