#pragma once

#include <string>
#include <vector>

#include "pkcs11/survey.h"

// Tokens of a module for people and for scripts. Pure; any thread.
namespace signet::admin {

/// "initialised, user PIN set, one try left": the token's flags in words.
std::string flags_in_words(const pkcs11::TokenSurvey& token);
std::string view_tokens(const std::vector<pkcs11::TokenSurvey>& tokens, bool colour);
/// {"tokens":[{"label","serial","model","manufacturer","slot_description","initialized",…}]}
std::string json_of(const std::vector<pkcs11::TokenSurvey>& tokens);

}  // namespace signet::admin
