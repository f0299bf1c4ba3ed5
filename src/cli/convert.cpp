// longclip convert: a published checkpoint into a package.
#include <longclip/convert.h>

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include <longclip/error.h>

#include "cli/checks.h"
#include "cli/command.h"
#include "cli/figures.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/model_options.h"
#include "cli/progress.h"

namespace longclip::cli {
namespace {

struct ConvertArguments {
  std::string checkpoint;
  std::string package;
  std::string precision = "fp32";
  std::string only;
  bool json = false;
  ConvertOptions options;
};

Json as_json(const ConversionReport& report) {
  return {{"package", report.package.string()},
          {"format", report.source.format},
          {"stretched", report.stretched},
          {"positions_before", report.positions_before},
          {"positions_after", report.positions_after},
          {"extra_tensors", report.extra_tensors},
          {"bytes", report.bytes}};
}

std::string as_text(const ConversionReport& report, const std::string& precision) {
  std::string text = report.package.string() + ": " + precision + ", " + byte_size(static_cast<double>(report.bytes));
  if (report.stretched) {
    text += ", positions stretched from " + std::to_string(report.positions_before) + " to " +
            std::to_string(report.positions_after);
  } else if (report.positions_after > 0) {
    text += ", " + std::to_string(report.positions_after) + " positions";
  }
  return text + "\n";
}

int run(ConvertArguments arguments, Console& console) {
  ConvertOptions& options = arguments.options;
  options.precision = parse_precision(arguments.precision);
  if (arguments.only == "vision") options.towers = Towers::vision;
  if (arguments.only == "text") options.towers = Towers::text;
  std::error_code ignored;
  if (!options.overwrite && std::filesystem::exists(arguments.package, ignored)) {
    throw InvalidInput(arguments.package + ": is there already; --overwrite replaces it");
  }
  const SignalGuard guard;
  Progress progress(console, "converting", Progress::Unit::bytes);
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    stop_if_interrupted();
    progress.update(done, total);
  };
  const ConversionReport report = convert(arguments.checkpoint, arguments.package, options);
  for (const auto& note : report.source.notes) console.report(arguments.checkpoint + ": " + note);
  console.print(arguments.json ? json_line(as_json(report)) : as_text(report, arguments.precision));
  return kDone;
}

}  // namespace

Run declare_convert(CLI::App& command) {
  auto arguments = std::make_shared<ConvertArguments>();
  ConvertOptions& options = arguments->options;
  command.add_option("CHECKPOINT", arguments->checkpoint, "file or folder as published; told by its content")
      ->option_text("CHECKPOINT")
      ->check(a_file_name())
      ->required();
  command.add_option("PACKAGE", arguments->package, "folder to make")
      ->option_text("PACKAGE")
      ->check(a_file_name())
      ->required();
  add_stretch_options(command, options.kept, options.ratio);
  add_stored_precision_option(command, arguments->precision);
  command.add_option("--only", arguments->only, "take one tower")
      ->option_text("vision|text")
      ->check(CLI::IsMember({"vision", "text"}));
  command.add_option("--name", options.name, "name of the model; the folder's if not given")->option_text("NAME");
  command.add_option("--tokenizer", options.tokenizer, "SentencePiece model or merges; CLIP's if not given")
      ->option_text("FILE")
      ->check(a_file_name());
  command.add_flag("--overwrite", options.overwrite, "replace a package that is there");
  command.add_flag("--json", arguments->json, "report as a JSON document");
  command.footer("Example:\n  longclip convert longclip-B.pt models/longclip-b");
  return [arguments](Console& console) { return run(*arguments, console); };
}

}  // namespace longclip::cli
