#include "producers/tracking_value.hpp"

#include "producers/json_slices.hpp"

namespace scoreline::producers {
namespace {

using base::Instant;

// What decides, found on the way; raw slices of the event.
struct Found {
  std::string_view type, message_id, timestamp, original, sent, context;
};

// Years 0001 to 9999: what can be written as RFC 3339.
constexpr Instant kFirst{-62'135'596'800 * base::kSecondUs}, kLast{253'402'300'799 * base::kSecondUs};

void begin_member(std::string& out, std::string_view key) {
  out += out.back() == '{' ? "\"" : ",\"";
  out += key;
  out += "\":";
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  begin_member(out, key);
  out += value;
}

void append_instant(std::string& out, std::string_view key, Instant at) {
  begin_member(out, key);
  out.push_back('"');
  base::append_rfc3339(out, at);
  out.push_back('"');
}

// Copies what stays and notes what decides. True: the member is dealt with (noted or dropped).
bool note(std::string_view key, std::string_view value, const CallContext& call, Found& found) {
  if (key.find('\\') != std::string_view::npos) return true;
  switch (key.size()) {
    case 4: return key == "type" && (found.type = value, true);
    case 6: return key == "sentAt" && (found.sent = value, true);
    case 7:
      if (key == "context") return found.context = value, true;
      if (key == "machine") return !call.trusted;
      return key == "history";
    case 8: return key == "writeKey";
    case 9:
      if (key == "timestamp") return found.timestamp = value, true;
      return key == "messageId" && (found.message_id = value, true);
    case 10: return key == "receivedAt";
    case 17: return key == "originalTimestamp" && (found.original = value, true);
    default: return false;
  }
}

void append_times(std::string& out, const Found& found, const CallContext& call) {
  // What is imported was corrected when it was new, and its sentAt is of then: its timestamp stands as it is.
  const bool correct = !call.history;
  const bool by_original = !blank(found.original) && (correct || blank(found.timestamp));
  const std::string_view given = by_original ? found.original : found.timestamp;
  const auto own_sent = base::parse_rfc3339(plain_text(found.sent));
  const auto sent = own_sent ? own_sent : call.sent_at;
  if (blank(given)) {
    append_instant(out, "timestamp", call.received_at);
  } else if (const auto original = base::parse_rfc3339(plain_text(given))) {
    const std::int64_t age_us = (correct ? sent.value_or(call.received_at) : call.received_at).us - original->us;
    const Instant corrected{call.received_at.us - age_us};
    append_instant(out, "timestamp", corrected < kFirst || corrected > kLast ? call.received_at : corrected);
    append_member(out, "originalTimestamp", given);
  } else {
    append_member(out, "timestamp", given);
  }
  if (sent) append_instant(out, "sentAt", *sent);
  append_instant(out, "receivedAt", call.received_at);
}

bool has_ip(std::string_view context) {
  JsonSlices members(context);
  std::string_view key, value;
  while (members.next(key, value))
    if (key == "ip" && !blank(value)) return true;
  return false;
}

void append_context(std::string& out, std::string_view context, std::string_view ip) {
  const bool object = !context.empty() && context.front() == '{';
  if (ip.empty() || (!object && !blank(context)) || (object && has_ip(context))) {
    if (!context.empty()) append_member(out, "context", context);
    return;
  }
  begin_member(out, "context");
  out += "{\"ip\":\"";
  out += ip;
  out.push_back('"');
  JsonSlices members(object ? context : "{}");
  std::string_view key, value;
  while (members.next(key, value))
    if (key != "ip") append_member(out, key, value);
  out.push_back('}');
}

void append_message_id(std::string& out, std::string_view event, const Found& found, const CallContext& call) {
  if (!blank(found.message_id)) return append_member(out, "messageId", found.message_id);
  std::string seed;
  seed.reserve(event.size() + call.source.size() + found.timestamp.size() + 2);
  seed.append(call.source).append("\n").append(event).append("\n").append(found.timestamp);
  begin_member(out, "messageId");
  out += "\"auto-" + base::to_hex(base::keyed_hash(call.hash_key, seed)) + "\"";
}

}  // namespace

void append_tracking_value(std::string& out, std::string_view event, const CallContext& call) {
  Found found;
  out.push_back('{');
  JsonSlices members(event);
  std::string_view key, value;
  while (members.next(key, value))
    if (!note(key, value, call, found)) append_member(out, key, value);
  if (!call.type.empty()) {
    begin_member(out, "type");
    out.append("\"").append(call.type).append("\"");
  } else if (!found.type.empty()) {
    append_member(out, "type", found.type);
  }
  append_message_id(out, event, found, call);
  append_context(out, found.context, call.ip);
  append_times(out, found, call);
  if (call.history) append_member(out, "history", "true");
  out.push_back('}');
}

}  // namespace scoreline::producers
