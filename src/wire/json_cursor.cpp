#include "wire/json_cursor.hpp"

#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace scoreline::wire {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The four digits behind "\u"; -1: they are none.
std::int32_t hex_four(std::string_view raw, std::size_t at) {
  if (raw.size() - at < 4) return -1;
  std::int32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_digit(raw[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

/// "\uXXXX" whose digits begin at `at`; moves `at` behind it, and behind the second half of a pair.
bool unescape_unicode(std::string_view raw, std::size_t& at, std::string& out) {
  std::int32_t code = hex_four(raw, at);
  if (code < 0) return false;
  at += 4;
  if (code >= 0xDC00 && code <= 0xDFFF) return false;
  if (code >= 0xD800 && code <= 0xDBFF) {
    if (raw.substr(at, 2) != "\\u") return false;
    const std::int32_t low = hex_four(raw, at + 2);
    if (low < 0xDC00 || low > 0xDFFF) return false;
    at += 6;
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(out, static_cast<std::uint32_t>(code));
  return true;
}

/// First quote or backslash at or behind `at`.
const char* find_string_stop(const char* at, const char* end) {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; end - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const int hits = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
    if (hits != 0) return at + __builtin_ctz(static_cast<unsigned>(hits));
  }
#endif
  while (at < end && *at != '"' && *at != '\\') ++at;
  return at;
}

/// First quote or bracket at or behind `at`.
const char* find_bracket(const char* at, const char* end) {
#ifdef __SSE2__
  // '[' and '{', ']' and '}' differ in one bit each: with it set two comparisons do for four brackets.
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i bit = _mm_set1_epi8(0x20);
  const __m128i open = _mm_set1_epi8('{');
  const __m128i close = _mm_set1_epi8('}');
  for (; end - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i folded = _mm_or_si128(block, bit);
    const __m128i brackets = _mm_or_si128(_mm_cmpeq_epi8(folded, open), _mm_cmpeq_epi8(folded, close));
    const int hits = _mm_movemask_epi8(_mm_or_si128(brackets, _mm_cmpeq_epi8(block, quote)));
    if (hits != 0) return at + __builtin_ctz(static_cast<unsigned>(hits));
  }
#endif
  while (at < end && *at != '"' && *at != '{' && *at != '}' && *at != '[' && *at != ']') ++at;
  return at;
}

}  // namespace

bool unescape(std::string_view raw, std::string& out) {
  std::size_t at = 0;
  while (at < raw.size()) {
    const std::size_t next = raw.find('\\', at);
    out.append(raw.substr(at, next - at));
    if (next == std::string_view::npos) return true;
    if (next + 1 >= raw.size()) return false;
    const char kind = raw[next + 1];
    at = next + 2;
    switch (kind) {
      case '"':
      case '\\':
      case '/':
        out.push_back(kind);
        break;
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'u':
        if (!unescape_unicode(raw, at, out)) return false;
        break;
      default:
        return false;
    }
  }
  return true;
}

bool JsonCursor::fail() {
  ok_ = false;
  at_ = end_;
  return false;
}

bool JsonCursor::enter(char bracket) {
  if (peek() != bracket) return false;
  ++at_;
  first_ = true;
  return true;
}

// Behind an opening bracket or a value: true when another entry follows.
bool JsonCursor::separator(char close) {
  const char next = peek();
  if (next == close) {
    ++at_;
    first_ = false;
    return false;
  }
  if (!first_) {
    if (next != ',') return fail();
    ++at_;
  }
  first_ = false;
  return true;
}

bool JsonCursor::next_member(std::string_view& key) {
  if (!ok_ || !separator('}')) return false;
  if (peek() != '"') return fail();
  const char* begin = at_ + 1;
  bool escaped = false;
  if (!skip_string(escaped)) return fail();
  key = {begin, static_cast<std::size_t>(at_ - 1 - begin)};
  if (escaped) {
    key_.clear();
    if (!unescape(key, key_)) return fail();
    key = key_;
  }
  if (peek() != ':') return fail();
  ++at_;
  return true;
}

bool JsonCursor::next_element() { return ok_ && separator(']'); }

// `at_` stands on the opening quote; leaves it behind the closing one.
bool JsonCursor::skip_string(bool& escaped) {
  ++at_;
  while (true) {
    at_ = find_string_stop(at_, end_);
    if (at_ == end_) return false;
    if (*at_ == '"') break;
    escaped = true;
    if (end_ - at_ < 2) return false;
    at_ += 2;
  }
  ++at_;
  return true;
}

// `at_` stands on an opening bracket; leaves it behind the one that closes it.
bool JsonCursor::skip_nested() {
  std::size_t depth = 0;
  bool escaped = false;
  do {
    at_ = find_bracket(at_, end_);
    if (at_ == end_) return false;
    if (*at_ == '"') {
      if (!skip_string(escaped)) return false;
      continue;
    }
    if (*at_ == '{' || *at_ == '[')
      ++depth;
    else
      --depth;
    ++at_;
  } while (depth > 0);
  return true;
}

std::string_view JsonCursor::raw_value() {
  const char first = peek();
  const char* begin = at_;
  bool escaped = false;
  if (first == '"') {
    if (!skip_string(escaped)) fail();
  } else if (first == '{' || first == '[') {
    if (!skip_nested()) fail();
  } else {
    while (at_ < end_ && *at_ != ',' && *at_ != '}' && *at_ != ']' && *at_ != ':' && *at_ != '"' &&
           static_cast<unsigned char>(*at_) > ' ')
      ++at_;
    if (at_ == begin) fail();
  }
  return ok_ ? std::string_view(begin, static_cast<std::size_t>(at_ - begin)) : std::string_view();
}

JsonText JsonCursor::text() {
  if (peek() != '"') {
    fail();
    return {};
  }
  JsonText text;
  const char* begin = at_ + 1;
  if (!skip_string(text.escaped)) {
    fail();
    return {};
  }
  text.raw = {begin, static_cast<std::size_t>(at_ - 1 - begin)};
  return text;
}

}  // namespace scoreline::wire
