#include "fetch/fetch_package.h"

#include <string>
#include <system_error>

#include <longclip/error.h>

#include "fetch/folder_lock.h"
#include "fetch/hub.h"
#include "fetch/hub_environment.h"
#include "package/config.h"
#include "package/package.h"

namespace longclip::hub {
namespace {

using longclip::package::is_package;

bool is_in_the_way(const std::filesystem::path& package) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(package, error)) && !is_package(package);
}

ConvertOptions convert_options(const PublishedModel& model, const RemoteFile& file, const FetchOptions& options) {
  ConvertOptions result;
  result.precision = options.precision;
  result.name = model.name;
  result.source = model.repository + "/" + model.file + (file.commit.empty() ? "" : "@" + file.commit);
  result.overwrite = options.overwrite;
  result.progress = [&](std::uint64_t, std::uint64_t) {
    if (options.progress && !options.progress(file.size, file.size)) {
      throw Error(model.name + ": stopped while it is converted: fetch it again to go on from there");
    }
  };
  return result;
}

}  // namespace

std::filesystem::path fetch_package(const PublishedModel& model, const FetchOptions& options, const Convert& convert,
                                    const Patience& patience, const Timeouts& timeouts) {
  package::check_stored(options.precision);  // before any download
  const auto directory = options.directory.empty() ? models_directory() : options.directory;
  const auto package = directory / model.name;
  const auto is_there = [&] { return !options.overwrite && is_package(package); };
  if (is_there()) return package;
  // To be said before the download, not after it.
  if (is_in_the_way(package)) throw InvalidInput(package.string() + ": is in the way, and is no package: move it away");
  if (is_offline()) {
    throw InvalidFile(model.name + ": cannot be fetched while HF_HUB_OFFLINE is set: unset it, or " +
                      without_hub(model));
  }
  const Hub hub(options.endpoint.empty() ? endpoint_of_environment() : options.endpoint,
                options.token.empty() ? token_of_environment() : options.token, timeouts);
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
