#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <longclip/convert.h>
#include <longclip/precision.h>

#include <nlohmann/json.hpp>

namespace longclip::package {

// The newest layout of packages that this library reads, and the one it writes.
inline constexpr int format_version = 1;

// Whether packages hold matrices in it; the others are for computing alone.
constexpr bool is_stored(Precision precision) {
  return precision == Precision::fp32 || precision == Precision::fp16 || precision == Precision::bf16;
}

// Throws InvalidInput for those others.
void check_stored(Precision precision);

// config.json of a package: what it is, and all that is needed to run it. Every field is
// documented in docs/package.md. A tower that is missing has width 0 in `architecture` and no
// object in the file.
struct Config {
  std::string name;
  Architecture architecture;
  float logit_scale = 100;  // exp applied
  Precision precision = Precision::fp32;

  std::array<double, 3> mean{0.48145466, 0.4578275, 0.40821073};
  std::array<double, 3> std{0.26862954, 0.26130258, 0.27577711};

  std::int32_t pad_id = 0;
  std::string tokenizer_kind;  // "clip-bpe" or "sentencepiece"
  std::string tokenizer_file;
  struct Positions {
    int source_length = 0;
    int kept = 0;
    int ratio = 1;
  } positions;

  bool has_vision = false;
  bool has_text = false;
  std::map<std::string, std::string> files;  // name -> sha256
  std::string source;
  nlohmann::json unknown = nlohmann::json::object();  // fields of the file that are not ours
};

// Throws InvalidFile for what is no config of ours or contradicts itself, UnsupportedModel for a
// higher format_version. `name` is the file it came from.
Config parse_config(std::string_view text, const std::string& name);

// JSON text, indented, the unknown fields kept.
std::string to_text(const Config& config);

}  // namespace longclip::package
