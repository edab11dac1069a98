/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a person asked for, as a flow keeps it. */
#ifndef SIDESTAGE_FLOW_VERBS_REQUEST_H
#define SIDESTAGE_FLOW_VERBS_REQUEST_H

struct error;
struct flow_request;
struct session;

/* Copies the texts and what else it refers to. */
void flow_copy_request(struct flow_request *to, const struct flow_request *from);
/* Frees what flow_alloc() or document_decode() copied. */
void flow_clear_request(struct flow_request *request);
/* 0, or -1 with err: it is wrong already. */
int flow_check_request(struct session *session, const struct flow_request *request,
		       struct error *err);

#endif
