#include "base/metrics.hpp"

#include <doctest/doctest.h>

#include <thread>

namespace scoreline::base::metrics {

TEST_CASE("metrics: the same name and labels are the same counter, whoever counts") {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([] {
      for (int k = 0; k < 1000; ++k) counter("metrics_test_events_total", "events", {{"key", "shop"}}).add();
    });
  for (auto& thread : threads) thread.join();
  CHECK(counter("metrics_test_events_total", "", {{"key", "shop"}}).value() == 4000);
  CHECK(counter("metrics_test_events_total", "", {{"key", "blog"}}).value() == 0);
}

TEST_CASE("metrics: text format") {
  counter("metrics_test_a_total", "with \\ and\nline", {{"name", "say \"hi\"\n"}, {"b", "c"}}).add(7);
  gauge("metrics_test_b", "a gauge").set(-1.5);
  auto& h = histogram("metrics_test_c_seconds", "waits", {{"x", "y"}}, {0.1, 1});
  for (const double value : {0.05, 0.1, 0.5, 5.0}) h.observe(value);
  const std::string text = expose();
  CHECK(text.find("# HELP scoreline_metrics_test_a_total with \\\\ and\\nline\n# TYPE scoreline_metrics_test_a_total counter\n"
                  "scoreline_metrics_test_a_total{name=\"say \\\"hi\\\"\\n\",b=\"c\"} 7\n") != std::string::npos);
  CHECK(text.find("# TYPE scoreline_metrics_test_b gauge\nscoreline_metrics_test_b -1.5\n") != std::string::npos);
  CHECK(text.find("scoreline_metrics_test_c_seconds_bucket{x=\"y\",le=\"0.1\"} 2\n"
                  "scoreline_metrics_test_c_seconds_bucket{x=\"y\",le=\"1\"} 3\n"
                  "scoreline_metrics_test_c_seconds_bucket{x=\"y\",le=\"+Inf\"} 4\nscoreline_metrics_test_c_seconds_sum{x=\"y\"} 5.65\n"
                  "scoreline_metrics_test_c_seconds_count{x=\"y\"} 4\n") != std::string::npos);
}

}  // namespace scoreline::base::metrics
