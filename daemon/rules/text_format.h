#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace signet::rules {

/// What a text is, where length and characters cannot say it.
enum class TextFormat {
  uuid,         ///< 8-4-4-4-12 hexadecimal digits (RFC 9562 section 4), either case
  origin,       ///< https://host[:port] and nothing after it (RFC 6454 section 6.2)
  http_origin,  ///< the same with http
  https_url,    ///< an absolute https address without user information and fragment
  email,        ///< local@domain, without comments and quoted forms
  mailto,       ///< mailto: and one such address
};

/// The format of that name in a profile: "uuid", "origin", "http-origin", "https-url", "email", "mailto". Any thread.
std::optional<TextFormat> format_from_name(std::string_view name);

/// What was expected, for a refusal: "a UUID: …". Any thread.
std::string_view describe_format(TextFormat format);

/// What every text of a format keeps to.
struct FormatBounds {
  std::size_t shortest;     ///< octets
  std::size_t longest;      ///< octets
  std::string_view always;  ///< characters that it holds
};

/// Any thread.
FormatBounds bounds_of(TextFormat format);

/// Does the text have this form? Its length is not looked at. Any thread.
bool has_format(TextFormat format, std::string_view text);

}  // namespace signet::rules
