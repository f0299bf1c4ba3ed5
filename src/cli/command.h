#pragma once

#include <functional>
#include <span>

#include <CLI/CLI.hpp>

#include "cli/console.h"

namespace longclip::cli {

enum ExitCode : int { kDone = 0, kFailed = 1, kWrongUse = 2 };

// Does the work once the arguments are parsed. Throws Error, UsageError and Interrupted.
using Run = std::function<int(Console&)>;

struct Command {
  const char* name;
  const char* summary;
  Run (*declare)(CLI::App& command);  // adds its options and example
};

// All of them, in the order of --help. A new command is a file and a line here.
std::span<const Command> commands();

Run declare_rank(CLI::App& command);
Run declare_embed(CLI::App& command);
Run declare_tokenize(CLI::App& command);
Run declare_convert(CLI::App& command);
Run declare_fetch(CLI::App& command);
Run declare_info(CLI::App& command);
Run declare_scenes(CLI::App& command);
Run declare_train(CLI::App& command);
Run declare_finetune(CLI::App& command);
Run declare_eval(CLI::App& command);
Run declare_classify(CLI::App& command);
Run declare_completion(CLI::App& command);

}  // namespace longclip::cli
