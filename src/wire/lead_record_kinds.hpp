#pragma once
/// Words of lead.activities (private to wire/lead_record*.cpp).
#include <array>
#include <string>
#include <string_view>

#include "core/activity.hpp"

namespace scoreline::wire::record {

/// By core::RecordKind.
inline constexpr std::array<std::string_view, 11> kKinds{"activity",
                                                         "retraction",
                                                         "tick",
                                                         "erased",
                                                         "absorbs",
                                                         "merged",
                                                         "handover",
                                                         "count_back",
                                                         "count_back_done",
                                                         "rulebook_prepared",
                                                         "rulebook_activated"};
/// By core::InputTopic.
inline constexpr std::array<std::string_view, 3> kTopics{"tracking.events", "crm.events", "erp.changes"};
/// By core::IdentifierKind.
inline constexpr std::array<std::string_view, 4> kIdentifiers{"anon:", "user:", "email:", "erp:"};

/// to_text(id) without an allocation for those of usual length.
class IdentifierText {
 public:
  explicit IdentifierText(const core::Identifier& id) {
    const std::string_view prefix = kIdentifiers[static_cast<std::size_t>(id.kind)];
    const std::size_t size = prefix.size() + id.value.size();
    if (size > sizeof buffer_) {
      long_ = core::to_text(id);
      view_ = long_;
      return;
    }
    prefix.copy(buffer_, prefix.size());
    id.value.copy(buffer_ + prefix.size(), id.value.size());
    view_ = {buffer_, size};
  }
  IdentifierText(const IdentifierText&) = delete;
  IdentifierText& operator=(const IdentifierText&) = delete;
  std::string_view view() const { return view_; }

 private:
  char buffer_[256];
  std::string long_;
  std::string_view view_;
};

}  // namespace scoreline::wire::record
