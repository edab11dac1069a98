/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "platform/drivers/kubernetes/cluster/selector.h"

#include <string.h>

#include "model/json.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"

static bool
holds_value(const json_t *values, const char *value)
{
	const json_t *one;
	size_t i;

	json_array_foreach(values, i, one)
		if (json_is_string(one) && strcmp(json_string_value(one), value) == 0)
			return true;
	return false;
}

/* One that makes no sense selects nothing. */
static bool
fits(const json_t *expression, const json_t *labels)
{
	const char *operator = kube_read_text(expression, "operator");
	const char *value = json_member_string(labels, kube_read_text(expression, "key"));
	const json_t *values = json_object_get(expression, "values");

	if (strcmp(operator, "Exists") == 0)
		return value != NULL;
	if (strcmp(operator, "DoesNotExist") == 0)
		return !value;
	if (strcmp(operator, "In") == 0)
		return value && holds_value(values, value);
	return strcmp(operator, "NotIn") == 0 && !(value && holds_value(values, value));
}

bool
kube_selects(const json_t *selector, const json_t *labels)
{
	const json_t *expression;
	const char *key;
	json_t *wanted;
	size_t i;

	if (!json_is_object(selector))
		return false;
	json_object_foreach(json_object_get(selector, "matchLabels"), key, wanted)
		if (!json_is_string(wanted) || !json_equal(wanted, json_object_get(labels, key)))
			return false;
	json_array_foreach(json_object_get(selector, "matchExpressions"), i, expression)
		if (!fits(expression, labels))
			return false;
	return true;
}
