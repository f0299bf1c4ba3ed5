#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/random.h"
#include "scenes/scene.h"

namespace longclip::scenes {

// Sentences about a scene, without a full stop at the end. All of them are true of it.

// "A tiger on a sandy beach": what a web caption would say.
std::string short_caption(const Scene& scene, runtime::Random& random);

// Where the main thing is, which was named already.
std::string main_sentence(const Scene& scene, runtime::Random& random);

// How large the only thing of a scene is and where.
std::string only_sentence(const Scene& scene, runtime::Random& random);

// What one of the other things is and where: by its place in the picture, or from the main thing
// where that is in no doubt.
std::string item_sentence(const Scene& scene, const Item& item, runtime::Random& random);

// One item, its place and how it lies, by the wording of an index below detail_wordings: those who choose the
// same have sentences that differ in the item alone.
inline constexpr std::size_t detail_wordings = 6;
std::string detail_sentence(const Item& item, std::size_t wording);

// How the others, but for the main thing, lie to each other, where that is in no doubt; in random order.
std::vector<std::string> pair_sentences(const Scene& scene, runtime::Random& random);

// About the setting: how it looks, and whether it has its extra.
std::string setting_sentence(const Scene& scene);
std::string extra_sentence(const Scene& scene);

// How many things there are in all.
std::string count_sentence(const Scene& scene, runtime::Random& random);

// What is true of every scene, in random order.
std::vector<std::string> remarks(runtime::Random& random);

// "a lemon", "three lemons"
std::string name_phrase(const Item& item);

// The same with its size: "a small lemon"
std::string noun_phrase(const Item& item);

// Where an item is: "in the top left corner"
std::string place_phrase(const Item& item);

// With a capital letter first.
std::string capital(std::string text);

}  // namespace longclip::scenes
