#include "fetch/fetch_package.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <system_error>

#include <longclip/error.h>

#include "fetch/folder_lock.h"
#include "fetch/hub.h"
#include "fetch/locations.h"

namespace longclip::hub {
namespace {

constexpr const char* kPublicHub = "https://huggingface.co";

// As the hub's own client reads them: a value of nothing but spaces is none.
std::string from_environment(const char* variable) {
  const char* value = std::getenv(variable);
  std::string text = value == nullptr ? "" : value;
  constexpr const char* space = " \t\r\n";
  text.erase(0, text.find_first_not_of(space));
  text.erase(text.find_last_not_of(space) + 1);
  return text;
}

bool is_offline() {
  std::string value = from_environment("HF_HUB_OFFLINE");
  for (char& c : value) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
}

std::string first_of(const std::string& a, const std::string& b, const std::string& c) {
  if (!a.empty()) return a;
  return b.empty() ? c : b;
}

ConvertOptions convert_options(const PublishedModel& model, const RemoteFile& file, const FetchOptions& options) {
  ConvertOptions result;
  result.precision = options.precision;
  result.name = model.name;
  result.source = model.repository + "/" + model.file + (file.commit.empty() ? "" : "@" + file.commit);
  result.overwrite = options.overwrite;
  return result;
}

}  // namespace

std::filesystem::path fetch_package(const PublishedModel& model, const FetchOptions& options, const Convert& convert,
                                    const Patience& patience, const Timeouts& timeouts) {
  const auto directory = options.directory.empty() ? models_directory() : options.directory;
  const auto package = directory / model.name;
  const auto is_there = [&] { return !options.overwrite && is_package(package); };
  if (is_there()) return package;
  if (is_offline()) {
    throw InvalidFile(
        model.name +
        ": cannot be fetched while HF_HUB_OFFLINE is set: unset it, or make a package of a file at hand: " +
        "longclip convert " + model.file + " " + model.name);
  }
  const Hub hub(first_of(options.endpoint, from_environment("HF_ENDPOINT"), kPublicHub),
                first_of(options.token, from_environment("HF_TOKEN"), ""), timeouts);
  const auto folder = directory / ".downloads" / model.name;
  const FolderLock lock(folder, [&] {
    if (options.progress && !options.progress(0, 0)) {
      throw Error(model.name + ": stopped while another process fetches it");
    }
  });
  if (is_there()) return package;  // another process has just fetched it
  const Download done = download(hub, model, folder, options.progress, patience);
  convert(done.path, package, convert_options(model, done.file, options));
  std::error_code ignored;
  std::filesystem::remove(done.path, ignored);
  return package;
}

}  // namespace longclip::hub
