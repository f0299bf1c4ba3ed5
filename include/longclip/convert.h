#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <longclip/export.h>
#include <longclip/precision.h>
#include <longclip/towers.h>

namespace longclip {

struct ConvertOptions {
  // Knowledge-preserving stretching of a 77-token model (Long-CLIP, section 3.1): the first
  // `kept` positions stay, the others are interpolated `ratio`-fold. ratio 1 leaves the model
  // unstretched. A model that was stretched already is taken as it is.
  int kept = 20;
  int ratio = 4;

  Precision precision = Precision::fp32;  // of the stored matrices
  Towers towers = Towers::both;
  std::string name;                 // in config.json; empty: the package folder's name
  std::filesystem::path tokenizer;  // a SentencePiece model or merges; empty: CLIP's
  std::string source;               // in config.json; empty: the checkpoint's file name

  bool overwrite = false;  // replace a package that is there already
  // Told of the bytes done and in all; may be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

// What a checkpoint's or package's towers look like. A missing tower has width 0.
struct Architecture {
  struct Tower {
    int width = 0;
    int layers = 0;
    int heads = 0;
    int mlp = 0;  // width of the hidden layer, 4 * width in all of CLIP's
  };
  int embedding_size = 0;
  int image_size = 0;
  int patch_size = 0;
  Tower vision;
  int vocabulary_size = 0;
  int context_length = 0;
  Tower text;
  std::string activation;  // "quick_gelu" or "gelu"
};

struct Inspection {
  std::string kind;    // "checkpoint" or "package"
  std::string format;  // such as "PyTorch zip, nested under state_dict"
  Architecture architecture;
  // "248, merged from two tables", "77, not stretched", ...
  std::string positions;
  std::string tokenizer;                 // "clip-bpe" or "sentencepiece"; empty without a text tower
  std::filesystem::path tokenizer_file;  // of a package
  std::string precision;                 // "fp32", "fp16", "fp16 and fp32"
  std::uint64_t bytes = 0;
  std::string sha256;               // of the file; of config.json for a package; hexadecimal
  std::vector<std::string> towers;  // "vision", "text"
  std::string engine;               // that would run it, and why
  std::vector<std::string> notes;   // extra tensors, what a converter should know
};

struct ConversionReport {
  Inspection source;
  std::filesystem::path package;
  bool stretched = false;
  int positions_before = 0;
  int positions_after = 0;
  std::vector<std::string> extra_tensors;  // in the checkpoint and not used
  std::uint64_t bytes = 0;                 // of the package
};

// Makes a package of a published checkpoint. Every format of docs/checkpoints.md is told by its
// content; nothing in a checkpoint is ever executed. The package appears whole or not at all.
// Throws InvalidFile (damaged, refused pickle, missing or misshapen tensors: all listed),
// UnsupportedModel (another architecture, by name), InvalidInput (options that do not fit).
LONGCLIP_EXPORT ConversionReport convert(const std::filesystem::path& checkpoint, const std::filesystem::path& package,
                                         const ConvertOptions& options = {});

// Whether inspect() reads every byte: it then gives the SHA-256, and compares a package's files with
// those that its config states.
enum class Hashing { on, off };

// What a checkpoint or package is, without loading it. Throws as convert().
LONGCLIP_EXPORT Inspection inspect(const std::filesystem::path& path, Hashing hashing = Hashing::on);

}  // namespace longclip
