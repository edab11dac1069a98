/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What comes of a namespace in a survey. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_RESULT_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_RESULT_H

struct error;
struct kube_survey;
struct survey_place;

/* Its objects become what it gives, which takes them. */
void survey_give(struct kube_survey *survey, struct survey_place *place);
void survey_fail_place(struct kube_survey *survey, struct survey_place *place,
		       const struct error *err);

#endif
