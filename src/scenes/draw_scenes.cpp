#include <longclip/scenes.h>

#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

#include <longclip/error.h>
#include <longclip/tokenizer.h>
#include <longclip/version.h>

#include "io/file_writer.h"
#include "io/read_file.h"
#include "io/staged.h"
#include "runtime/parallel.h"
#include "runtime/processors.h"
#include "scenes/compose.h"
#include "scenes/glyphs.h"
#include "scenes/hard.h"
#include "scenes/render.h"

namespace longclip {
namespace {

using namespace scenes;

constexpr const char* kFormat = "longclip-scenes";

// "000000.png".
bool is_drawn(std::string_view name) {
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  return digits >= 6 && name.substr(digits) == ".png";
}

// True for what draw_scenes() wrote and nobody put anything into: all that is ever replaced.
bool holds_only_scenes(const std::filesystem::path& folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const auto name = entry->path().filename();
    if (name != "images" && name != "captions.json" && name != "scenes.json") return false;
  }
  for (std::filesystem::directory_iterator entry(folder / "images", error), end; !error && entry != end;
       entry.increment(error)) {
    if (!is_drawn(entry->path().filename().string())) return false;
  }
  if (error || !std::filesystem::is_regular_file(folder / "scenes.json", error)) return false;
  constexpr std::size_t kMost = 4096;
  const auto bytes = io::read_file(folder / "scenes.json", kMost);
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).find(kFormat) !=
         std::string_view::npos;
}

void check(const SceneOptions& options) {
  constexpr int kSmallest = 16;
  constexpr int kLargest = 4096;
  constexpr std::size_t kMost = 10'000'000;  // some 30 GB of descriptions, before the first is drawn
  if (options.count == 0 || options.count > kMost) {
    throw InvalidInput("count is " + std::to_string(options.count) + "; it must be from 1 to 10000000");
  }
  if (options.kind == SceneKind::hard && options.count % group_size != 0) {
    throw InvalidInput("count is " + std::to_string(options.count) +
                       "; hard scenes come in groups of ten, so give a multiple of ten");
  }
  if (options.size < kSmallest || options.size > kLargest) {
    throw InvalidInput("size is " + std::to_string(options.size) + " pixels; it must be from 16 to 4096");
  }
  if (options.detail_token < 2 || options.detail_token > latest_detail) {
    throw InvalidInput("detail token " + std::to_string(options.detail_token) + ": it must be from 2 to " +
                       std::to_string(latest_detail));
  }
}

// True where there are scenes or an empty folder to replace, false where there is nothing. Throws
// InvalidInput for all else.
bool replaces(const std::filesystem::path& folder, bool overwrite) {
  if (folder.empty()) throw InvalidInput("the scenes have no folder: name one to make");
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(folder, error))) return false;
  const bool scenes = holds_only_scenes(folder);
  const bool empty = std::filesystem::is_directory(folder, error) && std::filesystem::is_empty(folder, error);
  if (empty || (scenes && overwrite)) return true;
  throw InvalidInput(folder.string() + (scenes ? ": holds scenes already; ask to overwrite them, or name another folder"
                                               : ": is there already and is not overwritten, since it holds something "
                                                 "that is no scene; name another folder"));
}

std::vector<Described> compose(const SceneOptions& options) {
  std::vector<Described> all;
  const auto take = [&](std::vector<Described> some) {
    for (Described& described : some) {
      if (all.size() < options.count) all.push_back(std::move(described));
    }
  };
  const Tokenizer tokenizer = Tokenizer::clip();
  constexpr std::size_t kStretch = 256;
  for (std::size_t index = 0; all.size() < options.count; ++index) {
    // None is drawn yet, but whoever hears of it may want to stop.
    if (options.progress && index % kStretch == 0) options.progress(0, options.count);
    switch (options.kind) {
      case SceneKind::placed:
        take({placed(options.seed, index)});
        break;
      case SceneKind::close_up:
        take({close_up(options.seed, index)});
        break;
      case SceneKind::named:
        take({named(options.seed, index)});
        break;
      case SceneKind::single:
        take(singles(options.seed, index));
        break;
      case SceneKind::few:
        take(few(options.seed, index));
        break;
      case SceneKind::full:
        take(family(options.seed, index, tokenizer));
        break;
      case SceneKind::hard:
        take(hard_group(options.seed, index, options.detail_token, tokenizer));
        break;
    }
  }
  // Those that share a caption do not stand together.
  runtime::Random(runtime::random_word(options.seed, 'o')).shuffle(all);
  return all;
}

std::string id_of(std::size_t index) {
  char text[24];
  std::snprintf(text, sizeof text, "%06zu", index);
  return text;
}

// A record a line, so that people can read and compare the file.
std::string captions_json(const std::vector<Described>& all) {
  std::string text = "[\n";
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Described& described = all[i];
    nlohmann::ordered_json record{{"id", id_of(i)},
                                  {"image", "images/" + id_of(i) + ".png"},
                                  {"conversations",
                                   {{{"from", "human"}, {"value", "<image>\nDescribe the picture in detail."}},
                                    {{"from", "gpt"}, {"value", described.caption}}}},
                                  {"facts", described.facts},
                                  {"claims", described.claims}};
    if (described.group >= 0) {
      record["group"] = described.group;
      record["detail"] = described.detail;
      record["detail_token"] = described.detail_token;
    }
    text += record.dump() + (i + 1 < all.size() ? ",\n" : "\n");
  }
  return text + "]\n";
}

// What was asked for, to draw the same again; and the mark of what may be replaced.
std::string scenes_json(const SceneOptions& options) {
  nlohmann::ordered_json record{
      {"format", kFormat},      {"version", LONGCLIP_VERSION}, {"kind", to_string(options.kind)},
      {"count", options.count}, {"seed", options.seed},        {"size", options.size}};
  if (options.kind == SceneKind::hard) record["detail_token"] = options.detail_token;
  return record.dump(2) + "\n";
}

std::vector<unsigned char> encode(const cv::Mat& picture) {
  std::vector<unsigned char> bytes;
  // Drawn pictures become little smaller at higher levels, and take several times as long.
  if (!cv::imencode(".png", picture, bytes, {cv::IMWRITE_PNG_COMPRESSION, 1})) {
    throw Error("a scene cannot be written as PNG: OpenCV was built without it");
  }
  return bytes;
}

void write(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  io::FileWriter file(path);
  file.write(bytes);
  file.close();
}

}  // namespace

void draw_scenes(const std::filesystem::path& folder, const SceneOptions& options) {
  check(options);
  replaces(folder, options.overwrite);
  const Glyphs glyphs(options.font);
  const std::vector<Described> all = compose(options);
  io::Staged staged(folder, io::Staged::Kind::folder);
  try {
    const auto images = staged.path() / "images";
    std::error_code error;
    if (!std::filesystem::create_directory(images, error)) io::fail_to_write(folder, error.message().c_str());
    const int threads = runtime::thread_count(options.threads);
    // In stretches, between which the caller is told.
    constexpr std::size_t kStretch = 256;
    for (std::size_t begin = 0; begin < all.size(); begin += kStretch) {
      const std::size_t end = std::min(begin + kStretch, all.size());
      runtime::parallel_for(end - begin, threads, [&](std::size_t i) {
        const auto bytes = encode(render(all[begin + i].scene, glyphs, options.size));
        write(images / (id_of(begin + i) + ".png"), std::as_bytes(std::span(bytes)));
      });
      if (options.progress) options.progress(end, all.size());
    }
    const std::string captions = captions_json(all);
    write(staged.path() / "captions.json", std::as_bytes(std::span(captions)));
    const std::string made = scenes_json(options);
    write(staged.path() / "scenes.json", std::as_bytes(std::span(made)));
  } catch (const InvalidFile& error) {
    throw InvalidFile(staged.in_users_terms(error.what()));
  }
  // Asked once more: while they were drawn, something else may have come there.
  if (replaces(folder, options.overwrite)) {
    staged.publish();
  } else {
    staged.publish_new();
  }
}

}  // namespace longclip
