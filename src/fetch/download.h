#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include <longclip/fetch.h>

#include "fetch/hub.h"

namespace longclip::hub {

// How many tries in a row may fail, of which none but the first got further than those before, and
// how long to wait between them: twice as long each time, or what the server asks for.
struct Patience {
  int tries = 5;
  std::chrono::milliseconds first_wait{1000};
};

struct Download {
  std::filesystem::path path;
  RemoteFile file;
};

// Brings a model's checkpoint into `folder`, or the rest of it that is not there yet, and checks
// it by the hub's SHA-256. The folder is the caller's alone meanwhile (folder_lock.h). `progress`
// is as FetchOptions has it; when it returns false, Error is thrown and the part stays. Throws
// InvalidFile, with the remedy, for all else that keeps the file from coming.
Download download(const Hub& hub, const PublishedModel& model, const std::filesystem::path& folder,
                  const std::function<bool(std::uint64_t, std::uint64_t)>& progress, const Patience& patience = {});

// How to have a model where no hub can be asked: the end of a message.
std::string without_hub(const PublishedModel& model);

}  // namespace longclip::hub
