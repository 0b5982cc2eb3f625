#include "http/connection.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

#include "base/log.hpp"
#include "http/inflate.hpp"

namespace scoreline::http {
namespace asio = boost::asio;
using boost::system::error_code;
namespace {

constexpr std::size_t kBufferStart = 4 * 1024, kBufferMax = 64 * 1024;
constexpr std::size_t kKeptBytesMax = 64 * 1024;         // capacity an idle connection may hold on to
constexpr std::size_t kDiscardedBytesMax = 4 * 1024 * 1024;
constexpr std::int64_t kLingerMs = 2'000;

std::string peer_of(const Socket& socket) {
  error_code failure;
  const auto address = socket.remote_endpoint(failure).address();
  if (failure) return "";
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

}  // namespace

Connection::Connection(std::shared_ptr<Worker> worker, Socket socket) : worker_(std::move(worker)), socket_(std::move(socket)) {
  worker_->shared().connections_gauge.add(1);
}

Connection::~Connection() = default;

void Connection::start() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  peer_ = peer_of(socket_);
  enter(State::head, options().header_timeout_ms);
  read();
}

void Connection::enter(State state, std::int64_t timeout_ms) {
  state_ = state;
  deadline_us_ = worker_->now_us() + timeout_ms * 1000;
}

bool Connection::make_room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ < buffer_.size()) return true;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    return true;
  }
  if (buffer_.size() >= kBufferMax) return false;
  buffer_.resize(buffer_.empty() ? kBufferStart : buffer_.size() * 2);
  return true;
}

void Connection::read() {
  if (!make_room()) return refuse({400, "bad_request", "the request is not valid HTTP/1.1"});
  socket_.async_read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
                          [self = shared_from_this()](const error_code& failure, std::size_t size) {
                            if (self->state_ == State::closed) return;
                            if (failure) return self->close();
                            self->end_ += size;
                            self->advance();
                          });
}

// Reads on from what is in the buffer until a request is complete, refused, or more bytes are needed.
void Connection::advance() {
  if (state_ == State::lingering) {
    discarded_bytes_ += end_ - begin_;
    begin_ = end_ = 0;
    return discarded_bytes_ > kDiscardedBytesMax ? close() : read();
  }
  if (!parser_ && begin_ != end_) {
    if (state_ == State::idle) enter(State::head, options().header_timeout_ms);
    ++serial_;
    parser_.emplace(request_, ParserLimits{options().header_bytes_max, options().body_bytes_max});
  }
  while (begin_ != end_) {
    const std::size_t before = begin_;
    if (!take_bytes()) return;
    if (parser_->is_done()) return handle();
    if (begin_ == before) break;
  }
  read();
}

// False: the request is refused.
bool Connection::take_bytes() {
  begin_ += parser_->take(std::string_view(buffer_).substr(begin_, end_ - begin_));
  if (parser_->refused()) {
    refuse(*parser_->refused());
    return false;
  }
  if (!parser_->head_settled()) return true;
  if (state_ == State::head) {
    enter(State::body, options().body_timeout_ms);
    if (!on_head()) return false;
  }
  return reserve();
}

bool Connection::on_head() {
  request_.peer = peer_;
  if (parser_->is_done() || request_.header("expect") != "100-continue" || begin_ != end_) return true;
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  error_code failure;
  // At most 25 bytes into an empty send buffer: does not block.
  asio::write(socket_, asio::buffer(kContinue), failure);
  if (failure) close();
  return !failure;
}

// Announced bytes count before they come, so that nobody is let in whose body would not fit.
bool Connection::reserve() {
  const std::size_t wanted = std::max(parser_->announced_bytes(), request_.body.size());
  if (wanted <= reserved_bytes_) return true;
  const std::size_t more = wanted - reserved_bytes_;
  auto& in_flight = worker_->shared().in_flight_bytes;
  reserved_bytes_ = wanted;
  if (in_flight.fetch_add(more, std::memory_order_relaxed) + more <= options().in_flight_bytes_max) return true;
  refuse({503, "overloaded", "too much is in flight, try again later"}, true);
  return false;
}

void Connection::handle() {
  const std::string_view encoding = request_.header("content-encoding");
  const std::uint64_t serial = serial_;
  enter(State::handling, options().answer_timeout_ms);
  close_after_ = !parser_->keep_alive();
  no_body_ = request_.method == Method::head;
  if (!encoding.empty() && !request_.body.empty()) {
    auto plain = inflate(encoding, std::move(request_.body), options().inflated_bytes_max);
    if (!plain) {
      const std::string& code = plain.error().code;
      Response response = refusal(code == "too_large" ? 413 : code == "unknown_encoding" ? 415 : 400, code, plain.error().message);
      if (worker_->shared().decorate) worker_->shared().decorate(request_, response);
      return finish(serial, std::move(response));
    }
    request_.body = std::move(plain.value());
  }
  try {
    worker_->shared().handler(request_, Respond(shared_from_this(), serial));
  } catch (const std::exception&) {
    // The Respond has answered while the stack was unwound. The text may quote the request: not logged.
    base::log::warn("a request could not be handled", {{"server", options().name}, {"next", "look at the entries before this one"}});
  }
}

// Nothing of this connection is read as a request any more.
void Connection::refuse(const Refusal& why, bool retry_later) {
  const bool head_known = parser_ && parser_->head_settled();
  no_body_ = false;
  Response response = refusal(why.status, why.code, why.message);
  response.close = true;
  if (retry_later) response.headers.emplace_back("Retry-After", "1");
  if ((head_known || why.status == 413) && worker_->shared().decorate) worker_->shared().decorate(request_, response);
  write(std::move(response));
}

void Connection::answer(std::uint64_t serial, Response response) {
  if (worker_->on_thread()) return finish(serial, std::move(response));
  worker_->post([self = shared_from_this(), serial, response = std::move(response)]() mutable {
    self->finish(serial, std::move(response));
  });
}

void Connection::finish(std::uint64_t serial, Response response) {
  if (state_ != State::handling || serial != serial_) return;
  write(std::move(response));
}

void Connection::write_head(const Response& response) {
  const auto back = std::back_inserter(out_head_);
  out_head_.clear();
  fmt::format_to(back, "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  out_head_ += worker_->date_line();
  if (response.status != 204 && response.status != 304)
    fmt::format_to(back, "Content-Type: {}\r\nContent-Length: {}\r\n", response.content_type, response.body.size());
  for (const auto& [name, value] : response.headers) fmt::format_to(back, "{}: {}\r\n", name, value);
  out_head_ += close_after_ ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n";
}

void Connection::write(Response response) {
  close_after_ = close_after_ || response.close || worker_->shared().draining.load(std::memory_order_relaxed);
  worker_->shared().count(response.status);
  enter(State::writing, options().write_timeout_ms);
  write_head(response);
  out_body_ = no_body_ ? std::string() : std::move(response.body);
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(out_head_), asio::buffer(out_body_)};
  asio::async_write(socket_, buffers, [self = shared_from_this()](const error_code& failure, std::size_t) {
    if (self->state_ == State::closed) return;
    if (failure) return self->close();
    self->on_written();
  });
}

void Connection::on_written() {
  worker_->shared().in_flight_bytes.fetch_sub(std::exchange(reserved_bytes_, 0), std::memory_order_relaxed);
  if (close_after_) return linger();
  next_request();
}

void Connection::next_request() {
  parser_.reset();
  if (request_.body.capacity() > kKeptBytesMax) request_.body = std::string();
  if (begin_ == end_ && buffer_.size() >= kBufferMax) buffer_ = std::string();
  if (worker_->shared().draining.load(std::memory_order_relaxed)) return close();
  enter(State::idle, options().idle_timeout_ms);
  advance();
}

// Closing while bytes of the client are unread makes the kernel send a reset, which may overtake the answer: read on for
// a moment.
void Connection::linger() {
  error_code failure;
  socket_.shutdown(Socket::shutdown_send, failure);
  if (failure) return close();
  enter(State::lingering, kLingerMs);
  advance();
}

void Connection::time_out() {
  if (state_ != State::handling) return close();
  base::log::warn("a request was not handled in time",
                  {{"server", options().name}, {"timeout_ms", options().answer_timeout_ms}, {"next", "check that the broker answers"}});
  refuse({503, "timeout", "not done in time, try again later"}, true);
}

void Connection::drain() {
  if (state_ == State::idle || (state_ == State::head && !parser_)) close();
}

void Connection::close() {
  if (state_ == State::closed) return;
  const auto self = shared_from_this();
  state_ = State::closed;
  deadline_us_ = INT64_MAX;
  error_code ignored;
  socket_.close(ignored);
  Shared& shared = worker_->shared();
  shared.in_flight_bytes.fetch_sub(std::exchange(reserved_bytes_, 0), std::memory_order_relaxed);
  shared.connections_gauge.add(-1);
  worker_->forget(self);
  shared.connections.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace scoreline::http
