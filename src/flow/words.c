/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States and standings, decided in one place. */
#include "config.h"

#include "flow/words.h"

#include <stdio.h>

#include "base/i18n.h"
#include "flow/world.h"
#include "model/image.h"
#include "model/set.h"

static struct state_words
say(enum mood mood, const char *text)
{
	struct state_words words = {.mood = mood};

	snprintf(words.text, sizeof(words.text), "%s", text);
	return words;
}

static struct state_words
words_of_runtime(const struct world_environment *e)
{
	struct state_words words = {.mood = MOOD_BUSY};
	size_t ready = 0;

	for (size_t i = 0; i < e->runtime.count; i++)
		ready += e->runtime.modules[i].status == RUNTIME_RUNNING ||
			 e->runtime.modules[i].status == RUNTIME_SUCCEEDED;
	if (e->runtime.count == 0 && e->set && json_object_size(set_modules(e->set)) > 0)
		return say(MOOD_BAD, _("nothing runs"));
	if (ready == e->runtime.count)
		return say(MOOD_GOOD, _("running"));
	snprintf(words.text, sizeof(words.text), _("%zu of %zu"), ready, e->runtime.count);
	return words;
}

struct state_words
words_of_environment(const struct world_environment *e)
{
	const struct deployment *last = &e->environment.last_deploy;

	if (e->environment.deleting)
		return say(MOOD_BUSY, _("deleting"));
	if (!last->id.raw)
		return say(MOOD_QUIET, _("never deployed"));
	if (last->status == DEPLOYMENT_PENDING || last->status == DEPLOYMENT_IN_PROGRESS)
		return say(MOOD_BUSY, _("deploying"));
	if (last->status == DEPLOYMENT_FAILED)
		return say(MOOD_BAD, _("deploy failed"));
	if (!e->runtime_known)
		return say(MOOD_QUIET, _("? unknown"));
	return words_of_runtime(e);
}

static enum standing
compare_images(const struct set *here, const struct set *there, const char *module)
{
	const char *a = set_module_image(here, module), *b = set_module_image(there, module);
	struct image x, y;
	int order;

	image_parse(&x, a ? a : "");
	image_parse(&y, b ? b : "");
	order = image_version_compare(x.version, y.version);
	image_clear(&x);
	image_clear(&y);
	return order > 0 ? STANDING_AHEAD : order < 0 ? STANDING_BEHIND : STANDING_OTHER;
}

enum standing
words_standing(const struct world_environment *e, const struct world_environment *baseline,
	       const char *module)
{
	const json_t *here = e->set ? set_module(e->set, module) : NULL;
	const json_t *there = baseline->set ? set_module(baseline->set, module) : NULL;

	if (e == baseline)
		return STANDING_BASE;
	if (!e->set || !baseline->set)
		return STANDING_UNKNOWN;
	if (!here || !there)
		return here ? STANDING_ONLY_HERE : there ? STANDING_MISSING : STANDING_NOWHERE;
	return json_equal(here, there) ? STANDING_SAME : compare_images(e->set, baseline->set, module);
}

const char *
words_sign(enum standing standing)
{
	static const char *const signs[] = {
		[STANDING_BASE] = "",	  [STANDING_UNKNOWN] = "?", [STANDING_NOWHERE] = "",
		[STANDING_SAME] = "=",	  [STANDING_ONLY_HERE] = "+", [STANDING_MISSING] = "-",
		[STANDING_AHEAD] = ">",	  [STANDING_BEHIND] = "<",  [STANDING_OTHER] = "~",
	};

	return signs[standing];
}
