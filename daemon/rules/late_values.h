#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "proto/result.h"

// Values that a template may name beside its variables and that no key file holds. Until they are known a mark stands
// in the JWT's JSON for each: a text between two DEL characters, which no variable, claim or scope can hold.
namespace signet::rules {

inline constexpr std::string_view kUuid = "uuid";  ///< fresh in every JWT
inline constexpr std::string_view kSpkiSha256 = "key.spki-sha256";
inline constexpr std::string_view kThumbprint = "key.thumbprint";
inline constexpr std::string_view kCertificateSha256 = "certificate.sha256";
inline constexpr std::string_view kCertificateSha1 = "certificate.sha1";
inline constexpr std::array<std::string_view, 5> kLateValues{kUuid, kSpkiSha256, kThumbprint, kCertificateSha256,
                                                             kCertificateSha1};

bool is_late_value(std::string_view name);

/// The variables and, under each late value's name, its mark: what expand() wants. Any thread.
std::map<std::string, std::string> with_marks(std::map<std::string, std::string> variables);

bool holds_mark(std::string_view json);

/// What to put in a mark's place; nothing: the mark stays.
using LateValue = std::function<Result<std::optional<std::string>>(std::string_view name)>;

/// Replaces the marks in serialised JSON. The values need no escape in JSON. Errors are `value_of`'s. Any thread.
Result<std::string> fill_marks(std::string_view json, const LateValue& value_of);

/// The same for a reader to whom no value is known: each as profiles write it, "${uuid}". Any thread.
std::string name_marks(std::string_view json);

}  // namespace signet::rules
