/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which application an adopted namespace is shown in: that of its labels, when it is found first,
 * unless a person chose another.  The choice is in the database, and stays there when the namespace
 * is forgotten; that the labels are to choose again is done once, and then forgotten.
 */
#include "config.h"

#include "platform/engine/follow-private.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/found-namespace.h"
#include "platform/state/platform.h"
#include "platform/state/repository-groups.h"
#include "platform/state/repository.h"

/* --- what was chosen --- */

int
follow_put_option_groups(struct follow *follow, const struct adoption *of, const json_t *groups,
			 struct error *err)
{
	return repository_put_option_groups(follow->platform->repository, of->org, of->cluster,
					    groups, err);
}

json_t *
follow_groups(const struct follow_reader *reader, struct error *err)
{
	json_t *groups = repository_groups(reader->follow->platform->repository, reader->of.org,
					   reader->of.cluster, err);
	char id[ADOPTION_ID_SIZE];
	const char *namespace;
	json_t *app;

	json_object_foreach(groups, namespace, app) {
		adoption_id(id, json_string_value(app), false);
		json_string_set(app, id);
	}
	return groups;
}

/* --- choosing --- */

/* Which application the labels say is not known before the namespace is read again.  So one that
 * somebody chose stays while there are clones. */
static int
check_ungroup(const struct follow_reader *reader, const struct follow_place *place,
	      struct error *err)
{
	struct platform *platform = reader->follow->platform;
	struct error why = {0};
	char id[ADOPTION_ID_SIZE];
	char *app = repository_group(platform->repository, reader->of.org, reader->of.cluster,
				     place->namespace, &why);
	int ret = 0;

	if (!app && why.kind != ERROR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	adoption_id(id, app ? app : "", false);
	if (app && *app && strcmp(place->app, id) == 0)
		ret = adoption_check_move(platform, &reader->of, place->namespace, "", err);
	free(app);
	return ret;
}

static int
check_group(const struct follow_reader *reader, const char *namespace, const json_t *app,
	    struct error *err)
{
	const struct follow_place *place = follow_find_place(reader, namespace);
	const char *id = json_string_value(app);

	if (!id) {
		error_set_code(err, CODE_MEMBER_NOT_STRING, .member = namespace);
		return error_prefix_code(err, CODE_IN_MEMBER, .member = "groups");
	}
	if (!place)
		return error_set_code(err, CODE_NAMESPACE_NOT_FOLLOWED, .namespace = namespace);
	if (*id == '\0')
		return check_ungroup(reader, place, err);
	if (!ids_is_name(id))
		return error_set_code(err, CODE_APPLICATION_ID_INVALID, .app = id);
	return adoption_check_move(reader->follow->platform, &reader->of, namespace, id, err);
}

static int
put_groups(const struct follow_reader *reader, const json_t *groups, struct error *err)
{
	struct repository *repository = reader->follow->platform->repository;
	const char *namespace;
	json_t *app;

	json_object_foreach((json_t *)(uintptr_t)groups, namespace, app)
		if (repository_put_group(repository, reader->of.org, reader->of.cluster, namespace,
					 json_string_value(app), err) != 0)
			return -1;
	return 0;
}

/* To be done when the choice is durable. */
struct regrouping {
	struct follow *follow;
	char *org;
	json_t *groups;
};

static void
free_regrouping(void *data)
{
	struct regrouping *regrouping = data;

	free(regrouping->org);
	json_decref(regrouping->groups);
	free(regrouping);
}

static void
read_again(void *data)
{
	const struct regrouping *regrouping = data;
	struct follow_reader *reader = follow_told_reader(regrouping->follow, regrouping->org,
							  NULL);

	for (struct follow_place *place = reader ? reader->places : NULL; place;
	     place = place->next)
		if (json_object_get(regrouping->groups, place->namespace)) {
			place->wants_group = true;
			place->tried_at = 0;
		}
	if (reader)
		follow_look_now(reader);
}

int
follow_group(struct follow *follow, const char *org, const json_t *groups, struct error *err)
{
	const struct follow_reader *reader = follow_told_reader(follow, org, err);
	struct regrouping *regrouping;
	const char *namespace;
	json_t *app;

	if (!reader)
		return -1;
	if (!json_is_object(groups))
		return error_set_code(err, CODE_MEMBER_NOT_OBJECT, .member = "groups");
	json_object_foreach((json_t *)(uintptr_t)groups, namespace, app)
		if (check_group(reader, namespace, app, err) != 0)
			return -1;
	if (repository_begin(follow->platform->repository, err) != 0)
		return -1;
	regrouping = xcalloc(1, sizeof(*regrouping));
	*regrouping = (struct regrouping){follow, xstrdup(org), json_deep_copy(groups)};
	repository_after_commit(follow->platform->repository, read_again, free_regrouping,
				regrouping);
	return repository_end(follow->platform->repository, put_groups(reader, groups, err), err);
}

/* --- doing so --- */

static void
move_place(struct follow_reader *reader, struct follow_place *place, const char *app,
	   bool is_by_labels)
{
	struct platform *platform = reader->follow->platform;
	struct error err = {0};
	int moved = adoption_move(platform, &reader->of, place->namespace, app, &err);

	if (moved >= 0 && is_by_labels &&
	    repository_drop_group(platform->repository, reader->of.org, reader->of.cluster,
				  place->namespace, &err) != 0)
		follow_add_warning(reader, &err);
	if (moved < 0)
		follow_add_warning(reader, &err);
	place->wants_group = moved < 0;
	place->tried_at = clock_steady_ms();
	if (moved > 0)
		follow_drop_place(reader, place);
}

/* What follows of it is said once.  One that cannot be moved now is tried with the next whole
 * reading. */
void
follow_regroup(struct follow_reader *reader, struct found_namespace *found)
{
	const char *namespace = found->namespace.raw, *labels = found->app.raw;
	struct follow_place *place = follow_find_place(reader, namespace);
	struct error err = {0};
	char *app = repository_group(reader->follow->platform->repository, reader->of.org,
				     reader->of.cluster, namespace, &err);

	if (!app && err.kind != ERROR_NOT_FOUND)
		follow_add_warning(reader, &err);
	else if (app && place)
		move_place(reader, place, *app ? app : labels ? labels : namespace, !*app);
	else if (app && *app)
		untrusted_set(&found->app, app);
	free(app);
}
