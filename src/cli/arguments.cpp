#include "cli/arguments.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longclip::cli {
namespace {

// At the end of such an argument until it is parsed; no argument of a program can hold one.
constexpr char kMark = '\0';

bool has_meaning(std::string_view argument) {
  return argument == "++" || argument.ends_with(']');  // "--text=[a, b]" too
}

std::string unmarked(std::string argument) {
  if (argument.ends_with(kMark)) argument.pop_back();
  return argument;
}

void unmark_values(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) option->transform(unmarked);
  for (CLI::App* child : command.get_subcommands(nullptr)) unmark_values(*child);
}

}  // namespace

void parse(CLI::App& program, int argc, char** argv) {
  unmark_values(program);
  std::vector<std::string> arguments;  // the last one first, as CLI11 takes them
  for (int i = argc - 1; i > 0; --i) {
    arguments.emplace_back(argv[i]);
    if (has_meaning(argv[i])) arguments.back() += kMark;
  }
  program.parse(std::move(arguments));
}

}  // namespace longclip::cli
