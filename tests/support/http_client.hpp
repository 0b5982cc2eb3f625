#pragma once
// A raw TCP client for tests: sends bytes as they are, reads answers as they come. Loopback only.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace scoreline::test {

class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void finish_sending() { ::shutdown(fd_, SHUT_WR); }

  // One answer, header and body; "" when the connection ends or nothing comes in time.
  std::string answer(int timeout_ms = 3000) {
    for (;;) {
      const std::size_t head = in_.find("\r\n\r\n");
      if (head != std::string::npos) {
        const std::size_t size = head + 4 + content_length(in_.substr(0, head + 2));
        if (in_.size() >= size) {
          const std::string out = in_.substr(0, size);
          in_.erase(0, size);
          return out;
        }
      }
      if (!fill(timeout_ms)) return "";
    }
  }
  // Everything until the server ends the connection; `ended` tells whether it did in time.
  std::string rest(bool& ended, int timeout_ms = 3000) {
    while (fill(timeout_ms)) {
    }
    ended = ended_;
    return in_;
  }

 private:
  static std::size_t content_length(const std::string& head) {
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : static_cast<std::size_t>(std::atoll(head.c_str() + at + 16));
  }
  bool fill(int timeout_ms) {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, timeout_ms) <= 0) return false;
    char chunk[16384];
    const ssize_t size = ::recv(fd_, chunk, sizeof chunk, 0);
    if (size <= 0) {
      ended_ = true;
      return false;
    }
    in_.append(chunk, static_cast<std::size_t>(size));
    return true;
  }

  int fd_;
  bool connected_ = false, ended_ = false;
  std::string in_;
};

inline int status_of(const std::string& answer) { return answer.size() < 12 ? 0 : std::atoi(answer.c_str() + 9); }
inline std::string body_of(const std::string& answer) {
  const std::size_t head = answer.find("\r\n\r\n");
  return head == std::string::npos ? "" : answer.substr(head + 4);
}
inline bool has_header(const std::string& answer, std::string_view line) {
  return answer.find("\r\n" + std::string(line) + "\r\n") < answer.find("\r\n\r\n") + 2;
}

}  // namespace scoreline::test
