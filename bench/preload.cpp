/// Fills tracking.events with made-up visits, as fast as the broker takes them, so that a drain measures the consumers
/// alone. Deterministic: the same arguments give the same events.
///
///   bench_preload BOOTSTRAP EVENTS LEADS [PREFIX]
#include <fmt/core.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "kafka/record_producer.hpp"

namespace {

using namespace scoreline;

/// About 375 bytes, as an SDK sends it: mostly pages, some tracks, few identifies.
std::string event(std::uint64_t number, std::uint64_t lead, std::mt19937_64& dice, const std::string& time) {
  static constexpr const char* kPaths[] = {"/", "/pricing", "/blog/ten-ideas", "/cases/isar", "/about", "/contact", "/pricing/pro", "/blog/budget"};
  static constexpr const char* kNames[] = {"Video Watched", "Form Submitted", "Quiz Completed", "Phone Clicked"};
  const std::uint64_t kind = dice() % 100;
  std::string body = fmt::format(R"({{"messageId":"bench-{:016x}-{}","anonymousId":"device-{:08x}","timestamp":"{}","receivedAt":"{}",)", dice(), number, lead, time, time);
  body += fmt::format(
      R"json("context":{{"page":{{"path":"{}","url":"https://www.example.test{}","referrer":"https://search.example.test/"}},"userAgent":"Mozilla/5.0 (X11; Linux x86_64)","locale":"de-DE"}},)json",
      kPaths[kind % 8], kPaths[kind % 8]);
  if (kind < 80) return body + R"("type":"page","properties":{"title":"a page"}})";
  if (kind < 98) return body + fmt::format(R"("type":"track","event":"{}","properties":{{"form_id":"f{}","value":{}}}}})", kNames[kind % 4], kind % 5, kind);
  return body + fmt::format(R"("type":"identify","userId":"user-{:08x}","traits":{{"title":"CEO","country":"DE"}}}})", lead);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "usage: bench_preload BOOTSTRAP EVENTS LEADS [PREFIX]\n");
    return 2;
  }
  kafka::Settings settings;
  settings.bootstrap = argv[1];
  settings.prefix = argc > 4 ? argv[4] : "";
  settings.linger_ms = 50;
  settings.delivery_timeout_ms = 60'000;
  const auto events = std::strtoull(argv[2], nullptr, 10), leads = std::strtoull(argv[3], nullptr, 10);
  kafka::RecordProducer producer(settings, {flow::Topic::tracking_events});
  producer.warm_up(std::chrono::seconds(20));
  std::mt19937_64 dice(4711);
  std::atomic<std::uint64_t> lost{0};
  const std::string time = base::format_rfc3339(base::wall_clock());
  const kafka::Header headers[] = {{"ce_specversion", "1.0"}, {"ce_type", "scoreline.tracking.v1"}, {"ce_writekey", "bench"}, {"ce_trusted", "true"}};
  const std::int64_t began = base::steady_us();
  for (std::uint64_t n = 0; n < events; ++n) {
    const std::uint64_t lead = dice() % leads;
    const std::string key = base::to_hex(base::keyed_hash({}, fmt::format("device-{:08x}", lead)));
    const std::string value = event(n, lead, dice, time);
    kafka::Outgoing record;
    record.topic = flow::Topic::tracking_events;
    record.key = key;
    record.value = value;
    record.headers = headers;
    while (producer.produce(record, [&](const kafka::Delivery& delivery) { lost += delivery.ok ? 0 : 1; }) != kafka::Produced::queued)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  while (producer.in_flight() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const double seconds = static_cast<double>(base::steady_us() - began) / 1e6;
  fmt::print("{} events of {} leads in {:.1f} s ({:.0f}/s), {} not delivered\n", events, leads, seconds, static_cast<double>(events) / seconds, lost.load());
  return lost == 0 ? 0 : 1;
}
