#include "cli/help.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/terminal_text.h"

namespace longclip::cli {
namespace {

constexpr int kWidth = 80;
constexpr std::size_t kColumn = 24;  // where descriptions begin

std::string full_name(const CLI::App* app) {
  return app->get_parent() == nullptr ? app->get_name() : full_name(app->get_parent()) + " " + app->get_name();
}

// "--top K", "-o,--output OUT.npy", "IMAGE..."
std::string synopsis(const CLI::Option& option) {
  if (option.get_positional()) return option.get_option_text();
  std::string text = option.get_name(false, true);
  if (!option.get_option_text().empty()) text += " " + option.get_option_text();
  return text;
}

std::string entry(const std::string& head, const std::string& description) {
  std::string text = "  " + head;
  bool beside = text.size() + 2 <= kColumn;
  for (const auto& line : wrapped(description, kWidth - static_cast<int>(kColumn), 1 << 20)) {
    if (!beside) text += "\n";
    text += std::string(beside ? kColumn - text.size() : kColumn, ' ') + line;
    beside = false;
  }
  return text + "\n";
}

std::string usage(const CLI::App* app) {
  std::string text = "Usage: " + full_name(app);
  if (!app->get_subcommands(nullptr).empty()) return text + " COMMAND ...";
  for (const CLI::Option* option : app->get_options()) {
    if (option->get_positional()) text += " " + synopsis(*option);
  }
  for (const CLI::Option* option : app->get_options()) {
    if (!option->get_positional() && option->get_required()) text += " " + synopsis(*option);
  }
  return text + " [OPTIONS]";
}

// Smallest number of letters to change, add or leave out between two words.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({changed, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

const CLI::App* parsed_command(const CLI::App* app) {
  const auto parsed = app->get_subcommands();
  return parsed.empty() ? app : parsed_command(parsed.front());
}

// The option or command that the user may have meant; empty: none is near.
std::string nearest(const std::string& word, const CLI::App* app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app->get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (const CLI::App* command : app->get_subcommands(nullptr)) names.push_back(command->get_name());
  std::string best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto& name : names) {
    if (const auto letters = distance(word, name); letters < least) {
      least = letters;
      best = name;
    }
  }
  return best;
}

// What was given and fits nowhere; `app` is the command that it was given to.
std::string unknown(const std::string& word, const CLI::App* app, const CLI::App* command) {
  const bool option = word.starts_with('-');
  const std::string name = option ? word.substr(0, word.find('=')) : word;
  if (app != command && command->get_option_no_throw(name) != nullptr) {
    return name + " goes after " + command->get_name();
  }
  std::string text = option                         ? "unknown option "
                     : app->get_parent() == nullptr ? "unknown command "
                                                    : "unexpected argument ";
  text += word;
  const std::string meant = nearest(name, app);
  return meant.empty() ? text : text + ", did you mean " + meant + "?";
}

// The same for the first such word of all; empty if there is none.
std::string first_unknown(const CLI::App* app, const CLI::App* command) {
  if (const auto words = app->remaining(/*recurse=*/false); !words.empty()) return unknown(words.front(), app, command);
  const auto parsed = app->get_subcommands();
  return parsed.empty() ? "" : first_unknown(parsed.front(), command);
}

}  // namespace

std::string help(const CLI::App* app, std::string, CLI::AppFormatMode) {
  std::string text = full_name(app) + ": " + app->get_description() + "\n\n" + usage(app) + "\n\n";
  for (const CLI::App* command : app->get_subcommands(nullptr)) {
    text += entry(command->get_name(), command->get_description());
  }
  if (!app->get_subcommands(nullptr).empty()) text += "\n";
  const auto add = [&text](const CLI::Option* option) { text += entry(synopsis(*option), option->get_description()); };
  for (const CLI::Option* option : app->get_options()) {
    if (option->get_positional()) add(option);
  }
  for (const CLI::Option* option : app->get_options()) {
    if (!option->get_positional() && option != app->get_help_ptr()) add(option);
  }
  add(app->get_help_ptr());
  if (!app->get_footer().empty()) text += "\n" + app->get_footer() + "\n";
  return text;
}

std::string explain(const CLI::ParseError& error, const CLI::App& program) {
  const CLI::App* command = parsed_command(&program);
  std::string text = first_unknown(&program, command);
  if (text.empty()) {
    const bool needs_command = !command->get_subcommands(nullptr).empty();
    const bool missing = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    text = missing && needs_command ? "no command given" : error.what();
    const bool valueless = dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr && text.ends_with(" missing");
    if (valueless) text = text.substr(0, text.find(": ")) + ": needs a value";  // CLI11 names a type instead
  }
  std::erase(text, '\0');  // the mark of arguments.cpp
  return text + (text.ends_with('?') ? " " : ". ") + see_help(program);
}

std::string see_help(const CLI::App& program) { return "See `" + full_name(parsed_command(&program)) + " --help`."; }

}  // namespace longclip::cli
