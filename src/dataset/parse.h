#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <longclip/dataset.h>

namespace longclip::dataset {

// Reads the bytes of the captions file `path`, which need not be there: read_dataset() but for the
// disk. `shown` is what messages call it. Throws the same.
Dataset parse_dataset(std::string_view bytes, const std::filesystem::path& path, const DatasetOptions& options);

}  // namespace longclip::dataset
