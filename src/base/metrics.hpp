#pragma once
/// Process-wide metrics in Prometheus' text format. Names get the prefix "scoreline_" and follow its habits: base units
/// in plural, `_total` for counters; labels are few, fixed and never hold ids of people.
///
///   static auto& accepted = base::metrics::counter("events_accepted_total", "events the broker has", {{"key", name}});
///   accepted.add();
///
/// Asking for the same name and labels again gives the same object; references stay valid for the life of the process.
/// Asking takes a lock (keep the reference), counting does not. All functions are thread-safe.
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scoreline::base::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Only grows.
class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Goes up and down.
class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double delta) { value_.fetch_add(delta, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// Counts observations by upper bound.
class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);
  std::span<const double> bounds() const { return bounds_; }
  /// Observations in bucket i alone (not cumulative); i == bounds().size() is "above all".
  std::uint64_t bucket(std::size_t i) const { return counts_[i].load(std::memory_order_relaxed); }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
};

/// Bounds for durations in seconds, 0.5 ms to 30 s.
std::vector<double> duration_bounds();

/// One name has one kind and one help text (the first one given); another kind is our mistake (CHECK).
Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
/// `bounds` ascending; those of the first call for a name and labels stay.
Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {},
                     std::vector<double> bounds = duration_bounds());

/// Everything, in text format 0.0.4, sorted by name and labels.
std::string expose();

}  // namespace scoreline::base::metrics
