#pragma once
// The collector with everything around it in memory: a sink that acknowledges at once, later or never, and callers.
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "producers/collector.hpp"

namespace scoreline::producers {

struct Stored {
  std::string key, value;
  std::vector<std::pair<std::string, std::string>> headers;
  flow::Topic topic = flow::Topic::tracking_events;
  std::string header(std::string_view name) const {
    for (const auto& [n, v] : headers)
      if (n == name) return v;
    return "";
  }
};

// Acknowledges at once, later, or never.
class FakeSink final : public EventSink {
 public:
  enum class Mode { at_once, keep, fail, unavailable, too_large };
  Sent send(const EventRecord& record, Done done) override {
    const std::lock_guard lock(mutex);
    if (mode == Mode::unavailable || stored.size() >= room) return Sent::unavailable;
    if (mode == Mode::too_large) return Sent::too_large;
    Stored copy{std::string(record.key), std::string(record.value), {}, record.topic};
    for (const EventHeader& h : record.headers) copy.headers.emplace_back(h.name, h.value);
    stored.push_back(std::move(copy));
    if (mode == Mode::keep)
      kept.push_back(std::move(done));
    else
      done(mode == Mode::at_once);
    return Sent::queued;
  }
  std::mutex mutex;
  Mode mode = Mode::at_once;
  std::size_t room = SIZE_MAX;
  std::vector<Stored> stored;
  std::vector<Done> kept;
};

class Caller final : public http::Exchange {
 public:
  void answer(std::uint64_t, http::Response response) override { given = std::move(response); }
  std::optional<http::Response> given;
};

struct World {
  World() { collector.emplace(options, sink, keys()); }
  static std::shared_ptr<const WriteKeys> keys() {
    return std::make_shared<const WriteKeys>(std::vector<WriteKey>{
        {"shop", base::sha256("browser"), false}, {"erp", base::sha256("server"), true}, {"third", base::sha256("other"), false}});
  }
  http::Request request(std::string_view target, std::string_view body, std::string_view key = "browser") {
    http::Request out;
    out.method = http::Method::post;
    out.set_target(target);
    out.add_header("Host", "collect");
    if (!key.empty()) out.add_header("X-Write-Key", key);
    out.add_header("Origin", "https://www.example.com");
    out.settle();
    out.peer = "192.0.2.7";
    out.body = body;
    return out;
  }
  http::Response ask(http::Request request) {
    const auto caller = std::make_shared<Caller>();
    collector->handle(request, http::Respond(caller, 1));
    REQUIRE(caller->given);
    return *caller->given;
  }
  http::Response ask(std::string_view target, std::string_view body, std::string_view key = "browser") {
    return ask(request(target, body, key));
  }

  static base::Instant noon() { return *base::parse_rfc3339("2026-05-01T12:00:00.123456Z"); }
  CollectorOptions options = [] {
    CollectorOptions out;
    out.clock = noon;
    return out;
  }();
  FakeSink sink;
  std::optional<Collector> collector;
};

}  // namespace scoreline::producers
