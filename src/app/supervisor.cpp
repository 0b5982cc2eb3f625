#include "app/supervisor.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "app/signals.hpp"
#include "base/errors.hpp"
#include "base/time.hpp"

namespace scoreline::app {
namespace {

struct Child {
  ChildCommand command;
  pid_t pid = 0;
  std::int64_t started_us = 0;
  std::int64_t start_at_us = 0;  // not running: when to start
  std::int64_t backoff_us = 0;
  int restarts = 0;
  std::string last;              // how it ended last
};

pid_t start(const ChildCommand& command) {
  std::vector<std::string> words{"/proc/self/exe"};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) throw base::Unavailable(fmt::format("cannot start {}: {}", command.name, std::strerror(errno)));
  if (pid > 0) return pid;
  // In the child: only async-signal-safe calls until exec.
  setpgid(0, 0);  // Ctrl-C reaches the supervisor alone, which stops its children in order
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);
  execv(argv[0], argv.data());
  _exit(127);
}

std::string ended(int status) {
  if (WIFEXITED(status)) return fmt::format("exit status {}", WEXITSTATUS(status));
  return fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
}

std::int64_t resident_mb(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/statm", pid));
  std::int64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE) / (1024 * 1024);
}

class Supervisor {
 public:
  Supervisor(const std::vector<ChildCommand>& commands, const SupervisorOptions& options) : options_(options), terminal_(isatty(STDOUT_FILENO) == 1) {
    for (const ChildCommand& command : commands) children_.push_back({command, 0, 0, 0, 0, 0, ""});
  }

  int run() {
    while (!stop_requested()) {
      reap();
      for (Child& child : children_)
        if (child.pid == 0 && child.start_at_us <= base::steady_us()) begin(child);
      show();
      wait_for_signal(100);
    }
    return stop();
  }

 private:
  void begin(Child& child) {
    child.pid = start(child.command);
    child.started_us = base::steady_us();
    say(child, fmt::format("started, pid {}", child.pid));
  }

  void reap() {
    int status = 0;
    for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
      const auto found = std::find_if(children_.begin(), children_.end(), [&](const Child& child) { return child.pid == pid; });
      if (found == children_.end()) continue;
      Child& child = *found;
      const std::int64_t now = base::steady_us();
      const bool settled = now - child.started_us > options_.settled_ms * 1000;
      child.backoff_us = settled ? options_.backoff_ms_min * 1000 : std::clamp(child.backoff_us * 2, options_.backoff_ms_min * 1000, options_.backoff_ms_max * 1000);
      child.pid = 0;
      child.start_at_us = now + child.backoff_us;
      child.last = ended(status);
      failed_ = failed_ || status != 0;
      if (stopping_) continue;
      ++child.restarts;
      say(child, fmt::format("died: {}; starting again in {} ms", child.last, child.backoff_us / 1000));
    }
  }

  int stop() {
    stopping_ = true;
    failed_ = false;
    for (const Child& child : children_)
      if (child.pid != 0) kill(child.pid, SIGTERM);
    const std::int64_t deadline = base::steady_us() + options_.stop_ms * 1000;
    bool killed = false;
    while (std::any_of(children_.begin(), children_.end(), [](const Child& child) { return child.pid != 0; })) {
      reap();
      if (!killed && base::steady_us() > deadline) {
        killed = true;
        for (const Child& child : children_)
          if (child.pid != 0) {
            say(child, "did not stop in time: killed");
            kill(child.pid, SIGKILL);
          }
      }
      usleep(20'000);
    }
    if (terminal_) fmt::print("\n");
    fmt::print("all processes have stopped\n");
    std::fflush(stdout);
    return failed_ ? 1 : 0;
  }

  void say(const Child& child, const std::string& text) {
    if (terminal_) return;
    fmt::print("{:<12} {}\n", child.command.name, text);
    std::fflush(stdout);
  }

  void show() {
    const std::int64_t now = base::steady_us();
    if (!terminal_ || now - shown_us_ < options_.status_ms * 1000) return;
    if (shown_us_ != 0) fmt::print("\x1b[{}A", children_.size());
    shown_us_ = now;
    for (const Child& child : children_) {
      if (child.pid != 0)
        fmt::print("\x1b[2K{:<12} running  pid {:<7} {:>5} s  {:>4} MB  {} restarts{}\n", child.command.name, child.pid, (now - child.started_us) / 1'000'000,
                   resident_mb(child.pid), child.restarts, child.last.empty() ? "" : "  (last: " + child.last + ")");
      else
        fmt::print("\x1b[2K{:<12} waiting  {} ms until restart  (last: {})\n", child.command.name, std::max<std::int64_t>(0, child.start_at_us - now) / 1000,
                   child.last);
    }
    std::fflush(stdout);
  }

  SupervisorOptions options_;
  bool terminal_;
  bool stopping_ = false, failed_ = false;
  std::int64_t shown_us_ = 0;
  std::vector<Child> children_;
};

}  // namespace

int supervise(const std::vector<ChildCommand>& commands, const SupervisorOptions& options) {
  catch_stop_signals();
  return Supervisor(commands, options).run();
}

}  // namespace scoreline::app
