#pragma once
/// Private to http: one thread with its io_context and its connections. Everything but post() is called on that thread.
#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>

#include "base/metrics.hpp"
#include "http/server.hpp"

namespace scoreline::http {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class Connection;

/// What all threads of one server share; immutable but for the atomics.
struct Shared {
  Shared(ServerOptions o, Handler h, Decorate d);
  ServerOptions options;
  Handler handler;
  Decorate decorate;
  std::atomic<std::size_t> connections{0}, in_flight_bytes{0};
  std::atomic<bool> draining{false};
  base::metrics::Gauge& connections_gauge;
  base::metrics::Counter& connections_refused;

  void count(unsigned status);

 private:
  std::array<base::metrics::Counter*, 600> by_status_{};
};

class Worker : public std::enable_shared_from_this<Worker> {
 public:
  explicit Worker(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  /// Starts the thread.
  void run();
  boost::asio::io_context& context() { return context_; }
  Shared& shared() { return *shared_; }
  bool on_thread() { return context_.get_executor().running_in_this_thread(); }
  /// From any thread; dropped once the worker has ended.
  template <typename Task>
  void post(Task&& task) {
    const std::lock_guard lock(ending_);
    if (!ended_) boost::asio::post(context_, std::forward<Task>(task));
  }

  void adopt(Socket socket);
  void forget(const std::shared_ptr<Connection>& connection);
  /// Of the last tick: exact enough for timeouts, and costs nothing per request.
  std::int64_t now_us() const { return now_us_; }
  /// "Date: ...\r\n", of the last tick.
  const std::string& date_line() const { return date_line_; }

  /// Any thread: idle connections end now, others with their request.
  void drain();
  /// Any thread but this: ends all connections and the thread, and waits for it.
  void end();

 private:
  void tick();
  void close_all();

  std::shared_ptr<Shared> shared_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  boost::asio::steady_timer timer_{context_};
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  std::int64_t now_us_ = 0;
  std::string date_line_;
  bool closing_ = false;
  std::mutex ending_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace scoreline::http
