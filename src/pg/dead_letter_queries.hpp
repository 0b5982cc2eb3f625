#pragma once
/// Refused inputs for `scoreline dlq`: look at them, send them again, throw them away. Opens a connection per call.
/// Errors as in migrations.hpp.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "flow/ports.hpp"

namespace scoreline::pg {

struct StoredDeadLetter {
  flow::DeadLetter letter;
  base::Instant created_at;
  std::int32_t attempts = 0;  // how often it was sent again
};

/// Empty members do not filter.
struct DeadLetterFilter {
  std::string consumer{}, topic{}, code{};
  std::optional<std::int32_t> partition{};
  std::optional<std::int64_t> offset{};
  std::int64_t limit = 1'000;
};

class DeadLetterQueries {
 public:
  explicit DeadLetterQueries(std::string dsn) : dsn_(std::move(dsn)) {}
  /// Oldest first, with their content.
  std::vector<StoredDeadLetter> find(const DeadLetterFilter& filter) const;
  /// The letter was sent again: counts the attempt. False: it is not there any more.
  bool note_retry(const flow::DeadLetter& letter) const;
  bool remove(const flow::DeadLetter& letter) const;

 private:
  std::string dsn_;
};

}  // namespace scoreline::pg
