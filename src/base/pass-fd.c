/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One byte goes along: a message that has none is none. */
#include "config.h"

#include "base/pass-fd.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

union descriptor_message {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

int
pass_fd(int channel, int fd)
{
	union descriptor_message control = {0};
	char byte = 0;
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(int));
	return sendmsg(channel, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int
receive_fd(int channel)
{
	union descriptor_message control = {0};
	char byte;
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *header;
	int fd = -1;

	if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(header), sizeof(int));
	return fd;
}
