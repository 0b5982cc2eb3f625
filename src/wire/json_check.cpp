/// check_json on RapidJSON's SAX reader: iterative, in situ on a copy of our own, numbers left as text.
///
/// Its grammar is used, and nothing else: it lets lone surrogates, U+0000 and repeated keys through, stops quietly at a
/// NUL byte, and kParseFullPrecisionFlag crashes on long numbers. All of that is decided here.
#include <fmt/core.h>

// Before its first push RapidJSON's stack compares nullptr + n with nullptr, which clang's sanitizer (that of the
// fuzzers) stops at; its other checks stay on.
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>
#ifdef __clang__
#pragma clang attribute pop
#endif

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

constexpr std::size_t kPadding = 32;          // RapidJSON reads whole blocks of 16 bytes
constexpr std::size_t kBufferKept = 1 << 20;  // more than this is given back after use
constexpr std::size_t kPointerBytes = 256;

bool continues(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/// Length of the UTF-8 sequence at `at`, 0 when it is not lawful (overlong, a surrogate, beyond U+10FFFF, cut off).
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : static_cast<unsigned char>(0);
  };
  const unsigned char first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !continues(second)) return 0;
  if (first < 0xE0) return 2;
  if (!continues(byte(2))) return 0;
  if (first < 0xF0) return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ? 0 : 3;
  if (!continues(byte(3)) || (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
  return 4;
}

/// Strict UTF-8 without U+0000.
bool lawful(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= 8) {
      std::uint64_t block;
      std::memcpy(&block, text.data() + at, 8);
      constexpr std::uint64_t kHigh = 0x8080808080808080, kOnes = 0x0101010101010101;
      if ((block & kHigh) == 0 && ((block - kOnes) & kHigh) == 0) {  // eight of ASCII, none of them 0
        at += 8;
        continue;
      }
    }
    const std::size_t length = text[at] == '\0' ? 0 : sequence_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

/// Keys are compared by this first.
std::uint64_t key_tag(std::string_view key) {
  std::uint64_t head = 0, tail = 0;
  const std::size_t n = std::min<std::size_t>(key.size(), 8);
  std::memcpy(&head, key.data(), n);
  std::memcpy(&tail, key.data() + key.size() - n, n);
  return head ^ (tail << 1 | tail >> 63) ^ (key.size() << 56);
}

class Checker {
 public:
  Checker(const JsonLimits& limits, JsonStats& stats) : limits_(limits), stats_(stats) {
    frames_.clear();
    keys_.clear();
  }

  bool Null() { return value('n'); }
  bool Bool(bool b) { return value(b ? 't' : 'f'); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) { return value(*text) && number({text, size}); }
  bool String(const char* text, rapidjson::SizeType size, bool) { return value('"') && string({text, size}); }
  bool StartObject() { return value('{') && open(false); }
  bool StartArray() { return value('[') && open(true); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool EndArray(rapidjson::SizeType) { return close(); }
  bool Key(const char* text, rapidjson::SizeType size, bool);
  // Numbers come as text, see kParseNumbersAsStringsFlag.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  base::Error& error() { return error_; }
  bool refused() const { return !error_.code.empty(); }
  std::string pointer() const;

 private:
  struct Frame {
    bool array = false;
    std::uint32_t count = 0;     // elements or members that have begun
    std::size_t keys_begin = 0;  // of this object in keys_
  };
  struct SeenKey {
    std::uint64_t tag;
    std::string_view text;
  };

  bool value(char kind);
  bool open(bool array);
  bool close();
  bool string(std::string_view text);
  bool number(std::string_view text);
  bool refuse(const char* code, const char* message) {
    error_ = {code, message, pointer()};
    return false;
  }

  const JsonLimits& limits_;
  JsonStats& stats_;
  base::Error error_;
  // Memory is kept from call to call.
  static thread_local std::vector<Frame> frames_;
  static thread_local std::vector<SeenKey> keys_;
};

thread_local std::vector<Checker::Frame> Checker::frames_;
thread_local std::vector<Checker::SeenKey> Checker::keys_;

bool Checker::value(char kind) {
  if (stats_.values == 0) stats_.kind = kind;
  ++stats_.values;
  if (!frames_.empty() && frames_.back().array) ++frames_.back().count;
  return true;
}

bool Checker::open(bool array) {
  if (frames_.size() >= limits_.depth) return refuse("too_deep", "objects and arrays are nested too deeply");
  frames_.push_back({array, 0, keys_.size()});
  stats_.depth = std::max(stats_.depth, static_cast<std::uint32_t>(frames_.size()));
  return true;
}

bool Checker::close() {
  keys_.resize(frames_.back().keys_begin);
  frames_.pop_back();
  return true;
}

bool Checker::Key(const char* text, rapidjson::SizeType size, bool) {
  const std::string_view key(text, size);
  if (!string(key)) return false;
  Frame& frame = frames_.back();
  if (++frame.count > limits_.members) return refuse("too_large", "an object has too many members");
  const std::uint64_t tag = key_tag(key);
  bool repeated = false;
  for (std::size_t i = frame.keys_begin; i < keys_.size(); ++i)
    repeated = repeated || (keys_[i].tag == tag && keys_[i].text == key);
  keys_.push_back({tag, key});
  return !repeated || refuse("duplicate_key", "an object has two members of the same name");
}

bool Checker::string(std::string_view text) {
  if (text.size() > limits_.string_bytes) return refuse("too_large", "a string is too long");
  return lawful(text) ||
         refuse("invalid_string", "a string is not strict UTF-8, or holds U+0000 or half a surrogate pair");
}

bool Checker::number(std::string_view text) {
  core::Number read;
  const bool integer = text.find_first_of(".eE") == std::string_view::npos;
  if (integer && text.size() <= 18) return true;
  if (!json_number(text, read)) return refuse("invalid_number", "a number is too large");
  return !integer || read.is_integer || refuse("invalid_number", "an integer does not fit into 64 bits");
}

std::string Checker::pointer() const {
  std::string out;
  for (std::size_t i = 0; i < frames_.size() && out.size() < kPointerBytes; ++i) {
    const Frame& frame = frames_[i];
    if (frame.array) {
      if (frame.count > 0) out.append("/").append(std::to_string(frame.count - 1));
      continue;
    }
    const std::size_t keys_end = i + 1 < frames_.size() ? frames_[i + 1].keys_begin : keys_.size();
    if (keys_end == frame.keys_begin) continue;
    out.push_back('/');
    for (const char c : keys_[keys_end - 1].text.substr(0, kPointerBytes)) {
      if (c == '~')
        out.append("~0");
      else if (c == '/')
        out.append("~1");
      else
        out.push_back(c);
    }
  }
  return out;
}

base::Error parse_error(rapidjson::ParseErrorCode code, std::size_t offset, const Checker& checker) {
  const bool number = code == rapidjson::kParseErrorNumberTooBig;
  const bool surrogate = code == rapidjson::kParseErrorStringUnicodeSurrogateInvalid;
  if (number) return {"invalid_number", "a number is too large", checker.pointer()};
  if (surrogate) return {"invalid_string", "a string holds half a surrogate pair", checker.pointer()};
  return {"invalid_json", fmt::format("not JSON at byte {}: {}", offset, rapidjson::GetParseError_En(code)),
          checker.pointer()};
}

}  // namespace

base::Result<JsonStats> check_json(std::string_view text, const JsonLimits& limits) {
  using Reader = rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>>;
  constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                              rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseStopWhenDoneFlag;
  thread_local std::string buffer;
  thread_local Reader reader;
  buffer.assign(text);
  buffer.append(kPadding, '\0');
  JsonStats stats;
  Checker checker(limits, stats);
  rapidjson::InsituStringStream stream(buffer.data());
  const rapidjson::ParseResult parsed = reader.Parse<kFlags>(stream, checker);
  std::size_t at = stream.Tell();
  base::Error error;
  if (checker.refused()) {
    error = std::move(checker.error());
  } else if (parsed.IsError()) {
    error = parse_error(parsed.Code(), parsed.Offset(), checker);
  } else {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n')) ++at;
    if (at != text.size())
      error = {"invalid_json", fmt::format("not JSON at byte {}: something follows the value", at), ""};
  }
  if (buffer.capacity() > kBufferKept) std::string().swap(buffer);
  if (!error.code.empty()) return error;
  return stats;
}

}  // namespace scoreline::wire
