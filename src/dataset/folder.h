#pragma once

#include <filesystem>
#include <string>

namespace longclip::dataset {

// Whether a folder has a captions.json, which is then what it is about.
bool holds_captions(const std::filesystem::path& folder);

// The captions file of a folder: captions.json, else the one file in it that is of a known format.
// Throws InvalidInput if there is none, or more than one.
std::filesystem::path captions_file_in(const std::filesystem::path& folder);

// What read_dataset() takes, for messages.
std::string known_forms();

}  // namespace longclip::dataset
