#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "dataset/image_folder.h"
#include "dataset/selection.h"
#include "dataset/source.h"

namespace longclip::dataset {

// A way in which the field keeps captions in one file.
struct Format {
  const char* name;       // as in Dataset::format
  const char* described;  // as a message lists it
  bool (*recognise)(std::string_view bytes);
  // Where the pictures lie, for want of another word.
  std::filesystem::path (*usual_images)(const std::filesystem::path& file);
  // Reads until the selection is full. Throws InvalidFile.
  void (*read)(const Source& source, const ImageFolder& images, Selection& selection);
};

// All of them. A new one is a file and a line here.
std::span<const Format> formats();

// An array of {"image", "conversations"}: long captions, and their first sentences as short ones.
bool is_sharegpt4v(std::string_view bytes);
void read_sharegpt4v(const Source& source, const ImageFolder& images, Selection& selection);

// COCO's captions: five short ones for each picture, pictures by rising id.
bool is_coco(std::string_view bytes);
std::filesystem::path coco_images(const std::filesystem::path& file);
void read_coco(const Source& source, const ImageFolder& images, Selection& selection);

// Flickr30k's lines NAME#K<TAB>CAPTION: five short captions for each picture.
bool is_flickr30k(std::string_view bytes);
std::filesystem::path flickr30k_images(const std::filesystem::path& file);
void read_flickr30k(const Source& source, const ImageFolder& images, Selection& selection);

// An object a line: {"image", "caption", "short"}.
bool is_json_lines(std::string_view bytes);
void read_json_lines(const Source& source, const ImageFolder& images, Selection& selection);

// The folder that the captions file itself lies in.
std::filesystem::path beside(const std::filesystem::path& file);

}  // namespace longclip::dataset
