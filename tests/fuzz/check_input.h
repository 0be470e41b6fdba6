#pragma once

#include "proto/bytes.h"

namespace signet::fuzz {

/// What each target of this folder defines: handles one hostile input and holds the product to its promises. Ends the
/// process where one is broken. Called by libFuzzer (libfuzzer.cc) and for the saved inputs (replay.cc).
void check_input(BytesView input);

}  // namespace signet::fuzz
