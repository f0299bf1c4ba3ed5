// longclip tokenize: texts as the model reads them.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <longclip/convert.h>
#include <longclip/error.h>
#include <longclip/fetch.h>
#include <longclip/tokenizer.h>

#include "cli/checks.h"
#include "cli/command.h"
#include "cli/failures.h"
#include "cli/json.h"
#include "cli/model_options.h"
#include "cli/standard_input.h"
#include "cli/terminal_text.h"
#include "cli/texts.h"
#include "cli/usage_error.h"
#include "cli/wrap.h"

namespace longclip::cli {
namespace {

struct TokenizeOptions {
  std::vector<std::string> texts;
  std::vector<std::string> files;
  std::string model;
  bool json = false;
};

// A tokenizer and what it feeds.
struct Reader {
  Tokenizer tokenizer;
  std::size_t context;
};

// Without a model Long-CLIP's own: neither differs between its published models.
Reader open_reader(const std::string& model) {
  if (model.empty()) return {Tokenizer::clip(), 248};
  const auto package = find_package(model);
  const Inspection inspection = inspect(package, Hashing::off);
  if (!inspection.tokenizer_file.empty()) {
    return {Tokenizer::load(inspection.tokenizer_file),
            static_cast<std::size_t>(inspection.architecture.context_length)};
  }
  throw UnsupportedModel(package.string() + ": has no text tower, and so no tokenizer");
}

struct Tokens {
  std::vector<std::int32_t> ids;
  std::string clean;
  std::size_t count;
  std::size_t cut;  // how many of `ids` a truncation to the context loses
};

Tokens tokenize(const Reader& reader, const std::string& text) {
  Tokens tokens{reader.tokenizer.encode(text), reader.tokenizer.clean(text), reader.tokenizer.count(text), 0};
  tokens.cut = tokens.count - std::min(tokens.count, reader.context);
  return tokens;
}

Json as_json(const std::string& text, const Tokens& tokens, std::size_t context) {
  return {{"text", text},          {"clean", tokens.clean}, {"ids", tokens.ids},
          {"count", tokens.count}, {"context", context},    {"cut", tokens.cut}};
}

std::string pieces(const Tokenizer& tokenizer, const std::vector<std::int32_t>& ids) {
  std::string result;
  for (const auto& id : ids) result += (result.empty() ? "" : " | ") + folded(tokenizer.decode(std::span(&id, 1)));
  return result;
}

std::string joined(const std::vector<std::int32_t>& ids) {
  std::string result;
  for (const auto id : ids) result += (result.empty() ? "" : " ") + std::to_string(id);
  return result;
}

void add_row(std::string& table, const char* label, const std::string& value, int width) {
  constexpr int kIndent = 11;
  bool first = true;
  for (const auto& line : wrapped(value, width > 0 ? std::max(20, width - kIndent) : 0, 1 << 20)) {
    std::string head = "  ";
    head += first ? label : "";
    head.resize(kIndent, ' ');
    table += head + line + "\n";
    first = false;
  }
}

std::string as_table(const std::string& text, const Tokens& tokens, const Reader& reader, int width) {
  std::string table = folded(text) + "\n";
  add_row(table, "tokens", pieces(reader.tokenizer, tokens.ids), width);
  add_row(table, "ids", joined(tokens.ids), width);
  const auto percent =
      static_cast<int>(100.0 * static_cast<double>(tokens.count) / static_cast<double>(reader.context));
  add_row(table, "count",
          std::to_string(tokens.count) + " of " + std::to_string(reader.context) + " with start and end (" +
              std::to_string(percent) + " %)",
          width);
  if (tokens.cut > 0) {
    const auto lost = std::span(tokens.ids).last(tokens.cut);
    add_row(table, "cut", std::to_string(tokens.cut) + " would be lost: " + reader.tokenizer.decode(lost), width);
  }
  return table;
}

int run(const TokenizeOptions& options, Console& console) {
  check_standard_input({&options.texts, &options.files});
  if (options.texts.empty() && options.files.empty()) throw UsageError("no text: give TEXT, --texts FILE, or -");
  const Reader reader = open_reader(options.model);
  Failures failures(console);
  read_texts(options.texts, "text", options.files, failures, [&](const Text& text) {
    try {
      const Tokens tokens = tokenize(reader, text.text);
      console.print(options.json ? json_line(as_json(text.text, tokens, reader.context))
                                 : as_table(text.text, tokens, reader, console.width()));
    } catch (const InvalidInput& error) {
      failures.add(text.where, error.what());
    }
  });
  return failures.empty() ? kDone : kFailed;
}

}  // namespace

Run declare_tokenize(CLI::App& command) {
  auto options = std::make_shared<TokenizeOptions>();
  command.add_option("TEXT", options->texts, "texts; - reads them from standard input, one a line")
      ->option_text("TEXT...");
  command.add_option("--texts", options->files, "file of texts: .txt a text a line, .jsonl, - standard input")
      ->option_text("FILE")
      ->check(a_file_name())
      ->expected(1)
      ->allow_extra_args(false)  // what follows the file is no other file
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_flag("--json", options->json,
                   "a line {\"text\", \"clean\", \"ids\", \"count\", \"context\", \"cut\"} per text");
  add_model_option(command, options->model);
  command.footer("Example:\n  longclip tokenize \"A man crosses a street beside a red car.\"");
  return [options](Console& console) { return run(*options, console); };
}

}  // namespace longclip::cli
