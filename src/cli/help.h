#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace longclip::cli {

// The help of a command: what it does, its arguments and options, an example.
std::string help(const CLI::App* app, std::string name, CLI::AppFormatMode mode);

// One line that tells what was wrong with the arguments, and where the help is.
std::string explain(const CLI::ParseError& error, const CLI::App& program);

// "See `longclip rank --help`." for the command that was being parsed.
std::string see_help(const CLI::App& program);

}  // namespace longclip::cli
