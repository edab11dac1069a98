/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A kubeconfig, and what a credential plugin prints. */
#include "config.h"

#include "fuzz.h"

#include "base/error.h"
#include "platform/drivers/kubernetes/cluster/exec-plugin.h"
#include "platform/drivers/kubernetes/cluster/kubeconfig.h"
#include "platform/drivers/kubernetes/cluster/settings.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct kube_exec exec = {.command = (char *)"get",
				 .api_version = (char *)"client.authentication.k8s.io/v1"};
	char *text = fuzz_text(bytes, length);
	struct kube_credential credential;
	struct kube_settings settings;
	struct error err = {0};

	if (kubeconfig_decode(&settings, "/nowhere/config", text, length, NULL, &err) == 0) {
		assert(strncmp(settings.target.server, "http", 4) == 0);
		assert(!settings.token || kube_check_token(settings.token, NULL) == 0);
		assert(!settings.certificate == !settings.key || settings.certificate_file ||
		       settings.key_file);
		assert(!settings.exec || (settings.exec->info && *settings.exec->command));
	} else {
		assert(err.kind != ERROR_NONE && *err.text);
	}
	kube_settings_clear(&settings);
	err = (struct error){0};
	if (kube_credential_decode(&credential, text, length, &exec, &err) == 0) {
		assert(credential.token || (credential.certificate && credential.key));
		kube_credential_clear(&credential);
	} else {
		assert(err.kind != ERROR_NONE && *err.text);
	}
	free(text);
	return 0;
}
