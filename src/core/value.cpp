#include "core/value.hpp"

#include "base/check.hpp"

namespace scoreline::core {
namespace {

template <typename T>
int order(T a, T b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

/// Never through a conversion that rounds: beyond 2^53 not every int64 is a double.
int compare_mixed(std::int64_t a, double b) {
  constexpr double kTwo63 = 9223372036854775808.0;
  if (b >= kTwo63) return -1;
  if (b < -kTwo63) return 1;
  const auto whole = static_cast<std::int64_t>(b);  // towards zero, exact within these bounds
  if (a != whole) return order(a, whole);
  return order(0.0, b - static_cast<double>(whole));
}

}  // namespace

int compare(const Number& a, const Number& b) {
  if (a.is_integer && b.is_integer) return order(a.integer, b.integer);
  if (a.is_integer) return compare_mixed(a.integer, b.real);
  if (b.is_integer) return -compare_mixed(b.integer, a.real);
  return order(a.real, b.real);
}

PathTable::PathTable() : nodes_(1) {
  add("name");
  add("type");
  add("source");
}

PathId PathTable::add(std::string_view path, bool canonical) {
  std::uint32_t at = 0;
  std::string_view rest = path;
  while (true) {
    const std::size_t dot = rest.find('.');
    const std::string_view key = rest.substr(0, dot);
    const auto found = nodes_[at].children.find(key);
    if (found != nodes_[at].children.end()) {
      at = found->second;
    } else {
      const auto next = static_cast<std::uint32_t>(nodes_.size());
      nodes_[at].children.emplace(key, next);
      nodes_.emplace_back();
      at = next;
    }
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  Node& node = nodes_[at];
  if (node.path < 0) {
    SCORELINE_CHECK(names_.size() < 1'000'000, "too many paths in a rule book");
    node.path = static_cast<std::int32_t>(names_.size());
    names_.emplace_back(path);
  }
  node.canonical = node.canonical || canonical;
  return static_cast<PathId>(node.path);
}

std::string_view Fields::keep(std::string text) {
  return *owned_.emplace_back(std::make_unique<std::string>(std::move(text)));
}

}  // namespace scoreline::core
