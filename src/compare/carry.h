/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whether an environment has a fix: the change from `before` to `after`, as a promotion made
 * it in another environment (promise 10).  It is the merge of that change onto what the
 * environment runs; what else differs there does not matter.
 */
#ifndef SIDESTAGE_COMPARE_CARRY_H
#define SIDESTAGE_COMPARE_CARRY_H

#include <stddef.h>

struct error;
struct set;

enum carry_state {
	CARRY_HAS,		/* every leaf of the fix is there already */
	CARRY_LACKS,		/* it can be taken there as it is; some of it may be there */
	CARRY_CONFLICTS		/* some leaf is neither as before nor as after: a person decides */
};

struct carry {
	enum carry_state state;
	size_t leaves;		/* of the fix */
	size_t there;		/* of these, there already */
	size_t conflicts;
	/* CONFLICTS: the first one, foreign, owned: "web" "/spec/…/image"; what it is there and
	 * what the fix makes of it; NULL: absent */
	char *object, *path, *here, *fix;
};

/* 0, or -1 with err; carry_clear() it after success. */
int carry_find(struct carry *carry, const struct set *before, const struct set *after,
	       const struct set *here, struct error *err) __attribute__((warn_unused_result));
/* Frees the texts of the first conflict; the struct can be used again. */
void carry_clear(struct carry *carry);

#endif
