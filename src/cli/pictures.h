#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <longclip/image.h>
#include <CLI/CLI.hpp>

#include "cli/failures.h"

namespace longclip::cli {

// A picture that the user named, not read yet; from standard input its bytes.
struct Picture {
  std::string name;
  std::shared_ptr<const std::vector<std::byte>> bytes;  // null: the file `name`
};

// The pictures that arguments name, in their order:
//   FILE    a picture
//   FOLDER  all the pictures in it and in its folders, by name in natural order
//   @LIST   a file that holds one of these a line, @- on standard input; a .txt file is a list too
//   -       a picture's bytes on standard input
// Folders and lists that cannot be read, or hold nothing, go to `failures`.
std::vector<Picture> find_pictures(const std::vector<std::string>& arguments, Failures& failures);

// ".jpg" of "Photo.JPG".
std::string lower_extension(const std::filesystem::path& path);

// Adds the options that say how pictures are read.
void add_image_options(CLI::App& command, ImageOptions& options);

// Throws as Image::read().
Image open_picture(const Picture& picture, const ImageOptions& options);

// Lets the system begin to read the file of a picture that will soon be opened.
void ask_for_picture(const Picture& picture);

}  // namespace longclip::cli
