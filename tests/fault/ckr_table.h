#pragma once

#include <string_view>
#include <vector>

#include "pkcs11/cryptoki.h"

// What must come of each return value of a module, independently of the product's own table. A changed decision is a
// changed line here.
namespace signet::test {

/// What a caller and the service make of a code that C_Sign answered once.
enum class AtSign {
  refused,    ///< the caller is told; image, login and session stay
  repaired,   ///< the keys are listed anew and the token is asked once more; the caller notices nothing
  new_image,  ///< the connection is cut, the next image signs after one login
};
/// The same of C_Login.
enum class AtLogin {
  stops,         ///< the PIN is not tried again
  one_more_try,  ///< by a new image, and no third
  counts_as_success
};
/// The same of a search, while a client asks for a refresh.
enum class AtRefresh {
  answered,  ///< with the keys known so far
  new_image,
};

struct CkrGroup {
  std::string_view name;
  AtSign at_sign;
  AtLogin at_login;
  AtRefresh at_refresh;
  std::vector<CK_RV> codes;  ///< the first stands for the group where not every code is driven
};

/// Every code of PKCS#11 2.40, some of 3.0, and some that nobody has heard of.
inline const std::vector<CkrGroup>& ckr_groups() {
  using enum AtLogin;
  static const std::vector<CkrGroup> groups{
      {"request",
       AtSign::refused,
       one_more_try,
       AtRefresh::answered,
       {0x20, 0x07,  0x08,  0x10,  0x11,  0x12,  0x13,  0x1B,  0x21,  0x40,  0x41,  0x51,  0x54,  0x62,  0x63, 0x68,
        0x69, 0x6A,  0x70,  0x71,  0xB4,  0xB5,  0xB6,  0xB7,  0xB8,  0xC0,  0xC1,  0xD0,  0xD1,  0xE2,  0xF0, 0xF1,
        0xF2, 0x110, 0x112, 0x113, 0x114, 0x115, 0x120, 0x121, 0x130, 0x140, 0x150, 0x160, 0x170, 0x180, 0x200}},
      {"PIN", AtSign::refused, stops, AtRefresh::answered, {0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0x102, 0x103, 0x104, 0x105}},
      {"logged in already", AtSign::refused, counts_as_success, AtRefresh::answered, {0x100}},
      {"session", AtSign::new_image, one_more_try, AtRefresh::new_image, {0xB3, 0x01, 0x50, 0x90, 0x91, 0xB0}},
      {"pool limit", AtSign::new_image, one_more_try, AtRefresh::new_image, {0xB1}},
      {"stale key", AtSign::repaired, one_more_try, AtRefresh::answered, {0x82, 0x60}},
      {"login lost", AtSign::new_image, one_more_try, AtRefresh::new_image, {0x101}},
      {"token gone", AtSign::new_image, one_more_try, AtRefresh::new_image, {0x32, 0x03, 0xE0, 0xE1}},
      {"sick",
       AtSign::new_image,
       one_more_try,
       AtRefresh::new_image,
       {0x30, 0x02, 0x05, 0x06, 0x31, 0x190, 0x1A0, 0x1A1, 0x0F, 0x1234, 0x80000000, 0x80000001, 0xFFFFFFFF}},
      {"set-up", AtSign::new_image, one_more_try, AtRefresh::new_image, {0x0A, 0x09, 0x191}},
  };
  return groups;
}

}  // namespace signet::test
