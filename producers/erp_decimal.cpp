#include "producers/erp_decimal.hpp"

#include <algorithm>

namespace scoreline::producers {
namespace {

using base::Error;
using Digits = Decimal::Digits;

constexpr int kDigitsMax = 26, kRateDigitsMax = 12, kScaleMax = 20;
constexpr std::int64_t kResultMax = 1'000'000'000'000'000;

bool digit(char c) { return c >= '0' && c <= '9'; }

Error not_one(DecimalStyle style) {
  return {"invalid_amount",
          style == DecimalStyle::comma ? "not a number as in 1.234,56; is `decimals` of the mapping right?"
                                       : "not a number as in 1234.56; is `decimals` of the mapping right?",
          ""};
}

// Blanks of several widths become ' ', apostrophes '\'', the minus of typography '-'.
std::string plain(std::string_view text) {
  static constexpr std::pair<std::string_view, char> kSame[] = {
      {"\xC2\xA0", ' '}, {"\xE2\x80\xAF", ' '}, {"\xE2\x80\x89", ' '}, {"\xE2\x80\x99", '\''}, {"\xE2\x88\x92", '-'}};
  std::string out;
  while (!text.empty()) {
    const auto* same =
        std::find_if(std::begin(kSame), std::end(kSame), [&](const auto& one) { return text.starts_with(one.first); });
    out.push_back(same == std::end(kSame) ? text.front() : same->second);
    text.remove_prefix(same == std::end(kSame) ? 1 : same->first.size());
  }
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!out.empty() && blank(out.back())) out.pop_back();
  out.erase(out.begin(), std::find_if_not(out.begin(), out.end(), blank));
  return out;
}

// The digits before the fraction without their separators; false: groups that are none.
bool take_whole(std::string_view text, DecimalStyle style, std::string& digits) {
  const char point = style == DecimalStyle::comma ? '.' : ',';
  char separator = '\0';
  std::size_t group = 0;  // digits since the last separator
  for (const char c : text) {
    if (digit(c)) {
      digits.push_back(c);
      ++group;
      continue;
    }
    const bool first = separator == '\0';
    if ((c != point && c != ' ' && c != '\'') || (!first && c != separator)) return false;
    if (first ? group < 1 || group > 3 : group != 3) return false;
    separator = c;
    group = 0;
  }
  return separator == '\0' || group == 3;
}

bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), digit); }

base::Result<Decimal> made(std::string digits, std::int64_t scale, bool negative) {
  while (scale > 0 && !digits.empty() && digits.back() == '0') digits.pop_back(), --scale;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  Decimal out;
  if (digits.empty()) return out;
  for (; scale < 0 && digits.size() <= kDigitsMax; ++scale) digits.push_back('0');
  if (digits.size() > kDigitsMax || scale > kScaleMax)
    return Error{"invalid_amount", "a number has more digits than any ERP system writes", ""};
  for (const char c : digits) out.digits = out.digits * 10 + (c - '0');
  out.scale = static_cast<int>(scale);
  out.negative = negative;
  return out;
}

}  // namespace

base::Result<Decimal> parse_decimal(std::string_view text, DecimalStyle style) {
  std::string word = plain(text);
  bool negative = false;
  if (!word.empty() && (word.front() == '-' || word.front() == '+')) {
    negative = word.front() == '-';
    word.erase(0, 1);
  } else if (!word.empty() && word.back() == '-') {
    negative = true;
    word.pop_back();
  }
  word = plain(word);
  const std::size_t point = word.rfind(style == DecimalStyle::comma ? ',' : '.');
  const std::string_view whole = std::string_view(word).substr(0, point);
  const std::string_view fraction =
      point == std::string::npos ? std::string_view() : std::string_view(word).substr(point + 1);
  if (point != std::string::npos && (fraction.empty() || !all_digits(fraction))) return not_one(style);
  std::string digits;
  if (!take_whole(whole, style, digits)) return not_one(style);
  digits += fraction;
  if (digits.empty()) return not_one(style);
  return made(std::move(digits), static_cast<std::int64_t>(fraction.size()), negative);
}

base::Result<Decimal> parse_json_decimal(std::string_view text) {
  const Error wrong{"invalid_amount", "not a number", ""};
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t e = text.find_first_of("eE");
  std::string_view mantissa = text.substr(0, e);
  std::int64_t exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view power = text.substr(e + 1);
    const bool down = power.starts_with('-');
    if (down || power.starts_with('+')) power.remove_prefix(1);
    if (power.empty() || power.size() > 4 || !all_digits(power)) return wrong;
    for (const char c : power) exponent = exponent * 10 + (c - '0');
    if (down) exponent = -exponent;
  }
  const std::size_t point = mantissa.find('.');
  const std::string_view whole = mantissa.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : mantissa.substr(point + 1);
  if (whole.empty() || !all_digits(whole) || !all_digits(fraction)) return wrong;
  std::string digits(whole);
  digits += fraction;
  return made(std::move(digits), static_cast<std::int64_t>(fraction.size()) - exponent, negative);
}

base::Result<std::int64_t> round_decimal(const Decimal& number, int shift, const std::optional<Decimal>& rate) {
  const Error too_large{"invalid_amount", "an amount is too large", ""};
  Digits digits = number.digits;
  int scale = number.scale - shift;
  bool negative = number.negative;
  if (rate) {
    SCORELINE_CHECK(digit_count(*rate) <= kRateDigitsMax, "a rate with too many digits");
    digits *= rate->digits;
    scale += rate->scale;
    negative = negative != rate->negative;
  }
  for (; scale < 0; ++scale) {
    if (digits > kResultMax) return too_large;
    digits *= 10;
  }
  if (scale > 0) {
    // All digits but the last that goes are dropped first: what they were does not matter to "half or more".
    for (; scale > 1; --scale) digits /= 10;
    digits = (digits + 5) / 10;
  }
  if (digits > kResultMax) return too_large;
  const auto result = static_cast<std::int64_t>(digits);
  return negative ? -result : result;
}

std::string to_text(const Decimal& number) {
  std::string out;
  Digits left = number.digits;
  for (int place = 0; left > 0 || place <= number.scale; ++place) {
    if (place == number.scale && place > 0) out.push_back('.');
    out.push_back(static_cast<char>('0' + static_cast<int>(left % 10)));
    left /= 10;
  }
  if (number.negative && number.digits != 0) out.push_back('-');
  std::reverse(out.begin(), out.end());
  return out;
}

int digit_count(const Decimal& number) {
  int count = 0;
  for (Digits left = number.digits; left > 0; left /= 10) ++count;
  return count;
}

}  // namespace scoreline::producers
