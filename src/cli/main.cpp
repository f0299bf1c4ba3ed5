// The command: parses, calls the library, prints. What it can do is in command.cpp.
#include <fcntl.h>

#include <clocale>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include <longclip/error.h>
#include <longclip/version.h>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/usage_error.h"

namespace longclip::cli {
namespace {

int run(int argc, char** argv, Console& console) {
  CLI::App program("images and long texts in one space", "longclip");
  program.formatter_fn(help);
  program.set_help_flag("-h,--help", "print this help");
  program.set_version_flag("--version", "longclip " LONGCLIP_VERSION, "print the version");
  program.require_subcommand(1);
  program.footer(
      "Examples:\n  longclip fetch longclip-b\n"
      "  longclip rank street.jpg --text \"A man crosses a street.\" \"A city at night.\"\n\n"
      "`longclip COMMAND --help` tells the rest. Results go to standard output, all else\n"
      "to standard error. Exit code: 0 done, 1 some or all of the work failed, 2 wrong\n"
      "use.");

  Run chosen;
  for (const Command& command : commands()) {
    CLI::App* app = program.add_subcommand(command.name, command.summary);
    app->callback([&chosen, run = command.declare(*app)] { chosen = run; });
  }

  try {
    parse(program, argc, argv);
    return chosen(console);
  } catch (const CLI::CallForHelp&) {
    console.print(program.help());
  } catch (const CLI::CallForVersion&) {
    console.print(program.version() + "\n");
  } catch (const CLI::ParseError& error) {
    console.report(explain(error, program));
    return kWrongUse;
  } catch (const UsageError& error) {
    console.report(std::string(error.what()) + ". " + see_help(program));
    return kWrongUse;
  }
  return kDone;
}

// A standard stream that is closed from the start would give its number to the next file that is
// opened, and messages would end up in results. What stands in for it fails as it did.
void hold_closed_streams() {
  for (const int fd : {0, 1, 2}) {
    if (::fcntl(fd, F_GETFD) < 0) ::open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
  }
}

// Run, and what ended it told.
int run_and_report(int argc, char** argv) {
  Console console;
  try {
    return run(argc, argv, console);
  } catch (const Interrupted& interrupted) {
    console.clear_status();
    die_of(interrupted.signal);
  } catch (const std::exception& error) {
    // What was stopped halfway may end as a failure of its own.
    if (const int signal = pending_signal(); signal != 0) die_of(signal);
    console.report(error.what());
    return kFailed;
  }
}

}  // namespace
}  // namespace longclip::cli

int main(int argc, char** argv) {
  using namespace longclip::cli;
  hold_closed_streams();
  std::setlocale(LC_CTYPE, "C.UTF-8");  // widths of characters; texts are UTF-8 everywhere
  std::signal(SIGPIPE, SIG_IGN);        // a closed pipe is seen where it is written to
  const int code = run_and_report(argc, argv);
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
  // Everything is written and closed. To take LibTorch's globals down takes longer than many a command does; only
  // what counts leaks and lines, in debug builds, asks for it.
  std::_Exit(code);
#else
  return code;
#endif
}
