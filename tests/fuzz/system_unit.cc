// /proc/PID/cgroup: below its own unit, a peer names the directories.
#include "daemon/rules/system_unit.h"

#include <string>

#include "daemon/rules/unit_name.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"

namespace signet::fuzz {
namespace {

bool ends_a_path(const std::string& text, const std::string& name) {
  return text.find(name + "\n") != text.npos || text.ends_with(name);
}

}  // namespace

void check_input(BytesView input) {
  const std::string text(reinterpret_cast<const char*>(input.data()), input.size());
  const rules::SystemUnit place = rules::system_unit(text);
  if (place.unit) {
    expect(rules::parse_unit_name(*place.unit).has_value(), "a unit is one that an allow line could name");
    expect(ends_a_path(text, "/" + *place.unit) || ends_a_path(text, "/_" + *place.unit), "a unit is the path's end");
  }
  if (!place.slice) return;
  expect(rules::parse_slice_name(*place.slice).has_value(), "a slice is one that an allow line could name");
  expect(text.find('/' + *place.slice) != text.npos || text.find("/_" + *place.slice) != text.npos,
         "a slice is a directory of the path");
}

}  // namespace signet::fuzz
