// Own registry instead of prometheus-cpp: its histograms take a mutex per observation and its counters add doubles in a
// compare-and-swap loop; here each is one relaxed atomic addition, and the text format is a page.
#include "base/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <variant>

#include "base/check.hpp"

namespace scoreline::base::metrics {
namespace {

using Metric = std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>>;

struct Family {
  std::string help;
  std::map<std::string, Metric> by_labels;  // key: rendered labels, `a="x",b="y"`
};

struct Registry {
  std::mutex mutex;
  std::map<std::string, Family, std::less<>> families;
};

// Never destroyed: threads that still run at exit may count.
Registry& registry() {
  static auto& instance = *std::make_unique<Registry>().release();
  return instance;
}

void append_escaped(std::string& out, std::string_view text, bool label) {
  for (const char c : text) {
    if (c == '\\' || (label && c == '"')) out.push_back('\\');
    if (c == '\n')
      out += "\\n";
    else
      out.push_back(c);
  }
}

std::string render(const Labels& labels) {
  std::string out;
  for (const auto& [key, value] : labels) {
    if (!out.empty()) out.push_back(',');
    out += key + "=\"";
    append_escaped(out, value, true);
    out.push_back('"');
  }
  return out;
}

template <typename T, typename... Arguments>
T& find_or_make(std::string_view name, std::string_view help, const Labels& labels, Arguments&&... arguments) {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  Family& family = all.families.try_emplace("scoreline_" + std::string(name), Family{std::string(help), {}}).first->second;
  if (!family.by_labels.empty())
    SCORELINE_CHECK(std::holds_alternative<std::unique_ptr<T>>(family.by_labels.begin()->second), "a metric's name has one kind");
  auto [place, fresh] = family.by_labels.try_emplace(render(labels));
  if (fresh) place->second = std::make_unique<T>(std::forward<Arguments>(arguments)...);
  return *std::get<std::unique_ptr<T>>(place->second);
}

std::string_view kind_of(const Metric& metric) {
  static constexpr std::string_view kKinds[] = {"counter", "gauge", "histogram"};
  return kKinds[metric.index()];
}

std::string braces(std::string_view labels) { return labels.empty() ? std::string() : fmt::format("{{{}}}", labels); }

void append_histogram(std::string& out, const std::string& name, const std::string& labels, const Histogram& histogram) {
  const auto back = std::back_inserter(out);
  const std::string_view comma = labels.empty() ? "" : ",";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= histogram.bounds().size(); ++i) {
    total += histogram.bucket(i);
    const std::string bound = i < histogram.bounds().size() ? fmt::format("{}", histogram.bounds()[i]) : "+Inf";
    fmt::format_to(back, "{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels, comma, bound, total);
  }
  fmt::format_to(back, "{0}_sum{1} {2}\n{0}_count{1} {3}\n", name, braces(labels), histogram.sum(), total);
}

void append_metric(std::string& out, const std::string& name, const std::string& labels, const Metric& metric) {
  const auto back = std::back_inserter(out);
  if (const auto* counter = std::get_if<std::unique_ptr<Counter>>(&metric))
    fmt::format_to(back, "{}{} {}\n", name, braces(labels), (*counter)->value());
  else if (const auto* gauge = std::get_if<std::unique_ptr<Gauge>>(&metric))
    fmt::format_to(back, "{}{} {}\n", name, braces(labels), (*gauge)->value());
  else
    append_histogram(out, name, labels, *std::get<std::unique_ptr<Histogram>>(metric));
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {
  SCORELINE_CHECK(std::is_sorted(bounds_.begin(), bounds_.end()), "bounds of a histogram ascend");
}

void Histogram::observe(double value) {
  const auto place = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  counts_[static_cast<std::size_t>(place)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<double> duration_bounds() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
}

Counter& counter(std::string_view name, std::string_view help, const Labels& labels) { return find_or_make<Counter>(name, help, labels); }
Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels) { return find_or_make<Gauge>(name, help, labels); }
Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels, std::vector<double> bounds) {
  return find_or_make<Histogram>(name, help, labels, std::move(bounds));
}

std::string expose() {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  std::string out;
  for (const auto& [name, family] : all.families) {
    out += "# HELP " + name + " ";
    append_escaped(out, family.help, false);
    fmt::format_to(std::back_inserter(out), "\n# TYPE {} {}\n", name, kind_of(family.by_labels.begin()->second));
    for (const auto& [labels, metric] : family.by_labels) append_metric(out, name, labels, metric);
  }
  return out;
}

}  // namespace scoreline::base::metrics
