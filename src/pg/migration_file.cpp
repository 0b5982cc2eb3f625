#include "pg/migration_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/embedded.hpp"
#include "base/sha256.hpp"

namespace scoreline::pg {
namespace {

constexpr std::size_t kVersionDigits = 14;

std::string hex(const base::Sha256& hash) {
  std::string text;
  for (const unsigned char byte : hash) text += fmt::format("{:02x}", byte);
  return text;
}

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "transaction:false" behind a section's mark.
base::Result<bool> transaction_option(std::string_view options, std::string_view where) {
  while (!options.empty() && (options.front() == ' ' || options.front() == '\t')) options.remove_prefix(1);
  while (!options.empty() && (options.back() == ' ' || options.back() == '\r')) options.remove_suffix(1);
  if (options.empty() || options == "transaction:true") return true;
  if (options == "transaction:false") return false;
  return base::Error{"unknown_option", "the only option of a section is transaction:false", std::string(where)};
}

}  // namespace

base::Result<Migration> parse_migration(std::string_view file_name, std::string_view text) {
  const std::string file(file_name);
  const std::string_view stem = file_name.substr(0, file_name.size() - std::min<std::size_t>(4, file_name.size()));
  if (!file_name.ends_with(".sql") || stem.size() < kVersionDigits + 2 || !is_digits(stem.substr(0, kVersionDigits)) ||
      stem[kVersionDigits] != '_')
    return base::Error{"invalid_name", "a migration is called YYYYMMDDHHMMSS_name.sql", file};
  Migration migration;
  migration.version = stem.substr(0, kVersionDigits);
  migration.name = stem.substr(kVersionDigits + 1);
  migration.sha256 = hex(base::sha256(text));
  MigrationSection* section = nullptr;
  bool has_up = false, has_down = false;
  std::size_t line_no = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++line_no;
    const bool up = line.starts_with("-- migrate:up"), down = line.starts_with("-- migrate:down");
    if (!up && !down) {
      if (section != nullptr) section->sql.append(line).append("\n");
      continue;
    }
    (up ? has_up : has_down) = true;
    section = up ? &migration.up : &migration.down;
    const std::string_view mark = up ? "-- migrate:up" : "-- migrate:down";
    const auto transaction = transaction_option(line.substr(mark.size()), fmt::format("{}:{}", file, line_no));
    if (!transaction) return transaction.error();
    section->transaction = *transaction;
  }
  if (!has_up || !has_down)
    return base::Error{"missing_section", "a migration needs the lines \"-- migrate:up\" and \"-- migrate:down\"",
                       file};
  return migration;
}

const std::vector<Migration>& known_migrations() {
  static const std::vector<Migration> all = [] {
    std::vector<Migration> migrations;
    for (const base::EmbeddedFile& file : base::embedded_migrations()) {
      auto migration = parse_migration(file.name, file.text);
      SCORELINE_CHECK(migration.ok(), "the build took in a file of migrations/ that is none");
      migrations.push_back(std::move(*migration));
    }
    return migrations;
  }();
  return all;
}

}  // namespace scoreline::pg
