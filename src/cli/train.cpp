// longclip train and longclip finetune: pictures with captions into a model.
#include <longclip/training.h>

#include <malloc.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <longclip/dataset.h>
#include <longclip/error.h>

#include "cli/checks.h"
#include "cli/command.h"
#include "cli/figures.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/model_options.h"
#include "cli/usage_error.h"

namespace longclip::cli {
namespace {

struct TrainArguments {
  std::vector<std::string> data;
  std::string run;
  std::string vision = "192x5";
  std::string text = "128x4";
  std::string captions = "both";
  std::string precision = "auto";
  bool json = false;
  DatasetOptions dataset;
  TrainingOptions options;
};

// "192x5": width and layers of a tower whose heads are 64 wide.
Architecture::Tower parse_tower(std::string_view text, const std::string& option) {
  constexpr int kHeadWidth = 64;
  constexpr int kWidest = 65536;
  constexpr int kMostLayers = 1024;
  int width = 0;
  int layers = 0;
  const auto number = [](std::string_view digits, int& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size();
  };
  const std::size_t cross = text.find('x');
  const bool parsed =
      cross != std::string_view::npos && number(text.substr(0, cross), width) && number(text.substr(cross + 1), layers);
  if (!parsed || width < kHeadWidth || width > kWidest || width % kHeadWidth != 0 || layers < 1 ||
      layers > kMostLayers) {
    throw UsageError(option + " " + std::string(text) +
                     ": give WIDTHxLAYERS, the width a multiple of 64, such as 192x5");
  }
  return {width, layers, width / kHeadWidth, 4 * width};
}

// A loss falls by little from step to step.
std::string loss_text(double loss) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", loss);
  return text.data();
}

std::string line_of(const TrainingStep& step) {
  std::string line =
      "step " + std::to_string(step.step) + " of " + std::to_string(step.steps) + ", loss " + loss_text(step.loss);
  if (step.loss_short != 0)
    line += " (long " + loss_text(step.loss_long) + ", short " + loss_text(step.loss_short) + ")";
  return line + ", " + count(step.images_per_second) + " pictures/s, " + duration(step.seconds_left) + " left";
}

int run(TrainArguments arguments, const CLI::App& command, Console& console) {
  TrainingOptions& options = arguments.options;
  if (command.count("--hard-share") > 0 && command.count("--hard-negatives") == 0) {
    throw UsageError("--hard-share is of the pictures that --hard-negatives brings together; give that, too");
  }
  if (arguments.captions == "long") options.captions = TrainingCaptions::long_only;
  if (arguments.captions == "short") options.captions = TrainingCaptions::short_only;
  if (arguments.precision == "fp32") options.precision = TrainingPrecision::fp32;
  if (arguments.precision == "bf16") options.precision = TrainingPrecision::bf16;

  // Each step takes and returns the same large blocks. Kept by the process, they are not zeroed by
  // the system each time.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);

  const SignalGuard guard;
  std::vector<Example> examples;
  for (const std::string& data : arguments.data) {
    Dataset dataset = read_dataset(data, arguments.dataset);
    std::move(dataset.examples.begin(), dataset.examples.end(), std::back_inserter(examples));
    stop_if_interrupted();
  }
  const auto progress = [&](const TrainingStep& step) {
    console.show_status(line_of(step));
    stop_if_interrupted();
  };
  const TrainingReport report = train(examples, arguments.run, options, progress);
  if (options.rank != 0) return kDone;  // the first process writes, and tells
  if (arguments.json) {
    console.print(json_line({{"package", report.package.string()},
                             {"checkpoint", report.checkpoint.string()},
                             {"steps", report.steps},
                             {"precision", report.precision}}));
  } else {
    console.print(report.package.string() + ": " + std::to_string(report.steps) + " steps in " + report.precision +
                  "\n");
  }
  return kDone;
}

void add_data_options(CLI::App& command, TrainArguments& arguments) {
  command
      .add_option("DATA", arguments.data,
                  "data sets: folders of `longclip scenes`, captions in any format of docs/datasets.md")
      ->option_text("DATA...")
      ->check(a_file_name())
      ->required();
  command
      .add_option("-o,--output", arguments.run, "folder of the run: model, log, curves, and the state to go on from")
      ->option_text("RUN")
      ->check(a_file_name())
      ->required();
  command.add_option("--images", arguments.dataset.images, "folder that the pictures' names are relative to")
      ->option_text("FOLDER")
      ->check(a_file_name());
  command.add_option("--first", arguments.dataset.first, "leave out the first N pictures of each data set")
      ->option_text("N")
      ->check(at_least(0));
}

// What the help says of an option that has a standard.
std::string standard(const std::string& description, double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", value);
  return description + "; " + text.data() + " if not given";
}

void add_step_options(CLI::App& command, TrainingOptions& options) {
  command.add_option("--steps", options.steps, "steps to take")->option_text("N")->check(at_least(1));
  command.add_option("--epochs", options.epochs, "passes over the data, where no steps are given; 1 if not given")
      ->option_text("N");
  command.add_option("--batch", options.batch, "pictures a step, over all processes; 128 if not given")
      ->option_text("N")
      ->check(at_least(2));
  command
      .add_option("--micro-batch", options.micro_batch,
                  "pictures whose graph is in memory at once; the gradient stays that of the whole batch")
      ->option_text("N")
      ->check(at_least(1));
  command
      .add_option("--learning-rate", options.learning_rate,
                  standard("after the warm-up; falls by a half cosine", options.learning_rate))
      ->option_text("RATE");
  command
      .add_option("--warmup", options.warmup,
                  standard("steps until the learning rate is reached, half of all at most",
                           static_cast<double>(options.warmup)))
      ->option_text("N")
      ->check(at_least(0));
  command.add_option("--weight-decay", options.weight_decay, standard("AdamW's", options.weight_decay))
      ->option_text("DECAY");
  command
      .add_option("--label-smoothing", options.label_smoothing,
                  standard("of the cross entropies", options.label_smoothing))
      ->option_text("SHARE");
  command
      .add_option("--hard-negatives", options.hard_negatives,
                  "so many pictures of one short caption come into a batch together; 1 if not given")
      ->option_text("N")
      ->check(at_least(1));
  command
      .add_option("--hard-share", options.hard_share,
                  "of the pictures that come so, from 0 to 1; the others come by chance; 1 if not given")
      ->option_text("SHARE");
  command.add_option("--seed", options.seed, "of weights and order; 0 if not given")
      ->option_text("N")
      ->check(at_least(0));
}

void add_run_options(CLI::App& command, TrainArguments& arguments) {
  TrainingOptions& options = arguments.options;
  command.add_flag("--resume", options.resume, "go on from the last state of RUN, if there is one");
  command.add_option("--checkpoint-every", options.checkpoint_every, "steps between states; 200 if not given")
      ->option_text("N")
      ->check(at_least(1));
  command.add_option("--name", options.name, "name of the model; the folder's if not given")->option_text("NAME");
  command
      .add_option("--tokenizer", options.tokenizer,
                  "SentencePiece model or merges; a package's own, else CLIP's, if not given")
      ->option_text("FILE")
      ->check(a_file_name());
  add_device_option(command, options.device);
  add_threads_option(command, options.threads);
  command.add_option("--precision", arguments.precision, "of the products: bf16 where the processor has it, else fp32")
      ->option_text("auto|fp32|bf16")
      ->check(CLI::IsMember({"auto", "fp32", "bf16"}));
  command.add_option("--processes", options.processes, "processes that train together; each is given its --rank")
      ->option_text("N")
      ->check(at_least(1));
  command.add_option("--rank", options.rank, "which of them this is, counted from 0")
      ->option_text("N")
      ->check(at_least(0));
  command.add_option("--meeting", options.meeting, "a file by which they find each other, new for every start")
      ->option_text("FILE")
      ->check(a_file_name());
  command.add_flag("--json", arguments.json, "report as a JSON document");
}

}  // namespace

Run declare_train(CLI::App& command) {
  auto arguments = std::make_shared<TrainArguments>();
  TrainingOptions& options = arguments->options;
  Architecture& architecture = options.architecture;
  architecture.embedding_size = 256;
  architecture.image_size = 128;
  architecture.patch_size = 16;
  architecture.vocabulary_size = 49408;
  architecture.context_length = 77;
  architecture.activation = "quick_gelu";
  add_data_options(command, *arguments);
  command.add_option("--from", options.start, "package or checkpoint to begin with; random weights if not given")
      ->option_text("START")
      ->check(a_file_name());
  command.add_option("--vision", arguments->vision, "vision tower of random weights; 192x5 if not given")
      ->option_text("WIDTHxLAYERS");
  command.add_option("--text", arguments->text, "text tower of random weights; 128x4 if not given")
      ->option_text("WIDTHxLAYERS");
  command.add_option("--embedding", architecture.embedding_size, "values of a feature; 256 if not given")
      ->option_text("N")
      ->check(at_least(1));
  command.add_option("--image-size", architecture.image_size, "side of the pictures; 128 if not given")
      ->option_text("PIXELS")
      ->check(at_least(1));
  command.add_option("--patch-size", architecture.patch_size, "side of the patches; 16 if not given")
      ->option_text("PIXELS")
      ->check(at_least(1));
  command.add_option("--context", architecture.context_length, "text positions; 77 if not given")
      ->option_text("N")
      ->check(at_least(2));
  command
      .add_option("--captions", arguments->captions,
                  "which captions a picture is matched with; both, by chance, if not given")
      ->option_text("both|long|short")
      ->check(CLI::IsMember({"both", "long", "short"}));
  add_step_options(command, options);
  add_run_options(command, *arguments);
  command.footer(
      "Example:\n  longclip scenes --kind close-up --count 38400 --size 128 -o close-ups\n"
      "  longclip train close-ups -o run --steps 700");
  const CLI::App* app = &command;
  return [arguments, app](Console& console) {
    if (!arguments->options.start.empty()) {
      for (const char* option : {"--vision", "--text", "--embedding", "--image-size", "--patch-size", "--context"}) {
        if (app->count(option) > 0)
          throw UsageError(std::string(option) + " is for random weights; leave it out with --from");
      }
    }
    Architecture& random = arguments->options.architecture;
    random.vision = parse_tower(arguments->vision, "--vision");
    random.text = parse_tower(arguments->text, "--text");
    return run(*arguments, *app, console);
  };
}

Run declare_finetune(CLI::App& command) {
  auto arguments = std::make_shared<TrainArguments>();
  TrainingOptions& options = arguments->options;
  options = finetuning();
  command.add_option("START", options.start, "package, or checkpoint of any format that `longclip convert` takes")
      ->option_text("START")
      ->check(a_file_name())
      ->required();
  add_data_options(command, *arguments);
  add_stretch_options(command, options.kept, options.ratio);
  command.add_option("--components", options.components, "principal components of coarse features; 32 if not given")
      ->option_text("N")
      ->check(at_least(1));
  command
      .add_option_function<std::string>(
          "--objective",
          [arguments](const std::string& name) {
            arguments->options.objective =
                name == "matching" ? TrainingObjective::component_matching : TrainingObjective::contrastive;
            if (name == "long") arguments->captions = "long";
          },
          "matching: the paper's, as if not given; long: long captions alone")
      ->option_text("matching|long")
      ->check(CLI::IsMember({"matching", "long"}));
  add_step_options(command, options);
  add_run_options(command, *arguments);
  command.footer("Example:\n  longclip finetune run/model scenes -o tuned --learning-rate 4e-4 --steps 200");
  const CLI::App* app = &command;
  return [arguments, app](Console& console) {
    if (arguments->options.objective == TrainingObjective::contrastive && app->count("--components") > 0) {
      throw UsageError("--components is of --objective matching; leave it out");
    }
    return run(*arguments, *app, console);
  };
}

}  // namespace longclip::cli
