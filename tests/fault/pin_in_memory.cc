// After the login no copy of the PIN is left in the process: searched for in a core that leaves nothing out.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

#include "tests/support/fault_control.h"
#include "tests/support/matchers.h"
#include "tests/support/sign_request.h"
#include "tests/support/token_process.h"

namespace signet::test {
namespace {

/// A PIN that stands nowhere by chance.
constexpr const char* kPin = "zQ7-pin-Vt93-xK41";

/// The whole memory of a process as gcore(1) writes it. -a ignores the process's core filter and MADV_DONTDUMP, so that
/// pages which are merely left out of ordinary cores are searched too.
std::string memory_of(const TokenProcess& process, const SoftHsm& hsm) {
  const std::string prefix = hsm.directory().file("core");
  const std::string core = prefix + "." + std::to_string(process.pid());
  // Only root may look into a process that is not dumpable.
  const std::string as_root = ::geteuid() == 0 ? "" : "sudo -n ";
  const std::string command = as_root + "sh -c 'gcore -a -o " + prefix + " " + std::to_string(process.pid()) +
                              " && chmod a+r " + core + "' >" + prefix + ".log 2>&1";
  const int status = std::system(command.c_str());  // NOLINT(cert-env33-c): words of our own
  std::ifstream file(core, std::ios::binary);
  std::string memory((std::istreambuf_iterator<char>(file)), {});
  std::filesystem::remove(core);
  INFO(command);
  REQUIRE(status == 0);
  REQUIRE_FALSE(memory.empty());
  return memory;
}

bool holds(const std::string& memory, const std::string& text) { return memory.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("after the login a core of the process holds no PIN", "[fault]") {
  SoftHsm hsm("memory-marker-label", kPin);
  const PublicKey key = hsm.make_key({.label = "apple"});
  const FaultControl faults(hsm);
  // Held back in C_Login, the process still has the PIN: the search must find it there, or it proves nothing
  // afterwards.
  faults.set_rules({"C_Login hang times=1"});
  const TokenProcess process(hsm, {.module = FaultControl::module(), .environment = faults.environment()});
  poll_until("C_Login is under way", [&] { return faults.count("C_Login") == 1; });
  const std::string before = memory_of(process, hsm);
  CHECK(holds(before, hsm.label()));
  CHECK(holds(before, kPin));

  faults.set_rules({});
  process.wait_for(link::READY);
  auto reply = process.connect().call(sign_request("apple", key));
  REQUIRE_OK(reply);
  CHECK(is_good(*reply, key));
  const std::string after = memory_of(process, hsm);
  CHECK(holds(after, hsm.label()));
  CHECK_FALSE(holds(after, kPin));
  // Not the greater part of it either, as a freed and partly overwritten copy would leave.
  CHECK_FALSE(holds(after, std::string(kPin).substr(4)));
  CHECK(faults.count("C_Login") == 1);
  // What it says about itself holds no PIN.
  CHECK_FALSE(holds(process.log(), kPin));
}

}  // namespace signet::test
