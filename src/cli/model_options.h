#pragma once

#include <string>

#include <longclip/model.h>
#include <CLI/CLI.hpp>

#include "cli/console.h"

namespace longclip::cli {

// Which model runs, and how.
struct ModelOptions {
  std::string model;  // empty: the default one
  std::string device = "cpu";
  std::string precision = "fp32";
  int threads = 0;
};

// --model alone; and all four.
void add_model_option(CLI::App& command, std::string& model);
void add_model_options(CLI::App& command, ModelOptions& options);

// --device and --threads, as every command that computes has them.
void add_device_option(CLI::App& command, std::string& device);
void add_threads_option(CLI::App& command, int& threads);

// --keep and --ratio, of what stretches a CLIP.
void add_stretch_options(CLI::App& command, int& kept, int& ratio);

// Adds --precision of weights that are written.
void add_stored_precision_option(CLI::App& command, std::string& precision);

// Loads what the command needs of it. Tells the console if it takes the model that ships, for want of another. Throws
// as find_package() and Model::load(), and InvalidFile if there is no default one.
Model load_model(const ModelOptions& options, Console& console, Towers towers = Towers::both);

}  // namespace longclip::cli
