#pragma once
/// A small HTTP/1.1 server for JSON endpoints: keep-alive, pipelining one after the other, gzip and deflate bodies,
/// chunked bodies, Expect: 100-continue; strict where requests could be smuggled, bounded wherever a client decides how
/// much or how long. No TLS: a proxy in front does that.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "http/message.hpp"

namespace scoreline::http {

struct ServerOptions {
  std::string name = "http";                        // label `server` of the metrics
  std::string address = "127.0.0.1";                // numeric; "::" for all, IPv4 included
  std::uint16_t port = 0;                           // 0: any free one, see Server::port()
  unsigned threads = 1;
  std::size_t header_bytes_max = 8 * 1024;
  std::size_t body_bytes_max = 1024 * 1024;         // as sent
  std::size_t inflated_bytes_max = 4 * 1024 * 1024; // after Content-Encoding
  /// Bodies being received or handled, all connections together; beyond: 503.
  std::size_t in_flight_bytes_max = 64 * 1024 * 1024;
  std::size_t connections_max = 20'000;             // further ones are closed at once
  std::int64_t header_timeout_ms = 10'000;          // from the first byte (of a connection: from its start)
  std::int64_t body_timeout_ms = 30'000;            // from the end of the header
  std::int64_t idle_timeout_ms = 75'000;            // between requests
  std::int64_t write_timeout_ms = 30'000;
  std::int64_t answer_timeout_ms = 20'000;          // the handler's time; then 503 and the connection ends
};

/// Called on a server thread, must not block; answers through `respond`, then or later. `request` is the handler's own
/// until it answers. base::Unavailable thrown before answering becomes 503.
using Handler = std::function<void(Request& request, Respond respond)>;
/// Adds to answers which the server itself gives to a request whose header could be read (413, 503, ...): CORS. May be
/// called on any server thread.
using Decorate = std::function<void(const Request& request, Response& response)>;

class Server {
 public:
  /// Listens at once and serves from threads of its own. Throws base::Unavailable when the address cannot be had.
  Server(ServerOptions options, Handler handler, Decorate decorate = {});
  /// shutdown() without grace.
  ~Server();
  std::uint16_t port() const;
  /// Stops accepting, ends idle connections, lets requests in flight finish (their connections end with them) for at
  /// most `grace`, then cuts the rest. Call once, from a thread that is not the server's. Handlers may still answer.
  void shutdown(std::chrono::milliseconds grace);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scoreline::http
