#include "http/admin_server.hpp"

#include <exception>

#include "base/metrics.hpp"

namespace scoreline::http {
namespace {

ServerOptions options_for(const std::string& address, std::uint16_t port) {
  ServerOptions options;
  options.name = "admin";
  options.address = address;
  options.port = port;
  options.body_bytes_max = 64 * 1024;
  options.connections_max = 100;
  return options;
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out.push_back(kDigits[c >> 4]);
      out.push_back(kDigits[c & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

std::vector<Check> ask(const Readiness& readiness) {
  try {
    return readiness();
  } catch (const std::exception& failure) {
    return {{"readiness", false, failure.what()}};
  }
}

Response ready(const Readiness& readiness) {
  bool all = true;
  std::string checks;
  for (const Check& check : ask(readiness)) {
    all = all && check.ok;
    checks += checks.empty() ? "{\"name\":" : ",{\"name\":";
    append_json_string(checks, check.name);
    checks += check.ok ? ",\"ok\":true" : ",\"ok\":false";
    if (!check.reason.empty()) {
      checks += ",\"reason\":";
      append_json_string(checks, check.reason);
    }
    checks += "}";
  }
  Response response;
  response.status = all ? 200 : 503;
  response.body = std::string(all ? "{\"ready\":true" : "{\"ready\":false") + ",\"checks\":[" + checks + "]}\n";
  return response;
}

Response route(const Request& request, const Readiness& readiness) {
  Response response;
  if (request.method != Method::get && request.method != Method::head) {
    response = refusal(405, "method_not_allowed", "only GET is served here");
    response.headers.emplace_back("Allow", "GET, HEAD");
  } else if (request.path == "/livez") {
    response.body = "{\"live\":true}\n";
  } else if (request.path == "/readyz") {
    response = ready(readiness);
  } else if (request.path == "/metrics") {
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = base::metrics::expose();
  } else {
    response = refusal(404, "not_found", "there is /livez, /readyz and /metrics");
  }
  return response;
}

}  // namespace

AdminServer::AdminServer(const std::string& address, std::uint16_t port, Readiness readiness)
    : server_(options_for(address, port),
              [readiness = std::move(readiness)](Request& request, Respond respond) { respond(route(request, readiness)); }) {}

}  // namespace scoreline::http
