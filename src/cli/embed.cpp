// longclip embed image | text: features into a NumPy file.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <longclip/error.h>

#include "cli/checks.h"
#include "cli/command.h"
#include "cli/encoding.h"
#include "cli/feature_file.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/model_options.h"
#include "cli/standard_input.h"
#include "cli/usage_error.h"

namespace longclip::cli {
namespace {

struct EmbedOptions {
  std::vector<std::string> inputs;
  std::string out;
  bool raw = false;
  bool truncate = false;
  bool json = false;
  ImageOptions image;
  ModelOptions model;
};

void embed_images(const EmbedOptions& options, FeatureFile& file, Console& console, Failures& failures) {
  const auto pictures = find_pictures(options.inputs, failures);
  const Model model = load_model(options.model, console, Towers::vision);
  encode_pictures(model, pictures, options.image, console, failures, [&](const ImageFeatures& piece) {
    const Matrix features = options.raw ? piece.features : piece.features.normalized();
    for (std::size_t i = 0; i < features.rows(); ++i) file.add(features.row(i), pictures[piece.indices[i]].name);
  });
}

void embed_texts(const EmbedOptions& options, FeatureFile& file, Console& console, Failures& failures) {
  TextReader reader(options.inputs.front(), failures);
  const Model model = load_model(options.model, console, Towers::text);
  const auto overflow = options.truncate ? Overflow::truncate : Overflow::error;
  const auto take = [&](const Matrix& given, const std::vector<Text>& texts) {
    const Matrix features = options.raw ? given : given.normalized();
    for (std::size_t i = 0; i < features.rows(); ++i) file.add(features.row(i), texts[i].text);
  };
  encode_texts(
      model, [&] { return reader.next(); }, reader.line_count(), overflow, console, failures, take);
}

using Embed = void (*)(const EmbedOptions&, FeatureFile&, Console&, Failures&);

int embed(const EmbedOptions& options, Console& console, Embed work) {
  check_standard_input({&options.inputs});
  if (options.out == kStandardInput) throw UsageError("-o takes a file, not -");
  const SignalGuard guard;
  Failures failures(console);
  FeatureFile file(options.out);
  work(options, file, console, failures);
  if (file.rows() > 0) {
    file.publish();
    console.report("wrote " + options.out + " (" + std::to_string(file.rows()) + " x " + std::to_string(file.width()) +
                   (options.raw ? ", as the tower gives them" : ", normalised") + ") and " +
                   file.names_path().string());
  } else {
    console.report("nothing could be embedded; " + options.out + " was not written");
  }
  if (options.json) console.print(json_line({{"embedded", file.rows()}, {"failed", failures.json()}}));
  return failures.empty() && file.rows() > 0 ? kDone : kFailed;
}

void add_common(CLI::App& command, EmbedOptions& options) {
  command.add_option("-o,--output", options.out, "file to write; the names of its rows go to OUT.names.jsonl")
      ->option_text("OUT.npy")
      ->check(a_file_name())
      ->required();
  command.add_flag("--raw", options.raw, "features as the tower gives them, not of length 1");
  command.add_flag("--json", options.json, "end with a line {\"embedded\", \"failed\"} on standard output");
  add_model_options(command, options.model);
}

}  // namespace

Run declare_embed(CLI::App& command) {
  command.require_subcommand(1);

  auto options = std::make_shared<EmbedOptions>();
  CLI::App* image = command.add_subcommand("image", "features of pictures");
  image
      ->add_option("PATH", options->inputs,
                   "pictures, folders of them, lists (a .txt file or @FILE, a path a line), - for a picture on "
                   "standard input, @- for a list there")
      ->option_text("PATH...")
      ->check(a_file_name())
      ->required();
  add_image_options(*image, options->image);
  add_common(*image, *options);
  image->footer("Example:\n  longclip embed image photos/ -o photos.npy");

  CLI::App* text = command.add_subcommand("text", "features of texts");
  text->add_option("FILE", options->inputs,
                   ".txt: a text a line; .jsonl: a string or {\"text\"} a line; - standard input")
      ->option_text("FILE")
      ->check(a_file_name())
      ->expected(1)
      ->required();
  text->add_flag("--truncate", options->truncate, "cut texts that are too long, and say which");
  add_common(*text, *options);
  text->footer("Example:\n  longclip embed text captions.txt -o captions.npy");

  command.footer(
      "Examples:\n  longclip embed image photos/ -o photos.npy\n  longclip embed text captions.txt -o captions.npy");
  return [options, image](Console& console) {
    return embed(*options, console, image->parsed() ? embed_images : embed_texts);
  };
}

}  // namespace longclip::cli
