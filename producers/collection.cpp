#include "producers/collection.hpp"

#include <fmt/format.h>

namespace scoreline::producers {
namespace {

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) < 0x20)
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    else
      out.push_back(c);
  }
  out.push_back('"');
}

void append_why(std::string& out, const base::Error& why, std::string_view pointer) {
  out += ",\"code\":";
  append_json_string(out, why.code);
  out += ",\"message\":";
  append_json_string(out, why.message);
  out += ",\"pointer\":";
  append_json_string(out, pointer);
  out.push_back('}');
}

}  // namespace

void add_cors(http::Response& response, std::string_view origin) {
  if (origin.empty()) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", origin);
  response.headers.emplace_back("Access-Control-Allow-Credentials", "true");
  response.headers.emplace_back("Access-Control-Expose-Headers", "Retry-After");
  response.headers.emplace_back("Vary", "Origin");
}

http::Response refused(unsigned status, const base::Error& why) {
  http::Response response;
  response.status = status;
  response.body = "{\"success\":false";
  append_why(response.body, why, why.where);
  return response;
}

void Collection::refuse(std::size_t index, std::string_view message_id_json, const base::Error& why) {
  if (single_) {
    single_refusal_ = refused(why.code == "too_large" ? 413 : 400, why);
    return;
  }
  if (!rejected_.empty()) rejected_.push_back(',');
  fmt::format_to(std::back_inserter(rejected_), "{{\"index\":{},\"messageId\":", index);
  rejected_ += message_id_json.empty() ? "null" : message_id_json;
  append_why(rejected_, why, fmt::format("{}/{}{}", pointer_, index, why.where));
}

void Collection::settle(bool stored) {
  if (stored)
    stored_.fetch_add(1, std::memory_order_relaxed);
  else
    failed_.store(true, std::memory_order_relaxed);
  settle_one();
}

void Collection::settle_one() {
  if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) respond_(answer());
}

http::Response Collection::answer() {
  http::Response response;
  if (failed_.load(std::memory_order_relaxed)) {
    response = http::refusal(503, "unavailable", "the events could not be stored, send them again later");
    response.headers.emplace_back("Retry-After", "1");
  } else if (single_refusal_) {
    response = std::move(*single_refusal_);
  } else {
    response.body =
        fmt::format("{{\"success\":true,\"accepted\":{},\"rejected\":[{}]}}", stored_.load(std::memory_order_relaxed), rejected_);
  }
  add_cors(response, origin_);
  return response;
}

}  // namespace scoreline::producers
