/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The columns are those of both lists, and are measured when the room or the world has changed; a
 * row that is out of sight costs nothing but to be counted. */
#include "config.h"

#include "ui/views/progress-objects.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/widgets/cut.h"

#define ID_COLUMN 3

static bool
is_in_sight(const struct canvas *c, int row)
{
	return row >= 0 && row < c->height;
}

/* In the middle: both ends of a name tell one from another. */
static void
draw_cut(struct canvas *c, enum style style, const char *text, int columns)
{
	char *shown = cut_text(text, columns, CUT_MIDDLE);

	canvas_untrusted_bytes(c, style, shown, 0);
	free(shown);
}

/* The workload that has it, or its own name; free() it. */
static char *
name_of_resource(const struct active_resource *r)
{
	const char *id = untrusted_raw(&r->res_id), *own = strstr(id, ".externals.");
	size_t modules = strlen("modules.");

	if (own && strncmp(id, "modules.", modules) == 0 && own >= id + modules)
		return xstrndup(id + modules, (size_t)(own - id) - modules);
	return xstrdup(strncmp(id, "shared.", 7) == 0 ? id + 7 : id);
}

/* Name, version or type, how it is or where; an address has room for any port. */
void
progress_objects_fit(struct cut_columns *columns, const struct canvas *c,
		     const struct world_environment *e, const struct set *set)
{
	*columns = (struct cut_columns){0};
	for (size_t i = 0; e && i < e->runtime.count; i++) {
		const char *module = untrusted_raw(&e->runtime.modules[i].module);
		const char *reference = set ? set_module_image(set, module) : NULL;
		char *label = reference ? image_label(reference) : xstrdup("");

		cut_columns_measure(columns, 0, module);
		cut_columns_measure(columns, 1, label);
		free(label);
	}
	for (size_t i = 0; e && i < e->resource_count; i++) {
		char *name = name_of_resource(&e->resources[i]);
		char *address = active_resource_address(&e->resources[i]);

		cut_columns_measure(columns, 0, name);
		cut_columns_measure(columns, 1, untrusted_raw(&e->resources[i].type));
		cut_columns_measure(columns, 2, address ? address : "");
		free(name);
		free(address);
	}
	cut_columns_measure(columns, 2, "------------------------  ........");
	/* Behind the dot of each. */
	cut_columns_fit(columns, ID_COLUMN + 2, c->width - ID_COLUMN - 2);
}

/* Where it can be reached or found: what a person copies next. */
static void
draw_outputs(struct canvas *c, const struct active_resource *resource)
{
	static const char *const found[] = {"host", "path"};
	char *address = active_resource_address(resource);
	const char *shown = address;

	for (size_t i = 0; !shown && i < sizeof(found) / sizeof(found[0]); i++)
		shown = json_string_value(json_object_get(resource->outputs, found[i]));
	if (shown)
		canvas_untrusted_bytes(c, STYLE_NORMAL, shown, 0);
	free(address);
}

static void
draw_resource(struct canvas *c, int row, const struct cut_columns *columns,
	      const struct active_resource *r)
{
	bool active = active_resource_status(r) == RESOURCE_ACTIVE;
	char *name = name_of_resource(r);

	canvas_move(c, row, ID_COLUMN);
	canvas_glyph(c, active ? STYLE_OK : STYLE_WARN, active ? GLYPH_DOT : GLYPH_HALF);
	canvas_text(c, STYLE_NORMAL, " ");
	draw_cut(c, STYLE_NORMAL, name, columns->width[0]);
	free(name);
	canvas_move(c, row, columns->at[1]);
	canvas_untrusted(c, STYLE_DIM, &r->type, columns->width[1]);
	canvas_move(c, row, columns->at[2]);
	draw_outputs(c, r);
}

static int
draw_resources(struct canvas *c, int row, const struct cut_columns *columns,
	       const struct world_environment *e)
{
	canvas_move(c, row++, 1);
	canvas_text(c, STYLE_STRONG, _("Resources"));
	for (size_t i = 0; i < e->resource_count; i++, row++)
		if (is_in_sight(c, row))
			draw_resource(c, row, columns, &e->resources[i]);
	return row;
}

/* A job that has ended well is as good as one that runs. */
static bool
is_ready(const struct runtime_module *m)
{
	return m->status == RUNTIME_RUNNING || m->status == RUNTIME_SUCCEEDED;
}

static void
draw_workload(struct canvas *c, int row, const struct cut_columns *columns,
	      const struct runtime_module *m, const struct set *set)
{
	bool ready = is_ready(m);
	bool failed = m->status == RUNTIME_FAILED;
	const char *reference = set ? set_module_image(set, untrusted_raw(&m->module)) : NULL;

	canvas_move(c, row, ID_COLUMN);
	canvas_glyph(c, ready ? STYLE_OK : failed ? STYLE_DANGER : STYLE_WARN,
		     ready ? GLYPH_DOT : failed ? GLYPH_CROSS : GLYPH_HALF);
	canvas_text(c, STYLE_NORMAL, " ");
	draw_cut(c, STYLE_NORMAL, untrusted_raw(&m->module), columns->width[0]);
	canvas_move(c, row, columns->at[1]);
	if (reference) {
		char *label = image_label(reference);

		draw_cut(c, STYLE_DIM, label, columns->width[1]);
		free(label);
	}
	canvas_move(c, row, columns->at[2]);
	canvas_progress(c,
			c->width >= 90	 ? 20
			: c->width >= 60 ? 10
					 : 4,
			m->pods_ready, m->pods_wanted > 0 ? m->pods_wanted : 1);
	canvas_text(c, STYLE_DIM, "  ");
	if (!ready && m->message.raw && *m->message.raw)
		canvas_untrusted(c, STYLE_DIM, &m->message, 0);
	else
		canvas_text(c, STYLE_DIM,
			    ready    ? _("ready")
			    : failed ? _("failed")
				     : _("starting"));
}

/* Where there is not room for all, what one waits for comes first; else nothing moves. */
static int
draw_workloads(struct canvas *c, int row, int room, const struct cut_columns *columns,
	       const struct world_environment *e, const struct set *set)
{
	const struct runtime *all = &e->runtime;
	bool has_room = 1 + (int)all->count <= room;

	canvas_move(c, row++, 1);
	canvas_text(c, STYLE_STRONG, _("Workloads"));
	for (int ready = 0; ready < 2 - has_room; ready++)
		for (size_t i = 0; i < all->count; i++) {
			if (!has_room && is_ready(&all->modules[i]) != (ready == 1))
				continue;
			if (is_in_sight(c, row))
				draw_workload(c, row, columns, &all->modules[i], set);
			row++;
		}
	return row;
}

int
progress_objects_draw(struct canvas *c, int row, int room, const struct cut_columns *columns,
		      const struct world_environment *e, const struct set *set)
{
	int first = row;

	if (e && world_is_known(e, WORLD_RUNTIME))
		row = draw_workloads(c, row, room, columns, e, set);
	if (e && e->resource_count > 0)
		row = draw_resources(c, row + (row > first), columns, e);
	return row - first;
}
