signet_test(test_host LABEL unit
  SOURCES host_inherited_sockets.cc host_listening_socket.cc host_service_manager.cc host_peer_credentials.cc host_peer_cgroup.cc host_secret.cc
    host_ask_secret.cc host_process.cc host_log.cc host_append_file.cc host_record_file.cc
    host_directory.cc
  DEPENDS signet_host)
