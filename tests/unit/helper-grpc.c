/* SPDX-License-Identifier: GPL-3.0-or-later */

/* As much of HTTP/2 as one call takes: frames are written by hand, and of the request's header
 * nothing is read, since every call is the same. */
#include "config.h"

#include "helper-grpc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PREFACE 24
#define FRAME 9
#define PAYLOAD_MAX 16384

enum frame_type { DATA = 0, HEADERS = 1, SETTINGS = 4 };
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4 };

/* :status 200, and content-type with the length of its value to come. */
#define STATUS_200 "\x88"
#define CONTENT_TYPE "\x0f\x10"
#define GRPC_TYPE STATUS_200 CONTENT_TYPE "\x10" "application/grpc"
#define GRPC_STATUS "\x00\x0b" "grpc-status" "\x01"

struct frame {
	enum frame_type type;
	unsigned flags;
	uint32_t stream;
	size_t length;
	unsigned char payload[PAYLOAD_MAX + 1];
};

static bool
read_all(int fd, void *out, size_t length)
{
	for (size_t have = 0; have < length;) {
		ssize_t n = read(fd, (char *)out + have, length - have);

		if (n <= 0)
			return false;
		have += (size_t)n;
	}
	return true;
}

static bool
read_frame(int fd, struct frame *frame)
{
	unsigned char head[FRAME];

	if (!read_all(fd, head, FRAME))
		return false;
	frame->length = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
	frame->type = (enum frame_type)head[3];
	frame->flags = head[4];
	frame->stream = (uint32_t)(head[5] & 0x7f) << 24 | (uint32_t)head[6] << 16 |
			(uint32_t)head[7] << 8 | head[8];
	return frame->length <= PAYLOAD_MAX && read_all(fd, frame->payload, frame->length);
}

static void
put_frame(int fd, enum frame_type type, unsigned flags, uint32_t stream, const void *payload,
	  size_t length)
{
	unsigned char bytes[FRAME + 256] = {
		0, (unsigned char)(length >> 8), (unsigned char)length, (unsigned char)type,
		(unsigned char)flags, (unsigned char)(stream >> 24), (unsigned char)(stream >> 16),
		(unsigned char)(stream >> 8), (unsigned char)stream,
	};

	memcpy(bytes + FRAME, payload, length);
	(void)!write(fd, bytes, FRAME + length);
}

#define PUT(type, flags, text) put_frame(fd, type, flags, stream, text, sizeof(text) - 1)

static void
put_serving(int fd, uint32_t stream, bool serves)
{
	PUT(HEADERS, END_HEADERS, GRPC_TYPE);
	if (serves)
		PUT(DATA, 0, "\0\0\0\0\x02\x08\x01");
	else
		PUT(DATA, 0, "\0\0\0\0\x02\x08\x02");
	PUT(HEADERS, END_HEADERS | END_STREAM, GRPC_STATUS "0");
}

/* The service is short; without one there is nothing behind the five bytes. */
static void
answer_check(int fd, const struct frame *asked)
{
	static int later, dying;
	const char *service = asked->length > 7 ? (const char *)asked->payload + 7 : "";
	uint32_t stream = asked->stream;

	if (strcmp(service, "later") == 0) {
		put_serving(fd, stream, ++later > 3);
	} else if (strcmp(service, "dying") == 0) {
		put_serving(fd, stream, ++dying <= 3);
	} else if (strcmp(service, "gone") == 0) {
		PUT(HEADERS, END_HEADERS | END_STREAM, GRPC_TYPE GRPC_STATUS "5");
	} else if (strcmp(service, "page") == 0) {
		PUT(HEADERS, END_HEADERS, STATUS_200 CONTENT_TYPE "\x09" "text/html");
		PUT(DATA, END_STREAM, "<html>");
	} else if (strcmp(service, "empty") == 0) {
		PUT(HEADERS, END_HEADERS, GRPC_TYPE);
		PUT(DATA, 0, "\0\0\0\0\0");
		PUT(HEADERS, END_HEADERS | END_STREAM, GRPC_STATUS "0");
	} else if (strcmp(service, "cut") == 0) {
		PUT(HEADERS, END_HEADERS, GRPC_TYPE);
		PUT(DATA, 0, "\0\0\0\0\x09\x08\x01");
		PUT(HEADERS, END_HEADERS | END_STREAM, GRPC_STATUS "0");
	} else {
		put_serving(fd, stream, true);
	}
}

static void
serve_connection(int fd)
{
	const struct timeval patience = {.tv_sec = 5};
	static struct frame frame;
	char preface[PREFACE];

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (!read_all(fd, preface, PREFACE) || memcmp(preface, "PRI * HTTP/2.0\r\n", 16) != 0)
		return;
	put_frame(fd, SETTINGS, 0, 0, "", 0);
	while (read_frame(fd, &frame)) {
		frame.payload[frame.length] = '\0';
		if (frame.type == SETTINGS && !(frame.flags & ACK))
			put_frame(fd, SETTINGS, ACK, 0, "", 0);
		else if (frame.type == DATA && (frame.flags & END_STREAM))
			answer_check(fd, &frame);
	}
}

void
helper_serve_grpc(int listener)
{
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			continue;
		serve_connection(fd);
		close(fd);
	}
}
