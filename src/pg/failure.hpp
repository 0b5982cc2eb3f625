#pragma once
/// What PostgreSQL's errors mean for the batch loop, and how they are told without row data.
#include <string>
#include <string_view>

#include "base/errors.hpp"

namespace scoreline::pg {

struct Failure {
  std::string_view state;    // SQLSTATE
  std::string_view message;  // the primary message; DETAIL and CONTEXT quote row data and never come here
  std::string_view table;    // where a constraint was violated, or empty
  std::string_view what;     // the statement
};

/// A lock did not come within lock_timeout.
class LockTimeout : public base::Unavailable {
 public:
  using Unavailable::Unavailable;
};

/// Throws Unavailable, Conflict or Refused.
[[noreturn]] void throw_failure(const Failure& failure);

/// For a connection that is gone (or was never made).
std::string lost_connection(std::string_view what);

}  // namespace scoreline::pg
