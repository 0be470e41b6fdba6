#include "cli/signet-admin/failure.h"

namespace signet::admin {
namespace {

// Messages are written to stand after "option: "; alone they begin like a sentence and end like one. A file's name does
// not stand at the beginning: it would be changed.
std::string sentence_of(std::string message) {
  if (!message.empty() && message.front() >= 'a' && message.front() <= 'z')
    message.front() = static_cast<char>(message.front() - 'a' + 'A');
  if (!message.ends_with('.')) message += '.';
  return message;
}

}  // namespace

Failure failure_of(ExitCode code, const Error& error) {
  auto sentence = sentence_of(error.message);
  if (!error.detail.empty()) sentence += " (" + error.detail + ")";
  return {code, std::move(sentence)};
}

Failure failure_of(const Error& error) {
  return failure_of(error.code == ErrorCode::not_permitted ? ExitCode::refused : ExitCode::failure, error);
}

}  // namespace signet::admin
