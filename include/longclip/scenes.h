#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <longclip/export.h>

namespace longclip {

// How much there is to see in a drawn scene.
enum class SceneKind {
  placed,    // one thing anywhere; the caption tells where, and nothing else
  close_up,  // one thing that fills the picture; the caption is its name
  named,     // one thing of any size anywhere; the caption is its name
  single,    // one thing of three sizes anywhere
  few,       // two or three things
  full,      // a setting with a main thing and several others: what evaluation and examples use
  hard,      // groups of ten full scenes that differ in one detail, which the long caption names late
};

// All of them, the simplest first.
LONGCLIP_EXPORT std::span<const SceneKind> scene_kinds() noexcept;

// "placed", "close-up", "named", "single", "few", "full" or "hard".
LONGCLIP_EXPORT std::string_view to_string(SceneKind kind) noexcept;

// The reverse. Throws InvalidInput for any other name.
LONGCLIP_EXPORT SceneKind parse_scene_kind(std::string_view name);

struct SceneOptions {
  SceneKind kind = SceneKind::full;
  std::size_t count = 1000;  // of pictures, 10,000,000 at most; of hard ones a multiple of ten
  std::uint64_t seed = 0;    // the same seed gives the same scenes, whatever the size
  int size = 384;            // of the square pictures, in pixels; 16 to 4096
  // The token of the long caption (start token included) at which a hard scene's telling detail is
  // to begin, at the earliest: 2 to 190. It comes within some twenty tokens of it.
  int detail_token = 78;
  std::filesystem::path font;  // Noto Color Emoji; empty: the system's
  int threads = 0;             // 0: the processors that this process may use
  bool overwrite = false;      // replace scenes that are there already
  // Told of the pictures done and in all, with none done while captions are composed; may be empty. What it
  // throws comes out.
  std::function<void(std::size_t done, std::size_t total)> progress;
};

// Draws scenes of things that people know, with a short and a long caption each, into a folder:
// images/000000.png, ..., captions.json in ShareGPT4V's format (docs/datasets.md), which read_dataset()
// and every command that takes a data set read, and scenes.json, which says what was asked for. The folder appears
// whole or not at all. Throws InvalidFile (no font, a place that cannot be written), InvalidInput (options, a
// folder that is there and may not be replaced), and Error where OpenCV has no PNG.
LONGCLIP_EXPORT void draw_scenes(const std::filesystem::path& folder, const SceneOptions& options = {});

}  // namespace longclip
