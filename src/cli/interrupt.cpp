#include "cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace longclip::cli {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// A signal handler has no other way to tell the program.
std::atomic<int> remembered{0};
static_assert(std::atomic<int>::is_always_lock_free);

std::atomic<int> times{0};

void set_handler(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = 0;  // a read that waits for input must end: no SA_RESTART
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

void remember(int signal) {
  constexpr int kPatience = 3;
  remembered = signal;
  if (++times < kPatience) return;
  set_handler(signal, SIG_DFL);
  ::raise(signal);  // once this handler returns
}

}  // namespace

SignalGuard::SignalGuard() {
  for (const int signal : kSignals) {
    struct sigaction current {};
    sigaction(signal, nullptr, &current);
    // What a parent switched off (nohup, a background job) stays off.
    if (current.sa_handler != SIG_IGN) set_handler(signal, remember);
  }
}

SignalGuard::~SignalGuard() {
  for (const int signal : kSignals) {
    struct sigaction current {};
    sigaction(signal, nullptr, &current);
    if (current.sa_handler == remember) set_handler(signal, SIG_DFL);
  }
}

int pending_signal() noexcept { return remembered; }

void stop_if_interrupted() {
  if (const int signal = pending_signal(); signal != 0) throw Interrupted{signal};
}

void die_of(int signal) {
  set_handler(signal, SIG_DFL);
  ::raise(signal);
  ::_exit(128 + signal);
}

}  // namespace longclip::cli
