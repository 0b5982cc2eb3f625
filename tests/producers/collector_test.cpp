#include "producers/collector.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "http/server.hpp"
#include "support/http_client.hpp"
#include "tests/producers/collector_world.hpp"

namespace scoreline::producers {
namespace {

std::string header_of(const http::Response& response, std::string_view name) {
  for (const auto& [n, v] : response.headers)
    if (n == name) return v;
  return "";
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const std::string kPage = R"({"anonymousId":"a1","messageId":"m1","properties":{"url":"x"}})";

}  // namespace

TEST_CASE("collector: an event is stored under hashed keys and answered with the count") {
  World w;
  const auto response = w.ask("/v1/page", kPage);
  CHECK(response.status == 200);
  CHECK(response.body == R"({"success":true,"accepted":1,"rejected":[]})");
  REQUIRE(w.sink.stored.size() == 1);
  const Stored& stored = w.sink.stored[0];
  CHECK(stored.key.size() == 32);
  CHECK_FALSE(has(stored.key, "a1"));
  CHECK(stored.header("ce_specversion") == "1.0");
  CHECK(stored.header("ce_id").size() == 32);
  CHECK(stored.header("ce_source") == "/scoreline/collector/shop");
  CHECK(stored.header("ce_type") == "scoreline.tracking.event.v1");
  CHECK(stored.header("ce_writekey") == "shop");
  CHECK(stored.header("ce_trusted") == "false");
  CHECK(stored.header("content-type") == "application/json");
  CHECK(has(stored.value, R"("type":"page")"));
  CHECK(has(stored.value, R"("receivedAt":"2026-05-01T12:00:00.123Z")"));
  CHECK(has(stored.value, R"("ip":"192.0.2.7")"));
}

TEST_CASE("collector: one device's events share a record key; a message id is scoped by write key") {
  World w;
  w.ask("/v1/p", kPage);
  w.ask("/v1/i", R"({"anonymousId":"a1","userId":"u","messageId":"m2"})");
  w.ask("/v1/t", R"({"userId":"u","event":"x","messageId":"m1"})");
  w.ask("/v1/p", kPage, "other");
  REQUIRE(w.sink.stored.size() == 4);
  CHECK(w.sink.stored[0].key == w.sink.stored[1].key);
  CHECK(w.sink.stored[0].key != w.sink.stored[2].key);
  CHECK(w.sink.stored[0].header("ce_id") == w.sink.stored[2].header("ce_id"));
  CHECK(w.sink.stored[0].header("ce_id") != w.sink.stored[3].header("ce_id"));
}

TEST_CASE("collector: every path and its alias") {
  World w;
  const std::vector<std::pair<std::string, std::string>> paths{
      {"track", "track"}, {"t", "track"},       {"identify", "identify"}, {"i", "identify"}, {"page", "page"},
      {"p", "page"},      {"screen", "screen"}, {"s", "screen"},          {"group", "group"}, {"g", "group"}};
  for (const auto& [path, type] : paths) {
    CAPTURE(path);
    w.sink.stored.clear();
    CHECK(w.ask("/v1/" + path, R"({"anonymousId":"a","event":"e","groupId":"g","type":"nonsense"})").status == 200);
    REQUIRE(w.sink.stored.size() == 1);
    CHECK(has(w.sink.stored[0].value, "\"type\":\"" + type + "\""));
  }
  for (const char* path : {"/v1/alias", "/v1/a"}) CHECK(w.ask(path, R"({"userId":"u","previousId":"a","messageId":"m"})").status == 200);
  for (const char* path : {"/v1/batch", "/v1/b"}) CHECK(w.ask(path, R"({"batch":[{"type":"page","userId":"u"}]})").status == 200);
}

TEST_CASE("collector: other paths and methods") {
  World w;
  CHECK(w.ask("/v1/else", "{}").status == 404);
  CHECK(w.ask("/v1/m", "{}", "").status == 200);
  http::Request get = w.request("/v1/track", "");
  get.method = http::Method::get;
  CHECK(w.ask(std::move(get)).status == 405);
  http::Request health = w.request("/health", "", "");
  health.method = http::Method::get;
  CHECK(w.ask(std::move(health)).status == 200);
  CHECK(w.sink.stored.empty());
}

TEST_CASE("collector: the write key is looked for in four places, and the first that names one decides") {
  World w;
  const std::string body = R"({"anonymousId":"a","writeKey":"other"})";
  const auto source_of = [&](http::Request request) -> std::string {
    w.sink.stored.clear();
    const auto response = w.ask(std::move(request));
    return w.sink.stored.empty() ? std::to_string(response.status) : w.sink.stored[0].header("ce_writekey");
  };
  http::Request all = w.request("/v1/page?writeKey=other", body, "browser");
  all.add_header("Authorization", "Basic c2VydmVyOg==");  // server:
  all.settle();
  CHECK(source_of(std::move(all)) == "erp");
  http::Request bare = w.request("/v1/page", body, "");
  bare.add_header("Authorization", "Basic c2VydmVy");  // without a colon
  bare.settle();
  CHECK(source_of(std::move(bare)) == "erp");
  CHECK(source_of(w.request("/v1/page?writeKey=other", body, "browser")) == "shop");
  CHECK(source_of(w.request("/v1/page?writeKey=browser", body, "")) == "shop");
  CHECK(source_of(w.request("/v1/page", body, "")) == "third");
  const std::string batch = R"({"writeKey":"other","batch":[{"type":"page","userId":"u","writeKey":"server"}]})";
  CHECK(source_of(w.request("/v1/batch", batch, "")) == "third");
  CHECK(source_of(w.request("/v1/page", body, "id:***")) == "401");
  CHECK(source_of(w.request("/v1/page", R"({"anonymousId":"a"})", "")) == "401");
  CHECK(source_of(w.request("/v1/page", R"({"anonymousId":"a","writeKey":"nobody"})", "")) == "401");
}

TEST_CASE("collector: no key is stored, and keys that are not loaded yet are our trouble, not the caller's") {
  World w;
  w.ask("/v1/page", R"({"anonymousId":"a","writeKey":"browser"})", "");
  CHECK_FALSE(has(w.sink.stored[0].value, "browser"));
  w.collector->set_keys(nullptr);
  const auto response = w.ask("/v1/page", kPage);
  CHECK(response.status == 503);
  CHECK(header_of(response, "Retry-After") == "1");
  w.collector->set_keys(std::make_shared<const WriteKeys>(std::vector<WriteKey>{{"new", base::sha256("fresh"), false}}));
  CHECK(w.ask("/v1/page", kPage).status == 401);
  CHECK(w.ask("/v1/page", kPage, "fresh").status == 200);
}

TEST_CASE("collector: one bad event of a batch does not reject its neighbours") {
  World w;
  const auto response = w.ask("/v1/batch", R"({"sentAt":"2026-05-02T12:00:00.123Z","batch":[)"
                                           R"({"type":"page","userId":"u","messageId":"m0","timestamp":"2026-05-02T11:00:00Z"},)"
                                           R"({"type":"page","messageId":"m1"},)"
                                           R"({"type":"pageview","userId":"u","messageId":"m2"},)"
                                           R"(7,)"
                                           R"({"type":"track","event":"order.placed","userId":"u","messageId":"m4"},)"
                                           R"({"type":"page","userId":"u","messageId":"m5","name":"a\u0000b"},)"
                                           R"({"type":"track","event":"x","userId":"u","messageId":"m6"}]})");
  CHECK(response.status == 200);
  CHECK(has(response.body, R"("success":true,"accepted":2,"rejected":[{"index":1,"messageId":"m1","code":"missing_id",)"));
  CHECK(has(response.body, R"({"index":2,"messageId":"m2","code":"unknown_type",)"));
  CHECK(has(response.body, R"("pointer":"/batch/2)"));
  CHECK(has(response.body, R"({"index":3,"messageId":null,"code":"invalid_json",)"));
  CHECK(has(response.body, R"({"index":4,"messageId":"m4","code":"reserved_name",)"));
  CHECK(has(response.body, R"({"index":5,"messageId":null,"code":"invalid_string",)"));
  REQUIRE(w.sink.stored.size() == 2);
  CHECK(has(w.sink.stored[0].value, R"("timestamp":"2026-05-01T11:00:00Z","originalTimestamp":"2026-05-02T11:00:00Z")"));
  CHECK(has(w.sink.stored[1].value, R"("messageId":"m6")"));
}

TEST_CASE("collector: status codes of single events and of bodies that are no batch") {
  World w;
  CHECK(w.ask("/v1/page", "{}").status == 400);
  CHECK(has(w.ask("/v1/page", R"({"messageId":"m"})").body, R"({"success":false,"code":"missing_id")"));
  CHECK(has(w.ask("/v1/track", R"({"userId":"u","event":"order.placed"})").body, "reserved_name"));
  for (const char* body : {"", "  ", "x", "7", "[]", "{", "{\"userId\":\"u\"}x", "[{\"userId\":\"u\"}]"}) {
    CAPTURE(body);
    CHECK(w.ask("/v1/page", body).status == 400);
  }
  for (const char* body : {"", "{}", R"({"batch":{}})", R"({"batch":[)", R"({"batch":[{"type":"page","userId":"u"},{"x":}]})"}) {
    CAPTURE(body);
    CHECK(w.ask("/v1/batch", body).status == 400);
  }
  CHECK(w.sink.stored.empty());
  CHECK(w.ask("/v1/batch", R"({"batch":[]})").body == R"({"success":true,"accepted":0,"rejected":[]})");
  CHECK(w.ask("/v1/batch", R"( [{"type":"page","userId":"u"}] )").status == 200);
  CHECK(w.ask("/v1/page", "\n " + kPage + "\n").status == 200);
}

TEST_CASE("collector: limits of events and batches") {
  World w;
  const auto event_of = [](std::size_t size) {
    const std::string head = R"({"type":"page","userId":"u","a":[)", tail = "1]}";
    std::string fill;
    while (head.size() + fill.size() + tail.size() + 2 <= size) fill += "1,";
    return head + fill + std::string(size - head.size() - fill.size() - tail.size(), ' ') + tail;
  };
  CHECK(w.ask("/v1/page", event_of(32 * 1024)).status == 200);
  CHECK(w.ask("/v1/page", event_of(32 * 1024 + 1)).status == 413);
  CHECK(has(w.ask("/v1/batch", "{\"batch\":[" + event_of(100) + "," + event_of(32 * 1024 + 1) + "]}").body,
            R"("accepted":1,"rejected":[{"index":1,"messageId":null,"code":"too_large")"));
  w.sink.stored.clear();
  const auto batch_of = [&](int count) {
    std::string batch = "{\"batch\":[" + event_of(60);
    for (int i = 1; i < count; ++i) batch += "," + event_of(60);
    return batch + "]}";
  };
  CHECK(has(w.ask("/v1/batch", batch_of(2500)).body, "\"accepted\":2500,"));
  CHECK(w.sink.stored.size() == 2500);
  CHECK(w.ask("/v1/batch", batch_of(2501)).status == 413);
  CHECK(w.ask("/v1/batch", std::string(500 * 1024, ' ') + batch_of(1)).status == 413);
  CHECK(w.sink.stored.size() == 2500);
}

TEST_CASE("collector: hostile bodies") {
  World w;
  CHECK(w.ask("/v1/page", std::string(1'000'000, '[')).status >= 400);
  CHECK(w.ask("/v1/batch", std::string(500'000, '[')).status == 400);
  CHECK(w.ask("/v1/page", std::string(30'000, '{')).status == 400);
  CHECK(w.ask("/v1/page", std::string("{\"userId\":\"u\0\"}", 15)).status == 400);
  CHECK(w.ask("/v1/page", "\xef\xbb\xbf" + kPage).status == 400);
  CHECK(w.sink.stored.empty());
}

TEST_CASE("collector: 200 comes only when every event is acknowledged") {
  World w;
  w.sink.mode = FakeSink::Mode::keep;
  http::Request request = w.request("/v1/batch", R"({"batch":[{"type":"page","userId":"u"},{"type":"page","userId":"v"}]})");
  const auto caller = std::make_shared<Caller>();
  w.collector->handle(request, http::Respond(caller, 1));
  REQUIRE(w.sink.kept.size() == 2);
  w.sink.kept[1](true);
  CHECK_FALSE(caller->given);
  SUBCASE("both") {
    w.sink.kept[0](true);
    REQUIRE(caller->given);
    CHECK(caller->given->status == 200);
  }
  SUBCASE("one is lost: all are to be sent again") {
    w.sink.kept[0](false);
    REQUIRE(caller->given);
    CHECK(caller->given->status == 503);
    CHECK_FALSE(header_of(*caller->given, "Retry-After").empty());
    CHECK(header_of(*caller->given, "Access-Control-Allow-Origin") == "https://www.example.com");
  }
}

TEST_CASE("collector: a sink that cannot take events") {
  World w;
  w.sink.mode = FakeSink::Mode::unavailable;
  const auto away = w.ask("/v1/page", kPage);
  CHECK(away.status == 503);
  CHECK(header_of(away, "Retry-After") == "1");
  w.sink.mode = FakeSink::Mode::too_large;
  CHECK(w.ask("/v1/page", kPage).status == 413);
  w.sink.mode = FakeSink::Mode::at_once;
  w.sink.room = 1;
  CHECK(w.ask("/v1/batch", R"({"batch":[{"type":"page","userId":"u"},{"type":"page","userId":"v"}]})").status == 503);
}

TEST_CASE("collector: imports are history and need a trusted key") {
  World w;
  const std::string body = R"({"batch":[{"type":"page","userId":"u","timestamp":"2024-05-01T00:00:00Z","sentAt":"2024-05-01T00:00:09Z"}]})";
  CHECK(w.ask("/v1/import", body).status == 403);
  CHECK(w.sink.stored.empty());
  CHECK(w.ask("/v1/import", body, "server").status == 200);
  CHECK(has(w.sink.stored[0].value, R"("history":true)"));
  CHECK(has(w.sink.stored[0].value, R"("timestamp":"2024-05-01T00:00:00Z")"));
  CHECK(w.sink.stored[0].header("ce_trusted") == "true");
  CHECK_FALSE(has(w.sink.stored[0].value, "192.0.2.7"));
}

TEST_CASE("collector: rate limits per key and per address, with Retry-After") {
  World w;
  SUBCASE("key") {
    w.options.events_per_key = {10, 3};
    w.collector.emplace(w.options, w.sink, World::keys());
    CHECK(w.ask("/v1/b", R"({"batch":[{"type":"page","userId":"u"},{"type":"page","userId":"v"}]})").status == 200);
    CHECK(w.ask("/v1/page", kPage).status == 200);
    const auto refused = w.ask("/v1/page", kPage);
    CHECK(refused.status == 429);
    CHECK(header_of(refused, "Retry-After") == "1");
    CHECK(header_of(refused, "Vary") == "Origin");
    CHECK(w.ask("/v1/page", kPage, "other").status == 200);
  }
  SUBCASE("address") {
    w.options.requests_per_ip = {10, 1};
    w.options.trust_forwarded_for = true;
    w.collector.emplace(w.options, w.sink, World::keys());
    CHECK(w.ask("/v1/page", kPage).status == 200);
    CHECK(w.ask("/v1/page", kPage).status == 429);
    http::Request forwarded = w.request("/v1/page", kPage);
    forwarded.add_header("X-Forwarded-For", "10.0.0.1, 198.51.100.9");
    forwarded.settle();
    CHECK(w.ask(std::move(forwarded)).status == 200);
    CHECK(has(w.sink.stored.back().value, R"("ip":"198.51.100.9")"));
    http::Request forged = w.request("/v1/page", kPage);
    forged.add_header("X-Forwarded-For", "\"},\"x\":{\"");
    forged.settle();
    CHECK(w.ask(std::move(forged)).status == 429);
  }
}

TEST_CASE("collector: CORS") {
  World w;
  http::Request preflight = w.request("/v1/track", "", "");
  preflight.method = http::Method::options;
  preflight.add_header("Access-Control-Request-Method", "POST");
  preflight.add_header("Access-Control-Request-Headers", "authorization,x-retry-count");
  preflight.settle();
  const auto allowed = w.ask(std::move(preflight));
  CHECK(allowed.status == 204);
  CHECK(header_of(allowed, "Access-Control-Allow-Origin") == "https://www.example.com");
  CHECK(header_of(allowed, "Access-Control-Allow-Credentials") == "true");
  CHECK(header_of(allowed, "Access-Control-Allow-Methods") == "GET, POST, OPTIONS");
  CHECK(header_of(allowed, "Access-Control-Allow-Headers") == "authorization,x-retry-count");
  CHECK(header_of(allowed, "Access-Control-Max-Age") == "7200");
  CHECK(header_of(allowed, "Vary") == "Origin");
  for (const auto& response : {w.ask("/v1/page", kPage), w.ask("/v1/page", "x"), w.ask("/v1/page", kPage, "wrong"), w.ask("/nothing", "")})
    CHECK(header_of(response, "Access-Control-Allow-Origin") == "https://www.example.com");
}

TEST_CASE("collector: over real sockets, refusals of the server itself carry CORS, and a silent broker becomes 503") {
  World w;
  http::ServerOptions options;
  options.name = "collector_test";
  options.answer_timeout_ms = 150;
  http::Server server(options, [&](http::Request& request, http::Respond respond) { w.collector->handle(request, std::move(respond)); },
                      Collector::decorate);
  const std::string head = "POST /v1/page HTTP/1.1\r\nHost: a\r\nOrigin: https://o\r\nAuthorization: Basic YnJvd3Nlcjo=\r\n";
  const auto ask = [&](const std::string& rest) {
    test::Client client(server.port());
    client.send(head + rest);
    return client.answer();
  };
  const std::string body = "Content-Length: " + std::to_string(kPage.size()) + "\r\n\r\n" + kPage;
  CHECK(test::status_of(ask(body)) == 200);
  const std::string large = ask("Content-Length: 2000000\r\n\r\n");
  CHECK(test::status_of(large) == 413);
  CHECK(test::has_header(large, "Access-Control-Allow-Origin: https://o"));
  w.sink.mode = FakeSink::Mode::keep;
  const std::string late = ask(body);
  CHECK(test::status_of(late) == 503);
  CHECK(test::has_header(late, "Access-Control-Allow-Origin: https://o"));
  CHECK(test::has_header(late, "Retry-After: 1"));
}

}  // namespace scoreline::producers
