#pragma once

#include <memory>

#include "tests/support/child_program.h"
#include "tests/support/test_token.h"

namespace signet::test {

/// tpm2-pkcs11 over a TPM 2.0 in software: swtpm, the resource manager tpm2-abrmd in front of it (without one the TPM
/// runs out of object memory), and a bus of their own to reach it. One thread.
class SoftwareTpm final : public TestToken {
 public:
  SoftwareTpm();

  TokenAbilities abilities() const override;

  /// tpm2-abrmd ends at once; what it had loaded into the TPM stays there.
  void kill_resource_manager();
  /// One where none runs; it empties the TPM of what the last one left.
  void start_resource_manager();

 private:
  void start_tpm();
  void start_bus();
  void make_token();

  std::unique_ptr<ChildProgram> tpm_;
  std::unique_ptr<ChildProgram> bus_;
  std::unique_ptr<ChildProgram> resource_manager_;
  std::string port_;
};

}  // namespace signet::test
