#include <cstdlib>

#include "pkcs11/next_image.h"
#include "tests/support/catch.h"
#include "tests/support/child_process.h"
#include "tests/support/environment_variable.h"

namespace signet::pkcs11 {

TEST_CASE("a first image has no history", "[pkcs11]") {
  const ImageHistory history = take_image_history();
  CHECK(history.epoch == 0);
  CHECK(history.attempt == 0);
  CHECK(history.reason.empty());
  CHECK_FALSE(history.socket_is_ours);
  CHECK(take_image_configuration().empty());
}

TEST_CASE("what a former image left is read once and removed", "[pkcs11]") {
  // In a child: descriptors above 3 are closed where there was a former image.
  const int status = test::in_child([] {
    ::setenv("SIGNET_TOKEN_EPOCH", "2", 1);
    ::setenv("SIGNET_TOKEN_ATTEMPT", "7", 1);
    ::setenv("SIGNET_TOKEN_REASON", "C_Sign answered CKR_DEVICE_REMOVED (0x32)", 1);
    ::setenv("SIGNET_TOKEN_OWN_SOCKET", "1", 1);
    const ImageHistory history = take_image_history();
    const bool right = history.epoch == 2 && history.attempt == 7 && history.socket_is_ours &&
                       history.reason == "C_Sign answered CKR_DEVICE_REMOVED (0x32)";
    return right && take_image_history().epoch == 0 && std::getenv("SIGNET_TOKEN_REASON") == nullptr ? 0 : 1;
  });
  CHECK(status == 0);
}

TEST_CASE("the first image's configuration is read once and removed", "[pkcs11]") {
  const test::EnvironmentVariable text("SIGNET_TOKEN_CONFIG", "sessions = 2\n");
  CHECK(take_image_configuration() == "sessions = 2\n");
  CHECK(take_image_configuration().empty());
}

TEST_CASE("nonsense in the history counts as none", "[pkcs11]") {
  const test::EnvironmentVariable epoch("SIGNET_TOKEN_EPOCH", "many");
  const test::EnvironmentVariable attempt("SIGNET_TOKEN_ATTEMPT", "-1");
  const ImageHistory history = take_image_history();
  CHECK(history.epoch == 0);
  CHECK(history.attempt == 0);
}

}  // namespace signet::pkcs11
