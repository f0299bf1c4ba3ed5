#pragma once

#include <filesystem>
#include <string_view>

#include <longclip/dataset.h>

#include "io/mapped_file.h"

namespace longclip::dataset {

// Reads the bytes of the captions file `path`, which need not be there: read_dataset() but for the
// disk. Throws the same. `file` is what the bytes are of, if they are a file's.
Dataset parse_dataset(std::string_view bytes, const std::filesystem::path& path, const DatasetOptions& options,
                      const io::MappedFile* file = nullptr);

}  // namespace longclip::dataset
