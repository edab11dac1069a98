/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the public API has and this platform has not: whoever asks for it did not mistype anything,
 * and is to be told so.
 */
#ifndef SIDESTAGE_PLATFORM_API_NOT_OFFERED_H
#define SIDESTAGE_PLATFORM_API_NOT_OFFERED_H

struct route_path;

/* The address that the path is, or is below of: "/orgs/{orgId}/registries".  NULL: it is none of
 * the public API's either.  A path that has a route here is asked with its method. */
const char *not_offered(const struct route_path *path);
const char *not_offered_method(const struct route_path *path, const char *method);

#endif
