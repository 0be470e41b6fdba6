// A file of tokens.d.
#include "pkcs11/token_config.h"

#include <algorithm>

#include "proto/utf8.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"

namespace signet::fuzz {
namespace {

void check_usable(const pkcs11::TokenConfig& config) {
  for (const std::string& path : {config.module.path, config.socket, config.state_dir})
    expect(path.starts_with('/'), "a path is absolute");
  expect(config.pin_file.empty() || config.pin_file.starts_with('/'), "the PIN's path is absolute");
  expect(config.token.token || config.token.serial, "the token has a name");
  expect(!config.token.object && !config.token.id && !config.token.type, "the token's URI names no object");
  expect(!config.allow.empty(), "somebody may connect");
  expect(std::ranges::count(config.allow, static_cast<uid_t>(-1)) == 0, "nobody is not somebody");
  expect(config.sessions >= 1 && config.sessions <= 1024, "the number of sessions is sensible");
  expect(config.call_timeout.count() >= 100 && config.start_timeout.count() >= 100, "a time-out leaves time");
  expect((config.socket_mode & ~mode_t{0777}) == 0, "the socket's mode is one");
}

}  // namespace

void check_input(BytesView input) {
  const std::string file = "/etc/signet/tokens.d/build.conf";
  const auto reading = pkcs11::read_token_config(file, text_of(input));
  for (const ConfigProblem& problem : reading.problems) {
    expect(problem.file == file && problem.line >= 0 && !problem.message.empty(),
           "a problem has a place and a sentence");
    expect(is_utf8(to_string(problem)), "a problem can be printed");
  }
  if (reading.problems.empty()) check_usable(reading.config);
}

}  // namespace signet::fuzz
