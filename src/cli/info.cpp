// longclip info: what a checkpoint or package is.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <longclip/convert.h>
#include <longclip/fetch.h>

#include "cli/checks.h"
#include "cli/command.h"
#include "cli/figures.h"
#include "cli/json.h"
#include "cli/terminal_text.h"

namespace longclip::cli {
namespace {

struct InfoOptions {
  std::string path;
  bool json = false;
};

Json as_json(const Architecture::Tower& tower) {
  return {{"width", tower.width}, {"layers", tower.layers}, {"heads", tower.heads}, {"mlp", tower.mlp}};
}

Json as_json(const Architecture& architecture) {
  return {{"embedding_size", architecture.embedding_size},
          {"image_size", architecture.image_size},
          {"patch_size", architecture.patch_size},
          {"vision", as_json(architecture.vision)},
          {"vocabulary_size", architecture.vocabulary_size},
          {"context_length", architecture.context_length},
          {"text", as_json(architecture.text)},
          {"activation", architecture.activation}};
}

Json as_json(const Inspection& inspection) {
  return {{"kind", inspection.kind},
          {"format", inspection.format},
          {"architecture", as_json(inspection.architecture)},
          {"positions", inspection.positions},
          {"tokenizer", inspection.tokenizer},
          {"precision", inspection.precision},
          {"bytes", inspection.bytes},
          {"sha256", inspection.sha256},
          {"towers", inspection.towers},
          {"engine", inspection.engine},
          {"notes", inspection.notes}};
}

std::string as_text(const Architecture::Tower& tower) {
  return std::to_string(tower.layers) + " layers, width " + std::to_string(tower.width) + ", " +
         std::to_string(tower.heads) + (tower.heads == 1 ? " head" : " heads");
}

std::string as_table(const std::string& path, const Inspection& inspection) {
  const Architecture& architecture = inspection.architecture;
  std::vector<std::pair<std::string, std::string>> rows = {{"format", inspection.format}};
  if (architecture.vision.width > 0) {
    rows.emplace_back("vision tower", as_text(architecture.vision) + ", pictures of " +
                                          std::to_string(architecture.image_size) + " in patches of " +
                                          std::to_string(architecture.patch_size));
  }
  if (architecture.text.width > 0) {
    rows.emplace_back("text tower",
                      as_text(architecture.text) + ", " + std::to_string(architecture.vocabulary_size) + " tokens");
    rows.emplace_back("positions", inspection.positions);
    rows.emplace_back("tokenizer", inspection.tokenizer);
  }
  rows.emplace_back("features", std::to_string(architecture.embedding_size));
  rows.emplace_back("activation", architecture.activation);
  rows.emplace_back("precision", inspection.precision);
  rows.emplace_back("size", byte_size(static_cast<double>(inspection.bytes)));
  rows.emplace_back("sha256", inspection.sha256);
  rows.emplace_back("engine", inspection.engine);
  for (const auto& note : inspection.notes) rows.emplace_back("note", note);

  std::string table = escaped(path) + ": " + inspection.kind + "\n";
  for (const auto& [label, value] : rows) {
    std::string head = "  " + label;
    head.resize(16, ' ');
    table += head + escaped(value) + "\n";
  }
  return table;
}

int run(const InfoOptions& options, Console& console) {
  std::error_code ignored;
  const bool is_name = !std::filesystem::exists(options.path, ignored) && options.path.find('/') == std::string::npos;
  const auto path = is_name ? find_package(options.path) : std::filesystem::path(options.path);
  const Inspection inspection = inspect(path);
  console.print(options.json ? json_line(as_json(inspection)) : as_table(path.string(), inspection));
  return kDone;
}

}  // namespace

Run declare_info(CLI::App& command) {
  auto options = std::make_shared<InfoOptions>();
  command.add_option("PATH", options->path, "checkpoint, package folder, or name of a fetched or installed package")
      ->option_text("PATH")
      ->check(a_file_name())
      ->required();
  command.add_flag("--json", options->json, "as a JSON document");
  command.footer("Example:\n  longclip info longclip-B.pt");
  return [options](Console& console) { return run(*options, console); };
}

}  // namespace longclip::cli
