#pragma once

#include <cstddef>
#include <string>

#include "daemon/rules/claims.h"
#include "proto/error.h"

// What `policy test` prints. Any thread.
namespace signet::admin {

/// A request that would get a JWT.
struct PolicyAnswer {
  rules::JwtPlan plan;
  rules::UnsignedJwt jwt;
  std::size_t allow_line = 0;  ///< the admitting one, counted from 1
  std::string allow{};         ///< its words
};

std::string view_answer(const PolicyAnswer& answer, bool colour);
/// A refusal: the client's answer, and what log and audit would say.
std::string view_answer(const Error& error, bool colour);

/// {"admitted":true,…} and {"admitted":false,…}, on one line.
std::string answer_json(const PolicyAnswer& answer);
std::string answer_json(const Error& error);

}  // namespace signet::admin
