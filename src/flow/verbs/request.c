/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a person asked for: copied, freed, and looked at before anything is read.
 *
 * A flow outlives the view or command that made it, so nothing in its request is borrowed.
 * What is checked here is what can be known without the platform; its ids become parts of a
 * path.
 */
#include "config.h"

#include "flow/verbs/request.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/verb.h"
#include "model/delta.h"

#define IMAGES_MAX 1000

static void
release(const char *text)
{
	free((char *)(uintptr_t)text);
}

static const struct flow_value *
copy_values(const struct flow_value *from)
{
	struct flow_value *values;
	size_t count = 0;

	while (from && from[count].key)
		count++;
	if (!count)
		return NULL;
	values = xcalloc(count + 1, sizeof(*values));
	for (size_t i = 0; i < count; i++)
		values[i] = (struct flow_value){ .key = xstrdup(from[i].key), .kind = from[i].kind,
						 .text = xstrdup_or_null(from[i].text) };
	return values;
}

/* A text may be a secret. */
static void
release_values(const struct flow_value *values)
{
	for (const struct flow_value *v = values; v && v->key; v++) {
		if (v->text)
			explicit_bzero((char *)(uintptr_t)v->text, strlen(v->text));
		release(v->key);
		release(v->text);
	}
	free((void *)(uintptr_t)values);
}

void
flow_copy_request(struct flow_request *to, const struct flow_request *from)
{
	size_t count = 0;
	const char **images;

	to->verb = from->verb;
	to->org = xstrdup_or_null(from->org);
	to->app = xstrdup_or_null(from->app);
	to->env = xstrdup_or_null(from->env);
	to->source = xstrdup_or_null(from->source);
	to->name = xstrdup_or_null(from->name);
	to->type = xstrdup_or_null(from->type);
	to->operation_id = xstrdup_or_null(from->operation_id);
	to->before_set = xstrdup_or_null(from->before_set);
	to->after_set = xstrdup_or_null(from->after_set);
	to->hotfix = xstrdup_or_null(from->hotfix);
	to->before_values = xstrdup_or_null(from->before_values);
	to->after_values = xstrdup_or_null(from->after_values);
	to->values = copy_values(from->values);
	to->decides = from->decides;
	to->resumes = from->resumes;
	to->waits = from->waits;
	while (from->images && from->images[count])
		count++;
	images = xcalloc(count + 1, sizeof(*images));
	for (size_t i = 0; i < count; i++)
		images[i] = xstrdup(from->images[i]);
	to->images = images;
	to->draft = from->draft ? delta_copy(from->draft) : NULL;
}

void
flow_clear_request(struct flow_request *request)
{
	for (size_t i = 0; request->images && request->images[i]; i++)
		release(request->images[i]);
	free((void *)(uintptr_t)request->images);
	delta_free((struct delta *)(uintptr_t)request->draft);
	release(request->org);
	release(request->app);
	release(request->env);
	release(request->source);
	release(request->name);
	release(request->type);
	release(request->operation_id);
	release(request->before_set);
	release(request->after_set);
	release(request->hotfix);
	release(request->before_values);
	release(request->after_values);
	release_values(request->values);
}

static int
check_name(const char *name, const char *what, struct error *err)
{
	if (name && ids_is_name(name))
		return 0;
	return error_set(err, ERROR_INPUT,
			 _("\"%s\" cannot be the id of %s: 2 to 50 lower-case letters, digits and "
			   "single dashes between them"),
			 name ? name : "", what);
}

/* Only what can be told without asking anybody; the rest is found out by the
 * phases, against the platform as it is. */
int
flow_check_request(struct session *session, const struct flow_request *request, struct error *err)
{
	size_t count = 0;

	if (session_check_changes(session, err))
		return -1;
	if (check_name(request->org, _("an organization"), err) ||
	    check_name(request->app, _("an application"), err) ||
	    check_name(request->env, _("an environment"), err))
		return -1;
	if (flow_verb_of(request->verb)->has_source &&
	    check_name(request->source, _("an environment"), err))
		return -1;
	if (request->source && !strcmp(request->source, request->env))
		return error_set(err, ERROR_INPUT, _("%s cannot be its own source"), request->env);
	if (request->verb == FLOW_CLONE &&
	    session_is_protected(session, request->env,
				 request->type ? request->type : "development"))
		return error_set(err, ERROR_INPUT,
				 _("A clone must not be protected: choose another id than %s or "
				   "another type than %s."),
				 request->env, request->type ? request->type : "development");
	while (request->images && request->images[count])
		if (++count > 2 * IMAGES_MAX)
			return error_set(err, ERROR_LIMIT, _("More than %d images."), IMAGES_MAX);
	if (count % 2)
		return error_set(err, ERROR_INPUT, _("%s: no image is given for it"),
				 request->images[count - 1]);
	return 0;
}
