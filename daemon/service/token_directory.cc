#include "daemon/service/token_directory.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "daemon/rules/rotation.h"

namespace signet::service {
namespace {

constexpr int kMaxServicesPerToken = 16;
// How much longer than the requests' deadline a token may take with what nobody waits for.
constexpr std::chrono::milliseconds kAbandoned{5000};

// NAME.sock, which need not exist yet, and NAME.2.sock and so on as far as they do.
std::vector<std::string> socket_paths(const std::string& token_dir, const std::string& token) {
  std::vector<std::string> paths{fmt::format("{}/{}.sock", token_dir, token)};
  for (int number = 2; number <= kMaxServicesPerToken; ++number) {
    std::string path = fmt::format("{}/{}.{}.sock", token_dir, token, number);
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) paths.push_back(std::move(path));
  }
  return paths;
}

std::map<std::string, WantedKeys> keys_by_token(const rules::Configuration& configuration) {
  std::map<std::string, WantedKeys> keys;
  for (const auto& [name, key] : configuration.keys) {
    for (const rules::KeyPolicy* object : rules::objects_of(key)) {
      WantedKeys& wanted = keys[object->token];
      wanted.objects.push_back(object->object);
      if (!object->probe) wanted.unprobed.push_back(object->object);
    }
  }
  return keys;
}

}  // namespace

TokenDirectory::TokenDirectory(Executor executor, ServiceState& state, DescribedKeys& keys,
                               std::function<void()> learnt)
    : executor_(executor), state_(state), keys_(keys), learnt_(std::move(learnt)) {}

TokenDirectory::~TokenDirectory() { stop(); }

void TokenDirectory::follow_configuration(Listing listing) {
  const rules::DaemonConfig& daemon = state_.configuration->daemon;
  const auto wanted = keys_by_token(*state_.configuration);
  std::erase_if(links_, [&](const auto& link) {
    const bool stays = wanted.contains(link.first) && link.second.deadline == daemon.deadline &&
                       link.second.paths == socket_paths(daemon.token_dir, link.first);
    if (!stays) retire(link.first, link.second);
    return !stays;
  });
  for (const auto& [token, keys] : wanted) {
    if (!links_.contains(token)) open(token, socket_paths(daemon.token_dir, token));
    links_.find(token)->second.link->describe(keys, listing);
  }
}

// No request is turned away because another configuration came while it waited, or while its token signs.
void TokenDirectory::retire(const std::string& token, Entry entry) {
  entry.link->retire();
  retired_.push_back({token, std::move(entry.link), SteadyClock::now() + entry.deadline + kAbandoned});
}

void TokenDirectory::end_retired() {
  const Deadline now = SteadyClock::now();
  std::erase_if(retired_, [now](const Retired& each) {
    const bool needed = each.link.use_count() > 1 || each.link->busy();
    if (needed && now < each.until) return false;
    each.link->stop();
    return true;
  });
}

void TokenDirectory::open(const std::string& token, std::vector<std::string> paths) {
  const std::chrono::milliseconds deadline = state_.configuration->daemon.deadline;
  auto link = std::make_shared<TokenLink>(executor_, TokenLinkSpec{.paths = paths, .deadline = deadline},
                                          [this, token](const TokenDescription& description) {
                                            const bool complete = keys_.learn(token, description);
                                            learnt_();
                                            if (const auto self = find(token)) self->want_new_listing(!complete);
                                          });
  link->start();
  links_.insert_or_assign(token, Entry{std::move(link), std::move(paths), deadline});
}

std::shared_ptr<TokenLink> TokenDirectory::find(std::string_view token) const {
  const auto found = links_.find(token);
  if (found != links_.end()) return found->second.link;
  const auto retired = std::ranges::find(retired_, token, &Retired::token);
  return retired == retired_.end() ? nullptr : retired->link;
}

void TokenDirectory::refresh_health() {
  state_.live.tokens.clear();
  for (const auto& [token, entry] : links_) state_.live.tokens.emplace(token, entry.link->health());
}

bool TokenDirectory::busy() const {
  return std::ranges::any_of(links_, [](const auto& each) { return each.second.link->busy(); }) ||
         std::ranges::any_of(retired_, [](const Retired& each) { return each.link->busy(); });
}

void TokenDirectory::stop() {
  for (const auto& [token, entry] : links_) entry.link->stop();
  for (const Retired& each : retired_) each.link->stop();
  links_.clear();
  retired_.clear();
}

}  // namespace signet::service
