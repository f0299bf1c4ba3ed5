#pragma once

namespace longclip::cli {

// Thrown to unwind, destructors cleaning up, when a signal asks the command to end. No
// std::exception, so that nothing on the way takes it for an ordinary failure.
struct Interrupted {
  int signal;
};

// While one lives, SIGINT, SIGTERM and SIGHUP are remembered instead of ending the process at
// once, so that what is half-written can be removed. The third one ends it at once, for a person
// who cannot wait; `timeout` and the like send each signal twice.
class SignalGuard {
 public:
  SignalGuard();
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;  // signal handlers are the process's, not a value
  SignalGuard& operator=(const SignalGuard&) = delete;
};

// The signal that was remembered; 0: none.
int pending_signal() noexcept;

// Throws Interrupted if a signal was remembered. Called between pieces of work.
void stop_if_interrupted();

// Ends the process as the signal would have, so that a calling shell sees it (128 + signal) and
// stops its script too.
[[noreturn]] void die_of(int signal);

}  // namespace longclip::cli
