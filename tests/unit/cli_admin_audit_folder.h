#pragma once

#include <fstream>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "tests/support/scratch_directory.h"
#include "tests/unit/cli_admin_audit_words.h"

// Logs as files, and what the commands make of them.
namespace signet::admin {

class Folder {
 public:
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.file(name), std::ios::binary) << text;
    return folder_.file(name);
  }
  std::string write(const std::string& name, const Words& lines) {
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return write(name, text);
  }
  const test::ScratchDirectory& scratch() const { return folder_; }

 private:
  test::ScratchDirectory folder_;
};

inline boost::json::value json_of_outcome(const Done<Outcome>& outcome) {
  INFO((outcome ? std::string() : outcome.error().sentence));
  REQUIRE(outcome);
  return boost::json::parse(outcome->text);
}

inline const std::string kIssued = R"("key":"apple","outcome":"issued","kid":"K1","alg":"ES256","spki_sha256":")" +
                                   std::string(64, 'b') + R"(","jwt_sha256":")" + kDigest +
                                   R"(","issued_at":1795608000,"expires_at":1795609200)";

}  // namespace signet::admin
