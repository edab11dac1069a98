# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libplatform-http.a
libplatform_http_a_SOURCES = \
	src/platform/http/etag.c \
	src/platform/http/etag.h \
	src/platform/http/exchange.c \
	src/platform/http/exchange.h \
	src/platform/http/health.c \
	src/platform/http/health.h \
	src/platform/http/http-guard.c \
	src/platform/http/http-guard.h \
	src/platform/http/http-log.c \
	src/platform/http/http-log.h \
	src/platform/http/http.c \
	src/platform/http/http.h \
	src/platform/http/metrics.c \
	src/platform/http/metrics.h \
	src/platform/http/private.h \
	src/platform/http/response-cache.c \
	src/platform/http/response-cache.h \
	src/platform/http/room.c \
	src/platform/http/room.h \
	src/platform/http/server.c \
	src/platform/http/server.h \
	src/platform/http/stream.c \
	src/platform/http/stream.h \
	src/platform/http/tls.c \
	src/platform/http/tls.h \
	src/platform/http/waiting.c \
	src/platform/http/waiting.h
