signet_test(test_service LABEL unit
  SOURCES service_audit_file.cc service_described_keys.cc service_frame_reader.cc service_group_commit.cc service_http_response.cc service_jwt_cache.cc
    service_link_failure.cc service_request_parser.cc service_state_files.cc service_token_link.cc service_token_link_waiting.cc service_scripted_token.cc
  DEPENDS signet_service signet_link signet_test_certificate)
