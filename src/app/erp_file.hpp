#pragma once
/// `scoreline erp file`: ERP exports become records of erp.changes.
#include <cstdint>
#include <string>
#include <vector>

#include "app/settings.hpp"

namespace scoreline::app {

struct ErpFileOptions {
  std::vector<std::string> paths;  // files, folders, "-"
  std::string mapping, format, errors_file, state_dir;
  bool history = false, dry_run = false, follow = false, again = false;
  std::int64_t versions_from = 0;
  bool json = false;
};

/// Returns the exit status: 0; 1 stopped by a signal before the end; 2 rows were refused. Throws base::UsageError,
/// base::Unavailable (everything acknowledged so far is kept).
int run_erp_file(const Settings& settings, const ErpFileOptions& options);

/// The files of a folder that are read, by name: those whose names pass, no hidden ones, none that end in ~, .tmp or
/// .part. Throws base::UsageError: the folder cannot be read.
std::vector<std::string> erp_files_of(const std::string& folder);

}  // namespace scoreline::app
