#pragma once
/// Values of event fields as conditions see them (semantics 2.1), and the table of paths that a rule book names.
///
/// The hot path has no document tree: the reader in `wire` walks an event once and fills one slot per path that some
/// rule names; conditions then look at slots by number.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace scoreline::core {

/// A JSON number, exact: integers within int64 stay integers, everything else is a double.
struct Number {
  bool is_integer = true;
  std::int64_t integer = 0;
  double real = 0;
};

/// Exact comparison by value (1 = 1.0, and 2^53 + 1 differs from 2^53): negative, zero, positive.
int compare(const Number& a, const Number& b);

enum class FieldType : std::uint8_t { missing, null, boolean, number, string, array, object };

/// One field of one event. `text` holds a string's content; for arrays and objects their canonical JSON, but only
/// where the path was added as canonical (else empty). Views point into the event's buffer or the Fields' own storage.
struct FieldValue {
  FieldType type = FieldType::missing;
  bool boolean = false;
  Number number;
  std::string_view text;

  bool present() const { return type != FieldType::missing && type != FieldType::null; }
};

using PathId = std::uint32_t;

/// All paths a rule book names, each once. Built by the rule-book loader, then read-only (thread-safe).
/// `name`, `type` and `source` are always there as 0, 1, 2.
class PathTable {
 public:
  static constexpr PathId kName = 0, kType = 1, kSource = 2;
  /// One level of the path tree; a reader descends it along with the JSON it walks.
  struct Node {
    std::map<std::string, std::uint32_t, std::less<>> children;  // key -> index of node
    std::int32_t path = -1;                                      // PathId, or -1: only passed through
    bool canonical = false;                                      // text wanted for arrays and objects, too
  };

  PathTable();
  /// Adds `path` ("properties.form.id") or finds it; `canonical` is remembered once asked for.
  PathId add(std::string_view path, bool canonical = false);
  std::size_t size() const { return names_.size(); }
  const std::string& name(PathId id) const { return names_[id]; }
  const Node& root() const { return nodes_.front(); }
  const Node& node(std::uint32_t index) const { return nodes_[index]; }

 private:
  std::vector<Node> nodes_;
  std::vector<std::string> names_;
};

/// The slots of one event, by PathId. Reused from event to event: reset() is cheap, capacity stays.
class Fields {
 public:
  void reset(std::size_t paths) {
    values_.assign(paths, FieldValue{});
    owned_.clear();
  }
  const FieldValue& at(PathId id) const { return values_[id]; }
  FieldValue& at(PathId id) { return values_[id]; }
  /// Keeps text that is not in the event's buffer (unescaped strings, canonical JSON); the view lives until reset().
  std::string_view keep(std::string text);

 private:
  std::vector<FieldValue> values_;
  std::vector<std::unique_ptr<std::string>> owned_;
};

}  // namespace scoreline::core
