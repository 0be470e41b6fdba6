#include "daemon/rules/profile.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "daemon/rules/profile_parts.h"
#include "daemon/rules/profile_reader.h"
#include "proto/bytes.h"
#include "proto/config_values.h"
#include "proto/json.h"
#include "proto/json_path.h"

namespace signet::rules {
namespace {

constexpr std::int64_t kLanguage = 1;

std::string name_of(std::string_view file, ProfileProblems& problems) {
  const auto base = file.substr(file.rfind('/') + 1);
  const bool json = base.ends_with(".json");
  if (json && parse_name(base.substr(0, base.size() - 5))) return std::string(base.substr(0, base.size() - 5));
  problems.add("",
               "has no name for a profile; name the file NAME.json with NAME of a-z, 0-9, dot, underscore and dash");
  return {};
}

void check_source(ObjectReader& reader, const std::string& source) {
  if (!source.empty() && !source.starts_with("https://"))
    reader.refuse("source", "must be the https address of the service's own page");
}

MemberOrder read_order(ObjectReader& reader) {
  const auto order = reader.text("order");
  if (order && *order != "sorted") reader.refuse("order", "can only be sorted; leave it out for the file's own order");
  return order ? MemberOrder::sorted : MemberOrder::file;
}

std::vector<Algorithm> read_algorithms(ObjectReader& reader) {
  std::vector<Algorithm> algorithms;
  for (const auto& name : reader.texts("algorithms")) {
    const auto algorithm = algorithm_from_name(name);
    if (algorithm)
      algorithms.push_back(*algorithm);
    else
      reader.refuse("algorithms",
                    "holds a name that is no JOSE signature algorithm of ours (RFC 7518 section 3.1, RFC 9864)");
  }
  if (reader.members().if_contains("algorithms") == nullptr) reader.refuse("algorithms", "is missing");
  return algorithms;
}

Profile read_parts(ObjectReader& reader) {
  Profile profile;
  reader.required_integer("language", kLanguage, kLanguage);
  profile.title = reader.required_text("title");
  profile.source = reader.required_text("source");
  check_source(reader, profile.source);
  profile.second_hand = reader.texts("second-hand");
  profile.algorithms = read_algorithms(reader);
  profile.variables = read_variables(reader);
  profile.order = read_order(reader);
  profile.header = read_members(reader, "header");
  profile.claims = read_members(reader, "claims");
  profile.caller_claims = read_caller_claims(reader);
  profile.open_claims = reader.boolean("open-claims", false);
  profile.scope = read_scope(reader, profile.scope_required_for);
  profile.exactly_one_of = reader.texts("exactly-one-of");
  profile.roles = reader.texts("roles");
  profile.lifetime = read_lifetime(reader);
  profile.reuse = read_reuse(reader);
  reader.refuse_unknown();
  return profile;
}

}  // namespace

ProfileReading read_profile(const std::string& file, std::string_view text) {
  ProfileProblems problems(file);
  const auto json = parse_json(text);
  if (!json) {
    problems.add("", json.error().message);
    return {nullptr, std::move(problems).take()};
  }
  if (!json.value().is_object()) {
    problems.add(std::string(kJsonRoot), "must be an object");
    return {nullptr, std::move(problems).take()};
  }
  ObjectReader reader(json.value().get_object(), std::string(kJsonRoot), problems);
  Profile profile = read_parts(reader);
  profile.name = name_of(file, problems);
  profile.digest = sha256(bytes_of(boost::json::serialize(*json)));
  // Half-read parts contradict each other in ways that the file does not.
  if (problems.empty()) check_profile(profile, problems);
  if (!problems.empty()) return {nullptr, std::move(problems).take()};
  return {std::make_shared<const Profile>(std::move(profile)), {}};
}

}  // namespace signet::rules
