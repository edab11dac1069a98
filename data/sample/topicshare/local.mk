# SPDX-License-Identifier: GPL-3.0-or-later
# The sample.  The process driver runs <images>/<name>/<version> for the image reference
# "<name>:<version>", so every version is a program of that path, built from one source: its
# own number is all it is told, and the source says what that version does.
noinst_LIBRARIES += libtopicshare.a
libtopicshare_a_SOURCES = \
	data/sample/topicshare/client.c \
	data/sample/topicshare/client.h \
	data/sample/topicshare/http.c \
	data/sample/topicshare/http.h \
	data/sample/topicshare/settings.c \
	data/sample/topicshare/settings.h \
	data/sample/topicshare/stop.c \
	data/sample/topicshare/stop.h \
	data/sample/topicshare/text.c \
	data/sample/topicshare/text.h

topicsharedatadir = $(pkgdatadir)/sample/topicshare
dist_topicsharedata_DATA = \
	data/sample/topicshare/topicshare.json \
	data/sample/topicshare/topics.sql

topicshareapidir = $(pkglibexecdir)/images/local/topicshare-api
topicshareapi_PROGRAMS = \
	images/local/topicshare-api/1.4.2 \
	images/local/topicshare-api/2.0.0-rc1 \
	images/local/topicshare-api/2.0.0-rc3
images_local_topicshare_api_1_4_2_SOURCES = data/sample/topicshare/api.c
images_local_topicshare_api_1_4_2_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTOPICSHARE_RELEASE=10402 -DTOPICSHARE_VERSION='"1.4.2"'
images_local_topicshare_api_1_4_2_LDADD = libtopicshare.a $(SQLITE_LIBS) $(JANSSON_LIBS)
images_local_topicshare_api_2_0_0_rc1_SOURCES = data/sample/topicshare/api.c
images_local_topicshare_api_2_0_0_rc1_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTOPICSHARE_RELEASE=20001 -DTOPICSHARE_VERSION='"2.0.0-rc1"'
images_local_topicshare_api_2_0_0_rc1_LDADD = libtopicshare.a $(SQLITE_LIBS) $(JANSSON_LIBS)
images_local_topicshare_api_2_0_0_rc3_SOURCES = data/sample/topicshare/api.c
images_local_topicshare_api_2_0_0_rc3_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTOPICSHARE_RELEASE=20003 -DTOPICSHARE_VERSION='"2.0.0-rc3"'
images_local_topicshare_api_2_0_0_rc3_LDADD = libtopicshare.a $(SQLITE_LIBS) $(JANSSON_LIBS)

topicsharewebdir = $(pkglibexecdir)/images/local/topicshare-web
topicshareweb_PROGRAMS = \
	images/local/topicshare-web/1.4.2 \
	images/local/topicshare-web/1.4.3 \
	images/local/topicshare-web/1.4.4-rc1 \
	images/local/topicshare-web/2.0.0-rc1 \
	images/local/topicshare-web/2.0.0-rc3
images_local_topicshare_web_1_4_2_SOURCES = data/sample/topicshare/web.c
images_local_topicshare_web_1_4_2_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTOPICSHARE_RELEASE=10402 -DTOPICSHARE_VERSION='"1.4.2"'
images_local_topicshare_web_1_4_2_LDADD = libtopicshare.a $(JANSSON_LIBS)
images_local_topicshare_web_1_4_3_SOURCES = data/sample/topicshare/web.c
images_local_topicshare_web_1_4_3_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTOPICSHARE_RELEASE=10403 -DTOPICSHARE_VERSION='"1.4.3"'
images_local_topicshare_web_1_4_3_LDADD = libtopicshare.a $(JANSSON_LIBS)
images_local_topicshare_web_1_4_4_rc1_SOURCES = data/sample/topicshare/web.c
images_local_topicshare_web_1_4_4_rc1_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTOPICSHARE_RELEASE=10404 -DTOPICSHARE_VERSION='"1.4.4-rc1"'
images_local_topicshare_web_1_4_4_rc1_LDADD = libtopicshare.a $(JANSSON_LIBS)
images_local_topicshare_web_2_0_0_rc1_SOURCES = data/sample/topicshare/web.c
images_local_topicshare_web_2_0_0_rc1_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTOPICSHARE_RELEASE=20001 -DTOPICSHARE_VERSION='"2.0.0-rc1"'
images_local_topicshare_web_2_0_0_rc1_LDADD = libtopicshare.a $(JANSSON_LIBS)
images_local_topicshare_web_2_0_0_rc3_SOURCES = data/sample/topicshare/web.c
images_local_topicshare_web_2_0_0_rc3_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTOPICSHARE_RELEASE=20003 -DTOPICSHARE_VERSION='"2.0.0-rc3"'
images_local_topicshare_web_2_0_0_rc3_LDADD = libtopicshare.a $(JANSSON_LIBS)

topicshareworkerdir = $(pkglibexecdir)/images/local/topicshare-worker
topicshareworker_PROGRAMS = \
	images/local/topicshare-worker/1.8.1 \
	images/local/topicshare-worker/1.9.0
images_local_topicshare_worker_1_8_1_SOURCES = data/sample/topicshare/worker.c
images_local_topicshare_worker_1_8_1_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTOPICSHARE_RELEASE=10801 -DTOPICSHARE_VERSION='"1.8.1"'
images_local_topicshare_worker_1_8_1_LDADD = libtopicshare.a $(SQLITE_LIBS)
images_local_topicshare_worker_1_9_0_SOURCES = data/sample/topicshare/worker.c
images_local_topicshare_worker_1_9_0_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTOPICSHARE_RELEASE=10900 -DTOPICSHARE_VERSION='"1.9.0"'
images_local_topicshare_worker_1_9_0_LDADD = libtopicshare.a $(SQLITE_LIBS)

topicsharesearchdir = $(pkglibexecdir)/images/local/topicshare-search
topicsharesearch_PROGRAMS = \
	images/local/topicshare-search/2.0.0-rc1 \
	images/local/topicshare-search/2.0.0-rc3
images_local_topicshare_search_2_0_0_rc1_SOURCES = data/sample/topicshare/search.c
images_local_topicshare_search_2_0_0_rc1_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTOPICSHARE_RELEASE=20001 -DTOPICSHARE_VERSION='"2.0.0-rc1"'
images_local_topicshare_search_2_0_0_rc1_LDADD = libtopicshare.a $(JANSSON_LIBS)
images_local_topicshare_search_2_0_0_rc3_SOURCES = data/sample/topicshare/search.c
images_local_topicshare_search_2_0_0_rc3_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTOPICSHARE_RELEASE=20003 -DTOPICSHARE_VERSION='"2.0.0-rc3"'
images_local_topicshare_search_2_0_0_rc3_LDADD = libtopicshare.a $(JANSSON_LIBS)

# Needs no cmocka: it speaks TAP by itself.
check_PROGRAMS += tests/sample/test-topicshare
TESTS += tests/sample/test-topicshare
tests_sample_test_topicshare_SOURCES = tests/sample/test-topicshare.c
tests_sample_test_topicshare_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/data/sample/topicshare
tests_sample_test_topicshare_LDADD = libtopicshare.a $(SQLITE_LIBS) $(JANSSON_LIBS)
