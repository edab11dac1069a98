# SPDX-License-Identifier: GPL-3.0-or-later
# An error of the platform: no environment is called no-example.
before src/model/error-codes.h '	X(ENVIRONMENT_IS_PAUSED, ' <<'END'
	X(ENVIRONMENT_IS_NO_EXAMPLE, 400, N_("{env} is not an example.  Choose another id.")) \
END
before src/platform/api/handlers/environments.c '	if (!*untrusted_raw(&asked->name))' <<'END'
	if (strcmp(place->env, "no-example") == 0)
		return error_set_code(err, CODE_ENVIRONMENT_IS_NO_EXAMPLE, .env = place->env);
END
