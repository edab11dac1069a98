/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Each value is a letter and what follows it:
 *
 *	n t f		null, true, false
 *	i		eight bytes, an integer
 *	r		eight bytes, a real
 *	s		a length, so many bytes, a NUL
 *	a		a count, so many values
 *	o		a count, so many times: a length, a key, a NUL, a value
 *
 * Lengths and counts take seven bits a byte, the lowest first.  Numbers are as this machine keeps
 * them: a cache does not travel.
 *
 * The reader believes nothing: it stays inside the bytes, and leaves text to jansson, which checks
 * that it is UTF-8.
 *
 * What it reads is mostly a set that equals another one nearly everywhere, so it goes along that
 * one and makes a value only where the two differ.
 */
#include "config.h"

#include "model/packed.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "model/json.h"

/* --- writing --- */

static bool
write_size(struct buf *out, size_t size)
{
	unsigned char bytes[(sizeof(size) * 8 + 6) / 7];
	size_t n = 0;

	for (; size > 0x7f; size >>= 7)
		bytes[n++] = (unsigned char)(0x80 | (size & 0x7f));
	bytes[n++] = (unsigned char)size;
	return buf_append(out, bytes, n);
}

static bool
write_text(struct buf *out, const char *text, size_t length)
{
	return write_size(out, length) && buf_append(out, text, length + 1);
}

static bool
write_number(struct buf *out, char kind, const void *number)
{
	return buf_append(out, &kind, 1) && buf_append(out, number, 8);
}

static bool
write_array(const json_t *array, struct buf *out)
{
	const size_t count = json_array_size(array);
	bool fits = buf_append(out, "a", 1) && write_size(out, count);

	for (size_t i = 0; fits && i < count; i++)
		fits = packed_write(json_array_get(array, i), out);
	return fits;
}

static bool
write_object(const json_t *value, struct buf *out)
{
	json_t *object = (json_t *)value;
	bool fits = buf_append(out, "o", 1) && write_size(out, json_object_size(object));

	for (void *i = json_object_iter(object); fits && i; i = json_object_iter_next(object, i)) {
		const char *key = json_object_iter_key(i);

		fits = write_text(out, key, strlen(key)) &&
		       packed_write(json_object_iter_value(i), out);
	}
	return fits;
}

bool
packed_write(const json_t *value, struct buf *out)
{
	const int64_t integer = json_integer_value(value);
	const double real = json_real_value(value);

	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT: return write_object(value, out);
	case JSON_ARRAY: return write_array(value, out);
	case JSON_STRING:
		return buf_append(out, "s", 1) &&
		       write_text(out, json_string_value(value), json_string_length(value));
	case JSON_INTEGER: return write_number(out, 'i', &integer);
	case JSON_REAL: return write_number(out, 'r', &real);
	case JSON_TRUE: return buf_append(out, "t", 1);
	case JSON_FALSE: return buf_append(out, "f", 1);
	case JSON_NULL: break;
	}
	return buf_append(out, "n", 1);
}

/* --- reading --- */

struct reader {
	const char *at, *end;
	size_t values;		/* that may still come */
	int depth;		/* that may still be gone down */
};

/* false: there is none.  Of a count at least as many bytes follow, of a length even more. */
static bool
read_size(struct reader *r, size_t *size)
{
	unsigned shift = 0;

	*size = 0;
	while (r->at < r->end && shift < 28) {
		const unsigned char byte = (unsigned char)*r->at++;

		*size |= (size_t)(byte & 0x7f) << shift;
		shift += 7;
		if (byte < 0x80)
			return *size <= (size_t)(r->end - r->at);
	}
	return false;
}

/* Borrowed, with a NUL behind it and none in it; NULL: there is none. */
static const char *
read_text(struct reader *r, size_t *length)
{
	const char *text;

	if (!read_size(r, length) || *length == (size_t)(r->end - r->at))
		return NULL;
	text = r->at;
	r->at += *length + 1;
	return memchr(text, '\0', *length + 1) == text + *length ? text : NULL;
}

/* Nearly all texts are, and jansson looks at each byte of what it checks. */
static bool
is_ascii(const char *text, size_t length)
{
	uint64_t bytes, all = 0;
	size_t n = 0;

	for (; n + sizeof(bytes) <= length; n += sizeof(bytes)) {
		memcpy(&bytes, text + n, sizeof(bytes));
		all |= bytes;
	}
	for (; n < length; n++)
		all |= (unsigned char)text[n];
	return (all & 0x8080808080808080u) == 0;
}

static json_t *
read_string(struct reader *r, json_t *like)
{
	size_t length;
	const char *text = read_text(r, &length);

	if (!text)
		return NULL;
	if (json_string_length(like) == length && json_is_string(like) &&
	    memcmp(json_string_value(like), text, length) == 0)
		return json_incref(like);
	return is_ascii(text, length) ? json_stringn_nocheck(text, length)
				      : json_stringn(text, length);
}

/* The reference to value is taken, also in vain. */
static bool
set_member(json_t *object, const char *key, size_t length, json_t *value)
{
	return (is_ascii(key, length) ? json_object_set_new_nocheck(object, key, value)
				      : json_object_set_new(object, key, value)) == 0;
}

static json_t *
new_number(char kind, const char *bytes)
{
	int64_t integer;
	double real;

	memcpy(&integer, bytes, 8);
	memcpy(&real, bytes, 8);
	return kind == 'i' ? json_integer(integer) : json_real(real);	/* NULL: not finite */
}

/* By its bits: 0.0 and -0.0 are equal numbers and two texts. */
static json_t *
read_number(struct reader *r, char kind, json_t *like)
{
	const int64_t integer = json_integer_value(like);
	const double real = json_real_value(like);
	const char *bytes = r->at;
	const bool is_kind = kind == 'i' ? json_is_integer(like) : json_is_real(like);

	if (r->end - r->at < 8)
		return NULL;
	r->at += 8;
	if (is_kind && memcmp(bytes, kind == 'i' ? (const void *)&integer : &real, 8) == 0)
		return json_incref(like);
	return new_number(kind, bytes);
}

static json_t *read_value(struct reader *r, json_t *like);

/* Takes the reference to `made`.  Elements that are the very same in both are one value. */
static json_t *
array_or_like(json_t *made, json_t *like)
{
	const size_t count = json_array_size(made);

	if (!json_is_array(like) || json_array_size(like) != count)
		return made;
	for (size_t i = 0; i < count; i++)
		if (json_array_get(made, i) != json_array_get(like, i))
			return made;
	json_decref(made);
	return json_incref(like);
}

/* Setters take the reference to a value also in vain, and refuse NULL. */
static json_t *
read_array(struct reader *r, json_t *like)
{
	json_t *array = json_array();
	size_t count;
	bool is_good = read_size(r, &count);

	for (size_t i = 0; is_good && i < count; i++)
		is_good = json_array_append_new(array,
						read_value(r, json_array_get(like, i))) == 0;
	if (is_good)
		return array_or_like(array, like);
	json_decref(array);
	return NULL;
}

/* An object that is read: up to now the first `count` members of `like`, as long as nothing is
 * made. */
struct unfinished {
	json_t *like, *made;
	size_t count;
	void *next;	/* of like: the member that probably comes */
};

/* Its member of that key; `next` is the one behind it then. */
static void *
member_like(struct unfinished *object, const char *key)
{
	void *member = object->next;

	if (!member || strcmp(json_object_iter_key(member), key) != 0)
		member = json_object_iter_at(object->like, key);
	return member;
}

static void
make_own(struct unfinished *object)
{
	void *i = json_object_iter(object->like);

	object->made = json_object();
	for (size_t n = 0; n < object->count; n++) {
		json_object_set_nocheck(object->made, json_object_iter_key(i),
					json_object_iter_value(i));
		i = json_object_iter_next(object->like, i);
	}
}

static bool
read_member(struct reader *r, struct unfinished *object)
{
	size_t length;
	const char *key = read_text(r, &length);
	void *member = key ? member_like(object, key) : NULL;
	json_t *theirs = member ? json_object_iter_value(member) : NULL;
	json_t *value = key ? read_value(r, theirs) : NULL;
	bool is_theirs = value && value == theirs && member == object->next;

	if (!object->made && !is_theirs)
		make_own(object);
	if (member)
		object->next = json_object_iter_next(object->like, member);
	object->count++;
	if (object->made)
		return value && set_member(object->made, key, length, value);
	json_decref(value);
	return true;
}

/* A key that is there twice makes the object smaller than it says. */
static json_t *
read_object(struct reader *r, json_t *like)
{
	struct unfinished object = {.like = like, .next = json_object_iter(like)};
	size_t count;
	bool is_good = read_size(r, &count);

	if (!json_is_object(like) || count < json_object_size(like))
		make_own(&object);
	while (is_good && object.count < count)
		is_good = read_member(r, &object);
	if (is_good && !object.made)
		return json_incref(like);
	if (is_good && json_object_size(object.made) == count)
		return object.made;
	json_decref(object.made);
	return NULL;
}

static json_t *
read_container(struct reader *r, char kind, json_t *like)
{
	json_t *value = NULL;

	if (r->depth > 0) {
		r->depth--;
		value = kind == 'a' ? read_array(r, like) : read_object(r, like);
		r->depth++;
	}
	return value;
}

static json_t *
read_value(struct reader *r, json_t *like)
{
	char kind;

	if (r->at == r->end || r->values == 0)
		return NULL;
	r->values--;
	kind = *r->at++;
	switch (kind) {
	case 'n': return json_null();
	case 't': return json_true();
	case 'f': return json_false();
	case 'i':
	case 'r': return read_number(r, kind, like);
	case 's': return read_string(r, like);
	case 'a':
	case 'o': return read_container(r, kind, like);
	default: return NULL;
	}
}

bool
packed_each(const char *bytes, size_t length, packed_take *take, void *data)
{
	struct reader r = {bytes, bytes + length, JSON_VALUES_MAX - 1, JSON_DEPTH_MAX - 1};
	size_t count;

	if (length == 0 || *r.at++ != 'a' || !read_size(&r, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		json_t *element = read_value(&r, NULL);

		if (!element)
			return false;
		take(data, element);
		json_decref(element);
	}
	return r.at == r.end;
}

json_t *
packed_read(const char *bytes, size_t length, json_t *like)
{
	struct reader r = {bytes, bytes + length, JSON_VALUES_MAX, JSON_DEPTH_MAX};
	json_t *value = read_value(&r, like);

	if (r.at == r.end)
		return value;
	json_decref(value);
	return NULL;
}
