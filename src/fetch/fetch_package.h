#pragma once

#include <filesystem>
#include <functional>

#include <longclip/convert.h>
#include <longclip/fetch.h>

#include "fetch/download.h"
#include "fetch/http.h"

namespace longclip::hub {

// Makes a package of a checkpoint, as longclip::convert().
using Convert = std::function<void(const std::filesystem::path& checkpoint, const std::filesystem::path& package,
                                   const ConvertOptions& options)>;

// longclip::fetch() of a known model. Beside the packages a folder .downloads/NAME holds what was
// downloaded until it is converted, and keeps a second fetch() of the same model waiting for the
// first one's package.
std::filesystem::path fetch_package(const PublishedModel& model, const FetchOptions& options, const Convert& convert,
                                    const Patience& patience = {}, const Timeouts& timeouts = {});

}  // namespace longclip::hub
