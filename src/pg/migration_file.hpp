#pragma once
/// One file of migrations/: `YYYYMMDDHHMMSS_name.sql` with a section `-- migrate:up` and, below, `-- migrate:down`,
/// each optionally with `transaction:false` (then it must be a single statement that may be repeated). dbmate runs the
/// files as they are.
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace scoreline::pg {

struct MigrationSection {
  std::string sql;
  bool transaction = true;
};

struct Migration {
  std::string version;  // the file name's digits
  std::string name;     // its rest, without ".sql"
  std::string sha256;   // of the whole file, hex
  MigrationSection up, down;
};

/// Errors: invalid_name, missing_section, unknown_option (`where` is the file, with its line).
base::Result<Migration> parse_migration(std::string_view file_name, std::string_view text);

/// Those built into this program, in order.
const std::vector<Migration>& known_migrations();

}  // namespace scoreline::pg
