/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * An API server of a cluster that is only large: it lists in pages with tokens that expire, watches
 * with bookmarks, and runs nothing.
 *
 *	big-cluster PORT-FILE NAMESPACES DEPLOYMENTS [one-application]
 *
 * Each namespace "team-000" has so many Deployments, each with a ReplicaSet, a pod, a Service and a
 * ConfigMap.  A namespace is an application of its own, unless it is to be one for all.  Lines of
 * its standard input, with the end of which it ends:
 *
 *	change N D	Deployment D of namespace N gets another image
 *	remove N	namespace N goes, with all that is in it
 *	forbid N	nothing of it may be read
 *	narrow		nothing may be read in all namespaces at once
 *	expire		tokens and versions that were given are too old, and watches end so
 *	hang		requests are read and not answered, from now on
 *	answer		they are again
 *	count		prints how many requests, lists and watches there were, and how many bytes
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/xmalloc.h"

#define REQUEST_MAX 16384
#define BODY_MAX (256u * 1024 * 1024)
#define EVENTS_MAX 64
#define BOOKMARK_S 15
#define VERSION_FIRST 1000

enum what { NAMESPACES, DEPLOYMENTS, REPLICA_SETS, PODS, SERVICES, CONFIG_MAPS, NOTHING };

static const struct collection {
	const char *plural, *kind, *api_version;
	enum what what;
} collections[] = {
	{"namespaces", "Namespace", "v1", NAMESPACES},
	{"deployments", "Deployment", "apps/v1", DEPLOYMENTS},
	{"replicasets", "ReplicaSet", "apps/v1", REPLICA_SETS},
	{"pods", "Pod", "v1", PODS},
	{"services", "Service", "v1", SERVICES},
	{"configmaps", "ConfigMap", "v1", CONFIG_MAPS},
	{"", "Thing", "v1", NOTHING},
};

struct connection {
	struct connection *next, *before;
	int fd;
	char request[REQUEST_MAX + 1];
	size_t length;
	struct buf out;
	size_t sent;
	/* A watch; NULL: none. */
	const struct collection *watched;
	int namespace;		/* -1: all */
	bool takes_bookmarks, is_selective;
	time_t marked_at;
};

struct state {
	int images;		/* how often it was changed */
	long version;
};

static int namespaces, deployments, epoll_fd;
static bool is_one, is_narrow, hangs;
static struct state *states;		/* of each Deployment */
static bool *removed, *forbidden;	/* of each namespace */
static long version = VERSION_FIRST, oldest = VERSION_FIRST;
static struct connection *connections;
static struct {
	size_t requests, lists, watches, open;
	unsigned long long bytes;
} counts;

/* --- objects --- */

static void
add_metadata(struct buf *b, const char *kind, int n, int d, long at, const char *more)
{
	buf_printf(b,
		   "\"metadata\":{\"name\":\"%s-%02d\",\"namespace\":\"team-%03d\",\"uid\":"
		   "\"%s-%d-%d\",\"resourceVersion\":\"%ld\",\"generation\":%d,"
		   "\"creationTimestamp\":\"2026-01-05T08:00:00Z\",%s\"labels\":{\"app\":"
		   "\"service-%02d\",\"app.kubernetes.io/name\":\"service-%02d\","
		   "\"app.kubernetes.io/part-of\":\"",
		   *kind == 'r' || *kind == 'p' ? kind : "service", d, n, kind, n, d, at,
		   *kind == 'd' ? states[n * deployments + d].images + 1 : 1, more, d, d);
	if (is_one)
		buf_puts(b, "shop\"}");
	else
		buf_printf(b, "team-%03d\"}", n);
}

/* As long as those that kubectl leaves behind. */
static void
add_managers(struct buf *b, const char *manager)
{
	buf_printf(b,
		   ",\"managedFields\":[{\"manager\":\"%s\",\"operation\":\"Update\",\"apiVersion\":"
		   "\"apps/v1\",\"time\":\"2026-01-05T08:00:00Z\",\"fieldsType\":\"FieldsV1\","
		   "\"fieldsV1\":{\"f:metadata\":{\"f:annotations\":{\".\":{},\"f:kubectl.kubernetes"
		   ".io/last-applied-configuration\":{}},\"f:labels\":{\".\":{},\"f:app\":{},\"f:app."
		   "kubernetes.io/name\":{},\"f:app.kubernetes.io/part-of\":{}}},\"f:spec\":{\"f:"
		   "progressDeadlineSeconds\":{},\"f:replicas\":{},\"f:revisionHistoryLimit\":{},\"f:"
		   "selector\":{},\"f:strategy\":{\"f:rollingUpdate\":{\".\":{},\"f:maxSurge\":{},\"f:"
		   "maxUnavailable\":{}},\"f:type\":{}},\"f:template\":{\"f:metadata\":{\"f:labels\":{"
		   "\".\":{},\"f:app\":{}}},\"f:spec\":{\"f:containers\":{\"k:{\\\"name\\\":\\\"main"
		   "\\\"}\":{\".\":{},\"f:env\":{\".\":{}},\"f:image\":{},\"f:imagePullPolicy\":{},\"f:"
		   "name\":{},\"f:ports\":{\".\":{}},\"f:readinessProbe\":{},\"f:resources\":{}}},\"f:"
		   "dnsPolicy\":{},\"f:restartPolicy\":{},\"f:schedulerName\":{},\"f:"
		   "securityContext\":{},\"f:terminationGracePeriodSeconds\":{}}}}}}]}",
		   manager);
}

static void
add_template(struct buf *b, int n, int d, int images)
{
	buf_printf(b,
		   "\"template\":{\"metadata\":{\"creationTimestamp\":null,\"labels\":{\"app\":"
		   "\"service-%02d\"}},\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":"
		   "\"registry.example.com/team/service-%02d:%d.%d.%d\",\"ports\":[{\"name\":\"http\","
		   "\"containerPort\":8080,\"protocol\":\"TCP\"}],\"env\":[",
		   d, d, 1 + d % 3, n % 5, images);
	for (int i = 0; i < 8; i++)
		buf_printf(b, "%s{\"name\":\"SETTING_%d\",\"value\":\"value %d of %d\"}",
			   i ? "," : "", i, i, d);
	buf_printf(b,
		   "],\"envFrom\":[{\"configMapRef\":{\"name\":\"service-%02d\"}}],\"resources\":{"
		   "\"limits\":{\"memory\":\"256Mi\"},\"requests\":{\"cpu\":\"100m\",\"memory\":"
		   "\"128Mi\"}},\"readinessProbe\":{\"httpGet\":{\"path\":\"/ready\",\"port\":8080,"
		   "\"scheme\":\"HTTP\"},\"timeoutSeconds\":1,\"periodSeconds\":10,"
		   "\"successThreshold\":1,\"failureThreshold\":3},\"terminationMessagePath\":"
		   "\"/dev/termination-log\",\"terminationMessagePolicy\":\"File\","
		   "\"imagePullPolicy\":\"IfNotPresent\"}],\"restartPolicy\":\"Always\","
		   "\"terminationGracePeriodSeconds\":30,\"dnsPolicy\":\"ClusterFirst\","
		   "\"securityContext\":{},\"schedulerName\":\"default-scheduler\"}}",
		   d);
}

static void
add_deployment(struct buf *b, int n, int d)
{
	const struct state *state = &states[n * deployments + d];
	struct buf applied;

	buf_init(&applied, REQUEST_MAX);
	buf_printf(&applied,
		   "\"annotations\":{\"deployment.kubernetes.io/revision\":\"%d\",\"kubectl."
		   "kubernetes.io/last-applied-configuration\":\"",
		   state->images + 1);
	for (int i = 0; i < 20; i++)	/* what was applied, again */
		buf_printf(&applied, "{\\\"name\\\":\\\"SETTING_%d\\\",\\\"value\\\":\\\"x\\\"},", i);
	buf_puts(&applied, "\"},");
	add_metadata(b, "d", n, d, state->version, buf_str(&applied));
	buf_clear(&applied);
	add_managers(b, "kubectl-client-side-apply");
	buf_printf(b,
		   ",\"spec\":{\"replicas\":1,\"selector\":{\"matchLabels\":{\"app\":\"service-%02d\"}}"
		   ",",
		   d);
	add_template(b, n, d, state->images);
	buf_printf(b,
		   ",\"strategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxUnavailable\":"
		   "\"25%%\",\"maxSurge\":\"25%%\"}},\"revisionHistoryLimit\":10,"
		   "\"progressDeadlineSeconds\":600},\"status\":{\"observedGeneration\":%d,"
		   "\"replicas\":1,\"updatedReplicas\":1,\"readyReplicas\":1,\"availableReplicas\":1,"
		   "\"conditions\":[{\"type\":\"Available\",\"status\":\"True\",\"lastUpdateTime\":"
		   "\"2026-01-05T08:00:09Z\",\"lastTransitionTime\":\"2026-01-05T08:00:09Z\","
		   "\"reason\":\"MinimumReplicasAvailable\",\"message\":\"Deployment has minimum "
		   "availability.\"},{\"type\":\"Progressing\",\"status\":\"True\",\"lastUpdateTime\":"
		   "\"2026-01-05T08:00:09Z\",\"lastTransitionTime\":\"2026-01-05T08:00:05Z\","
		   "\"reason\":\"NewReplicaSetAvailable\",\"message\":\"ReplicaSet has successfully "
		   "progressed.\"}]}",
		   state->images + 1);
}

static void
add_replica_set(struct buf *b, int n, int d)
{
	const struct state *state = &states[n * deployments + d];
	char owner[256];

	snprintf(owner, sizeof(owner),
		 "\"annotations\":{\"deployment.kubernetes.io/revision\":\"%d\"},\"ownerReferences\":"
		 "[{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"service-%02d\",\"uid\":"
		 "\"d-%d-%d\",\"controller\":true}],",
		 state->images + 1, d, n, d);
	add_metadata(b, "r", n, d, state->version, owner);
	add_managers(b, "kube-controller-manager");
	buf_puts(b, ",\"spec\":{\"replicas\":1,");
	add_template(b, n, d, state->images);
	buf_puts(b, "},\"status\":{\"replicas\":1,\"readyReplicas\":1,\"availableReplicas\":1,"
		    "\"observedGeneration\":1}");
}

static void
add_pod(struct buf *b, int n, int d)
{
	char owner[256];

	snprintf(owner, sizeof(owner),
		 "\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"name\":"
		 "\"r-%02d\",\"uid\":\"r-%d-%d\",\"controller\":true}],",
		 d, n, d);
	add_metadata(b, "p", n, d, states[n * deployments + d].version, owner);
	add_managers(b, "kubelet");
	buf_puts(b, ",\"spec\":{\"nodeName\":\"node-1\",\"containers\":[{\"name\":\"main\","
		    "\"image\":\"x\",\"readinessProbe\":{}}]},\"status\":{\"phase\":\"Running\","
		    "\"containerStatuses\":[{\"name\":\"main\",\"ready\":true,\"restartCount\":0,"
		    "\"state\":{\"running\":{\"startedAt\":\"2026-01-05T08:00:05Z\"}}}]}");
}

/* Without the braces around it. */
static void
add_object(struct buf *b, enum what what, int n, int d)
{
	if (what == NAMESPACES) {
		buf_printf(b,
			   "\"metadata\":{\"name\":\"team-%03d\",\"uid\":\"n-%d\",\"resourceVersion\":"
			   "\"%d\"},\"status\":{\"phase\":\"Active\"}",
			   n, n, VERSION_FIRST);
	} else if (what == DEPLOYMENTS) {
		add_deployment(b, n, d);
	} else if (what == REPLICA_SETS) {
		add_replica_set(b, n, d);
	} else if (what == PODS) {
		add_pod(b, n, d);
	} else {
		add_metadata(b, what == SERVICES ? "s" : "c", n, d, VERSION_FIRST, "");
		add_managers(b, "kubectl-client-side-apply");
		buf_printf(b,
			   what == SERVICES
				   ? ",\"spec\":{\"selector\":{\"app\":\"service-%02d\"},\"ports\":[{"
				     "\"port\":80,\"targetPort\":8080,\"protocol\":\"TCP\"}]}"
				   : ",\"data\":{\"settings\":\"number = %d\\n\"}",
			   d);
	}
}

/* --- answers --- */

static void
flush(struct connection *c)
{
	struct epoll_event event = {.data.ptr = c};

	while (c->sent < c->out.length) {
		ssize_t n = send(c->fd, c->out.data + c->sent, c->out.length - c->sent,
				 MSG_NOSIGNAL);

		if (n <= 0)
			break;
		c->sent += (size_t)n;
		counts.bytes += (size_t)n;
	}
	event.events = EPOLLIN | (c->sent < c->out.length ? EPOLLOUT : 0);
	if (c->sent == c->out.length) {
		buf_clear(&c->out);
		c->sent = 0;
	}
	epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
}

static void
reply(struct connection *c, const char *status, const struct buf *body)
{
	buf_printf(&c->out,
		   "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
		   status, body->length);
	buf_append(&c->out, buf_str(body), body->length);
	flush(c);
}

static void
refuse(struct connection *c, int code, const char *status, const char *reason)
{
	struct buf body;

	buf_init(&body, REQUEST_MAX);
	buf_printf(&body,
		   "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"%s\","
		   "\"reason\":\"%s\",\"code\":%d}",
		   status, reason, code);
	reply(c, status, &body);
	buf_clear(&body);
}

/* A piece of a chunked answer. */
static void
send_piece(struct connection *c, const struct buf *piece)
{
	buf_printf(&c->out, "%zx\r\n%s\r\n", piece->length, buf_str(piece));
	flush(c);
}

static void
send_event(struct connection *c, const char *type, int n, int d)
{
	struct buf event;

	buf_init(&event, BODY_MAX);
	buf_printf(&event, "{\"type\":\"%s\",\"object\":{\"kind\":\"%s\",\"apiVersion\":\"%s\",", type,
		   c->watched->kind, c->watched->api_version);
	if (strcmp(type, "BOOKMARK") == 0)
		buf_printf(&event, "\"metadata\":{\"resourceVersion\":\"%ld\"}", version);
	else
		add_object(&event, c->watched->what, n, d);
	buf_puts(&event, "}}\n");
	send_piece(c, &event);
	buf_clear(&event);
}

static void
end_watch(struct connection *c, bool has_expired)
{
	struct buf event;

	buf_init(&event, REQUEST_MAX);
	if (has_expired) {
		buf_puts(&event,
			 "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"status\":\"Failure\","
			 "\"message\":\"too old resource version\",\"reason\":\"Expired\",\"code\":410}"
			 "}\n");
		send_piece(c, &event);
	}
	buf_clear(&event);
	buf_puts(&c->out, "0\r\n\r\n");
	flush(c);
	c->watched = NULL;
	counts.open--;
}

/* --- what is asked --- */

struct question {
	const struct collection *of;
	int namespace;			/* -1: all */
	bool is_object, is_watch, is_selective, takes_bookmarks;
	long version;
	int limit, from;		/* from: how many were given already */
	long token;			/* its version; 0: none */
};

static long
number_of(const char *query, const char *name)
{
	const char *at = query ? strstr(query, name) : NULL;

	return at ? atol(at + strlen(name)) : 0;
}

static bool
read_path(char *path, struct question *out)
{
	char *rest = NULL, *part, *last = NULL;
	bool in_namespace = false;
	size_t i = 0;

	out->namespace = -1;
	for (part = strtok_r(path, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
		if (last && strcmp(last, "namespaces") == 0) {
			in_namespace = true;
			out->namespace = sscanf(part, "team-%d", &out->namespace) == 1 ? out->namespace
										      : namespaces;
		}
		out->is_object = in_namespace && strcmp(last, "namespaces") == 0;
		last = part;
	}
	if (!last || out->namespace >= namespaces)
		return false;
	if (out->is_object)
		last = (char *)"namespaces";
	while (collections[i].what != NOTHING && strcmp(collections[i].plural, last) != 0)
		i++;
	out->of = &collections[i];
	return true;
}

static void
read_query(const char *query, struct question *out)
{
	const char *token = query ? strstr(query, "continue=") : NULL;

	out->is_watch = query && strstr(query, "watch=true");
	out->takes_bookmarks = query && strstr(query, "allowWatchBookmarks=true");
	out->is_selective = query && strstr(query, "labelSelector=");
	out->limit = (int)number_of(query, "limit=");
	out->version = number_of(query, "resourceVersion=");
	if (token)
		(void)!sscanf(token, "continue=%ld.%d", &out->token, &out->from);
}

static bool
is_refused(struct connection *c, const struct question *q)
{
	bool is_all = q->namespace < 0 && q->of->what != NAMESPACES;

	if ((is_all && is_narrow) || (q->namespace >= 0 && forbidden[q->namespace])) {
		refuse(c, 403, "403 Forbidden", "Forbidden");
		return true;
	}
	return false;
}

static void
list(struct connection *c, const struct question *q)
{
	bool is_of_namespaces = q->of->what == NAMESPACES;
	int each = is_of_namespaces ? 1 : deployments, given = 0;
	int end = q->namespace >= 0 ? (q->namespace + 1) * each : namespaces * each;
	int i = (q->namespace >= 0 ? q->namespace * each : 0) + q->from;
	struct buf body;

	counts.lists++;
	if (q->token > 0 && q->token < oldest) {
		refuse(c, 410, "410 Gone", "Expired");
		return;
	}
	if (q->of->what == NOTHING || q->is_selective)
		i = end;
	buf_init(&body, BODY_MAX);
	buf_printf(&body, "{\"kind\":\"%sList\",\"apiVersion\":\"%s\",\"items\":[", q->of->kind,
		   q->of->api_version);
	for (; i < end && (q->limit == 0 || given < q->limit); i++) {
		if (removed[i / each])
			continue;
		buf_puts(&body, given++ ? ",{" : "{");
		add_object(&body, q->of->what, i / each, i % each);
		buf_puts(&body, "}");
	}
	buf_printf(&body, "],\"metadata\":{\"resourceVersion\":\"%ld\"", q->token ? q->token : version);
	if (i < end)
		buf_printf(&body, ",\"continue\":\"%ld.%d\",\"remainingItemCount\":%d",
			   q->token ? q->token : version,
			   i - (q->namespace >= 0 ? q->namespace * each : 0), end - i);
	buf_puts(&body, "}}");
	reply(c, "200 OK", &body);
	buf_clear(&body);
}

static void
watch(struct connection *c, const struct question *q)
{
	counts.watches++;
	counts.open++;
	c->watched = q->of;
	c->namespace = q->namespace;
	c->takes_bookmarks = q->takes_bookmarks;
	c->is_selective = q->is_selective;
	c->marked_at = time(NULL);
	buf_puts(&c->out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
			  "Transfer-Encoding: chunked\r\n\r\n");
	flush(c);
	if (q->version < oldest) {
		end_watch(c, true);
		return;
	}
	for (int i = 0; q->of->what == DEPLOYMENTS && i < namespaces * deployments; i++)
		if (states[i].version > q->version && !removed[i / deployments] &&
		    (q->namespace < 0 || q->namespace == i / deployments))
			send_event(c, "MODIFIED", i / deployments, i % deployments);
}

static void
get_object(struct connection *c, const struct question *q)
{
	struct buf body;

	if (removed[q->namespace]) {
		refuse(c, 404, "404 Not Found", "NotFound");
		return;
	}
	buf_init(&body, BODY_MAX);
	buf_puts(&body, "{\"kind\":\"Namespace\",\"apiVersion\":\"v1\",");
	add_object(&body, NAMESPACES, q->namespace, 0);
	buf_puts(&body, "}");
	reply(c, "200 OK", &body);
	buf_clear(&body);
}

/* All rights but those that were taken away. */
static void
review(struct connection *c)
{
	struct buf body;

	buf_init(&body, REQUEST_MAX);
	buf_printf(&body, "{\"kind\":\"SelfSubjectAccessReview\",\"status\":{\"allowed\":%s}}",
		   is_narrow ? "false" : "true");
	reply(c, "201 Created", &body);
	buf_clear(&body);
}

static void
answer(struct connection *c)
{
	struct question q = {0};
	char method[16] = "", target[4096] = "", *query;
	struct buf body;

	counts.requests++;
	if (hangs)
		return;
	(void)!sscanf(c->request, "%15s %4095s", method, target);
	query = strchr(target, '?');
	if (query)
		*query++ = '\0';
	if (strcmp(method, "POST") == 0) {
		review(c);
	} else if (strcmp(target, "/version") == 0) {
		buf_init(&body, REQUEST_MAX);
		buf_puts(&body, "{\"major\":\"1\",\"minor\":\"36\",\"gitVersion\":\"v1.36.0\"}");
		reply(c, "200 OK", &body);
		buf_clear(&body);
	} else if (strcmp(method, "GET") != 0 || !read_path(target, &q)) {
		refuse(c, 404, "404 Not Found", "NotFound");
	} else {
		read_query(query, &q);
		if (is_refused(c, &q))
			return;
		if (q.is_object)
			get_object(c, &q);
		else if (q.is_watch)
			watch(c, &q);
		else
			list(c, &q);
	}
}

/* --- connections --- */

static void
end_connection(struct connection *c)
{
	if (c->watched)
		counts.open--;
	if (c->next)
		c->next->before = c->before;
	*(c->before ? &c->before->next : &connections) = c->next;
	close(c->fd);
	buf_clear(&c->out);
	free(c);
}

static size_t
body_length(const struct connection *c)
{
	const char *at = strcasestr(c->request, "\r\nContent-Length:");

	return at ? (size_t)strtoul(at + strlen("\r\nContent-Length:"), NULL, 10) : 0;
}

/* false: it has ended. */
static bool
receive(struct connection *c)
{
	ssize_t n = read(c->fd, c->request + c->length, REQUEST_MAX - c->length);
	char *end;

	if (n < 0 && errno == EAGAIN)
		return true;
	if (n <= 0)
		return false;
	c->length += (size_t)n;
	c->request[c->length] = '\0';
	while ((end = strstr(c->request, "\r\n\r\n")) != NULL) {
		size_t used = (size_t)(end - c->request) + 4 + body_length(c);

		if (used > c->length)
			break;
		answer(c);
		c->length -= used;
		memmove(c->request, c->request + used, c->length + 1);
	}
	return c->length < REQUEST_MAX;
}

static void
take_connection(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
	struct connection *c;

	if (fd < 0)
		return;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c = xcalloc(1, sizeof(*c));
	c->fd = fd;
	buf_init(&c->out, BODY_MAX);
	c->next = connections;
	if (connections)
		connections->before = c;
	connections = c;
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd,
		  &(struct epoll_event){.events = EPOLLIN, .data.ptr = c});
}

/* --- what happens --- */

static bool
sees(const struct connection *c, enum what what, int n)
{
	return c->watched && c->watched->what == what && !c->is_selective &&
	       (c->namespace < 0 || c->namespace == n);
}

static void
tell(const char *type, enum what what, int n, int d)
{
	for (struct connection *c = connections; c; c = c->next)
		if (sees(c, what, n))
			send_event(c, type, n, d);
}

static void
change(int n, int d)
{
	struct state *state = &states[n * deployments + d];

	state->version = ++version;
	state->images++;
	tell("MODIFIED", DEPLOYMENTS, n, d);
	tell("MODIFIED", REPLICA_SETS, n, d);
}

static void
remove_namespace(int n)
{
	removed[n] = true;
	for (int d = 0; d < deployments; d++) {
		states[n * deployments + d].version = ++version;
		for (enum what what = DEPLOYMENTS; what < NOTHING; what++)
			tell("DELETED", what, n, d);
	}
	tell("DELETED", NAMESPACES, n, 0);
}

static void
expire(void)
{
	oldest = ++version;
	for (struct connection *c = connections; c; c = c->next)
		if (c->watched)
			end_watch(c, true);
}

static void
take_order(const char *line)
{
	int n = 0, d = 0;
	char word[16] = "";

	(void)!sscanf(line, "%15s %d %d", word, &n, &d);
	n = n < 0 || n >= namespaces ? 0 : n;
	d = d < 0 || d >= deployments ? 0 : d;
	if (strcmp(word, "change") == 0)
		change(n, d);
	else if (strcmp(word, "remove") == 0)
		remove_namespace(n);
	else if (strcmp(word, "forbid") == 0)
		forbidden[n] = true;
	else if (strcmp(word, "narrow") == 0)
		is_narrow = true;
	else if (strcmp(word, "hang") == 0 || strcmp(word, "answer") == 0)
		hangs = *word == 'h';
	else if (strcmp(word, "expire") == 0)
		expire();
	printf("%s %zu requests %zu lists %zu watches %zu open %llu bytes\n", word, counts.requests,
	       counts.lists, counts.watches, counts.open, counts.bytes);
	fflush(stdout);
}

static void
mark(void)
{
	time_t now = time(NULL);

	for (struct connection *c = connections; c; c = c->next)
		if (c->watched && c->takes_bookmarks && !hangs &&
		    now - c->marked_at >= BOOKMARK_S) {
			c->marked_at = now;
			send_event(c, "BOOKMARK", 0, 0);
		}
}

/* --- beginning --- */

static int
listen_anywhere(const char *port_file)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	FILE *file = fopen(port_file, "w");

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 4096) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0 || !file) {
		perror(port_file);
		exit(1);
	}
	fprintf(file, "%d\n", ntohs(address.sin_port));
	fclose(file);
	return fd;
}

static void
begin(char **argv, bool one)
{
	struct rlimit files;

	namespaces = atoi(argv[2]);
	deployments = atoi(argv[3]);
	is_one = one;
	states = xcalloc((size_t)namespaces * (size_t)deployments + 1, sizeof(*states));
	removed = xcalloc((size_t)namespaces + 1, sizeof(*removed));
	forbidden = xcalloc((size_t)namespaces + 1, sizeof(*forbidden));
	for (int i = 0; i < namespaces * deployments; i++)
		states[i].version = VERSION_FIRST;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
}

/* false: nobody gives orders any more. */
static bool
take_orders(void)
{
	static char line[4096];
	static size_t length;
	ssize_t n = read(STDIN_FILENO, line + length, sizeof(line) - 1 - length);
	char *end;

	if (n <= 0)
		return false;
	length += (size_t)n;
	line[length] = '\0';
	while ((end = strchr(line, '\n')) != NULL) {
		*end = '\0';
		take_order(line);
		length -= (size_t)(end + 1 - line);
		memmove(line, end + 1, length + 1);
	}
	return length < sizeof(line) - 1;
}

static void
take_event(const struct epoll_event *event, int listener)
{
	struct connection *c = event->data.ptr;

	if (!c) {
		take_connection(listener);
		return;
	}
	if ((event->events & (EPOLLERR | EPOLLHUP)) ||
	    ((event->events & EPOLLIN) && !receive(c))) {
		end_connection(c);
		return;
	}
	if (event->events & EPOLLOUT)
		flush(c);
}

int
main(int argc, char **argv)
{
	struct epoll_event events[EVENTS_MAX], input = {.events = EPOLLIN, .data.ptr = &events},
					       new = {.events = EPOLLIN, .data.ptr = NULL};
	int listener;

	if (argc < 4 || argc > 5 || atoi(argv[2]) < 1 || atoi(argv[3]) < 1) {
		fputs("usage: big-cluster PORT-FILE NAMESPACES DEPLOYMENTS [one-application]\n",
		      stderr);
		return 2;
	}
	begin(argv, argc == 5);
	listener = listen_anywhere(argv[1]);
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &new);
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &input);
	for (;;) {
		int count = epoll_wait(epoll_fd, events, EVENTS_MAX, 1000);

		for (int i = 0; i < count; i++) {
			if (events[i].data.ptr != &events)
				take_event(&events[i], listener);
			else if (!take_orders())
				return 0;
		}
		mark();
	}
}
