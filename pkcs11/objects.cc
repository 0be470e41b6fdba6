#include "pkcs11/objects.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace signet::pkcs11 {
namespace {

/// Far above any key or certificate: a longer value is a module's mistake, and nothing is allocated for it.
constexpr CK_ULONG kMaxAttributeBytes = 1UL << 20U;

CallResult<std::vector<CK_OBJECT_HANDLE>> collect_found(const Session& session, const AfterCall& after_call) {
  std::vector<CK_OBJECT_HANDLE> found;
  std::array<CK_OBJECT_HANDLE, 256> batch;
  for (;;) {
    CK_ULONG count = 0;
    const CK_RV rv = session.functions().C_FindObjects(session.handle(), batch.data(), batch.size(), &count);
    after_call();
    SIGNET_TRY(check("C_FindObjects", rv));
    if (count == 0) return found;
    // More than were asked for: what lies behind the batch is not ours.
    if (count > batch.size()) return Unexpected(CallFailure{"C_FindObjects", CKR_GENERAL_ERROR});
    found.insert(found.end(), batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

// C_GetAttributeValue reads what it can and then names one of these for what it could not (PKCS#11 2.40 section 5.7).
bool is_partial(CK_RV rv) {
  return rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_BUFFER_TOO_SMALL;
}

CK_RV ask_values(const Session& session, CK_OBJECT_HANDLE object, std::vector<CK_ATTRIBUTE>& wanted,
                 const AfterCall& after_call) {
  const CK_RV rv = session.functions().C_GetAttributeValue(session.handle(), object, wanted.data(), wanted.size());
  after_call();
  return rv;
}

CallResult<void> get_values(const Session& session, CK_OBJECT_HANDLE object, std::vector<CK_ATTRIBUTE>& wanted,
                            const AfterCall& after_call) {
  const CK_RV rv = ask_values(session, object, wanted, after_call);
  if (is_partial(rv)) return {};
  return check("C_GetAttributeValue", rv);
}

// CK_UNAVAILABLE_INFORMATION is the highest length of all.
bool is_readable(const CK_ATTRIBUTE& attribute) { return attribute.ulValueLen <= kMaxAttributeBytes; }

// Two calls: lengths, then values of those that have one.
CallResult<void> read_by_length(const Session& session, CK_OBJECT_HANDLE object,
                                std::span<const CK_ATTRIBUTE_TYPE> types, const AfterCall& after_call,
                                Attributes& attributes) {
  std::vector<CK_ATTRIBUTE> wanted;
  for (const CK_ATTRIBUTE_TYPE type : types) wanted.push_back({type, nullptr, 0});
  SIGNET_TRY(get_values(session, object, wanted, after_call));
  std::erase_if(wanted, [](const CK_ATTRIBUTE& attribute) { return !is_readable(attribute); });
  if (wanted.empty()) return {};
  std::vector<Bytes> buffers;
  buffers.reserve(wanted.size());
  for (CK_ATTRIBUTE& attribute : wanted) attribute.pValue = buffers.emplace_back(attribute.ulValueLen).data();
  SIGNET_TRY(get_values(session, object, wanted, after_call));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!is_readable(wanted[i]) || wanted[i].ulValueLen > buffers[i].size()) continue;
    buffers[i].resize(wanted[i].ulValueLen);
    attributes.set(wanted[i].type, std::move(buffers[i]));
  }
  return {};
}

// Whose length nothing limits. All others fit into their room, or belong to a key that nobody here can use.
bool may_be_of_any_length(CK_ATTRIBUTE_TYPE type) { return type == CKA_LABEL || type == CKA_ID || type == CKA_VALUE; }

/// The length of a flag or a number; 0 for all others. NSS answers as if such an attribute were absent where it is
/// given any other room.
constexpr std::size_t fixed_length(CK_ATTRIBUTE_TYPE type) {
  switch (type) {
    case CKA_KEY_TYPE:
    case CKA_CERTIFICATE_TYPE:
      return sizeof(CK_ULONG);
    case CKA_SENSITIVE:
    case CKA_EXTRACTABLE:
    case CKA_ALWAYS_SENSITIVE:
    case CKA_NEVER_EXTRACTABLE:
    case CKA_LOCAL:
    case CKA_SIGN:
    case CKA_ALWAYS_AUTHENTICATE:
      return sizeof(CK_BBOOL);
    default:
      return 0;
  }
}

// The numbers of an RSA key of 16384 bits need the most.
constexpr std::size_t room_for(CK_ATTRIBUTE_TYPE type) {
  if (fixed_length(type) != 0) return fixed_length(type);
  const bool is_long = type == CKA_MODULUS || type == CKA_PUBLIC_KEY_INFO || type == CKA_VALUE;
  return is_long ? 4096 : 1024;
}

// On the stack: the heap would give such a piece back to the system after each of a token's thousands of objects.
struct Room {
  alignas(CK_ULONG) std::array<std::byte, 32UL * 1024> octets;
};
constexpr std::byte kUntouched{0xEE};

/// Modules write numbers through a CK_ULONG*.
constexpr std::size_t aligned(std::size_t length) {
  return (length + alignof(CK_ULONG) - 1) / alignof(CK_ULONG) * alignof(CK_ULONG);
}

std::vector<CK_ATTRIBUTE> deal_out(Room& room, std::span<const CK_ATTRIBUTE_TYPE> types) {
  std::vector<CK_ATTRIBUTE> wanted;
  std::size_t used = 0;
  for (const CK_ATTRIBUTE_TYPE type : types) {
    const std::size_t length = std::min(room_for(type), room.octets.size() - used);
    wanted.push_back({type, room.octets.data() + used, length});
    // No flag and no number looks like this: what a module passed over must not be read as one.
    if (fixed_length(type) != 0) std::fill_n(room.octets.data() + used, length, kUntouched);
    used += aligned(length);
  }
  return wanted;
}

bool is_untouched(const CK_ATTRIBUTE& attribute) {
  const auto* value = static_cast<const std::byte*>(attribute.pValue);
  return std::all_of(value, value + attribute.ulValueLen, [](std::byte octet) { return octet == kUntouched; });
}

// C_GetAttributeValue says the same of what is absent and of what is too long. An untouched length is that of a module
// that stopped at another attribute, and NSS says wrong ones beside CKR_BUFFER_TOO_SMALL.
bool must_ask_again(const CK_ATTRIBUTE& attribute, std::size_t room, CK_RV rv) {
  const std::size_t fixed = fixed_length(attribute.type);
  if (is_readable(attribute) && fixed != 0) return attribute.ulValueLen != fixed || is_untouched(attribute);
  if (is_readable(attribute)) return rv == CKR_BUFFER_TOO_SMALL || attribute.ulValueLen >= room;
  return rv == CKR_BUFFER_TOO_SMALL || may_be_of_any_length(attribute.type) || room < room_for(attribute.type);
}

// One call, with room for each; gives back the types that it did not settle.
CallResult<std::vector<CK_ATTRIBUTE_TYPE>> read_at_once(const Session& session, CK_OBJECT_HANDLE object,
                                                        std::span<const CK_ATTRIBUTE_TYPE> types,
                                                        const AfterCall& after_call, Attributes& attributes) {
  Room room;  // not initialised: 32 KiB for each object of thousands
  const std::vector<CK_ATTRIBUTE> asked = deal_out(room, types);
  std::vector<CK_ATTRIBUTE> answered = asked;
  const CK_RV rv = ask_values(session, object, answered, after_call);
  if (!is_partial(rv)) SIGNET_TRY(check("C_GetAttributeValue", rv));
  std::vector<CK_ATTRIBUTE_TYPE> unsettled;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (must_ask_again(answered[i], asked[i].ulValueLen, rv)) {
      unsettled.push_back(answered[i].type);
    } else if (is_readable(answered[i])) {
      const auto* value = static_cast<const std::byte*>(answered[i].pValue);
      attributes.set(answered[i].type, Bytes(value, value + answered[i].ulValueLen));
    }
  }
  return unsettled;
}

}  // namespace

CallResult<std::vector<CK_OBJECT_HANDLE>> find_objects(const Session& session, std::span<const CK_ATTRIBUTE> wanted,
                                                       const AfterCall& after_call) {
  std::vector<CK_ATTRIBUTE> copy(wanted.begin(), wanted.end());
  const CK_RV begun = session.functions().C_FindObjectsInit(session.handle(), copy.data(), copy.size());
  after_call();
  SIGNET_TRY(check("C_FindObjectsInit", begun));
  auto found = collect_found(session, after_call);
  const CK_RV ended = session.functions().C_FindObjectsFinal(session.handle());
  after_call();
  if (found) SIGNET_TRY(check("C_FindObjectsFinal", ended));
  return found;
}

CallResult<std::vector<CK_OBJECT_HANDLE>> find_objects_of_class(const Session& session, CK_OBJECT_CLASS object_class,
                                                                const AfterCall& after_call) {
  const std::array wanted{CK_ATTRIBUTE{CKA_CLASS, &object_class, sizeof object_class}};
  return find_objects(session, wanted, after_call);
}

CallResult<Attributes> read_attributes(const Session& session, CK_OBJECT_HANDLE object,
                                       std::span<const CK_ATTRIBUTE_TYPE> types, const AfterCall& after_call) {
  Attributes attributes;
  SIGNET_TRY_ASSIGN(const auto unsettled, read_at_once(session, object, types, after_call, attributes));
  if (!unsettled.empty()) SIGNET_TRY(read_by_length(session, object, unsettled, after_call, attributes));
  return attributes;
}

BytesView Attributes::bytes(CK_ATTRIBUTE_TYPE type) const {
  const auto found = values_.find(type);
  return found != values_.end() ? BytesView(found->second) : BytesView();
}

std::string Attributes::text(CK_ATTRIBUTE_TYPE type) const { return std::string(text_of(bytes(type))); }

std::optional<bool> Attributes::flag(CK_ATTRIBUTE_TYPE type) const {
  const BytesView value = bytes(type);
  if (value.size() != sizeof(CK_BBOOL)) return std::nullopt;
  return value.front() != std::byte{CK_FALSE};
}

std::optional<CK_ULONG> Attributes::number(CK_ATTRIBUTE_TYPE type) const {
  const BytesView value = bytes(type);
  CK_ULONG number = 0;
  if (value.size() != sizeof number) return std::nullopt;
  std::memcpy(&number, value.data(), sizeof number);
  return number;
}

}  // namespace signet::pkcs11
