#pragma once
/// Exceptions that adapters (kafka, pg, http) throw; the batch loop and the mains catch them. Nobody else does.
#include <stdexcept>
#include <string>

namespace scoreline::base {

/// The world is down: roll back, back off, try again. The text names the peer, what failed and what to do next; it never
/// quotes row data or secrets.
class Unavailable : public std::runtime_error {
 public:
  explicit Unavailable(const std::string& what) : std::runtime_error(what) {}
};

/// PostgreSQL refused the batch because of its data (not because it is away): the batch is tried record by record.
class Refused : public std::runtime_error {
 public:
  explicit Refused(const std::string& what) : std::runtime_error(what) {}
};

/// Somebody else was faster (an optimistic write met other content): roll back and handle the batch on fresh state.
class Conflict : public std::runtime_error {
 public:
  explicit Conflict(const std::string& what) : std::runtime_error(what) {}
};

/// A command cannot go on: configuration, rule book, arguments. Printed as is; exit status 2.
class UsageError : public std::runtime_error {
 public:
  explicit UsageError(const std::string& what) : std::runtime_error(what) {}
};

}  // namespace scoreline::base
