#pragma once
/// From librdkafka's message to the flow's record, without copying.
#include <cstdint>

#include "flow/record.hpp"
#include "kafka/client.hpp"

namespace scoreline::kafka {

/// The record owns the message; key, value and headers are views into it. `message` is one without an error. Free it
/// before the handle that it came from.
flow::InRecord to_record(Message message, std::uint8_t input);

}  // namespace scoreline::kafka
