#pragma once
/// What `scoreline erp file` says while it runs: refused rows (the first of each file; all of them go to --errors),
/// notices, and how far it is: one line that is written over on a terminal, else a line now and then. All on stderr.
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "producers/erp_import.hpp"

namespace scoreline::app {

/// "42 %, 12,300 documents, 83,000/s, 12 s left"; pure. `elapsed_us`, `bytes` and `documents` count from the same
/// moment.
std::string erp_progress_text(const producers::ErpProgress& progress, std::uint64_t bytes, std::uint64_t documents,
                              std::int64_t elapsed_us);
/// "kunden.csv:17: Datum: there is no such day in the calendar (invalid_time)". Control characters become blanks.
std::string erp_fault_text(const std::string& file, const producers::ErpFault& fault);

class ErpConsole final : public producers::ErpWatch {
 public:
  /// `errors_file`: "" for none. Throws base::UsageError: it cannot be written.
  ErpConsole(const std::string& errors_file, bool (*stopped)());
  ~ErpConsole() override;

  void refused(const std::string& file, const producers::ErpFault& fault) override;
  void noticed(const std::string& file, const std::string& text) override;
  void moved(const std::string& file, const producers::ErpProgress& progress) override;
  bool stopped() override { return stopped_(); }
  /// Nothing more of this file: its unsaid faults are counted, the progress line goes.
  void close_file();

 private:
  void line(const std::string& text);

  bool (*stopped_)();
  std::string errors_name_;
  std::ofstream errors_;
  bool terminal_;
  bool open_ = false;  // a progress line stands there
  std::string file_;
  std::uint64_t shown_ = 0, unsaid_ = 0;
  std::int64_t begin_us_ = 0, next_us_ = 0;
  std::uint64_t begin_bytes_ = 0, begin_documents_ = 0;
};

}  // namespace scoreline::app
