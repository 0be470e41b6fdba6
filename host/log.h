#pragma once

#include <string_view>

#include "proto/error.h"

// One line per event on stderr: with the "<N>" priority prefix of sd-daemon(3) under systemd (JOURNAL_STREAM set), else
// "level: text". Control characters and newlines in the text are escaped, so that text from a peer cannot forge a line.
// Any thread; one write(2) a line.
namespace signet::host {

enum class LogLevel { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

void log(LogLevel level, std::string_view text);
/// "WHAT: message (code; detail)": the one place a failure is logged.
void log_failure(LogLevel level, std::string_view what, const Error& error);

}  // namespace signet::host
