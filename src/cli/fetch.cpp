// longclip fetch: published weights from the hub.
#include <longclip/fetch.h>

#include <memory>
#include <string>
#include <vector>

#include <longclip/convert.h>
#include <longclip/error.h>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/model_options.h"
#include "cli/progress.h"

namespace longclip::cli {
namespace {

struct FetchArguments {
  std::string name;
  std::string precision;  // empty: not given
  bool overwrite = false;
  bool json = false;
};

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (const auto& model : published_models()) names.push_back(model.name);
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string result;
  for (const auto& name : names) result += (result.empty() ? "" : "|") + name;
  return result;
}

int run(const FetchArguments& arguments, Console& console) {
  const SignalGuard guard;
  Progress progress(console, arguments.name, Progress::Unit::bytes);
  FetchOptions options;
  if (!arguments.precision.empty()) options.precision = parse_precision(arguments.precision);
  options.overwrite = arguments.overwrite;
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    progress.update(done, total);
    return pending_signal() == 0;
  };
  const auto package = fetch(arguments.name, options);
  if (!arguments.precision.empty()) {
    const std::string precision = inspect(package, Hashing::off).precision;
    if (precision != arguments.precision) {
      throw InvalidFile(package.string() + ": is there already, in " + precision + "; --overwrite makes it anew in " +
                        arguments.precision);
    }
  }
  console.print(arguments.json ? json_line({{"name", arguments.name}, {"package", package.string()}})
                               : package.string() + "\n");
  return kDone;
}

}  // namespace

Run declare_fetch(CLI::App& command) {
  auto arguments = std::make_shared<FetchArguments>();
  const auto names = known_names();
  command.add_option("NAME", arguments->name, "which published model")
      ->option_text(joined(names))
      ->check(CLI::IsMember(names))
      ->required();
  add_stored_precision_option(command, arguments->precision);
  command.add_flag("--overwrite", arguments->overwrite, "download again and replace the package");
  command.add_flag("--json", arguments->json, "print {\"name\", \"package\"}, not just the package's folder");
  command.footer(
      "Example:\n  longclip fetch longclip-b && longclip rank street.jpg --texts captions.txt\n\n"
      "The package goes to LONGCLIP_HOME/models, else ~/.local/share/longclip/models. A\n"
      "download that was cut goes on where it stopped. HF_ENDPOINT and HF_TOKEN are\n"
      "obeyed, and the token that `hf auth login` keeps.");
  return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace longclip::cli
