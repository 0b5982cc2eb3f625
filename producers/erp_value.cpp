#include "producers/erp_value.hpp"

#include <algorithm>

#include "wire/json_writer.hpp"

namespace scoreline::producers {
namespace {

using base::Error;
using Kind = ErpCell::Kind;
using Text = base::Result<std::string>;

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return out;
}

Error wrong_type() { return {"invalid_value", "an object or a list stands where a single value is expected", ""}; }

// "1.234,56 EUR" is an amount in EUR and nothing else.
std::string_view without_currency(std::string_view text, std::string_view code) {
  const std::string_view signs[] = {code, code == "EUR" ? std::string_view("\xE2\x82\xAC") : std::string_view()};
  for (const std::string_view sign : signs) {
    if (sign.empty()) continue;
    if (text.starts_with(sign)) return text.substr(sign.size());
    if (text.ends_with(sign)) return text.substr(0, text.size() - sign.size());
  }
  return text;
}

base::Result<Decimal> decimal_of(const ErpCell& cell, DecimalStyle style, std::string_view code) {
  if (cell.kind == Kind::number) return parse_json_decimal(cell.text);
  return parse_decimal(without_currency(trimmed(cell.text), code), style);
}

bool holds_nothing(const ErpCell& cell) {
  return cell.kind == Kind::absent || (cell.kind == Kind::text && trimmed(cell.text).empty());
}
bool single(const ErpCell& cell) { return cell.kind != Kind::array && cell.kind != Kind::object; }

Text integer_json(const ErpCell& cell, const ErpValue& value) {
  const auto number =
      cell.kind == Kind::boolean ? base::Result<Decimal>(Error{}) : decimal_of(cell, value.decimals, "");
  if (!number || number->scale != 0) return Error{"invalid_value", "not a whole number", ""};
  return to_text(*number);
}

Text text_json(const ErpCell& cell) {
  std::string out;
  wire::append_json_string(out, *plain_text(cell));
  return out;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::string> plain_text(const ErpCell& cell) {
  if (!single(cell)) return std::nullopt;
  if (cell.kind == Kind::number) {
    const auto number = parse_json_decimal(cell.text);
    return number ? to_text(*number) : cell.text;
  }
  return std::string(trimmed(cell.text));
}

base::Result<std::optional<std::int64_t>> erp_cents(const ErpCell& cell, const ErpValue& value,
                                                    const ErpCurrency& currency) {
  if (holds_nothing(cell)) return std::optional<std::int64_t>();
  if (!single(cell)) return wrong_type();
  if (cell.kind == Kind::boolean) return Error{"invalid_amount", "true or false is no amount", ""};
  auto number = decimal_of(cell, value.decimals, currency.code);
  if (!number) return number.error();
  if (value.in_cents && number->scale != 0) return Error{"invalid_amount", "an amount in cents has no decimals", ""};
  if (value.negate && number->digits != 0) number->negative = !number->negative;
  const auto cents = round_decimal(*number, value.in_cents ? 0 : 2, currency.rate);
  if (!cents) return cents.error();
  return std::optional<std::int64_t>(*cents);
}

base::Result<std::optional<bool>> erp_flag(const ErpCell& cell, const ErpValue& value) {
  if (!single(cell)) return wrong_type();
  if (cell.kind == Kind::boolean) return std::optional<bool>(cell.text == "true");
  const std::string word = lower(*plain_text(cell));
  const auto in = [&](const std::vector<std::string>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  if (in(value.yes)) return std::optional<bool>(true);
  if (value.yes_alone || in(value.no)) return std::optional<bool>(false);
  if (word.empty()) return std::optional<bool>();
  return Error{"invalid_value", "neither yes nor no; the mapping's `yes` and `no` list the words that are known", ""};
}

Text erp_json(const ErpCell& cell, const ErpValue& value, wire::ErpType type, const ErpCurrency& currency) {
  if (!single(cell)) return wrong_type();
  if (type == wire::ErpType::flag) {
    const auto flag = erp_flag(cell, value);
    if (!flag) return flag.error();
    return std::string(!*flag ? "" : **flag ? "true" : "false");
  }
  if (holds_nothing(cell)) return std::string();
  switch (type) {
    case wire::ErpType::text:
    case wire::ErpType::id:
      return text_json(cell);
    case wire::ErpType::integer:
      return integer_json(cell, value);
    case wire::ErpType::number: {
      const auto number = decimal_of(cell, value.decimals, "");
      return number ? Text(to_text(*number)) : Text(number.error());
    }
    case wire::ErpType::cents:
    case wire::ErpType::credited: {
      const auto cents = erp_cents(cell, value, currency);
      if (!cents) return cents.error();
      if (type == wire::ErpType::credited && **cents < 0)
        return Error{
            "invalid_amount",
            "the amounts of a credit are positive; `negate = true` turns those of an export that writes them negative",
            ""};
      return std::to_string(**cents);
    }
    case wire::ErpType::date: {
      const auto day = value.times.day(*plain_text(cell));
      return day ? Text("\"" + base::format_date(*day) + "\"") : Text(day.error());
    }
    case wire::ErpType::flag:
    case wire::ErpType::lines:
      break;
  }
  return wrong_type();
}

}  // namespace scoreline::producers
