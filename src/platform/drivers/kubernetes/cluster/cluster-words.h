/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a cluster says, as far as it helps: without what stands around the reason, on one line. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_CLUSTER_WORDS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_CLUSTER_WORDS_H

#include <stdbool.h>

/* Each is new, free() it; "" when there is nothing to be said. */
char *kube_words(const char *message);
/* Of a failed pull: the registry's words.  "" when the message only says that it failed. */
char *kube_words_of_pull(const char *message);
char *kube_words_of_scheduler(const char *message);
/* Of a pod that was refused: by a quota, a policy, a webhook. */
char *kube_words_of_refusal(const char *message);
/* Of a container that could not be started: the runtime's words. */
char *kube_words_of_start(const char *message);
char *kube_words_of_mount(const char *message);

/* No further try will help: the image is not there, or we may not have it. */
bool kube_pull_is_hopeless(const char *words);
/* Whether it has one of these in it, whatever their case; NULL at the end. */
bool kube_words_have(const char *text, const char *const *parts);

#endif
