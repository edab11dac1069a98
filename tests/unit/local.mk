# SPDX-License-Identifier: GPL-3.0-or-later
if HAVE_CMOCKA
UNIT_LIBS = libcompare.a libmodel.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/unit/test-base tests/unit/test-fuzzy tests/unit/test-model \
	tests/unit/test-placeholder
TESTS += tests/unit/test-base tests/unit/test-fuzzy tests/unit/test-model \
	tests/unit/test-placeholder
check_PROGRAMS += tests/unit/test-properties
TESTS += tests/unit/test-properties
tests_unit_test_properties_SOURCES = tests/property.c tests/property.h tests/unit/test-properties.c
tests_unit_test_properties_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_properties_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-field-words tests/unit/test-isolation-manifests
TESTS += tests/unit/test-field-words tests/unit/test-isolation-manifests
tests_unit_test_isolation_manifests_SOURCES = tests/unit/test-isolation-manifests.c
tests_unit_test_isolation_manifests_LDADD = $(UNIT_LIBS)
tests_unit_test_field_words_SOURCES = tests/unit/test-field-words.c
tests_unit_test_field_words_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-manifests tests/unit/test-manifest-laws
TESTS += tests/unit/test-manifests tests/unit/test-manifest-laws
tests_unit_test_manifests_SOURCES = tests/unit/test-manifests.c tests/unit/kept-manifests.h
tests_unit_test_manifests_LDADD = $(UNIT_LIBS)
tests_unit_test_manifest_laws_SOURCES = tests/property.c tests/property.h \
	tests/unit/test-manifest-laws.c
tests_unit_test_manifest_laws_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_manifest_laws_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-pattern
TESTS += tests/unit/test-pattern
tests_unit_test_pattern_SOURCES = tests/unit/test-pattern.c
tests_unit_test_pattern_LDADD = libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/unit/test-version
TESTS += tests/unit/test-version
tests_unit_test_version_SOURCES = tests/property.c tests/property.h tests/unit/test-version.c
tests_unit_test_version_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_version_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-isolation
TESTS += tests/unit/test-isolation
tests_unit_test_isolation_SOURCES = tests/unit/test-isolation.c tests/unit/below-valgrind.h tests/unit/quoted-json.h
tests_unit_test_isolation_LDADD = $(UNIT_LIBS)

tests_unit_test_base_SOURCES = tests/unit/test-base.c
tests_unit_test_base_LDADD = libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)
tests_unit_test_fuzzy_SOURCES = tests/unit/test-fuzzy.c
tests_unit_test_fuzzy_LDADD = libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)
tests_unit_test_model_SOURCES = tests/unit/test-model.c tests/unit/below-valgrind.h
tests_unit_test_model_LDADD = $(UNIT_LIBS)
tests_unit_test_placeholder_SOURCES = tests/unit/test-placeholder.c
tests_unit_test_placeholder_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-values
TESTS += tests/unit/test-values
tests_unit_test_values_SOURCES = tests/property.c tests/property.h tests/unit/test-values.c
tests_unit_test_values_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_values_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-extensions
TESTS += tests/unit/test-extensions
tests_unit_test_extensions_SOURCES = tests/unit/test-extensions.c
tests_unit_test_extensions_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-error-codes
TESTS += tests/unit/test-error-codes
tests_unit_test_error_codes_SOURCES = tests/unit/test-error-codes.c
tests_unit_test_error_codes_LDADD = $(UNIT_LIBS)

# What a cluster gave is recorded by tests/kube/failures/record.py.
check_PROGRAMS += tests/unit/test-kube-verdict
TESTS += tests/unit/test-kube-verdict
tests_unit_test_kube_verdict_SOURCES = tests/unit/test-kube-verdict.c
tests_unit_test_kube_verdict_LDADD = libplatform-drivers.a libdb.a libnet.a libmodel.a libbase.a \
	$(CMOCKA_LIBS) $(SQLITE_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/unit/test-schedule
TESTS += tests/unit/test-schedule
tests_unit_test_schedule_SOURCES = tests/unit/test-schedule.c
tests_unit_test_schedule_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-quantity
TESTS += tests/unit/test-quantity
tests_unit_test_quantity_SOURCES = tests/unit/test-quantity.c
tests_unit_test_quantity_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-workload
TESTS += tests/unit/test-workload
tests_unit_test_workload_SOURCES = tests/unit/test-workload.c
tests_unit_test_workload_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-comment
TESTS += tests/unit/test-comment
tests_unit_test_comment_SOURCES = tests/unit/test-comment.c
tests_unit_test_comment_LDADD = $(UNIT_LIBS)
check_PROGRAMS += tests/unit/test-nouns
TESTS += tests/unit/test-nouns
tests_unit_test_nouns_SOURCES = tests/unit/test-nouns.c
tests_unit_test_nouns_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-noun-laws
TESTS += tests/unit/test-noun-laws
tests_unit_test_noun_laws_SOURCES = tests/property.c tests/property.h tests/unit/test-noun-laws.c
tests_unit_test_noun_laws_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_noun_laws_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-carry
TESTS += tests/unit/test-carry
tests_unit_test_carry_SOURCES = tests/unit/test-carry.c
tests_unit_test_carry_LDADD = $(CMOCKA_LIBS) $(FLOW_LIBS)

check_PROGRAMS += tests/unit/test-clone-secrets
TESTS += tests/unit/test-clone-secrets
tests_unit_test_clone_secrets_SOURCES = tests/unit/test-clone-secrets.c tests/unit/quoted-json.h
tests_unit_test_clone_secrets_LDADD = $(CMOCKA_LIBS) $(FLOW_LIBS)

check_PROGRAMS += tests/unit/test-access
TESTS += tests/unit/test-access
tests_unit_test_access_SOURCES = tests/unit/test-access.c
tests_unit_test_access_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)

check_PROGRAMS += tests/unit/test-kube-access tests/unit/test-kubeconfig
TESTS += tests/unit/test-kube-access tests/unit/test-kubeconfig
tests_unit_test_kubeconfig_SOURCES = tests/unit/test-kubeconfig.c tests/unit/kube-files.c \
	tests/unit/kube-files.h
tests_unit_test_kubeconfig_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_kube_access_SOURCES = tests/unit/test-kube-access.c tests/unit/below-valgrind.h \
	tests/unit/kube-files.c tests/unit/kube-files.h
tests_unit_test_kube_access_LDADD = $(DRIVER_TEST_LIBS)

check_PROGRAMS += tests/unit/test-effects
TESTS += tests/unit/test-effects
tests_unit_test_effects_SOURCES = tests/unit/test-effects.c tests/unit/memory-driver.c \
	tests/unit/memory-driver.h tests/unit/memory-platform.c tests/unit/memory-platform.h
tests_unit_test_effects_LDFLAGS = -Wl,--wrap=sqlite3_step -Wl,--wrap=sqlite3_exec
tests_unit_test_effects_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)

check_PROGRAMS += tests/unit/test-artefact-lists
TESTS += tests/unit/test-artefact-lists
tests_unit_test_artefact_lists_SOURCES = tests/unit/test-artefact-lists.c \
	tests/unit/memory-driver.c tests/unit/memory-driver.h tests/unit/memory-platform.c \
	tests/unit/memory-platform.h
tests_unit_test_artefact_lists_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)

check_PROGRAMS += tests/unit/test-deploy-review tests/unit/test-rollout
TESTS += tests/unit/test-deploy-review tests/unit/test-rollout
tests_unit_test_deploy_review_SOURCES = tests/unit/test-deploy-review.c tests/unit/memory-driver.c \
	tests/unit/memory-driver.h tests/unit/memory-platform.c tests/unit/memory-platform.h
tests_unit_test_deploy_review_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)
tests_unit_test_rollout_SOURCES = tests/unit/test-rollout.c tests/unit/memory-driver.c \
	tests/unit/memory-driver.h tests/unit/memory-platform.c tests/unit/memory-platform.h
tests_unit_test_rollout_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)

check_PROGRAMS += tests/unit/test-manifest-patch
TESTS += tests/unit/test-manifest-patch
tests_unit_test_manifest_patch_SOURCES = tests/unit/test-manifest-patch.c
tests_unit_test_manifest_patch_LDADD = $(UNIT_LIBS)
check_PROGRAMS += tests/unit/test-adopted-patch
TESTS += tests/unit/test-adopted-patch
tests_unit_test_adopted_patch_SOURCES = tests/unit/test-adopted-patch.c
tests_unit_test_adopted_patch_LDADD = $(DRIVER_TEST_LIBS)
check_PROGRAMS += tests/unit/test-field-owner
TESTS += tests/unit/test-field-owner
tests_unit_test_field_owner_SOURCES = tests/unit/test-field-owner.c
tests_unit_test_field_owner_LDADD = $(DRIVER_TEST_LIBS)
check_PROGRAMS += tests/unit/test-kube-changes
TESTS += tests/unit/test-kube-changes
tests_unit_test_kube_changes_SOURCES = tests/unit/test-kube-changes.c
tests_unit_test_kube_changes_LDADD = $(DRIVER_TEST_LIBS)
check_PROGRAMS += tests/unit/test-kube-stand-in
TESTS += tests/unit/test-kube-stand-in
tests_unit_test_kube_stand_in_SOURCES = tests/unit/test-kube-stand-in.c
tests_unit_test_kube_stand_in_LDADD = $(DRIVER_TEST_LIBS)
check_PROGRAMS += tests/unit/test-kube-names tests/unit/test-kube-objects tests/unit/test-kube-reach
TESTS += tests/unit/test-kube-names tests/unit/test-kube-objects tests/unit/test-kube-reach
tests_unit_test_kube_reach_SOURCES = tests/unit/test-kube-reach.c
tests_unit_test_kube_reach_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_kube_names_SOURCES = tests/unit/test-kube-names.c
tests_unit_test_kube_names_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_kube_objects_SOURCES = tests/unit/test-kube-objects.c
tests_unit_test_kube_objects_LDADD = $(DRIVER_TEST_LIBS)

check_PROGRAMS += tests/unit/test-env-driver
TESTS += tests/unit/test-env-driver
tests_unit_test_env_driver_SOURCES = tests/unit/test-env-driver.c tests/unit/memory-driver.c \
	tests/unit/memory-driver.h tests/unit/memory-platform.c tests/unit/memory-platform.h
tests_unit_test_env_driver_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)

check_PROGRAMS += tests/unit/test-records
TESTS += tests/unit/test-records
tests_unit_test_records_SOURCES = tests/unit/test-records.c tests/unit/memory-driver.c \
	tests/unit/memory-driver.h tests/unit/memory-platform.c tests/unit/memory-platform.h \
	tests/unit/own-clock.c tests/unit/own-clock.h
tests_unit_test_records_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)
tests_unit_test_records_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_steady_ms

check_PROGRAMS += tests/unit/test-follow
TESTS += tests/unit/test-follow
tests_unit_test_follow_SOURCES = tests/unit/test-follow.c tests/unit/memory-driver.c \
	tests/unit/memory-driver.h tests/unit/memory-platform.c tests/unit/memory-platform.h \
	tests/unit/own-clock.c tests/unit/own-clock.h
tests_unit_test_follow_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)
tests_unit_test_follow_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_steady_ms

check_PROGRAMS += tests/unit/test-log
TESTS += tests/unit/test-log
tests_unit_test_log_SOURCES = tests/unit/test-log.c
tests_unit_test_log_LDADD = libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/unit/test-answers
TESTS += tests/unit/test-answers
tests_unit_test_answers_SOURCES = tests/unit/test-answers.c
tests_unit_test_answers_LDADD = libplatform-http.a $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-config
TESTS += tests/unit/test-config
tests_unit_test_config_SOURCES = tests/unit/test-config.c
tests_unit_test_config_LDADD = libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/unit/test-state
TESTS += tests/unit/test-state
tests_unit_test_state_SOURCES = tests/unit/test-state.c
tests_unit_test_state_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)

check_PROGRAMS += tests/unit/test-transfer
TESTS += tests/unit/test-transfer
tests_unit_test_transfer_SOURCES = tests/unit/test-transfer.c
tests_unit_test_transfer_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)

check_PROGRAMS += tests/unit/test-process-files
TESTS += tests/unit/test-process-files
tests_unit_test_process_files_SOURCES = tests/unit/test-process-files.c
tests_unit_test_process_files_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)

check_PROGRAMS += tests/unit/test-repository
TESTS += tests/unit/test-repository
tests_unit_test_repository_SOURCES = tests/unit/test-repository.c
tests_unit_test_repository_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)

check_PROGRAMS += tests/unit/test-requests
TESTS += tests/unit/test-requests
tests_unit_test_requests_SOURCES = tests/unit/test-requests.c
tests_unit_test_requests_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)

check_PROGRAMS += tests/unit/test-compare
TESTS += tests/unit/test-compare
tests_unit_test_compare_SOURCES = tests/unit/test-compare.c
tests_unit_test_compare_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test-words tests/unit/test-world-reach
TESTS += tests/unit/test-words tests/unit/test-world-reach
tests_unit_test_world_reach_SOURCES = tests/unit/test-world-reach.c
tests_unit_test_world_reach_LDADD = $(tests_unit_test_words_LDADD)
tests_unit_test_words_SOURCES = tests/unit/test-words.c
tests_unit_test_words_LDADD = $(CMOCKA_LIBS) $(FLOW_LIBS)

check_PROGRAMS += tests/unit/test-settings
TESTS += tests/unit/test-settings
tests_unit_test_settings_SOURCES = tests/unit/test-settings.c
tests_unit_test_settings_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)

check_PROGRAMS += tests/unit/test-escapes
TESTS += tests/unit/test-escapes
tests_unit_test_escapes_SOURCES = tests/unit/test-escapes.c
tests_unit_test_escapes_LDADD = libui.a libbase.a $(CMOCKA_LIBS) $(NCURSES_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/unit/test-files
TESTS += tests/unit/test-files
tests_unit_test_files_SOURCES = tests/unit/test-files.c
tests_unit_test_files_LDADD = libdb.a $(UNIT_LIBS) $(SQLITE_LIBS)

check_PROGRAMS += tests/unit/test-file-faults
TESTS += tests/unit/test-file-faults
tests_unit_test_file_faults_SOURCES = tests/unit/test-file-faults.c tests/unit/faults.c \
	tests/unit/faults.h
tests_unit_test_file_faults_LDADD = libstore.a $(CMOCKA_LIBS) $(PLATFORM_LIBS)

check_PROGRAMS += tests/unit/test-forward
TESTS += tests/unit/test-forward
tests_unit_test_forward_SOURCES = tests/unit/test-forward.c
tests_unit_test_forward_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)

check_PROGRAMS += tests/unit/test-widgets
TESTS += tests/unit/test-widgets
tests_unit_test_widgets_SOURCES = tests/unit/test-widgets.c
tests_unit_test_widgets_LDADD = libui.a libbase.a $(CMOCKA_LIBS) $(NCURSES_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/unit/test-theme
TESTS += tests/unit/test-theme
tests_unit_test_theme_SOURCES = tests/unit/test-theme.c src/ui/theme-file.c src/ui/theme-builtin.c
tests_unit_test_theme_LDADD = libbase.a $(CMOCKA_LIBS) $(BASE_LIBS) -lm

if HAVE_VTERM
check_PROGRAMS += tests/unit/test-canvas
TESTS += tests/unit/test-canvas
tests_unit_test_canvas_SOURCES = tests/unit/test-canvas.c
tests_unit_test_canvas_LDADD = libui.a libbase.a $(CMOCKA_LIBS) $(VTERM_LIBS) $(NCURSES_LIBS) \
	$(BASE_LIBS)
endif
endif

EXTRA_DIST += tests/tap.sh tests/unit/kube-recorded
dist_check_SCRIPTS += tests/ci-run.sh tests/error-codes.sh tests/fields.sh tests/form.sh tests/help.sh tests/keys.sh tests/language.sh tests/layers.sh tests/po.sh tests/reliability.sh
TESTS += tests/ci-run.sh tests/error-codes.sh tests/fields.sh tests/form.sh tests/help.sh tests/keys.sh tests/language.sh tests/layers.sh tests/po.sh tests/reliability.sh
EXTRA_DIST += tests/cppcheck.h tests/cppcheck.suppress
