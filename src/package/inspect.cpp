#include "package/inspect.h"

#include <algorithm>

#include <longclip/error.h>

#include "io/sha256.h"
#include "kernel/kernels.h"
#include "package/native_tower.h"
#include "package/package.h"

namespace longclip {
namespace package {
namespace {

// Of a tower as it is loaded by default.
std::string engine_of(const Package& package, Towers which) {
  try {
    const auto tower = find_native_tower(package, which, Precision::fp32);
    if (!tower) return "torchscript: " + tower.file.filename().string() + ": " + tower.why_not;
    std::string engine = std::string("native: on the CPU in fp32, by ") + tower.kernels->name;
    for (const auto precision : {Precision::bf16, Precision::int8}) {
      if (why_not_native(package.config.architecture, which, precision).empty())
        engine += ", or " + std::string(to_string(precision));
    }
    return engine;
  } catch (const InvalidFile& error) {
    return std::string("none: ") + error.what();
  }
}

Inspection inspect_package(const std::filesystem::path& path, Hashing hashing) {
  const Package package = open_package(path);
  const Config& config = package.config;
  Inspection inspection;
  inspection.kind = "package";
  inspection.format = "LongCLIP package, format " + std::to_string(format_version);
  inspection.architecture = config.architecture;
  if (config.has_text) {
    inspection.positions = std::to_string(config.architecture.context_length);
    if (config.positions.ratio > 1) {
      inspection.positions += ", stretched from " + std::to_string(config.positions.source_length) + " (kept " +
                              std::to_string(config.positions.kept) + ", ratio " +
                              std::to_string(config.positions.ratio) + ")";
    }
    inspection.tokenizer = config.tokenizer_kind;
    inspection.tokenizer_file = package.tokenizer();
    inspection.towers.emplace_back("text");
  }
  if (config.has_vision) inspection.towers.insert(inspection.towers.begin(), "vision");
  inspection.precision = to_string(config.precision);
  inspection.bytes = bytes_of_folder(path);
  if (config.has_vision) inspection.engine = engine_of(package, Towers::vision);
  if (config.has_text && (!config.has_vision || inspection.engine.starts_with("native"))) {
    inspection.engine = engine_of(package, Towers::text);
  }
  if (hashing == Hashing::off) return inspection;
  inspection.sha256 = io::sha256_of_file(path / config_file);
  for (const auto& [file, hash] : config.files) verify_file(package, file);
  return inspection;
}

}  // namespace

Inspection describe(const checkpoint::Checkpoint& checkpoint, const checkpoint::ClipWeights& weights) {
  Inspection inspection;
  inspection.kind = "checkpoint";
  inspection.format = checkpoint.format;
  inspection.architecture = weights.architecture;
  inspection.positions = weights.positions;
  if (!weights.text.empty()) inspection.tokenizer = "clip-bpe";
  inspection.precision = weights.precision;
  for (const auto& source : checkpoint.sources) inspection.bytes += source.bytes.size();
  if (!weights.vision.empty()) inspection.towers.emplace_back("vision");
  if (!weights.text.empty()) inspection.towers.emplace_back("text");
  inspection.engine = "none: convert it first";
  inspection.notes = checkpoint.notes;
  if (!weights.extra.empty()) {
    std::string note = std::to_string(weights.extra.size()) + " tensors that nothing uses: ";
    for (std::size_t i = 0; i < std::min<std::size_t>(weights.extra.size(), 8); ++i) {
      note += (i == 0 ? "" : ", ") + weights.extra[i];
    }
    if (weights.extra.size() > 8) note += ", ...";
    inspection.notes.push_back(note);
  }
  return inspection;
}

std::string sha256_of(const checkpoint::Checkpoint& checkpoint) {
  io::Sha256 hash;
  for (const auto& source : checkpoint.sources) {
    if (source.file != nullptr) {
      hash.update(*source.file);
    } else {
      hash.update(source.bytes);
    }
  }
  return hash.finish();
}

std::uint64_t bytes_of_folder(const std::filesystem::path& folder) {
  constexpr auto options = std::filesystem::directory_options::skip_permission_denied;
  std::error_code ignored;  // what cannot be looked at does not count
  std::uint64_t bytes = 0;
  std::filesystem::recursive_directory_iterator entry(folder, options, ignored);
  for (; entry != std::filesystem::recursive_directory_iterator(); entry.increment(ignored)) {
    if (!entry->is_regular_file(ignored)) continue;
    const std::uint64_t size = entry->file_size(ignored);
    if (!ignored) bytes += size;
  }
  return bytes;
}

}  // namespace package

Inspection inspect(const std::filesystem::path& path, Hashing hashing) {
  if (package::is_package(path)) return package::inspect_package(path, hashing);
  const auto checkpoint = checkpoint::read_checkpoint(path);
  Inspection inspection = package::describe(checkpoint, checkpoint::clip_weights(checkpoint));
  if (hashing == Hashing::on) inspection.sha256 = package::sha256_of(checkpoint);
  return inspection;
}

}  // namespace longclip
