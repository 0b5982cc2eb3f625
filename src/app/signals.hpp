#pragma once
/// SIGTERM and SIGINT as a flag that main loops look at.

namespace scoreline::app {

/// From now on SIGTERM and SIGINT set the flag instead of ending the process; a second one ends it at once.
void catch_stop_signals();
bool stop_requested();
/// Sleeps at most `milliseconds`, less when a signal comes.
void wait_for_signal(int milliseconds);

}  // namespace scoreline::app
