/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The order protects the cheap from the costly: buckets are looked at before a token is
 * looked up in the database, and wrong tokens cost their address, so that guessing slows down
 * whoever guesses and nobody else.
 *
 * Behind one address there may be a whole company.  So one colleague's broken script must not
 * lock the others out: tokens that were right lately pass even while their address is being
 * slowed down.
 */
#include "config.h"

#include "platform/auth/admit.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "model/error-codes.h"
#include "platform/auth/limit.h"
#include "platform/state/platform.h"

static bool
refuse_for(struct refusal *refused, int seconds)
{
	error_set_code(&refused->err, CODE_TOO_MANY_REQUESTS, .seconds = seconds);
	refused->retry_after = seconds;
	return false;
}

static int
take(struct platform *platform, enum limit_kind kind, const char *key)
{
	return platform->limiter ? limiter_take(platform->limiter, kind, key, clock_steady_ms())
				 : 0;
}

/* That a peer is the daemon's own user is what the kernel says; that it is no workload of that
 * user, the secret proves. */
static enum peer_trust
find_trust(const struct platform *platform, const struct peer *peer,
	   const struct credentials *shown)
{
	if (peer->trust == PEER_PRIVATE && !access_is_owner_secret(platform, shown->secret))
		return PEER_STRANGER;
	return peer->trust;
}

/* Wrong tokens came from there; then only tokens that were right lately are looked at. */
static int
wait_of_guesser(struct platform *platform, const struct peer *peer, enum peer_trust trust,
		const char *authorization)
{
	char hash[IDS_SHA256_HEX_SIZE];

	if (!platform->limiter || trust == PEER_CONTROL || trust == PEER_PRIVATE || !authorization)
		return 0;
	if (access_hash_of(authorization, hash) &&
	    limiter_knows(platform->limiter, LIMIT_CALLER, hash))
		return 0;
	return limiter_look(platform->limiter, LIMIT_WRONG, peer->key, clock_steady_ms());
}

/* Where the secret lies is told to whom it may concern, and who could look for it anyway. */
static bool
refuse_unknown(const struct platform *platform, const struct peer *peer, enum access_answer answer,
	       struct refusal *refused)
{
	bool is_stranger = answer == ACCESS_NO_TOKEN;

	if (is_stranger && peer->trust == PEER_PRIVATE && !platform->token_hash &&
	    platform->owner_file)
		error_set_code(&refused->err, CODE_SOCKET_SECRET_MISSING,
			       .file = platform->owner_file);
	else
		error_set_code(&refused->err,
			       is_stranger			? CODE_TOKEN_MISSING
			       : answer == ACCESS_EXPIRED_TOKEN ? CODE_TOKEN_EXPIRED
								: CODE_TOKEN_REFUSED);
	log_line(LOG_PRIORITY_INFO, "refused", "peer", peer->text, "why",
		 is_stranger ? "no token"
		 : answer == ACCESS_EXPIRED_TOKEN ? "expired token"
						  : "wrong token",
		 NULL);
	return false;
}

static bool
refuse_failed(const struct refusal *refused)
{
	log_line(LOG_PRIORITY_ERROR, "request failed", "error", refused->err.text, NULL);
	return false;
}

bool
admit(struct platform *platform, const struct peer *peer, const struct credentials *shown,
      struct caller *caller, struct refusal *refused)
{
	enum peer_trust trust = find_trust(platform, peer, shown);
	int seconds = wait_of_guesser(platform, peer, trust, shown->authorization);
	enum access_answer answer;

	*refused = (struct refusal){0};
	if (seconds > 0)
		return refuse_for(refused, seconds);
	answer = access_identify(platform, shown->authorization, trust, caller, &refused->err);
	if (answer == ACCESS_FAILED)
		return refuse_failed(refused);
	if (answer != ACCESS_KNOWN) {
		seconds = take(platform, answer == ACCESS_NO_TOKEN ? LIMIT_STRANGER : LIMIT_WRONG,
			       peer->key);
		return seconds > 0 ? refuse_for(refused, seconds)
				   : refuse_unknown(platform, peer, answer, refused);
	}
	/* Who comes without a token here is the daemon's own user: no guest to be held back. */
	seconds = caller->token_hash[0] ? take(platform, LIMIT_CALLER, caller->token_hash) : 0;
	if (seconds == 0)
		return true;
	caller_clear(caller);
	return refuse_for(refused, seconds);
}

/* For a request that waited or streams: who asks is worked out
 * anew, and no bucket is charged. */
bool
admit_again(struct platform *platform, const struct peer *peer, const struct credentials *shown,
	    struct caller *caller, bool *changed, struct refusal *refused)
{
	struct caller now = {0};
	enum access_answer answer;

	*refused = (struct refusal){0};
	answer = access_identify(platform, shown->authorization, find_trust(platform, peer, shown),
				 &now, &refused->err);
	if (changed)
		*changed = answer != ACCESS_KNOWN || now.is_all != caller->is_all ||
			   !grants_are_equal(&now.grants, &caller->grants);
	caller_clear(caller);
	if (answer == ACCESS_FAILED)
		return refuse_failed(refused);
	if (answer != ACCESS_KNOWN)
		return refuse_unknown(platform, peer, answer, refused);
	*caller = now;
	return true;
}
