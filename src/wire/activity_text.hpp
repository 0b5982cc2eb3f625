#pragma once
/// An activity in JSON, for lead.activities and lead.changes (private to wire/*.cpp): what it is stands apart from what
/// it says about the person, so that the second part can be sealed.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/activity.hpp"
#include "wire/record_text.hpp"

namespace scoreline::wire::record {

/// Members of the open object that are not personal: name, type, source, topic, times, ids and flags. `whole`: topic
/// and times are written whatever they are.
void write_activity(std::string& out, JsonWriter& writer, const core::Activity& activity, bool whole);
/// Members of the open object that are: identifiers, properties, context, traits, changes, record key.
void write_activity_personal(std::string& out, JsonWriter& writer, const core::Activity& activity);
/// An array of traits; of the moments and message ids those that are `own`'s are left out.
void write_traits(std::string& out, JsonWriter& writer, std::string_view key, std::span<const core::Trait> traits,
                  const core::Activity* own = nullptr);
/// An array of traits that all have a moment of their own.
void read_traits(Reader& reader, std::vector<core::Trait>& traits, std::string_view where);

/// Reads what the above wrote, member by member in any order; each says false (and reads nothing) where the key is none
/// of its own. Reader and activity must outlive it.
class ActivityReader {
 public:
  ActivityReader(Reader& reader, core::Activity& activity) : reader_(reader), activity_(activity) {}
  bool fact(std::string_view key);
  bool personal(std::string_view key);
  /// Refuses an activity without a name or a time.
  void require();
  /// When all has been read: gives the changes what they left out.
  void finish();

 private:
  /// What a change leaves out because it is the activity's own.
  struct Inherits {
    bool at = true, message_id = true;
  };
  friend void read_traits(Reader& reader, std::vector<core::Trait>& traits, std::string_view where);
  static Inherits read_trait(Reader& reader, core::Trait& trait, std::string_view where);
  void document();
  void identifiers();

  Reader& reader_;
  core::Activity& activity_;
  std::vector<Inherits> inherits_;
  std::string scratch_;
  bool has_at_ = false;
};

}  // namespace scoreline::wire::record
