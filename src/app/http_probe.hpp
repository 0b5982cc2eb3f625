#pragma once
/// Asks an HTTP server one question, for checks. No redirects, no TLS.
#include <cstdint>
#include <string>

namespace scoreline::app {

/// The status of GET `path`, or 0 when there is no answer within `limit_ms`.
int http_status(const std::string& host, std::int64_t port, const std::string& path, int limit_ms);

}  // namespace scoreline::app
