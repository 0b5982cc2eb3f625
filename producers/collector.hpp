#pragma once
/// The tracking API (Segment's, with RudderStack's additions; facts: tracking API) and the facts API for servers: takes
/// events over HTTP, checks each, and answers 200 only when the broker has acknowledged every one that it accepted. Needs the sink, never a database.
///
///   POST /v1/{track,identify,page,screen,group,alias,batch}, /v1/{t,i,p,s,g,a,b}; POST /v1/import (trusted keys: a batch
///   of history); POST /v1/m (an SDK's own metrics, ignored); GET /health; OPTIONS for CORS.
///   POST /v1/facts (trusted keys: facts for crm.events, one object, an array, or {"batch":[...]}).
///   200 {"success":true,"accepted":n,"rejected":[{"index","messageId","code","message","pointer"}]}
///   400 401 403 404 405 413 415: {"success":false,"code","message"}: the same request never works
///   429 503 with Retry-After: later it may
///
/// Each stored record has its key and `ce_id` as keyed hashes and its value as tracking_value.hpp and fact_value.hpp say.
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "core/activity.hpp"
#include "http/message.hpp"
#include "producers/event_sink.hpp"
#include "producers/rate_limit.hpp"
#include "producers/write_keys.hpp"

namespace scoreline::producers {

class Collection;

struct CollectorOptions {
  base::HashKey hash_key{};
  std::size_t event_bytes_max = 32 * 1024;
  std::size_t batch_bytes_max = 500 * 1024;
  std::size_t batch_events_max = 2'500;
  /// Generous, because one address may be a company's or a proxy's: set them to what your traffic needs.
  RateLimitOptions events_per_key{500'000, 1'000'000};
  RateLimitOptions requests_per_ip{100'000, 200'000};
  /// The last entry of X-Forwarded-For is the client. Only behind a proxy of one's own that sets it.
  bool trust_forwarded_for = false;
  base::Instant (*clock)() = base::wall_clock;
};

/// Thread-safe. Must outlive the server that calls it; the sink must outlive both.
class Collector {
 public:
  /// `keys` may be null: not loaded yet, every call is answered 503 (a 401 would make SDKs drop their events).
  Collector(CollectorOptions options, EventSink& sink, std::shared_ptr<const WriteKeys> keys);
  ~Collector();
  /// Replaces all keys, between two requests.
  void set_keys(std::shared_ptr<const WriteKeys> keys);
  bool has_keys() const;

  /// For http::Server.
  void handle(http::Request& request, http::Respond respond);
  static void decorate(const http::Request& request, http::Response& response);

 private:
  struct Keys;
  struct Call;
  std::optional<http::Response> open(Call& call);
  std::optional<http::Response> find_key(Call& call) const;
  std::optional<http::Response> read_body(Call& call) const;
  void send_all(const Call& call, http::Respond respond);
  base::Result<core::InputEvent> read_event(const Call& call, std::string_view event, std::string& value) const;
  std::optional<base::Error> send_one(const Call& call, std::string_view event, const std::shared_ptr<Collection>& collection);

  CollectorOptions options_;
  EventSink& sink_;
  RateLimit key_limit_, ip_limit_;
  mutable std::mutex keys_mutex_;
  std::shared_ptr<const Keys> keys_;
};

}  // namespace scoreline::producers
