#pragma once
/// Private to http: one client's connection. A request at a time: read, handle, answer, then the next (pipelined bytes
/// wait in the buffer). Runs on its worker's thread; only answer() may be called from elsewhere.
#include <optional>
#include <string>

#include "http/parser.hpp"
#include "http/worker.hpp"

namespace scoreline::http {

class Connection final : public Exchange, public std::enable_shared_from_this<Connection> {
 public:
  struct Clock {
    std::int64_t now_us;
  };

  Connection(std::shared_ptr<Worker> worker, Socket socket);
  ~Connection() override;
  void start();
  void answer(std::uint64_t serial, Response response) override;

  bool late(const Clock& clock) const { return clock.now_us >= deadline_us_; }
  void time_out();
  void drain();
  void close();

 private:
  enum class State : std::uint8_t { idle, head, body, handling, writing, lingering, closed };

  void enter(State state, std::int64_t timeout_ms);
  void read();
  bool make_room();
  void advance();
  bool take_bytes();
  bool on_head();
  bool reserve();
  void handle();
  void refuse(const Refusal& why, bool retry_later = false);
  void finish(std::uint64_t serial, Response response);
  void write(Response response);
  void write_head(const Response& response);
  void on_written();
  void linger();
  void next_request();
  const ServerOptions& options() const { return worker_->shared().options; }

  std::shared_ptr<Worker> worker_;
  Socket socket_;
  State state_ = State::idle;
  std::int64_t deadline_us_ = INT64_MAX;
  std::uint64_t serial_ = 0;
  std::string buffer_;                      // bytes [begin_, end_) are received and not yet taken
  std::size_t begin_ = 0, end_ = 0;
  std::optional<RequestParser> parser_;     // of the request being read
  Request request_;
  std::string peer_;
  std::size_t reserved_bytes_ = 0;          // of Shared::in_flight_bytes
  std::string out_head_, out_body_;
  std::size_t discarded_bytes_ = 0;
  bool close_after_ = false, no_body_ = false;
};

}  // namespace scoreline::http
