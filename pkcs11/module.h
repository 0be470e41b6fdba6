#pragma once

#include <memory>
#include <string>

#include "pkcs11/after_call.h"
#include "pkcs11/ckr.h"

struct PKCS11_ctx_st;

namespace signet::pkcs11 {

struct ModuleSpec {
  std::string path;
  std::string init_args{};  ///< pReserved of C_Initialize; NSS wants it, most modules refuse it
};

/// A loaded and initialised PKCS#11 module: libp11's context for surveys and administration, and the module's own
/// function table for everything else. Both stand on one C_Initialize where the module has one instance per process, on
/// one each where it has several. Making and destroying it belongs to one thread, with no call into the module under
/// way; functions() serves any thread after that.
class Module {
 public:
  /// dlopen, C_GetFunctionList, C_Initialize with CKF_OS_LOCKING_OK, and again without locking where the module answers
  /// CKR_CANT_LOCK (then serial() holds); last libp11's own load. Errors: bad_configuration (no such file, not a
  /// PKCS#11 module, one that refuses its arguments or threads), token_failure. May block for as long as the module
  /// likes; `after_call` as in after_call.h.
  static Result<std::unique_ptr<Module>> load(
      const ModuleSpec& spec, const AfterCall& after_call = [] {});

  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  /// C_Finalize; ends every session of this process. Never while another thread is inside the module: SoftHSM crashes.
  ~Module();

  const CK_FUNCTION_LIST& functions() const { return *functions_; }
  PKCS11_ctx_st* libp11() const { return libp11_; }
  /// The module refuses to lock: at most one thread may be inside it at a time.
  bool serial() const { return serial_; }
  /// "SoftHSM (SoftHSM, 2.6)": library, manufacturer and version as C_GetInfo tells them.
  const std::string& description() const { return description_; }

 private:
  Module() = default;
  Result<void> load_table(const std::string& path);
  Result<void> initialize(const std::string& init_args);
  Result<void> load_libp11(const ModuleSpec& spec);
  void describe();

  CK_FUNCTION_LIST* functions_ = nullptr;
  PKCS11_ctx_st* libp11_ = nullptr;
  bool initialized_ = false;
  bool libp11_loaded_ = false;
  bool serial_ = false;
  std::string description_;
};

}  // namespace signet::pkcs11
