#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "training/parameters.h"
#include "training/run_folder.h"
#include "training/start.h"

namespace longclip::training {

// Writes what a run made: its .pt and its package of this name. Throws InvalidFile.
void publish(const RunFolder& folder, const Parameters& parameters, const Start& start, const std::string& name,
             std::int64_t steps);

// The name of the model of a run without one: the folder's.
std::string name_of_run(const std::filesystem::path& run);

}  // namespace longclip::training
