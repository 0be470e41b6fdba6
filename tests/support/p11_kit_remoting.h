#pragma once

#include <memory>

#include "tests/support/child_program.h"
#include "tests/support/softhsm.h"

namespace signet::test {

/// SoftHSM behind `p11-kit server`, reached through p11-kit-client.so as if it were on another machine. Keys are made
/// on the store itself, past the server. One thread.
class P11KitRemoting final : public TestToken {
 public:
  P11KitRemoting();

  TokenAbilities abilities() const override;
  std::optional<PublicKey> try_make_key(const KeySpec& spec) const override { return hsm_.try_make_key(spec); }
  void remove_key(const std::string& label) const override { hsm_.remove_key(label); }

  /// Server and connections end at once.
  void kill_server();
  /// A server where none runs, on the same address.
  void start_server();
  /// Every connection ends; the server stays.
  void cut_connections() const;
  /// Server and connections stay up and answer nothing, until thaw().
  void freeze() const { server_->freeze(); }
  void thaw() const { server_->thaw(); }

 private:
  std::string socket() const { return directory().file("p11-kit.sock"); }

  SoftHsm hsm_;
  std::unique_ptr<ChildProgram> server_;
};

}  // namespace signet::test
