signet_test(cli_test LABEL unit
  SOURCES cli_arguments_test.cc cli_commands_test.cc cli_http_test.cc cli_renewal_test.cc cli_terminal_test.cc ../support/scripted_server.cc
  DEPENDS signet_cli)

signet_test(cli_admin_test LABEL unit SOURCES cli_admin_test.cc cli_caller_option_test.cc cli_status_view_test.cc DEPENDS signet_admin_lib)
signet_test(cli_admin_audit_test LABEL unit SOURCES cli_admin_audit_test.cc cli_admin_audit_arguments_test.cc cli_admin_audit_jwts_test.cc rules_audit_log.cc DEPENDS signet_admin_lib)
