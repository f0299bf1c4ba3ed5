// COCO's captions, read as the reference does through torchvision: pictures by rising id, of each
// the first five captions in the order of the annotations.
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "dataset/captions.h"
#include "dataset/fields.h"
#include "dataset/format.h"
#include "dataset/json_records.h"

namespace longclip::dataset {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kCaptions = 5;

struct Picture {
  fs::path path;
  std::size_t at;  // of its record
  std::vector<std::string> captions;
};

struct Annotation {
  std::int64_t image;
  std::string caption;
  std::size_t at;
};

struct Annotations {
  std::map<std::int64_t, Picture> pictures;
  std::vector<Annotation> captions;

  void add_picture(const Record& record, const ImageFolder& images) {
    const Fields fields(record);
    Picture picture{images.find(fields.text("file_name"), record.place), record.place.at, {}};
    if (!pictures.emplace(fields.integer("id"), std::move(picture)).second) fields.fail("its \"id\" was there before");
  }

  void add_caption(const Record& record) {
    const Fields fields(record);
    Annotation annotation{fields.integer("image_id"), fields.text("caption"), record.place.at};
    if (is_blank(annotation.caption)) fields.fail("the caption is empty");
    captions.push_back(std::move(annotation));
  }

  // The file may have its two lists in either order.
  void join(const Source& source) {
    for (auto& caption : captions) {
      const auto picture = pictures.find(caption.image);
      if (picture == pictures.end()) {
        source.fail(caption.at, "the picture " + std::to_string(caption.image) + " of a caption is not in \"images\"");
      }
      auto& known = picture->second.captions;
      if (known.size() < kCaptions) known.push_back(std::move(caption.caption));
    }
  }
};

}  // namespace

bool is_coco(std::string_view bytes) {
  const auto key = first_key_among(bytes, {"image", "images", "annotations"});
  return key == "images" || key == "annotations";
}

// captions_val2017.json stands for val2017/, which lies beside it or beside its folder annotations/.
fs::path coco_images(const fs::path& file) {
  const std::string stem = file.stem().string();
  const fs::path folder = beside(file);
  if (const auto end = stem.find('_'); end != stem.npos) {
    for (const auto& candidate : {folder / ".." / stem.substr(end + 1), folder / stem.substr(end + 1)}) {
      std::error_code ignored;
      if (fs::is_directory(candidate, ignored)) return candidate.lexically_normal();
    }
  }
  return folder;
}

void read_coco(const Source& source, const ImageFolder& images, Selection& selection) {
  const RecordLayout layout{{"images", "annotations"}, {"id", "file_name", "image_id", "caption"}};
  Annotations annotations;
  for_each_record(source, layout, [&](const Record& record) {
    if (record.list == "images") {
      annotations.add_picture(record, images);
    } else {
      annotations.add_caption(record);
    }
    return true;
  });
  annotations.join(source);
  for (auto& entry : annotations.pictures) {
    Picture& picture = entry.second;
    if (picture.captions.empty()) {
      source.fail(picture.at,
                  "the picture " + std::to_string(entry.first) + " has no caption; take it out of \"images\"");
    }
    selection.offer([&] {
      Example example;
      example.image = std::move(picture.path);
      example.short_captions = std::move(picture.captions);
      return example;
    });
  }
}

}  // namespace longclip::dataset
