#pragma once
/// Structured log on stderr: JSON lines, or one coloured line per entry when stderr is a terminal.
///
///   base::log::warn("broker does not answer", {{"broker", name}, {"wait_ms", 500}, {"next", "check kafka.bootstrap"}});
///
/// The sentence is constant, values are fields; warn and error carry a field `next`: what the reader should do. Fields
/// hold no personal data, secrets or row contents (facts: security 10); control characters in them are escaped, so no
/// value can forge an entry. Each entry is one write(2). Thread-safe; never throws for a value it cannot show.
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace scoreline::base::log {

enum class Level : std::uint8_t { debug, info, warn, error };

/// A field's value, viewed, not copied: lives until the end of the call.
class Value {
 public:
  enum class Kind : std::uint8_t { text, integer, natural, real, boolean };
  Value(std::string_view text) : kind_(Kind::text), text_(text) {}
  Value(const char* text) : Value(std::string_view(text)) {}
  Value(const std::string& text) : Value(std::string_view(text)) {}
  Value(bool value) : kind_(Kind::boolean), natural_(value ? 1 : 0) {}
  Value(std::floating_point auto value) : kind_(Kind::real), real_(static_cast<double>(value)) {}
  Value(std::signed_integral auto value) : kind_(Kind::integer), natural_(static_cast<std::uint64_t>(static_cast<std::int64_t>(value))) {}
  Value(std::unsigned_integral auto value) : kind_(Kind::natural), natural_(value) {}

  Kind kind() const { return kind_; }
  std::string_view text() const { return text_; }
  std::int64_t integer() const { return static_cast<std::int64_t>(natural_); }
  std::uint64_t natural() const { return natural_; }
  double real() const { return real_; }

 private:
  Kind kind_;
  std::uint64_t natural_ = 0;
  double real_ = 0;
  std::string_view text_;
};

struct Field {
  std::string_view key;
  Value value;
};
using Fields = std::initializer_list<Field>;

/// Name of this process in every entry ("collector", "consume scoring"); call once at start, before threads log.
void set_process(std::string_view name);
/// The least level that is written; at start from SCORELINE_LOG_LEVEL (debug, info, warn, error; default info).
void set_level(Level level);
bool enabled(Level level);

void write(Level level, std::string_view sentence, Fields fields);
inline void debug(std::string_view sentence, Fields fields = {}) {
  if (enabled(Level::debug)) write(Level::debug, sentence, fields);
}
inline void info(std::string_view sentence, Fields fields = {}) { write(Level::info, sentence, fields); }
inline void warn(std::string_view sentence, Fields fields = {}) { write(Level::warn, sentence, fields); }
inline void error(std::string_view sentence, Fields fields = {}) { write(Level::error, sentence, fields); }

/// What write() would put on stderr (without a level check); for tests. `at_rfc3339` stands for the clock.
std::string format_json(Level level, std::string_view at_rfc3339, std::string_view sentence, Fields fields);
std::string format_pretty(Level level, std::string_view at_rfc3339, std::string_view sentence, Fields fields);

}  // namespace scoreline::base::log
