/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * RFC 9112 without its tolerance.  The lines are cut in place: each text ends in a NUL that was
 * its delimiter.
 */
#include "config.h"

#include "net/http-head.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

#define CHUNK_LINE_MAX 256
#define CHUNK_EXTRA_MAX 65536	/* of sizes, extensions and trailers of one body */
#define LENGTH_DIGITS 15

static bool
is_token_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool
is_token(const char *text)
{
	const char *at = text;

	while (is_token_char((unsigned char)*at))
		at++;
	return at > text && *at == '\0';
}

size_t
http_head_length(const char *bytes, size_t length)
{
	const char *end = length >= 4 ? memmem(bytes, length, "\r\n\r\n", 4) : NULL;

	return end ? (size_t)(end - bytes) + 4 : 0;
}

/* --- the first line --- */

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* What a part of the path is for who decodes it; a slash or a backslash that is encoded ends a part
 * as well, since somebody on the way may decode before dividing.  NULL, or the fault. */
static const char *
path_fault(const char *path)
{
	char part[3] = "";
	size_t length = 0;

	for (const char *at = path;; at++) {
		int high, low;
		char c = *at;
		bool ends = c == '\0' || c == '?';

		if (c == '\\')
			return "its path has a backslash";
		if (c == '%') {
			high = hex_digit(at[1]);
			low = high < 0 ? -1 : hex_digit(at[2]);
			if (low < 0)
				return "a \"%\" of its address is not followed by two hexadecimal digits";
			c = (char)(high * 16 + low);
			if (c == '\0')
				return "its path has a NUL";
			at += 2;
		}
		if (ends || c == '/' || c == '\\') {
			if ((length == 1 && part[0] == '.') ||
			    (length == 2 && part[0] == '.' && part[1] == '.'))
				return "its path has a part \".\" or \"..\"";
			length = 0;
		} else {
			if (length < 2)
				part[length] = c;
			length++;
		}
		if (ends)
			return NULL;
	}
}

static const char *
target_fault(const char *target)
{
	if (target[0] != '/')
		return "its address is not a path";
	for (const char *at = target; *at; at++)
		if (*at <= ' ' || *at > '~' || strchr("#\"<>", *at))
			return "its address has a character that must be percent-encoded";
	return path_fault(target);
}

/* Cuts what stands before the next blank; NULL: there is none. */
static char *
cut_at_blank(char **text)
{
	char *begin = *text, *blank = strchr(begin, ' ');

	if (!blank || blank == begin)
		return NULL;
	*blank = '\0';
	*text = blank + 1;
	return begin;
}

static const char *
read_first_line(struct http_head *out, char *line)
{
	out->method = cut_at_blank(&line);
	out->target = out->method ? cut_at_blank(&line) : NULL;
	if (!out->target || !is_token(out->method))
		return "its first line is not METHOD PATH HTTP/1.1";
	if (strcmp(line, "HTTP/1.1") != 0 && strcmp(line, "HTTP/1.0") != 0)
		return "its first line does not end in HTTP/1.1 or HTTP/1.0";
	out->is_1_0 = line[7] == '0';
	return target_fault(out->target);
}

/* --- the fields --- */

static const char *
read_field(struct http_head *out, char *line)
{
	char *colon = strchr(line, ':'), *value, *end;

	if (!colon)
		return "a line of its header has no colon";
	*colon = '\0';
	value = colon + 1 + strspn(colon + 1, " \t");
	end = value + strlen(value);
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	if (!is_token(line))
		return "a name in its header is invalid";
	for (const char *at = value; *at; at++)
		if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7f)
			return "a value in its header has a control character";
	if (out->count == HTTP_HEADERS_MAX)
		return "its header has too many lines";
	out->fields[out->count++] = (struct http_field){line, value};
	return NULL;
}

const char *
http_head_field(const struct http_head *head, const char *name)
{
	for (size_t i = 0; i < head->count; i++)
		if (strcasecmp(head->fields[i].name, name) == 0)
			return head->fields[i].value;
	return NULL;
}

bool
http_list_has(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (*list) {
		size_t part;

		list += strspn(list, " \t,");
		part = strcspn(list, " \t,;");
		if (part == length && strncasecmp(list, word, length) == 0)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

static size_t
count_fields(const struct http_head *head, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < head->count; i++)
		count += strcasecmp(head->fields[i].name, name) == 0;
	return count;
}

/* Where the body ends must be said once, and in one way. */
static const char *
read_framing(struct http_head *out)
{
	const char *length = http_head_field(out, "Content-Length");
	const char *coding = http_head_field(out, "Transfer-Encoding");

	if (count_fields(out, "Content-Length") > 1 || count_fields(out, "Transfer-Encoding") > 1 ||
	    (length && coding))
		return "the length of its body is said twice";
	if (length && (!*length || strlen(length) > LENGTH_DIGITS ||
		       length[strspn(length, "0123456789")]))
		return "the length of its body is not a number";
	if (coding && (out->is_1_0 || strcasecmp(coding, "chunked") != 0))
		return "its transfer coding is not \"chunked\"";
	out->length = length ? strtoll(length, NULL, 10) : 0;
	out->is_chunked = coding != NULL;
	return NULL;
}

static const char *
read_meaning(struct http_head *out)
{
	const char *connection = http_head_field(out, "Connection");
	const char *expect = http_head_field(out, "Expect");
	size_t hosts = count_fields(out, "Host");

	out->host = http_head_field(out, "Host");
	if (hosts > 1 || (hosts == 0 && !out->is_1_0))
		return "it must name one host";
	out->upgrade = http_head_field(out, "Upgrade");
	out->keeps = !out->is_1_0 && !(connection && http_list_has(connection, "close"));
	out->expects = expect && !out->is_1_0 && strcasecmp(expect, "100-continue") == 0;
	return read_framing(out);
}

const char *
http_head_read(struct http_head *out, char *bytes, size_t length)
{
	const char *fault = NULL;
	char *line = bytes, *end = bytes + length - 2;

	*out = (struct http_head){0};
	if (length < 4 || memchr(bytes, '\0', length))
		return "its header has a NUL";
	while (!fault && line < end) {
		char *next = memmem(line, (size_t)(end + 2 - line), "\r\n", 2);

		*next = '\0';
		if (strpbrk(line, "\r\n"))
			fault = "a line of its header does not end in CR and LF";
		else if (line == bytes)
			fault = read_first_line(out, line);
		else
			fault = read_field(out, line);
		line = next + 2;
	}
	return fault ? fault : read_meaning(out);
}

/* --- chunks --- */

enum { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_SIZE_END, CHUNK_DATA, CHUNK_DATA_CR, CHUNK_DATA_END,
       CHUNK_TRAILER, CHUNK_TRAILER_END };

/* One byte that is no content.  false: it does not belong there. */
static bool
take_framing(struct http_chunks *chunks, char c)
{
	int digit;

	chunks->extra++;
	chunks->line++;
	switch (chunks->state) {
	case CHUNK_SIZE:
		digit = hex_digit(c);
		if (digit >= 0) {
			chunks->left = chunks->left * 16 + (unsigned)digit;
			return chunks->line <= LENGTH_DIGITS;
		}
		chunks->state = c == '\r' ? CHUNK_SIZE_END : CHUNK_EXTENSION;
		return chunks->line > 1 && (c == '\r' || c == ';' || c == ' ' || c == '\t');
	case CHUNK_EXTENSION:
		if (c == '\r')
			chunks->state = CHUNK_SIZE_END;
		return c == '\r' || c == '\t' || (unsigned char)c >= ' ';
	case CHUNK_SIZE_END:
		chunks->state = chunks->left > 0 ? CHUNK_DATA : CHUNK_TRAILER;
		chunks->line = 0;
		return c == '\n';
	case CHUNK_DATA_CR:
		chunks->state = CHUNK_DATA_END;
		return c == '\r';
	case CHUNK_DATA_END:
		chunks->state = CHUNK_SIZE;
		chunks->line = 0;
		return c == '\n';
	default:
		if (c == '\r')
			chunks->state = CHUNK_TRAILER_END;
		return c == '\r' || c == '\t' || (unsigned char)c >= ' ';
	}
}

/* The trailers are over with an empty line.  They are not handed on. */
static enum http_chunks_end
end_trailer(struct http_chunks *chunks, char c)
{
	bool is_empty = chunks->line == 1;

	chunks->state = CHUNK_TRAILER;
	chunks->line = 0;
	chunks->extra++;
	if (c != '\n')
		return HTTP_CHUNKS_WRONG;
	return is_empty ? HTTP_CHUNKS_DONE : HTTP_CHUNKS_MORE;
}

static size_t
take_content(struct http_chunks *chunks, const char *bytes, size_t length, struct buf *out)
{
	size_t count = chunks->left < length ? (size_t)chunks->left : length;

	if (!buf_append(out, bytes, count))
		return 0;
	chunks->left -= count;
	if (chunks->left == 0)
		chunks->state = CHUNK_DATA_CR;
	return count;
}

enum http_chunks_end
http_chunks_take(struct http_chunks *chunks, const char *bytes, size_t length, size_t *used,
		 struct buf *out)
{
	enum http_chunks_end end = HTTP_CHUNKS_MORE;

	*used = 0;
	while (*used < length && end == HTTP_CHUNKS_MORE) {
		if (chunks->state == CHUNK_DATA) {
			size_t taken = take_content(chunks, bytes + *used, length - *used, out);

			if (taken == 0)
				return HTTP_CHUNKS_TOO_LARGE;
			*used += taken;
			continue;
		}
		if (chunks->state == CHUNK_TRAILER_END)
			end = end_trailer(chunks, bytes[*used]);
		else if (!take_framing(chunks, bytes[*used]) || chunks->line > CHUNK_LINE_MAX ||
			 chunks->extra > CHUNK_EXTRA_MAX)
			end = HTTP_CHUNKS_WRONG;
		++*used;
	}
	return end;
}
