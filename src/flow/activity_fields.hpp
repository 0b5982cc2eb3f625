#pragma once
/// Single fields of JSON texts, for handlers, which know no JSON.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/activity.hpp"
#include "core/stage_rules.hpp"
#include "core/value.hpp"

namespace scoreline::flow {

/// What a `deal.moved` asks for; nullopt: this is no such activity.
std::optional<core::ManualMove> manual_move(const core::Activity& activity);
/// Is the property of that name the boolean `true`?
bool is_true(const core::Activity& activity, std::string_view property);
/// The string that a trait holds; "" when it is missing or no string.
std::string text_trait(const std::vector<core::Trait>& traits, std::string_view key);

/// A `customer` object (semantics 8) as conditions see it: days_to_pay and days_late are numbers. Keeps the texts that
/// its values point to.
class CustomerView {
 public:
  /// "" : no customer. Replaces what was there.
  void read(std::string_view json);
  bool known() const { return known_; }
  core::FieldValue field(std::string_view name) const;

 private:
  struct Field {
    std::string name, text;
    core::FieldValue value;
  };
  std::vector<Field> fields_;
  bool known_ = false;
};

}  // namespace scoreline::flow
