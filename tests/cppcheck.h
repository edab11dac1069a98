/* SPDX-License-Identifier: GPL-3.0-or-later */

/* For cppcheck alone, which reads no header of a library: what their macros stand for. */
#define json_object_foreach(object, key, value) \
	for (key = json_object_iter_key(object); key && (value = json_object_get(object, key)); \
	     key = json_object_iter_key(object))
#define json_object_foreach_safe(object, next, key, value) \
	for (next = 0, key = json_object_iter_key(object); \
	     key && (value = json_object_get(object, key)); key = json_object_iter_key(next))
#define json_array_foreach(array, index, value)                                                   \
	for (index = 0; index < json_array_size(array) && (value = json_array_get(array, index)); \
	     index++)
