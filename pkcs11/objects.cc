#include "pkcs11/objects.h"

#include <array>
#include <cstring>

namespace signet::pkcs11 {
namespace {

CallResult<std::vector<CK_OBJECT_HANDLE>> collect_found(const Session& session) {
  std::vector<CK_OBJECT_HANDLE> found;
  std::array<CK_OBJECT_HANDLE, 256> batch;
  for (;;) {
    CK_ULONG count = 0;
    SIGNET_TRY(check("C_FindObjects",
                     session.functions().C_FindObjects(session.handle(), batch.data(), batch.size(), &count)));
    if (count == 0) return found;
    found.insert(found.end(), batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

// C_GetAttributeValue reads what it can and then names one of these for what it could not (PKCS#11 2.40 section 5.7).
CallResult<void> get_values(const Session& session, CK_OBJECT_HANDLE object, std::vector<CK_ATTRIBUTE>& wanted) {
  const CK_RV rv = session.functions().C_GetAttributeValue(session.handle(), object, wanted.data(), wanted.size());
  const bool partial = rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_BUFFER_TOO_SMALL;
  if (partial) return {};
  return check("C_GetAttributeValue", rv);
}

bool is_readable(const CK_ATTRIBUTE& attribute) { return attribute.ulValueLen != CK_UNAVAILABLE_INFORMATION; }

}  // namespace

CallResult<std::vector<CK_OBJECT_HANDLE>> find_objects(const Session& session, std::span<const CK_ATTRIBUTE> wanted) {
  std::vector<CK_ATTRIBUTE> copy(wanted.begin(), wanted.end());
  SIGNET_TRY(
      check("C_FindObjectsInit", session.functions().C_FindObjectsInit(session.handle(), copy.data(), copy.size())));
  auto found = collect_found(session);
  const CK_RV rv = session.functions().C_FindObjectsFinal(session.handle());
  if (found) SIGNET_TRY(check("C_FindObjectsFinal", rv));
  return found;
}

CallResult<std::vector<CK_OBJECT_HANDLE>> find_objects_of_class(const Session& session, CK_OBJECT_CLASS object_class) {
  const std::array wanted{CK_ATTRIBUTE{CKA_CLASS, &object_class, sizeof object_class}};
  return find_objects(session, wanted);
}

CallResult<Attributes> read_attributes(const Session& session, CK_OBJECT_HANDLE object,
                                       std::span<const CK_ATTRIBUTE_TYPE> types) {
  std::vector<CK_ATTRIBUTE> wanted;
  for (const CK_ATTRIBUTE_TYPE type : types) wanted.push_back({type, nullptr, 0});
  SIGNET_TRY(get_values(session, object, wanted));
  std::erase_if(wanted, [](const CK_ATTRIBUTE& attribute) { return !is_readable(attribute); });
  std::vector<Bytes> buffers;
  buffers.reserve(wanted.size());
  for (CK_ATTRIBUTE& attribute : wanted) attribute.pValue = buffers.emplace_back(attribute.ulValueLen).data();
  if (!wanted.empty()) SIGNET_TRY(get_values(session, object, wanted));
  Attributes attributes;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!is_readable(wanted[i]) || wanted[i].ulValueLen > buffers[i].size()) continue;
    buffers[i].resize(wanted[i].ulValueLen);
    attributes.set(wanted[i].type, std::move(buffers[i]));
  }
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
