/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Admission, quota and rights are all answered with 403: only their words tell them apart. */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-refusal.h"

#include <string.h>

#include "platform/drivers/kubernetes/cluster/cluster.h"

/* A webhook's is one of several. */
const char *
kube_refusal_code(const struct kube_reply *reply)
{
	const char *text = reply->err.text;

	if (strstr(text, "admission webhook") || strstr(text, "denied the request") ||
	    strstr(text, "violates PodSecurity"))
		return "admission";
	if (strstr(text, "exceeded quota") || strstr(text, "failed quota"))
		return "quota";
	switch (reply->status) {
	case 403:
		return "forbidden";
	case 409:
		return "conflict";
	case 400:
	case 422:
		return "invalid";
	case 500:	/* to an apply of what has another type it is the answer, too */
		return strstr(text, "typed patch object") ? "invalid" : "failed";
	default:
		return "cannot-apply";
	}
}

/* A failed test is a 422 without causes, and so is a place that is not there; what is invalid has
 * them.  404 and 409: by now it is gone, there, or another one. */
bool
kube_refusal_is_outdated(const struct kube_reply *reply, bool is_there)
{
	return (reply->status == 422 && json_object_size(reply->details) == 0) ||
	       reply->status == 409 || (reply->status == 404 && is_there);
}

bool
kube_refuses_dry_runs(const struct kube_reply *reply)
{
	return reply->status == 400 && strstr(reply->err.text, "does not support dry run");
}
