/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The door of the driver (driver.h): the work of each operation is done by the part whose header
 * names it. */
#include "config.h"

#include "platform/drivers/kubernetes/kubernetes.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/settings.h"
#include "platform/drivers/kubernetes/objects/objects.h"
#include "platform/drivers/kubernetes/record/kube-record.h"
#include "platform/drivers/kubernetes/review/kube-review.h"
#include "platform/drivers/kubernetes/rollout/kube-rollout.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-found.h"
#include "platform/drivers/kubernetes/space/kube-logs.h"
#include "platform/drivers/kubernetes/space/kube-prepare.h"
#include "platform/drivers/kubernetes/space/kube-pulse.h"
#include "platform/drivers/kubernetes/space/kube-reach.h"
#include "platform/drivers/kubernetes/space/kube-remove.h"
#include "platform/drivers/kubernetes/space/kube-resources.h"
#include "platform/drivers/kubernetes/space/kube-space.h"
#include "platform/drivers/kubernetes/space/wide.h"
#include "platform/drivers/kubernetes/survey/survey.h"
#include "platform/drivers/ports.h"
#include "platform/drivers/task.h"

#define READY_TIMEOUT_MS (10 * 60 * 1000)
#define IMAGE_MAX 4096

static struct kube_driver *
own(struct driver *driver)
{
	return (struct kube_driver *)driver;
}

/* The tasks first: their operations touch them no more.  The cluster last, which drops what is
 * under way without calling anybody. */
static void
kube_free(struct driver *driver)
{
	struct kube_driver *kube = own(driver);

	if (!kube)
		return;
	kube_drop_resource_jobs(kube);
	kube_drop_reviews(kube);
	kube_drop_surveys(kube);
	while (kube->wides)
		kube_wide_free(kube->wides);
	kube_drop_records(kube);
	while (kube->spaces)
		kube_space_free(kube->spaces);
	driver_end_tasks(driver);
	kube_pulse_free(kube->pulse);
	kube_cluster_free(kube->cluster);
	ports_free(kube->ports);
	free(kube->cluster_name);
	free(kube->platform);
	json_decref(kube->unread);
	free(kube);
}

static json_t *
describe(struct driver *driver)
{
	json_t *description = kube_honours();

	json_object_set_new(description, "name", json_string(driver->ops->name));
	json_object_set_new(description, "cluster", json_string(own(driver)->cluster_name));
	return description;
}

/* Whether there is one, only the nodes can tell, which pull it. */
static bool
image_exists(struct driver *driver, const char *image, struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-/:@+";
	size_t length = strlen(image);

	(void)driver;
	if (length > 0 && length <= IMAGE_MAX && strspn(image, letters) == length &&
	    image[0] != '/' && image[0] != ':' && image[0] != '@' && !strstr(image, "//") &&
	    !strchr("/:@", image[length - 1]))
		return true;
	error_set_code(err, CODE_IMAGE_REFERENCE_INVALID, .image = image);
	return false;
}

/* A registry has too many, and is none of the cluster's. */
static json_t *
images(struct driver *driver)
{
	(void)driver;
	return json_array();
}

static char *
default_namespace(struct driver *driver, const char *space)
{
	(void)driver;
	return kube_namespace_name(space);
}

static struct driver_task *
prepare(struct driver *driver, const char *name, const struct driver_home *home,
	const struct driver_waiter *waiter)
{
	int ms = own(driver)->ready_timeout_ms;

	return kube_prepare(own(driver), kube_space_open(own(driver), name, home),
			    ms > KUBE_BATCH_PATIENCE_MS ? ms : 0, waiter);
}

/* What is there is found by what it says, whoever made it.  A fix is not to wait for it long. */
static struct driver_task *
adopt(struct driver *driver, const char *name, const struct driver_home *home,
      const struct driver_waiter *waiter)
{
	struct kube_space *space = kube_space_open(own(driver), name, home);

	if (space->is_adopted) {	/* nothing is made there, and watches find out the rest */
		space->is_removed = false;
		return driver_task_ended(driver, waiter, NULL, NULL);
	}
	return kube_prepare(own(driver), space, 0, waiter);
}

static struct driver_task *
survey(struct driver *driver, const struct driver_survey *asked,
       const struct driver_waiter *waiter)
{
	return kube_survey(own(driver), asked, waiter);
}

static uint64_t
declared(struct driver *driver, const char *name, const char *selector)
{
	struct kube_space *space = kube_space_find(own(driver), name);

	return space ? kube_space_declared(space, selector) : 0;
}

static void
set_read(struct driver *driver, const char *namespace, bool is_read)
{
	if (is_read)
		json_object_del(own(driver)->unread, namespace);
	else
		json_object_set_new(own(driver)->unread, namespace, json_true());
}

static int
check_resource(struct driver *driver, const struct driver_resource *resource, struct error *err)
{
	(void)driver;
	return kube_check_resource(resource, err);
}

static struct driver_task *
provision(struct driver *driver, const char *name, const struct driver_resource *resource,
	  const struct driver_waiter *waiter)
{
	return kube_provision(own(driver), kube_space_open(own(driver), name, NULL), resource,
			      waiter);
}

static struct driver_task *
deprovision(struct driver *driver, const char *name, const char *type, const char *resource,
	    const json_t *outputs, const struct driver_waiter *waiter)
{
	(void)outputs;
	return kube_deprovision(own(driver), kube_space_open(own(driver), name, NULL), type,
				resource, waiter);
}

static struct driver_task *
render(struct driver *driver, const char *name, const char *resource, const json_t *files,
       const json_t *previous, const struct driver_waiter *waiter)
{
	(void)name;
	(void)resource;
	(void)previous;
	return kube_render(own(driver), files, waiter);
}

static struct driver_task *
apply(struct driver *driver, const char *name, const struct driver_deployment *deployment,
      const struct driver_waiter *waiter)
{
	struct kube_space *space = kube_space_open(own(driver), name, NULL);

	if (space->is_adopted && deployment->is_resumed)
		return kube_found_resume(own(driver), space, deployment, waiter);
	if (deployment->is_left)
		return kube_leave(own(driver), space, deployment, waiter);
	if (space->is_adopted)
		kube_found_note(space, deployment);
	return kube_apply(own(driver), space, deployment, waiter);
}

static struct driver_task *
keep(struct driver *driver, const char *name, const json_t *record, const json_t *notes,
     const struct driver_waiter *waiter)
{
	return kube_keep(own(driver), kube_space_open(own(driver), name, NULL), record, notes,
			 waiter);
}

static struct driver_task *
kept(struct driver *driver, const json_t *known, const struct driver_waiter *waiter)
{
	return kube_kept(own(driver), known, waiter);
}

static struct driver_task *
review(struct driver *driver, const char *name, const struct driver_review *review,
       const struct driver_waiter *waiter)
{
	return kube_review(own(driver), name, review, waiter);
}

static json_t *
expect(struct driver *driver, const char *name, const struct driver_home *home,
       const struct driver_resource *resource, const json_t *files, struct error *err)
{
	char *namespace = *home->namespace ? xstrdup(home->namespace) : kube_namespace_name(name);
	json_t *outputs = files ? kube_expect_files(files, err)
				: kube_expect(namespace, resource, err);

	(void)driver;
	free(namespace);
	return outputs;
}

/* Its Service, which is found by its name within the namespace. */
static char *
service_host(struct driver *driver, const char *name, const char *module)
{
	(void)driver;
	(void)name;
	return kube_name(module, NULL, KUBE_NAME_MAX);
}

static void
observe(struct driver *driver, const char *name, struct driver_status *out)
{
	struct kube_space *space = kube_space_find(own(driver), name);

	*out = (struct driver_status){0};
	if (space)
		kube_space_observe(space, out);
}

static void
attend(struct driver *driver, const char *name)
{
	struct kube_space *space = kube_space_find(own(driver), name);

	if (space)
		kube_space_attend(space);
}

static uint64_t
state(struct driver *driver, const char *name)
{
	struct kube_space *space = kube_space_find(own(driver), name);

	return space ? kube_space_state(space) : 0;
}

static void
addresses(struct driver *driver, const char *name, struct driver_addresses *out)
{
	struct kube_space *space = kube_space_find(own(driver), name);

	*out = (struct driver_addresses){0};
	if (space)
		kube_reach_tell(space, out);
}

static struct driver_log *
open_log(struct driver *driver, const char *name, const struct driver_log_query *query)
{
	return (struct driver_log *)kube_log_open(own(driver), name, query);
}

/* What somebody else made is only looked at no more. */
static struct driver_task *
remove_space(struct driver *driver, const char *name, const struct driver_home *home,
	     const struct driver_waiter *waiter)
{
	struct kube_space *space = kube_space_open(own(driver), name, home);

	if (!space->is_adopted)
		return kube_remove(own(driver), space, waiter);
	space->is_removed = true;
	kube_space_close(space);
	return driver_task_ended(driver, waiter, NULL, NULL);
}

/* What runs in a cluster needs no daemon. */
static struct driver_task *
detach(struct driver *driver, const struct driver_waiter *waiter)
{
	return driver_task_ended(driver, waiter, NULL, NULL);
}

static const struct driver_ops kubernetes_ops = {
	.name = DRIVER_KUBERNETES_NAME,
	.driver_type = DRIVER_KUBERNETES_TYPE,
	.continues = true,
	.outlives = true,
	.resources = kube_driver_resources,
	.free = kube_free,
	.describe = describe,
	.image_exists = image_exists,
	.images = images,
	.default_namespace = default_namespace,
	.prepare = prepare,
	.adopt = adopt,
	.survey = survey,
	.declared = declared,
	.set_read = set_read,
	.check_resource = check_resource,
	.provision = provision,
	.deprovision = deprovision,
	.render = render,
	.apply = apply,
	.keep = keep,
	.kept = kept,
	.review = review,
	.expect = expect,
	.service_host = service_host,
	.observe = observe,
	.attend = attend,
	.state = state,
	.addresses = addresses,
	.open_log = open_log,
	.read_log = kube_log_read,
	.close_log = kube_log_close,
	.remove = remove_space,
	.detach = detach,
};

struct driver *
kube_driver_new(struct loop *loop, const struct kube_driver_options *options, struct error *err)
{
	struct kube_driver *kube = xcalloc(1, sizeof(*kube));

	(void)err;
	driver_init(&kube->base, &kubernetes_ops, loop);
	kube->cluster_name = xstrdup(options->cluster);
	kube->base.cluster = kube->cluster_name;
	kube->platform = xstrdup(options->platform);
	kube->unread = json_object();
	kube->name_key = options->name_key;
	kube->ready_timeout_ms =
		options->ready_timeout_ms > 0 ? options->ready_timeout_ms : READY_TIMEOUT_MS;
	kube->cluster = kube_cluster_new(loop, options->access);
	kube->pulse = kube_pulse_new(kube);
	kube->ports = ports_new();
	return &kube->base;
}

/* --- a cluster that a definition names --- */

/* Borrows. */
static struct kube_access_options
access_to(const struct driver_cluster *cluster)
{
	return (struct kube_access_options){
		.server = cluster->server,
		.ca = cluster->ca,
		.token = cluster->token,
		.certificate = cluster->certificate,
		.key = cluster->key,
	};
}

static int
check_cluster(const struct driver_cluster *cluster, struct error *err)
{
	const struct kube_access_options how = access_to(cluster);
	struct kube_settings settings;
	int ret = kube_settings_inline(&settings, &how, err);

	kube_settings_clear(&settings);
	return ret;
}

/* Nothing of the cluster is kept but how it is reached. */
static struct driver *
open_cluster(struct loop *loop, const struct driver_cluster *cluster,
	     const struct driver_cluster_options *options, struct error *err)
{
	const struct kube_access_options how = access_to(cluster);
	const struct kube_driver_options whole = {
		.cluster = options->name,
		.access = kube_access_new(loop, &how, err),
		.platform = options->platform,
		.name_key = options->name_key,
	};

	return whole.access ? kube_driver_new(loop, &whole, err) : NULL;
}

const struct driver_kind kube_driver_kind = {
	.name = DRIVER_KUBERNETES_NAME,
	.driver_type = DRIVER_KUBERNETES_TYPE,
	.resources = kube_driver_resources,
	.check_cluster = check_cluster,
	.open_cluster = open_cluster,
};
