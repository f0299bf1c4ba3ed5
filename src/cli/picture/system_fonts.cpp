#include "cli/picture/system_fonts.h"

#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <system_error>

namespace longclip::cli::picture {
namespace fs = std::filesystem;
namespace {

struct Family {
  const char* regular;
  const char* bold;
};

// In the order of taste; the last ones for scripts that the others lack.
constexpr Family kFamilies[] = {
    {"Inter-Regular.ttf", "Inter-SemiBold.ttf"},
    {"NotoSans-Regular.ttf", "NotoSans-SemiBold.ttf"},
    {"NotoSans-Regular.ttf", "NotoSans-Bold.ttf"},
    {"DejaVuSans.ttf", "DejaVuSans-Bold.ttf"},
    {"LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"},
    {"Ubuntu-R.ttf", "Ubuntu-B.ttf"},
    {"FreeSans.ttf", "FreeSansBold.ttf"},
    {"NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"},
    {"wqy-microhei.ttc", "wqy-microhei.ttc"},
    {"DroidSansFallbackFull.ttf", "DroidSansFallbackFull.ttf"},
};

std::vector<fs::path> font_folders() {
  std::vector<fs::path> folders;
  if (const char* home = std::getenv("HOME")) {
    folders.push_back(fs::path(home) / ".local/share/fonts");
    folders.push_back(fs::path(home) / ".fonts");
  }
  folders.emplace_back("/usr/local/share/fonts");
  folders.emplace_back("/usr/share/fonts");
  return folders;
}

// Every font file by its name; of equal names the first.
std::map<std::string, fs::path, std::less<>> font_files() {
  std::map<std::string, fs::path, std::less<>> files;
  for (const auto& folder : font_folders()) {
    std::error_code error;
    for (auto entry = fs::recursive_directory_iterator(folder, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      files.emplace(entry->path().filename().string(), entry->path());
    }
  }
  return files;
}

}  // namespace

std::vector<fs::path> system_fonts(Weight weight) {
  const auto files = font_files();
  std::vector<fs::path> found;
  for (const Family& family : kFamilies) {
    const auto file = files.find(weight == Weight::bold ? family.bold : family.regular);
    if (file != files.end()) found.push_back(file->second);
  }
  return found;
}

}  // namespace longclip::cli::picture
