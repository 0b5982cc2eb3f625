#pragma once
/// Which versions of an ERP document are accepted, and what activity they are (semantics 8 and 11).
#include <cstdint>
#include <optional>
#include <string>

#include "core/activity.hpp"

namespace scoreline::core {

/// What is remembered of a document: the version accepted last.
struct DocumentState {
  std::int64_t version = 0;
  bool cancelled = false;
};

struct DocumentOutcome {
  std::string name;       // of the activity; a silent one keeps that of the first version
  bool silent = false;    // figures change, but it is no activity (payments and credits)
  Instant at;
};

/// nullopt: not accepted, nothing at all changes. `known`: none for a document never accepted before.
/// `timestamp`: InputEvent::at.
std::optional<DocumentOutcome> accept_document(const ErpDocument& document, const std::optional<DocumentState>& known, Instant timestamp);

}  // namespace scoreline::core
