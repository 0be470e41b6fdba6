#include "pkcs11/module.h"

#include <dlfcn.h>

#include <fmt/format.h>
#include <libp11.h>
#include <openssl/err.h>

#include "pkcs11/padded_text.h"

namespace signet::pkcs11 {
namespace {

Error not_a_module(std::string detail) {
  return {
      .code = ErrorCode::bad_configuration,
      .message = "the PKCS#11 module cannot be loaded; the operator must name the vendor's PKCS#11 library in `module`",
      .detail = std::move(detail)};
}

/// Some refusals of C_Initialize say that no other try can end differently.
Error not_initialized(const CallFailure& failure) {
  if (failure.rv == CKR_ARGUMENTS_BAD) {
    return {.code = ErrorCode::bad_configuration,
            .message =
                "the PKCS#11 module refuses its arguments; the operator must write what the vendor asks for "
                "into `module-args`, or leave it out",
            .detail = to_string(failure)};
  }
  if (ckr_class(failure.rv) == CkrClass::setup) {
    return {.code = ErrorCode::bad_configuration,
            .message = "the PKCS#11 module cannot be used in a program with threads; the operator must choose another",
            .detail = to_string(failure)};
  }
  return token_error(failure, "the PKCS#11 module does not start; the operator must check its own configuration");
}

}  // namespace

Result<std::unique_ptr<Module>> Module::load(const ModuleSpec& spec, const AfterCall& after_call) {
  std::unique_ptr<Module> module(new Module());
  SIGNET_TRY(module->load_table(spec.path));
  after_call();
  SIGNET_TRY(module->initialize(spec.init_args));
  after_call();
  SIGNET_TRY(module->load_libp11(spec));
  after_call();
  module->describe();
  after_call();
  return module;
}

Result<void> Module::load_table(const std::string& path) {
  // Never unmapped: modules leave threads, exit handlers and thread-local destructors behind that would run into
  // unmapped code.
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) return Unexpected(not_a_module(::dlerror()));
  auto get_table = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
  if (get_table == nullptr) return Unexpected(not_a_module(path + " has no C_GetFunctionList"));
  const CK_RV rv = get_table(&functions_);
  if (rv != CKR_OK || functions_ == nullptr) return Unexpected(not_a_module(to_string({"C_GetFunctionList", rv})));
  return {};
}

Result<void> Module::initialize(const std::string& init_args) {
  std::string reserved = init_args;
  CK_C_INITIALIZE_ARGS args{};
  args.flags = CKF_OS_LOCKING_OK;
  // SoftHSM answers CKR_ARGUMENTS_BAD to any pReserved, the empty text among them.
  args.pReserved = reserved.empty() ? nullptr : reserved.data();
  CK_RV rv = functions_->C_Initialize(&args);
  if (rv == CKR_CANT_LOCK) {
    args.flags = 0;
    serial_ = true;
    rv = functions_->C_Initialize(reserved.empty() ? nullptr : &args);
  }
  if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED) return Unexpected(not_initialized({"C_Initialize", rv}));
  initialized_ = true;
  return {};
}

// After our own C_Initialize, so that a refusal is ours to read: libp11 prints it on stderr and keeps no CKR. Where the
// module is one instance it answers CKR_CRYPTOKI_ALREADY_INITIALIZED here, which libp11 accepts.
Result<void> Module::load_libp11(const ModuleSpec& spec) {
  libp11_ = PKCS11_CTX_new();
  if (libp11_ == nullptr) return Unexpected(make_error(ErrorCode::internal, "PKCS11_CTX_new"));
  if (!spec.init_args.empty()) PKCS11_CTX_init_args(libp11_, spec.init_args.c_str());
  ERR_clear_error();
  if (PKCS11_CTX_load(libp11_, spec.path.c_str()) != 0) {
    const unsigned long error = ERR_peek_last_error();
    const bool has_ckr = ERR_GET_LIB(error) == ERR_get_CKR_code();
    ERR_clear_error();
    // The module is one, and refused this time; OpenSSL keeps 23 bits of what it answered.
    if (has_ckr) return Unexpected(not_initialized({"PKCS11_CTX_load", static_cast<CK_RV>(ERR_GET_REASON(error))}));
    return Unexpected(not_a_module(fmt::format("PKCS11_CTX_load failed, reason {}", ERR_GET_REASON(error))));
  }
  libp11_loaded_ = true;
  return {};
}

void Module::describe() {
  CK_INFO info{};
  if (functions_->C_GetInfo(&info) != CKR_OK) return;
  description_ = fmt::format("{} ({}, {}.{})", padded_text(info.libraryDescription), padded_text(info.manufacturerID),
                             info.libraryVersion.major, info.libraryVersion.minor);
}

Module::~Module() {
  // PKCS11_CTX_unload crashes in libp11 0.4.12 after a load that failed.
  if (libp11_loaded_) PKCS11_CTX_unload(libp11_);
  if (libp11_ != nullptr) PKCS11_CTX_free(libp11_);
  // libp11 has finalised a shared instance already: CKR_CRYPTOKI_NOT_INITIALIZED is as good as CKR_OK.
  if (initialized_) functions_->C_Finalize(nullptr);
}

}  // namespace signet::pkcs11
