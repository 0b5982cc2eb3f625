#pragma once
/// Values of settings as text (environment variables, flags, strings in TOML) and the words used about them. The table
/// of settings and the TOML file belong to `app`; here is what every kind of setting shares. All functions are pure but
/// environment_value(). Errors have code "setting" and name the setting in `where`; values are never quoted, they may
/// be secrets.
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace scoreline::base::config {

/// "true", "false", "yes", "no", "on", "off", "1", "0".
Result<bool> parse_boolean(std::string_view setting, std::string_view text);
/// A decimal integer within [min, max].
Result<std::int64_t> parse_integer(std::string_view setting, std::string_view text, std::int64_t min, std::int64_t max);
/// "250ms", "10s", "5m", "2h", "30d", or a bare number of milliseconds; the result in milliseconds.
Result<std::int64_t> parse_duration_ms(std::string_view setting, std::string_view text);
/// "64k", "1M", "2G" (powers of 1024; "KiB", "MiB", "GiB" and "kb" mean the same), or a bare number of bytes.
Result<std::int64_t> parse_size_bytes(std::string_view setting, std::string_view text);
/// "a, b ,c" without blanks around and without empty entries.
std::vector<std::string> parse_list(std::string_view text);

/// Name of the environment variable of a setting: "kafka.bootstrap_servers" -> "SCORELINE_KAFKA__BOOTSTRAP_SERVERS".
std::string environment_name(std::string_view setting);
/// The setting's value from the environment: from its variable, or the content of the file that the variable with
/// "_FILE" names (for secrets; one line end at the end is cut). nullopt: neither is set. Error: both are, or the file
/// cannot be read.
Result<std::optional<std::string>> environment_value(std::string_view setting);

/// "; did you mean `poll_ms`?" for the known name nearest to `unknown`, or "" when none is near.
std::string suggestion(std::string_view unknown, std::span<const std::string_view> known);

}  // namespace scoreline::base::config
