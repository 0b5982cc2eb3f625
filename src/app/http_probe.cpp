#include "app/http_probe.hpp"

#include <fmt/core.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

namespace scoreline::app {
namespace {

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// The send timeout bounds connect(), too.
int ask(const addrinfo& address, const std::string& request, int limit_ms) {
  const Socket socket(::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, address.ai_protocol));
  if (socket.get() < 0) return 0;
  const timeval limit{limit_ms / 1000, limit_ms % 1000 * 1000};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) != 0) return 0;
  if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) return 0;
  std::string answer;
  while (answer.size() < 12) {
    char bytes[256];
    const ssize_t n = ::recv(socket.get(), bytes, sizeof bytes, 0);
    if (n <= 0) break;
    answer.append(bytes, static_cast<std::size_t>(n));
  }
  return answer.starts_with("HTTP/1.") && answer.size() >= 12 ? std::atoi(answer.c_str() + 9) : 0;
}

}  // namespace

int http_status(const std::string& host, std::int64_t port, const std::string& path, int limit_ms) {
  const std::string name = host == "0.0.0.0" || host == "::" ? "localhost" : host;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(name.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return 0;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  const std::string request = fmt::format("GET {} HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\n\r\n", path, name, port);
  for (const addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next)
    if (const int status = ask(*one, request, limit_ms); status != 0) return status;
  return 0;
}

}  // namespace scoreline::app
