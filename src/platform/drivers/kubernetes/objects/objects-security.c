/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a namespace of the pod security level "baseline" does not let in
 * (kubernetes.io/docs/concepts/security/pod-security-standards), of what a workload can say at all:
 * the node's network, processes and ports are not among it.  The cluster would refuse the pods,
 * which is seen only when they are made; here it is refused by name before anything is written.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"

#define APPARMOR "container.apparmor.security.beta.kubernetes.io/"

static const char *const capabilities[] = {
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
	"NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT", NULL,
};
static const char *const sysctls[] = {
	"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range",
	"net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_rmem",
	"net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem", NULL,
};
static const char *const selinux_types[] = {
	"container_t", "container_init_t", "container_kvm_t", "container_engine_t", "", NULL,
};
static const char *const profiles[] = {"RuntimeDefault", "Localhost", NULL};
static const char *const proc_mounts[] = {"Default", NULL};
static const char *const nothing[] = {"", NULL};

static bool
is_among(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

/* --- one value --- */

static bool
is_not_true(const json_t *value)
{
	return !json_is_true(value);
}

static bool
is_text_among(const json_t *value, const char *const *words)
{
	const char *text = json_string_value(value);

	return !value || json_is_null(value) || (text && is_among(text, words));
}

static bool
are_capabilities(const json_t *value)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
		if (!is_text_among(item, capabilities))
			return false;
	return true;
}

static bool
are_sysctls(const json_t *value)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
		if (!is_text_among(json_object_get(item, "name"), sysctls))
			return false;
	return true;
}

/* Of a securityContext, of a pod or of a container: what a value may be. */
static const struct security_rule {
	const char *member, *below;	/* below NULL: the member itself */
	bool (*fits)(const json_t *value);
	const char *const *words;	/* where `fits` is NULL */
} rules[] = {
	{"privileged", NULL, is_not_true, NULL},
	{"capabilities", "add", are_capabilities, NULL},
	{"procMount", NULL, NULL, proc_mounts},
	{"seLinuxOptions", "type", NULL, selinux_types},
	{"seLinuxOptions", "user", NULL, nothing},
	{"seLinuxOptions", "role", NULL, nothing},
	{"seccompProfile", "type", NULL, profiles},
	{"appArmorProfile", "type", NULL, profiles},
	{"sysctls", NULL, are_sysctls, NULL},
	{"windowsOptions", "hostProcess", is_not_true, NULL},
};

/* --- a pod --- */

/* Takes `member`. */
static int
refuse(const struct kube_workload *w, char *member, struct error *err)
{
	error_set_code(err, CODE_WORKLOAD_NOT_BASELINE, .member = member,
		       .workload = w->declared->module);
	free(member);
	return -1;
}

static int
check_context(const struct kube_workload *w, const char *where, const json_t *context,
	      struct error *err)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct security_rule *rule = &rules[i];
		const json_t *value = json_object_get(context, rule->member);

		if (rule->below)
			value = json_object_get(value, rule->below);
		if (rule->fits ? rule->fits(value) : is_text_among(value, rule->words))
			continue;
		return refuse(w, xasprintf("%s.securityContext.%s%s%s", where, rule->member,
					   rule->below ? "." : "", rule->below ? rule->below : ""),
			      err);
	}
	return 0;
}

/* A hook that asks another host than its pod's is asked by the node. */
static int
check_hooks(const struct kube_workload *w, const char *where, const json_t *container,
	    struct error *err)
{
	static const char *const hooks[] = {"postStart", "preStop"},
				 *const ways[] = {"httpGet", "tcpSocket"};
	const json_t *lifecycle = json_object_get(container, "lifecycle");

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < 2; k++) {
			const json_t *hook = json_object_get(lifecycle, hooks[i]);
			const json_t *way = json_object_get(hook, ways[k]);

			if (!is_text_among(json_object_get(way, "host"), nothing))
				return refuse(w, xasprintf("%s.lifecycle.%s.%s.host", where,
							   hooks[i], ways[k]), err);
		}
	return 0;
}

static int
check_volumes(const struct kube_workload *w, const json_t *pod, struct error *err)
{
	const json_t *volume;
	size_t i;

	json_array_foreach(json_object_get(pod, "volumes"), i, volume) {
		const char *name = json_member_string(volume, "name");

		if (kube_member(volume, "hostPath"))
			return refuse(w, xasprintf("volumes.%s.hostPath", name ? name : "?"), err);
	}
	return 0;
}

static int
check_annotations(const struct kube_workload *w, const json_t *metadata, struct error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach(json_object_get(metadata, "annotations"), key, value) {
		const char *text = json_string_value(value);

		if (strncmp(key, APPARMOR, strlen(APPARMOR)) == 0 && text &&
		    strcmp(text, "runtime/default") != 0 && strncmp(text, "localhost/", 10) != 0)
			return refuse(w, xasprintf("annotations.%s", key), err);
	}
	return 0;
}

int
kube_check_baseline(const struct kube_workload *w, const json_t *metadata, const json_t *pod,
		    struct error *err)
{
	const json_t *container;
	int ret = 0;
	size_t i;

	if (w->is_privileged)
		return 0;
	if (check_volumes(w, pod, err) != 0 || check_annotations(w, metadata, err) != 0 ||
	    check_context(w, "pod", json_object_get(pod, "securityContext"), err) != 0)
		return -1;
	json_array_foreach(json_object_get(pod, "containers"), i, container) {
		const char *name = json_member_string(container, "name");
		char *where = xasprintf("containers.%s", name ? name : "?");

		if (ret == 0)
			ret = check_context(w, where, json_object_get(container, "securityContext"),
					    err);
		if (ret == 0)
			ret = check_hooks(w, where, container, err);
		free(where);
	}
	return ret;
}
