#pragma once
/// Records of topics as lines: kcat -J's form for programs, one short line for people, and what `scoreline simulate`
/// reads. Pure.
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "flow/topics.hpp"
#include "kafka/tail.hpp"

namespace scoreline::app {

/// {"topic","partition","offset","tstype","ts","broker","headers":[name,value,...],"key","payload"}; no `headers` where
/// there are none, key and payload null where there is none. Bytes that are not UTF-8 are shown as U+FFFD.
std::string kcat_line(const kafka::TailRecord& record);

/// Time, place, key and value on one line; the value of a derived topic in words (tail_words.hpp), else as it is, without
/// line breaks.
std::string people_line(flow::Topic topic, const kafka::TailRecord& record, bool colours);

/// {"topic","time","trusted","source","value"} (semantics 10); `name` without the installation's prefix. Without a value
/// that is a JSON object (a tombstone, foreign bytes), and for ticks, nothing: simulate makes its own days.
std::optional<std::string> simulate_line(std::string_view name, const kafka::TailRecord& record);

/// begin, end, an offset, or an instant (RFC 3339 or a date).
base::Result<kafka::TailPlace> parse_tail_place(std::string_view text);

}  // namespace scoreline::app
