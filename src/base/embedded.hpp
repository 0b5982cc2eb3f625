#pragma once

#include <span>
#include <string_view>

namespace scoreline::base {

// A file that the build put into the binary; its name is the path below its folder.
struct EmbeddedFile {
  std::string_view name;
  std::string_view text;
};

// Sorted by name, so migrations are in the order in which they apply.
std::span<const EmbeddedFile> embedded_migrations();
std::span<const EmbeddedFile> embedded_schemas();

// From the newest version tag, or 0.1.0 where there is none.
std::string_view version();

}  // namespace scoreline::base
