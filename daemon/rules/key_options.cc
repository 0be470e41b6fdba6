#include "daemon/rules/key_options.h"

#include "daemon/rules/config_takes.h"
#include "daemon/rules/key_pin.h"
#include "proto/config_values.h"
#include "proto/pkcs11_uri.h"

namespace signet::rules {
namespace {

Unexpected<Error> refused(std::string message) { return Unexpected(Error{ErrorCode::bad_input, std::move(message)}); }

Result<std::string> parse_object(std::string_view text) {
  SIGNET_TRY_ASSIGN(Pkcs11Uri uri, parse_pkcs11_uri(text));
  if (!uri.object && !uri.id) return refused("names no key; write pkcs11:object=LABEL or pkcs11:id=%01%02");
  if (uri.type && *uri.type != "private") return refused("names no private key; leave type out");
  uri.type.reset();  // said or not, it is the same object
  return to_string(uri);
}

Result<bool> parse_allow_word(std::string_view text) {
  if (text == "allow") return true;
  return refused("can only be allow; leave the line out otherwise");
}

/// What only the profile can judge is kept as written.
Result<std::string> as_written(std::string_view text) { return std::string(text); }

ConfigSchema::Take take_allow(std::vector<AllowLine>& target, const Accounts& accounts) {
  return [&target, &accounts](std::string_view text) -> Result<void> {
    SIGNET_TRY_ASSIGN(auto line, parse_allow(text, accounts));
    target.push_back(std::move(line));
    return {};
  };
}

/// rotation_lines.h reads these, once the file is known as a whole.
Result<void> read_later(std::string_view) { return {}; }

/// Which key it is, and of which service.
void add_identity(ConfigSchema& schema, KeyDraft& draft) {
  KeyPolicy& key = draft.key;
  schema.required("token", take_into(key.token, parse_name))
      .required("object", take_into(key.object, parse_object))
      .required("profile", [](std::string_view) -> Result<void> { return {}; })
      .optional("public-key", take_into(key.pin, parse_pin))
      .optional("alg", take_into(draft.algorithm, as_written))
      .optional("role", take_into(key.role, as_written));
}

}  // namespace

void add_key_options(ConfigSchema& schema, KeyDraft& draft, const Accounts& accounts) {
  KeyPolicy& key = draft.key;
  add_identity(schema, draft);
  schema.optional("unscoped", take_into(key.unscoped_allowed, parse_allow_word))
      .optional("long-lived", take_into(key.long_lived_allowed, parse_allow_word))
      .repeated("allow", take_allow(key.allow, accounts))
      .optional("rate", take_into(key.rate, parse_rate))
      .optional("rate-total", take_into(key.rate_total, parse_rate))
      .optional("rate-cached", take_into(key.rate_cached, parse_rate))
      .optional("lifetime", take_into(key.default_lifetime, parse_whole_seconds))
      .optional("publish", take_into(key.publish, parse_yes_no))
      .optional("probe", take_into(key.probe, parse_yes_no))
      .optional("next", read_later)
      .repeated("retiring", read_later);
}

}  // namespace signet::rules
