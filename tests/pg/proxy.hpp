#pragma once
/// A door between a session and PostgreSQL that can be shut at the worst moment.
#include <atomic>
#include <memory>
#include <string>
#include <thread>

namespace scoreline::live {

class Proxy {
 public:
  enum class At {
    never,
    commit_sent,    // COMMIT reaches the server, its answer never comes back
    commit_unsent,  // COMMIT never reaches the server
  };
  /// Forwards connections to the server that `dsn` names.
  explicit Proxy(const std::string& dsn);
  ~Proxy();
  /// The same database through the proxy.
  std::string dsn() const;
  /// Cuts the connection at the next COMMIT; one time.
  void cut(At at) { at_ = at; }

 private:
  void serve();
  void forward(int client, int server);

  std::string dsn_, host_;
  int port_ = 0, listener_ = -1, listen_port_ = 0;
  std::atomic<At> at_{At::never};
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

}  // namespace scoreline::live
