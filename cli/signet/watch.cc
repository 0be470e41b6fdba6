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

Result<Fetched, Refusal> fetch(const Invocation& invocation, const Endpoint& endpoint) {
  const auto answer = call(endpoint, request_of(invocation));
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
      : invocation_(invocation),
        endpoint_(invocation.endpoint),
        file_(invocation.file->path),
        interruption_(std::move(interruption)) {
    endpoint_.give_up = interruption_.descriptor();
  }

  Result<ExitCode, Failure> run() {
    auto first = fetch(invocation_, endpoint_);
    if (first) {
      SIGNET_TRY(hold(*std::move(first)));
      announce();
    } else if (!interruption_.has_come()) {
      return Unexpected(std::move(first.error().failure));
    }
    keep();
    manager_.stopping();
    SIGNET_TRY(file_.remove());
    return ExitCode::ok;
  }

 private:
  Result<void, Failure> hold(Fetched fetched) {
    SIGNET_TRY(file_.write(fetched.text));
    held_ = std::move(fetched);
    next_ = next_renewal(held_.answer, wall_now());
    return {};
  }

  void announce() {
    manager_.ready(fmt::format("the next token will be asked for at {:%Y-%m-%d %H:%M:%S}Z", next_));
    // Whoever started us may have stopped reading, and still wants the file.
    static_cast<void>(terminal::write_all(STDOUT_FILENO, "ready\n").has_value());
  }

  void keep() {
    for (;;) {
      switch (interruption_.wait_until(next_)) {
        case Interruption::Wait::came:
          return;
        case Interruption::Wait::due:
          renew();
          break;
        case Interruption::Wait::pause:
          put_back();
          break;
      }
    }
  }

  void renew() {
    drop_expired();
    auto endpoint = endpoint_;
    if (file_.stands()) endpoint.timeout = renewal_timeout(held_.answer, wall_now(), endpoint_.timeout);
    auto fetched = fetch(invocation_, endpoint);
    if (fetched) {
      const auto done = hold(*std::move(fetched));
      if (done) return succeeded();
      return failed(done.error().sentence, std::nullopt);
    }
    if (!interruption_.has_come()) failed(fetched.error().failure.sentence, fetched.error().retry_after);
  }

  /// Whoever cleans up a folder may have taken the file for an old one.
  void put_back() {
    if (!file_.is_missing() || has_expired(held_.answer, wall_now())) return;
    const auto done = file_.write(held_.text);
    if (!done && failures_ == 0) failed(done.error().sentence, std::nullopt);
  }

  void succeeded() {
    if (failures_ > 0) complain("The file is fresh again.");
    failures_ = 0;
  }

  void failed(const std::string& sentence, const std::optional<seconds>& retry_after) {
    if (++failures_ == 1) {
      complain(sentence + (file_.stands() ? " The file is kept while its token lives; the next try follows."
                                          : " No token of this watch is there until a next try goes well."));
    }
    drop_expired();
    const auto now = wall_now();
    next_ = now + retry_pause(failures_, retry_after);
    if (held_.answer.expires_at && file_.stands())
      next_ = std::min(next_, std::max(WallTime(seconds(*held_.answer.expires_at)), now + seconds(1)));
  }

  void drop_expired() {
    if (!has_expired(held_.answer, wall_now()) || !file_.stands()) return;
    const auto done = file_.remove();
    complain(done ? fmt::format("The token in {} has expired; the file is taken away until there is a new one.",
                                file_.path())
                  : "A token has expired. " + done.error().sentence);
  }

  const Invocation& invocation_;
  Endpoint endpoint_;
  JwtFile file_;
  Interruption interruption_;
  const host::ServiceManager manager_{};
  Fetched held_{};
  WallTime next_{};
  int failures_ = 0;
};

}  // namespace

Result<ExitCode, Failure> write_once(const Invocation& invocation) {
  const auto fetched = fetch(invocation, invocation.endpoint);
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
