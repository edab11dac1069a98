/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How the namespace of an environment is called, which is decided once (env-driver.h).
 *
 * What the definition of its "k8s-namespace" gives, "namespace" and "labels", may have placeholders
 * of the context.  A name that is too long for Kubernetes is cut, with a hash of the environment at
 * its end.  Where no definition says it, the driver does; if somebody is there already, because
 * another organization has an application of that name, the hash is put to its end, too.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ENV_NAMESPACE_H
#define SIDESTAGE_PLATFORM_ENGINE_ENV_NAMESPACE_H

struct definition;
struct driver;
struct env_home;
struct environment;
struct error;
struct place;
struct platform;

/* Fills namespace, namespace_def and labels of the home.  driver NULL: it is not known; definition
 * NULL: none matches.  0, or -1 with err and the home as it may be. */
int env_namespace_decide(struct platform *platform, struct driver *driver,
			 const struct definition *definition, const struct place *place,
			 const struct environment *env, struct env_home *home, struct error *err);

#endif
