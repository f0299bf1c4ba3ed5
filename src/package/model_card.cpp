#include "package/model_card.h"

#include <locale>
#include <sstream>

#include <longclip/version.h>

namespace longclip::package {
namespace {

void tower_row(std::ostream& out, const char* name, const Architecture::Tower& tower) {
  out << "| " << name << " | " << tower.width << " | " << tower.layers << " | " << tower.heads << " |\n";
}

}  // namespace

std::string model_card(const Config& config, const Inspection& source) {
  const Architecture& architecture = config.architecture;
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << "# " << config.name << "\n\n"
      << "A LongCLIP package, made by longclip convert " << LONGCLIP_VERSION << ".\n\n"
      << "| | |\n|---|---|\n"
      << "| source | " << config.source << " |\n"
      << "| source format | " << source.format << " |\n"
      << "| source SHA-256 | " << source.sha256 << " |\n"
      << "| precision of the matrices | " << to_string(config.precision) << " |\n"
      << "| embedding | " << architecture.embedding_size << " |\n"
      << "| logit scale | " << config.logit_scale << " |\n";
  if (config.has_vision) {
    out << "| image | " << architecture.image_size << " x " << architecture.image_size << ", patches of "
        << architecture.patch_size << " |\n";
  }
  if (config.has_text) {
    out << "| text positions | " << architecture.context_length;
    if (config.positions.ratio > 1) {
      out << ", stretched from " << config.positions.source_length << ": the first " << config.positions.kept
          << " kept, the others times " << config.positions.ratio << " (not fine-tuned)";
    }
    out << " |\n| tokenizer | " << config.tokenizer_kind << " |\n";
  }
  out << "\n| tower | width | layers | heads |\n|---|---|---|---|\n";
  if (config.has_vision) tower_row(out, "vision", architecture.vision);
  if (config.has_text) tower_row(out, "text", architecture.text);
  out << "\nThe licence of the weights is that of their source.";
  if (config.tokenizer_kind == "clip-bpe") out << " The vocabulary is OpenAI's (MIT licence).";
  out << "\n";
  return out.str();
}

}  // namespace longclip::package
