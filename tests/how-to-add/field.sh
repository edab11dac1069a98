# SPDX-License-Identifier: GPL-3.0-or-later
# A field of a workload: a container's "example" is a theme, which the program finds in
# its variables, before one that is there already.
before src/platform/drivers/process/plan.c '/* Besides its image.' <<'END'
static int
read_example(struct plan *plan, const json_t *container, struct error *err)
{
	const json_t *example = json_object_get(container, "example");
	struct plan_program *program = &plan->program;
	size_t count = 0;

	if (!example || json_is_null(example))
		return 0;
	if (!json_is_string(example))
		return error_set_code(err, CODE_FIELD_NOT_STRING, .workload = plan->module,
				      .path = "/spec/containers/*/example");
	while (program->environment[count])
		count++;
	program->environment =
		xreallocarray(program->environment, count + 2, sizeof(*program->environment));
	memmove(program->environment + 1, program->environment,
		(count + 1) * sizeof(*program->environment));
	program->environment[0] = xasprintf("THEME=%s", json_string_value(example));
	return 0;
}

END
after src/platform/drivers/process/plan.c '	plan_read_probes,' <<'END'
	read_example,
END
after src/platform/drivers/process/honours.c '	C "/image",' <<'END'
	C "/example",
END
after src/model/workload-fields.c 'PROGRAM(C)' <<'END'
	{C "/example", ALL, FIELD_TEXT, NULL, "A theme"},
END
instead src/platform/api/score.c 'static const char *const same[] = {"command", "args", "resources"' <<'END'
	static const char *const same[] = {"command", "args", "resources", "example"};
END
after src/compare/field-words.c '} labels[] = {' <<'END'
	{{"spec", "containers", "*", "example"}, "example", -1},
END
