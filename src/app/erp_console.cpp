#include "app/erp_console.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include "app/table_print.hpp"
#include "base/errors.hpp"
#include "base/time.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

constexpr std::uint64_t kShownMax = 20;  // faults of one file
constexpr std::int64_t kTerminalUs = 200'000, kPlainUs = 10 * base::kSecondUs;

std::string json_of(const std::string& file, const producers::ErpFault& fault) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("file").string(file).key("line").integer(fault.line).key("where").string(fault.where);
  json.key("code").string(fault.code).key("message").string(fault.message).end_object();
  return text;
}

}  // namespace

std::string erp_progress_text(const producers::ErpProgress& progress, std::uint64_t bytes, std::uint64_t documents,
                              std::int64_t elapsed_us) {
  std::string text;
  if (progress.bytes_total > 0)
    text = fmt::format("{} %, ", std::min<std::uint64_t>(100, progress.bytes * 100 / progress.bytes_total));
  else
    text = fmt::format("{} MB, ", grouped(static_cast<std::int64_t>(progress.bytes / 1'000'000)));
  text += counted(static_cast<std::int64_t>(progress.documents), "document", "documents");
  if (elapsed_us < base::kSecondUs || bytes == 0) return text;
  const double seconds = static_cast<double>(elapsed_us) / 1e6;
  text += fmt::format(", {}/s", grouped(static_cast<std::int64_t>(static_cast<double>(documents) / seconds)));
  if (progress.bytes_total <= progress.bytes) return text;
  const double left = static_cast<double>(progress.bytes_total - progress.bytes) * seconds / static_cast<double>(bytes);
  return text + fmt::format(", {} left", duration_text(static_cast<std::int64_t>(left) + 1));
}

std::string erp_fault_text(const std::string& file, const producers::ErpFault& fault) {
  std::string text = file;
  if (fault.line > 0) text += fmt::format(":{}", fault.line);
  if (!fault.where.empty()) text += ": " + fault.where;
  text += fmt::format(": {} ({})", fault.message, fault.code);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return text;
}

ErpConsole::ErpConsole(const std::string& errors_file, bool (*stopped)())
    : stopped_(stopped), errors_name_(errors_file), terminal_(is_terminal(STDERR_FILENO)) {
  if (errors_name_.empty()) return;
  errors_.open(errors_name_, std::ios::binary | std::ios::trunc);
  if (!errors_)
    throw base::UsageError(
        fmt::format("--errors {}: the file cannot be written; check the folder and its permissions", errors_name_));
}

ErpConsole::~ErpConsole() { close_file(); }

void ErpConsole::line(const std::string& text) {
  fmt::print(stderr, "{}{}\n", open_ ? "\r\033[K" : "", text);
  open_ = false;
}

void ErpConsole::refused(const std::string& file, const producers::ErpFault& fault) {
  if (errors_.is_open()) errors_ << json_of(file, fault) << '\n';
  if (file != file_) close_file();
  file_ = file;
  if (shown_ < kShownMax) {
    ++shown_;
    line(erp_fault_text(file, fault));
  } else {
    ++unsaid_;
  }
}

void ErpConsole::noticed(const std::string& file, const std::string& text) { line(fmt::format("{}: {}", file, text)); }

void ErpConsole::moved(const std::string& file, const producers::ErpProgress& progress) {
  const std::int64_t now_us = base::steady_us();
  if (file != file_ || begin_us_ == 0) {
    if (file != file_) close_file();
    file_ = file;
    begin_us_ = now_us;
    next_us_ = now_us + (terminal_ ? kTerminalUs : kPlainUs);
    begin_bytes_ = progress.bytes;
    begin_documents_ = progress.documents;
  }
  if (now_us < next_us_) return;
  next_us_ = now_us + (terminal_ ? kTerminalUs : kPlainUs);
  const std::string text = fmt::format("{}: {}", file,
                                       erp_progress_text(progress, progress.bytes - begin_bytes_,
                                                         progress.documents - begin_documents_, now_us - begin_us_));
  if (!terminal_) return line(text);
  fmt::print(stderr, "\r\033[K{}", fitted(text, 100));
  std::fflush(stderr);
  open_ = true;
}

void ErpConsole::close_file() {
  if (unsaid_ > 0)
    line(fmt::format(
        "{}: {} more{}", file_, grouped(static_cast<std::int64_t>(unsaid_)),
        errors_name_.empty() ? "; --errors FILE writes all of them" : fmt::format(", all in {}", errors_name_)));
  if (open_) fmt::print(stderr, "\r\033[K");
  open_ = false;
  errors_.flush();
  file_.clear();
  shown_ = unsaid_ = 0;
  begin_us_ = 0;
}

}  // namespace scoreline::app
