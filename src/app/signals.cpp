#include "app/signals.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace scoreline::app {
namespace {

std::atomic<int> stops{0};
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int) {
  if (stops.fetch_add(1) > 0) _exit(130);
}

}  // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

bool stop_requested() { return stops.load() > 0; }

void wait_for_signal(int milliseconds) { poll(nullptr, 0, milliseconds); }

}  // namespace scoreline::app
