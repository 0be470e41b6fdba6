#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace signet::fault {

/// The calls that the module counts and that rules may name. The first two are spared by the rule "*".
constexpr std::array<std::string_view, 31> kFunctions{"C_Initialize",
                                                      "C_Finalize",
                                                      "C_GetInfo",
                                                      "C_GetSlotList",
                                                      "C_GetSlotInfo",
                                                      "C_GetTokenInfo",
                                                      "C_GetMechanismList",
                                                      "C_GetMechanismInfo",
                                                      "C_OpenSession",
                                                      "C_CloseSession",
                                                      "C_CloseAllSessions",
                                                      "C_GetSessionInfo",
                                                      "C_Login",
                                                      "C_Logout",
                                                      "C_CreateObject",
                                                      "C_DestroyObject",
                                                      "C_GetAttributeValue",
                                                      "C_SetAttributeValue",
                                                      "C_FindObjectsInit",
                                                      "C_FindObjects",
                                                      "C_FindObjectsFinal",
                                                      "C_SignInit",
                                                      "C_Sign",
                                                      "C_GenerateKey",
                                                      "C_GenerateKeyPair",
                                                      "C_UnwrapKey",
                                                      "C_WrapKey",
                                                      "C_GenerateRandom",
                                                      "C_InitToken",
                                                      "C_InitPIN",
                                                      "C_SetPIN"};
constexpr std::size_t kInitializeFunctions = 2;

constexpr std::size_t index_of(std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(kFunctions, name) - kFunctions.begin());
}

}  // namespace signet::fault
