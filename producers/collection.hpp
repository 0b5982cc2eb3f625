#pragma once
/// Private to the collector: one request's events on their way to the sink, and the answer that follows from it.
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

namespace scoreline::producers {

/// Adds the CORS headers of facts section 6 (echo, credentials, Vary); nothing without an origin.
void add_cors(http::Response& response, std::string_view origin);

/// {"success":false,"code","message","pointer"}.
http::Response refused(unsigned status, const base::Error& why);

/// Shared by the requests' thread, which begins it, and the sink's, which end it. It answers once: after
/// close() and settle() for every event that was begun.
class Collection {
 public:
  /// `pointer`: JSON pointer of the array of events within the body. `single`: the body is one event.
  Collection(http::Respond respond, std::string origin, std::string_view pointer, bool single)
      : respond_(std::move(respond)), origin_(std::move(origin)), pointer_(pointer), single_(single) {}

  // The requests' thread only, before close().
  void refuse(std::size_t index, std::string_view message_id_json, const base::Error& why);
  /// An event goes to the sink; settle() must follow.
  void begin() { pending_.fetch_add(1, std::memory_order_relaxed); }
  /// It was not sent after all.
  void take_back() { pending_.fetch_sub(1, std::memory_order_relaxed); }
  /// No more events.
  void close() { settle_one(); }

  /// Any thread: what became of an event. Not stored: the whole request is answered 503, and its repetition is harmless
  /// because message ids stay the same.
  void settle(bool stored);

 private:
  void settle_one();
  http::Response answer();

  http::Respond respond_;
  std::string origin_;
  std::string_view pointer_;             // of a literal
  bool single_;
  std::string rejected_;                 // JSON objects, comma separated
  std::optional<http::Response> single_refusal_;
  std::atomic<std::uint32_t> pending_{1}, stored_{0};
  std::atomic<bool> failed_{false};
};

}  // namespace scoreline::producers
