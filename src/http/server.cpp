#include "http/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include "base/errors.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "http/worker.hpp"

namespace scoreline::http {
namespace asio = boost::asio;
using boost::system::error_code;
using asio::ip::tcp;

// One acceptor deals the connections out in turn: with SO_REUSEPORT the kernel deals by hash, and of 64 connections one
// thread may get 40.
class Server::Impl {
 public:
  Impl(ServerOptions options, Handler handler, Decorate decorate)
      : shared_(std::make_shared<Shared>(std::move(options), std::move(handler), std::move(decorate))) {
    for (unsigned i = 0; i < std::max(1U, shared_->options.threads); ++i) workers_.push_back(std::make_shared<Worker>(shared_));
    acceptor_.emplace(workers_.front()->context());
    retry_.emplace(workers_.front()->context());
    listen();
    for (const auto& worker : workers_) worker->run();
    workers_.front()->post([this] { accept(); });
  }

  ~Impl() { shutdown(std::chrono::milliseconds(0)); }

  std::uint16_t port() const { return port_; }

  void shutdown(std::chrono::milliseconds grace) {
    if (shared_->draining.exchange(true)) return;
    workers_.front()->post([this] {
      error_code ignored;
      acceptor_->close(ignored);
      retry_->cancel();
    });
    for (const auto& worker : workers_) worker->drain();
    const std::int64_t until_us = base::steady_us() + grace.count() * 1000;
    while (shared_->connections.load() > 0 && base::steady_us() < until_us) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    for (const auto& worker : workers_) worker->end();
  }

 private:
  void listen() {
    const ServerOptions& options = shared_->options;
    error_code failure;
    const auto address = asio::ip::make_address(options.address, failure);
    const tcp::endpoint endpoint(address, options.port);
    if (!failure) acceptor_->open(endpoint.protocol(), failure);
    if (!failure) acceptor_->set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure && address.is_v6() && address.is_unspecified()) acceptor_->set_option(asio::ip::v6_only(false), failure);
    if (!failure) acceptor_->bind(endpoint, failure);
    if (!failure) acceptor_->listen(4096, failure);
    if (failure) {
      throw base::Unavailable("cannot listen on " + options.address + " port " + std::to_string(options.port) + " (" + failure.message() +
                              "); choose another address or port, or stop what uses it");
    }
    port_ = acceptor_->local_endpoint().port();
  }

  void accept() {
    const std::shared_ptr<Worker> worker = workers_[next_++ % workers_.size()];
    acceptor_->async_accept(worker->context(), [this, worker](const error_code& failure, Socket socket) {
      if (!acceptor_->is_open()) return;
      if (failure) return accept_later(failure);
      take(worker, std::move(socket));
      accept();
    });
  }

  void take(const std::shared_ptr<Worker>& worker, Socket socket) {
    if (shared_->connections.fetch_add(1, std::memory_order_relaxed) >= shared_->options.connections_max) {
      shared_->connections.fetch_sub(1, std::memory_order_relaxed);
      shared_->connections_refused.add();
      return;  // the socket closes
    }
    worker->post([worker, socket = std::move(socket)]() mutable { worker->adopt(std::move(socket)); });
  }

  // Mostly "too many open files": those that are open may end soon.
  void accept_later(const error_code& failure) {
    base::log::warn("cannot accept connections", {{"server", shared_->options.name},
                                                  {"reason", failure.message()},
                                                  {"next", "raise the limit of open files (LimitNOFILE) if this repeats"}});
    retry_->expires_after(std::chrono::milliseconds(100));
    retry_->async_wait([this](const error_code& cancelled) {
      if (!cancelled) accept();
    });
  }

  std::shared_ptr<Shared> shared_;
  std::vector<std::shared_ptr<Worker>> workers_;
  std::optional<asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>> acceptor_;
  std::optional<asio::steady_timer> retry_;
  std::size_t next_ = 0;
  std::uint16_t port_ = 0;
};

Server::Server(ServerOptions options, Handler handler, Decorate decorate)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler), std::move(decorate))) {}
Server::~Server() = default;
std::uint16_t Server::port() const { return impl_->port(); }
void Server::shutdown(std::chrono::milliseconds grace) { impl_->shutdown(grace); }

}  // namespace scoreline::http
