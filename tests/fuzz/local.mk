# SPDX-License-Identifier: GPL-3.0-or-later
# A target a parser.  `make check` replays the corpora; `make fuzz` builds them with clang in a
# directory of its own and lets libFuzzer search for FUZZ_SECONDS each.
FUZZ_TARGETS = answer canonical config forward hosts http import isolation journal keys \
	kubeconfig manifests nouns packed patch pattern placeholder pointer redact schedule score set terminal text time version workload
FUZZ_SECONDS = 60
FUZZ_MODEL_REPLAYS = tests/fuzz/replay-canonical tests/fuzz/replay-hosts \
	tests/fuzz/replay-isolation tests/fuzz/replay-manifests tests/fuzz/replay-packed \
	tests/fuzz/replay-pattern \
	tests/fuzz/replay-pointer \
	tests/fuzz/replay-schedule tests/fuzz/replay-score tests/fuzz/replay-set \
	tests/fuzz/replay-text tests/fuzz/replay-time \
	tests/fuzz/replay-version tests/fuzz/replay-workload
FUZZ_REPLAYS = tests/fuzz/replay-answer tests/fuzz/replay-config tests/fuzz/replay-forward \
	tests/fuzz/replay-import \
	tests/fuzz/replay-journal \
	tests/fuzz/replay-keys tests/fuzz/replay-kubeconfig tests/fuzz/replay-nouns tests/fuzz/replay-patch \
	tests/fuzz/replay-placeholder tests/fuzz/replay-terminal tests/fuzz/replay-http \
	tests/fuzz/replay-redact \
	$(FUZZ_MODEL_REPLAYS)
FUZZ_COMMON = tests/fuzz/fuzz.h
if ENABLE_FUZZ
FUZZ_MAIN =
else
FUZZ_MAIN = tests/fuzz/replay.c
endif
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/replay.c

check_PROGRAMS += $(FUZZ_REPLAYS)
TESTS += $(FUZZ_REPLAYS)

FUZZ_UI_LIBS = libui.a $(FLOW_LIBS) $(NCURSES_LIBS) $(CURL_LIBS) -lm

tests_fuzz_replay_answer_SOURCES = tests/fuzz/fuzz-answer.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_answer_LDADD = $(FUZZ_LIBS) $(PLATFORM_LIBS)
tests_fuzz_replay_config_SOURCES = tests/fuzz/fuzz-config.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_config_LDADD = libbase.a $(FUZZ_LIBS) $(BASE_LIBS)
tests_fuzz_replay_forward_SOURCES = tests/fuzz/fuzz-forward.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_forward_LDADD = $(FUZZ_LIBS) $(PLATFORM_LIBS)
tests_fuzz_replay_import_SOURCES = tests/fuzz/fuzz-import.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_import_LDADD = $(FUZZ_LIBS) $(PLATFORM_LIBS)
tests_fuzz_replay_journal_SOURCES = tests/fuzz/fuzz-journal.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_journal_LDADD = $(FUZZ_LIBS) $(FLOW_LIBS) $(CURL_LIBS)
tests_fuzz_replay_keys_SOURCES = tests/fuzz/fuzz-keys.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_keys_LDADD = $(FUZZ_LIBS) $(FUZZ_UI_LIBS)
tests_fuzz_replay_kubeconfig_SOURCES = tests/fuzz/fuzz-kubeconfig.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_kubeconfig_LDADD = $(FUZZ_LIBS) $(PLATFORM_LIBS)
tests_fuzz_replay_nouns_SOURCES = tests/fuzz/fuzz-nouns.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_nouns_LDADD = $(FUZZ_LIBS) libcompare.a libmodel.a libbase.a $(BASE_LIBS)
tests_fuzz_replay_patch_SOURCES = tests/fuzz/fuzz-patch.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_patch_LDADD = $(FUZZ_LIBS) libmodel.a libbase.a $(BASE_LIBS)
tests_fuzz_replay_placeholder_SOURCES = tests/fuzz/fuzz-placeholder.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_placeholder_LDADD = $(FUZZ_LIBS) libmodel.a libbase.a $(BASE_LIBS)
tests_fuzz_replay_terminal_SOURCES = tests/fuzz/fuzz-terminal.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_terminal_LDADD = $(FUZZ_LIBS) $(FUZZ_UI_LIBS)

tests_fuzz_replay_isolation_SOURCES = tests/fuzz/fuzz-isolation.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_isolation_LDADD = $(FUZZ_LIBS) libcompare.a libmodel.a libbase.a $(BASE_LIBS)
tests_fuzz_replay_pointer_SOURCES = tests/fuzz/fuzz-pointer.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_pointer_LDADD = $(FUZZ_LIBS) libmodel.a libbase.a $(BASE_LIBS)
tests_fuzz_replay_score_SOURCES = tests/fuzz/fuzz-score.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_score_LDADD = $(FUZZ_LIBS) libplatform-api.a libmodel.a libbase.a $(BASE_LIBS)
tests_fuzz_replay_set_SOURCES = tests/fuzz/fuzz-set.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_set_LDADD = $(FUZZ_LIBS) libcompare.a libmodel.a libbase.a $(BASE_LIBS)
tests_fuzz_replay_time_SOURCES = tests/fuzz/fuzz-time.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_time_LDADD = $(FUZZ_LIBS) libmodel.a libbase.a $(BASE_LIBS)
tests_fuzz_replay_version_SOURCES = tests/fuzz/fuzz-version.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_version_LDADD = $(FUZZ_LIBS) libmodel.a libbase.a $(BASE_LIBS)

tests_fuzz_replay_canonical_SOURCES = tests/fuzz/fuzz-canonical.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_canonical_LDADD = $(FUZZ_LIBS) libmodel.a libbase.a $(BASE_LIBS)
tests_fuzz_replay_hosts_SOURCES = tests/fuzz/fuzz-hosts.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_hosts_LDADD = $(FUZZ_LIBS) libcompare.a libnet.a libmodel.a libbase.a $(CURL_LIBS) $(BASE_LIBS)
tests_fuzz_replay_http_SOURCES = tests/fuzz/fuzz-http.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_http_LDADD = $(FUZZ_LIBS) $(PLATFORM_LIBS)
tests_fuzz_replay_pattern_SOURCES = tests/fuzz/fuzz-pattern.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_pattern_LDADD = $(FUZZ_LIBS) libbase.a $(BASE_LIBS)
tests_fuzz_replay_redact_SOURCES = tests/fuzz/fuzz-redact.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_redact_LDADD = $(FUZZ_LIBS) $(PLATFORM_LIBS)
tests_fuzz_replay_schedule_SOURCES = tests/fuzz/fuzz-schedule.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_schedule_LDADD = $(FUZZ_LIBS) libmodel.a libbase.a $(BASE_LIBS)
tests_fuzz_replay_packed_SOURCES = tests/fuzz/fuzz-packed.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_packed_LDADD = $(FUZZ_LIBS) libmodel.a libbase.a $(BASE_LIBS)
tests_fuzz_replay_text_SOURCES = tests/fuzz/fuzz-text.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_text_LDADD = $(FUZZ_LIBS) libcompare.a libmodel.a libbase.a $(BASE_LIBS)
tests_fuzz_replay_manifests_SOURCES = tests/fuzz/fuzz-manifests.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_manifests_LDADD = $(FUZZ_LIBS) libmodel.a libbase.a $(BASE_LIBS)
tests_fuzz_replay_workload_SOURCES = tests/fuzz/fuzz-workload.c $(FUZZ_COMMON) $(FUZZ_MAIN)
tests_fuzz_replay_workload_LDADD = $(FUZZ_LIBS) libmodel.a libbase.a $(BASE_LIBS)

# What is found new is kept in fuzz/corpus; what fails is left as fuzz/crash-*.
fuzz:
	@$(MKDIR_P) fuzz
	cd fuzz && { test -f Makefile || $(abs_top_srcdir)/configure --quiet --enable-fuzz CC=clang; }
	cd fuzz && $(MAKE) $(AM_MAKEFLAGS) $(FUZZ_REPLAYS)
	@cd fuzz && for target in $(FUZZ_TARGETS); do \
		mkdir -p corpus/$$target && echo "== $$target" && \
		tests/fuzz/replay-$$target -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 \
			-max_len=65536 -print_final_stats=1 -verbosity=0 -artifact_prefix=crash-$$target- \
			corpus/$$target $(abs_top_srcdir)/tests/fuzz/corpus/$$target || exit 1; \
	done
.PHONY: fuzz
