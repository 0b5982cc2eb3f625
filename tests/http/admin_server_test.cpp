#include "http/admin_server.hpp"

#include <doctest/doctest.h>

#include <atomic>

#include "base/errors.hpp"
#include "base/metrics.hpp"
#include "support/http_client.hpp"

namespace scoreline::http {
namespace {

std::string get(std::uint16_t port, const std::string& path) {
  test::Client client(port);
  client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
  return client.answer();
}

}  // namespace

TEST_CASE("admin server: live, ready with reasons, metrics") {
  base::metrics::counter("admin_server_test_total", "for this test").add(3);
  std::atomic<int> state{0};
  AdminServer server("127.0.0.1", 0, [&]() -> std::vector<Check> {
    if (state == 2) throw base::Unavailable("the database does not answer");
    return {{"kafka", true, ""}, {"keys", state == 0, state == 0 ? "" : "no \"write keys\"\nare loaded"}};
  });
  CHECK(test::status_of(get(server.port(), "/livez")) == 200);
  CHECK(test::body_of(get(server.port(), "/readyz")) ==
        "{\"ready\":true,\"checks\":[{\"name\":\"kafka\",\"ok\":true},{\"name\":\"keys\",\"ok\":true}]}\n");
  state = 1;
  const std::string unready = get(server.port(), "/readyz");
  CHECK(test::status_of(unready) == 503);
  CHECK(unready.find("\"reason\":\"no \\\"write keys\\\"\\u000aare loaded\"") != std::string::npos);
  state = 2;
  CHECK(get(server.port(), "/readyz").find("the database does not answer") != std::string::npos);
  CHECK(get(server.port(), "/metrics").find("\nscoreline_admin_server_test_total 3\n") != std::string::npos);
  CHECK(test::status_of(get(server.port(), "/else")) == 404);
}

}  // namespace scoreline::http
