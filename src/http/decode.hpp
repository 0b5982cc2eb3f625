#pragma once
/// Texts inside requests: queries and Basic credentials. Pure functions, no exceptions.
#include <optional>
#include <string>
#include <string_view>

namespace scoreline::http {

/// Value of the first parameter of that name, percent-decoded ("+" is a blank). nullopt: not there, or badly encoded.
std::optional<std::string> query_parameter(std::string_view query, std::string_view name);
/// Percent-decoded; nullopt when an escape is cut short or not hexadecimal.
std::optional<std::string> percent_decode(std::string_view text);
/// Base64 (standard alphabet, padding optional); nullopt when it is not.
std::optional<std::string> base64_decode(std::string_view text);
/// User name of `Authorization: Basic ...`, with or without a colon and password behind it. nullopt: another scheme, or
/// damaged.
std::optional<std::string> basic_user(std::string_view authorization);

}  // namespace scoreline::http
