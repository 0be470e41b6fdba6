#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/service/described_keys.h"
#include "daemon/service/token_link.h"

namespace signet::service {

/// The links to the tokens that the configured keys lie on, by token name.
class TokenDirectory {
 public:
  /// `state` and `keys` outlive this. `learnt` hears that a token has described its keys.
  TokenDirectory(Executor executor, ServiceState& state, DescribedKeys& keys, std::function<void()> learnt);
  ~TokenDirectory();

  /// Opens links that are new in the configuration, retires those that are gone, and has all keys described. After
  /// every change of the configuration; `anew` also makes the tokens list their objects again.
  void follow_configuration(Listing listing);
  /// Ends the links that have retired and that no request needs any more. Every few seconds.
  void end_retired();
  /// Null for a token no key lies on. One that has retired serves the requests that came under the configuration
  /// before.
  std::shared_ptr<TokenLink> find(std::string_view token) const;
  /// Puts the present state of every token into ServiceState::live.
  void refresh_health();
  /// Some link is busy.
  bool busy() const;
  /// Whatever a token is signing has its audit line when this returns.
  void stop();

 private:
  struct Entry {
    std::shared_ptr<TokenLink> link;
    std::vector<std::string> paths;
    std::chrono::milliseconds deadline;
  };
  struct Retired {
    std::string token;
    std::shared_ptr<TokenLink> link;
    Deadline until;
  };
  void retire(const std::string& token, Entry entry);
  void open(const std::string& token, std::vector<std::string> paths);

  Executor executor_;
  ServiceState& state_;
  DescribedKeys& keys_;
  std::function<void()> learnt_;
  std::map<std::string, Entry, std::less<>> links_;
  std::vector<Retired> retired_;
};

}  // namespace signet::service
