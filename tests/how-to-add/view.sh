# SPDX-License-Identifier: GPL-3.0-or-later
# A view: a sentence about the platform's board, opened on the board by its own key.
new src/ui/views/example.c <<'END'
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An example. */
#include "config.h"

#include "ui/views/example.h"

#include <stdlib.h>

#include "base/i18n.h"
#include "base/xmalloc.h"
#include "ui/canvas.h"
#include "ui/view.h"

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	(void)view;
	(void)ui;
	canvas_move(canvas, 1, 2);
	canvas_text(canvas, STYLE_NORMAL, _("This is what an example shows."));
}

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .run = ui_run_back},
	NO_KEY,
};

static void
close_view(struct view *view)
{
	free(view);
}

const struct view_ops example_view_ops = {
	.title = N_("Example"), .keys = keys, .draw = draw, .close = close_view,
};

struct view *
example_view_new(void)
{
	struct view *view = xcalloc(1, sizeof(*view));

	view->ops = &example_view_ops;
	return view;
}
END
new src/ui/views/example.h <<'END'
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An example. */
#ifndef SIDESTAGE_UI_VIEWS_EXAMPLE_H
#define SIDESTAGE_UI_VIEWS_EXAMPLE_H

struct view;

/* A sentence. */
struct view *example_view_new(void);

#endif
END
after src/ui/actions.h '#define VIEWS(X)' <<'END'
	X(example, "example") \
END
after src/ui/actions.h '#define ACTIONS(X)' <<'END'
	X(EXAMPLE, "example", false, N_("Show the example.")) \
END
after src/ui/views/board-keys.c '#include "ui/views/edit.h"' <<'END'
#include "ui/views/example.h"
END
before src/ui/views/board-keys.c 'const struct key board_keys[] = {' <<'END'
static void
run_example(struct view *view, struct ui *ui)
{
	(void)view;
	ui_push(ui, example_view_new());
}

END
after src/ui/views/board-keys.c 'const struct key board_keys[] = {' <<'END'
	{'0', "0", ACTION_EXAMPLE, N_("example"), .run = run_example},
END
after src/ui/local.mk 'libui_a_SOURCES = \' <<'END'
	src/ui/views/example.c src/ui/views/example.h \
END
