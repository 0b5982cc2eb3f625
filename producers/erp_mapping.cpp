#include "producers/erp_mapping.hpp"

#include <algorithm>
#include <array>

namespace scoreline::producers {
namespace {

constexpr std::array<std::string_view, 7> kHeadNames{"source",  "customer",  "kind",   "id",
                                                     "version", "timestamp", "history"};

ErpValue column_value(ErpFileMapping& mapping, const std::string& column) {
  ErpValue value;
  value.from = ErpValue::From::columns;
  value.columns = {mapping.columns.size()};
  value.in_cents = true;
  value.yes = {"true"};
  value.no = {"false"};
  mapping.columns.push_back(column);
  return value;
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, retry = 0;
  while (n < name.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || (pattern[p] == name[n] && pattern[p] != '*'))) {
      ++p, ++n;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string ErpFileMapping::column_of(std::string_view pointer) const {
  const auto named = [&](const ErpValue& value) {
    return value.columns.empty() ? std::string(pointer) : columns[value.columns.front()];
  };
  if (pointer == "/source") return named(source_value);
  if (pointer == "/id") return named(id);
  if (pointer == "/customer") return named(customer);
  if (pointer == "/timestamp") return named(timestamp);
  if (pointer == "/history") return named(history_value);
  if (pointer == "/version" && version) return named(*version);
  for (const ErpMappedField& field : data)
    if (field.field->where == pointer) return named(field.value);
  return std::string(pointer);
}

const ErpFileMapping* ErpMapping::find(std::string_view name) const {
  for (const ErpFileMapping& file : files)
    if (matches_pattern(file.pattern, name)) return &file;
  return nullptr;
}

ErpFileMapping erp_mapping_by_name(const wire::ErpKind& kind, std::span<const std::string> columns) {
  ErpFileMapping mapping;
  mapping.kind = &kind;
  const auto given = [&](std::string_view name) -> const std::string* {
    const auto found = std::find(columns.begin(), columns.end(), name);
    return found == columns.end() ? nullptr : &*found;
  };
  const auto take = [&](std::string_view name, ErpValue& value) {
    if (const std::string* column = given(name)) value = column_value(mapping, *column);
  };
  take("source", mapping.source_value);
  take("customer", mapping.customer);
  take("id", mapping.id);
  take("timestamp", mapping.timestamp);
  take("history", mapping.history_value);
  take("version", mapping.version.emplace());
  for (const wire::ErpField& field : kind.fields) {
    const std::string* column = given(field.key);
    if (column == nullptr) continue;
    if (field.type == wire::ErpType::lines) {
      mapping.lines.mode = ErpLines::Mode::array;
      mapping.lines.array_column = mapping.columns.size();
      mapping.columns.push_back(*column);
      continue;
    }
    mapping.data.push_back({&field, column_value(mapping, *column)});
  }
  if (mapping.lines.mode == ErpLines::Mode::array) {
    for (const wire::ErpField& field : wire::kErpLine) {
      ErpValue value;
      value.from = ErpValue::From::columns;
      value.columns = {mapping.lines.columns.size()};
      value.in_cents = true;
      mapping.lines.columns.emplace_back(field.key);
      mapping.lines.fields.push_back({&field, std::move(value)});
    }
  }
  return mapping;
}

std::vector<std::string_view> erp_row_names() {
  std::vector<std::string_view> names(kHeadNames.begin(), kHeadNames.end());
  for (const wire::ErpKind& kind : wire::kErpKinds)
    for (const wire::ErpField& field : kind.fields)
      if (std::find(names.begin(), names.end(), field.key) == names.end()) names.push_back(field.key);
  return names;
}

}  // namespace scoreline::producers
