// RFC 7512 URIs, held against p11-kit's parser.
#include "proto/pkcs11_uri.h"

#include <algorithm>
#include <memory>

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include "proto/utf8.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"

namespace signet::fuzz {
namespace {

struct FreeUri {
  void operator()(P11KitUri* uri) const { p11_kit_uri_free(uri); }
};

bool holds(P11KitUri* uri, CK_ATTRIBUTE_TYPE type, BytesView wanted) {
  const CK_ATTRIBUTE* attribute = p11_kit_uri_get_attribute(uri, type);
  return attribute != nullptr &&
         std::ranges::equal(
             std::as_bytes(std::span(static_cast<const char*>(attribute->pValue), attribute->ulValueLen)), wanted);
}

/// p11-kit may refuse what we take (a label longer than its field); what both take must be the same.
void compare_with_p11_kit(const std::string& text, const Pkcs11Uri& uri) {
  const std::unique_ptr<P11KitUri, FreeUri> reference(p11_kit_uri_new());
  if (p11_kit_uri_parse(text.c_str(), P11_KIT_URI_FOR_ANY, reference.get()) != P11_KIT_URI_OK) return;
  if (uri.object) expect(holds(reference.get(), CKA_LABEL, bytes_of(*uri.object)), "object as p11-kit reads it");
  if (uri.id) expect(holds(reference.get(), CKA_ID, *uri.id), "id as p11-kit reads it");
}

}  // namespace

void check_input(BytesView input) {
  const std::string text(text_of(input));
  const auto uri = parse_pkcs11_uri(text);
  if (!uri) {
    expect(uri.error().code == ErrorCode::bad_input, "a refused URI is bad input");
    expect(!uri.error().message.empty() && is_utf8(uri.error().message), "a refusal is a sentence");
    return;
  }
  const std::string canonical = to_string(*uri);
  const auto again = parse_pkcs11_uri(canonical);
  expect(again.has_value() && *again == *uri, "the canonical text means the same");
  expect(to_string(*again) == canonical, "the canonical text is its own canonical text");
  compare_with_p11_kit(text, *uri);
}

}  // namespace signet::fuzz
