/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A program with a gRPC health check, for the tests of probes. */
#ifndef SIDESTAGE_TESTS_UNIT_HELPER_GRPC_H
#define SIDESTAGE_TESTS_UNIT_HELPER_GRPC_H

/*
 * Answers grpc.health.v1.Health/Check on that socket, one connection after the other, for ever; by
 * the service that is asked for:
 *
 *	""		SERVING
 *	later		NOT_SERVING, from the fourth time on SERVING
 *	dying		SERVING, from the fourth time on NOT_SERVING
 *	gone		the call fails: NOT_FOUND
 *	page		HTTP/2, but no gRPC
 *	empty		a message without a status: UNKNOWN
 *	cut		a message that is longer than what comes
 */
void helper_serve_grpc(int listener) __attribute__((noreturn));

#endif
