/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a kubeconfig says of a credential plugin. */
#include "config.h"

#include <nettle/base64.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "platform/drivers/kubernetes/cluster/kubeconfig.h"
#include "platform/drivers/kubernetes/cluster/settings.h"

#define WORDS_MAX 256
#define EXTENSION "client.authentication.k8s.io/exec"

static const char v1[] = "client.authentication.k8s.io/v1";
static const char v1beta1[] = "client.authentication.k8s.io/v1beta1";

static int
complain(const struct kubeconfig_entry *exec, const char *member, struct error *err,
	 const char *what)
{
	error_set(err, ERROR_INPUT, "%s", what);
	return kubeconfig_blame(exec, member, err);
}

/* NULL and no list is an empty one; the items are checked by the caller. */
static int
read_list(const struct kubeconfig_entry *exec, const char *member, const json_t **out,
	  struct error *err)
{
	*out = json_object_get(exec->value, member);
	if (*out && !json_is_null(*out) && !json_is_array(*out))
		return complain(exec, member, err, _("must be an array"));
	if (json_array_size(*out) > WORDS_MAX)
		return complain(exec, member, err, _("is too long"));
	return 0;
}

static int
read_arguments(struct kube_exec *out, const struct kubeconfig_entry *exec, struct error *err)
{
	const json_t *words;

	if (read_list(exec, "args", &words, err) != 0)
		return -1;
	out->arguments = xcalloc(json_array_size(words) + 1, sizeof(*out->arguments));
	for (size_t i = 0; i < json_array_size(words); i++) {
		const char *word = json_string_value(json_array_get(words, i));

		if (!word)
			return complain(exec, "args", err, _("must be an array of strings"));
		out->arguments[i] = xstrdup(word);
	}
	return 0;
}

static int
read_environment(struct kube_exec *out, const struct kubeconfig_entry *exec, struct error *err)
{
	const json_t *variables;

	if (read_list(exec, "env", &variables, err) != 0)
		return -1;
	out->environment = xcalloc(json_array_size(variables) + 1, sizeof(*out->environment));
	for (size_t i = 0; i < json_array_size(variables); i++) {
		const json_t *variable = json_array_get(variables, i);
		const char *name = json_string_value(json_object_get(variable, "name"));
		const char *value = json_string_value(json_object_get(variable, "value"));

		if (!name || !*name || strchr(name, '=') || !value)
			return complain(exec, "env", err, _("must be an array of objects with name and value"));
		out->environment[i] = xasprintf("%s=%s", name, value);
	}
	return 0;
}

/* A name without a slash is looked for in PATH; any other is a path. */
static int
read_command(struct kube_exec *out, const struct kubeconfig_entry *exec, struct error *err)
{
	char *command;

	if (kubeconfig_text(exec, "command", &command, err) != 0)
		return -1;
	if (!command)
		return complain(exec, "command", err, _("is missing"));
	out->command = strchr(command, '/') ? kubeconfig_path(exec, command) : xstrdup(command);
	free(command);
	return 0;
}

/* Nothing here has a terminal, so what needs one is refused before it fails. */
static int
check_mode(const struct kubeconfig_entry *exec, struct error *err)
{
	char *mode;
	int ret = 0;

	if (kubeconfig_text(exec, "interactiveMode", &mode, err) != 0)
		return -1;
	if (mode && strcmp(mode, "Always") == 0)
		ret = complain(exec, "interactiveMode", err,
			       _("the plugin would ask on a terminal, which a platform does not have; "
				 "use Never or IfAvailable"));
	else if (mode && strcmp(mode, "Never") != 0 && strcmp(mode, "IfAvailable") != 0)
		ret = complain(exec, "interactiveMode", err, _("must be Never or IfAvailable"));
	free(mode);
	return ret;
}

static int
read_version(struct kube_exec *out, const struct kubeconfig_entry *exec, struct error *err)
{
	if (kubeconfig_text(exec, "apiVersion", &out->api_version, err) != 0)
		return -1;
	if (!out->api_version || (strcmp(out->api_version, v1) != 0 &&
				  strcmp(out->api_version, v1beta1) != 0))
		return complain(exec, "apiVersion", err,
				_("must be client.authentication.k8s.io/v1 or "
				  "client.authentication.k8s.io/v1beta1"));
	return 0;
}

/* --- KUBERNETES_EXEC_INFO --- */

/* Borrowed; NULL: the cluster has none for plugins. */
static json_t *
extension_of(const struct kubeconfig_entry *cluster)
{
	const json_t *extensions = json_object_get(cluster->value, "extensions");

	for (size_t i = 0; i < json_array_size(extensions); i++) {
		const json_t *each = json_array_get(extensions, i);
		const char *name = json_string_value(json_object_get(each, "name"));

		if (name && strcmp(name, EXTENSION) == 0)
			return json_object_get(each, "extension");
	}
	return NULL;
}

static json_t *
cluster_info(const struct kubeconfig_entry *cluster, const struct kube_target *target)
{
	json_t *info = json_object(), *extension = extension_of(cluster);

	json_object_set_new(info, "server", json_string(target->server));
	if (target->tls_server_name)
		json_object_set_new(info, "tls-server-name", json_string(target->tls_server_name));
	if (target->ca) {
		size_t length = strlen(target->ca), coded = BASE64_ENCODE_RAW_LENGTH(length);
		char *text = xmalloc(coded);

		base64_encode_raw(text, length, (const uint8_t *)target->ca);
		json_object_set_new(info, "certificate-authority-data", json_stringn(text, coded));
		free(text);
	}
	if (target->proxy)
		json_object_set_new(info, "proxy-url", json_string(target->proxy));
	if (extension)
		json_object_set(info, "config", extension);
	return info;
}

static int
make_info(struct kube_exec *out, const struct kubeconfig_entry *exec,
	  const struct kubeconfig_entry *cluster, const struct kube_target *target,
	  struct error *err)
{
	const json_t *wanted = json_object_get(exec->value, "provideClusterInfo");
	json_t *spec, *info;

	if (wanted && !json_is_null(wanted) && !json_is_boolean(wanted))
		return complain(exec, "provideClusterInfo", err, _("must be true or false"));
	spec = json_pack("{s:b}", "interactive", 0);
	if (json_is_true(wanted))
		json_object_set_new(spec, "cluster", cluster_info(cluster, target));
	info = json_pack("{s:s, s:s, s:o}", "apiVersion", out->api_version, "kind", "ExecCredential",
			 "spec", spec);
	out->info = json_dumps(info, JSON_COMPACT);
	json_decref(info);
	return 0;
}

struct kube_exec *
kubeconfig_exec(const struct kubeconfig_entry *user, const struct kubeconfig_entry *cluster,
		const struct kube_settings *settings, struct error *err)
{
	struct kubeconfig_entry exec = *user;
	struct kube_settings made = {.exec = xcalloc(1, sizeof(*made.exec))};

	exec.value = json_object_get(user->value, "exec");
	strncat(exec.at, "/exec", sizeof(exec.at) - strlen(exec.at) - 1);
	if (!json_is_object(exec.value))
		complain(user, "exec", err, _("must be an object"));
	else if (read_version(made.exec, &exec, err) == 0 && check_mode(&exec, err) == 0 &&
		 read_command(made.exec, &exec, err) == 0 &&
		 read_arguments(made.exec, &exec, err) == 0 &&
		 read_environment(made.exec, &exec, err) == 0 &&
		 kubeconfig_text(&exec, "installHint", &made.exec->install_hint, err) == 0 &&
		 make_info(made.exec, &exec, cluster, &settings->target, err) == 0)
		return made.exec;
	kube_settings_clear(&made);
	return NULL;
}
