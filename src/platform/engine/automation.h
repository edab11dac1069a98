/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the platform deploys by itself: an artefact version that was registered and whose ref
 * an active rule of an environment matches takes the place of other versions of the same
 * artefact there.  What is to be done is in the database, so a restart forgets nothing; an
 * environment that is busy is waited for.  A rule has the rights that its maker has at that moment:
 * when these do not reach there any more, it waits until they do.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_AUTOMATION_H
#define SIDESTAGE_PLATFORM_ENGINE_AUTOMATION_H

struct artefact_version;
struct automation;
struct error;
struct platform;
struct rule;

/* Goes on with what an earlier daemon left. */
struct automation *automation_new(struct platform *platform);
void automation_free(struct automation *automation);	/* NULL is fine */

/* It was registered in this organization, by this user. */
int automation_take_version(struct automation *automation, const char *org,
			    const struct artefact_version *version, const char *user,
			    struct error *err);

/* A rule as somebody sent it is completed; ERROR_INPUT for what excludes each other, and for what
 * is no (POSIX extended) regular expression. */
int automation_complete_rule(struct rule *rule, struct error *err);

#endif
