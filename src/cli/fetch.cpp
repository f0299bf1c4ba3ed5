// longclip fetch: published weights from the hub.
#include <longclip/fetch.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/model_options.h"
#include "cli/progress.h"

namespace longclip::cli {
namespace {

struct FetchArguments {
  std::string name;
  std::string precision = "fp32";
  bool overwrite = false;
  bool json = false;
};

std::string known_names() {
  std::string names;
  for (const auto& model : published_models()) names += (names.empty() ? "" : "|") + model.name;
  return names;
}

int run(const FetchArguments& arguments, Console& console) {
  const SignalGuard guard;
  Progress progress(console, arguments.name, Progress::Unit::bytes);
  FetchOptions options;
  options.precision = parse_precision(arguments.precision);
  options.overwrite = arguments.overwrite;
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    progress.update(done, total);
    return pending_signal() == 0;
  };
  const auto package = fetch(arguments.name, options);
  console.print(arguments.json ? json_line({{"name", arguments.name}, {"package", package.string()}})
                               : package.string() + "\n");
  return kDone;
}

}  // namespace

Run declare_fetch(CLI::App& command) {
  auto arguments = std::make_shared<FetchArguments>();
  command.add_option("NAME", arguments->name, "which published model")->option_text(known_names())->required();
  add_precision_option(command, arguments->precision, "number type of the stored weights; fp32 if not given");
  command.add_flag("--overwrite", arguments->overwrite, "download again and replace the package");
  command.add_flag("--json", arguments->json, "print {\"name\", \"package\"}, not just the package's folder");
  command.footer(
      "Example:\n  longclip fetch longclip-b && longclip rank street.jpg --texts captions.txt\n\n"
      "A download that was cut goes on where it stopped. HF_ENDPOINT and HF_TOKEN are obeyed.");
  return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace longclip::cli
