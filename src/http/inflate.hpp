#pragma once
/// Content-Encoding of requests.
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace scoreline::http {

/// `body` without its encoding: "gzip", "x-gzip", "deflate" (with or without zlib's envelope), "identity" or "".
/// Stops as soon as more than `bytes_max` come out, so a bomb costs no memory. Errors by code: `unknown_encoding` (any
/// other word, lists included), `invalid_encoding` (damaged, cut short, bytes behind the end), `too_large`.
base::Result<std::string> inflate(std::string_view encoding, std::string body, std::size_t bytes_max);

}  // namespace scoreline::http
