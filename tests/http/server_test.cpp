#include "http/server.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/errors.hpp"
#include "support/http_client.hpp"

namespace scoreline::http {
namespace {

using test::body_of;
using test::Client;
using test::has_header;
using test::status_of;
using std::chrono::milliseconds;

// Answers with "<path> <body>".
void echo(Request& request, Respond respond) {
  Response response;
  response.body = std::string(request.path) + " " + request.body;
  respond(std::move(response));
}

ServerOptions small() {
  ServerOptions options;
  options.name = "test";
  options.threads = 2;
  return options;
}

std::string post(std::string_view body, std::string_view more = "") {
  return "POST /in HTTP/1.1\r\nHost: here\r\n" + std::string(more) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(compressBound(text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("http server: answers and keeps the connection") {
  Server server(small(), echo);
  Client client(server.port());
  client.send(post("one"));
  const std::string first = client.answer();
  CHECK(status_of(first) == 200);
  CHECK(body_of(first) == "/in one");
  CHECK(has_header(first, "Connection: keep-alive"));
  client.send("GET /health?x=1 HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
  CHECK(body_of(client.answer()) == "/health ");
  bool ended = false;
  client.rest(ended);
  CHECK(ended);
}

TEST_CASE("http server: a body that comes byte by byte, and in chunks") {
  Server server(small(), echo);
  Client client(server.port());
  for (const char c : post("slow but steady")) client.send({&c, 1});
  CHECK(body_of(client.answer()) == "/in slow but steady");
  client.send("POST /in HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n");
  client.send("2;extension=1\r\nde\r\n0\r\nTrailer: x\r\n\r\n");
  CHECK(body_of(client.answer()) == "/in abcde");
}

TEST_CASE("http server: pipelined requests are answered in order, even when the first is answered later") {
  std::optional<Respond> waiting;
  std::mutex mutex;
  Server server(small(), [&](Request& request, Respond respond) {
    if (request.body != "first") return echo(request, std::move(respond));
    const std::lock_guard lock(mutex);
    waiting.emplace(std::move(respond));
  });
  Client client(server.port());
  client.send(post("first") + post("second") + post("third"));
  CHECK(client.answer(100).empty());
  Response late;
  late.body = "late";
  {
    const std::lock_guard lock(mutex);
    REQUIRE(waiting);
    (*waiting)(std::move(late));
  }
  CHECK(body_of(client.answer()) == "late");
  CHECK(body_of(client.answer()) == "/in second");
  CHECK(body_of(client.answer()) == "/in third");
}

TEST_CASE("http server: whatever leaves room for smuggling is refused, and nothing behind it is read") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"gzip as transfer encoding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"},
      {"identity", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}"},
      {"xchunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\n{}"},
      {"chunked, gzip", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"},
      {"gzip, chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"two transfer encodings", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"length list", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2,2\r\n\r\n{}"},
      {"two equal lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}"},
      {"two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"},
      {"signed length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}"},
      {"length then chunked", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"chunked then length", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n"},
      {"two hosts", "POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}"},
      {"no host", "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"},
      {"folded line", "POST / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}"},
      {"folded transfer encoding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"},
      {"blank before the colon", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 2\r\n\r\n{}"},
      {"bare line feed", "POST / HTTP/1.1\nHost: a\n\n"},
      {"NUL in a header", std::string("POST / HTTP/1.1\r\nHost: a\r\nX: a") + '\0' + "b\r\n\r\n"},
      {"length in a trailer", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n"},
      {"chunk size with a sign", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n"},
      {"no HTTP at all", "hello there\r\n\r\n"}};
  Server server(small(), echo);
  for (const auto& [name, bytes] : cases) {
    CAPTURE(name);
    Client client(server.port());
    client.send(bytes + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    client.finish_sending();
    bool ended = false;
    const std::string all = client.rest(ended);
    CHECK(status_of(all) == 400);
    CHECK(all.find("/smuggled") == std::string::npos);
    CHECK(all.find("HTTP/1.1 ", 8) == std::string::npos);
    CHECK(has_header(all, "Connection: close"));
    CHECK(ended);
  }
}

TEST_CASE("http server: limits of header and body") {
  ServerOptions options = small();
  options.body_bytes_max = 1000;
  Server server(options, echo, [](const Request& request, Response& response) {
    response.headers.emplace_back("X-Decorated", std::string(request.path));
  });
  SUBCASE("a header of 8 KiB is refused at once or bit by bit") {
    Client client(server.port()), slow(server.port());
    client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(9000, 'x') + "\r\n\r\n");
    CHECK(status_of(client.answer()) == 431);
    slow.send("GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 20; ++i) {
      slow.send("X-" + std::to_string(i) + ": " + std::string(500, 'x') + "\r\n");
      std::this_thread::sleep_for(milliseconds(2));
    }
    slow.send("\r\n");
    CHECK(status_of(slow.answer()) == 431);
  }
  SUBCASE("a body over the limit is refused by its announced length, before it comes") {
    Client client(server.port());
    client.send("POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
    const std::string answer = client.answer();
    CHECK(status_of(answer) == 413);
    CHECK(has_header(answer, "X-Decorated: /big"));
    Client exact(server.port());
    exact.send(post(std::string(1000, 'x')));
    CHECK(status_of(exact.answer()) == 200);
  }
  SUBCASE("chunks over the limit") {
    Client client(server.port()), huge(server.port());
    client.send("POST /big HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; ++i) client.send("190\r\n" + std::string(400, 'x') + "\r\n");
    CHECK(status_of(client.answer()) == 413);
    huge.send("POST /big HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffe\r\n");
    CHECK(status_of(huge.answer()) == 413);
  }
  SUBCASE("the answer arrives although the client is still sending") {
    Client client(server.port());
    client.send("POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + std::string(200000, 'x'));
    CHECK(status_of(client.answer()) == 413);
  }
}

TEST_CASE("http server: encoded bodies") {
  ServerOptions options = small();
  options.inflated_bytes_max = 100'000;
  Server server(options, echo);
  const auto ask = [&](const std::string& body, const std::string& encoding) {
    Client client(server.port());
    client.send(post(body, "Content-Encoding: " + encoding + "\r\n"));
    return client.answer();
  };
  CHECK(body_of(ask(gzip("hello"), "gzip")) == "/in hello");
  CHECK(body_of(ask(gzip("hel") + gzip("lo"), "GZIP")) == "/in hello");
  CHECK(body_of(ask("plain", "identity")) == "/in plain");
  CHECK(status_of(ask(gzip(std::string(10'000'000, ' ')), "gzip")) == 413);
  CHECK(status_of(ask(gzip(std::string(100'000, ' ')), "gzip")) == 200);
  CHECK(status_of(ask(gzip(std::string(100'001, ' ')), "gzip")) == 413);
  CHECK(status_of(ask(gzip("hello").substr(0, 12), "gzip")) == 400);
  CHECK(status_of(ask(gzip("hello") + "tail", "gzip")) == 400);
  CHECK(status_of(ask("{}", "gzip")) == 400);
  CHECK(status_of(ask("{}", "br")) == 415);
  CHECK(status_of(ask("{}", "gzip, gzip")) == 415);
}

TEST_CASE("http server: slow clients are closed, honest ones are served meanwhile") {
  ServerOptions options = small();
  options.header_timeout_ms = 200;
  options.body_timeout_ms = 300;
  Server server(options, echo);
  Client silent(server.port()), half_head(server.port()), half_body(server.port()), honest(server.port());
  half_head.send("POST /in HTTP/1.1\r\nHo");
  half_body.send("POST /in HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  honest.send(post("x"));
  CHECK(status_of(honest.answer()) == 200);
  for (Client* client : {&silent, &half_head, &half_body}) {
    bool ended = false;
    CHECK(client->rest(ended, 2000).empty());
    CHECK(ended);
  }
  honest.send(post("y"));
  CHECK(status_of(honest.answer()) == 200);
}

TEST_CASE("http server: a handler that does not answer, drops its right to, or throws") {
  ServerOptions options = small();
  options.answer_timeout_ms = 150;
  std::vector<Respond> kept;
  std::mutex mutex;
  Server server(options, [&](Request& request, Respond respond) {
    if (request.body == "throw") throw base::Unavailable("the broker is away");
    if (request.body != "keep") return;
    const std::lock_guard lock(mutex);
    kept.push_back(std::move(respond));
  });
  Client never(server.port()), drops(server.port()), throws(server.port());
  never.send(post("keep"));
  const std::string late = never.answer();
  CHECK(status_of(late) == 503);
  CHECK(has_header(late, "Retry-After: 1"));
  const std::lock_guard lock(mutex);
  REQUIRE(kept.size() == 1);
  kept.front()(Response{});  // too late: no second answer
  bool ended = false;
  CHECK(never.rest(ended).empty());
  drops.send(post("drop"));
  CHECK(status_of(drops.answer()) == 500);
  throws.send(post("throw"));
  CHECK(status_of(throws.answer()) == 503);
}

TEST_CASE("http server: bodies in flight are bounded") {
  ServerOptions options = small();
  options.in_flight_bytes_max = 1000;
  Server server(options, echo);
  Client holder(server.port());
  holder.send("POST /in HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nx");
  std::this_thread::sleep_for(milliseconds(50));
  {
    Client second(server.port());
    second.send(post(std::string(200, 'x')));
    CHECK(status_of(second.answer()) == 503);
  }
  holder.send(std::string(899, 'x'));
  CHECK(status_of(holder.answer()) == 200);
  Client third(server.port());
  third.send(post(std::string(1000, 'x')));
  CHECK(status_of(third.answer()) == 200);
}

TEST_CASE("http server: too many connections") {
  ServerOptions options = small();
  options.connections_max = 1;
  Server server(options, echo);
  Client first(server.port());
  first.send(post("x"));
  CHECK(status_of(first.answer()) == 200);
  Client second(server.port());
  bool ended = false;
  second.rest(ended, 1000);
  CHECK(ended);
}

TEST_CASE("http server: Expect: 100-continue, HEAD, HTTP/1.0") {
  Server server(small(), echo);
  Client client(server.port());
  client.send("POST /in HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(status_of(client.answer()) == 100);
  client.send("{}");
  CHECK(body_of(client.answer()) == "/in {}");
  client.send("HEAD /x HTTP/1.0\r\nHost: a\r\n\r\n");
  bool ended = false;
  const std::string head = client.rest(ended);
  CHECK(has_header(head, "Content-Length: 3"));
  CHECK(body_of(head).empty());
  CHECK(ended);
}

TEST_CASE("http server: shutdown lets requests in flight finish and ends idle connections") {
  std::optional<Respond> waiting;
  std::mutex mutex;
  Server server(small(), [&](Request&, Respond respond) {
    const std::lock_guard lock(mutex);
    waiting.emplace(std::move(respond));
  });
  Client busy(server.port()), idle(server.port());
  busy.send(post("x"));
  std::this_thread::sleep_for(milliseconds(50));
  std::thread stopping([&] { server.shutdown(milliseconds(3000)); });
  bool ended = false;
  idle.rest(ended);
  CHECK(ended);
  CHECK_FALSE(Client(server.port()).answer(50).size());
  {
    const std::lock_guard lock(mutex);
    REQUIRE(waiting);
    (*waiting)(Response{});
  }
  const std::string answer = busy.answer();
  CHECK(status_of(answer) == 200);
  CHECK(has_header(answer, "Connection: close"));
  stopping.join();
}

TEST_CASE("http server: an answer after the server's end is dropped") {
  std::optional<Respond> waiting;
  std::mutex mutex;
  {
    Server server(small(), [&](Request&, Respond respond) {
      const std::lock_guard lock(mutex);
      waiting.emplace(std::move(respond));
    });
    Client client(server.port());
    client.send(post("x"));
    std::this_thread::sleep_for(milliseconds(50));
  }
  REQUIRE(waiting);
  (*waiting)(Response{});
}

TEST_CASE("http server: an address that is in use is named") {
  Server server(small(), echo);
  ServerOptions same = small();
  same.port = server.port();
  CHECK_THROWS_AS(Server(same, echo), base::Unavailable);
}

}  // namespace scoreline::http
