#pragma once

#include <string>
#include <string_view>

namespace signet::terminal {

enum class Tone { plain, heading, good, doubtful, bad };

/// May escape sequences go to this descriptor? Only to a terminal, not where NO_COLOR is set and not empty
/// (no-color.org), not where TERM is absent or "dumb". Reads the environment: main thread.
bool shows_colour(int fd);

/// The text in the tone's colour, or as it is where `colour` is false. Any thread.
std::string paint(std::string_view text, Tone tone, bool colour);

/// The text with control characters (C0, DEL, and C1 as UTF-8) replaced by '?', so that a text from elsewhere cannot
/// steer the terminal or forge a line. Any thread.
std::string printable(std::string_view text);

}  // namespace signet::terminal
