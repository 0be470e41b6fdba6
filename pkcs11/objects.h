#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pkcs11/after_call.h"
#include "pkcs11/session.h"

// Reading objects: finding them and their attributes. All: one thread per session; block in the module, in several
// calls.
namespace signet::pkcs11 {

/// Handles of every object that fits the template, however many there are. A module that answers with more than it was
/// asked for fails with CKR_GENERAL_ERROR.
CallResult<std::vector<CK_OBJECT_HANDLE>> find_objects(
    const Session& session, std::span<const CK_ATTRIBUTE> wanted, const AfterCall& after_call = [] {});
/// Handles of every object of one class.
CallResult<std::vector<CK_OBJECT_HANDLE>> find_objects_of_class(
    const Session& session, CK_OBJECT_CLASS object_class, const AfterCall& after_call = [] {});

/// Attributes of one object, as far as it has them and shows them.
class Attributes {
 public:
  bool has(CK_ATTRIBUTE_TYPE type) const { return values_.contains(type); }
  /// The value; empty where the object has none or hides it.
  BytesView bytes(CK_ATTRIBUTE_TYPE type) const;
  std::string text(CK_ATTRIBUTE_TYPE type) const;
  /// Nothing where absent, hidden or of a wrong length.
  std::optional<bool> flag(CK_ATTRIBUTE_TYPE type) const;
  std::optional<CK_ULONG> number(CK_ATTRIBUTE_TYPE type) const;

  void set(CK_ATTRIBUTE_TYPE type, Bytes value) { values_[type] = std::move(value); }

 private:
  std::map<CK_ATTRIBUTE_TYPE, Bytes> values_;
};

/// C_GetAttributeValue for many types: one call with room for each, then lengths and values of those that may be there
/// but did not fit. Types the object does not have, or hides, are left out, and so are numbers longer than those of an
/// RSA key of 16384 bits, and anything above 1 MiB.
CallResult<Attributes> read_attributes(
    const Session& session, CK_OBJECT_HANDLE object, std::span<const CK_ATTRIBUTE_TYPE> types,
    const AfterCall& after_call = [] {});

}  // namespace signet::pkcs11
