#pragma once
/// The header of a CSV export: which column is where. Pure. All errors are about the file as a whole and name what is
/// there and what was meant.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace scoreline::producers {

/// The names of the columns, blanks around them cut. Error codes: csv, encoding (not UTF-8).
base::Result<std::vector<std::string>> csv_header(std::string_view text, char delimiter);
/// Where these columns stand. Error code columns: one is missing, or there twice.
base::Result<std::vector<std::size_t>> csv_places(const std::vector<std::string>& header,
                                                  const std::vector<std::string>& columns);
/// Whether this is the header of rows without a mapping: known names only, and those that every row needs. Error code
/// columns.
base::Result<bool> check_row_header(const std::vector<std::string>& header);

}  // namespace scoreline::producers
