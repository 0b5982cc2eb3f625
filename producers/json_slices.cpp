#include "producers/json_slices.hpp"

#include <cstring>

namespace scoreline::producers {
namespace {

bool space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool ends_scalar(char c) { return c == ',' || c == '}' || c == ']' || space(c); }

}  // namespace

JsonSlices::JsonSlices(std::string_view text) : rest_(text) {
  skip_space();
  if (rest_.empty() || (rest_.front() != '{' && rest_.front() != '[')) {
    fail();
    return;
  }
  array_ = rest_.front() == '[';
  rest_.remove_prefix(1);
}

bool JsonSlices::fail() {
  ok_ = false;
  done_ = true;
  return false;
}

void JsonSlices::skip_space() {
  while (!rest_.empty() && space(rest_.front())) rest_.remove_prefix(1);
}

bool JsonSlices::skip_string() {
  std::size_t at = 1;
  for (;;) {
    const auto* quote = static_cast<const char*>(at < rest_.size() ? std::memchr(rest_.data() + at, '"', rest_.size() - at) : nullptr);
    if (quote == nullptr) return fail();
    const auto end = static_cast<std::size_t>(quote - rest_.data());
    std::size_t backslashes = 0;
    while (rest_[end - 1 - backslashes] == '\\') ++backslashes;  // stops at the opening quote at the latest
    at = end + 1;
    if (backslashes % 2 == 0) break;
  }
  rest_.remove_prefix(at);
  return true;
}

bool JsonSlices::skip_value() {
  if (rest_.empty()) return fail();
  if (rest_.front() == '"') return skip_string();
  if (rest_.front() != '{' && rest_.front() != '[') {
    std::size_t size = 0;
    while (size < rest_.size() && !ends_scalar(rest_[size])) ++size;
    rest_.remove_prefix(size);
    return size > 0 || fail();
  }
  std::size_t depth = 0;
  while (!rest_.empty()) {
    const char c = rest_.front();
    if (c == '"') {
      if (!skip_string()) return false;
      continue;
    }
    rest_.remove_prefix(1);
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return true;
  }
  return fail();
}

bool JsonSlices::next(std::string_view& key, std::string_view& value) {
  if (done_) return false;
  skip_space();
  const char closing = array_ ? ']' : '}';
  if (rest_.empty()) return fail();
  if (rest_.front() == closing) {
    rest_.remove_prefix(1);
    skip_space();
    done_ = true;
    if (!rest_.empty()) fail();
    return false;
  }
  if (!first_) {
    if (rest_.front() != ',') return fail();
    rest_.remove_prefix(1);
    skip_space();
  }
  first_ = false;
  key = {};
  if (!array_) {
    const std::string_view before = rest_;
    if (rest_.empty() || rest_.front() != '"' || !skip_string()) return fail();
    key = before.substr(1, before.size() - rest_.size() - 2);
    skip_space();
    if (rest_.empty() || rest_.front() != ':') return fail();
    rest_.remove_prefix(1);
    skip_space();
  }
  const std::string_view before = rest_;
  if (!skip_value()) return false;
  value = before.substr(0, before.size() - rest_.size());
  return true;
}

std::string_view plain_text(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.find('\\') != std::string_view::npos) return {};
  return value.substr(1, value.size() - 2);
}

}  // namespace scoreline::producers
