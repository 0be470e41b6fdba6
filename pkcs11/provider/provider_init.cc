#include "pkcs11/provider/provider_init.h"

#include <array>
#include <new>

#include "pkcs11/provider/dispatch.h"
#include "pkcs11/provider/key_management.h"
#include "pkcs11/provider/provider_errors.h"
#include "pkcs11/provider/signature_functions.h"

namespace signet::provider {
namespace {

const OSSL_ALGORITHM* query(void* /*core*/, int operation, int* no_cache) {
  *no_cache = 0;
  if (operation == OSSL_OP_KEYMGMT) return key_management_algorithms();
  return operation == OSSL_OP_SIGNATURE ? signature_algorithms() : nullptr;
}

const OSSL_ITEM* get_reason_strings(void* /*core*/) { return reason_strings(); }

void teardown(void* core) { delete static_cast<Core*>(core); }

}  // namespace

int init_provider(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH* core_functions, const OSSL_DISPATCH** functions,
                  void** context) {
  static const std::array table{
      entry<OSSL_FUNC_provider_query_operation_fn>(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
      entry<OSSL_FUNC_provider_get_reason_strings_fn>(OSSL_FUNC_PROVIDER_GET_REASON_STRINGS, get_reason_strings),
      entry<OSSL_FUNC_provider_teardown_fn>(OSSL_FUNC_PROVIDER_TEARDOWN, teardown),
      OSSL_DISPATCH{0, nullptr},
  };
  *context = new (std::nothrow) Core(handle, core_functions);
  *functions = table.data();
  return *context != nullptr ? 1 : 0;
}

}  // namespace signet::provider
