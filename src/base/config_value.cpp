#include "base/config_value.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

#include "base/suggest.hpp"

namespace scoreline::base::config {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

Error refused(std::string_view setting, std::string message) { return {"setting", std::move(message), std::string(setting)}; }

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

Result<std::int64_t> parse_with_unit(std::string_view setting, std::string_view text, std::span<const Unit> units,
                                     std::string_view example) {
  text = trimmed(text);
  std::int64_t number = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || number < 0)
    return refused(setting, fmt::format("{} must be a number with a unit, such as {}", setting, example));
  const std::string unit = lowered(trimmed({rest, static_cast<std::size_t>(text.data() + text.size() - rest)}));
  for (const Unit& known : units) {
    if (known.name != unit) continue;
    if (number > std::numeric_limits<std::int64_t>::max() / known.factor) return refused(setting, fmt::format("{} is too large", setting));
    return number * known.factor;
  }
  return refused(setting, fmt::format("{} has an unknown unit; write it as in {}", setting, example));
}

}  // namespace

Result<bool> parse_boolean(std::string_view setting, std::string_view text) {
  const std::string word = lowered(trimmed(text));
  if (word == "true" || word == "yes" || word == "on" || word == "1") return true;
  if (word == "false" || word == "no" || word == "off" || word == "0") return false;
  return refused(setting, fmt::format("{} must be true or false", setting));
}

Result<std::int64_t> parse_integer(std::string_view setting, std::string_view text, std::int64_t min, std::int64_t max) {
  text = trimmed(text);
  std::int64_t number = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || rest != text.data() + text.size() || number < min || number > max)
    return refused(setting, fmt::format("{} must be a whole number from {} to {}", setting, min, max));
  return number;
}

Result<std::int64_t> parse_duration_ms(std::string_view setting, std::string_view text) {
  static constexpr Unit kUnits[] = {{"", 1}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  return parse_with_unit(setting, text, kUnits, "250ms, 10s, 5m, 2h or 30d");
}

Result<std::int64_t> parse_size_bytes(std::string_view setting, std::string_view text) {
  static constexpr std::int64_t kKilo = 1024, kMega = kKilo * 1024, kGiga = kMega * 1024;
  static constexpr Unit kUnits[] = {{"", 1},       {"b", 1},     {"k", kKilo}, {"kb", kKilo},  {"kib", kKilo}, {"m", kMega},
                                    {"mb", kMega}, {"mib", kMega}, {"g", kGiga}, {"gb", kGiga}, {"gib", kGiga}};
  return parse_with_unit(setting, text, kUnits, "64k, 1M or 2G");
}

std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view entry = trimmed(text.substr(0, comma));
    if (!entry.empty()) out.emplace_back(entry);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return out;
}

std::string environment_name(std::string_view setting) {
  std::string out = "SCORELINE_";
  for (const char c : setting) {
    if (c == '.')
      out += "__";
    else
      out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return out;
}

Result<std::optional<std::string>> environment_value(std::string_view setting) {
  const std::string name = environment_name(setting), file_name = name + "_FILE";
  const char* value = std::getenv(name.c_str());
  const char* path = std::getenv(file_name.c_str());
  if (value != nullptr && path != nullptr)
    return refused(setting, fmt::format("both {} and {} are set; keep one of them", name, file_name));
  if (path == nullptr) return value == nullptr ? std::optional<std::string>() : std::optional<std::string>(value);
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (!file || !(content << file.rdbuf())) {
    return refused(setting, fmt::format("the file named by {} cannot be read or is empty; check the path and its permissions", file_name));
  }
  std::string text = std::move(content).str();
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return std::optional<std::string>(std::move(text));
}

std::string suggestion(std::string_view unknown, std::span<const std::string_view> known) {
  const std::string near = suggest(unknown, known);
  return near.empty() ? near : fmt::format("; did you mean `{}`?", near);
}

}  // namespace scoreline::base::config
