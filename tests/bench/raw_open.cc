#include "tests/bench/raw_open.h"

#include <array>
#include <dlfcn.h>

#include <fmt/format.h>

#include "pkcs11/public_key_source.h"
#include "pkcs11/token_key.h"

namespace signet::bench {
namespace {

using pkcs11::Session;

// Not by pkcs11::Module: libp11 would initialise the module a second time. Never finalised: the process ends.
Result<const CK_FUNCTION_LIST*> initialize(const std::string& path) {
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return refuse("the module cannot be loaded");
  const auto get_table = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
  CK_FUNCTION_LIST* functions = nullptr;
  if (get_table == nullptr || get_table(&functions) != CKR_OK) return refuse("the library is not a PKCS#11 module");
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  SIGNET_TRY(named(pkcs11::check("C_Initialize", functions->C_Initialize(&arguments))));
  return functions;
}

// Room for every attribute of a P-256 key; what does not fit is answered with CKR_BUFFER_TOO_SMALL, which is measured
// too.
void read_once(const Session& session, CK_OBJECT_HANDLE object, std::span<const CK_ATTRIBUTE_TYPE> types) {
  std::array<std::array<std::byte, 256>, 16> room;
  std::array<CK_ATTRIBUTE, 16> wanted;
  for (std::size_t i = 0; i < types.size(); ++i) wanted.at(i) = {types[i], room.at(i).data(), room.at(i).size()};
  session.functions().C_GetAttributeValue(session.handle(), object, wanted.data(), types.size());
}

}  // namespace

std::string OpeningTimes::to_json() const {
  return fmt::format(R"({{"initialize":{},"login":{},"find":{},"read":{},"objects":{},"rss_kib":{}}})",
                     initialize.to_json(), login.to_json(), find.to_json(), read.to_json(), objects, rss_kib);
}

Result<OpeningTimes> measure_raw_open(const TokenName& name, BytesView pin) {
  OpeningTimes times;
  Stopwatch stopwatch;
  SIGNET_TRY_ASSIGN(const CK_FUNCTION_LIST* functions, initialize(name.module));
  times.initialize = stopwatch.lap();
  SIGNET_TRY_ASSIGN(const CK_SLOT_ID slot, find_slot(*functions, name.token));
  SIGNET_TRY_ASSIGN(const Session session, named(Session::open(*functions, slot, pkcs11::SessionMode::read_only)));
  SIGNET_TRY(named(pkcs11::login(session, CKU_USER, pin)));
  times.login = stopwatch.lap();
  SIGNET_TRY_ASSIGN(const auto public_keys, named(pkcs11::find_objects_of_class(session, CKO_PUBLIC_KEY)));
  SIGNET_TRY_ASSIGN(const auto private_keys, named(pkcs11::find_objects_of_class(session, CKO_PRIVATE_KEY)));
  times.find = stopwatch.lap();
  for (const CK_OBJECT_HANDLE key : public_keys) read_once(session, key, pkcs11::public_key_attributes());
  for (const CK_OBJECT_HANDLE key : private_keys) read_once(session, key, pkcs11::private_key_attributes());
  times.read = stopwatch.lap();
  times.objects = public_keys.size() + private_keys.size();
  times.rss_kib = memory_kib("self", "VmRSS");
  return times;
}

}  // namespace signet::bench
