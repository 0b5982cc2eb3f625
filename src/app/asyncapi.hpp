#pragma once
/// All topics as one AsyncAPI 3.0 document: what they hold (the schemas of schemas/), their keys, headers and
/// retention, and who writes and reads them. Made of flow::kTopics and the embedded schemas alone, so it cannot lag
/// behind. Pure.
#include <cstdint>
#include <string>
#include <string_view>

namespace scoreline::app {

/// JSON on one line; every reference in it leads to a place within it. `prefix` and `partitions` as in the settings:
/// channels are called by the plain names, the prefix is part of their addresses.
std::string asyncapi_document(std::string_view prefix, std::int64_t partitions);

}  // namespace scoreline::app
