signet_test(signet_pkcs11_tests LABEL unit
  SOURCES pkcs11_ckr_test.cc pkcs11_key_algorithms_test.cc pkcs11_key_certificates_test.cc pkcs11_key_verdicts_test.cc pkcs11_link_connection_test.cc pkcs11_login_note_test.cc pkcs11_login_record_test.cc pkcs11_next_image_test.cc pkcs11_objects_test.cc
          pkcs11_probe_test.cc pkcs11_quirks_test.cc pkcs11_session_pool_test.cc pkcs11_signed_record_test.cc pkcs11_survey_test.cc
          pkcs11_token_config_test.cc pkcs11_token_key_test.cc pkcs11_token_state_test.cc pkcs11_unlock_pin_test.cc
  DEPENDS signet_fake_signer signet_test_certificate signet_test_token signet_pkcs11)
signet_test(signet_provider_tests LABEL unit
  SOURCES pkcs11_provider_test.cc pkcs11_provider_key_test.cc pkcs11_provider_signer_test.cc pkcs11_provider_x509_test.cc
          pkcs11_mechanisms_test.cc pkcs11_token_evp_key_test.cc pkcs11_certificate_subject_test.cc
  DEPENDS signet_test_provider signet_test_token signet_pkcs11)
