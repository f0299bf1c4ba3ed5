// longclip rank: the main job.
#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <longclip/error.h>

#include "cli/checks.h"
#include "cli/command.h"
#include "cli/encoding.h"
#include "cli/features.h"
#include "cli/figures.h"
#include "cli/interrupt.h"
#include "cli/model_options.h"
#include "cli/output_file.h"
#include "cli/picture/gallery.h"
#include "cli/picture/sheet.h"
#include "cli/ranking.h"
#include "cli/standard_input.h"
#include "cli/usage_error.h"

namespace longclip::cli {
namespace {

constexpr RankingKind kTextsByImage{"image", "texts", "text"};
constexpr RankingKind kImagesByText{"text", "images", "image"};

// What --picture draws: more would be a picture that no viewer opens.
constexpr std::size_t kMostCards = 50;
constexpr std::size_t kCaptionsOfCard = 5;  // unless --top asks for more
constexpr std::size_t kMostCaptions = 20;
constexpr std::size_t kPicturesOfText = 7;
constexpr std::size_t kMostPictures = 61;

struct RankOptions {
  std::vector<std::string> images;
  std::vector<std::string> texts;
  std::vector<std::string> files;
  std::string by = "image";
  std::string picture;
  std::size_t top = 0;
  bool truncate = false;
  bool json = false;
  ImageOptions image;
  ModelOptions model;

  std::size_t limit() const { return top > 0 ? top : std::numeric_limits<std::size_t>::max(); }
};

void check(const RankOptions& options) {
  check_standard_input({&options.images, &options.texts, &options.files});
  if (options.images.empty()) throw UsageError("no picture: name pictures or folders before --text");
  if (options.texts.empty() && options.files.empty()) throw UsageError("no text: give --text TEXT or --texts FILE");
  if (options.picture.empty()) return;
  if (lower_extension(options.picture) != ".png") {
    throw UsageError("--picture writes PNG: name a file that ends in .png, not " + options.picture);
  }
  check_output(options.picture);
}

void append(std::vector<float>& values, const Matrix& features) {
  values.insert(values.end(), features.data(), features.data() + features.rows() * features.cols());
}

// A text that is left out would change the probabilities of all the others.
void check_all_usable(const Failures& failures) {
  if (failures.empty()) return;
  throw InvalidInput(std::to_string(failures.size()) +
                     (failures.size() == 1 ? " text cannot be used: mend it" : " texts cannot be used: mend them") +
                     ", or cut long ones with --truncate");
}

std::vector<Text> read_all(const RankOptions& options, Console& console) {
  std::vector<Text> texts;
  Failures failures(console);
  read_texts(options.texts, "--text", options.files, failures, [&](Text text) { texts.push_back(std::move(text)); });
  check_all_usable(failures);
  if (texts.empty()) throw InvalidInput("the files of --texts hold no text");
  return texts;
}

Matrix encode_all(const Model& model, const std::vector<Text>& texts, Overflow overflow, Console& console) {
  std::vector<float> values;
  Failures failures(console);
  auto text = texts.begin();
  encode_texts(
      model, [&] { return text == texts.end() ? std::nullopt : std::optional(*text++); }, texts.size(), overflow,
      console, failures, [&](const Matrix& features, const std::vector<Text>&) { append(values, features); });
  check_all_usable(failures);
  return Matrix(texts.size(), model.info().embedding_size, std::move(values));
}

// Prints rankings of one kind, a line or a block each.
class Printer {
 public:
  Printer(const RankingKind& kind, bool json, std::vector<std::string> names, Console& console)
      : kind_(kind), json_(json), names_(std::move(names)), console_(console) {}

  void print(const std::string& query, const std::vector<RankedItem>& ranking) {
    if (json_) return console_.print(json_line(ranking_json(kind_, query, ranking, names_)));
    std::string block = first_ ? ranking_table_head(kind_, console_.colour()) : "\n";
    first_ = false;
    console_.print(block += ranking_table(query, ranking, names_, console_.width(), console_.colour()));
  }

 private:
  RankingKind kind_;
  bool json_;
  std::vector<std::string> names_;
  Console& console_;
  bool first_ = true;
};

picture::Card make_card(const Picture& picture, const ImageOptions& image, const std::vector<RankedItem>& ranking,
                        const std::vector<Text>& texts, std::size_t most) {
  picture::Card card{std::filesystem::path(picture.name).filename().string(), open_picture(picture, image), {}};
  for (std::size_t i = 0; i < std::min(most, ranking.size()); ++i) {
    card.captions.push_back({texts[ranking[i].index].text, ranking[i].cosine, ranking[i].probability});
  }
  return card;
}

// Says that a picture was written, and which characters could not be.
void report_picture(const std::string& path, const std::string& part, const std::set<char32_t>& lacking,
                    Console& console) {
  console.report("wrote " + path + part);
  if (lacking.empty()) return;
  console.report(path + ": no installed font has U+" + hexadecimal(*lacking.begin()) +
                 (lacking.size() > 1 ? " and " + std::to_string(lacking.size() - 1) + " other characters" : "") +
                 ", drawn as boxes or question marks; install one that has, such as Noto");
}

picture::Found make_found(const std::string& text, const std::vector<Picture>& pictures, const ImageOptions& image,
                          const std::vector<RankedItem>& ranking, std::size_t most) {
  picture::Found found{text, {}};
  for (std::size_t i = 0; i < std::min(most, ranking.size()); ++i) {
    const Picture& picture = pictures[ranking[i].index];
    found.hits.push_back({std::filesystem::path(picture.name).filename().string(), open_picture(picture, image),
                          ranking[i].cosine, ranking[i].probability});
  }
  return found;
}

void rank_texts(const RankOptions& options, const Model& model, const std::vector<Picture>& pictures,
                const std::vector<Text>& texts, const Matrix& text_features, Console& console, Failures& failures) {
  Printer printer(kTextsByImage, options.json, contents(texts), console);
  std::vector<picture::Card> cards;
  std::size_t ranked = 0;
  const auto encoded = [&](const ImageFeatures& piece) {
    for (std::size_t i = 0; i < piece.indices.size(); ++i) {
      const Picture& picture = pictures[piece.indices[i]];
      const auto ranking = rank_items(piece.features.row(i), text_features, model.info().logit_scale, options.limit());
      printer.print(picture.name, ranking);
      ++ranked;
      if (!options.picture.empty() && cards.size() < kMostCards) {
        const auto captions = options.top > 0 ? std::min(options.top, kMostCaptions) : kCaptionsOfCard;
        cards.push_back(make_card(picture, options.image, ranking, texts, captions));
      }
    }
  };
  encode_pictures(model, pictures, options.image, console, failures, encoded);
  if (options.picture.empty() || cards.empty()) return;

  const SignalGuard guard;
  const auto lacking = picture::write_sheet(
      options.picture, cards,
      "Probability among " + std::to_string(texts.size()) + " texts, and cosine, by " + model.info().name);
  report_picture(options.picture,
                 ranked > cards.size() ? ", the first " + std::to_string(cards.size()) + " pictures" : "", lacking,
                 console);
}

void rank_images(const RankOptions& options, const Model& model, const std::vector<Picture>& pictures,
                 const std::vector<Text>& texts, const Matrix& text_features, Console& console, Failures& failures) {
  const PictureFeatures found = picture_features(model, pictures, options.image, console, failures);
  if (found.read.empty()) return;

  std::vector<std::string> names;
  for (const auto& picture : pictures) names.push_back(picture.name);
  Printer printer(kImagesByText, options.json, std::move(names), console);
  std::vector<picture::Found> all;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto ranking = rank_items(text_features.row(i), found.features, model.info().logit_scale, options.limit());
    for (auto& item : ranking) item.index = found.read[item.index];
    printer.print(texts[i].text, ranking);
    if (!options.picture.empty() && all.size() < kMostCards) {
      const auto hits = options.top > 0 ? std::min(options.top, kMostPictures) : kPicturesOfText;
      all.push_back(make_found(texts[i].text, pictures, options.image, ranking, hits));
    }
  }
  if (options.picture.empty()) return;

  const SignalGuard guard;
  const auto lacking = picture::write_gallery(
      options.picture, all,
      "Probability among " + std::to_string(found.read.size()) + " pictures, and cosine, by " + model.info().name);
  report_picture(options.picture,
                 texts.size() > all.size() ? ", the first " + std::to_string(all.size()) + " texts" : "", lacking,
                 console);
}

int run(const RankOptions& options, Console& console) {
  check(options);
  Failures failures(console);
  const auto texts = read_all(options, console);
  const auto pictures = find_pictures(options.images, failures);
  if (pictures.empty()) return kFailed;

  const Model model = load_model(options.model, console);
  const Matrix features = encode_all(model, texts, options.truncate ? Overflow::truncate : Overflow::error, console);
  const auto rank = options.by == "text" ? rank_images : rank_texts;
  rank(options, model, pictures, texts, features, console, failures);
  return failures.empty() ? kDone : kFailed;
}

}  // namespace

Run declare_rank(CLI::App& command) {
  auto options = std::make_shared<RankOptions>();
  command
      .add_option("IMAGE", options->images,
                  "pictures, folders of them, lists (a .txt file or @FILE, a path a line), - for a picture on "
                  "standard input; before --text")
      ->option_text("IMAGE...")
      ->check(a_file_name());
  command.add_option("--text", options->texts, "texts to rank; - reads them from standard input, one a line")
      ->option_text("T...");
  command
      .add_option("--texts", options->files, "file of texts: .txt a text a line, .jsonl a string or {\"text\"} a line")
      ->option_text("FILE")
      ->check(a_file_name())
      ->expected(1)
      ->allow_extra_args(false)  // what follows the file is no other file
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--by", options->by, "for each image the texts (as if not given), or for each text the images")
      ->option_text("image|text")
      ->check(CLI::IsMember({"image", "text"}));
  command.add_option("--top", options->top, "show the best K only")->option_text("K")->check(at_least(1));
  command
      .add_option(
          "--picture", options->picture,
          "draw the first 50 pictures with their 5, or K, best texts; by text the texts with their 7 best pictures")
      ->option_text("OUT.png")
      ->check(a_file_name());
  command.add_flag("--truncate", options->truncate, "cut texts that are too long, and say which");
  command.add_flag("--json", options->json,
                   "a line {\"image\", \"texts\"} per image, or {\"text\", \"images\"} per text");
  add_image_options(command, options->image);
  add_model_options(command, options->model);
  command.footer("Example:\n  longclip rank street.jpg --text \"A man crosses a street.\" \"A city at night.\"");
  return [options](Console& console) { return run(*options, console); };
}

}  // namespace longclip::cli
