#include "producers/erp_header.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "producers/erp_mapping.hpp"
#include "producers/erp_pieces.hpp"
#include "producers/erp_value.hpp"
#include "wire/json.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::producers {
namespace {

using base::Error;

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "`" : ", `") + name + "`";
  return out;
}

std::string meant(std::string_view wrong, const std::vector<std::string_view>& known) {
  const std::string near = base::suggest(wrong, known);
  return near.empty() ? "" : fmt::format("; did you mean `{}`?", near);
}

}  // namespace

base::Result<std::vector<std::string>> csv_header(std::string_view text, char delimiter) {
  std::vector<std::string> names;
  if (const auto read = csv_fields(text, delimiter, names); !read) return read.error();
  std::string quoted;
  wire::append_json_string(quoted, text);
  if (!wire::check_json(quoted, {1, 1, text.size()}))
    return Error{
        "encoding",
        "the header is not UTF-8; say `encoding = \"windows-1252\"` in the mapping, or export the file as UTF-8", ""};
  for (std::string& name : names) name = std::string(trimmed(name));
  return names;
}

base::Result<std::vector<std::size_t>> csv_places(const std::vector<std::string>& header,
                                                  const std::vector<std::string>& columns) {
  const std::vector<std::string_view> known(header.begin(), header.end());
  std::vector<std::size_t> places;
  for (const std::string& column : columns) {
    const auto found = std::find(header.begin(), header.end(), column);
    if (found == header.end())
      return Error{
          "columns",
          fmt::format("there is no column `{}`{}; columns are {}", column, meant(column, known), joined(header)), ""};
    if (std::find(found + 1, header.end(), column) != header.end())
      return Error{"columns", fmt::format("there are two columns `{}`", column), ""};
    places.push_back(static_cast<std::size_t>(found - header.begin()));
  }
  return places;
}

base::Result<bool> check_row_header(const std::vector<std::string>& header) {
  std::vector<std::string_view> names = erp_row_names();
  std::erase(names, "lines");  // a cell is no list
  for (const std::string& name : header) {
    if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) continue;
    return Error{
        "columns",
        fmt::format(
            "`{}` is no field of an ERP document that a row can have{}; columns of other names need a --mapping", name,
            meant(name, names)),
        ""};
  }
  for (const std::string_view name : {"source", "customer", "kind", "id", "version"})
    if (std::find(header.begin(), header.end(), name) == header.end())
      return Error{"columns", fmt::format("there is no column `{}`; without a --mapping it is needed", name), ""};
  return true;
}

}  // namespace scoreline::producers
