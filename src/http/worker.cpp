#include "http/worker.hpp"

#include <algorithm>
#include <ctime>
#include <vector>

#include "base/time.hpp"
#include "http/connection.hpp"

namespace scoreline::http {
namespace {

constexpr std::array kStatuses{200U, 204U, 400U, 401U, 403U, 404U, 405U, 413U, 415U, 429U, 431U, 500U, 503U};

std::string date_line_of(std::int64_t unix_s) {
  const std::time_t now = unix_s;
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[64];
  const std::size_t size = std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
  return {text, size};
}

}  // namespace

Shared::Shared(ServerOptions o, Handler h, Decorate d)
    : options(std::move(o)),
      handler(std::move(h)),
      decorate(std::move(d)),
      connections_gauge(base::metrics::gauge("http_connections", "open connections", {{"server", options.name}})),
      connections_refused(base::metrics::counter("http_connections_refused_total", "closed at once: too many",
                                                 {{"server", options.name}})) {
  for (const unsigned status : kStatuses)
    by_status_[status] = &base::metrics::counter("http_responses_total", "answers by status",
                                                 {{"server", options.name}, {"status", std::to_string(status)}});
}

void Shared::count(unsigned status) {
  if (status < by_status_.size() && by_status_[status] != nullptr) by_status_[status]->add();
}

void Worker::run() {
  tick();
  thread_ = std::thread([self = shared_from_this()] { self->context_.run(); });
}

void Worker::adopt(Socket socket) {
  const auto connection = std::make_shared<Connection>(shared_from_this(), std::move(socket));
  connections_.insert(connection);
  connection->start();
}

void Worker::forget(const std::shared_ptr<Connection>& connection) { connections_.erase(connection); }

void Worker::tick() {
  const Connection::Clock clock{base::steady_us()};
  now_us_ = clock.now_us;
  date_line_ = date_line_of(base::wall_clock().us / base::kSecondUs);
  std::vector<std::shared_ptr<Connection>> late;
  for (const auto& connection : connections_)
    if (connection->late(clock)) late.push_back(connection);
  for (const auto& connection : late) connection->time_out();
  const auto& options = shared_->options;
  const std::int64_t shortest_ms =
      std::min({options.header_timeout_ms, options.body_timeout_ms, options.answer_timeout_ms, options.write_timeout_ms});
  timer_.expires_after(std::chrono::milliseconds(std::clamp<std::int64_t>(shortest_ms / 8, 5, 250)));
  timer_.async_wait([this](const boost::system::error_code& failure) {
    if (!failure && !closing_) tick();
  });
}

void Worker::drain() {
  post([this] {
    const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
    for (const auto& connection : all) connection->drain();
  });
}

void Worker::close_all() {
  const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
  for (const auto& connection : all) connection->close();
  closing_ = true;
  timer_.cancel();
  work_.reset();
}

void Worker::end() {
  if (!thread_.joinable()) return;
  post([this] { close_all(); });
  thread_.join();
  {
    const std::lock_guard lock(ending_);
    ended_ = true;
  }
  // What was posted in between holds connections, and these hold this worker: let it run and end.
  for (int round = 0; round < 2; ++round) {
    context_.restart();
    context_.poll();
    close_all();
  }
  context_.restart();
  context_.poll();
}

}  // namespace scoreline::http
