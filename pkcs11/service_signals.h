#pragma once

#include "host/file_descriptor.h"

// The signals signet-token heeds. They wait from the program's start on, over re-execution too: one that came between
// two images would otherwise end the process and leave its socket's path behind.
namespace signet::pkcs11 {

/// SIGTERM, SIGINT and SIGHUP wait from here on, in this thread and in all it starts; no other signal does. Call before
/// the first one. Async-signal-safe.
void hold_signals() noexcept;

/// Every signal has its default effect: what a former image, or whoever started the program, ignores is inherited. Call
/// in main after hold_signals().
void reset_signals() noexcept;

/// Before exec, which resets handlers but keeps masks, timers, ignored and pending signals, a module's among them:
/// hold_signals(), timers stop, and every signal but the held is ignored, so that none of them ends the next image
/// before its reset_signals(). Async-signal-safe.
void silence_signals() noexcept;

/// Readable while a held signal waits. Invalid where the system has no descriptor left.
host::FileDescriptor waiting_signals();

/// The number of a signal that waited, read from that descriptor; SIGTERM where none can be read, so that a broken
/// descriptor does not spin. Blocks while none waits.
int take_signal(int signals);

}  // namespace signet::pkcs11
