#pragma once

#include <functional>

namespace signet::pkcs11 {

/// What work of many module calls does after each of them, on its own thread: a time limit is one call's, and starts
/// again for the next (CallWatch::Scope::renew). Must not throw.
using AfterCall = std::function<void()>;

}  // namespace signet::pkcs11
