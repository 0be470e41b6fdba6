#include "cli/signet/watch.h"

#include <unistd.h>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cli/signet/commands.h"
#include "cli/signet/interruption.h"
#include "cli/signet/jwt_file.h"
#include "cli/signet/renewal.h"
#include "cli/terminal/output.h"
#include "host/service_manager.h"

namespace signet::cli {
namespace {

using std::chrono::seconds;

struct Refusal {
  Failure failure;
  std::optional<seconds> retry_after{};
};

struct Fetched {
  TokenAnswer answer;
  std::string text;  ///< as it goes into the file
};

Result<Fetched, Refusal> fetch(const Invocation& invocation) {
  const auto answer = call(invocation.endpoint, request_of(invocation));
  if (!answer) return Unexpected(Refusal{failure_of(answer.error())});
  auto outcome = outcome_of(invocation, *answer, false);
  if (!outcome) return Unexpected(Refusal{std::move(outcome.error()), answer->retry_after});
  auto token = read_token_answer(answer->body);
  if (!token) return Unexpected(Refusal{not_understood()});
  return Fetched{std::move(*token), std::move(outcome->text)};
}

void complain(const std::string& sentence) {
  // Nothing is left to say it to where stderr is gone.
  static_cast<void>(terminal::write_all(STDERR_FILENO, "signet: " + sentence + "\n").has_value());
}

/// One file, kept fresh.
class Watch {
 public:
  Watch(const Invocation& invocation, Interruption interruption)
      : invocation_(invocation), file_(invocation.file->path), interruption_(std::move(interruption)) {}

  Result<ExitCode, Failure> run() {
    auto first = fetch(invocation_);
    if (!first) return Unexpected(std::move(first.error().failure));
    SIGNET_TRY(hold(*std::move(first)));
    announce();
    while (interruption_.wait_until(next_)) renew();
    manager_.stopping();
    return ExitCode::ok;
  }

 private:
  Result<void, Failure> hold(Fetched fetched) {
    SIGNET_TRY(file_.write(fetched.text));
    held_ = std::move(fetched.answer);
    next_ = next_renewal(held_, wall_now());
    return {};
  }

  void announce() {
    manager_.ready(fmt::format("the next token will be asked for at {:%Y-%m-%d %H:%M:%S}Z", next_));
    // Whoever started us may have stopped reading, and still wants the file.
    static_cast<void>(terminal::write_all(STDOUT_FILENO, "ready\n").has_value());
  }

  void renew() {
    auto fetched = fetch(invocation_);
    std::optional<seconds> retry_after;
    Failure failure;
    if (fetched) {
      const auto done = hold(*std::move(fetched));
      if (done) return succeeded();
      failure = done.error();
    } else {
      failure = std::move(fetched.error().failure);
      retry_after = fetched.error().retry_after;
    }
    failed(failure.sentence, retry_after);
  }

  void succeeded() {
    if (failures_ > 0) complain("The file is fresh again.");
    failures_ = 0;
  }

  void failed(const std::string& sentence, const std::optional<seconds>& retry_after) {
    if (++failures_ == 1) complain(sentence + " The file is kept while its token lives, and signet asks again.");
    const auto now = wall_now();
    if (has_expired(held_, now) && file_.written()) {
      file_.remove();
      complain(
          fmt::format("The token in {} has expired; the file is taken away until there is a new one.", file_.path()));
    }
    next_ = now + retry_pause(failures_, retry_after);
    if (held_.expires_at && file_.written())
      next_ = std::min(next_, std::max(WallTime(seconds(*held_.expires_at)), now + seconds(1)));
  }

  const Invocation& invocation_;
  JwtFile file_;
  Interruption interruption_;
  const host::ServiceManager manager_{};
  TokenAnswer held_{};
  WallTime next_{};
  int failures_ = 0;
};

}  // namespace

Result<ExitCode, Failure> write_once(const Invocation& invocation) {
  const auto fetched = fetch(invocation);
  if (!fetched) return Unexpected(fetched.error().failure);
  JwtFile file(invocation.file->path);
  SIGNET_TRY(file.write(fetched->text));
  file.keep();
  return ExitCode::ok;
}

Result<ExitCode, Failure> keep_fresh(const Invocation& invocation) {
  SIGNET_TRY_ASSIGN(auto interruption, Interruption::prepare(invocation.file->while_process));
  return Watch(invocation, std::move(interruption)).run();
}

}  // namespace signet::cli
