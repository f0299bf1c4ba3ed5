#include <longclip/convert.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <future>
#include <optional>
#include <utility>
#include <vector>

#include <longclip/error.h>
#include <longclip/tokenizer.h>

#include "checkpoint/clip_weights.h"
#include "checkpoint/stretch.h"
#include "io/mapped_file.h"
#include "io/sha256.h"
#include "io/staged.h"
#include "package/inspect.h"
#include "package/make_package.h"
#include "package/model_card.h"
#include "package/package.h"
#include "package/tower_file.h"
#include "text/vocabulary.h"
#include "tower/architecture.h"
#include "tower/torchscript.h"

namespace longclip {
namespace {

using namespace package;
using checkpoint::ClipWeights;

bool lies_in(const std::filesystem::path& folder, const std::filesystem::path& path) {
  std::error_code ignored;
  const auto relative = std::filesystem::weakly_canonical(path, ignored)
                            .lexically_relative(std::filesystem::weakly_canonical(folder, ignored));
  return !relative.empty() && *relative.begin() != "..";
}

void check_options(const ConvertOptions& options) {
  if (options.ratio < 1) throw InvalidInput("ratio is " + std::to_string(options.ratio) + "; it must be 1 or more");
  check_stored(options.precision);
}

// True where a package or an empty folder is to be replaced, false where nothing is. Throws InvalidInput for
// all else.
bool replaces(const std::filesystem::path& destination, bool overwrite, const std::filesystem::path& checkpoint) {
  if (destination.empty()) throw InvalidInput("the package has no name: name the folder to make");
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(destination, error))) return false;
  if (!overwrite) throw InvalidInput(destination.string() + ": is there already; remove it, or ask to overwrite it");
  // Only what is known to be a package is ever replaced.
  const bool empty_folder =
      std::filesystem::is_directory(destination, error) && std::filesystem::is_empty(destination, error);
  if (!empty_folder && !is_package(destination)) {
    throw InvalidInput(destination.string() +
                       ": is not a package and is not overwritten; remove it or name another folder");
  }
  if (lies_in(destination, checkpoint)) {
    throw InvalidInput(destination.string() + ": the checkpoint is in it and would be lost; name another folder");
  }
  return true;
}

// Keeps the asked towers only, and says so if one is not there.
void select_towers(ClipWeights& weights, Towers towers, const std::filesystem::path& path) {
  if (towers == Towers::vision) weights.text.clear();
  if (towers == Towers::text) weights.vision.clear();
  const bool wants_vision = towers == Towers::vision;
  if (weights.vision.empty() && weights.text.empty()) {
    throw InvalidInput(path.string() + ": has no " + (wants_vision ? "vision" : "text") + " tower to convert");
  }
  Architecture& architecture = weights.architecture;
  if (weights.vision.empty()) {
    architecture.vision = {};
    architecture.image_size = architecture.patch_size = 0;
  }
  if (weights.text.empty()) {
    architecture.text = {};
    architecture.context_length = architecture.vocabulary_size = 0;
  }
}

// Stretches the position table of a 77-token model in place. True if it did.
bool stretch(ClipWeights& weights, const ConvertOptions& options, const std::filesystem::path& path) {
  if (weights.text.empty()) return false;
  auto& table = weights.text.at("positional_embedding");
  const auto width = weights.architecture.text.width;
  auto longer = checkpoint::stretch_clip_positions(checkpoint::to_float(table), weights.architecture.context_length,
                                                   width, options.kept, options.ratio, path.string());
  if (!longer) return false;
  const auto rows = static_cast<std::int64_t>(longer->size()) / width;
  table = checkpoint::from_float(*std::move(longer), {rows, width});
  weights.architecture.context_length = static_cast<int>(rows);
  return true;
}

// Puts the vocabulary into the package and into its config. Gives the id of the token that the text
// tower's feature is taken at, where that is not the highest id of all, as it is with CLIP's.
std::optional<std::int32_t> write_tokenizer(Config& config, const std::filesystem::path& folder,
                                            const std::filesystem::path& given) {
  const auto kept = given.empty() ? nullptr : io::MappedFile::open(given);
  const auto bytes = kept ? kept->bytes() : text::clip_vocabulary();
  const Tokenizer tokenizer = kept ? Tokenizer::load(given) : Tokenizer::clip();
  const auto rows = static_cast<std::size_t>(config.architecture.vocabulary_size);
  // A model of more rows than CLIP's vocabulary has another one.
  if (tokenizer.size() > rows || (given.empty() && tokenizer.size() < rows)) {
    throw InvalidInput((given.empty() ? "CLIP's vocabulary" : given.string()) + ": has " +
                       std::to_string(tokenizer.size()) + " ids, and the checkpoint's token embedding " +
                       std::to_string(rows) + " rows; name the tokenizer that the text tower was trained with");
  }
  config.tokenizer_kind = tokenizer.kind();
  config.tokenizer_file = tokenizer.kind() == "sentencepiece" ? "tokenizer.model" : "tokenizer.bpe.gz";
  if (kept && tokenizer.kind() != "sentencepiece" && (bytes.empty() || bytes[0] != std::byte{0x1f})) {
    config.tokenizer_file = "tokenizer.bpe";
  }
  config.pad_id = tokenizer.pad_id();
  io::write_file(folder / config.tokenizer_file, bytes);
  config.files[config.tokenizer_file] = io::sha256(bytes);
  if (tokenizer.kind() != "sentencepiece") return std::nullopt;
  if (tokenizer.end_id() < 0) {
    throw InvalidInput(given.string() +
                       ": has no end token (eos), where the text tower's feature is taken; train it with --eos_id");
  }
  return tokenizer.end_id();
}

// Bytes of both towers written so far, for the caller's progress.
class Progress {
 public:
  Progress(const ConvertOptions& options, std::uint64_t total) : tell_(options.progress), total_(total) {}

  std::function<void(std::uint64_t)> tower() {
    return [this](std::uint64_t written) {
      last_ = written;
      if (tell_) tell_(std::min(before_ + written, total_), total_);
    };
  }
  void tower_done() {
    before_ += last_;
    last_ = 0;
  }

 private:
  const std::function<void(std::uint64_t, std::uint64_t)>& tell_;
  std::uint64_t total_;
  std::uint64_t before_ = 0;
  std::uint64_t last_ = 0;
};

// Writes everything that the package consists of into `folder`; `name` is its default name.
void write_contents(const std::filesystem::path& folder, const checkpoint::Checkpoint& checkpoint,
                    const ClipWeights& weights, const std::string& name, const ConvertOptions& options,
                    ConversionReport& report) {
  // Hashing the source takes as long as writing the towers: side by side.
  constexpr auto kAsync = std::launch::async | std::launch::deferred;  // deferred where no thread can be had
  auto source_hash = std::async(kAsync, [&] { return sha256_of(checkpoint); });

  Config config;
  config.name = options.name.empty() ? name : options.name;
  config.architecture = weights.architecture;
  config.logit_scale = std::exp(weights.logit_scale);
  config.precision = options.precision;
  config.mean = checkpoint.mean.value_or(config.mean);
  config.std = checkpoint.std.value_or(config.std);
  config.has_vision = !weights.vision.empty();
  config.has_text = !weights.text.empty();
  std::optional<std::int32_t> end_id;
  if (config.has_text) {
    config.positions = {report.positions_before, report.stretched ? options.kept : report.positions_after,
                        report.stretched ? options.ratio : 1};
    end_id = write_tokenizer(config, folder, options.tokenizer);
  }

  const auto vision = tower::vision_parameters(config.architecture);
  const auto text = tower::text_parameters(config.architecture);
  const std::uint64_t element = options.precision == Precision::fp32 ? 4 : 2;
  Progress progress(options, (tower::count_elements(vision) + tower::count_elements(text)) * element);
  // Likewise: the first tower is hashed while the second is written.
  std::vector<std::pair<std::string, std::future<std::string>>> hashes;
  const auto hash = [&](const char* file) {
    hashes.emplace_back(file, std::async(kAsync, io::sha256_of_file, folder / file));
  };
  if (config.has_vision) {
    write_tower(folder / vision_file, "Vision", vision, weights.vision, options.precision,
                tower::vision_source(config.architecture), progress.tower());
    progress.tower_done();
    hash(vision_file);
  }
  if (config.has_text) {
    write_tower(folder / text_file, "Text", text, weights.text, options.precision,
                tower::text_source(config.architecture, end_id), progress.tower());
    hash(text_file);
  }
  for (auto& [file, sha256] : hashes) config.files[file] = sha256.get();

  report.source.sha256 = source_hash.get();
  config.source = options.source.empty() ? checkpoint.file.filename().string() : options.source;
  config.source += " (sha256 " + report.source.sha256 + ")";
  io::write_text(folder / "README.md", model_card(config, report.source));
  const std::string text_of_config = to_text(config);
  parse_config(text_of_config, config_file);  // what could not be loaded is not written
  io::write_text(folder / config_file, text_of_config);
  report.bytes = bytes_of_folder(folder);
}

}  // namespace

ConversionReport convert(const std::filesystem::path& checkpoint_path, const std::filesystem::path& destination,
                         const ConvertOptions& options) {
  if (is_package(checkpoint_path)) {
    throw InvalidInput(checkpoint_path.string() + ": is a package already; convert takes a checkpoint");
  }
  // Before the work of reading.
  check_options(options);
  replaces(destination, options.overwrite, checkpoint_path);
  const auto checkpoint = checkpoint::read_checkpoint(checkpoint_path);
  return make_package(checkpoint, checkpoint::clip_weights(checkpoint), destination, options);
}

std::string package::name_of(const std::filesystem::path& folder) {
  std::error_code error;  // of a working folder that is gone
  const auto path = std::filesystem::absolute(folder, error).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

ConversionReport package::make_package(const checkpoint::Checkpoint& checkpoint, ClipWeights weights,
                                       const std::filesystem::path& destination, const ConvertOptions& options) {
  check_options(options);
  replaces(destination, options.overwrite, checkpoint.path);
  ConversionReport report;
  report.source = describe(checkpoint, weights);
  report.package = destination;
  report.extra_tensors = weights.extra;

  select_towers(weights, options.towers, checkpoint.path);
  report.positions_before = weights.architecture.context_length;
  report.stretched = stretch(weights, options, checkpoint.path);
  report.positions_after = weights.architecture.context_length;

  io::Staged folder(destination, io::Staged::Kind::folder);
  try {
    write_contents(folder.path(), checkpoint, weights, name_of(destination), options, report);
  } catch (const InvalidFile& error) {
    throw InvalidFile(folder.in_users_terms(error.what()));
  }
  // Asked once more: while it was written, something else may have come there.
  if (options.overwrite && replaces(destination, true, checkpoint.path)) {
    folder.publish();
  } else {
    folder.publish_new();
  }
  return report;
}

}  // namespace longclip
