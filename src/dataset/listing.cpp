#include "dataset/listing.h"

#include <algorithm>
#include <system_error>

#include <longclip/error.h>

namespace longclip::dataset {
namespace fs = std::filesystem;

std::vector<fs::path> list_folder(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().native().starts_with('.')) paths.push_back(entry->path());
  }
  if (error) throw InvalidFile(folder.string() + ": cannot be searched: " + error.message());
  std::sort(paths.begin(), paths.end(), [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  return paths;
}

}  // namespace longclip::dataset
