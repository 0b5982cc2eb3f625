#include "base/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdlib>

#include "base/time.hpp"

namespace scoreline::base::log {
namespace {

constexpr std::array<std::string_view, 4> kNames{"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 4> kColours{"\033[2m", "\033[32m", "\033[33m", "\033[31m"};
constexpr std::string_view kDim = "\033[2m", kPlain = "\033[0m";

std::string_view name_of(Level level) { return kNames[static_cast<std::size_t>(level)]; }

Level level_from_environment() {
  const char* text = std::getenv("SCORELINE_LOG_LEVEL");
  for (std::size_t i = 0; text != nullptr && i < kNames.size(); ++i)
    if (kNames[i] == text) return static_cast<Level>(i);
  return Level::info;
}

std::atomic<Level>& least_level() {
  static std::atomic<Level> level{level_from_environment()};
  return level;
}

std::string& process_name() {
  static std::string name;
  return name;
}

// C1 controls (U+0080 to U+009F) move a terminal's cursor, too; in UTF-8 they are C2 80 to C2 9F.
bool c1_control(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]) == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
}

void append_escaped(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(text[i]);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    } else if (c1_control(text, i)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(text[++i]));
    } else {
      out.push_back(text[i]);
    }
  }
}

void append_string(std::string& out, std::string_view text) {
  out.push_back('"');
  append_escaped(out, text);
  out.push_back('"');
}

void append_value(std::string& out, const Value& value) {
  const auto back = std::back_inserter(out);
  switch (value.kind()) {
    case Value::Kind::text: append_string(out, value.text()); break;
    case Value::Kind::integer: fmt::format_to(back, "{}", value.integer()); break;
    case Value::Kind::natural: fmt::format_to(back, "{}", value.natural()); break;
    case Value::Kind::boolean: out += value.natural() != 0 ? "true" : "false"; break;
    case Value::Kind::real:
      if (std::isfinite(value.real()))
        fmt::format_to(back, "{}", value.real());
      else
        fmt::format_to(back, "\"{}\"", value.real());
      break;
  }
}

// Without quotes where a person can read it without.
void append_pretty_value(std::string& out, const Value& value) {
  const bool text = value.kind() == Value::Kind::text;
  if (text && !value.text().empty() && value.text().find_first_of(" =\"") == std::string_view::npos)
    append_escaped(out, value.text());
  else
    append_value(out, value);
}

}  // namespace

void set_process(std::string_view name) { process_name() = name; }
void set_level(Level level) { least_level().store(level, std::memory_order_relaxed); }
bool enabled(Level level) { return level >= least_level().load(std::memory_order_relaxed); }

std::string format_json(Level level, std::string_view at_rfc3339, std::string_view sentence, Fields fields) {
  std::string out = "{\"at\":";
  append_string(out, at_rfc3339);
  out += ",\"level\":";
  append_string(out, name_of(level));
  if (!process_name().empty()) {
    out += ",\"process\":";
    append_string(out, process_name());
  }
  out += ",\"message\":";
  append_string(out, sentence);
  for (const Field& field : fields) {
    out.push_back(',');
    append_string(out, field.key);
    out.push_back(':');
    append_value(out, field.value);
  }
  out += "}\n";
  return out;
}

std::string format_pretty(Level level, std::string_view at_rfc3339, std::string_view sentence, Fields fields) {
  const std::string_view colour = kColours[static_cast<std::size_t>(level)];
  std::string out = fmt::format("{}{}{} {}{:<5}{} ", kDim, at_rfc3339, kPlain, colour, name_of(level), kPlain);
  if (!process_name().empty()) {
    out += "[";
    append_escaped(out, process_name());
    out += "] ";
  }
  append_escaped(out, sentence);
  for (const Field& field : fields) {
    fmt::format_to(std::back_inserter(out), " {}{}={}", kDim, field.key, kPlain);
    append_pretty_value(out, field.value);
  }
  out += "\n";
  return out;
}

void write(Level level, std::string_view sentence, Fields fields) {
  if (!enabled(level)) return;
  static const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const std::string at = format_rfc3339(Instant{wall_clock().us / 1000 * 1000});
  const std::string line = terminal ? format_pretty(level, at, sentence, fields) : format_json(level, at, sentence, fields);
  // One write: lines of threads and of processes that share stderr do not mix. A full pipe or closed stderr loses the
  // entry; there is nowhere to report that.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace scoreline::base::log
