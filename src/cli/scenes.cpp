// longclip scenes: drawn pictures with captions, to train and evaluate on.
#include <longclip/scenes.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/checks.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/model_options.h"
#include "cli/progress.h"
#include "cli/usage_error.h"

namespace longclip::cli {
namespace {

struct ScenesArguments {
  std::string folder;
  std::string kind = "full";
  bool json = false;
  SceneOptions options;
};

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const SceneKind kind : scene_kinds()) names.emplace_back(to_string(kind));
  return names;
}

int run(ScenesArguments arguments, bool detail_token_given, Console& console) {
  SceneOptions& options = arguments.options;
  options.kind = parse_scene_kind(arguments.kind);
  if (detail_token_given && options.kind != SceneKind::hard) {
    throw UsageError("--detail-token is for --kind hard; other scenes have no telling detail");
  }
  const SignalGuard guard;
  Progress progress(console, "drawing");
  options.progress = [&](std::size_t done, std::size_t total) {
    stop_if_interrupted();
    progress.update(done, total);
  };
  draw_scenes(arguments.folder, options);
  console.print(arguments.json ? json_line({{"folder", arguments.folder}, {"count", options.count}})
                               : arguments.folder + ": " + std::to_string(options.count) + " scenes\n");
  return kDone;
}

}  // namespace

Run declare_scenes(CLI::App& command) {
  auto arguments = std::make_shared<ScenesArguments>();
  SceneOptions& options = arguments->options;
  command.add_option("-o,--output", arguments->folder, "folder to make: images/ and captions.json")
      ->option_text("FOLDER")
      ->check(a_file_name())
      ->required();
  command.add_option("--count", options.count, "pictures to draw; 1000 if not given")
      ->option_text("N")
      ->check(at_least(1));
  command.add_option("--seed", options.seed, "the same seed gives the same scenes; 0 if not given")
      ->option_text("N")
      ->check(at_least(0));
  command
      .add_option("--kind", arguments->kind,
                  "full if not given; hard ones come in groups of ten that differ in one late detail; the others "
                  "are simpler, to learn from first")
      ->option_text("KIND")
      ->check(CLI::IsMember(kind_names()));
  command.add_option("--size", options.size, "side of the pictures; 384 if not given")
      ->option_text("PIXELS")
      ->check(at_least(1));
  command
      .add_option("--detail-token", options.detail_token,
                  "of hard scenes: where the telling sentence begins, at the earliest; 78 if not given")
      ->option_text("N")
      ->check(at_least(2));
  command.add_option("--font", options.font, "NotoColorEmoji.ttf; the system's if not given")
      ->option_text("FILE")
      ->check(a_file_name());
  add_threads_option(command, options.threads);
  command.add_flag("--overwrite", options.overwrite, "replace scenes that are there");
  command.add_flag("--json", arguments->json, "report as a JSON document");
  command.footer("Example:\n  longclip scenes --count 500 --seed 7 -o scenes");
  const CLI::App* app = &command;
  return [arguments, app](Console& console) { return run(*arguments, app->count("--detail-token") > 0, console); };
}

}  // namespace longclip::cli
