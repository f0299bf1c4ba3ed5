#include "cli/model_options.h"

#include <filesystem>
#include <optional>

#include <longclip/error.h>
#include <longclip/fetch.h>
#include <longclip/precision.h>

#include "cli/checks.h"

namespace longclip::cli {
namespace {

// Where no model is named: the published one if the user has fetched it, else the one that ships.
constexpr const char* kFetchedModel = "longclip-b";
constexpr const char* kShippedModel = "longclip-scenes";

std::optional<std::filesystem::path> fetched_or_installed(const std::string& name) {
  try {
    const auto package = find_package(name);
    // A folder of that name where the user works was not meant.
    if (package.has_parent_path()) return package;
  } catch (const InvalidFile&) {
  }
  return {};
}

std::filesystem::path default_package(Console& console) {
  if (const auto package = fetched_or_installed(kFetchedModel)) return *package;
  const auto package = fetched_or_installed(kShippedModel);
  if (!package) {
    throw InvalidFile(
        "there is no model: run `longclip fetch longclip-b` once, or name a package with --model or LONGCLIP_MODEL");
  }
  console.report(
      "no model is named: taking longclip-scenes, which knows drawn scenes and not photos; `longclip fetch "
      "longclip-b` gets one that does");
  return *package;
}

}  // namespace

void add_model_option(CLI::App& command, std::string& model) {
  command
      .add_option("--model", model, "package folder, or the name of a fetched or installed one; else $LONGCLIP_MODEL")
      ->option_text("PATH")
      ->envname("LONGCLIP_MODEL");
}

void add_stored_precision_option(CLI::App& command, std::string& precision) {
  command.add_option("--precision", precision, "number type of the stored weights; fp32 if not given")
      ->option_text("fp32|fp16|bf16")
      ->check(CLI::IsMember({"fp32", "fp16", "bf16"}));
}

void add_device_option(CLI::App& command, std::string& device) {
  command.add_option("--device", device, "what computes: cpu (as if not given), cuda, cuda:1")->option_text("DEVICE");
}

void add_threads_option(CLI::App& command, int& threads) {
  command.add_option("--threads", threads, "threads; 0 (as if not given): the processors that may be used")
      ->option_text("N")
      ->check(at_least(0));
}

void add_stretch_options(CLI::App& command, int& kept, int& ratio) {
  command.add_option("--keep", kept, "positions of a 77-token model that stay as they are; 20 if not given")
      ->option_text("N")
      ->check(at_least(0));
  command.add_option("--ratio", ratio, "stretches the others so many times; 4 if not given, 1: not at all")
      ->option_text("N")
      ->check(at_least(1));
}

void add_model_options(CLI::App& command, ModelOptions& options) {
  add_model_option(command, options.model);
  add_device_option(command, options.device);
  add_threads_option(command, options.threads);
  command
      .add_option("--precision", options.precision,
                  "number type of the computation; fp32 if not given, auto: bf16 where the processor is fast in it")
      ->option_text("fp32|bf16|int8|fp16|auto")
      ->check(CLI::IsMember({"fp32", "bf16", "int8", "fp16", "auto"}));
}

Model load_model(const ModelOptions& options, Console& console, Towers towers) {
  LoadOptions load;
  load.device = options.device;
  load.precision = parse_precision(options.precision);
  load.threads = options.threads;
  load.towers = towers;
  return Model::load(options.model.empty() ? default_package(console) : find_package(options.model), load);
}

}  // namespace longclip::cli
