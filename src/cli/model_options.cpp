#include "cli/model_options.h"

#include <longclip/error.h>
#include <longclip/fetch.h>
#include <longclip/precision.h>

#include "cli/checks.h"

namespace longclip::cli {
namespace {

// Taken where none is named, if it was fetched or is installed with the command.
constexpr const char* kDefaultModel = "longclip-b";

}  // namespace

void add_model_option(CLI::App& command, std::string& model) {
  command
      .add_option("--model", model, "package folder, or the name of a fetched or installed one; else $LONGCLIP_MODEL")
      ->option_text("PATH")
      ->envname("LONGCLIP_MODEL");
}

void add_precision_option(CLI::App& command, std::string& precision, const std::string& description) {
  command.add_option("--precision", precision, description)
      ->option_text("fp32|fp16|bf16")
      ->check(CLI::IsMember({"fp32", "fp16", "bf16"}));
}

void add_model_options(CLI::App& command, ModelOptions& options) {
  add_model_option(command, options.model);
  command.add_option("--device", options.device, "what computes: cpu (as if not given), cuda, cuda:1")
      ->option_text("DEVICE");
  command.add_option("--threads", options.threads, "threads; 0 (as if not given): the processors that may be used")
      ->option_text("N")
      ->check(at_least(0));
  add_precision_option(command, options.precision, "number type of the computation; fp32 if not given");
}

std::filesystem::path package_of(const std::string& model) {
  if (!model.empty()) return find_package(model);
  try {
    return find_package(kDefaultModel);
  } catch (const InvalidFile&) {
    throw InvalidFile(
        "there is no model: run `longclip fetch longclip-b` once, or name a package with --model or LONGCLIP_MODEL");
  }
}

Model load_model(const ModelOptions& options) {
  LoadOptions load;
  load.device = options.device;
  load.precision = parse_precision(options.precision);
  load.threads = options.threads;
  return Model::load(package_of(options.model), load);
}

}  // namespace longclip::cli
