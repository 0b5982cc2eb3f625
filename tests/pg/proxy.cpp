#include "pg/proxy.hpp"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

namespace scoreline::live {
namespace {

constexpr int kTickMs = 20;

int connect_tcp(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &address.sin_addr);
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  return socket;
}

int connect_unix(const std::string& folder, int port) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder + "/.s.PGSQL." + std::to_string(port);
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  return socket;
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// A simple query "COMMIT", as the session sends it.
bool is_commit(std::string_view bytes) { return bytes.find(std::string_view("Q\0\0\0\013COMMIT\0", 12)) != bytes.npos; }

}  // namespace

Proxy::Proxy(const std::string& dsn) : dsn_(dsn) {
  PGconn* probe = PQconnectdb(dsn.c_str());
  host_ = PQhost(probe);
  port_ = std::atoi(PQport(probe));
  PQfinish(probe);
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  listen(listener_, 4);
  socklen_t length = sizeof(address);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
  listen_port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

Proxy::~Proxy() {
  ends_ = true;
  thread_.join();
  close(listener_);
}

std::string Proxy::dsn() const { return dsn_ + " host=127.0.0.1 port=" + std::to_string(listen_port_); }

// One connection after the other is all that a session needs.
void Proxy::serve() {
  while (!ends_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, kTickMs) <= 0) continue;
    const int client = accept(listener_, nullptr, nullptr);
    const int server = host_.starts_with("/") ? connect_unix(host_, port_) : connect_tcp(host_, port_);
    forward(client, server);
    close(client);
    close(server);
  }
}

void Proxy::forward(int client, int server) {
  char buffer[65'536];
  while (!ends_) {
    pollfd waiting[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (poll(waiting, 2, kTickMs) <= 0) continue;
    for (const int side : {0, 1}) {
      if (waiting[side].revents == 0) continue;
      const ssize_t got = recv(waiting[side].fd, buffer, sizeof(buffer), 0);
      if (got <= 0) return;
      const std::string_view bytes(buffer, static_cast<std::size_t>(got));
      if (side == 0 && is_commit(bytes) && at_ != At::never) {
        if (at_.exchange(At::never) == At::commit_unsent) return;
        send_all(server, bytes);
        recv(server, buffer, sizeof(buffer), 0);  // it has answered; nobody hears it
        return;
      }
      send_all(waiting[1 - side].fd, bytes);
    }
  }
}

}  // namespace scoreline::live
