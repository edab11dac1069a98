/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What placeholders mean: one table of the forms, over a source that knows
 * the values.
 *
 *	${externals.R.OUT}                 an output of a private resource of this module
 *	${shared.R.OUT}                    an output of a shared resource
 *	${modules.M.service.name}          where another module is reached
 *	${modules.M.externals.R.OUT}       an output of another module's private resource
 *	${values.KEY}                      a shared value (a key may have dots)
 *	${context.env.id}, ...             struct reference_context
 *	${resources['TYPE.CLASS#ID'].outputs.OUT}  another resource, in a definition's inputs;
 *	                                   also 'TYPE', 'TYPE.CLASS', 'TYPE#ID'
 *	${params.NAME}, ...                struct reference_source.locals
 *	${resources.R.OUT}                 Score's form, in a module: its own resource R, else
 *	                                   the shared one
 *
 * OUT may be followed by more names where the output is an object.
 */
#ifndef SIDESTAGE_MODEL_REFERENCE_H
#define SIDESTAGE_MODEL_REFERENCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct error;

/* ${context.org.id}, app.id, env.id, env.type, env.name, res.id, res.type, res.class,
 * res.guresid, deployment.id, set.id.  A member that is NULL is not known here. */
struct reference_context {
	const char *org_id, *app_id, *env_id, *env_type, *env_name, *deployment_id, *set_id;
	const char *res_id, *res_type, *res_class, *res_guresid;
};

/* 'TYPE.CLASS#ID' in its parts, owned. */
struct reference_resource {
	char *type;
	char *resource_class;	/* NULL: not given */
	char *id;		/* NULL: not given */
};
/* false: there is no type in it. */
bool reference_resource_read(struct reference_resource *out, const char *name);
/* Frees the parts; the struct can be used again. */
void reference_resource_clear(struct reference_resource *resource);

/* Each function gives a new reference, or NULL (with err where there is more to say than
 * that it is not there), and sets *secret when the value is one. */
struct reference_source {
	void *data;
	const char *module;		/* whose strings they are; NULL: a definition's inputs */
	struct reference_context context;
	/* {"params": {...}, ...}: what can be named here besides, by the first name.  NULL:
	 * nothing. */
	const json_t *locals;
	/* res_id: "shared.db", "modules.web.externals.dns". */
	json_t *(*output)(void *data, const char *res_id, const char *name, bool *secret,
			  struct error *err);
	bool (*is_declared)(void *data, const char *res_id);
	json_t *(*service)(void *data, const char *module, struct error *err);
	json_t *(*value)(void *data, const char *key, bool *secret, struct error *err);
	/* NULL: no other resource can be named here. */
	json_t *(*resource)(void *data, const struct reference_resource *resource,
			    const char *name, bool *secret, struct error *err);
};

/* A placeholder_lookup; data is a struct reference_source. */
json_t *reference_look_up(void *data, const char *const *tokens, size_t count, bool *secret,
			  struct error *err);

#endif
