#include "model/pictures.h"

#include <new>
#include <string>
#include <utility>

#include "runtime/parallel.h"

namespace longclip::model {

Pictures preprocess(std::span<const Image> images, int size, int threads, std::size_t first_index) {
  std::vector<std::vector<std::uint8_t>> pixels(images.size());
  std::vector<std::string> reasons(images.size());
  runtime::parallel_for(images.size(), threads, [&](std::size_t i) {
    try {
      pixels[i] = images[i].preprocessed(size);
    } catch (const Error& error) {
      reasons[i] = error.what();
    } catch (const std::bad_alloc&) {
      reasons[i] = images[i].name() + ": does not fit in memory; make it smaller";
    }
  });
  Pictures pictures;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (reasons[i].empty()) {
      pictures.pixels.push_back(std::move(pixels[i]));
    } else {
      pictures.errors.push_back({first_index + i, std::move(reasons[i])});
    }
  }
  return pictures;
}

}  // namespace longclip::model
