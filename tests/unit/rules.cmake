signet_test(test_rules_config LABEL unit
  SOURCES rules_allow_test.cc rules_system_unit_test.cc rules_daemon_config_test.cc rules_key_config_test.cc rules_key_rules_test.cc rules_policy_warnings_test.cc rules_may_ask_test.cc rules_configuration_test.cc
    rules_rotation_lines_test.cc
  DEPENDS signet_rules)
signet_test(test_rules_profile LABEL unit
  SOURCES rules_profile_test.cc rules_profile_language_test.cc rules_key_facts_test.cc rules_text_rule_test.cc rules_text_format_test.cc
  DEPENDS signet_rules)
signet_test(test_shipped_profiles LABEL unit
  SOURCES shipped_profiles_test.cc shipped_apple_api.cc shipped_apple_team.cc shipped_apple_organisation.cc
          shipped_oauth.cc shipped_cloud.cc shipped_others.cc
  DEPENDS signet_rules)
signet_test(test_rules_claims LABEL unit
  SOURCES rules_claims_test.cc rules_glob_test.cc rules_request_rules_test.cc rules_lifetime_test.cc rules_scope_test.cc rules_reuse_test.cc
  DEPENDS signet_rules)
signet_test(test_rules_requests LABEL unit
  SOURCES rules_route_test.cc rules_decide_test.cc rules_key_rates_test.cc rules_views_test.cc rules_audit_test.cc rules_audit_chain_test.cc rules_audit_tail_test.cc
    rules_refusal_cap_test.cc
    rules_rotation_test.cc rules_jwk_set_test.cc rules_jwt_holders_test.cc
  DEPENDS signet_rules)
signet_test(test_rules_audit LABEL unit
  SOURCES rules_audit_entry_test.cc rules_audit_verification_test.cc rules_audit_accounted_test.cc rules_audit_log.cc rules_live_jwts_test.cc rules_signature_account_test.cc
  rules_owed_records_test.cc
  DEPENDS signet_rules)

# The profiles that ship are tested, not copies of them.
foreach(program test_rules_config test_rules_profile test_rules_claims test_rules_requests test_shipped_profiles)
  target_compile_definitions(${program} PRIVATE SIGNET_PROFILES="${PROJECT_SOURCE_DIR}/daemon/profiles"
    SIGNET_DOCS="${PROJECT_SOURCE_DIR}/docs")
endforeach()
