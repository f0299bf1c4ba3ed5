#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <longclip/tokenizer.h>

#include "runtime/random.h"
#include "scenes/described.h"

namespace longclip::scenes {

// Tokens of the longest caption, start and end included.
inline constexpr int longest_caption = 240;

// The ladder to full scenes (SceneKind).
Described placed(std::uint64_t seed, std::size_t index);
Described close_up(std::uint64_t seed, std::size_t index);
Described named(std::uint64_t seed, std::size_t index);

// Up to ten pictures of one thing alone that share their setting and short caption, and differ in where
// the thing is and how large: what a CLIP is slowest to learn.
std::vector<Described> singles(std::uint64_t seed, std::size_t index);

// Ten pictures of two or three things that differ in what one of them is, or in where and how large.
std::vector<Described> few(std::uint64_t seed, std::size_t index);

// One to four full scenes that share their setting, main thing, short caption and the first of what
// is told, and differ in what is told late.
std::vector<Described> family(std::uint64_t seed, std::size_t index, const Tokenizer& tokenizer);

// What compositions begin with: a setting and a main thing of this size.
Scene begin_scene(runtime::Random& random, double size);

// A thing that is not in the scene yet, at a free place, drawn and counted by chance. False if no place
// is left to be found.
bool add_item(Scene& scene, runtime::Random& random);

// Index of a thing that none of the scene's items is.
std::size_t new_thing(const Scene& scene, runtime::Random& random);

}  // namespace longclip::scenes
